"""Time all distances of 500 pictures from 5,000 beside scikit-learn's, and look for nan among points that nearly agree.

    python -m benchmarks.neighbours [--rounds 15] [--threads N]

The pictures are the first ones of CIFAR-10, where `BYHAND_DATA` or the cache has it, and random numbers of the same size
otherwise. Both run in one process on the same arrays with the same number of threads, in turn, now the one first and now
the other, so that whatever else the machine does falls on both alike; the figure is the median over the rounds.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np
from sklearn.metrics import pairwise
from threadpoolctl import threadpool_info, threadpool_limits

from byhand import data
from byhand.procedures import neighbours

QUERIES, TRAINING = 500, 5_000


def main() -> None:
    parser = argparse.ArgumentParser(description="All distances of 500 pictures from 5,000, beside scikit-learn's.")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, help="of the matrix product, for both (all there are otherwise)")
    options = parser.parse_args()
    x, train, source = pictures()
    contenders = {
        "byhand": lambda: neighbours.euclidean_distances(x, train),
        "scikit-learn": lambda: pairwise.euclidean_distances(x, train),
    }
    times: dict[str, list[float]] = {name: [] for name in contenders}
    with threadpool_limits(options.threads):
        threads = max((pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"), default=1)
        results = [distances() for distances in contenders.values()]
        for turn in range(options.rounds):
            for name, distances in list(contenders.items())[:: -1 if turn % 2 else 1]:
                started = time.perf_counter()
                distances()
                times[name].append(time.perf_counter() - started)
    median = {name: statistics.median(seconds) for name, seconds in times.items()}

    what = f"{len(x)} x {len(train):,} distances of {x.shape[1]:,} numbers ({source})"
    print(f"{what}, {threads} thread(s), {options.rounds} rounds")
    for name, seconds in median.items():
        print(f"{name:12}  {1000 * seconds:>7.1f} ms  x scikit-learn {seconds / median['scikit-learn']:.2f}")
    print(f"largest difference between the two: {np.max(np.abs(results[0] - results[1])):.1e}")
    near_points(x)


def pictures() -> tuple[np.ndarray, np.ndarray, str]:
    """Return queries and training examples as rows of doubles from 0 to 255, and what they are."""
    try:
        dataset = data.load("cifar10", train=TRAINING, val=0, test=QUERIES, dtype="uint8", download=False)
    except data.DataError:
        rng = np.random.default_rng(0)
        x, train = (rng.integers(256, size=(n, 3_072)).astype(float) for n in (QUERIES, TRAINING))
        return x, train, "random"
    x, train = (part.images.reshape(len(part.images), -1).astype(float) for part in (dataset.test, dataset.train))
    return x, train, "CIFAR-10"


def near_points(x: np.ndarray) -> None:
    """Say how many distances of points from their nearly equal copies are nan, with our function and with the bare formula."""
    near = x + np.random.default_rng(0).normal(size=x.shape) * 1e-9
    with np.errstate(invalid="ignore"):
        bare = np.sqrt(np.sum(x**2, axis=1)[:, None] - 2 * x @ near.T + np.sum(near**2, axis=1))
    ours = neighbours.euclidean_distances(x, near)
    print(
        f"of {len(x)} points next to their copies, nan: {np.isnan(ours).sum()} here, {np.isnan(bare).sum()} with the bare formula"
    )


if __name__ == "__main__":
    main()

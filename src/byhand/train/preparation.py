"""The data as a network sees it: loaded, cut to size, and centred or standardised by the training examples alone."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np

from byhand import data
from byhand.data import DATASETS, DataError, Dataset, Split

PREPARATIONS = ("none", "centre", "standardize")
NAME = "preparation.safetensors"
_ROWS = 4096


def load(name: str, *, examples: int = 0, tell: Any = None) -> Dataset:
    """Return a data set of pictures and classes, of its training part the first `examples` only (0 for all).

    Args:
        name: one of `byhand.data.DATASETS`. Of the made shapes it is those with one shape, which is the class.
        examples: how many to train on.
        tell: called with events while the data is fetched.

    Raises:
        DataError: it is not on this machine and cannot be fetched.
        ValueError: it has fewer examples.
    """
    options: dict[str, Any] = {}
    if name == "shapes":
        options = {"objects": 1}
    elif DATASETS[name].source_files is not None:
        options = {"progress": tell}
    with telling_of_the_short_form():
        dataset = data.load(name, **options)
    most = len(dataset.train)
    if examples > most:
        raise ValueError(f"setting examples: expected at most {most}, the number of training examples, got {examples}")
    return dataclasses.replace(dataset, train=first(dataset.train, examples)) if examples else dataset


def first(part: Split, n: int) -> Split:
    """Return the first n examples of a part."""
    return Split(part.images[:n], part.labels[:n])


@contextlib.contextmanager
def telling_of_the_short_form() -> Iterator[None]:
    """Say, where data cannot be had, that there is a form that needs none."""
    try:
        yield
    except DataError as problem:
        raise DataError(f"{problem}\nThe recipes' short form needs no download: add --quick") from None


def fit(kind: str, x: np.ndarray) -> dict[str, np.ndarray]:
    """Return what a preparation takes from the training examples, x of shape (N, ...).

    >>> x = np.array([[0.0, 5.0], [2.0, 5.0]], np.float32)
    >>> {name: found.tolist() for name, found in fit("standardize", x).items()}
    {'mean': [1.0, 5.0], 'std': [1.0, 1.0]}
    """
    if kind == "none":
        return {}
    mean = x.mean(axis=0, dtype=np.float64)
    if kind == "centre":
        return {"mean": mean.astype(x.dtype)}
    blocks = (x[i : i + _ROWS] for i in range(0, len(x), _ROWS))  # a copy of all in float64 would be large
    var = sum(((block - mean) ** 2).sum(axis=0) for block in blocks) / len(x)
    std = np.sqrt(var)
    std[std == 0] = 1  # what never varies stays zero
    return {"mean": mean.astype(x.dtype), "std": std.astype(x.dtype)}


def apply(fitted: dict[str, np.ndarray], dataset: Dataset) -> Dataset:
    """Return the data set prepared.

    The training part is changed where it lies, for a copy would be large; the two others, which pictures still show as
    they were, are copied.
    """
    if not fitted:
        return dataset
    parts = {}
    for part in ("train", "val", "test"):
        split = getattr(dataset, part)
        x = split.images if part == "train" else split.images.copy()
        for i in range(0, len(x), _ROWS):
            block = x[i : i + _ROWS]
            block -= fitted["mean"]
            if "std" in fitted:
                block /= fitted["std"]
        parts[part] = Split(x, split.labels)
    return dataclasses.replace(dataset, **parts)

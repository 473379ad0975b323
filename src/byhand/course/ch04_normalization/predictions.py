"""A prediction: what the size of a batch does to batch norm."""

import numpy as np

from byhand.layers import batchnorm
from byhand.spec import Misconception, Outcome, predict


def predict_batchnorm_batch_size():
    """Predict how much batch norm depends on who else is in the batch.

    In training, one and the same example passes batch norm again and again, each time in a batch with other examples drawn at
    random. What comes out for it is different every time, for mean and variance are those of the batch. Now the batches are
    made four times as large, 64 examples in place of 16. By how much does the output for that example spread now?

        "a"  as much as before: mean and variance are the same on average
        "b"  half as much
        "c"  a quarter as much
        "d"  twice as much: there are more examples to depend on

    Returns:
        choice: "a", "b", "c" or "d".
    """
    choice = "b"
    return choice


def _outcome() -> Outcome:
    rng = np.random.default_rng(0)
    spread = {}
    for size in (2, 16, 64):
        others = rng.standard_normal((size - 1, 2000))  # every column is a batch of its own
        x = np.concatenate([np.ones((1, 2000)), others])
        running = {"mean": np.zeros(2000), "var": np.ones(2000)}
        out, _, _ = batchnorm.batchnorm_forward(x, np.ones(2000), np.zeros(2000), running, train=True)
        spread[size] = float(np.std(out[0]))
    ratio = spread[64] / spread[16]
    near = {"a": 1.0, "b": 0.5, "c": 0.25, "d": 2.0}
    choice = min(near, key=lambda letter: abs(np.log(ratio / near[letter])))
    says = (
        f"It was run, on 2,000 batches of each size: the output for that example has a standard deviation of {spread[16]:.3f} in "
        f"batches of 16 and of {spread[64]:.3f} in batches of 64, {ratio:.2f} times as much. In batches of 2 it is "
        f"{spread[2]:.3f}: there the output is plus or minus 1, whatever the numbers are."
    )
    return Outcome(choice, says)


EXERCISES = (
    predict(
        predict_batchnorm_batch_size,
        outcome=_outcome,
        hints=[
            "What varies from batch to batch are the batch's mean and variance. How far is the mean of N random numbers from "
            "where it is on average?",
            "The mean of N independent numbers has a standard deviation of 1/sqrt(N) times that of one.",
            "With four times as many, sqrt(N) is twice as large.",
        ],
        misconceptions=[
            Misconception(
                "noise-averages-out",
                {'"b"\n    return': '"a"\n    return'},
                "The statistics are the same on average, but each batch has its own; how far they are off depends on its size.",
                "How far apart are the means of two batches of 2, and of two batches of 2,000?",
                "wrong-formula",
                "choice",
            ),
            Misconception(
                "noise-falls-with-n",
                {'"b"\n    return': '"c"\n    return'},
                "The variance of a mean falls with N; its standard deviation falls with the square root.",
                "If the variance is a quarter of what it was, what is its root?",
                "wrong-scale",
                "choice",
            ),
            Misconception(
                "more-examples-more-noise",
                {'"b"\n    return': '"d"\n    return'},
                "Each of the others has a smaller share in the mean, the more of them there are.",
                "By how much does the mean of N numbers move when one of them changes by 1?",
                "wrong-formula",
                "choice",
            ),
        ],
        minutes=5,
        after="batchnorm_forward",
    ),
)

"""The softmax of every row, safe from overflow."""

import numpy as np

from byhand.procedures import drills_softmax
from byhand.spec import Misconception, edge, extreme, odd, ordinary, vectorise


def _scores(draw, n=5, c=4, offset=0.0, apart=0.0, rows=False, equal=False):
    scores = draw.normal(n, c)
    if equal:
        scores = np.zeros((n, c))
    if rows:  # whole rows far from one another
        scores = scores + apart * np.arange(n)[:, None]
    elif apart:  # one number of each row far above its others
        scores[np.arange(n), np.arange(n) % c] += apart
    return {"scores": scores + offset}


EXERCISES = (
    vectorise(
        drills_softmax.stable_softmax_rows,
        loop=drills_softmax.stable_softmax_rows_loop,
        data=("n", "c"),
        inputs=_scores,
        cases=[
            ordinary("a batch of scores", n=5, c=4),
            odd("more columns than rows", n=3, c=7),
            edge("one row", n=1, c=4),
            edge("one column", n=4, c=1),
            edge("as many rows as columns", n=3, c=3),
            edge("all equal", n=3, c=4, equal=True),
            extreme("scores far above zero", n=4, c=3, offset=1e4),
            extreme("scores far below zero", n=4, c=3, offset=-1e4),
            extreme("scores of a row far apart", n=4, c=3, apart=1e4),
            extreme("rows far apart", n=4, c=3, apart=1e4, rows=True),
        ],
        hints=[
            "The loop goes through each row three times: for its largest score, for the sum of the exponentials, and to divide. "
            "Which index does each of the three keep, and which one does it go through?",
            "The largest score and the sum are one number a row each, found along axis 1. To be taken away from their row, and "
            "to divide it, they need the shape (N, 1).",
            "`e = np.exp(scores - np.max(scores, axis=1, keepdims=True))`, and then `row_normalize` of that.",
        ],
        misconceptions=[
            Misconception(
                "softmax-rows-not-shifted",
                {"np.exp(scores - largest)": "np.exp(scores)"},
                "The scores are not shifted: exp(1000) is infinite, and far below zero all exponentials are 0, so that the "
                "sum to divide by is 0 too.",
                "What is the largest number that you take the exponential of, and what should it be?",
                "unstable",
                "p",
            ),
            Misconception(
                "softmax-rows-shifted-by-the-whole",
                {"np.max(scores, axis=1, keepdims=True)": "np.max(scores)"},
                "All rows are shifted by the largest score of the whole array: a row far below it becomes all zeros, and 0 / 0.",
                "What is the largest number in each row of `scores - largest`?",
                "unstable",
                "p",
            ),
            Misconception(
                "softmax-rows-shifted-by-the-mean",
                {"np.max(scores, axis=1": "np.mean(scores, axis=1"},
                "Every row is shifted by its mean: a score far above the mean of its row still overflows.",
                "How far above the mean of its row can a score be?",
                "unstable",
                "p",
            ),
            Misconception(
                "softmax-rows-by-columns",
                {"np.sum(e, axis=1, keepdims=True)": "np.sum(e, axis=0, keepdims=True)"},
                "Each column adds up to 1, not each row.",
                "Which index does axis 0 sum over?",
                "wrong-axis",
                "p",
            ),
            Misconception(
                "softmax-rows-by-the-whole",
                {"np.sum(e, axis=1, keepdims=True)": "np.sum(e)"},
                "All rows together add up to 1.",
                "What should each row add up to?",
                "wrong-axis",
                "p",
            ),
            Misconception(
                "softmax-rows-lose-their-axis",
                {"np.sum(e, axis=1, keepdims=True)": "np.sum(e, axis=1)"},
                "The sums have shape (N,), and broadcasting lays them along the columns.",
                "Against which axis of `e` does an array of shape (N,) line up?",
                "wrong-axis",
                "p",
            ),
        ],
        minutes=10,
        after="row_normalize",
    ),
)

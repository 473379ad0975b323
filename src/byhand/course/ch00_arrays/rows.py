"""Rows and columns: sums along an axis, and their broadcasting."""

from byhand.procedures import drills
from byhand.spec import Misconception, edge, extreme, odd, ordinary, vectorise


def _rows(draw, n=4, d=3, scale=1.0):
    return {"x": draw.positive(n, d) * scale}


EXERCISES = (
    vectorise(
        drills.row_normalize,
        loop=drills.row_normalize_loop,
        data=("n", "d"),
        inputs=_rows,
        cases=[
            ordinary("a matrix", n=4, d=3),
            odd("more columns than rows", n=2, d=5),
            edge("one row", n=1, d=4),
            edge("one column", n=5, d=1),
            edge("as many rows as columns", n=3, d=3),
            extreme("large numbers", n=3, d=2, scale=1e6),
        ],
        hints=[
            "In `out[i, j] = x[i, j] / (sum over k of x[i, k])`, which indices does the result keep, and which is summed over?",
            "The sum over k is a sum along axis 1. It has one number for each row; to divide each row by its own, it must have "
            "the shape (N, 1), not (N,).",
            "`x / np.sum(x, axis=1, keepdims=True)`.",
        ],
        misconceptions=[
            Misconception(
                "rows-by-columns",
                {"axis=1, keepdims=True": "axis=0, keepdims=True"},
                "Each column is divided by its sum, not each row.",
                "Which index does axis 0 sum over, and which one stays?",
                "wrong-axis",
                "out",
            ),
            Misconception(
                "rows-lose-their-axis",
                {"axis=1, keepdims=True": "axis=1"},
                "The sums have shape (N,), and broadcasting lays them along the columns.",
                "Against which axis of x does an array of shape (N,) line up?",
                "wrong-axis",
                "out",
            ),
            Misconception(
                "rows-by-the-whole",
                {"axis=1, keepdims=True": ""},
                "Everything is divided by the sum of everything.",
                "What should each row sum to?",
                "wrong-axis",
                "out",
            ),
            Misconception(
                "rows-by-their-mean",
                {"np.sum(": "np.mean("},
                "Each row is divided by its mean.",
                "What does a row sum to once it is divided by its mean?",
                "wrong-scale",
                "out",
            ),
        ],
        minutes=6,
    ),
)

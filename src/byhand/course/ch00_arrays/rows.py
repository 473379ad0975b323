"""Rows and columns: sums along an axis, and their broadcasting."""

from byhand.procedures import drills_rows
from byhand.spec import Misconception, edge, extreme, odd, ordinary, vectorise


def _rows(draw, n=4, d=3, scale=1.0, signs=False):
    x = draw.positive(n, d) * scale
    if signs:  # a sum that is not zero still, and in the last row one below it
        x[:, 0] *= -0.25
        x[-1] *= -1
    return {"x": x}


def _examples(draw, n=5, d=3, scale=1.0, offset=0.0, constant=False, eps=None):
    x = draw.normal(n, d, scale=scale, offset=offset)
    if constant:
        x[:, -1] = x[0, -1]
    return {"x": x, **({} if eps is None else {"eps": eps})}


EXERCISES = (
    vectorise(
        drills_rows.row_normalize,
        loop=drills_rows.row_normalize_loop,
        data=("n", "d"),
        inputs=_rows,
        cases=[
            ordinary("a matrix", n=4, d=3),
            odd("more columns than rows", n=2, d=5),
            edge("one row", n=1, d=4),
            edge("one column", n=5, d=1),
            edge("as many rows as columns", n=3, d=3),
            edge("numbers below zero", n=4, d=3, signs=True),
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
    vectorise(
        drills_rows.standardize_columns,
        loop=drills_rows.standardize_columns_loop,
        data=("n", "d"),
        inputs=_examples,
        cases=[
            ordinary("a batch", n=5, d=3),
            odd("few examples of many features", n=3, d=7),
            edge("as many examples as features", n=4, d=4),
            edge("one example", n=1, d=3),
            edge("a column that does not vary", n=4, d=3, constant=True),
            edge("columns that hardly vary, where eps matters", n=4, d=3, scale=1e-3),
            edge("a large eps", n=4, d=2, eps=0.5),
            extreme("far from zero", n=6, d=3, offset=1e8),
        ],
        hints=[
            "Name the steps of the loop: a mean, a difference, a variance, a quotient. Which of them have one number for each "
            "column, and which one for each place of x?",
            "The mean and the variance sum over i, the first index: axis 0. They have shape (D,), which lines up with the last "
            "axis of x as it is.",
            "`mean = np.mean(x, axis=0)`; `xc = x - mean`; `variance = np.mean(xc**2, axis=0)`; `xc / np.sqrt(variance + eps)`.",
        ],
        misconceptions=[
            Misconception(
                "columns-by-rows",
                {
                    "mean = np.mean(x, axis=0)": "mean = np.mean(x, axis=1, keepdims=True)",
                    "np.mean(xc**2, axis=0)": "np.mean(xc**2, axis=1, keepdims=True)",
                },
                "Each row is standardised, not each column.",
                "Which index do the mean and the variance keep: that of the example or that of the feature?",
                "wrong-axis",
                "out",
            ),
            Misconception(
                "columns-difference-of-squares",
                {"np.mean(xc**2, axis=0)": "np.mean(x**2, axis=0) - mean**2"},
                "The variance is the mean of the squares less the square of the mean: two large numbers that nearly cancel.",
                "What is left of a variance of 1 when it is the difference of two numbers near 10 to the 16?",
                "unstable",
                "out",
            ),
            Misconception(
                "columns-by-their-variance",
                {"np.sqrt(variance + eps)": "(variance + eps)"},
                "The columns are divided by their variance, not by its square root.",
                "If x is in metres, what is the variance in, and what should the result be in?",
                "wrong-formula",
                "out",
            ),
            Misconception(
                "columns-no-eps",
                {"np.sqrt(variance + eps)": "np.sqrt(variance)"},
                "eps is not used: a column that does not vary divides zero by zero.",
                "What is the standard deviation of a column in which all numbers are equal?",
                "missing-term",
                "out",
            ),
            Misconception(
                "columns-eps-outside",
                {"np.sqrt(variance + eps)": "(np.sqrt(variance) + eps)"},
                "eps is added to the standard deviation, not to the variance.",
                "Is eps inside the root or outside?",
                "wrong-eps",
                "out",
            ),
            Misconception(
                "columns-one-less",
                {"np.mean(xc**2, axis=0)": "np.sum(xc**2, axis=0) / (len(x) - 1)"},
                "The squares are divided by N - 1; here they are averaged, by N.",
                "By what does the formula divide, and what becomes of your division when there is one example?",
                "wrong-scale",
                "out",
            ),
        ],
        minutes=8,
        after="row_normalize",
    ),
)

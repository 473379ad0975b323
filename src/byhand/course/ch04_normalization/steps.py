"""The steps that lead up to batch norm's backward pass: centring, variance, standardising."""

from byhand.layers import standardize
from byhand.spec import Misconception, edge, exercise, extreme, odd, ordinary


def _batch(draw, n=5, d=3, scale=1.0, offset=0.0):
    return {"x": draw.normal(n, d, scale=scale, offset=offset)}


def _standardized(draw, n=5, d=3, scale=1.0, offset=0.0, eps=None):
    return {**_batch(draw, n, d, scale, offset), **({} if eps is None else {"eps": eps})}


_CASES = [
    ordinary("a batch", n=5, d=3),
    odd("few examples of many features", n=3, d=7),
    edge("a batch of one", n=1, d=3),
    extreme("far from zero", n=4, d=3, offset=1e4),
]

EXERCISES = (
    exercise(
        standardize.center_backward,
        inputs=_batch,
        cases=_CASES,
        forward=standardize.center_forward,
        given=True,
        hints=[
            "`out = x - mu`, and `mu` is made of `x` too. By how many routes does `x` reach `out`?",
            "Directly it brings `dout`. `mu` is subtracted in every row, so `dmu` is minus the sum of `dout` over the batch; "
            "and every row has an N-th part in `mu`.",
            "`dmu = -np.sum(dout, axis=0)`, `dx = dout + dmu / n`.",
        ],
        misconceptions=[
            Misconception(
                "center-no-mean-path",
                {"dx = dout + dmu / n": "dx = dout"},
                "The route through the mean is missing: mu is made of x too.",
                "If one element of `x` moves, which other elements of `out` move?",
                "missing-term",
                "the path through mu",
            ),
            Misconception(
                "center-sum-for-mean",
                {"dx = dout + dmu / n": "dx = dout + dmu"},
                "What comes back to mu is given whole to every row; each row has an N-th part in it.",
                "By how much does the mean move when one of N elements moves by 1?",
                "wrong-scale",
                "the path through mu",
            ),
            Misconception(
                "center-sign",
                {"dmu = -np.sum(dout, axis=0)": "dmu = np.sum(dout, axis=0)"},
                "The sign of the route through the mean is turned: mu is subtracted.",
                "Which way does `out` move when `mu` grows?",
                "wrong-sign",
                "the path through mu",
            ),
            Misconception(
                "center-over-everything",
                {"dmu = -np.sum(dout, axis=0)": "dmu = -np.sum(dout)"},
                "The sum runs over all features; each column has a mean of its own.",
                "How many means are there?",
                "wrong-axis",
                "dmu",
            ),
        ],
        minutes=12,
        after=("mean_backward", "fan_out_backward"),
    ),
    exercise(
        standardize.variance_backward,
        inputs=_batch,
        cases=[*_CASES, edge("two examples", n=2, d=3)],
        forward=standardize.variance_forward,
        given=True,
        hints=[
            "The variance is a mean of squares. What is the derivative of a square, and what does a mean do on the way back?",
            "There is also a route through the mean. Write down what it brings, and remember what the sum of `x - mu` is.",
            "`dx = dout * 2 * xc / n`: the route through the mean brings nothing.",
        ],
        misconceptions=[
            Misconception(
                "variance-no-two",
                {"dx = dout * 2 * xc / n": "dx = dout * xc / n"},
                "The 2 of the square's derivative is missing.",
                "What is the derivative of a square?",
                "wrong-scale",
                "dx",
            ),
            Misconception(
                "variance-sum-for-mean",
                {"dx = dout * 2 * xc / n": "dx = dout * 2 * xc"},
                "The variance is a mean of squares, not their sum: the division by N is missing.",
                "By how much does a mean move when one of N elements moves by 1?",
                "wrong-scale",
                "dx",
            ),
            Misconception(
                "variance-unbiased",
                {"dx = dout * 2 * xc / n": "dx = dout * 2 * xc / (n - 1)"},
                "This is the gradient of the unbiased variance, divided by N - 1.",
                "By what does the forward divide?",
                "wrong-scale",
                "dx",
            ),
            Misconception(
                "variance-no-square",
                {"dx = dout * 2 * xc / n": "dx = dout * 2 / n * np.ones_like(xc)"},
                "The derivative of a square is twice what was squared; xc is missing.",
                "Which elements move the variance most: those near the mean or those far from it?",
                "missing-term",
                "dx",
            ),
        ],
        minutes=10,
        after="center_backward",
    ),
    exercise(
        standardize.standardize_backward,
        inputs=_standardized,
        cases=[
            *_CASES,
            odd("a large eps", n=4, d=2, eps=0.5),
            edge("a variance so small that eps matters", n=4, d=3, scale=1e-3),
            edge("a constant batch", n=3, d=2, scale=0.0, offset=2.0),
        ],
        forward=standardize.standardize_forward,
        given=True,
        hints=[
            "Three routes lead from `x` to `out`: directly, through the standard deviation, and through the mean. Go back one "
            "step of the forward at a time.",
            "`out = xc / std` gives two gradients: for `xc`, `dout / std`; for `std`, minus the sum over the batch of `dout * "
            "xc / std**2`. Then `std -> var -> xc -> mu`.",
            "`dvar = dstd / (2 * std)`; `dxc = dout / std + dvar * 2 * xc / n`; `dmu = -np.sum(dxc, axis=0)`; `dx = dxc + dmu "
            "/ n`.",
        ],
        misconceptions=[
            Misconception(
                "standardize-no-mean-path",
                {"dx = dxc + dmu / n": "dx = dxc"},
                "The route through the mean is missing.",
                "After centring, how does one example still see the others?",
                "missing-term",
                "the path through mu",
            ),
            Misconception(
                "standardize-no-variance-path",
                {"dxc = dout / std + dvar * 2 * xc / n": "dxc = dout / std"},
                "The route through the variance is missing: std is taken for a constant.",
                "Of what is `std` made?",
                "missing-term",
                "the path through var",
            ),
            Misconception(
                "standardize-std-sign",
                {"dstd = -np.sum(": "dstd = np.sum("},
                "The sign of the route through the standard deviation is turned: 1 / std falls when std grows.",
                "What happens to `out` when `std` grows?",
                "wrong-sign",
                "the path through var",
            ),
            Misconception(
                "standardize-root-slope",
                {"dvar = dstd / (2 * std)  #": "dvar = dstd / std  #"},
                "The slope of the square root is 1 / (2 * std).",
                "What is the derivative of a square root?",
                "wrong-scale",
                "the path through var",
            ),
            Misconception(
                "standardize-quotient",
                {"dstd = -np.sum(dout * xc, axis=0) / std**2": "dstd = -np.sum(dout * xc, axis=0) / std"},
                "The slope of 1 / std is -1 / std squared.",
                "What is the derivative of `1 / s`?",
                "wrong-scale",
                "dstd",
            ),
            Misconception(
                "standardize-mean-not-shared",
                {"dx = dxc + dmu / n": "dx = dxc + dmu"},
                "What comes back to mu is given whole to every row; each row has an N-th part in it.",
                "By how much does the mean move when one of N elements moves by 1?",
                "wrong-scale",
                "the path through mu",
            ),
        ],
        minutes=25,
        after="variance_backward",
    ),
)

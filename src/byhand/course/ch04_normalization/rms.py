"""Normalisation by the root mean square."""

from byhand.layers import rmsnorm
from byhand.spec import Misconception, edge, exercise, extreme, odd, ordinary


def _examples(draw, n=4, d=5, t=2, sequence=False, scale=1.0, offset=0.5, eps=None):
    shape = (n, t, d) if sequence else (n, d)
    return {
        "x": draw.normal(*shape, scale=scale, offset=offset),
        "gamma": draw.positive(d),
        **({} if eps is None else {"eps": eps}),
    }


_CASES = [
    ordinary("a batch", n=4, d=5),
    odd("a batch of sequences", n=3, t=2, d=5, sequence=True),
    edge("a batch of one", n=1, d=4),
    edge("a single feature", n=3, d=1),
    edge("squares so small that eps matters", n=3, d=4, scale=1e-3, offset=0.0),
    edge("a large eps", n=3, d=4, eps=0.5),
    edge("constant examples", n=2, d=3, scale=0.0, offset=-2.0),
    edge("nothing but zeros", n=2, d=3, scale=0.0, offset=0.0),
    extreme("far from zero", n=3, d=4, offset=1e4),
]

_MEAN_SQUARE = "ms = np.mean(x**2, axis=-1, keepdims=True)"

EXERCISES = (
    exercise(
        rmsnorm.rmsnorm_forward,
        inputs=_examples,
        cases=_CASES,
        hints=[
            "Layer norm without its mean: nothing is subtracted, and each example is divided by one number. Which?",
            "The root of the mean of the squares, over the last axis, kept as an axis of size 1. Where does eps keep a row of "
            "zeros from dividing zero by zero?",
            "`rms = np.sqrt(np.mean(x**2, axis=-1, keepdims=True) + eps)`; `out = gamma * x / rms`. There is no beta.",
        ],
        misconceptions=[
            Misconception(
                "rmsnorm-mean-subtracted",
                {_MEAN_SQUARE: f"x = x - np.mean(x, axis=-1, keepdims=True)\n    {_MEAN_SQUARE}"},
                "The mean is subtracted first: this is layer norm.",
                "What should come out of an example whose features are all 2?",
                "extra-term",
                "the mean",
            ),
            Misconception(
                "rmsnorm-variance-for-mean-square",
                {_MEAN_SQUARE: "ms = np.var(x, axis=-1, keepdims=True)"},
                "x is divided by its standard deviation; the mean square has no mean taken out of it.",
                "From where are the differences measured that a variance squares, and from where those of a mean square?",
                "wrong-formula",
                "ms",
            ),
            Misconception(
                "rmsnorm-sum-for-mean",
                {_MEAN_SQUARE: _MEAN_SQUARE.replace("mean(", "sum(")},
                "The squares are summed, not averaged: x is divided by its length.",
                "What is the root mean square of a row of a hundred ones?",
                "wrong-scale",
                "ms",
            ),
            Misconception(
                "rmsnorm-eps-outside",
                {"rms = np.sqrt(ms + eps)": "rms = np.sqrt(ms) + eps"},
                "eps is added to the root, not to the mean square.",
                "Is eps inside the root or outside?",
                "wrong-eps",
                "rms",
            ),
            Misconception(
                "rmsnorm-no-eps",
                {"rms = np.sqrt(ms + eps)": "rms = np.sqrt(ms)"},
                "eps is not used: a row of zeros divides zero by zero.",
                "What is the root mean square of a row of zeros?",
                "unstable",
                "rms",
            ),
            Misconception(
                "rmsnorm-over-the-batch",
                {_MEAN_SQUARE: _MEAN_SQUARE.replace("axis=-1", "axis=0")},
                "The mean of the squares is taken over the batch, as in batch norm.",
                "Should one example's output depend on the others?",
                "wrong-axis",
                "ms",
            ),
            Misconception(
                "rmsnorm-no-root",
                {"rms = np.sqrt(ms + eps)": "rms = ms + eps"},
                "x is divided by the mean square itself; the root is missing.",
                "If `x` were ten times as large, should `out` change?",
                "wrong-formula",
                "rms",
            ),
            Misconception(
                "rmsnorm-no-scale",
                {"out = gamma * xhat\n": "out = xhat\n"},
                "gamma is not used.",
                "What should come out when `gamma` is 2?",
                "missing-term",
                "out",
            ),
        ],
        minutes=8,
        after="layernorm_forward",
    ),
    exercise(
        rmsnorm.rmsnorm_backward,
        inputs=_examples,
        cases=_CASES,
        forward=rmsnorm.rmsnorm_forward,
        hints=[
            "Draw the forward as a graph. Layer norm had three routes from `x` to `xhat`; how many are left without the mean?",
            "With `dxhat = dout * gamma`: directly it brings `dxhat / rms`. The other route goes through `rms` and `ms`, which "
            "serve all features of one example.",
            "`drms = -np.sum(dxhat * xhat, axis=-1, keepdims=True) / rms`; `dms = drms / (2 * rms)`; "
            "`dx = dxhat / rms + dms * 2 * (xhat * rms) / d`.",
        ],
        misconceptions=[
            Misconception(
                "rmsnorm-no-square-path",
                {"dx = dxhat / rms + dms * 2 * (xhat * rms) / d": "dx = dxhat / rms"},
                "The route through the mean square is missing: rms is taken for a constant.",
                "Of what is `rms` made?",
                "missing-term",
                "the path through ms",
            ),
            Misconception(
                "rmsnorm-layer-norms-backward",
                {
                    "dx = dxhat / rms + dms * 2 * (xhat * rms) / d": "dxc = dxhat / rms + dms * 2 * (xhat * rms) / d\n"
                    "    dx = dxc - np.mean(dxc, axis=-1, keepdims=True)"
                },
                "The mean is taken out of the gradient, as in layer norm; but the forward subtracts no mean.",
                "Which routes lead from `x` to `out` here?",
                "extra-term",
                "the path through mu",
            ),
            Misconception(
                "rmsnorm-rms-sign",
                {"drms = -np.sum(": "drms = np.sum("},
                "The sign of the route through the mean square is turned: 1 / rms falls when rms grows.",
                "What happens to `xhat` when `rms` grows?",
                "wrong-sign",
                "the path through ms",
            ),
            Misconception(
                "rmsnorm-root-slope",
                {"dms = drms / (2 * rms)  #": "dms = drms / rms  #"},
                "The slope of the square root is 1 / (2 * rms).",
                "What is the derivative of a square root?",
                "wrong-scale",
                "the path through ms",
            ),
            Misconception(
                "rmsnorm-gradient-sum-for-mean",
                {"dms * 2 * (xhat * rms) / d  #": "dms * 2 * (xhat * rms)  #"},
                "ms is a mean of squares, not their sum: the division by D is missing.",
                "By how much does a mean move when one of D elements moves by 1?",
                "wrong-scale",
                "the path through ms",
            ),
            Misconception(
                "rmsnorm-divides-by-the-batch",
                {"d = dout.shape[-1]": "d = dout.shape[-1]\n    n = dout.shape[0]", "(xhat * rms) / d": "(xhat * rms) / n"},
                "The mean of the squares is divided by the number of examples; it runs over the features.",
                "Over how many numbers does the mean of this layer run?",
                "wrong-axis",
                "d",
            ),
            Misconception(
                "rmsnorm-gamma-forgotten",
                {"dxhat = dout * gamma": "dxhat = dout"},
                "dxhat lacks gamma; with gamma = 1 nobody would notice.",
                "What stands between `xhat` and `out`?",
                "missing-term",
                "dxhat",
            ),
            Misconception(
                "rmsnorm-dgamma-of-x",
                {"np.reshape(dout * xhat, (-1, d))": "np.reshape(dout * xhat * rms, (-1, d))"},
                "dgamma is made with x; what gamma multiplies is x / rms.",
                "What does `gamma` stand beside in the forward?",
                "wrong-formula",
                "dgamma",
            ),
        ],
        minutes=15,
        equivalent={
            "dgamma = np.sum(np.reshape(dout * xhat, (-2, d)), axis=0)": "NumPy takes any negative number for the rest",
        },
        after=("rmsnorm_forward", "layernorm_backward"),
    ),
)

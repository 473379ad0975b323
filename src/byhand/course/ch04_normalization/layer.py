"""Layer normalisation."""

from byhand.layers import layernorm
from byhand.spec import Misconception, edge, exercise, extreme, odd, ordinary


def _examples(draw, n=4, d=5, t=2, sequence=False, scale=1.0, offset=0.0, eps=None):
    shape = (n, t, d) if sequence else (n, d)
    return {
        "x": draw.normal(*shape, scale=scale, offset=offset),
        "gamma": draw.positive(d),
        "beta": draw.normal(d),
        **({} if eps is None else {"eps": eps}),
    }


_CASES = [
    ordinary("a batch", n=4, d=5),
    odd("a batch of sequences", n=3, t=2, d=5, sequence=True),
    edge("a batch of one", n=1, d=4),
    edge("a variance so small that eps matters", n=3, d=4, scale=1e-3),
    edge("a large eps", n=3, d=4, eps=0.5),
    edge("constant examples", n=2, d=3, scale=0.0, offset=2.0),
    extreme("far from zero", n=3, d=4, offset=1e4),
]

EXERCISES = (
    exercise(
        layernorm.layernorm_forward,
        inputs=_examples,
        cases=_CASES,
        hints=[
            "It is batch norm turned on its side: each example is standardised over its own features. Which axis is that?",
            "The mean over the last axis must be kept as an axis of size 1, or it will not line up with `x`.",
            "`mu = np.mean(x, axis=-1, keepdims=True)`, and the variance likewise; then as in batch norm. gamma and beta are "
            "still one for each feature.",
        ],
        misconceptions=[
            Misconception(
                "layernorm-over-the-batch",
                {
                    "mu = np.mean(x, axis=-1, keepdims=True)": "mu = np.mean(x, axis=0, keepdims=True)",
                    "var = np.mean(xc**2, axis=-1, keepdims=True)": "var = np.mean(xc**2, axis=0, keepdims=True)",
                },
                "This is batch norm: the statistics are taken over the batch.",
                "Should one example's output depend on the others?",
                "wrong-axis",
                "mu",
            ),
            Misconception(
                "layernorm-unbiased",
                {"var = np.mean(xc**2, axis=-1, keepdims=True)": "var = np.var(x, axis=-1, ddof=1, keepdims=True)"},
                "The variance is divided by D - 1; layer norm divides by D.",
                "By what does a mean divide?",
                "wrong-scale",
                "var",
            ),
            Misconception(
                "layernorm-eps-outside",
                {"std = np.sqrt(var + eps)": "std = np.sqrt(var) + eps"},
                "eps is added to the standard deviation, not to the variance.",
                "Is eps inside the root or outside?",
                "wrong-eps",
                "std",
            ),
            Misconception(
                "layernorm-one-mean-for-all",
                {"mu = np.mean(x, axis=-1, keepdims=True)": "mu = np.mean(x)"},
                "One mean is taken over the whole batch; each example has its own.",
                "What shape has `mu`?",
                "wrong-axis",
                "mu",
            ),
            Misconception(
                "layernorm-no-scale-and-shift",
                {"out = gamma * xhat + beta\n    cache": "out = xhat\n    cache"},
                "gamma and beta are not used.",
                "What should come out when `gamma` is 2 and `beta` is 5?",
                "missing-term",
                "out",
            ),
        ],
        minutes=12,
        after="batchnorm_forward",
    ),
    exercise(
        layernorm.layernorm_backward,
        inputs=_examples,
        cases=_CASES,
        forward=layernorm.layernorm_forward,
        hints=[
            "The three routes are batch norm's; only the direction of the means has changed. Which sums turn with it, and "
            "which two do not?",
            "`dgamma` and `dbeta` still sum over the examples (all axes but the last). The sums in `dstd` and `dmu` run over "
            "the features of one example, and N becomes D.",
            "`dstd = -np.sum(dxhat * xhat, axis=-1, keepdims=True) / std`, `dmu = -np.sum(dxc, axis=-1, keepdims=True)`, and "
            "divide by `d = dout.shape[-1]`.",
        ],
        misconceptions=[
            Misconception(
                "layernorm-divides-by-the-batch",
                {"d = dout.shape[-1]": "d = dout.shape[0]"},
                "N of batch norm is left in: the means here run over the features.",
                "Over how many numbers does each mean of this layer run?",
                "wrong-axis",
                "d",
            ),
            Misconception(
                "layernorm-no-mean-path",
                {"dx = dxc + dmu / d": "dx = dxc"},
                "The route through the mean is missing.",
                "`x` reaches the output by three routes. Which have you?",
                "missing-term",
                "the path through mu",
            ),
            Misconception(
                "layernorm-no-variance-path",
                {"dxc = dxhat / std + dvar * 2 * (xhat * std) / d": "dxc = dxhat / std"},
                "The route through the variance is missing.",
                "`x` reaches the output by three routes. Which have you?",
                "missing-term",
                "the path through var",
            ),
            Misconception(
                "layernorm-sum-for-mean",
                {"dx = dxc + dmu / d": "dx = dxc + dmu"},
                "What comes back to mu is given whole to every feature; each has a D-th part in it.",
                "By how much does the mean move when one of D features moves by 1?",
                "wrong-scale",
                "the path through mu",
            ),
            Misconception(
                "layernorm-std-sign",
                {"dstd = -np.sum(": "dstd = np.sum("},
                "The sign of the route through the variance is turned: 1 / std falls when std grows.",
                "What happens to `xhat` when `std` grows?",
                "wrong-sign",
                "the path through var",
            ),
            Misconception(
                "layernorm-gamma-forgotten",
                {"dxhat = dout * gamma": "dxhat = dout"},
                "dxhat lacks gamma; with gamma = 1 nobody would notice.",
                "What stands between `xhat` and `out`?",
                "missing-term",
                "dxhat",
            ),
            Misconception(
                "layernorm-dgamma-averaged",
                {"dgamma = np.sum(": "dgamma = np.mean("},
                "dgamma is averaged over the examples; gamma serves each of them, and its uses add up.",
                "In how many places is one element of `gamma` used?",
                "wrong-scale",
                "dgamma",
            ),
        ],
        minutes=20,
        equivalent={
            "dbeta = np.sum(np.reshape(dout, (-2, d)), axis=0)": "NumPy takes any negative number for the rest",
            "dgamma = np.sum(np.reshape(dout * xhat, (-2, d)), axis=0)": "NumPy takes any negative number for the rest",
        },
        after=("layernorm_forward", "batchnorm_backward"),
    ),
)

"""Group normalisation of vectors."""

from byhand.layers import groupnorm
from byhand.spec import Misconception, edge, exercise, extreme, odd, ordinary


def _examples(draw, n=4, g=2, k=3, scale=1.0, offset=0.0, eps=None):
    return {
        "x": draw.normal(n, g * k, scale=scale, offset=offset),
        "gamma": draw.positive(g * k),
        "beta": draw.normal(g * k),
        "groups": g,
        **({} if eps is None else {"eps": eps}),
    }


_CASES = [
    ordinary("a batch, two groups of three", n=4, g=2, k=3),
    odd("few examples, three groups of five", n=2, g=3, k=5),
    edge("a batch of one", n=1, g=3, k=2),
    edge("one group", n=3, g=1, k=5),
    edge("a group for each channel", n=3, g=4, k=1),
    edge("a variance so small that eps matters", n=3, g=2, k=3, scale=1e-3),
    edge("a large eps", n=3, g=2, k=3, eps=0.5),
    edge("constant examples", n=2, g=2, k=3, scale=0.0, offset=2.0),
    extreme("far from zero", n=3, g=2, k=4, offset=1e4),
]

EXERCISES = (
    exercise(
        groupnorm.groupnorm_forward,
        inputs=_examples,
        cases=_CASES,
        hints=[
            "Layer norm, within each group instead of within each example. If groups had an axis of their own, which axis "
            "would the means run over?",
            "`np.reshape(x, (n, groups, c // groups))` gives them one: neighbouring channels share a row. Undo it before "
            "gamma and beta, which are one number for each channel.",
            "`mu` and `var` are means over the last of the three axes, with keepdims; `xhat = (grouped - mu) / np.sqrt(var + "
            "eps)`; `out = gamma * np.reshape(xhat, (n, c)) + beta`.",
        ],
        misconceptions=[
            Misconception(
                "groupnorm-groups-not-used",
                {"(n, groups, c // groups)": "(n, 1, c)"},
                "The groups are not used: each example is standardised as a whole, as in layer norm.",
                "How many means has one example?",
                "wrong-axis",
                "grouped",
            ),
            Misconception(
                "groupnorm-groups-of-that-size",
                {"(n, groups, c // groups)": "(n, c // groups, groups)"},
                "groups is taken for the number of channels in a group; it is the number of groups.",
                "With 6 channels and `groups=2`, how many channels has a group?",
                "wrong-shape",
                "grouped",
            ),
            Misconception(
                "groupnorm-channels-dealt-out",
                {
                    "(n, groups, c // groups)": "(n, c // groups, groups)",
                    "mu = np.mean(grouped, axis=-1,": "mu = np.mean(grouped, axis=1,",
                    "var = np.mean(xc**2, axis=-1,": "var = np.mean(xc**2, axis=1,",
                },
                "The channels are dealt out to the groups in turn; a group is of neighbours.",
                "Which channels share a row after your reshape?",
                "wrong-index",
                "grouped",
            ),
            Misconception(
                "groupnorm-over-the-batch",
                {
                    "mu = np.mean(grouped, axis=-1,": "mu = np.mean(grouped, axis=(0, 2),",
                    "var = np.mean(xc**2, axis=-1,": "var = np.mean(xc**2, axis=(0, 2),",
                },
                "The statistics are taken over the batch too.",
                "Should one example's output depend on the others?",
                "wrong-axis",
                "mu",
            ),
            Misconception(
                "groupnorm-over-the-groups",
                {
                    "mu = np.mean(grouped, axis=-1,": "mu = np.mean(grouped, axis=1,",
                    "var = np.mean(xc**2, axis=-1,": "var = np.mean(xc**2, axis=1,",
                },
                "The means run over the groups, not over the channels in one.",
                "Which axis of (N, G, K) holds the channels of one group?",
                "wrong-axis",
                "mu",
            ),
            Misconception(
                "groupnorm-eps-outside",
                {"std = np.sqrt(var + eps)": "std = np.sqrt(var) + eps"},
                "eps is added to the standard deviation, not to the variance.",
                "Is eps inside the root or outside?",
                "wrong-eps",
                "std",
            ),
            Misconception(
                "groupnorm-no-scale-and-shift",
                {"out = gamma * np.reshape(xhat, (n, c)) + beta\n": "out = np.reshape(xhat, (n, c))\n"},
                "gamma and beta are not used.",
                "What should come out when `gamma` is 2 and `beta` is 5?",
                "missing-term",
                "out",
            ),
        ],
        minutes=15,
        after="layernorm_forward",
    ),
    exercise(
        groupnorm.groupnorm_backward,
        inputs=_examples,
        cases=_CASES,
        forward=groupnorm.groupnorm_forward,
        hints=[
            "The three routes are layer norm's, within a group. What must be done to `dout * gamma` before the sums can run "
            "over a group, and to the result afterwards?",
            "`dgamma` and `dbeta` are sums over the examples of arrays of shape (N, C). For `dx`, reshape `dxhat` to (N, G, "
            "K), the shape of `xhat`; every mean now divides by K.",
            "`dxhat = np.reshape(dout * gamma, xhat.shape)`, then as in `layernorm_backward` with `k = xhat.shape[-1]`, and "
            "`dx = np.reshape(dxc + dmu / k, dout.shape)`.",
        ],
        misconceptions=[
            Misconception(
                "groupnorm-divides-by-all-channels",
                {"k = xhat.shape[-1]": "k = dout.shape[-1]"},
                "The means are divided by C, the number of all channels; a group has C / groups of them.",
                "Over how many numbers does each mean of this layer run?",
                "wrong-scale",
                "k",
            ),
            Misconception(
                "groupnorm-no-mean-path",
                {"dx = np.reshape(dxc + dmu / k, dout.shape)": "dx = np.reshape(dxc, dout.shape)"},
                "The route through the mean is missing.",
                "`x` reaches the output by three routes. Which have you?",
                "missing-term",
                "the path through mu",
            ),
            Misconception(
                "groupnorm-no-variance-path",
                {"dxc = dxhat / std + dvar * 2 * (xhat * std) / k": "dxc = dxhat / std"},
                "The route through the variance is missing.",
                "`x` reaches the output by three routes. Which have you?",
                "missing-term",
                "the path through var",
            ),
            Misconception(
                "groupnorm-sum-for-mean",
                {"dxc + dmu / k": "dxc + dmu"},
                "What comes back to mu is given whole to every channel of the group; each has a K-th part in it.",
                "By how much does the mean move when one of K channels moves by 1?",
                "wrong-scale",
                "the path through mu",
            ),
            Misconception(
                "groupnorm-std-sign",
                {"dstd = -np.sum(": "dstd = np.sum("},
                "The sign of the route through the variance is turned: 1 / std falls when std grows.",
                "What happens to `xhat` when `std` grows?",
                "wrong-sign",
                "the path through var",
            ),
            Misconception(
                "groupnorm-gamma-forgotten",
                {"dxhat = np.reshape(dout * gamma, xhat.shape)": "dxhat = np.reshape(dout, xhat.shape)"},
                "dxhat lacks gamma; with gamma = 1 nobody would notice.",
                "What stands between `xhat` and `out`?",
                "missing-term",
                "dxhat",
            ),
            Misconception(
                "groupnorm-gamma-after-the-sums",
                {
                    "dxhat = np.reshape(dout * gamma, xhat.shape)": "dxhat = np.reshape(dout, xhat.shape)",
                    "dx = np.reshape(dxc + dmu / k, dout.shape)": "dx = gamma * np.reshape(dxc + dmu / k, dout.shape)",
                },
                "gamma comes after the sums; it differs from channel to channel, so it cannot be taken out of them.",
                "Is the mean of `gamma * dout` the same as `gamma` times the mean of `dout`?",
                "wrong-order",
                "dxhat",
            ),
            Misconception(
                "groupnorm-dgamma-axis-kept",
                {"np.reshape(xhat, dout.shape), axis=0)": "np.reshape(xhat, dout.shape), axis=0, keepdims=True)"},
                "dgamma keeps an axis that gamma does not have.",
                "What shape has `gamma`?",
                "wrong-shape",
                "dgamma",
            ),
        ],
        minutes=20,
        after=("groupnorm_forward", "layernorm_backward"),
    ),
)

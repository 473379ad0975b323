"""Batch and group normalisation of pictures."""

from byhand.layers import batchnorm, spatial_batchnorm, spatial_groupnorm
from byhand.spec import Misconception, edge, exercise, extreme, odd, ordinary


def _pictures(draw, n=2, c=3, h=2, w=2, train=True, scale=1.0, offset=0.0, eps=None, momentum=None):
    options = {"eps": eps, "momentum": momentum}
    return {
        "x": draw.normal(n, c, h, w, scale=scale, offset=offset),
        "gamma": draw.positive(c),
        "beta": draw.normal(c),
        "running": {"mean": draw.normal(c), "var": draw.positive(c)},
        "train": train,
        **{name: value for name, value in options.items() if value is not None},
    }


def _grouped(draw, n=2, g=2, k=2, h=2, w=2, scale=1.0, offset=0.0, eps=None):
    return {
        "x": draw.normal(n, g * k, h, w, scale=scale, offset=offset),
        "gamma": draw.positive(g * k),
        "beta": draw.normal(g * k),
        "groups": g,
        **({} if eps is None else {"eps": eps}),
    }


_CASES = [
    ordinary("a batch of pictures, in training", n=2, c=3, h=2, w=2),
    odd("no two sizes equal", n=3, c=4, h=5, w=7, momentum=0.75),
    edge("in testing", n=2, c=3, h=2, w=4, train=False),
    edge("one picture", n=1, c=3, h=4, w=2),
    edge("a single pixel", n=4, c=3, h=1, w=1),
    edge("one picture of a single pixel", n=1, c=2, h=1, w=1),
    edge("as many channels as pixels in a row", n=2, c=3, h=3, w=3),
    edge("a variance so small that eps matters", n=2, c=3, h=2, w=2, scale=1e-3),
    edge("a large eps", n=2, c=3, h=2, w=2, eps=0.5),
    edge("pictures of one colour", n=2, c=2, h=2, w=3, scale=0.0, offset=2.0),
    extreme("far from zero", n=2, c=3, h=2, w=2, offset=1e4),
]

_GROUPED_CASES = [
    ordinary("a batch of pictures, two groups", n=2, g=2, k=2, h=2, w=2),
    odd("no two sizes equal", n=4, g=2, k=3, h=5, w=7),
    edge("one picture", n=1, g=2, k=3, h=2, w=4),
    edge("one group", n=3, g=1, k=4, h=2, w=3),
    edge("a group for each channel", n=2, g=4, k=1, h=2, w=3),
    edge("a single pixel", n=3, g=2, k=4, h=1, w=1),
    edge("as many channels as pixels in a row", n=2, g=2, k=2, h=4, w=4),
    edge("a variance so small that eps matters", n=2, g=2, k=3, h=2, w=2, scale=1e-3),
    edge("a large eps", n=2, g=2, k=3, h=2, w=2, eps=0.5),
    edge("pictures of one colour", n=2, g=2, k=2, h=2, w=3, scale=0.0, offset=2.0),
    extreme("far from zero", n=2, g=2, k=2, h=2, w=2, offset=1e4),
]

_ROWS = "rows = np.reshape(np.moveaxis(x, 1, -1), (n * h * w, c))"
_CALL = "scaled, cache, running = batchnorm_forward(rows, gamma, beta, running, train=train, momentum=momentum, eps=eps)"
_BACK = "out = np.moveaxis(np.reshape(scaled, (n, h, w, c)), -1, 1)"
_DROWS = "rows = np.reshape(np.moveaxis(dout, 1, -1), (n * h * w, c))"
_DCALL = "drows, dgamma, dbeta = batchnorm_backward(rows, cache)"
_DBACK = "dx = np.moveaxis(np.reshape(drows, (n, h, w, c)), -1, 1)"


def _alone(axes: str, std: str = "np.sqrt(var + eps)") -> dict[str, str]:
    """Return the edits that make of the forward one that does without batch norm's, with statistics over these axes."""
    return {
        _CALL: f"""mean, var = running["mean"][:, None, None], running["var"][:, None, None]
    if train:
        mean, var = x.mean(axis={axes}, keepdims=True), x.var(axis={axes}, keepdims=True)
        batch = {{"mean": mean.mean(axis=(0, 2, 3)), "var": var.mean(axis=(0, 2, 3))}}
        running = {{key: momentum * running[key] + (1 - momentum) * batch[key] for key in running}}
    cache = None""",
        _BACK: f"out = gamma[:, None, None] * (x - mean) / ({std}) + beta[:, None, None]",
    }


def _closed(terms: str, dxhat: str = "rows * gamma") -> dict[str, str]:
    """Return the edits that make of the backward one in closed form, with these terms taken off dxhat in training."""
    return {
        _DCALL: f"""xhat, std, gamma, train = cache
    dgamma, dbeta = np.sum(rows * xhat, axis=0), np.sum(rows, axis=0)
    dxhat = {dxhat}
    drows = (dxhat - ({terms})) / std if train else dxhat / std"""
    }


_MEAN, _VAR = "np.mean(dxhat, axis=0)", "xhat * np.mean(dxhat * xhat, axis=0)"

EXERCISES = (
    exercise(
        spatial_batchnorm.spatial_batchnorm_forward,
        inputs=_pictures,
        cases=_CASES,
        parts=[batchnorm.batchnorm_forward, batchnorm.batchnorm_backward, batchnorm.batchnorm_backward_alt],
        hints=[
            "Take every pixel for an example and every channel for a feature. In what shape would `batchnorm_forward` take "
            "the pictures?",
            "(N * H * W, C). reshape alone does not get you there: it keeps the order of the numbers, and the channels are not "
            "last. Move their axis to the end first, and back again afterwards.",
            "`rows = np.reshape(np.moveaxis(x, 1, -1), (n * h * w, c))`; call `batchnorm_forward` on them with all its "
            "options; reshape to (n, h, w, c) and move the last axis back to place 1.",
        ],
        misconceptions=[
            Misconception(
                "spatial-batchnorm-not-transposed",
                {_ROWS: "rows = np.reshape(x, (n * h * w, c))", _BACK: "out = np.reshape(scaled, (n, c, h, w))"},
                "The pictures are reshaped without moving the channels to the end: a column holds pixels of all channels.",
                "Which channels do the numbers in one column of your rows come from?",
                "wrong-transpose",
                "rows",
            ),
            Misconception(
                "spatial-batchnorm-not-moved-back",
                {_BACK: "out = np.reshape(scaled, (n, c, h, w))"},
                "The way back lacks the move of the channels to their place: the right numbers, shuffled.",
                "In what order do the numbers of `scaled` lie, and in what order those of `x`?",
                "wrong-transpose",
                "out",
            ),
            Misconception(
                "spatial-batchnorm-per-pixel",
                _alone("0"),
                "Every pixel has statistics of its own, over the batch alone; a channel has one mean for all its pixels.",
                "How many means are there for a picture of three channels?",
                "wrong-axis",
                "mu",
            ),
            Misconception(
                "spatial-batchnorm-per-picture",
                _alone("(2, 3)"),
                "Every picture has statistics of its own; a channel has one mean for the whole batch.",
                "Over how many numbers does the mean of one channel run?",
                "wrong-axis",
                "mu",
            ),
            Misconception(
                "spatial-batchnorm-eps-outside",
                _alone("(0, 2, 3)", "np.sqrt(var) + eps"),
                "eps is added to the standard deviation, not to the variance.",
                "Is eps inside the root or outside?",
                "wrong-eps",
                "std",
            ),
            Misconception(
                "spatial-batchnorm-always-training",
                {"train=train": "train=True"},
                "Testing uses the batch's own statistics, and learns from them.",
                "Who tells `batchnorm_forward` which mode it is in?",
                "wrong-mode",
                "out",
            ),
            Misconception(
                "spatial-batchnorm-options-not-passed-on",
                {", momentum=momentum, eps=eps": ""},
                "momentum and eps are not passed on: what the caller asks for is not what batch norm does.",
                "Where do the values of `momentum` and `eps` go?",
                "hard-coded",
                "eps",
            ),
            Misconception(
                "spatial-batchnorm-running-lost",
                {"scaled, cache, running = ": "scaled, cache, _ = "},
                "The new running statistics are dropped, and the old ones returned.",
                "Where do the running statistics go that `batchnorm_forward` returns?",
                "missing-term",
                "running",
            ),
        ],
        minutes=15,
        after="batchnorm_forward",
    ),
    exercise(
        spatial_batchnorm.spatial_batchnorm_backward,
        inputs=_pictures,
        cases=_CASES,
        forward=spatial_batchnorm.spatial_batchnorm_forward,
        parts=[batchnorm.batchnorm_forward, batchnorm.batchnorm_backward, batchnorm.batchnorm_backward_alt],
        hints=[
            "The forward moved numbers about, standardised, and moved them back. What is the gradient of moving numbers about?",
            "Lay `dout` out as the forward laid out `x`, one row a pixel. `batchnorm_backward` does the rest, all but the way "
            "back to pictures.",
            "`rows = np.reshape(np.moveaxis(dout, 1, -1), (n * h * w, c))`; `drows, dgamma, dbeta = batchnorm_backward(rows, "
            "cache)`; then `drows` goes the way that `out` went.",
        ],
        misconceptions=[
            Misconception(
                "spatial-batchnorm-dout-not-transposed",
                {_DROWS: "rows = np.reshape(dout, (n * h * w, c))", _DBACK: "dx = np.reshape(drows, (n, c, h, w))"},
                "dout is reshaped without moving the channels to the end: a column holds pixels of all channels.",
                "Does row `i` of `dout` belong to the pixel that row `i` of `xhat` belongs to?",
                "wrong-transpose",
                "rows",
            ),
            Misconception(
                "spatial-batchnorm-dx-not-moved-back",
                {_DBACK: "dx = np.reshape(drows, (n, c, h, w))"},
                "dx lacks the move of the channels to their place: the right numbers, shuffled.",
                "In what order do the numbers of `drows` lie, and in what order those of `x`?",
                "wrong-transpose",
                "dx",
            ),
            Misconception(
                "spatial-batchnorm-divides-by-the-batch",
                _closed("np.sum(dxhat, axis=0) / n + xhat * np.sum(dxhat * xhat, axis=0) / n"),
                "The means are divided by N, the number of pictures; there are H * W pixels in each.",
                "Over how many numbers does the mean of one channel run?",
                "wrong-scale",
                "n",
            ),
            Misconception(
                "spatial-batchnorm-no-mean-path",
                _closed(_VAR),
                "The route through the mean is missing.",
                "`x` reaches the output by three routes. Which have you?",
                "missing-term",
                "the path through mu",
            ),
            Misconception(
                "spatial-batchnorm-no-variance-path",
                _closed(_MEAN),
                "The route through the variance is missing.",
                "`x` reaches the output by three routes. Which have you?",
                "missing-term",
                "the path through var",
            ),
            Misconception(
                "spatial-batchnorm-gamma-forgotten",
                _closed(f"{_MEAN} + {_VAR}", dxhat="rows"),
                "dxhat lacks gamma; with gamma = 1 nobody would notice.",
                "What stands between `xhat` and `out`?",
                "missing-term",
                "dxhat",
            ),
            Misconception(
                "spatial-batchnorm-averaged-over-pixels",
                {_DCALL: f"{_DCALL}\n    dgamma, dbeta = dgamma / (h * w), dbeta / (h * w)"},
                "dgamma and dbeta are averaged over the pixels; gamma and beta serve each of them, and their uses add up.",
                "In how many places is one element of `gamma` used?",
                "wrong-scale",
                "dgamma",
            ),
            Misconception(
                "spatial-batchnorm-training-gradient-in-testing",
                {_DCALL: _DCALL.replace("cache)", "(*cache[:3], True))")},
                "In testing mu and var are constants: only the direct route is left.",
                "Does `x` reach `out` through the running mean?",
                "wrong-mode",
                "dx",
            ),
        ],
        minutes=15,
        after=("spatial_batchnorm_forward", "batchnorm_backward"),
    ),
    exercise(
        spatial_groupnorm.spatial_groupnorm_forward,
        inputs=_grouped,
        cases=_GROUPED_CASES,
        hints=[
            "Group norm, with more in a group: besides its channels, all their pixels. How many numbers are that, and how many "
            "groups are there in the batch?",
            "The channels of a group lie next to one another, and the pixels of a channel too, so one reshape puts each group "
            "of each picture into a row. gamma and beta are one number for each channel: which axis of `x` are they for?",
            "`grouped = np.reshape(x, (n, groups, c // groups * h * w))`, then as in `groupnorm_forward`; "
            "`out = gamma[:, None, None] * np.reshape(xhat, x.shape) + beta[:, None, None]`.",
        ],
        misconceptions=[
            Misconception(
                "spatial-groupnorm-per-pixel",
                {
                    "(n, groups, c // groups * h * w)": "(n, groups, c // groups, h * w)",
                    "mu = np.mean(grouped, axis=-1,": "mu = np.mean(grouped, axis=2,",
                    "var = np.mean(xc**2, axis=-1,": "var = np.mean(xc**2, axis=2,",
                },
                "Every pixel has statistics of its own, over the channels of the group alone.",
                "How many means has one group of one picture?",
                "wrong-axis",
                "mu",
            ),
            Misconception(
                "spatial-groupnorm-over-the-batch",
                {
                    "mu = np.mean(grouped, axis=-1,": "mu = np.mean(grouped, axis=(0, 2),",
                    "var = np.mean(xc**2, axis=-1,": "var = np.mean(xc**2, axis=(0, 2),",
                },
                "The statistics are taken over the batch too, as in batch norm.",
                "Should one picture's output depend on the others?",
                "wrong-axis",
                "mu",
            ),
            Misconception(
                "spatial-groupnorm-per-channel",
                {"(n, groups, c // groups * h * w)": "(n, c, h * w)"},
                "Every channel has statistics of its own; a group has one mean for all its channels.",
                "What would `groups=1` change in your code?",
                "wrong-axis",
                "grouped",
            ),
            Misconception(
                "spatial-groupnorm-groups-of-that-size",
                {"(n, groups, c // groups * h * w)": "(n, c // groups, groups * h * w)"},
                "groups is taken for the number of channels in a group; it is the number of groups.",
                "With 6 channels and `groups=2`, how many channels has a group?",
                "wrong-shape",
                "grouped",
            ),
            Misconception(
                "spatial-groupnorm-gamma-along-the-row",
                {"gamma[:, None, None]": "gamma", "beta[:, None, None]": "beta"},
                "gamma and beta meet the last axis, the pixels of a row; they are for axis 1, the channels.",
                "Which axis of (N, C, H, W) does an array of shape (C,) line up with?",
                "wrong-axis",
                "gamma",
            ),
            Misconception(
                "spatial-groupnorm-eps-outside",
                {"std = np.sqrt(var + eps)": "std = np.sqrt(var) + eps"},
                "eps is added to the standard deviation, not to the variance.",
                "Is eps inside the root or outside?",
                "wrong-eps",
                "std",
            ),
            Misconception(
                "spatial-groupnorm-unbiased",
                {"var = np.mean(xc**2, axis=-1, keepdims=True)": "var = np.var(grouped, axis=-1, ddof=1, keepdims=True)"},
                "The variance is divided by one less than the number of elements; here by the number itself.",
                "By what does a mean divide?",
                "wrong-scale",
                "var",
            ),
        ],
        minutes=15,
        after="groupnorm_forward",
    ),
    exercise(
        spatial_groupnorm.spatial_groupnorm_backward,
        inputs=_grouped,
        cases=_GROUPED_CASES,
        forward=spatial_groupnorm.spatial_groupnorm_forward,
        hints=[
            "The three routes are group norm's, with more numbers in a group. What has changed is where gamma and beta are "
            "used: in how many places each?",
            "`dgamma` and `dbeta` sum over the examples and over both axes of pixels. For `dx`, give `dout * gamma` (gamma on "
            "the axis of the channels) the shape of `xhat`; every mean divides by the numbers in a group.",
            "`dgamma = np.sum(dout * np.reshape(xhat, dout.shape), axis=(0, 2, 3))`; `dxhat = np.reshape(dout * gamma[:, None, "
            "None], xhat.shape)`; then as in `groupnorm_backward` with `m = xhat.shape[-1]`.",
        ],
        misconceptions=[
            Misconception(
                "spatial-groupnorm-pixels-not-counted",
                {"m = xhat.shape[-1]": "m = dout.shape[1] // xhat.shape[1]"},
                "The means are divided by the number of channels in a group; its pixels count too.",
                "Over how many numbers does each mean of this layer run?",
                "wrong-scale",
                "m",
            ),
            Misconception(
                "spatial-groupnorm-no-mean-path",
                {"dx = np.reshape(dxc + dmu / m, dout.shape)": "dx = np.reshape(dxc, dout.shape)"},
                "The route through the mean is missing.",
                "`x` reaches the output by three routes. Which have you?",
                "missing-term",
                "the path through mu",
            ),
            Misconception(
                "spatial-groupnorm-no-variance-path",
                {"dxc = dxhat / std + dvar * 2 * (xhat * std) / m": "dxc = dxhat / std"},
                "The route through the variance is missing.",
                "`x` reaches the output by three routes. Which have you?",
                "missing-term",
                "the path through var",
            ),
            Misconception(
                "spatial-groupnorm-sum-for-mean",
                {"dxc + dmu / m": "dxc + dmu"},
                "What comes back to mu is given whole to every number of the group; each has only its share in it.",
                "By how much does the mean of M numbers move when one of them moves by 1?",
                "wrong-scale",
                "the path through mu",
            ),
            Misconception(
                "spatial-groupnorm-gamma-after-the-sums",
                {
                    "dxhat = np.reshape(dout * gamma[:, None, None], xhat.shape)": "dxhat = np.reshape(dout, xhat.shape)",
                    "dx = np.reshape(dxc + dmu / m,": "dx = gamma[:, None, None] * np.reshape(dxc + dmu / m,",
                },
                "gamma comes after the sums; it differs from channel to channel, so it cannot be taken out of them.",
                "Is the mean of `gamma * dout` the same as `gamma` times the mean of `dout`?",
                "wrong-order",
                "dxhat",
            ),
            Misconception(
                "spatial-groupnorm-gamma-forgotten",
                {"dxhat = np.reshape(dout * gamma[:, None, None], xhat.shape)": "dxhat = np.reshape(dout, xhat.shape)"},
                "dxhat lacks gamma; with gamma = 1 nobody would notice.",
                "What stands between `xhat` and `out`?",
                "missing-term",
                "dxhat",
            ),
            Misconception(
                "spatial-groupnorm-dgamma-of-every-pixel",
                {"np.reshape(xhat, dout.shape), axis=(0, 2, 3))": "np.reshape(xhat, dout.shape), axis=0)"},
                "dgamma is summed over the examples alone; gamma serves every pixel of its channel too.",
                "In how many places is one element of `gamma` used?",
                "wrong-axis",
                "dgamma",
            ),
            Misconception(
                "spatial-groupnorm-axes-kept",
                {
                    "dbeta = np.sum(dout, axis=(0, 2, 3))": "dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)",
                    "dout.shape), axis=(0, 2, 3))": "dout.shape), axis=(0, 2, 3), keepdims=True)",
                },
                "dgamma and dbeta keep axes of length 1, as if gamma were (1, C, 1, 1).",
                "What shape has `gamma`?",
                "wrong-shape",
                "dgamma",
            ),
        ],
        minutes=25,
        after=("spatial_groupnorm_forward", "groupnorm_backward"),
    ),
)

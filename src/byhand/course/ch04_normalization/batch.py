"""Batch normalisation."""

import numpy as np

from byhand.layers import batchnorm
from byhand.spec import Misconception, edge, exercise, extreme, odd, ordinary


def _batch(draw, n=5, d=3, train=True, scale=1.0, offset=0.0, plain=False, eps=None, momentum=None):
    options = {"eps": eps, "momentum": momentum}
    return {
        "x": draw.normal(n, d, scale=scale, offset=offset),
        "gamma": np.ones(d) if plain else draw.positive(d),
        "beta": np.zeros(d) if plain else draw.normal(d),
        "running": {"mean": draw.normal(d), "var": draw.positive(d)},
        "train": train,
        **{name: value for name, value in options.items() if value is not None},
    }


_CASES = [
    ordinary("a batch, in training", n=5, d=3),
    odd("few examples of many features", n=3, d=7, momentum=0.75),
    edge("in testing", n=4, d=3, train=False),
    edge("a batch of one", n=1, d=3),
    edge("a variance so small that eps matters", n=4, d=3, scale=1e-3),
    edge("a large eps", n=4, d=3, eps=0.5),
    edge("a constant batch", n=3, d=2, scale=0.0, offset=2.0),
    extreme("far from zero", n=4, d=3, offset=1e4),
]

_RUNNING = """        running = {
            "mean": momentum * running["mean"] + (1 - momentum) * mu,
            "var": momentum * running["var"] + (1 - momentum) * var,
        }
"""

EXERCISES = (
    exercise(
        batchnorm.batchnorm_forward,
        inputs=_batch,
        cases=_CASES,
        hints=[
            "In training, each column gets mean 0 and variance 1 over the batch; then gamma and beta give it a scale and a "
            "shift of its own. What takes the place of the batch's statistics in testing?",
            "Center, take the mean of the squares, divide by `np.sqrt(var + eps)`. The running statistics keep `momentum` of "
            "what they were.",
            "`xc = x - mu`; `var = np.mean(xc**2, axis=0)`; `xhat = xc / np.sqrt(var + eps)`; `out = gamma * xhat + beta`. In "
            "testing use `running['mean']` and `running['var']` for mu and var.",
        ],
        misconceptions=[
            Misconception(
                "batchnorm-unbiased",
                {"var = np.mean(xc**2, axis=0)": "var = np.sum(xc**2, axis=0) / (len(x) - 1)"},
                "The variance is divided by N - 1; batch norm divides by N.",
                "By how much does the variance of two numbers change with ddof?",
                "wrong-scale",
                "var",
            ),
            Misconception(
                "batchnorm-eps-outside",
                {"std = np.sqrt(var + eps)": "std = np.sqrt(var) + eps"},
                "eps is added to the standard deviation, not to the variance.",
                "Is eps inside the root or outside?",
                "wrong-eps",
                "std",
            ),
            Misconception(
                "batchnorm-no-eps",
                {"std = np.sqrt(var + eps)": "std = np.sqrt(var)"},
                "eps is not used: a constant feature divides zero by zero.",
                "What is the standard deviation of a feature that is the same in all examples?",
                "unstable",
                "std",
            ),
            Misconception(
                "batchnorm-one-mean-for-all",
                {"mu = np.mean(x, axis=0)": "mu = np.mean(x)"},
                "One mean is taken over all features; each column has its own.",
                "What shape has `mu`?",
                "wrong-axis",
                "mu",
            ),
            Misconception(
                "batchnorm-momentum-swapped",
                {
                    'momentum * running["mean"] + (1 - momentum) * mu': '(1 - momentum) * running["mean"] + momentum * mu',
                    'momentum * running["var"] + (1 - momentum) * var': '(1 - momentum) * running["var"] + momentum * var',
                },
                "momentum is taken for the share of what comes; here it is the share of what stays.",
                "With momentum 0.9, should the running mean move a little or a lot?",
                "wrong-scale",
                "running",
            ),
            Misconception(
                "batchnorm-batch-statistics-in-testing",
                {"    if train:\n": "    if True:\n"},
                "Testing uses the batch's own statistics, and learns from them.",
                "Should what an example is classified as depend on the others in its batch?",
                "wrong-mode",
                "out",
            ),
            Misconception(
                "batchnorm-running-in-place",
                {
                    _RUNNING: '        running["mean"] = momentum * running["mean"] + (1 - momentum) * mu\n'
                    '        running["var"] = momentum * running["var"] + (1 - momentum) * var\n'
                },
                "The caller's running statistics are changed; the new ones are to be returned.",
                "Whose dict is `running`?",
                "mutates-input",
                "running",
            ),
            Misconception(
                "batchnorm-no-scale-and-shift",
                {"out = gamma * xhat + beta\n    cache": "out = xhat\n    cache"},
                "gamma and beta are not used.",
                "What should come out when `gamma` is 2 and `beta` is 5?",
                "missing-term",
                "out",
            ),
        ],
        minutes=25,
        after="standardize_backward",
    ),
    exercise(
        batchnorm.batchnorm_backward,
        inputs=_batch,
        cases=_CASES,
        forward=batchnorm.batchnorm_forward,
        hints=[
            "Draw the forward as a graph. How many arrows leave `x`, and how many leave `xc`? Each of them comes back.",
            "`dbeta` and `dgamma` are sums over the batch. With `dxhat = dout * gamma`, go back through `std`, `var`, `xc` and "
            "`mu`, as in `standardize_backward`. In testing mu and var are constants.",
            "`dstd = -sum(dxhat * xhat) / std`; `dvar = dstd / (2 * std)`; `dxc = dxhat / std + dvar * 2 * (xhat * std) / n`; "
            "`dmu = -sum(dxc)`; `dx = dxc + dmu / n`.",
        ],
        misconceptions=[
            Misconception(
                "batchnorm-no-mean-path",
                {"dx = dxc + dmu / n": "dx = dxc"},
                "The route through the mean is missing.",
                "`x` reaches the output by three routes. Which have you?",
                "missing-term",
                "the path through mu",
            ),
            Misconception(
                "batchnorm-no-variance-path",
                {"dxc = dx + dvar * 2 * (xhat * std) / n": "dxc = dx"},
                "The route through the variance is missing.",
                "`x` reaches the output by three routes. Which have you?",
                "missing-term",
                "the path through var",
            ),
            Misconception(
                "batchnorm-sum-for-mean",
                {"dx = dxc + dmu / n": "dx = dxc + dmu"},
                "What comes back to mu is given whole to every row; each row has an N-th part in it.",
                "By how much does the mean move when one of N elements moves by 1?",
                "wrong-scale",
                "the path through mu",
            ),
            Misconception(
                "batchnorm-std-sign",
                {"dstd = -np.sum(": "dstd = np.sum("},
                "The sign of the route through the variance is turned: 1 / std falls when std grows.",
                "What happens to `xhat` when `std` grows?",
                "wrong-sign",
                "the path through var",
            ),
            Misconception(
                "batchnorm-root-slope",
                {"dvar = dstd / (2 * std)  #": "dvar = dstd / std  #"},
                "The slope of the square root is 1 / (2 * std).",
                "What is the derivative of a square root?",
                "wrong-scale",
                "the path through var",
            ),
            Misconception(
                "batchnorm-gamma-forgotten",
                {"dxhat = dout * gamma": "dxhat = dout"},
                "dxhat lacks gamma; with gamma = 1 nobody would notice.",
                "What stands between `xhat` and `out`?",
                "missing-term",
                "dxhat",
            ),
            Misconception(
                "batchnorm-dgamma-axis-kept",
                {"dgamma = np.sum(dout * xhat, axis=0)": "dgamma = np.sum(dout * xhat, axis=0, keepdims=True)"},
                "dgamma keeps an axis that gamma does not have.",
                "What shape has `gamma`?",
                "wrong-shape",
                "dgamma",
            ),
            Misconception(
                "batchnorm-training-gradient-in-testing",
                {"    if train:\n": "    if True:\n"},
                "In testing mu and var are constants: only the direct route is left.",
                "Does `x` reach `out` through the running mean?",
                "wrong-mode",
                "dx",
            ),
        ],
        minutes=40,
        after=("batchnorm_forward", "standardize_backward"),
    ),
    exercise(
        batchnorm.batchnorm_backward_alt,
        inputs=_batch,
        cases=_CASES,
        forward=batchnorm.batchnorm_forward,
        hints=[
            "Put the three routes together on paper. What is the sum over the batch of `xhat`, and of its square?",
            "Two means are left: that of `dxhat`, and that of `dxhat * xhat`.",
            "`dx = (dxhat - mean(dxhat) - xhat * mean(dxhat * xhat)) / std`, means over the batch.",
        ],
        misconceptions=[
            Misconception(
                "alt-no-mean-term",
                {"dxhat = dxhat - np.mean(dxhat, axis=0) - xhat": "dxhat = dxhat - xhat"},
                "The term that came through the mean is missing.",
                "What is the sum of `dx` over the batch, if all examples move together?",
                "missing-term",
                "the path through mu",
            ),
            Misconception(
                "alt-no-variance-term",
                {" - xhat * np.mean(dxhat * xhat, axis=0)\n": "\n"},
                "The term that came through the variance is missing.",
                "What should `dx` be, if a move only stretches the batch?",
                "missing-term",
                "the path through var",
            ),
            Misconception(
                "alt-sum-for-mean",
                {"- np.mean(dxhat, axis=0) - xhat": "- np.sum(dxhat, axis=0) - xhat"},
                "A sum stands where a mean belongs.",
                "With how many examples would your formula be right?",
                "wrong-scale",
                "the path through mu",
            ),
            Misconception(
                "alt-variance-sign",
                {" - xhat * np.mean(dxhat * xhat, axis=0)\n": " + xhat * np.mean(dxhat * xhat, axis=0)\n"},
                "The sign of the term that came through the variance is turned.",
                "What happens to `xhat` when the variance grows?",
                "wrong-sign",
                "the path through var",
            ),
            Misconception(
                "alt-gamma-forgotten",
                {"dxhat = dout * gamma": "dxhat = dout"},
                "dxhat lacks gamma; with gamma = 1 nobody would notice.",
                "What stands between `xhat` and `out`?",
                "missing-term",
                "dxhat",
            ),
            Misconception(
                "alt-not-divided",
                {"dx = dxhat / std\n    return": "dx = dxhat\n    return"},
                "The division by std is missing.",
                "If all of `x` were ten times larger, how much smaller would its gradient be?",
                "missing-term",
                "dx",
            ),
            Misconception(
                "alt-training-gradient-in-testing",
                {"    if train:\n": "    if True:\n"},
                "In testing mu and var are constants: only the direct route is left.",
                "Does `x` reach `out` through the running mean?",
                "wrong-mode",
                "dx",
            ),
        ],
        minutes=30,
        after="batchnorm_backward",
    ),
)

"""Activations, and the backward pass of functions of one element."""

import numpy as np

from byhand.layers import activations
from byhand.spec import Misconception, edge, exercise, extreme, odd, ordinary


def _any_shape(draw, n=4, d=3, m=2, scale=1.0, matrix=True):
    return {"x": draw.normal(n, d, scale=scale) if matrix else draw.normal(n, d, m, scale=scale)}


def _far(draw, n=2, d=3):
    x = np.abs(draw.normal(n, d)) + 1000.0
    return {"x": np.where(np.arange(n * d).reshape(n, d) % 2 == 0, -x, x)}  # each sign, the first one negative


def _near_or_far(draw, n=4, d=3, m=2, matrix=True, far=False):
    return _far(draw, n, d) if far else _any_shape(draw, n, d, m, matrix=matrix)


_ORDINARY = [
    ordinary("a matrix", n=4, d=3),
    odd("three axes", n=4, d=3, m=2, matrix=False),
    edge("a single number", n=1, d=1),
]
_CASES = [*_ORDINARY, extreme("large inputs", n=3, d=3, scale=1e4)]
_CURVES = [*_ORDINARY, extreme("a thousand from zero", n=3, d=3, far=True)]


def _leaky(draw, n=4, d=3, m=2, matrix=True, slope=None, scale=1.0):
    return {**_any_shape(draw, n, d, m, scale, matrix), **({} if slope is None else {"slope": slope})}


_LEAKY = [
    ordinary("a matrix, with the usual slope", n=4, d=3),
    odd("three axes, another slope", n=4, d=3, m=2, matrix=False, slope=0.25),
    edge("a single number", n=1, d=1, slope=0.5),
    edge("a slope of zero, which is relu", n=3, d=2, slope=0.0),
    extreme("large inputs", n=3, d=3, slope=0.125, scale=1e4),
]

EXERCISES = (
    exercise(
        activations.relu_forward,
        inputs=_any_shape,
        cases=_CASES,
        hints=[
            "Positive numbers pass, the rest become zero. NumPy has a function that compares two things element by element.",
            "`np.maximum` compares element by element; `np.max` looks for the largest of an array. The backward needs to know "
            "where `x` was positive.",
            "`out = np.maximum(x, 0)` and `cache = (x,)`.",
        ],
        misconceptions=[
            Misconception(
                "relu-in-place",
                {"out = np.maximum(x, 0.0)\n": "x[x < 0] = 0\n    out = x\n"},
                "The zeros are written into the caller's array.",
                "Who else may still need `x` as it was?",
                "mutates-input",
                "x",
            ),
            Misconception(
                "max-for-maximum",
                {"np.maximum(x, 0.0)\n": "np.max(x, 0)\n"},
                "`np.max(x, 0)` is the largest of each column; `np.maximum(x, 0)` compares every element with zero.",
                "What is the second argument of `np.max`?",
                "wrong-shape",
                "out",
            ),
            Misconception(
                "relu-mask-only",
                {"np.maximum(x, 0.0)\n": "(x > 0) * 1.0\n"},
                "What comes out is the mask: 1 for every positive number, whatever its size.",
                "What should come out for an input of 7?",
                "missing-term",
                "out",
            ),
            Misconception(
                "relu-absolute",
                {"np.maximum(x, 0.0)\n": "np.abs(x)\n"},
                "Negative numbers are mirrored, not set to zero.",
                "What should come out for an input of -7?",
                "wrong-formula",
                "out",
            ),
        ],
        minutes=4,
    ),
    exercise(
        activations.relu_backward,
        inputs=_any_shape,
        cases=_CASES,
        forward=activations.relu_forward,
        hints=[
            "Draw relu. What is its slope to the left of zero, and what to the right?",
            "The slope is 1 where `x` was positive and 0 where it was negative; the gradient is the slope times `dout`.",
            "`dx = dout * (x > 0)`: a mask counts as ones and zeros.",
        ],
        misconceptions=[
            Misconception(
                "relu-changes-dout",
                {"dx = dout * (x > 0)\n    return": "dout[x <= 0] = 0\n    dx = dout\n    return"},
                "The zeros are written into the upstream gradient, which others may still need.",
                "After `dx = dout`, are there two arrays, or two names for one?",
                "mutates-input",
                "dout",
            ),
            Misconception(
                "relu-mask-from-dout",
                {"dx = dout * (x > 0)\n    return": "dx = dout * (dout > 0)\n    return"},
                "The mask is taken from the upstream gradient, not from the input.",
                "On what does the slope of relu depend?",
                "wrong-mask",
                "dx",
            ),
            Misconception(
                "relu-forgets-dout",
                {"dx = dout * (x > 0)\n    return": "dx = (x > 0) * 1.0\n    return"},
                "This is the slope of relu; the upstream gradient is not multiplied in.",
                "By the chain rule, what is the slope multiplied with?",
                "missing-term",
                "dx",
            ),
            Misconception(
                "relu-mask-inverted",
                {"dx = dout * (x > 0)\n    return": "dx = dout * (x < 0)\n    return"},
                "The mask is inverted: the gradient passes where nothing passed forward.",
                "Where did `x` pass in the forward?",
                "wrong-mask",
                "dx",
            ),
            Misconception(
                "relu-times-x",
                {"dx = dout * (x > 0)\n    return": "dx = dout * np.maximum(x, 0)\n    return"},
                "It multiplies with what relu lets through, not with its slope.",
                "How steep is relu at 7, and how steep at 8?",
                "extra-term",
                "dx",
            ),
        ],
        minutes=6,
        after="relu_forward",
        equivalent={"dx = dout * (x >= 0)": "at x = 0 any slope from 0 to 1 is right"},
    ),
    exercise(
        activations.leaky_relu_forward,
        inputs=_leaky,
        cases=_LEAKY,
        hints=[
            "Positive numbers pass, as in relu. The rest become small, not zero.",
            "`np.where(condition, a, b)` takes from `a` where the condition holds, and from `b` elsewhere.",
            "`out = np.where(x > 0, x, slope * x)`. The backward needs `x` and `slope`.",
        ],
        misconceptions=[
            Misconception(
                "leaky-constant",
                {"np.where(x > 0, x, slope * x)\n    cache": "np.where(x > 0, x, slope)\n    cache"},
                "Every negative number becomes the slope itself, whatever its size.",
                "What should come out for an input of -100, and what for -200?",
                "missing-term",
                "out",
            ),
            Misconception(
                "leaky-mirrored",
                {"np.where(x > 0, x, slope * x)\n    cache": "np.where(x > 0, x, -slope * x)\n    cache"},
                "Negative numbers are mirrored on their way.",
                "Should an input below zero come out above zero?",
                "wrong-sign",
                "out",
            ),
            Misconception(
                "leaky-everywhere",
                {"np.where(x > 0, x, slope * x)\n    cache": "slope * x\n    cache"},
                "All numbers are multiplied by the slope, the positive ones too: that is no bend.",
                "What should come out for an input of 7?",
                "wrong-mask",
                "out",
            ),
            Misconception(
                "leaky-slope-hard-coded",
                {"np.where(x > 0, x, slope * x)\n    cache": "np.where(x > 0, x, 0.01 * x)\n    cache"},
                "The slope is always 0.01, whatever the argument says.",
                "Where is `slope` used?",
                "hard-coded",
                "out",
            ),
        ],
        minutes=4,
        after="relu_forward",
        equivalent={"out = np.where(x >= 0, x, slope * x)": "at x = 0 both are 0"},
    ),
    exercise(
        activations.leaky_relu_backward,
        inputs=_leaky,
        cases=_LEAKY,
        forward=activations.leaky_relu_forward,
        hints=[
            "Draw it. How steep is it to the right of zero, and how steep to the left?",
            "The slope is 1 where `x` was positive and `slope` where it was negative; the gradient is that times `dout`.",
            "`dx = np.where(x > 0, dout, slope * dout)`.",
        ],
        misconceptions=[
            Misconception(
                "leaky-back-through-relu",
                {"np.where(x > 0, dout, slope * dout)": "dout * (x > 0)"},
                "This is the gradient of relu: where `x` was negative nothing comes back.",
                "How steep is leaky relu at -7?",
                "missing-term",
                "dx",
            ),
            Misconception(
                "leaky-mask-from-dout",
                {"np.where(x > 0, dout, slope * dout)": "np.where(dout > 0, dout, slope * dout)"},
                "The mask is taken from the upstream gradient, not from the input.",
                "On what does the slope depend?",
                "wrong-mask",
                "dx",
            ),
            Misconception(
                "leaky-forgets-dout",
                {"np.where(x > 0, dout, slope * dout)": "np.where(x > 0, np.ones_like(dout), slope)"},
                "This is the slope; the upstream gradient is not multiplied in.",
                "By the chain rule, what is the slope multiplied with?",
                "missing-term",
                "dx",
            ),
            Misconception(
                "leaky-times-x",
                {"np.where(x > 0, dout, slope * dout)": "np.where(x > 0, dout, slope * dout * x)"},
                "On the left it multiplies with what came out, not with the slope.",
                "How steep is leaky relu at -7, and how steep at -8?",
                "extra-term",
                "dx",
            ),
        ],
        minutes=5,
        after=("leaky_relu_forward", "relu_backward"),
        equivalent={"dx = np.where(x >= 0, dout, slope * dout)": "at x = 0 any slope between the two is right"},
    ),
    exercise(
        activations.sigmoid_forward,
        inputs=_near_or_far,
        cases=_CURVES,
        hints=[
            "`1 / (1 + exp(-x))` and `exp(x) / (1 + exp(x))` are the same. For which `x` does each of them overflow?",
            "Use the first where `x >= 0` and the second elsewhere: then the exponential is never above 1.",
            "`z = np.exp(np.where(x >= 0, -x, x))`, then `np.where(x >= 0, 1, z) / (1 + z)`.",
        ],
        misconceptions=[
            Misconception(
                "sigmoid-overflows",
                {
                    "np.exp(np.where(x >= 0, -x, x))  # at most 1": "np.exp(x)",
                    "np.where(x >= 0, 1.0, z) / (1 + z)\n    cache": "z / (1 + z)\n    cache",
                },
                "exp(x) overflows for large x, and inf / inf is nan.",
                "What is `np.exp(1000.0)`, and what is that divided by itself?",
                "unstable",
                "out",
            ),
            Misconception(
                "sigmoid-mirrored",
                {"np.where(x >= 0, 1.0, z) / (1 + z)\n    cache": "np.where(x >= 0, z, 1.0) / (1 + z)\n    cache"},
                "This is the sigmoid of -x.",
                "Should a large `x` give something near 1 or near 0?",
                "wrong-sign",
                "out",
            ),
            Misconception(
                "sigmoid-one-branch",
                {"np.where(x >= 0, 1.0, z) / (1 + z)\n    cache": "1.0 / (1 + z)\n    cache"},
                "With exp(-|x|) the form 1 / (1 + z) holds only for x >= 0; the rest is mirrored.",
                "What is the sigmoid of -3, and what does your formula give for 3?",
                "wrong-mask",
                "out",
            ),
            Misconception(
                "tanh-for-sigmoid",
                {"np.where(x >= 0, 1.0, z) / (1 + z)\n    cache": "np.tanh(x)\n    cache"},
                "tanh runs from -1 to 1; the sigmoid from 0 to 1.",
                "What is the sigmoid of 0?",
                "wrong-formula",
                "out",
            ),
        ],
        minutes=10,
        equivalent={
            "z = np.exp(np.where(x > 0, -x, x))": "at x = 0 both forms are exp(0) = 1",
            "out = np.where(x > 0, 1.0, z) / (1 + z)": "at x = 0, z = 1, and both forms are 1/2",
        },
    ),
    exercise(
        activations.sigmoid_backward,
        inputs=_near_or_far,
        cases=_CURVES,
        forward=activations.sigmoid_forward,
        hints=[
            "The slope of the sigmoid can be written with its own output alone; no exponential is needed.",
            "Differentiate `1 / (1 + e)` with `e = exp(-x)`: `e / (1 + e)^2`. Split that into two factors that you know.",
            "`dx = dout * out * (1 - out)`.",
        ],
        misconceptions=[
            Misconception(
                "sigmoid-twice",
                {"(out,) = cache\n": "(out,) = cache\n    out = 1 / (1 + np.exp(-out))\n"},
                "The sigmoid is taken once more, of what is already its output.",
                "What is in the cache: `x` or `out`?",
                "extra-term",
                "dx",
            ),
            Misconception(
                "sigmoid-half-slope",
                {"dx = dout * out * (1 - out)\n    return": "dx = dout * (1 - out)\n    return"},
                "One of the two factors of the slope is missing.",
                "How steep is the sigmoid far to the left, where `out` is near 0?",
                "missing-term",
                "dx",
            ),
            Misconception(
                "sigmoid-forgets-dout",
                {"dx = dout * out * (1 - out)\n    return": "dx = out * (1 - out)\n    return"},
                "This is the slope of the sigmoid; the upstream gradient is not multiplied in.",
                "By the chain rule, what is the slope multiplied with?",
                "missing-term",
                "dx",
            ),
            Misconception(
                "sigmoid-tanh-slope",
                {"dx = dout * out * (1 - out)\n    return": "dx = dout * (1 - out**2)\n    return"},
                "This is the slope of tanh.",
                "How steep is the sigmoid at 0, where `out` is 1/2?",
                "wrong-formula",
                "dx",
            ),
        ],
        minutes=8,
        after="sigmoid_forward",
    ),
    exercise(
        activations.tanh_forward,
        inputs=_near_or_far,
        cases=_CURVES,
        hints=[
            "Written with exponentials it overflows. NumPy has it ready.",
            "The backward pass can be written with `out` alone: that is what to keep.",
            "`out = np.tanh(x)` and `cache = (out,)`.",
        ],
        misconceptions=[
            Misconception(
                "tanh-overflows",
                {"out = np.tanh(x)\n": "out = (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))\n"},
                "exp(x) overflows for large x, and inf / inf is nan.",
                "What is `np.exp(1000.0)`, and what is that divided by itself?",
                "unstable",
                "out",
            ),
            Misconception(
                "sigmoid-for-tanh",
                {"out = np.tanh(x)\n": "out = 1 / (1 + np.exp(-x))\n"},
                "This is the sigmoid, which runs from 0 to 1.",
                "What is tanh of 0?",
                "wrong-formula",
                "out",
            ),
            Misconception(
                "tanh-of-half",
                {"out = np.tanh(x)\n": "out = np.tanh(x / 2)\n"},
                "2 * sigmoid(x) - 1 is tanh(x / 2): half as steep.",
                "tanh(x) = 2 * sigmoid(...) - 1. Of what?",
                "wrong-scale",
                "out",
            ),
        ],
        minutes=3,
        after="sigmoid_forward",
    ),
    exercise(
        activations.tanh_backward,
        inputs=_near_or_far,
        cases=_CURVES,
        forward=activations.tanh_forward,
        hints=[
            "As with the sigmoid, the slope can be written with the output alone.",
            "Differentiate sinh / cosh by the quotient rule: (cosh^2 - sinh^2) / cosh^2.",
            "`dx = dout * (1 - out**2)`.",
        ],
        misconceptions=[
            Misconception(
                "tanh-not-squared",
                {"dx = dout * (1 - out**2)\n    return": "dx = dout * (1 - out)\n    return"},
                "out is not squared: the slope comes out lopsided, though tanh is the same on both sides.",
                "How steep is tanh at 1, and how steep at -1?",
                "wrong-formula",
                "dx",
            ),
            Misconception(
                "tanh-at-the-wrong-point",
                {"dx = dout * (1 - out**2)\n    return": "dx = dout * (1 - np.tanh(out) ** 2)\n    return"},
                "The slope is taken at out, not at x: tanh is applied once more.",
                "What is in the cache: `x` or `out`?",
                "extra-term",
                "dx",
            ),
            Misconception(
                "tanh-sign",
                {"dx = dout * (1 - out**2)\n    return": "dx = dout * (1 + out**2)\n    return"},
                "The square is added, so that the slope grows where tanh is flat.",
                "How steep is tanh far from zero?",
                "wrong-sign",
                "dx",
            ),
            Misconception(
                "tanh-forgets-dout",
                {"dx = dout * (1 - out**2)\n    return": "dx = 1 - out**2\n    return"},
                "This is the slope of tanh; the upstream gradient is not multiplied in.",
                "By the chain rule, what is the slope multiplied with?",
                "missing-term",
                "dx",
            ),
        ],
        minutes=5,
        after="tanh_forward",
    ),
)

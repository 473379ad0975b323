"""Gradients by trying: centred differences, and checking with them."""

import numpy as np

from byhand.procedures import gradients
from byhand.spec import Misconception, edge, exercise, odd, ordinary


def _bowl(a):
    """Return a function of an array that is neither linear nor separable, and its gradient."""

    def f(x):
        return float(np.sum(a * x**3) + np.sum(x) ** 2)

    def gradient(x):
        return 3 * a * x**2 + 2 * np.sum(x)

    return f, gradient


def _step(h):
    return {} if h is None else {"h": h}  # left out, it is the function's own


def _function(draw, n=4, d=3, shape="matrix", step=None):
    x = {"matrix": draw.normal(n, d), "vector": draw.normal(n), "cube": draw.normal(n, 1, d)}[shape]
    return {"f": _bowl(draw.normal(*x.shape))[0], "x": x, **_step(step)}


def _claim(draw, n=4, d=3, k=5, step=None, flat=False, scale=1.0, turned=False):
    x = draw.normal(n, d)
    a = draw.normal(n, d, scale=scale)
    f, gradient = _bowl(a)
    # every claimed gradient is off by a little, some above and some below, so that no error is rounding alone
    off = np.where(np.arange(n * d).reshape(n, d) % 2 == 0, -0.1, 0.1) * draw.positive(n, d)
    dx = (-1 if turned else 1) * (gradient(x) + off * (np.abs(gradient(x)) + 1))
    if flat:  # a function that does not move: both gradients are exactly zero
        f, dx = (lambda x: 3.0), np.zeros((n, d))
        dx[0, 0] = 1.0
    indices = np.concatenate([np.zeros(1, dtype=int), 1 + draw.permutation(n * d - 1)])[:k]
    return {"f": f, "x": x, "dx": dx, "indices": indices, **_step(step)}


EXERCISES = (
    exercise(
        gradients.numerical_gradient,
        inputs=_function,
        cases=[
            ordinary("a matrix", n=4, d=3),
            odd("three axes", n=3, d=2, shape="cube"),
            edge("a vector", n=5, shape="vector"),
            edge("one number", n=1, shape="vector"),
            edge("a coarse step, where one-sided and centred differ", n=3, d=2, step=0.25),
        ],
        hints=[
            "The gradient has one number for each number of `x`. How would you find one of them with two calls of `f`?",
            "Go through all indices with `np.ndindex(x.shape)`. For each, make a copy of `x` in which that one number is "
            "larger by `h`, and another in which it is smaller by `h`.",
            "`grad[i] = (f(plus) - f(minus)) / (2 * h)`, with `plus = x.copy(); plus[i] += h`, and `minus` likewise.",
        ],
        misconceptions=[
            Misconception(
                "one-sided-difference",
                {"(f(plus) - f(minus)) / (2 * h)\n    return": "(f(plus) - f(x)) / h\n    return"},
                "The difference is one-sided: it compares x + h with x, and errs by h f''/2 instead of h^2 f'''/6.",
                "On which two points, equally far from `x`, could you compare `f`?",
                "wrong-formula",
                "grad",
            ),
            Misconception(
                "distance-h-not-2h",
                {"(f(plus) - f(minus)) / (2 * h)\n    return": "(f(plus) - f(minus)) / h\n    return"},
                "The two points are 2h apart, but the difference is divided by h.",
                "How far from each other are the two points at which `f` is called?",
                "wrong-scale",
                "grad",
            ),
            Misconception(
                "perturbs-the-caller",
                {"plus = x.copy()": "plus = x"},
                "The step is written into the caller's own array.",
                "Is `plus` an array of its own, or another name for `x`?",
                "mutates-input",
                "x",
            ),
            Misconception(
                "step-not-undone",
                {
                    "    for i in np.ndindex(x.shape):\n        plus = x.copy()\n": "    plus = x.copy()\n"
                    "    for i in np.ndindex(x.shape):\n"
                },
                "The steps of earlier elements are still in `plus` when the next one is moved.",
                "When the second element is moved, where does the first one stand?",
                "extra-term",
                "grad",
            ),
            Misconception(
                "moves-whole-rows",
                {"np.ndindex(x.shape)": "range(x.shape[0])"},
                "A whole row is moved at once, which gives the sum of its gradients in every place.",
                "How many numbers change when you write `plus[i] += h` with a single `i`?",
                "wrong-index",
                "grad",
            ),
        ],
        minutes=15,
        equivalent={"grad = np.ones_like(x)": "every element is written afterwards"},
    ),
    exercise(
        gradients.gradient_check,
        inputs=_claim,
        cases=[
            ordinary("a gradient that is off by a little", n=4, d=3, k=5),
            odd("more places", n=5, d=2, k=7),
            edge("one place", n=2, d=2, k=1),
            edge("a gradient of the wrong sign", n=3, d=2, k=4, turned=True),
            edge("a function that does not move", n=3, d=2, k=4, flat=True),
            edge("a coarse step", n=3, d=2, k=4, step=0.25),
        ],
        hints=[
            "An error of 0.01 is large for a gradient of 0.001 and small for one of 1000. What is it to be measured against?",
            "Each of the `indices` counts through `x` as if it lay flat; `np.unravel_index(index, x.shape)` says where that "
            "is. There, compute the centred difference as in `numerical_gradient`.",
            "`errors[k] = abs(dx[i] - numerical) / max(abs(dx[i]) + abs(numerical), 1e-12)`.",
        ],
        misconceptions=[
            Misconception(
                "absolute-error",
                {" / max(abs(dx[i]) + abs(numerical), 1e-12)": ""},
                "The error is absolute: its size says nothing without the size of the gradient.",
                "Is an error of 0.01 large?",
                "missing-term",
                "errors",
            ),
            Misconception(
                "relative-to-one-side",
                {"max(abs(dx[i]) + abs(numerical), 1e-12)": "max(abs(dx[i]), 1e-12)"},
                "The error is measured against the claimed gradient alone, not against both.",
                "What happens to your measure where the claimed gradient is 0 and the true one is not?",
                "missing-term",
                "errors",
            ),
            Misconception(
                "signed-error",
                {"abs(dx[i] - numerical) /": "(dx[i] - numerical) /"},
                "Errors keep their sign, so that a large one may look small.",
                "Should an error below zero count as smaller than none?",
                "wrong-sign",
                "errors",
            ),
            Misconception(
                "nought-by-nought",
                {"max(abs(dx[i]) + abs(numerical), 1e-12)": "(abs(dx[i]) + abs(numerical))"},
                "Where both gradients are zero, zero is divided by zero.",
                "What is the relative error where both gradients are exactly 0?",
                "unstable",
                "errors",
            ),
            Misconception(
                "check-one-sided",
                {"(f(plus) - f(minus)) / (2 * h)": "(f(plus) - f(x)) / h"},
                "The numerical gradient is one-sided.",
                "On which two points, equally far from `x`, could you compare `f`?",
                "wrong-formula",
                "errors",
            ),
        ],
        minutes=15,
        after="numerical_gradient",
    ),
)

"""Clipping gradients."""

import numpy as np

from byhand.optim import clipping
from byhand.spec import Misconception, edge, exercise, extreme, odd, ordinary


def _gradients(draw, n=4, d=3, m=2, most=1.0, scale=1.0, wide=1.0, deep=False):
    """Return gradients; with `wide`, every other row of each is smaller by that factor, squared."""
    shapes = {"w1": (n, d), "b1": (d,), **({"w2": (d, m, 2), "b2": (m,)} if deep else {})}
    grads = {}
    for name, shape in shapes.items():
        rows = np.where(np.arange(shape[0]) % 2, scale, scale / wide / wide)
        grads[name] = draw.normal(*shape) * rows.reshape(-1, *[1] * (len(shape) - 1))
    return {"grads": grads, "most": most}


EXERCISES = (
    exercise(
        clipping.clip_gradient_norm,
        inputs=_gradients,
        cases=[
            ordinary("too long", n=4, d=3, most=1.5),
            odd("four parameters, far too long", n=5, d=4, m=3, most=0.25, scale=8.0, deep=True),
            edge("short enough", n=4, d=3, most=50.0),
            edge("short, and every number is below 1", n=4, d=3, most=1.0, scale=1e-3),
            edge("all zero", n=3, d=2, most=0.5, scale=0.0),
            edge("one number alone", n=1, d=1, most=0.125),
            extreme("squares that overflow", n=4, d=3, m=1, most=2.0, scale=1e200, wide=1e200, deep=True),
            extreme("squares that are rounded to zero", n=4, d=3, most=1.0, scale=1e-200),
        ],
        hints=[
            "The norm is one number for all gradients together: the root of the sum of all squares. By what do you divide a "
            "gradient whose norm is three times too long?",
            "By `norm / most`, but never by less than 1. For the norm: how large is the square of 1e200? Divide by the largest "
            "number first, and mind the case that it is zero.",
            "`largest` is the largest of all `np.abs(g)`, or 1 if that is 0; `norm = largest * np.sqrt(total)`, with the sum "
            "`total` of all `(g / largest) ** 2`; then every `g / max(norm / most, 1)`.",
        ],
        misconceptions=[
            Misconception(
                "clip-each-alone",
                {"g / excess for": "g / np.maximum(np.sqrt(np.sum(g**2)) / most, 1.0) for"},
                "Every gradient is clipped by its own norm: the direction of the step changes.",
                "How many norms are there?",
                "wrong-formula",
                "grads",
            ),
            Misconception(
                "clip-each-number",
                {"g / excess for": "np.clip(g, -most, most) for"},
                "Every number is cut off at `most`: the direction of the step changes, and the norm can still be too large.",
                "Is the clipped gradient a multiple of the one that came in?",
                "wrong-formula",
                "grads",
            ),
            Misconception(
                "clip-lengthens",
                {"np.maximum(norm / most, 1.0)": "norm / most"},
                "Gradients that are short enough are made longer, and one of zero is divided by zero.",
                "What should happen to a gradient whose norm is half of `most`?",
                "wrong-scale",
                "grads",
            ),
            Misconception(
                "clip-norm-afterwards",
                {"    return grads, norm": "    norm = np.minimum(norm, most)\n    return grads, norm"},
                "The norm after the clipping is returned; the one before tells how wild the gradients were.",
                "What can a norm that is never above `most` tell you?",
                "wrong-order",
                "norm",
            ),
            Misconception(
                "clip-squares-overflow",
                {"unit = np.where(largest > 0, largest, 1.0)": "unit = 1.0"},
                "The squares of large numbers overflow, and the norm is infinite.",
                "How large is the square of 1e200?",
                "unstable",
                "norm",
            ),
            Misconception(
                "clip-no-root",
                {"np.sqrt(total)": "total"},
                "The root is missing.",
                "What is the norm of a gradient of two numbers, 3 and 4?",
                "missing-term",
                "norm",
            ),
            Misconception(
                "clip-in-place",
                {
                    "    grads = {name: g / excess for name, g in grads.items()}\n": "    for g in grads.values():\n"
                    "        g /= excess\n"
                },
                "`g /= ...` writes into the caller's gradients.",
                "Does `/=` make a new array?",
                "mutates-input",
                "grads",
            ),
        ],
        minutes=12,
        after="sgd",
        equivalent={
            "unit = np.where(largest > 0, largest, 2.0)": "where all numbers are zero, so are their quotients by any unit",
        },
    ),
)

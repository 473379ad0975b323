"""Digits that a type has cut off: single precision on the way, or whole numbers."""

from __future__ import annotations

import numpy as np

from byhand.spec import Finding

from ..compare import Difference
from .context import Context, Trial

NARROW = (
    (np.float16, 2.0**-8, "three", "half precision", "float16"),
    (np.float32, 2.0**-18, "seven", "single precision", "float32"),
)
"""A type, how far its numbers may be from the right ones relative to the largest, and how to say so."""


def explain(context: Context, difference: Difference) -> Finding | None:
    """Explain a quantity as the right one in a narrower type, or return None."""
    if difference.rung != "values" or context.problem.case.kind == "float32":
        return None
    mine, target = np.asarray(difference.yours, dtype=float), np.asarray(difference.expected, dtype=float)
    whole = np.asarray(difference.yours).dtype.kind in "iu"  # where all is below 1 nothing but zeros may be left
    if mine.shape != target.shape or not (np.any(mine) or whole):
        return None
    largest = float(np.max(np.abs(target)))
    error = float(np.max(np.abs(mine - target)))
    for dtype, near, digits, words, name in NARROW:
        with np.errstate(over="ignore"):
            narrow = np.array_equal(mine, mine.astype(dtype))
        if narrow and error <= near * largest and mine.size > 2:
            return _finding(
                context,
                difference,
                "single-precision",
                f"is right to {digits} digits only: it comes back in {words}, though the inputs are double",
                f"Where does {name} come in, as a dtype or by astype?",
            )
    real = np.asarray(difference.expected).dtype.kind == "f" and np.array_equal(mine, np.floor(target))
    told = mine.size > 2 or sum(bool(t.differences) for t in context.trials) > 2  # one number is soon whole by chance
    if real and told and not np.array_equal(mine, target) and all(_cut_down(t, difference) for t in context.trials):
        return _finding(
            context,
            difference,
            "whole-numbers",
            "is cut down to whole numbers",
            "Which division is written `//`, and which with one stroke?",
        )
    if mine.size > 2 and np.array_equal(mine, np.trunc(target)):
        return _finding(
            context,
            difference,
            "whole-numbers",
            "is cut to whole numbers",
            "Which array holds integers: is it made with dtype=int, or like the labels?",
        )
    return None


def _cut_down(trial: Trial, difference: Difference) -> bool:
    """Return whether a quantity that is wrong in a trial is the right one, the part after the point cut off downwards."""
    found = next((d for d in trial.differences if d.quantity == difference.quantity), None)
    if found is None or trial.problem.case.kind in ("extreme", "float32"):
        return True
    return found.rung == "values" and np.array_equal(np.asarray(found.yours), np.floor(np.asarray(found.expected, dtype=float)))


def _finding(context, difference, code, title, question):
    return Finding(
        code=code,
        title=f"`{difference.quantity}` {title}.",
        question=question,
        detail=f"The largest difference is {difference.max_error:.3g}.",
        kind="dtype",
        quantity=difference.quantity,
        confidence="certain",
    )

"""Digits that a type has cut off: single precision on the way, or whole numbers."""

from __future__ import annotations

import numpy as np

from byhand.spec import Finding

from ..compare import Difference
from .context import Context

SINGLE = 2.0**-18
"""How far numbers of single precision may be from the right ones, relative to the largest."""


def explain(context: Context, difference: Difference) -> Finding | None:
    """Explain a quantity as the right one in a narrower type, or return None."""
    if difference.rung != "values" or context.problem.case.kind == "float32":
        return None
    mine, target = np.asarray(difference.yours, dtype=float), np.asarray(difference.expected, dtype=float)
    if mine.shape != target.shape or not np.any(mine):
        return None
    largest = float(np.max(np.abs(target)))
    if np.array_equal(mine, mine.astype(np.float32)) and float(np.max(np.abs(mine - target))) <= SINGLE * largest:
        return _finding(
            context,
            difference,
            "single-precision",
            "is right to seven digits only: it comes back in single precision, though the inputs are double",
            "Where does float32 come in, as a dtype or by astype?",
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


def _finding(context, difference, code, title, question):
    return Finding(
        code=code,
        title=f"`{difference.quantity}` {title}.",
        question=question,
        detail=f"the largest difference is {difference.max_error:.3g}",
        kind="dtype",
        quantity=difference.quantity,
        line=context.line(difference),
        confidence="certain",
    )

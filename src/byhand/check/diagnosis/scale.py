"""Step 2: one constant explains all the difference: a sign, a factor of 2, a sum where a mean belongs."""

from __future__ import annotations

import re

import numpy as np

from byhand.spec import Finding

from ..compare import Difference
from .context import Context
from .factors import kind_of, readings
from .where import only_in

RESIDUAL = 1e-6
"""What may be left of a difference that a factor explains, relative to the expected values."""


def explain(context: Context, difference: Difference) -> Finding | None:
    """Explain a quantity as a constant times what is expected, or return None."""
    if difference.rung != "values":
        return None
    mine, target = np.asarray(difference.yours, dtype=float), np.asarray(difference.expected, dtype=float)
    c = _multiple(mine, target)
    if c == 0 and np.asarray(difference.expected).dtype.kind in "iu":  # 0 is a class, or a place, like others
        return None
    if c is None or abs(c - 1) < 1e-4:  # a difference of another kind, on top of the right values
        return None
    with np.errstate(over="ignore"):
        left = float(np.max(np.abs(mine - c * target), initial=0.0))
    if left > RESIDUAL * float(np.max(np.abs(target))):
        return None
    names, sure = _names(context, difference, c)
    name = next(iter(names), None)
    if name is None and np.count_nonzero(target) < 3:  # two numbers or one are always a multiple of something
        return None
    kind, case = kind_of(c), context.problem.case
    there = f"everywhere{only_in(context)}"
    words = {
        "missing-term": (f"`{difference.quantity}` is zero {there}.", "Where is its value put?"),
        "wrong-sign": (
            f"`{difference.quantity}` has the wrong sign {there}.",
            "Which way does the loss move when this grows?",
        ),
        "wrong-scale": (
            f"`{difference.quantity}` is {name or f'{c:.6g}'} times what it should be, {there}.",
            _question(name),
        ),
    }
    title, question = words[kind]
    return Finding(
        code={"missing-term": "all-zero", "wrong-sign": "sign", "wrong-scale": "factor"}[kind],
        title=title,
        question=question,
        detail=f"your `{difference.quantity}` = {name or f'{c:.6g}'} x the right one"
        + (f" (or {' or '.join(names[1:3])} x it, which are the same number here)" if len(names) > 1 else ""),
        kind=kind,
        quantity=difference.quantity,
        line=context.line(difference),
        confidence="certain" if sure and case.kind != "extreme" else "likely",
        evidence=(f"factor {c:.9g}, the rest below {left:.1e}", _sizes(context)),
    )


def _multiple(mine: np.ndarray, target: np.ndarray) -> float | None:
    """Return the c for which c * target is nearest to mine, or None where there is none.

    The largest number is taken out first: squares of very large or very small ones are out of the range of floats.
    """
    largest = float(np.max(np.abs(target), initial=0.0))
    if largest == 0 or mine.shape != target.shape:
        return None
    with np.errstate(all="ignore"):
        unit = target / largest
        c = float(np.sum(mine / largest * unit)) / float(np.sum(unit * unit))
    return c if np.isfinite(c) else None


def _names(context: Context, difference: Difference, c: float) -> tuple[list[str], bool]:
    """Return the names of the factor that hold in all trials in which the quantity is wrong, and whether that is sure.

    One may agree by chance: it is sure where just one is left, and the sizes in it had more than one value.
    """
    names = readings(c, context.constants())
    seen = [context.constants()]
    for trial in context.trials:
        for other in trial.differences:
            if trial is context.trial or other.quantity != difference.quantity or other.rung != "values":
                continue
            mine, target = np.asarray(other.yours, dtype=float), np.asarray(other.expected, dtype=float)
            c_there = _multiple(mine, target)
            if c_there is None or trial.problem.case.kind in ("extreme", "float32"):
                continue
            elsewhere = Context(context.exercise, context.learner, trial, context.trials).constants()
            there = readings(c_there, elsewhere, exact=1e-5)
            names = [name for name in names if name in there]
            seen.append(elsewhere)
    if len(names) != 1:
        return names, False
    used = [word for word in re.findall(r"[A-Za-z_]\w*", names[0])]
    return names, all(len({constants.get(word) for constants in seen}) > 1 for word in used)


def _question(name: str | None) -> str:
    if name is None:
        return "Which constant is missing or one too many?"
    if name in ("2", "1/2"):
        return "What is the derivative of a square, and is there a half in front of it?"
    if name.lstrip("1/(2-").isupper() or name[0].isupper():
        return "Is it a sum or a mean, and over how many things?"
    return f"Where does {name.removeprefix('1/')} belong, and how often?"


def _sizes(context) -> str:
    return ", ".join(f"{k.upper()} = {v}" for k, v in context.problem.sizes.items())

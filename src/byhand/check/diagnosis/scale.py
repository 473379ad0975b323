"""Step 2: one constant explains all the difference: a sign, a factor of 2, a sum where a mean belongs."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from byhand.spec import Finding

from ..compare import Difference
from .context import Context, Trial
from .factors import kind_of, readings
from .where import only_in

RESIDUAL = 1e-6
"""What may be left of a difference that a factor explains, relative to the expected values."""


def explain(context: Context, difference: Difference, *, named: bool = True) -> Finding | None:
    """Explain a quantity as a constant times what is expected, or return None.

    named=True: by a constant with a name; named=False: by one that has none.
    """
    if difference.rung != "values" or np.asarray(difference.expected).dtype.kind != "f":
        return None  # whole numbers count or name something
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
    if named != (name is not None):
        return None
    if name is None and np.unique(target[target != 0]).size < 3:  # two numbers or one are always a multiple of something
        return None
    kind, case = kind_of(c), context.problem.case
    cases, whole = only_in(context), " everywhere" if target.ndim else ""
    if name is None and _varies(context, difference, c):
        return _another_length(context, difference, c)
    words = {
        "missing-term": (
            f"`{difference.quantity}` is zero{whole}{cases}.",
            "Where is its value put?",
        ),
        "wrong-sign": (
            f"`{difference.quantity}` has the wrong sign{whole}{cases}.",
            "Which way does the loss move when this grows?",
        ),
        "wrong-scale": (
            f"`{difference.quantity}` is {name or f'{c:.6g}'} times what it should be{whole and ',' + whole}{cases}.",
            _question(name),
        ),
    }
    title, question = words[kind]
    return Finding(
        code={"missing-term": "all-zero", "wrong-sign": "sign", "wrong-scale": "factor"}[kind],
        title=title,
        question=question,
        detail=f"The factor may also be {' or '.join(names[1:3])}: in the cases of this check they are the same number."
        if len(names) > 1
        else "",
        kind=kind,
        quantity=difference.quantity,
        confidence="certain" if sure and case.kind != "extreme" else "likely",
        evidence=(f"factor {c:.9g}, the rest below {left:.1e}", *_sizes(context)),
    )


def unnamed(context: Context, difference: Difference) -> Finding | None:
    """Explain a quantity as a constant without a name times what is expected, or return None."""
    return explain(context, difference, named=False)


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


def _elsewhere(context: Context, difference: Difference) -> Iterator[tuple[Trial, float]]:
    """Yield the other trials in which a quantity is a multiple of what is expected, and of how much."""
    for trial in context.trials:
        for other in trial.differences:
            if trial is context.trial or other.quantity != difference.quantity or other.rung != "values":
                continue
            c = _multiple(np.asarray(other.yours, dtype=float), np.asarray(other.expected, dtype=float))
            if c is not None and trial.problem.case.kind not in ("extreme", "float32"):
                yield trial, c


def _varies(context: Context, difference: Difference, c: float) -> bool:
    return any(abs(there - c) > 1e-5 * abs(c) for _, there in _elsewhere(context, difference))


def _another_length(context: Context, difference: Difference, c: float) -> Finding:
    quantity = difference.quantity
    return Finding(
        code="factor",
        title=f"`{quantity}` is multiplied by one number that is not the right one{only_in(context)}: here it is "
        f"{c:.4g} times what it should be, elsewhere it is another number.",
        question=f"By which one number is `{quantity}` multiplied or divided, and from what is that computed?",
        kind="wrong-scale",
        quantity=quantity,
        confidence="likely",
        evidence=(f"factor {c:.9g}", *_sizes(context)),
    )


def _names(context: Context, difference: Difference, c: float) -> tuple[list[str], bool]:
    """Return the names of the factor that hold in all trials in which the quantity is wrong, and whether that is sure.

    One may agree by chance: it is sure where just one is left, and the sizes in it had more than one value.
    """
    names = readings(c, context.problem.constants)
    seen = [context.problem.constants]
    for trial, c_there in _elsewhere(context, difference):
        elsewhere = Context(context.exercise, context.learner, trial, context.trials).problem.constants
        there = readings(c_there, elsewhere, exact=1e-5, ones=True)
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


def _sizes(context: Context) -> tuple[str, ...]:
    told = ", ".join(f"{k.upper()} = {v}" for k, v in context.problem.sizes.items())
    return (told,) if told else ()


def offset(context: Context, difference: Difference) -> Finding | None:
    """Explain a quantity as the right one and the same whole number, in every case in which it is wrong, or return None."""
    gaps = [g for t in context.trials for d in t.differences if d.quantity == difference.quantity for g in _gaps(t, d)]
    if difference.rung != "values" or len(gaps) < 2 or not gaps[0]:
        return None
    size, more = abs(gaps[0]), gaps[0] > 0
    if round(size) != size or any(gap != gaps[0] for gap in gaps):
        return None
    return Finding(
        code="offset",
        title=f"`{difference.quantity}` is {size:g} too {'large' if more else 'small'}{only_in(context)}.",
        question=f"Which {size:g} is in it that does not belong there?" if more else f"Where should the {size:g} come from?",
        kind="extra-term" if more else "missing-term",
        quantity=difference.quantity,
        confidence="likely",
        evidence=(f"the same difference in {len(gaps)} cases",),
    )


def _gaps(trial: Trial, difference: Difference) -> list[float]:
    """Return by how much a quantity is off in a trial, rounded: one number where it is off by the same everywhere."""
    if trial.problem.case.kind in ("extreme", "float32"):
        return []
    if difference.rung != "values" or np.asarray(difference.expected).dtype.kind not in "iuf":
        return [0.0]
    gap = np.asarray(difference.yours, dtype=float) - np.asarray(difference.expected, dtype=float)
    first = float(gap.flat[0])
    return [round(first, 6) if np.all(np.abs(gap - round(first, 6)) <= 1e-7) else 0.0]

"""Step 7: where the error sits, when nothing explains it. Never a bare number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from byhand.arrays import leaves
from byhand.spec import Finding

from ..compare import Difference
from . import special, words
from .context import Context

CODES = ("wrong-values", "twins", "overflown", "reordered", "slightly-off", "cut-off")
"""Codes of what is said where no cause is known."""


def explain(context: Context, difference: Difference) -> Finding:
    """Say in which part of a quantity the error sits, and in which cases."""
    if difference.rung == "finite":
        return _unstable(context, difference)
    if difference.rung in ("type", "dtype"):
        return Finding(
            code="wrong-type",
            title=f"`{difference.quantity}`: {difference.message}.",
            question="What does the docstring promise to return?",
            kind="wrong-shape" if difference.rung == "type" else "dtype",
            quantity=difference.quantity,
            confidence="certain",
        )
    for step in (_twins, _overflown, _reordered, _slightly_off, _cut_off):
        finding = step(context, difference)
        if finding is not None:
            return finding
    at = place(context, difference)
    only = only_in(context)
    return Finding(
        code="wrong-values",
        title=f"`{difference.quantity}` is wrong {at}{only}." if at else f"`{difference.quantity}` is not as expected{only}.",
        question=_question(context, at, difference.quantity),
        detail=_gap(difference),
        kind="wrong-formula",
        quantity=difference.quantity,
        confidence="possible",
        evidence=(f"{int(np.sum(difference.wrong))} of {np.size(difference.expected)} values differ",),
    )


def _twins(context: Context, difference: Difference) -> Finding | None:
    """Explain a quantity that came back as another one: two names of one array, of which one was added to."""
    mine = np.asarray(difference.yours)
    for other, value in context.trial.values.items():
        target = context.problem.expected.get(other)
        if other == difference.returned or not isinstance(value, np.ndarray) or not isinstance(target, np.ndarray):
            continue
        if mine.size > 1 and np.any(mine) and np.array_equal(mine, value) and not np.array_equal(difference.expected, target):
            return _finding(
                context,
                difference,
                "twins",
                f"`{difference.quantity}` came back the same as `{other}`, number by number{only_in(context)}.",
                f"Are `{difference.quantity}` and `{other}` two names of one array? What does `+=` do to the other then?",
                "overwrites",
                "likely",
            )
    return None


def _overflown(context: Context, difference: Difference) -> Finding | None:
    """Explain a quantity that is wrong with extreme numbers alone, where some step on the way leaves the range of floats."""
    if any(t.problem.case.kind != "extreme" for t in context.trials if not t.passed):
        return None
    first = context.learner.first_trap(context.problem)
    if first is None:
        return None
    found = _finding(
        context,
        difference,
        "overflown",
        f'In the case "{context.problem.case.name}" a number on the way to `{difference.quantity}` leaves the range of floats.',
        "Which numbers are so large or so small there, and does the result really need them?",
        "unstable",
        "likely",
    )
    told = f"the first step that leaves the range of floats is on line {first[0]}: {first[1]}"
    return replace(found, line=first[0], evidence=(*found.evidence, told))


def _reordered(context: Context, difference: Difference) -> Finding | None:
    """Explain a quantity that has the right numbers in another order along an axis."""
    mine, target = np.asarray(difference.yours, dtype=float), np.asarray(difference.expected, dtype=float)
    real = np.asarray(difference.expected).dtype.kind == "f"
    if real and len(np.unique(target)) < max(4, target.size / 3):  # of a few numbers, some order is soon the same by chance
        return None
    for axis in range(target.ndim - 1, -1, -1):
        ordered = np.sort(target, axis=axis)
        if target.shape[axis] < 2 or not real and np.any(np.diff(ordered, axis=axis) == 0):  # equal ones are in any order
            continue
        with np.errstate(invalid="ignore"):
            near = np.abs(np.sort(mine, axis=axis) - ordered) <= difference.tolerance
        if not np.all(near):
            continue
        along = {0: " of each column", target.ndim - 1: " of each row"} if target.ndim > 1 else {0: ""}
        return _finding(
            context,
            difference,
            "reordered",
            f"`{difference.quantity}` has the right numbers{along.get(axis, f' along axis {axis}')}, but in another order"
            f"{only_in(context)}.",
            "Which of them should come first, and which does in yours?",
            "wrong-order",
            "likely",
        )
    return None


SLIGHT = 1e-5
"""Relative errors up to this are not those of a wrong formula, but of something small added to a right one."""


def _slightly_off(context: Context, difference: Difference) -> Finding | None:
    """Explain a quantity that is off by a very small part in all cases: a number added as against division by zero, say."""
    found = [
        (other.rung, other.max_error, float(np.max(np.abs(other.expected), initial=0.0)) if other.rung == "values" else 0.0)
        for trial in context.trials
        for other in trial.differences
        if other.quantity == difference.quantity and trial.problem.case.kind not in ("extreme", "float32")
    ]
    largest = max((size for _, _, size in found), default=0.0)  # near 0 the same error is a large part
    if not largest or any(rung != "values" or error is None or error > SLIGHT * largest for rung, error, _ in found):
        return None
    worst = max((error / largest for _, error, _ in found if error is not None), default=0.0)
    if not worst:
        return None
    return _finding(
        context,
        difference,
        "slightly-off",
        f"`{difference.quantity}` is nearly right: it is off by about {worst:.0e} of its value{only_in(context)}.",
        "Is a small number added somewhere, to be on the safe side, that the formula does not have?",
        "wrong-eps",
        "possible",
    )


def _cut_off(context: Context, difference: Difference) -> Finding | None:
    """Explain a quantity that is wrong in its last or first row or column alone, or in all after the first."""
    masks = [
        (other.wrong, np.asarray(other.yours))
        for trial in context.trials
        for other in trial.differences
        if other.quantity == difference.quantity and other.rung == "values"
    ]
    ndim = np.ndim(difference.expected)
    loops = context.learner.source.loops(context.exercise.name)
    masks = [(wrong, mine) for wrong, mine in masks if wrong.ndim == ndim and wrong.size]
    for axis in dict.fromkeys((0, ndim - 1)) if ndim else ():
        word = "entry" if ndim == 1 else "row" if axis == 0 else "column"
        others = tuple(i for i in range(ndim) if i != axis)
        places = [np.atleast_1d(wrong.any(axis=others)) for wrong, _ in masks]
        empty = not any(np.any(mine[wrong]) for wrong, mine in masks)
        if not any(len(bad) > 2 for bad in places):  # of two, the last is also the one after the first
            continue
        if loops and all(bad[-1] and not bad[:-1].any() for bad in places):
            title, kind = f"in the last {word} alone", "off-by-one"
            question = "Does the loop reach it: which is the last number that `range` gives?"
        elif loops and all(bad[0] and not bad[1:].any() for bad in places):
            title, kind = f"in the first {word} alone", "off-by-one"
            question = "Does the loop begin with it: which is the first number that `range` gives?"
        elif all(not bad[0] and bad[1:].all() for bad in places):
            title, kind = f"in every {word} but the first", "wrong-index"
            question = f"What does the second {word} take from the first that it should have of its own?"
            if empty:
                question = f"Is the second {word} ever reached, or does the function return before?"
        else:
            continue
        what = "is still zero" if empty else "is wrong"
        return _finding(
            context,
            difference,
            "cut-off",
            f"`{difference.quantity}` {what} {title}{only_in(context)}.",
            question,
            kind,
            "possible",
        )
    return None


def _finding(context, difference, code, title, question, kind, confidence):
    return Finding(
        code=code,
        title=title,
        question=question,
        detail=_gap(difference),
        kind=kind,
        quantity=difference.quantity,
        confidence=confidence,
        evidence=(f"{int(np.sum(difference.wrong))} of {np.size(difference.expected)} values differ",),
    )


def _unstable(context, difference):
    mine = np.asarray(difference.yours)
    what = "nan" if np.isnan(mine).any() else "inf"
    first = context.learner.first_trap(context.problem)
    share = f"{int(np.sum(~np.isfinite(mine)))} of {mine.size} values are {what}" if mine.size > 1 else f"it is {what}"
    return Finding(
        code="not-finite",
        title=f'`{difference.quantity}` is not finite in the case "{context.problem.case.name}": {share}.',
        question="Which step overflows, divides by zero, or takes the logarithm or the square root of something it should not?",
        detail="The right result is finite here: arrange the formula so that no step on the way leaves the range of floats.",
        kind="unstable",
        quantity=difference.quantity,
        line=None if first is None else first[0],
        confidence="certain",
        evidence=() if first is None else (f"the first step that leaves the range of floats is on line {first[0]}: {first[1]}",),
    )


def _gap(difference: Difference) -> str:
    """Say how far a quantity is off: both numbers where there is one of each."""
    if difference.max_error is None:
        return difference.message
    if np.ndim(difference.expected) == 0:
        return f"Yours is {float(difference.yours):.6g}; expected {float(difference.expected):.6g}."
    at = f", at {difference.worst_index}" if difference.worst_index else ""
    return f"The largest difference is {difference.max_error:.3g}{at}."


def place(context: Context, difference: Difference) -> str:
    """Describe the set of wrong entries, if it has a simple description."""
    wrong = difference.wrong
    if wrong.ndim == 0:
        return ""
    if wrong.all():
        return "everywhere"
    for name, value in leaves(context.problem.arguments):
        value = np.asarray(value)
        if value.shape == wrong.shape and value.dtype.kind == "f":
            for which, mask in (("negative", value < 0), ("positive", value > 0), ("zero", value == 0)):
                if mask.any() and not mask.all() and np.array_equal(wrong, mask):
                    return f"just where `{name}` is {which}"
        if (
            value.dtype.kind in "iu"
            and wrong.ndim == 2
            and value.shape == wrong.shape[:1]
            and value.max(initial=0) < wrong.shape[1]
        ):
            own = np.zeros(wrong.shape, bool)
            own[np.arange(len(value)), value] = True
            if np.array_equal(wrong, own):
                return f"just at the right class of each example (column {name}[i] of row i)"
            if np.array_equal(wrong, ~own):
                return "everywhere but at the right class of each example"
    if wrong.ndim >= 2:
        rows = wrong.reshape(len(wrong), -1)
        if np.array_equal(rows, np.broadcast_to(rows.any(axis=1, keepdims=True), rows.shape)):
            return "in " + _listed("row", np.flatnonzero(rows.any(axis=1)), len(rows))
        columns = wrong.reshape(-1, wrong.shape[-1])
        if np.array_equal(columns, np.broadcast_to(columns.any(axis=0), columns.shape)):
            return "in " + _listed("column", np.flatnonzero(columns.any(axis=0)), columns.shape[1])
    elif wrong.ndim == 1:
        return "at " + _listed("index", np.flatnonzero(wrong), len(wrong))
    return f"at {int(wrong.sum())} of {wrong.size} entries"


def _listed(what: str, which: np.ndarray, total: int) -> str:
    plural = {"row": "rows", "column": "columns", "index": "indices"}[what]
    if len(which) == 1:
        return f"{what} {which[0]} alone"
    return f"{plural} {', '.join(map(str, which[:6]))}{', ...' if len(which) > 6 else ''} of {total}"


def only_in(context: Context) -> str:
    """Say in which cases it fails, when it does not fail in all."""
    failing = [t for t in context.trials if not t.passed]
    if len(failing) == len(context.trials):
        return ""
    fact = special.shared(context)
    if len(failing) == 1:
        return f', only in the case "{failing[0].problem.case.name}"' + (f" ({fact})" if fact else "")
    return f", in {len(failing)} of {len(context.trials)} cases" + (f": those where {fact}" if fact else "")


def _question(context: Context, place: str, quantity: str) -> str:
    fact = special.shared(context)
    if fact:
        return f"What should be done where {fact}, and what is done there?"
    failing = [t for t in context.trials if not t.passed]
    passing = [f'"{t.problem.case.name}"' for t in context.trials if t.passed]
    if len(failing) == 1 and passing:
        return f'What is special about "{failing[0].problem.case.name}"?'
    if 1 <= len(passing) <= len(failing):
        named = f"case {passing[0]}" if len(passing) == 1 else f"cases {passing[0]} and {passing[1]}"
        return f"It is right in the {named}: what is different there?"
    if passing:
        named = [f'"{t.problem.case.name}"' for t in failing[:2]]
        return f"What do the cases {named[0]} and {named[1]} have that others have not?"
    if place.startswith("just where"):
        return "What does the function do there, and what is its slope?"
    if place.startswith("just at the right class"):
        return "What is subtracted for the right class, and how often?"
    return words.question("wrong-formula", quantity)

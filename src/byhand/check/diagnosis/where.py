"""Step 7: where the error sits, when nothing explains it. Never a bare number."""

from __future__ import annotations

import numpy as np

from byhand.arrays import leaves
from byhand.spec import Finding

from ..compare import Difference
from .context import Context


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
            line=context.line(difference),
            confidence="certain",
        )
    place = _place(context, difference)
    only = only_in(context)
    return Finding(
        code="wrong-values",
        title=f"`{difference.quantity}` is wrong {place}{only}."
        if place
        else f"`{difference.quantity}` is not as expected{only}.",
        question=_question(context, place),
        detail=_gap(difference),
        kind="wrong-formula",
        quantity=difference.quantity,
        line=context.line(difference),
        confidence="possible",
        evidence=(f"{int(np.sum(difference.wrong))} of {np.size(difference.expected)} values differ",),
    )


def _unstable(context, difference):
    mine = np.asarray(difference.yours)
    what = "nan" if np.isnan(mine).any() else "inf"
    share = f"{int(np.sum(~np.isfinite(mine)))} of {mine.size} values are {what}" if mine.size > 1 else f"it is {what}"
    return Finding(
        code="not-finite",
        title=f'`{difference.quantity}` is not finite in the case "{context.problem.case.name}": {share}.',
        question="Which step overflows, divides by zero, or takes the logarithm or the square root of something it should not?",
        detail="The right result is finite here: arrange the formula so that no step on the way leaves the range of floats.",
        kind="unstable",
        quantity=difference.quantity,
        line=context.line(difference),
        confidence="certain",
    )


def _gap(difference: Difference) -> str:
    """Say how far a quantity is off: both numbers where there is one of each."""
    if difference.max_error is None:
        return difference.message
    if np.ndim(difference.expected) == 0:
        return f"yours is {float(difference.yours):.6g}; expected {float(difference.expected):.6g}"
    return f"the largest difference is {difference.max_error:.3g}" + (
        f", at {difference.worst_index}" if difference.worst_index else ""
    )


def _place(context: Context, difference: Difference) -> str:
    """Describe the set of wrong entries, if it has a simple description."""
    wrong = difference.wrong
    if wrong.ndim == 0:
        return ""
    if wrong.all():
        return "everywhere"
    for name, value in leaves(context.problem.arguments):
        value = np.asarray(value)
        if value.shape == wrong.shape and value.dtype.kind == "f":
            for words, mask in (("negative", value < 0), ("positive", value > 0), ("zero", value == 0)):
                if mask.any() and not mask.all() and np.array_equal(wrong, mask):
                    return f"just where `{name}` is {words}"
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
    if len(failing) == 1:
        return f', only in the case "{failing[0].problem.case.name}"'
    return f", in {len(failing)} of {len(context.trials)} cases"


def _question(context: Context, place: str) -> str:
    failing = [t for t in context.trials if not t.passed]
    right = [t for t in context.trials if t.passed]
    if right and len(failing) <= len(right):
        return f'What is special about "{failing[0].problem.case.name}"?'
    if right:
        return f'In the case "{right[0].problem.case.name}" it is right: what is different there?'
    if place.startswith("just where"):
        return "What does the function do there, and what is its slope?"
    if place.startswith("just at the right class"):
        return "What is subtracted for the right class, and how often?"
    return "Work the small case below by hand: which entry do you get first that differs?"

"""Step 1: the numbers are there in another shape: transposed, with an axis kept or lost, or under another name."""

from __future__ import annotations

import numpy as np

from byhand.spec import Finding

from ..compare import Difference
from .context import Context


def explain(context: Context, difference: Difference) -> Finding | None:
    """Explain a quantity by its shape or its place among the results, or return None."""
    if difference.rung not in ("shape", "values"):
        return None
    if isinstance(difference.expected, list | tuple):
        return _count(context, difference)
    return _swapped(context, difference) or (
        _shape(context, difference) if difference.rung == "shape" else _transposed(context, difference)
    )


def _close(a, b) -> bool:
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-6, atol=1e-9 * (np.max(np.abs(b), initial=0) or 1)))


def _count(context, difference):
    return Finding(
        code="wrong-shape",
        title=f"`{difference.quantity}` has another number of items: {difference.message}.",
        question="Which item is the first, which is the last, and how many are there between them?",
        detail=difference.message,
        kind="wrong-shape",
        quantity=difference.quantity,
        line=context.line(difference),
        confidence="certain",
    )


def _swapped(context, difference):
    values, expected = context.trial.values, context.problem.expected
    for other, target in expected.items():
        if other == difference.returned or not isinstance(target, np.ndarray) or np.size(target) < 2:
            continue
        if (
            _close(difference.yours, target)
            and isinstance(values.get(other), np.ndarray)
            and _close(values[other], difference.expected)
        ):
            return Finding(
                code="swapped-results",
                title=f"`{difference.quantity}` and `{other}` have each other's values.",
                question=f"In which order does the docstring return {', '.join(context.exercise.returns)}?",
                detail=f"What you return as `{difference.quantity}` equals the expected `{other}`, and the other way round.",
                kind="wrong-order",
                quantity=difference.quantity,
                line=context.line(difference),
                confidence="certain",
            )
    return None


def _transposed(context, difference):
    mine, target = np.asarray(difference.yours), np.asarray(difference.expected)
    if target.ndim == 2 and target.shape[0] == target.shape[1] > 1 and _close(mine.T, target):
        return _finding(context, difference, "transposed", "is transposed", "wrong-transpose", "Which axis of it is which?")
    return None


def _shape(context, difference):
    mine, target = np.asarray(difference.yours), np.asarray(difference.expected)
    what = f"has shape {mine.shape}; it should have {target.shape}"
    sizes = {int(v): k.upper() for k, v in reversed(context.problem.sizes.items())}
    if target.ndim == mine.ndim == 2 and _close(mine.T, target):
        return _finding(
            context,
            difference,
            "transposed",
            f"is right but transposed: it {what}",
            "wrong-transpose",
            "Which axis of it is which?",
        )
    if mine.size == target.size and _close(mine.reshape(target.shape), target):
        kept = mine.ndim > target.ndim
        how = "keeps an axis of length 1" if kept else "lays the right numbers out in another shape"
        question = (
            "What does keepdims=True leave behind?" if kept else "What is the shape of the array that this is the gradient of?"
        )
        return _finding(
            context, difference, "kept-axis" if kept else "other-layout", f"{how}: it {what}", "wrong-shape", question
        )
    for axis in range(mine.ndim):
        for name, reduced in (("sum", mine.sum(axis=axis)), ("mean", mine.mean(axis=axis))):
            if mine.ndim > target.ndim and _close(reduced, target):
                letter = sizes.get(mine.shape[axis], str(mine.shape[axis]))
                return _finding(
                    context, difference, "unsummed-axis", f"still has the axis of length {letter}: it {what}", "wrong-axis",
                    f"Its {name} over axis {axis} is what is expected. Over what does each entry act?",
                )  # fmt: skip
    odd = [i for i in range(target.ndim) if mine.shape[i] != target.shape[i]] if mine.ndim == target.ndim else []
    if len(odd) == 1:
        return _length(context, difference, what, odd[0], sizes)
    return _finding(
        context, difference, "wrong-shape", what, "wrong-axis" if mine.ndim == target.ndim else "wrong-shape",
        "Which indices does it have, and which were summed over?", confidence="likely",
    )  # fmt: skip


def _length(context, difference, what, axis, sizes):
    """Explain a quantity that has the right axes, one of them too long or too short."""
    mine, right = np.shape(difference.yours)[axis], np.shape(difference.expected)[axis]
    gaps = {
        sum(np.shape(other.yours)) - sum(np.shape(other.expected))
        for trial in context.trials
        for other in trial.differences
        if other.quantity == difference.quantity and other.rung == "shape"
    }
    where = f" along axis {axis}" if np.ndim(difference.expected) > 1 else ""
    if gaps in ({1}, {-1}):
        what += f", one {'more' if mine > right else 'less'}{where}"
        question, kind = "Which is the first, which is the last, and how many are there between them?", "off-by-one"
    else:
        question = f"From which argument does it follow that there are {right}{where}, and what decides it in your code?"
        kind = "wrong-axis" if mine in sizes else "wrong-shape"
    return _finding(context, difference, "wrong-shape", what, kind, question, confidence="likely")


def _finding(context, difference, code, title, kind, question, confidence="certain"):
    return Finding(
        code=code,
        title=f"`{difference.quantity}` {title}.",
        question=question,
        detail=f"expected shape {np.shape(difference.expected)}, got {np.shape(difference.yours)}",
        kind=kind,
        quantity=difference.quantity,
        line=context.line(difference),
        confidence=confidence,
    )

"""Step 1: the numbers are there in another shape: transposed, with an axis kept or lost, or under another name."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import numpy as np

from byhand.spec import Finding

from ..compare import Difference
from .context import Context
from .where import only_in


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
    extra, missing = _beyond(difference.yours, difference.expected), _beyond(difference.expected, difference.yours)
    told = [
        f"{_some(items)} {'is' if len(items) == 1 else 'are'} {word}"
        for items, word in ((extra, "too many"), (missing, "missing"))
        if items
    ]
    return Finding(
        code="wrong-shape",
        title=f"`{difference.quantity}` has another number of items: {difference.message}.",
        question="Which item is the first, which is the last, and how many are there between them?",
        detail=f"{' and '.join(told)}." if told else "",
        kind="wrong-shape",
        quantity=difference.quantity,
        confidence="certain",
    )


def _beyond(items, others) -> list[int]:
    """Return the whole numbers in a list beyond those of another, each as often as it is there too often."""
    if not all(isinstance(item, int | np.integer) for item in (*items, *others)):
        return []
    return sorted((Counter(map(int, items)) - Counter(map(int, others))).elements())


def _some(items: list[int]) -> str:
    return ", ".join(map(str, items[:6])) + (", ..." if len(items) > 6 else "")


def order_of_items(context: Context, returned: str) -> Finding | None:
    """Explain a list of whole numbers as the right ones in another order, or as others, or return None."""
    mine, expected = context.trial.values.get(returned), context.problem.expected[returned]
    if not isinstance(expected, list | tuple) or not isinstance(mine, list | tuple | np.ndarray) or not len(expected):
        return None
    if not all(isinstance(item, int | np.integer) and not isinstance(item, bool) for item in (*mine, *expected)):
        return None
    if len(mine) != len(expected):
        return None
    same = sorted(mine) == sorted(expected)
    first = next(i for i, (a, b) in enumerate(zip(mine, expected, strict=True)) if a != b)
    return Finding(
        code="order-of-items" if same else "wrong-items",
        title=f"`{returned}` has the right items in another order{only_in(context)}."
        if same
        else f"`{returned}` has other items than it should{only_in(context)}.",
        question=f"What should stand at place {first}, and what has to come before it?"
        if same
        else f"How does {mine[first]} come to stand at place {first}?",
        detail=f"Place {first} has {mine[first]}; expected {expected[first]}.",
        kind="wrong-order" if same else "wrong-index",
        quantity=returned,
        confidence="certain" if same else "possible",
        evidence=(f"yours {[int(i) for i in mine]}; expected {[int(i) for i in expected]}",),
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
                kind="wrong-order",
                quantity=difference.quantity,
                confidence="certain",
            )
    return None


def _transposed(context, difference):
    mine, target = np.asarray(difference.yours), np.asarray(difference.expected)
    if target.ndim == 2 and target.shape[0] == target.shape[1] > 1 and _close(mine.T, target):
        return _finding(context, difference, "transposed", "is transposed", "wrong-transpose", "Which axis of it is which?")
    if mine.shape != target.shape or _close(mine, target):  # a small difference is no other order
        return None
    order = _permuted(mine, target)
    if order is not None:
        return _axes(context, difference, order, "")
    if target.dtype.kind != "f" or np.unique(target).size < 6 or not _close(np.sort(mine, axis=None), np.sort(target, axis=None)):
        return None
    if any(_close(np.sort(mine, axis=axis), np.sort(target, axis=axis)) for axis in range(target.ndim)):
        return None  # each row or column has its own numbers in another order: `where` says so
    return _finding(
        context, difference, "shuffled", "has the right numbers, but not in their places", "wrong-transpose",
        "Which line lays them out, and in what order do they lie before it?",
    )  # fmt: skip


def _permuted(mine, target) -> tuple[int, ...] | None:
    """Return the order of axes that makes an array what is expected, if there is one."""
    if not mine.ndim == target.ndim <= 5 or mine.size < 2:
        return None
    orders = [p for p in permutations(range(mine.ndim)) if list(p) != sorted(p)]
    return next((p for p in orders if _close(mine.transpose(p), target)), None)


def _axes(context, difference, order, what):
    return _finding(
        context, difference, "axes-in-another-order", f"has the right numbers, but its axes in another order{what}",
        "wrong-transpose", f"Its axes {', '.join(map(str, order))} are the expected ones in order. Which line puts them there?",
    )  # fmt: skip


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
    order = _permuted(mine, target)
    if order is not None:
        return _axes(context, difference, order, f": it {what}")
    if mine.size == target.size and _close(mine.reshape(target.shape), target):
        kept = mine.ndim > target.ndim and tuple(n for n in mine.shape if n != 1) == tuple(n for n in target.shape if n != 1)
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
    others = [
        (trial.problem.sizes, np.shape(other.yours), np.shape(other.expected))
        for trial in context.trials
        for other in trial.differences
        if other.quantity == difference.quantity and other.rung == "shape"
    ]
    gaps = {sum(yours) - sum(expected) for _, yours, expected in others}
    named = [n for n in context.problem.sizes if all(len(s) > axis and sizes.get(n) == s[axis] for sizes, s, _ in others)]
    where = f" along axis {axis}" if np.ndim(difference.expected) > 1 else ""
    if gaps in ({1}, {-1}) and not named:
        what += f", one {'more' if mine > right else 'less'}{where}"
        question, kind = "Which is the first, which is the last, and how many are there between them?", "off-by-one"
    else:
        question = f"From which argument does it follow that there are {right}{where}, and what decides it in your code?"
        kind = "wrong-axis" if named or mine in sizes else "wrong-shape"
    return _finding(context, difference, "wrong-shape", what, kind, question, confidence="likely")


def _finding(context, difference, code, title, kind, question, confidence="certain"):
    return Finding(
        code=code,
        title=f"`{difference.quantity}` {title}.",
        question=question,
        detail=""
        if np.shape(difference.expected) != np.shape(difference.yours)
        else f"The largest difference is {difference.max_error:.3g}, at {difference.worst_index}.",
        kind=kind,
        quantity=difference.quantity,
        confidence=confidence,
    )

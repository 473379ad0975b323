"""Gradients of many parameters in the order in which a backward pass comes to them: from the output back."""

from __future__ import annotations

from byhand.arrays import leaves

from ..compare import Difference
from . import words
from .context import Context

MOST = 3
"""Gradients that are named one by one."""


def from_the_output(context: Context) -> list[Difference]:
    """Return the differences, those of a tree of gradients in the order in which they come out, going back from the output."""
    found = list(context.trial.differences)
    steps = _steps(context) if sum(bool(d.keys) for d in found) > 1 else {}
    return sorted(found, key=lambda d: steps.get("/".join((context.exercise.gradient_of(d.returned) or "", *d.keys)), 0))


def right_so_far(context: Context, difference: Difference) -> str:
    """Say which gradients are right that come out before the first wrong one; "" where there are none."""
    wanted = context.exercise.gradient_of(difference.returned)
    steps = _steps(context) if wanted is not None and difference.keys else {}
    own = steps.get("/".join((wanted or "", *difference.keys)))
    wrong = {d.quantity for d in context.trial.differences}
    before = [
        told
        for path, count in sorted(steps.items(), key=lambda item: item[1])
        if own is not None and count < own and (told := _told(difference.returned, path)) not in wrong
    ]
    if own is None or not before:
        return ""
    if len(before) > MOST:
        return f"From the output back, all is right as far as `{before[-1]}`; `{difference.quantity}` is the first that is not."
    return f"From the output back, {words.listed(before)} right; `{difference.quantity}` is the first that is not."


def _told(returned: str, path: str) -> str:
    return returned + "".join(f"[{key!r}]" for key in path.split("/")[1:])


def _steps(context: Context) -> dict[str, int]:
    """Return the most steps from each parameter, by path, to the output."""
    traced = context.problem.traced
    if traced is None:
        return {}
    names = tuple(traced.inputs)
    section = traced.section(names)
    far: dict = {}
    for node in section.backwards:
        far[node] = max((far[edge.target] + 1 for edge in section.outof[node]), default=0)
    return {
        "/".join(filter(None, (name, path))): far[node]
        for name in names
        for path, node in leaves(traced.input(name))
        if node is not None and node in far
    }

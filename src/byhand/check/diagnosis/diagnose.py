"""The explanations in order: the first that fits a quantity is told; a known misconception adds what people mean by it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from byhand.spec import Finding

from ..compare import Difference
from . import exceptions, paths, precision, purity, scale, shape, variants, where
from .context import Context

MOST = 3
"""Findings told at once."""


def diagnose(context: Context) -> tuple[list[Finding], dict[str, Any] | None]:
    """Return the findings for a failing trial, and the graph with its verdicts where a path or a node is at fault."""
    found, picture = _by_rung(context)
    slips = variants.explain(context)
    if len(slips) == 1:
        found = [_joined(found[0], slips[0]), *(f for f in found[1:] if f.code not in where.CODES)]
    elif slips:
        told = f"It could be one of these: {' or '.join(f.detail for f in slips)}"
        found[0] = replace(found[0], evidence=(*found[0].evidence, told))
    if context.trial.differences and context.trial.attempt.changed and all(f.kind != "mutates-input" for f in found):
        found.append(purity.explain(context, besides=True))
    right = context.right
    if right and context.exercise.is_backward and context.trial.differences:
        told = " and ".join(f"`{name}`" for name in right) + (" is right. " if len(right) == 1 else " are right. ")
        found[0] = replace(found[0], title=told + found[0].title)
    return found, picture


def _by_rung(context: Context) -> tuple[list[Finding], dict[str, Any] | None]:
    """Return at least one finding, by the rung that the trial breaks."""
    error = context.trial.attempt.error
    if error is not None:
        return [exceptions.explain(context.exercise.name, error, context.learner.source)], None
    if not context.trial.differences:
        return [purity.explain(context)], None
    found: list[Finding] = []
    picture = None
    for difference in context.trial.differences[:MOST]:
        finding, marked = _of_difference(context, difference)
        picture = picture or marked
        if not any(f.code == finding.code == "swapped-results" for f in found):
            found.append(finding)
    return found, picture


def _of_difference(context: Context, difference: Difference) -> tuple[Finding, dict[str, Any] | None]:
    full = _broadcast(difference)
    if full is not None:  # a route left out may leave an array that misses an axis as well
        finding, picture = paths.explain(context, full)
        if finding is not None:
            return finding, picture
    for step in (shape.explain, precision.explain, scale.explain):
        finding = step(context, difference)
        if finding is not None:
            return finding, None
    finding, picture = paths.explain(context, difference)
    return (finding, picture) if finding is not None else (where.explain(context, difference), None)


def _broadcast(difference: Difference) -> Difference | None:
    """Return a difference in shape as one in values, where broadcasting would have given the right shape."""
    mine = difference.yours
    if difference.rung != "shape" or not isinstance(mine, np.ndarray) or mine.size < 2:
        return None
    try:
        return replace(difference, rung="values", yours=np.broadcast_to(mine, np.shape(difference.expected)))
    except ValueError:
        return None


_VAGUE = ("wrong-values", "wrong-type", "wrong-shape")


def _joined(numbers: Finding, slip: Finding) -> Finding:
    """Tell what the numbers show, and the misconception that they match in every case."""
    return replace(
        numbers,
        code=slip.code,
        detail=slip.detail if numbers.code in _VAGUE or not numbers.detail else f"{numbers.detail}\n{slip.detail}",
        kind=slip.kind,
        quantity=slip.quantity,
        line=numbers.line if numbers.line is not None else slip.line,
        question=numbers.question if numbers.code == "path" else slip.question or numbers.question,
        confidence=slip.confidence,
        evidence=numbers.evidence + slip.evidence,
    )

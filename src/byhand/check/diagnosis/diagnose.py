"""The explanations in order: the first that fits a quantity is told; a known misconception adds what people mean by it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from byhand.spec import Finding

from ..compare import Difference
from . import consistency, paths, scale, shape, variants, where
from .context import Context

MOST = 3
"""Findings told at once."""


def diagnose(context: Context) -> tuple[list[Finding], dict[str, Any] | None]:
    """Return the findings for a failing trial, and the graph with its verdicts where a path or a node is at fault."""
    misconceptions = variants.explain(context)
    found: list[Finding] = []
    picture = None
    for difference in context.trial.differences[:MOST]:
        finding, marked = _explain(context, difference)
        if not any(f.code == finding.code == "swapped-results" for f in found):
            found.append(finding)
        picture = picture or marked
    if len(misconceptions) == 1:
        found[0] = _joined(found[0], misconceptions[0])
        found[1:] = [f for f in found[1:] if f.code != "wrong-values"]
    elif misconceptions:
        names = " or ".join(f.detail for f in misconceptions)
        found[0] = replace(found[0], evidence=(*found[0].evidence, f"It could be one of these: {names}"))
    elif all(f.code == "wrong-values" for f in found):
        consistent = consistency.explain(context)
        if consistent is not None:
            found = [consistent]
    right = context.right
    if right and found and context.exercise.is_backward:
        told = " and ".join(f"`{name}`" for name in right) + (" is right. " if len(right) == 1 else " are right. ")
        found[0] = replace(found[0], title=told + found[0].title)
    return found, picture


def _explain(context: Context, difference: Difference) -> tuple[Finding, dict[str, Any] | None]:
    for step in (shape.explain, scale.explain):
        finding = step(context, difference)
        if finding is not None:
            return finding, None
    finding, picture = paths.explain(context, difference)
    return (finding, picture) if finding is not None else (where.explain(context, difference), None)


def _joined(numbers: Finding, slip: Finding) -> Finding:
    """Tell what the numbers show, and the misconception that they match in every case."""
    detail = numbers.detail if numbers.code == "wrong-values" else f"{numbers.detail} "
    return replace(
        numbers,
        code=slip.code,
        detail=slip.detail if numbers.code in ("wrong-values", "wrong-type", "wrong-shape") else detail + slip.detail,
        kind=slip.kind,
        quantity=slip.quantity,
        question=numbers.question if numbers.code == "path" else slip.question or numbers.question,
        confidence="certain",
        evidence=numbers.evidence + slip.evidence,
    )

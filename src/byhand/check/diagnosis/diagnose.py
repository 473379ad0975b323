"""The explanations in order: the first that fits a quantity is told; a known misconception adds what people mean by it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from byhand.spec import Finding

from .. import lines
from ..compare import Difference
from . import asif, exceptions, onto_line, order, paths, precision, purity, scale, shape, terms, variants, where, words
from .context import Context
from .departure import Departure

MOST = 3
"""Findings told at once."""


def diagnose(context: Context) -> tuple[list[Finding], dict[str, Any] | None]:
    """Return the findings for a failing trial, and the graph with its verdicts where a path or a node is at fault."""
    slips = variants.explain(context)
    context.departures.tries.known = len(slips) == 1 and slips[0].line is not None
    found, picture = _by_rung(context)
    found = [onto_line.in_own_names(context, finding) for finding in found]
    if len(slips) == 1:
        joined = onto_line.in_own_names(context, _joined(context, found[0], slips[0]), slip=True)
        found = [joined, *(f for f in found[1:] if f.code not in where.CODES)]
    elif slips:
        told = f"It could be one of these: {' or '.join(f.detail for f in slips)}"
        found[0] = replace(found[0], evidence=(*found[0].evidence, told))
    if context.trial.differences and context.trial.attempt.changed and all(f.kind != "mutates-input" for f in found):
        found.append(purity.explain(context, besides=True))
    right = context.right
    if right and context.exercise.is_backward and context.trial.differences:
        found[0] = replace(found[0], title=f"{words.listed(right)} right. {found[0].title}")
    return found, picture


def _by_rung(context: Context) -> tuple[list[Finding], dict[str, Any] | None]:
    """Return at least one finding, by the rung that the trial breaks."""
    error = context.trial.attempt.error
    if error is not None:
        told = exceptions.explain(context.exercise.name, error, context.learner.source)
        return [onto_line.stopped(context, told)], None
    if not context.trial.differences:
        return [purity.explain(context)], None
    found: list[Finding] = []
    picture = None
    listed = shape.order_of_items(context, context.trial.differences[0].returned)
    if listed is not None:
        return [onto_line.place(context, context.trial.differences[0], listed)], None
    for difference in _from_the_source(context)[:MOST]:
        if found and context.departures.everything:
            break  # all the rest comes from the same place
        finding, marked = _of_difference(context, difference)
        finding = onto_line.place(context, difference, finding)
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
    for step in (shape.explain, precision.explain, scale.explain, scale.offset, asif.explain, terms.explain, scale.unnamed):
        finding = step(context, difference)
        if finding is not None:
            return finding, None
    finding, picture = paths.explain(context, difference)
    if finding is not None:
        return finding, picture
    told = where.explain(context, difference)
    if told.code == "wrong-values":
        told = terms.shifted(context, difference) or terms.by_argument(context, difference) or told
    return told, None


def _broadcast(difference: Difference) -> Difference | None:
    """Return a difference in shape as one in values, where broadcasting would have given the right shape."""
    mine = difference.yours
    if difference.rung != "shape" or not isinstance(mine, np.ndarray) or mine.size < 2:
        return None
    try:
        return replace(difference, rung="values", yours=np.broadcast_to(mine, np.shape(difference.expected)))
    except ValueError:
        return None


def _from_the_source(context: Context) -> list[Difference]:
    """Return the differences, those first from which the learner's code computes others: a wrong `dgamma` before `dx`."""
    definition = context.learner.source.function(context.exercise.name)
    found = order.from_the_output(context)
    if definition is None or len(found) < 2 or any(d.rung == "type" for d in found):
        return found
    told = [lines.sources(definition, *context.place(d)[1:]) for d in found]

    def needed(i: int) -> int:
        own, used = told[i]
        return sum(name is not None and name != own and name in used for name, _ in told)

    return [found[i] for i in sorted(range(len(found)), key=needed)]


_VAGUE = (*where.CODES, "argument", "wrong-type", "wrong-shape")


def _joined(context: Context, numbers: Finding, slip: Finding) -> Finding:
    """Tell what the numbers show, and the misconception that they match in every case."""
    found = onto_line.at(context, numbers)
    line = slip.line if slip.line is not None and found is None else numbers.line
    same = onto_line.mended(context, numbers, slip.kind)
    a_dict = isinstance(context.problem.expected.get(slip.quantity), dict)
    of_line = found.name if a_dict and found is not None else ""  # which of its items, or what they are made of
    return replace(
        numbers,
        code=slip.code,
        detail=slip.detail if numbers.code in _VAGUE or not numbers.detail else f"{numbers.detail}\n{slip.detail}",
        kind=_kind(slip, found),
        quantity=(of_line if of_line.startswith(f"{slip.quantity}[") else of_line.partition("[")[0]) or slip.quantity,
        line=line,
        where=numbers.where if line == numbers.line else "",
        question=numbers.question if numbers.code == "path" else slip.question or numbers.question,
        confidence=slip.confidence if slip.confidence != "certain" or same else "likely",
        evidence=numbers.evidence + slip.evidence,
    )


def _kind(slip: Finding, found: Departure | None) -> str:
    """Return the kind of a misconception; of a factor the text may tell better where it comes from."""
    told = found.edit.kind if found is not None and found.edit is not None else ""
    return told if slip.kind == "wrong-scale" and told in ("wrong-index", *onto_line.OF_THE_TEXT) else slip.kind

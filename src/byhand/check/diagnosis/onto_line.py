"""What the numbers show and where the code departs, brought together in one finding."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from byhand.course import rendering
from byhand.spec import Finding, syntax
from byhand.spec.report import KINDS

from .. import watching
from ..compare import Difference
from ..learner import Learner
from . import sofar, special, words
from .context import Context
from .departure import Departure

_VAGUE = ("wrong-values", "argument", "cut-off", "reordered", "slightly-off")
"""Codes of findings that say where the error shows, not of what it is one."""
OF_THE_TEXT = ("wrong-axis", "wrong-transpose", "dtype")
"""Kinds that the text tells better than the numbers, which show no more than a factor, say."""
_LOOKS = {
    ("as-if", "wrong-sign"): KINDS,
    ("factor", "wrong-scale"): (*OF_THE_TEXT, "wrong-mask"),
    ("twins", "overwrites"): ("missing-term",),
    ("path", "missing-term"): ("overwrites",),
    ("all-zero", "missing-term"): KINDS,
    ("wrong-shape", "wrong-axis"): KINDS,
    ("wrong-shape", "wrong-shape"): KINDS,
    ("slightly-off", "wrong-eps"): KINDS,
}
"""What findings of a code say the numbers look like, and the kinds of a change that puts everything right which say it better."""


def place(context: Context, difference: Difference, finding: Finding) -> Finding:
    """Return a finding about a quantity with the line where the code departs, and what it makes there instead.

    A line with whose change all is right comes first; then the one that the finding has of itself; then the first that makes
    a value which is not right; and last the one that decides the quantity, as the text has it.
    """
    decides = finding
    if finding.line is None and (line := context.line(difference)) is not None:
        decides = replace(finding, line=line, where=f"Here `{difference.quantity}` gets its value.")
    if difference.rung == "finite" and decides.line is not None and _in_helper(context, decides.line):
        decides = replace(decides, quantity=_about(context, decides.line) or decides.quantity)
    decides = replace(decides, confidence="likely" if finding.confidence == "certain" else finding.confidence)
    if difference.rung == "type":
        return unfinished(context, decides) if difference.yours is None else decides
    found = context.departures.of(difference)
    if found is None or (found.edit is None and (difference.rung == "finite" or finding.line is not None)):
        return decides
    if finding.line is not None and (not found.sure or _elsewhere(context, difference, finding.line, found.line)):
        return decides
    if finding.code == "argument" and context.exercise.parts and found.edit is None and found.confidence != "certain":
        return decides  # what functions of ours return is right for what they are given
    vague = finding.code in _VAGUE
    kind, quantity, reason = finding.kind, finding.quantity, ""
    if found.edit is not None:
        better = _LOOKS.get((finding.code, kind), ()) if found.sure else ()
        better = better or (OF_THE_TEXT if kind == "wrong-scale" else ())
        if kind == "wrong-formula" or (found.edit.kind in better and found.edit.kind != "wrong-formula"):
            kind = found.edit.kind
        if vague or (finding.code == "twins" and kind != finding.kind):
            quantity = found.name or found.edit.quantity or quantity
        elif finding.code == "node" or (finding.code == "path" and kind != "missing-term"):
            quantity = found.name or quantity
    elif kind == "wrong-formula" and found.lacks is not None:
        kind, quantity = found.lacks
    elif vague:
        quantity = found.name or quantity
    question = words.question(kind, difference.quantity) if vague and kind != finding.kind else finding.question
    if vague and kind == "wrong-formula" and _in_a_mode(context):
        kind = "wrong-mode"
    plain = () if (finding.code, kind) in _LOOKS and finding.code != "factor" else ("wrong-formula",)
    one = found.edit is None or found.edit.kind in (kind, *plain) or difference.rung == "finite"  # both tell the same
    one = one and kind != "wrong-formula"  # which says nothing
    sure = found.confidence == "certain" and one and (finding.confidence == "certain" or found.edit is not None)
    if vague and kind not in (finding.kind, "wrong-formula"):
        reason = words.of_kind(kind).why
    return replace(
        finding,
        line=found.line,
        kind=kind,
        quantity=quantity,
        confidence="certain" if sure else "likely",
        question=question,
        where=told(found, difference.quantity, kind if found.edit is not None and kind != found.edit.kind else ""),
        detail="\n".join(filter(None, (finding.detail, reason))),
    )


def _in_helper(context: Context, line: int) -> bool:
    around = context.learner.source.around(line)
    return around is not None and around[0] != context.learner.source.named.get(context.exercise.name, context.exercise.name)


def _elsewhere(context: Context, difference: Difference, line: int, other: int) -> bool:
    """Return whether a number leaves the range of floats in a function, and the line that could mend it calls that."""
    around = context.learner.source.around
    here, there = around(line), around(other)
    return difference.rung == "finite" and here is not None and there is not None and here[0] != there[0]


def _in_a_mode(context: Context) -> bool:
    """Return whether it fails just where a switch, such as `train`, is set as in few cases."""
    failing = sum(not t.passed for t in context.trials)
    return failing * 2 < len(context.trials) and re.fullmatch(r"`\w+` is (True|False)", special.shared(context)) is not None


def at(context: Context, finding: Finding) -> Departure | None:
    """Return the departure whose change mends all, where it is on the line of a finding."""
    return next(_on_line_of(context, finding), None)


def mended(context: Context, finding: Finding, kind: str) -> bool:
    """Return whether the line of a finding is the one with whose change, of a kind, all is right."""
    found = _on_line_of(context, finding)
    return any(d.edit is not None and d.edit.kind == kind and not d.elsewhere for d in found)


def _on_line_of(context: Context, finding: Finding) -> Iterator[Departure]:
    return (d for d in context.departures.found.values() if d is not None and d.sure and d.line == finding.line)


def told(found: Departure, quantity: str | None, kind: str = "") -> str:
    """Say what a line makes, and which sort of change of it puts a quantity right: that of a kind, or the edit's own."""
    change = words.mended(kind or found.edit.kind, None if found.everything else quantity) if found.edit is not None else ""
    return " ".join(filter(None, (words.held(found.name, found.words), change)))


def in_own_names(context: Context, finding: Finding, *, slip: bool = False) -> Finding:
    """Return a finding that is about something the learner knows: their variable on its line, where they have no such name."""
    source, name = context.learner.source, finding.quantity
    ours = type(context.learner) is Learner  # and no one who follows another course
    in_course = slip and ours and name not in watching.stored(syntax.parse(rendering.solution(context.exercise)))
    if in_course and at(context, finding) is None:
        return finding  # words of the course, not a name in our code
    items = [d.quantity for d in context.trial.differences if d.returned == name != d.quantity]
    if items and not ours:  # of a dict, the item that is wrong
        return replace(finding, quantity=items[0])
    parts = {part.__name__ for part in context.exercise.parts}
    known = {*source.stored, *context.exercise.returns, *context.problem.arguments, *parts}
    if not name or (not in_course and known & set(re.findall(r"\w+", name))):
        return finding
    own = source.given(finding.line)
    wrong = [d.quantity for d in context.trial.differences]
    items = [q for q in wrong if q.partition("[")[0] in own]
    return replace(finding, quantity=next(iter((*items, *own, *wrong)), name))


def stopped(context: Context, finding: Finding) -> Finding:
    """Say on an exception what is right so far, or which earlier line brought it about."""
    error = context.trial.attempt.error
    if error is not None and error["type"] == "NotImplementedError":
        return unfinished(context, finding)
    if finding.quantity == context.exercise.name:  # of a name that is not there, that is what it is about
        finding = replace(finding, quantity=_about(context, finding.line) or finding.quantity)
    found = context.departures.of(None)
    if found is None or finding.line is None or found.edit is None:
        return replace(finding, confidence="likely")
    if found.line == finding.line:
        quantity = _about(context, found.line) or found.name or finding.quantity
        statement = context.learner.source.statement(finding.line)
        given = statement is not None and bool(watching.names(statement))  # else what it is about is one of many
        confidence = finding.confidence if given else "likely"
        return replace(finding, quantity=quantity, where=told(found, None), confidence=confidence)
    there = f"It stops on line {finding.line}, on what is made here. {told(found, None)}".strip()
    quantity = found.name or found.edit.quantity or _about(context, found.line) or finding.quantity
    return replace(
        finding, where=there, quantity=quantity, line=found.line, lines=(found.line, finding.line), confidence=found.confidence
    )


def _about(context: Context, line: int | None) -> str:
    """Return the variable that a line gives a value, or else the first array that it reads; "" where there is none."""
    statement = context.learner.source.statement(line) if line is not None else None
    if statement is None:
        return ""
    error = context.trial.attempt.error
    shapes = error["shapes"] if error is not None else {}
    read = [n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
    known = [n for n in read if n in shapes] or [n for n in read if n in context.learner.source.stored]
    return next(iter((*watching.names(statement), *known)), "")


def unfinished(context: Context, finding: Finding) -> Finding:
    """Say what of an unfinished function is right, and what is still to come."""
    right = [item["name"] for item in sofar.right(context.traced) if "[" not in item["name"] and item["is"] != item["name"]]
    to_come = sofar.to_come(context.traced)
    if not right:
        return finding
    told = f"{words.listed(right)} right"
    if to_come:
        ways = " and ".join(f"`{n}`" for n in to_come[-2:])
        told += f"; {'the path' if len(to_come) == 1 else 'what comes'} through {ways} is still to come"
    return replace(finding, title=f"{told}. {finding.title}" if finding.code == "wrong-type" else f"{told}.")

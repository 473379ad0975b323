"""What is wrong in the way a composite puts its parts together: which call is given something else than it should be."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from byhand.arrays import leaves
from byhand.spec import Finding

from . import calls
from .calls import Call, Wrong
from .compare import Difference, differences
from .diagnosis import onto_line, order, where
from .diagnosis.context import Context, Trial
from .diagnosis.diagnose import diagnose
from .diagnosis.factors import kind_of, recognise
from .lines import root
from .process import WorkerDied

MOST = 3
"""Wrong calls that are told at once."""


def explain(context: Context, findings: list[Finding]) -> list[Finding]:
    """Return the findings about a composite that is wrong with parts of ours, told by its calls as far as they show why.

    What the composite does is run once more, and each call that is given something else than it should be is answered as if
    it had been given that: what is right then was the fault of these calls, and what is not has another cause.
    """
    if not context.exercise.parts:
        return findings
    if findings[0].kind == "unstable":  # infinities come out of every call that they are given to
        return findings
    if findings[0].code == "as-if":  # told in the composite's own arguments, and it holds in all cases
        return findings
    try:
        meant = calls.of_reference(context.problem)
        made, attempt = calls.of_learner(context.learner, context.problem, meant)
    except WorkerDied:
        return findings
    if attempt.error is not None or attempt.died is not None or not made.calls:
        return findings
    with np.errstate(all="ignore"):
        left = differences(context.problem, attempt.outcome.value)
    quantities = {d.quantity for d in left}
    solved = context.trial.attempt.error is not None or any(d.quantity not in quantities for d in context.trial.differences)
    order_told = _order(context)
    if made.wrong and solved:
        told = _together([_of_call(context, wrong, made.calls, meant) for wrong in made.wrong])
        found = _joined(context, told, _of_the_rest(context, meant) if left else [], findings[0])
    else:
        rank = [d.quantity for d in order.from_the_output(context)]
        left.sort(key=lambda d: rank.index(d.quantity) if d.quantity in rank else 0)
        taken = [found for d in left if (found := _of_result(context, d, meant)) is not None]
        vague, names = findings[0].code in VAGUE, {f.quantity for f in taken}
        found = [*taken, *(f for f in findings if f.quantity not in names)] if taken and vague else findings
        if vague and not taken and not made.wrong:
            found = [_lead(findings[0], ALL_GIVEN), *findings[1:]]
    if context.departures.solved and findings[0].line is not None:  # the line at fault is known: it says more than the call does
        known = findings[0]
        placed = {"line": known.line, "confidence": known.confidence}
        if found[0].kind in ("wrong-formula", "wrong-shape"):
            placed |= {"kind": known.kind, "quantity": known.quantity}
        if found[0] is not known:
            same = found[0].title == known.title  # then all that is known is said already
            first = found[0] if same else replace(_lead(_more(found[0], known.detail), known.where), **placed)
            found = [first, *found[1:]]
    first = found[0]
    if first.line is None:
        first = replace(first, line=findings[0].line, where=findings[0].where)
    return [_lead(onto_line.in_own_names(context, first), order_told), *found[1:MOST]]


def _order(context: Context) -> str:
    """Say how far back from the output the gradients are right."""
    first = next((d for d in order.from_the_output(context) if d.keys), None)
    return order.right_so_far(context, first) if first is not None else ""


def _more(finding: Finding, detail: str) -> Finding:
    return replace(finding, detail="\n".join(filter(None, (finding.detail, detail))))


def _lead(finding: Finding, where: str) -> Finding:
    return replace(finding, where="\n".join(filter(None, (finding.where, where))))


def _together(told: list[tuple[str, Finding]]) -> list[Finding]:
    """Return one finding for what is wrong in several layers in the same way."""
    found: dict[tuple, Finding] = {}
    for at, finding in told:
        key = (finding.title.replace(f", in {at},", ""), finding.kind, finding.line)
        found[key] = _more(found[key], f"It is the same in {at}.") if key in found else finding
    return list(found.values())[:MOST]


VAGUE = (*where.CODES, "wrong-shape", "wrong-type")
"""Codes of findings that say what differs, and not why."""
ALL_GIVEN = "Every function that is called is given what it should be: look at what is done with what they return."


def _joined(context: Context, told: list[Finding], others: list[Finding], before: Finding) -> list[Finding]:
    """Put what the calls show before what else is found; a misconception that fits keeps its name and what is said about it."""
    slips = {slip.name for slip in context.exercise.misconceptions}
    if before.code in slips:
        first = told[0]
        told[0] = replace(
            before,
            title=first.title,
            line=first.line or before.line,
            where=before.where if first.line in (None, before.line) else "",
            evidence=(*before.evidence, *first.detail.splitlines()),
        )
        others = [f for f in others if f is not before]
    return [*told, *others][:MOST]


def _of_the_rest(context: Context, meant: list[Call]) -> list[Finding]:
    """Return what is found where every call is given what it should be: what else is wrong."""
    found = []
    for before in context.trials:
        forced = calls.of_reference(before.problem) if before.problem is not context.problem else meant
        _, attempt = calls.of_learner(context.learner, before.problem, forced)
        wrong = () if attempt.error or attempt.died else tuple(differences(before.problem, attempt.outcome.value))
        found.append(Trial(before.problem, attempt, wrong))
    here = next(t for t in found if t.problem is context.problem)
    return diagnose(Context(context.exercise, context.learner, here, tuple(found), follow=False))[0]


def _of_call(context: Context, wrong: Wrong, made: Sequence[Call], meant: list[Call]) -> tuple[str, Finding]:
    """Return where a call is, and what is known of it: that it is given something else than it should be."""
    name, argument = wrong.call.name, wrong.names[0]
    at = calls.place(wrong.meant, meant, context.problem).partition(" (")[0]
    given, right = wrong.call.arguments[argument], wrong.meant.arguments[argument]
    line = _line(context, wrong.call, made)
    if isinstance(right, dict):  # it is one item that is wrong
        key = next((k for k in right if k not in given or not calls.same(given[k], right[k])), "")
        argument, given, right = f"{argument}[{key!r}]", given.get(key), right.get(key)
        item = next((d for d in context.trial.differences if d.quantity == argument), None)
        line = line if item is None else context.line(item)
    words, question, kind, quantity = _compared(context, argument, given, right, meant)
    crossed = [
        n for n in wrong.names[1:] if calls.same(wrong.call.arguments[n], right) and calls.same(wrong.meant.arguments[n], given)
    ]
    if crossed:
        kind = "wrong-order"
    before = context.trial.attempt.error
    return at, Finding(
        code="wrong-call",
        title=f"`{name}`{f', in {at},' if at else ''} is given {words}.",
        question=question,
        detail=GIVEN_RIGHT if len(wrong.names) == 1 else f"So it is with {' and '.join(f'`{n}`' for n in wrong.names[1:])}.",
        kind=kind,
        quantity=(_passed(context, wrong.call.name, argument, line) or quantity) if quantity == argument else quantity,
        line=line,
        confidence="likely",
        evidence=tuple(
            filter(
                None,
                (
                    f"call {wrong.call.number} of `{name}` is the first that is given something else",
                    f"it stops with {before['type']}: {before['message'].removeprefix(before['type'] + ': ')}" if before else "",
                ),
            )
        ),
    )


def _passed(context: Context, name: str, argument: str, line: int | None) -> str:
    """Return the variable that a call on a line passes as an argument, or else the one that the line gives a value; or ""."""
    source = context.learner.source
    statement = source.statement(line) if line is not None else None
    parameters = next((list(inspect.signature(p).parameters) for p in context.exercise.parts if p.__name__ == name), [])
    call = next((c for c in _calls(statement) if _called(c.func) == name), None) if statement is not None else None
    if call is None:
        return ""
    given = dict(zip(parameters, call.args, strict=False)) | {k.arg: k.value for k in call.keywords}
    return next((own for own in (root(given.get(argument, call)), *source.given(line)) if own not in (None, "self")), "")


GIVEN_RIGHT = "Where this is put right, so is what comes out of it."


def _compared(context: Context, argument: str, given: Any, right: Any, meant: list[Call]) -> tuple[str, str, str, str]:
    """Return what an argument is as against what it should be, a question, the kind of fault, and the quantity at fault."""
    problem = context.problem
    source, target = _source(given, meant), _source(right, meant)
    own, other = _own(given, context), _own(right, context)
    if target is not None and _gives(given, target[0]):  # what a step takes, in the place of what it gives
        return (
            f"{_a(argument)} that did not go through `{target[0].name}`",
            f"What stands between the two: what should `{target[0].name}` be given, and where does its result go?",
            "missing-term",
            target[0].name,
        )
    if source is not None and target is not None:
        here, there = (calls.place(c, meant, problem).partition(" (")[0] for c, _ in (source, target))
        if source[0].name == target[0].name and source[1] == target[1]:
            return (
                f"the `{source[1]}` of {here}; that of {there} belongs there",
                f"Which `{source[1]}` belongs to this call, and under which name or index is it kept?",
                "wrong-index",
                argument,
            )
        return (
            f"what `{source[0].name}` returned as `{source[1]}`{f' in {here}' if here else ''}; "
            f"the `{target[1]}` of `{target[0].name}`{f' in {there}' if there else ''} belongs there",
            f"Which result should come in here as `{argument}`?",
            "wrong-order",
            argument,
        )
    if own is not None and other is not None:
        return f"`{own}` where `{other}` belongs", f"Which of your arguments is `{argument}` here?", "wrong-index", argument
    return _numbers(context, argument, given, right)


def _numbers(context: Context, argument: str, given: Any, right: Any) -> tuple[str, str, str, str]:
    """Compare two arguments by their numbers alone."""
    mine, theirs = np.asarray(given) if _numeric(given) else None, np.asarray(right) if _numeric(right) else None
    question = f"What happens to `{argument}` between the call that makes it and this one?"
    if mine is None or theirs is None:
        return f"another `{argument}` than it should be", question, "wrong-formula", argument
    if mine.ndim == 0 and theirs.ndim == 0:
        kind = "wrong-mode" if theirs.dtype.kind == "b" else "wrong-formula"
        return f"{argument} = {mine[()]}; it should be {theirs[()]}", f"Where does `{argument}` come from?", kind, argument
    if mine.shape != theirs.shape:
        kind = "wrong-transpose" if mine.shape == theirs.shape[::-1] else "wrong-shape"
        return f"{_a(argument)} of shape {mine.shape}; it should be {theirs.shape}", question, kind, argument
    norm = float(np.sum(theirs.astype(float) ** 2))
    c = float(np.sum(mine * theirs.astype(float))) / norm if norm else float("nan")
    if np.isfinite(c) and calls.same(mine, c * theirs):
        told = recognise(c, context.problem.constants) or f"{c:.6g}"
        return f"{_a(argument)} that is {told} times what it should be", question, kind_of(c), argument
    return f"another `{argument}` than it should be", question, "wrong-formula", argument


def _of_result(context: Context, difference: Difference, meant: list[Call]) -> Finding | None:
    """Explain a result as what some call returned under another name, as where two of its results are mixed up."""
    if difference.rung not in ("values", "shape") or not _numeric(difference.yours):
        return None
    source, target = _source(difference.yours, meant), _source(difference.expected, meant)
    if source is None or target is None or source == target:
        return None
    (here, there), of = (
        (calls.place(c, meant, context.problem).partition(" (")[0] for c, _ in (source, target)),
        f" of `{source[0].name}`",
    )
    told = f"`{source[1]}`{of}" + (f" in {here}" if here and here != there else "")
    same_call = source[0] is target[0]
    return Finding(
        code="wrong-result",
        title=f"`{difference.quantity}` is the {told}; its `{target[1]}`{'' if same_call else f' in {there}'} belongs there."
        if source[0].name == target[0].name
        else f"`{difference.quantity}` is the {told}; the `{target[1]}` of `{target[0].name}` belongs there.",
        question=f"In which order does `{source[0].name}` return its results?" if same_call else "Which call makes this one?",
        detail="",
        kind="wrong-order" if same_call else "wrong-index",
        quantity=difference.quantity,
        line=context.line(difference),
        confidence="certain",
        evidence=("the two are the same, number by number",),
    )


def _source(value: Any, among: Sequence[Call]) -> tuple[Call, str] | None:
    """Return the call that returned a value, and under which name; None where none did, or it is one number or nothing."""
    if value is None or isinstance(value, int | float | str) or not any(_numeric(v) and np.size(v) > 1 for _, v in leaves(value)):
        return None
    return next(((call, name) for call in among for name, result in call.results if calls.same(result, value)), None)


def _gives(value: Any, step: Call) -> bool:
    """Return whether a call is given a value as its first argument."""
    return _numeric(value) and calls.same(next(iter(step.arguments.values())), value)


def _own(value: Any, context: Context) -> str | None:
    """Return the name under which a value is among the composite's own arguments."""
    if not _numeric(value) or np.size(value) < 2:
        return None
    return next((name for name, own in calls.parameters(context.problem) if calls.same(own, value)), None)


def _numeric(value: Any) -> bool:
    return isinstance(value, np.ndarray | np.generic | int | float)


def _a(name: str) -> str:
    return f"{'an' if name[0] in 'aeioxAEIOX' else 'a'} `{name}`"


def _line(context: Context, call: Call, made: Sequence[Call]) -> int | None:
    """Return the line of a call: where all calls but those of one loop have lines of their own; or None."""
    definition = context.learner.source.function(context.exercise.name)
    if definition is None:
        return None
    found = [n for n in _calls(definition) if _called(n.func) == call.name]
    if not found:  # it is made by a helper
        helpers = {name: context.learner.helper(name) for name in {_called(n.func) for n in _calls(definition)}}
        using = [n for n, h in helpers.items() if h is not None and any(_called(c.func) == call.name for c in _calls(h))]
        found = [n for n in _calls(definition) if _called(n.func) in using]
    ran = context.ran if context.trial.attempt.error is None else ()
    lines = sorted(n.lineno for n in found if not ran or n.lineno in ran)
    loops = [n for n in ast.walk(definition) if isinstance(n, ast.For | ast.While)]
    again = [any(loop.lineno < line <= (loop.end_lineno or 0) for loop in loops) for line in lines]
    times = sum(c.name == call.name for c in made) - len(lines) + 1
    if times < 1 or sum(again) > 1 or (times > 1 and not any(again)):
        return None
    each = [line for line, often in zip(lines, again, strict=True) for _ in range(times if often else 1)]
    return each[call.number - 1] if call.number <= len(each) else None


def _calls(statement: ast.stmt) -> list[ast.Call]:
    return [n for n in ast.walk(statement) if isinstance(n, ast.Call)]


def _called(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""

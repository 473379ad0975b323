"""A size that is written into the code as a number: right where a size has that value, and wrong elsewhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from byhand.spec import Finding

from ..problem import build
from . import where
from .context import Context, trial

LARGEST = 64
MOST = 12
"""Settings of a size that are tried."""


def told(context: Context, findings: list[Finding], seed: int) -> list[Finding]:
    """Return the findings, those that say no cause replaced by a size that is written into the code, if that is one."""
    first = findings[0]
    vague = first.code in (*where.CODES, "exception", "wrong-shape") or (first.code == "factor" and first.confidence != "certain")
    found = explain(context, first, seed) if vague and not context.departures.solved else None
    return findings if found is None else [found]


def explain(context: Context, before: Finding, seed: int) -> Finding | None:
    """Explain a failure as a number in the code that is right for one value of a size alone, or return None.

    The learner's code runs once more on the failing case and one other, with a size of just that number.
    """
    definition = context.learner.source.function(context.exercise.name)
    if definition is None:
        return None
    failing = [t for t in context.trials if t.rung is not None and t.problem.case.kind not in ("extreme", "float32")]
    tried = 0
    for line, number in _numbers(definition):
        for name in context.problem.sizes:
            # where the size has that value all is right, and where it fails the size has another
            if any((t.rung is None) < (t.problem.sizes[name] == number) for t in context.trials) or not failing:
                continue
            tried += 1
            if tried > MOST:
                return None
            if all(_right_with(context, t.problem.case, seed, {name: number}) for t in failing[:2]):
                return _finding(context, before, name, number, line)
    return None


def _right_with(context: Context, case, seed: int, sizes: dict[str, int]) -> bool:
    try:
        found = trial(context.learner, build(context.exercise, case, seed, sizes=sizes))
    except Exception:  # a case need not make sense at every size
        return False
    return found.rung is None


def _numbers(definition: ast.FunctionDef) -> Iterator[tuple[int, int]]:
    """Yield (line, number) of the whole numbers in a function that may be sizes: no exponent, no axis."""
    other = {
        id(n)
        for node in ast.walk(definition)
        if isinstance(node, ast.keyword) and "axis" in (node.arg or "")
        for n in ast.walk(node)
    }
    other |= {id(node.right) for node in ast.walk(definition) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)}
    seen = set()
    for node in ast.walk(definition):
        if isinstance(node, ast.Constant) and type(node.value) is int and 2 <= node.value <= LARGEST and id(node) not in other:
            if node.value not in seen:
                seen.add(node.value)
                yield node.lineno, node.value


def _finding(context: Context, before: Finding, name: str, number: int, line: int) -> Finding:
    size = name.upper()
    return Finding(
        code="hard-coded-size",
        title=f"`{context.exercise.name}` is right where {size} is {number}, and only there.",
        question=f"What in your code is {number} whatever the arguments are, and which of them knows {size}?",
        detail=f"{number} is written into the code. "
        f'In the case "{context.problem.case.name}", where {size} is {context.problem.sizes[name]}: {before.title}',
        kind="hard-coded",
        quantity=size,
        line=line,
        confidence="likely",
        evidence=(f"run again with {size} = {number}, it is right",),
    )

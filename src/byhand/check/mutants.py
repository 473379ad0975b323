"""Mechanical mutants: every small change of a reference that a slip could make. What proves that a check bites."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

from byhand.course import rendering
from byhand.spec import Exercise, syntax

_SWAPPED_NAMES = {
    "sum": "mean", "mean": "sum", "max": "min", "min": "max", "maximum": "minimum", "minimum": "maximum",
    "zeros_like": "ones_like", "ones_like": "zeros_like", "exp": "abs", "sqrt": "abs", "log": "abs", "argmax": "argmin",
}  # fmt: skip
_SWAPPED_OPERATORS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
_SWAPPED_COMPARISONS = {ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt,), ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt,)}


@dataclass(frozen=True)
class Mutant:
    """One change of one place."""

    what: str
    """sign, scale, dropped term, axis, ..."""
    before: str
    """The line as it was (unparsed)."""
    after: str
    """The line as it is."""
    source: str
    """The whole function."""


def mutants(exercise: Exercise) -> Iterator[Mutant]:
    """Yield every mechanical mutant of an exercise's rendered solution."""
    yield from mutants_of(rendering.solution(exercise))


def mutants_of(source: str) -> Iterator[Mutant]:
    """Yield every mechanical mutant of a function's source text."""
    tree = syntax.parse(source)
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    if ast.get_docstring(function) is not None:
        function.body = function.body[1:]
    original = ast.unparse(tree)
    for i, node in enumerate(ast.walk(function)):
        for what, change in _changes(node):
            mutated = copy.deepcopy(tree)
            target = next(n for j, n in enumerate(ast.walk(mutated.body[0])) if j == i)
            change(target)
            source = ast.unparse(ast.fix_missing_locations(mutated))
            if source != original:
                before, after = _changed_line(original, source)
                yield Mutant(what, before, after, source)


def _changes(node: ast.AST) -> Iterator[tuple]:
    """Yield (what, a function that changes a copy of the node in place)."""
    if isinstance(node, ast.BinOp):
        yield from _operator_changes(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant):
        yield "sign", lambda n: _become(n, n.operand)
    elif isinstance(node, ast.AugAssign) and type(node.op) in _SWAPPED_OPERATORS:
        yield "sign", lambda n: setattr(n, "op", _SWAPPED_OPERATORS[type(n.op)]())
    elif isinstance(node, ast.Call):
        yield from _call_changes(node)
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield "transpose", lambda n: _become(n, n.value)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        for other in _SWAPPED_COMPARISONS.get(type(node.ops[0]), ()):
            yield "mask", lambda n, other=other: n.ops.__setitem__(0, other())
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield "off by one", lambda n: setattr(n, "value", n.value + 1)
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) and len(node.value.elts) > 1:
        yield "order", lambda n: _swap(n.value.elts)
    elif isinstance(node, ast.If | ast.IfExp):
        yield "mode", lambda n: setattr(n, "test", ast.UnaryOp(ast.Not(), n.test))


def _operator_changes(node: ast.BinOp) -> Iterator[tuple]:
    swapped = _SWAPPED_OPERATORS.get(type(node.op))
    if swapped is not None:
        yield "sign" if isinstance(node.op, ast.Add | ast.Sub) else "factor", lambda n: setattr(n, "op", swapped())
    if isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div):
        yield "dropped term", lambda n: _become(n, n.left)
    if isinstance(node.op, ast.Add | ast.Mult):
        yield "dropped term", lambda n: _become(n, n.right)
    if isinstance(node.op, ast.MatMult):
        yield "order", lambda n: (lambda a, b: (setattr(n, "left", b), setattr(n, "right", a)))(n.left, n.right)
    if isinstance(node.op, ast.Pow):
        yield "factor", lambda n: _become(n, n.left)


def _call_changes(node: ast.Call) -> Iterator[tuple]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if name in _SWAPPED_NAMES:
        yield (
            "sum for mean" if name in ("sum", "mean") else "function",
            lambda n: setattr(n.func, "attr", _SWAPPED_NAMES[n.func.attr]),
        )
    if name == "where" and len(node.args) == 3:
        yield "mask", lambda n: n.args.__setitem__(slice(1, 3), [n.args[2], n.args[1]])
    of_numpy = isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name) and node.func.value.id == "np"
    builtin = isinstance(node.func, ast.Name) and node.func.id in ("max", "min", "isinstance", "zip", "enumerate")
    if not of_numpy and not builtin and len(node.args) > 1:
        yield "order", lambda n: _swap(n.args)
    if name in ("broadcast_to", "reshape", "expand_dims"):
        yield "shape", lambda n: _become(n, n.args[0])
    for i, keyword in enumerate(node.keywords):
        if keyword.arg == "axis":
            for axis in (0, 1, None):
                if ast.unparse(keyword.value) != str(axis):
                    yield "axis", lambda n, i=i, axis=axis: setattr(n.keywords[i], "value", ast.Constant(axis))
        elif keyword.arg == "keepdims":
            yield "axis", lambda n, i=i: n.keywords.pop(i)


def _swap(items: list) -> None:
    items[0], items[1] = items[1], items[0]


def _become(node: ast.AST, other: ast.AST) -> None:
    """Turn a node into another, whatever its parent."""
    node.__class__ = other.__class__
    node.__dict__ = other.__dict__


def _changed_line(before: str, after: str) -> tuple[str, str]:
    for a, b in zip(before.splitlines(), after.splitlines(), strict=False):
        if a != b:
            return a.strip(), b.strip()
    raise AssertionError("the texts are equal")

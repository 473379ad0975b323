"""A function before and after an edit: the smallest part that differs, where it stands, and on which lines."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from byhand.course import rendering
from byhand.spec import Exercise, syntax

_NOT_NAMES = {"np", "range", "len", "enumerate", "zip", "sum", "abs", "min", "max", "dict", "list", "sorted", "reversed", "set"}
_AXIS_TAKERS = ("moveaxis", "expand_dims", "swapaxes", "transpose")
_SHAPE_TAKERS = ("reshape", "zeros", "ones", "empty", "full", "broadcast_to")
_BOUNDS = ("maximum", "minimum", "max", "min", "clip")


@dataclass(frozen=True)
class Edit:
    """The smallest part of a function that an edit changes."""

    old: ast.AST
    new: ast.AST
    parents: tuple[ast.AST, ...]
    """What the old part stands in, from the module inwards."""

    @property
    def statement(self) -> ast.stmt | None:
        """The innermost statement that holds the part."""
        return next((n for n in (self.old, *reversed(self.parents)) if isinstance(n, ast.stmt)), None)

    @property
    def keyword(self) -> str:
        """The keyword whose value holds the part, or nothing."""
        return next((n.arg or "" for n in reversed(self.parents) if isinstance(n, ast.keyword)), "")


@cache
def plain(exercise: Exercise) -> str:
    """Return the rendered solution without its docstring: what faults are planted in."""
    tree = syntax.parse(rendering.solution(exercise))
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    if ast.get_docstring(function) is not None:
        function.body = function.body[1:]
    return ast.unparse(tree)


def difference(old: ast.AST, new: ast.AST, parents: tuple[ast.AST, ...] = ()) -> Edit:
    """Return the smallest part of a tree whose change makes it the other tree."""
    pairs = list(_differing(old, new)) if type(old) is type(new) else []
    if len(pairs) == 1 and not isinstance(pairs[0][0], ast.operator | ast.cmpop | ast.unaryop | ast.boolop | None):
        a, b = pairs[0]
        return difference(a, b, (*parents, old))
    return Edit(old, new, parents)


def _differing(old: ast.AST, new: ast.AST) -> Iterator[tuple]:
    """Yield the children that differ; (None, None) for what is no child: a name, a number, a statement more or less."""
    for field in old._fields:
        a, b = getattr(old, field, None), getattr(new, field, None)
        if isinstance(a, ast.AST) and isinstance(b, ast.AST):
            if not same(a, b):
                yield a, b
        elif isinstance(a, list) and isinstance(b, list):
            if len(a) != len(b):
                yield None, None
            else:
                yield from (
                    (x, y) if isinstance(x, ast.AST) else (None, None) for x, y in zip(a, b, strict=True) if not same(x, y)
                )
        elif type(a) is not type(b) or a != b:
            yield None, None


def same(a: object, b: object) -> bool:
    """Return whether two parts are written the same."""
    return ast.dump(a) == ast.dump(b) if isinstance(a, ast.AST) and isinstance(b, ast.AST) else a == b


def changed_lines(before: str, after: str) -> tuple[int, ...]:
    """Return the lines of the text after an edit that it changed; for lines that are gone, the one that stands there now."""
    told: list[int] = []
    for tag, _, _, start, end in difflib.SequenceMatcher(None, before.splitlines(), after.splitlines(), False).get_opcodes():
        if tag != "equal":
            told += range(start + 1, max(end, start + 1) + 1)
    return tuple(told)


def shown(before: str, after: str) -> str:
    """Return the lines that an edit changed, as they were and as they are."""
    old, new = before.splitlines(), after.splitlines()
    told = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, False).get_opcodes():
        if tag != "equal":
            told.append("  ->  ".join(" | ".join(line.strip() for line in part) or "(nothing)" for part in (old[a:b], new[c:d])))
    return " and ".join(told)


def names(*nodes: ast.AST | None) -> set[str]:
    """Return the variables in these parts, and the keys: `state` and `v` for state["v"]."""
    inside = [n for node in nodes if node is not None for n in ast.walk(node)]
    found = {n.id for n in inside if isinstance(n, ast.Name)} | {n.arg for n in inside if isinstance(n, ast.arg)}
    keys = {n.slice.value for n in inside if isinstance(n, ast.Subscript) and isinstance(n.slice, ast.Constant)}
    return (found | {key for key in keys if isinstance(key, str)}) - _NOT_NAMES


def assigned(statement: ast.stmt | None) -> set[str]:
    """Return the variables that a statement gives a value, arrays of which it writes a part included."""
    if isinstance(statement, ast.Assign):
        targets: list[ast.expr] = list(statement.targets)
    elif isinstance(statement, ast.AugAssign | ast.AnnAssign | ast.For):
        targets = [statement.target]
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        function = statement.value.func  # losses.append(loss), np.add.at(out, ...), np.maximum(x, 0, out=x)
        out = [k.value for k in statement.value.keywords if k.arg == "out"]
        targets = [*out, *statement.value.args[:1]] if names(function) == set() else [function]
    elif isinstance(statement, ast.Return):
        targets = [statement.value] if statement.value is not None else []
    else:
        return set()
    return names(*targets)


def place(edit: Edit) -> str:
    """Return what a part is for: axis, shape, size, index, range, comparison, bound, default, exponent, term, factor, value, ...

    A part of an index stays one inside of a sum in it; otherwise the innermost operation that it stands in decides.
    """
    chain = (*edit.parents, edit.old)
    around = list(zip(reversed(edit.parents), reversed(chain[1:]), strict=True))  # (parent, child), from the inside outwards
    inside = around[: next((i for i, (outer, _) in enumerate(around) if isinstance(outer, ast.stmt)), len(around))]
    for outer, child in inside:
        told = _dominant(outer, child)
        if told:
            return told
    for outer, child in around:
        told = _nearest(outer, child)
        if told:
            return told
    return "value"


def _dominant(outer: ast.AST, child: ast.AST) -> str:
    if isinstance(outer, ast.keyword):
        return {"axis": "axis", "axes": "axis", "keepdims": "axis"}.get(outer.arg or "", "")
    if isinstance(outer, ast.Subscript) and child is outer.slice:
        return "size" if isinstance(outer.value, ast.Attribute) and outer.value.attr == "shape" else "index"
    if isinstance(outer, ast.Call):
        name = called(outer)
        numpy = isinstance(outer.func, ast.Attribute) and names(outer.func.value) == set()
        first = child is outer.func or (numpy and bool(outer.args) and child is outer.args[0])
        if name in ("range", "arange"):
            return "range"
        if name in _AXIS_TAKERS and not first:
            return "axis"
        if name in _SHAPE_TAKERS and (not first or (name in _SHAPE_TAKERS[1:5] and child is not outer.func)):
            return "shape"
        if name == "pad" and not first:
            return "index"
    return ""


def _nearest(outer: ast.AST, child: ast.AST) -> str:
    if isinstance(outer, ast.BinOp):
        if isinstance(outer.op, ast.Pow) and child is outer.right:
            return "exponent"
        return (
            "term"
            if isinstance(outer.op, ast.Add | ast.Sub)
            else "factor"
            if isinstance(outer.op, ast.Mult | ast.Div)
            else "argument"
        )
    if isinstance(outer, ast.AugAssign):
        return "term" if isinstance(outer.op, ast.Add | ast.Sub) else "factor"
    if isinstance(outer, ast.Compare):
        return "comparison"
    if isinstance(outer, ast.arguments):
        return "default"
    if isinstance(outer, ast.Call):
        return "bound" if called(outer) in _BOUNDS else "branch" if called(outer) == "where" else "argument"
    if isinstance(outer, ast.If | ast.IfExp | ast.While):
        return "test" if child is outer.test else "value"
    return "value" if isinstance(outer, ast.stmt) else ""


def called(node: ast.AST | None) -> str:
    """Return the last part of the name of the function that a call calls."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""


def scales(edit: Edit) -> bool:
    """Return whether the part stands in a factor of the statement's value: then what is added in it is a weight of a term."""
    chain = (*edit.parents, edit.old)
    for outer, child in zip(edit.parents, chain[1:], strict=True):
        if isinstance(outer, ast.BinOp) and isinstance(outer.op, ast.Mult | ast.Div) and isinstance(child, ast.BinOp):
            return True
    return False

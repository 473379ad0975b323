"""What a finding should say of an edit: line, kind, quantity. Read off the edit and the numbers, never off the checker."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace

from byhand.spec import Exercise, Finding

from .behaviour import Behaviour
from .edits import Edit, assigned, called, names, place, same, scales
from .scope import Scope

_COUNTS = ("range", "index")
_BY_CONSTANT = {
    "axis": {"wrong-axis"},
    "shape": {"wrong-shape"},
    "size": {"wrong-index", "off-by-one", "wrong-axis", "wrong-scale"},
    "index": {"wrong-index", "off-by-one"},
    "range": {"off-by-one", "wrong-index"},
    "comparison": {"wrong-mask", "off-by-one"},
    "bound": {"wrong-mask", "off-by-one"},
    "branch": {"wrong-mask", "off-by-one", "wrong-scale"},
    "exponent": {"wrong-formula", "wrong-scale"},
    "term": {"off-by-one", "extra-term"},
    "factor": {"wrong-scale"},
    "value": {"extra-term", "off-by-one", "wrong-scale"},
    "argument": {"off-by-one", "wrong-scale"},
    "test": {"wrong-mask", "off-by-one"},
}
_BY_FUNCTION = {
    "max": {"wrong-formula"}, "min": {"wrong-formula"}, "maximum": {"wrong-formula", "wrong-mask"},
    "minimum": {"wrong-formula", "wrong-mask"}, "argmax": {"wrong-formula", "wrong-index"}, "exp": {"wrong-formula"},
    "sqrt": {"wrong-formula"}, "log": {"wrong-formula"}, "zeros_like": {"extra-term"},
    "ones_like": {"missing-term", "wrong-scale"},
}  # fmt: skip
_BY_MARK = {
    "infinite": {"unstable"}, "extreme": {"unstable"}, "dtype": {"dtype"}, "negated": {"wrong-sign"}, "scaled": {"wrong-scale"},
    "transposed": {"wrong-transpose", "wrong-shape"}, "shape": {"wrong-shape"},
}  # fmt: skip
_OF_SHAPE = ("ValueError", "AxisError", "IndexError")


@dataclass(frozen=True)
class Spot:
    """One place at fault, and all that may be said of it."""

    lines: tuple[int, ...]
    """Of the source, from 1; a finding may name one of them or the line beside it."""
    kinds: frozenset[str]
    words: frozenset[str]
    """A quantity is right if one of these is a word of it."""
    text: str
    """The line as it was and as it is, to show."""


def spot(edit: Edit, scope: Scope, lines: tuple[int, ...], text: str) -> Spot:
    """Return what may be said of a mechanical edit."""
    return Spot(lines, frozenset(kinds(edit, scope)), frozenset(words(edit)), text)


def with_behaviour(exercise: Exercise, expected: Spot, seen: Behaviour) -> Spot:
    """Add what the numbers show: shapes that differ, exceptions, arguments changed, and which results are wrong."""
    more: set[str] = {"mutates-input"} if seen.arguments else set()
    for mark in seen.marks:
        stopped = {"exception", "wrong-shape"} if mark in _OF_SHAPE else {"exception"}
        more |= _BY_MARK.get(mark, stopped)
    said = expected.words | seen.changed | seen.arguments
    if "Endless" in seen.marks:  # nothing comes of it that could be named
        said |= {exercise.name}
    return replace(expected, kinds=expected.kinds | more, words=frozenset(said))


def judge(finding: Finding, spots: tuple[Spot, ...], head: int) -> tuple[bool, bool, bool]:
    """Return whether a finding's line, kind and quantity are right; `head` lines stand above the source in the checked file.

    Of two faults at once it is held to the one that it fits better.
    """
    said = _twins(set(re.findall(r"\w+", finding.quantity)))

    def right(one: Spot) -> tuple[bool, bool, bool]:
        line = finding.line is not None and any(abs(finding.line - head - n) <= 1 for n in one.lines)
        return line, finding.kind in one.kinds, bool(said & _twins(one.words))

    return max(map(right, spots), key=sum)


def _twins(said: frozenset[str] | set[str]) -> set[str]:
    """Return names with and without a leading d: a gradient and what it is the gradient of are one quantity."""
    return set(said) | {f"d{word}" for word in said} | {word[1:] for word in said if len(word) > 1 and word[0] == "d"}


def kinds(edit: Edit, scope: Scope) -> set[str]:
    """Return the kinds that name an edit."""
    old, new, where = edit.old, edit.new, place(edit)
    if isinstance(new, ast.UnaryOp) and isinstance(new.op, ast.Not):
        return _of_test(old, scope)
    if where == "axis":
        return {"wrong-axis"}
    if isinstance(old, ast.BinOp):
        return _of_operation(edit, where, scope)
    if isinstance(old, ast.UnaryOp) and isinstance(old.op, ast.USub):
        if isinstance(old.operand, ast.Constant):
            return _of_constant(edit, where)
        ranks = any(called(p).startswith("arg") for p in edit.parents)
        return {"wrong-sign"} | ({"wrong-order"} if ranks else set()) | ({"wrong-mask"} if where == "branch" else set())
    if isinstance(old, ast.AugAssign) and isinstance(new, ast.AugAssign):
        return {"wrong-sign"} if isinstance(old.op, ast.Add | ast.Sub) else {"wrong-scale"}
    if isinstance(old, ast.Call):
        return _of_call(old, new)
    if isinstance(old, ast.Attribute):
        return {"wrong-transpose"} if old.attr == "T" else _of_name(old.attr)
    if isinstance(old, ast.Compare):
        whole = where in ("test", *_COUNTS) or _counts(old, scope)
        return {"wrong-mask", "off-by-one"} if whole else {"wrong-mask"}
    if isinstance(old, ast.Constant):
        return _of_constant(edit, where)
    if isinstance(old, ast.Return | ast.Tuple | ast.List):
        return {"wrong-order"}
    raise ValueError(f"no kind is declared for {ast.unparse(old)!r} -> {ast.unparse(new)!r}")


def _counts(node: ast.Compare, scope: Scope) -> bool:
    """Return whether a comparison is of whole numbers, as far as can be seen: lengths, sizes, positions."""
    return any(map(scope.whole, names(node))) or "ndim" in ast.unparse(node)


def _of_operation(edit: Edit, where: str, scope: Scope) -> set[str]:
    old, new = edit.old, edit.new
    assert isinstance(old, ast.BinOp)
    if where in _COUNTS or where == "size":
        return {"off-by-one", "wrong-index"}
    if where == "shape":
        return {"wrong-shape", "off-by-one"}
    if isinstance(old.op, ast.MatMult):
        return {"wrong-order", "wrong-transpose"}
    if isinstance(old.op, ast.Pow):
        return {"wrong-formula", "missing-term", "wrong-scale"}
    swapped = isinstance(new, ast.BinOp) and same(old.left, new.left) and same(old.right, new.right)
    gone = old.right if swapped or same(new, old.left) else old.left
    small = {"wrong-eps"} if "eps" in names(gone) or _tiny(gone) else set()
    if isinstance(old.op, ast.Add | ast.Sub):
        told = {"wrong-sign" if swapped else "missing-term"} | small
        if scales(edit):
            told.add("wrong-scale")
        if isinstance(gone, ast.Constant) and type(gone.value) is int:
            told.add("off-by-one")
        if not swapped and ast.unparse(gone) in map(ast.unparse, getattr(edit.statement, "targets", ())):
            told.add("overwrites")  # what was there before is lost
        return told
    if swapped:
        return {"wrong-scale"} if _is_number(gone, scope) else {"wrong-scale", "wrong-formula"}
    told = {"missing-term", "wrong-scale"} | small
    if isinstance(gone, ast.Name) and gone.id in _parameters(edit):
        told.add("hard-coded")
    if any(isinstance(n, ast.Compare) for n in ast.walk(gone)) or any(map(scope.mask, names(gone))):
        told.add("wrong-mask")
    return told


def _parameters(edit: Edit) -> set[str]:
    """Return the names of the function's arguments."""
    return names(next(p.args for p in edit.parents if isinstance(p, ast.FunctionDef)))


def _is_number(node: ast.AST, scope: Scope) -> bool:
    """Return whether a factor is one number: a constant, a size, a setting."""
    sizes = [n for n in ast.walk(node) if isinstance(n, ast.Attribute) and n.attr == "shape"]
    return all(map(scope.number, names(node) - names(*sizes)))


def _tiny(node: ast.AST) -> bool:
    """Return whether a part is a number that is there to keep another from zero."""
    return isinstance(node, ast.Constant) and isinstance(node.value, float) and 0 < abs(node.value) < 0.1


def _of_call(old: ast.Call, new: ast.AST) -> set[str]:
    name = called(old)
    if not isinstance(new, ast.Call) or called(new) != name:
        axes = {"wrong-axis"} if name == "expand_dims" else set()
        return {"wrong-shape"} | axes
    if len(old.keywords) != len(new.keywords):  # keepdims
        return {"wrong-axis", "wrong-shape"}
    if name == "where":
        return {"wrong-mask", "wrong-order"}
    return {"wrong-order"} | ({"wrong-shape"} if name == "reshape" else set())


def _of_name(name: str) -> set[str]:
    return _BY_FUNCTION.get(name, {"wrong-scale"} if name in ("sum", "mean") else {"wrong-formula"})


def _of_constant(edit: Edit, where: str) -> set[str]:
    if where == "default":
        arguments = next(p for p in edit.parents if isinstance(p, ast.arguments))
        named = dict(zip(map(id, arguments.kw_defaults), arguments.kwonlyargs, strict=True))
        parameter = named[id(edit.old)].arg if id(edit.old) in named else ""
        return {"wrong-eps"} if parameter == "eps" else {"hard-coded", "wrong-scale"}
    told = set(_BY_CONSTANT[where])
    if where == "term" and scales(edit):
        told.add("wrong-scale")
    if _tiny(edit.old):
        told.add("wrong-eps")
    return told


def _of_test(test: ast.AST, scope: Scope) -> set[str]:
    """Return the kinds of a decision turned round: by how the function is used, or by what an entry is."""
    return {"wrong-mode"} if any(map(scope.flag, names(test))) else {"wrong-mask", "wrong-mode"}


def words(edit: Edit) -> set[str]:
    """Return the variables that may be named: the one assigned on the line, and those in what was changed."""
    old, new = edit.old, edit.new
    told = assigned(edit.statement)
    if isinstance(old, ast.BinOp) and not isinstance(old.op, ast.MatMult):
        told |= names(old.left) if same(new, old.right) else names(old.right)
    elif isinstance(old, ast.AugAssign):
        told |= names(old.value)
    elif isinstance(old, ast.Constant | ast.Attribute | ast.Name) or isinstance(getattr(old, "operand", None), ast.Constant):
        told |= names(_near(edit))
    else:
        told |= names(old)
    return told


def _near(edit: Edit) -> ast.AST:
    """Return the operation, or the call, that a number or a name directly stands in."""
    for outer in reversed(edit.parents):
        if isinstance(outer, ast.BinOp | ast.Compare | ast.Subscript | ast.Call):
            return outer
        if isinstance(outer, ast.arguments):
            return next((a for a, d in zip(outer.kwonlyargs, outer.kw_defaults, strict=True) if d is edit.old), edit.old)
    return edit.old

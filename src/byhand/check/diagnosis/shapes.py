"""Shapes followed through one statement of the learner's, to name the two things in it that do not fit, in their own words.

Nothing of theirs is run: the statement's syntax tree is walked with the shapes that their arrays had when it stopped.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import numpy as np

Shape = tuple[int, ...]

_OPERATORS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**", ast.MatMult: "@",
}  # fmt: skip
_ELEMENTWISE = {
    "exp", "log", "log1p", "sqrt", "abs", "sign", "tanh", "sin", "cos", "square", "isnan", "isfinite", "copy", "array", "asarray",
    "zeros_like", "ones_like", "empty_like", "astype", "clip", "cumsum",
}  # fmt: skip
_BROADCAST = {"maximum", "minimum", "add", "subtract", "multiply", "divide", "power", "where", "logical_and", "logical_or"}
_REDUCTIONS = {"sum", "mean", "max", "min", "amax", "amin", "var", "std", "prod", "argmax", "argmin", "any", "all", "median"}


_LARGEST = 100_000
"""Numbers in an array whose product is still tried out; a check's arrays are small."""


class Mismatch(Exception):
    """Two shapes of a statement do not fit; the message says which, and on which axis."""


class _Unknown(Exception):
    """An index that cannot be known from shapes alone."""


def explain(statement: ast.stmt, shapes: Mapping[str, Shape], numbers: Mapping[str, int]) -> str | None:
    """Return which two things of a statement do not fit, or None where that cannot be told.

    Args:
        statement: the learner's statement that stopped with an exception.
        shapes: the shapes of the arrays among their variables.
        numbers: their variables that are whole numbers.
    """
    follow = _Follow(shapes, numbers)
    try:
        follow.statement(statement)
    except Mismatch as mismatch:
        return str(mismatch)
    return None


class _Follow:
    """Finds the shape of every expression, as far as it is known, from the inside out."""

    def __init__(self, shapes: Mapping[str, Shape], numbers: Mapping[str, int]):
        self.shapes, self.numbers = shapes, numbers

    def statement(self, node: ast.stmt) -> None:
        """Follow what a statement computes, and what it assigns to."""
        value = getattr(node, "value", None)
        if isinstance(node, ast.Assign | ast.AugAssign) and value is not None:
            found = self.shape(value)
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                self._assign(target, value, found, changes=isinstance(node, ast.AugAssign))
            return
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.shape(child)

    def shape(self, node: ast.expr) -> Shape | None:
        """Return an expression's shape, or None where it is not known.

        Raises:
            Mismatch: something in it does not fit.
        """
        if isinstance(node, ast.Name):
            return () if node.id in self.numbers else self.shapes.get(node.id)
        if isinstance(node, ast.Constant):
            return () if isinstance(node.value, int | float) else None
        if isinstance(node, ast.UnaryOp):
            return self.shape(node.operand)
        if isinstance(node, ast.BinOp):
            return self._binary(node)
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            return self._broadcast(node, [node.left, node.comparators[0]])
        if isinstance(node, ast.Attribute):
            inner = self.shape(node.value)
            return inner[::-1] if inner is not None and node.attr == "T" else None
        if isinstance(node, ast.Subscript):
            return self._subscript(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.shape(child)
        return None

    def _binary(self, node: ast.BinOp) -> Shape | None:
        if isinstance(node.op, ast.MatMult):
            return self._product(node.left, node.right)
        return self._broadcast(node, [node.left, node.right]) if type(node.op) in _OPERATORS else None

    def _product(self, left: ast.expr, right: ast.expr) -> Shape | None:
        s, t = self.shape(left), self.shape(right)
        if s is None or t is None or not s or not t:
            return None
        a, b = ast.unparse(left), ast.unparse(right)
        inner = t[max(len(t) - 2, 0)]
        if s[-1] != inner:
            which = "only" if len(t) == 1 else "first" if len(t) == 2 else "second to last"
            raise Mismatch(
                f"{a} has shape {s}, {b} has shape {t}: the last axis of {a} ({s[-1]}) and the {which} axis of {b} ({inner}) "
                "must be equal"
            )
        if max(np.prod(s), np.prod(t)) > _LARGEST:
            return None
        try:
            return np.matmul(np.zeros(s), np.zeros(t)).shape
        except ValueError:
            return None

    def _broadcast(self, node: ast.expr, operands: list[ast.expr]) -> Shape | None:
        found = [self.shape(operand) for operand in operands]
        if any(shape is None for shape in found):
            return None
        result: Shape = ()
        for i, (operand, shape) in enumerate(zip(operands, found, strict=True)):
            assert shape is not None
            try:
                result = np.broadcast_shapes(result, shape)
            except ValueError:
                before = operands[0] if i == 1 else node
                raise Mismatch(_disagree(ast.unparse(before), result, ast.unparse(operand), shape)) from None
        return result

    def _subscript(self, node: ast.Subscript) -> Shape | None:
        base = self.shape(node.value)
        if isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
            return self._axis_of_shape(node)
        if base is None:
            return None
        try:
            index = self._index(node.slice)
        except _Unknown:
            return None
        items = index if isinstance(index, tuple) else (index,)
        text = ast.unparse(node.value)
        asked = sum(item is not None and item is not Ellipsis for item in items)
        if asked > len(base):
            raise Mismatch(f"{text} has shape {base}: {_axes(len(base))}, but {ast.unparse(node)} asks for {asked}")
        try:
            return np.broadcast_to(np.float64(0), base)[index].shape
        except IndexError as problem:
            raise Mismatch(f"{text} has shape {base}, and {ast.unparse(node)} lies outside: {problem}") from None

    def _axis_of_shape(self, node: ast.Subscript) -> Shape | None:
        array = node.value.value if isinstance(node.value, ast.Attribute) else None
        base = self.shape(array) if array is not None else None
        axis = self._number(node.slice)
        if array is not None and base is not None and axis is not None and not -len(base) <= axis < len(base):
            raise Mismatch(f"{ast.unparse(array)} has shape {base}: {_axes(len(base))}, so it has no shape[{axis}]")
        return ()

    def _index(self, node: ast.expr) -> Any:
        """Return an index made of slices, None, ... and numbers.

        Raises:
            _Unknown: it has something else in it.
        """
        if isinstance(node, ast.Tuple):
            return tuple(self._index(item) for item in node.elts)
        if isinstance(node, ast.Slice):
            return slice(*(None if end is None else self._index(end) for end in (node.lower, node.upper, node.step)))
        if isinstance(node, ast.Constant) and (node.value is None or node.value is Ellipsis):
            return node.value
        if isinstance(node, ast.Attribute) and node.attr == "newaxis":
            return None
        number = self._number(node)
        if number is None:
            raise _Unknown
        return number

    def _number(self, node: ast.expr) -> int | None:
        try:
            value = ast.literal_eval(node)
        except ValueError:
            return self.numbers.get(node.id) if isinstance(node, ast.Name) else None
        return value if isinstance(value, int) else None

    def _call(self, node: ast.Call) -> Shape | None:
        for keyword in node.keywords:
            self.shape(keyword.value)
        function = node.func
        if not isinstance(function, ast.Attribute):
            for argument in node.args:
                self.shape(argument)
            return None
        numpy = isinstance(function.value, ast.Name) and function.value.id in ("np", "numpy")
        operands = list(node.args) if numpy else [function.value, *node.args]
        name = function.attr
        if not operands:
            return None
        if name in ("dot", "matmul") and len(operands) == 2:
            return self._product(*operands)
        if name in _BROADCAST and len(operands) >= 2:
            return self._broadcast(node, operands)
        first, *rest = operands
        base = self.shape(first)
        if name in _REDUCTIONS and base is not None:
            return self._reduce(node, first, base, rest)
        if name == "reshape" and base is not None:
            return self._reshape(first, base, rest)
        for argument in rest:
            self.shape(argument)
        return base if name in _ELEMENTWISE else None

    def _reduce(self, node: ast.Call, array: ast.expr, base: Shape, rest: list[ast.expr]) -> Shape | None:
        options = {k.arg: k.value for k in node.keywords}
        given = options.get("axis", rest[0] if rest else None)
        keep = "keepdims" in options
        if given is None or _is_none(given):
            return (1,) * len(base) if keep else ()
        try:
            axes = ast.literal_eval(given)
        except ValueError:
            return None
        axes = axes if isinstance(axes, tuple) else (axes,)
        for axis in axes:
            if not isinstance(axis, int):
                return None
            if not -len(base) <= axis < len(base):
                raise Mismatch(f"{ast.unparse(array)} has shape {base}: {_axes(len(base))}, so it has no axis {axis}")
        gone = {axis % len(base) for axis in axes}
        return tuple(1 if i in gone else n for i, n in enumerate(base) if keep or i not in gone)

    def _reshape(self, array: ast.expr, base: Shape, rest: list[ast.expr]) -> Shape | None:
        sizes = rest[0].elts if len(rest) == 1 and isinstance(rest[0], ast.Tuple | ast.List) else rest
        wanted = [self._number(size) for size in sizes]
        if not wanted or any(n is None for n in wanted):
            return None
        try:
            return np.broadcast_to(np.float64(0), base).reshape([n for n in wanted if n is not None]).shape
        except (ValueError, MemoryError):
            told = ", ".join(map(str, wanted))
            raise Mismatch(
                f"{ast.unparse(array)} has shape {base}, {int(np.prod(base))} numbers, which ({told}) cannot hold"
            ) from None

    def _assign(self, target: ast.expr, value: ast.expr, shape: Shape | None, *, changes: bool) -> None:
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Attribute) and value.attr == "shape":
            base = self.shape(value.value)
            if base is not None and len(base) != len(target.elts):
                names = ", ".join(ast.unparse(item) for item in target.elts)
                raise Mismatch(
                    f"{ast.unparse(value.value)} has shape {base}: {_axes(len(base))}, but {len(target.elts)} names are to take "
                    f"them ({names})"
                )
            return
        if not isinstance(target, ast.Subscript) and not changes:
            return
        place = self.shape(target)
        if place is None or shape is None:
            return
        try:
            fits = np.broadcast_shapes(place, shape) == place
        except ValueError:
            fits = False
        if not fits:
            raise Mismatch(f"{ast.unparse(target)} has shape {place}, and cannot take {ast.unparse(value)}, of shape {shape}")


def _disagree(a: str, s: Shape, b: str, t: Shape) -> str:
    text = f"{a} has shape {s}, {b} has shape {t}"
    for back in range(1, min(len(s), len(t)) + 1):
        if s[-back] != t[-back] and 1 not in (s[-back], t[-back]):
            return text + f": counted from the last, axis {back} is {s[-back]} in {a} and {t[-back]} in {b}"
    return text


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _axes(n: int) -> str:
    return {0: "no axis", 1: "one axis"}.get(n, f"{n} axes")

"""A small change to one statement of a learner's code, and the statement taken apart for it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import UnionType

from ..watching import COMPOUND
from .scope import Scope

LOCAL, SCALED, ADDED = TIERS = range(3)
"""Tiers, the likeliest first: signs, axes, orders and constants; a factor put in; a variable put in, or another one taken."""
OPERATORS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.MatMult: "@", ast.Pow: "**", ast.FloorDiv: "//", ast.Mod: "%",
}  # fmt: skip
REDUCTIONS = ("sum", "mean", "max", "min", "prod", "argmax", "argmin", "var", "std", "cumsum", "any", "all")
_BOUNDS = ("maximum", "minimum", "clip", "max", "min")
_MOVES = ("moveaxis", "swapaxes", "transpose", "expand_dims", "concatenate", "stack", "take_along_axis", "repeat")


@dataclass(frozen=True)
class Edit:
    """Other text in the place of a part of one statement."""

    node: ast.expr | ast.stmt
    text: str
    kind: str
    """What is wrong with the line as it is, if this mends it."""
    quantity: str = ""
    """What it is about, where that is not the variable which the line gives a value: "reg" where that was left out."""
    tier: int = LOCAL
    until: ast.stmt | None = None
    """The last of the statements that the text stands in the place of, where they are several."""


@dataclass(frozen=True)
class Apart:
    """A statement taken apart; where a node in it stands is told by its identity."""

    statement: ast.stmt
    parts: Sequence[ast.AST]
    """What of it may be changed: of a statement with a body the expressions in its head."""
    nodes: Sequence[ast.AST]
    called: frozenset[int]
    """What is called."""
    inside: frozenset[int]
    """Inside of an index."""
    counted: frozenset[int]
    """Inside of an index or a range."""
    indices: frozenset[int]
    """The whole of an index."""
    axes: frozenset[int]
    """What says over which axis something goes."""
    moved: frozenset[int]
    """Inside of what puts axes elsewhere."""
    compared: frozenset[int]
    """Inside of a comparison, or what something is cut off at."""
    added: frozenset[int]
    """What is added or taken away."""
    factors: frozenset[int]
    """What is multiplied or divided."""
    powers: frozenset[int]
    keywords: frozenset[int]
    """What is given by name in a call."""
    keeping: frozenset[int]
    """What says whether an axis is kept."""
    divided_by: frozenset[int]

    def kind(self, node: ast.AST, otherwise: str) -> str:
        """Return the kind of slip that a wrong number or operator amounts to there."""
        if id(node) in self.indices:
            return "wrong-index"
        if id(node) in self.counted:
            return "off-by-one"
        if id(node) in self.moved:
            return "wrong-axis"
        return "wrong-mask" if id(node) in self.compared else otherwise


def apart(statement: ast.stmt, scope: Scope) -> Apart:
    """Take a statement apart; of a tuple that it returns, only what goes out at the place that is wrong."""
    parts: Sequence[ast.AST] = heads(statement) if isinstance(statement, COMPOUND) else [statement]
    if isinstance(statement, ast.Return) and isinstance(statement.value, ast.Tuple) and scope.position is not None:
        parts = statement.value.elts[scope.position : scope.position + 1] or parts
    nodes = [n for part in parts for n in ast.walk(part)]
    subscripts = [n for n in nodes if isinstance(n, ast.Subscript)]
    calls = [n for n in nodes if isinstance(n, ast.Call)]
    inside = {id(n) for s in subscripts for n in ast.walk(s.slice)}
    ranges = {id(n) for c in nodes if called_name(c) in ("range", "arange") for n in ast.walk(c)}
    return Apart(
        statement,
        parts,
        nodes,
        called=frozenset(id(c.func) for c in calls),
        inside=frozenset(inside),
        counted=frozenset(inside | ranges),
        indices=frozenset(id(s.slice) for s in subscripts),
        axes=frozenset(id(n) for a in _axis_arguments(nodes) for n in ast.walk(a)),
        moved=frozenset(id(n) for c in calls if called_name(c) in _MOVES for a in _settings(c) for n in ast.walk(a)),
        compared=frozenset(id(n) for c in nodes if isinstance(c, ast.Compare) for n in ast.walk(c))
        | frozenset(id(a) for c in calls if called_name(c) in _BOUNDS for a in _settings(c)),
        added=frozenset(id(n) for b in nodes for n in _operands(b, ast.Add | ast.Sub)),
        factors=frozenset(id(n) for b in nodes for n in _operands(b, ast.Mult | ast.Div)),
        powers=_right_of(nodes, ast.Pow),
        keywords=frozenset(id(k.value) for c in calls for k in c.keywords),
        keeping=frozenset(id(k.value) for c in calls for k in c.keywords if k.arg == "keepdims"),
        divided_by=_right_of(nodes, ast.Div),
    )


def heads(statement: ast.stmt) -> list[ast.expr]:
    """Return the expressions in the head of a statement with a body."""
    return [child for child in ast.iter_child_nodes(statement) if isinstance(child, ast.expr)]


def _settings(call: ast.Call) -> list[ast.expr]:
    """Return the arguments of a call but for the array that it is about."""
    method = isinstance(call.func, ast.Attribute) and not is_numpy(call.func.value)
    return [*call.args[0 if method else 1 :], *(k.value for k in call.keywords)]


def _operands(node: ast.AST, kinds: UnionType) -> Iterator[ast.expr]:
    """Yield what an operation of some kinds goes on, and of -1 the 1 as well."""
    if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, kinds):
        for operand in (node.left, node.right) if isinstance(node, ast.BinOp) else (node.value,):
            yield operand
            if isinstance(operand, ast.UnaryOp):
                yield operand.operand


def _right_of(nodes: Sequence[ast.AST], kind: type[ast.operator]) -> frozenset[int]:
    """Return what stands anywhere on the right of an operator."""
    return frozenset(id(n) for b in nodes if isinstance(b, ast.BinOp) and isinstance(b.op, kind) for n in ast.walk(b.right))


def _axis_arguments(nodes: Sequence[ast.AST]) -> Iterator[ast.expr]:
    """Yield what says over which axis a reduction goes: axis=1, np.sum(x, 1), x.sum(1)."""
    for node in nodes:
        if isinstance(node, ast.Call):
            yield from (k.value for k in node.keywords if k.arg == "axis")
            if called_name(node) in REDUCTIONS and isinstance(node.func, ast.Attribute):
                yield from node.args[1 if is_numpy(node.func.value) else 0 :][:1]


def called_name(node: ast.AST) -> str:
    """Return the last name of what is called: "sum" of np.sum(x) and x.sum()."""
    function = node.func if isinstance(node, ast.Call) else None
    return function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""


def is_numpy(node: ast.expr) -> bool:
    """Return whether it is the name of NumPy."""
    return isinstance(node, ast.Name) and node.id in ("np", "numpy")


def wrapped(node: ast.expr) -> str:
    """Return the text of an expression as it can stand in a larger one."""
    text = ast.unparse(node)
    return text if isinstance(node, ast.Name | ast.Call | ast.Attribute | ast.Subscript) else f"({text})"

"""Changes that put into a statement what was left out: a factor, a term, a power; or another variable for one that is there."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .edit import ADDED, SCALED, Apart, Edit, is_numpy, wrapped
from .scope import Scope

MOST_TERMS = 14


def scaled(at: Apart, scope: Scope) -> Iterator[Edit]:
    """Yield what puts back a sign, a factor, a power, a transpose or an index that was left out."""
    yield from (edit for edit in _others(at, scope) if edit.tier == SCALED)
    for term in _terms(at):
        yield from _scaled(term, scope)
    for node in at.nodes:  # another item of the same thing, or an index in the place of a number
        if isinstance(node, ast.Subscript) and (own_text := ast.unparse(node)) in scope.items:
            for other in scope.items:
                if other != own_text and other.partition("[")[0] == own_text.partition("[")[0]:
                    yield Edit(node, other, "wrong-index", tier=SCALED)
        elif isinstance(node, ast.Constant | ast.UnaryOp) and id(node) in at.inside and _is_number(node):
            for v in scope.own:
                if len(scope.shapes.get(v, ())) == 1:
                    yield Edit(node, v, "wrong-index", v, SCALED)
                    for w in scope.scalars:
                        yield Edit(node, f"{v}[{w}]", "wrong-index", v, SCALED)
    if isinstance(at.statement, ast.For):
        yield Edit(at.statement.iter, f"reversed(list({ast.unparse(at.statement.iter)}))", "wrong-order", tier=SCALED)


def _scaled(term: ast.expr, scope: Scope) -> Iterator[Edit]:
    text, own = wrapped(term), scope.own
    yield Edit(term, f"(-{text})", "wrong-sign", tier=SCALED)
    for v in ("2", *scope.scalars):
        kind = "missing-term" if v in own else "wrong-scale"
        yield Edit(term, f"({text} * {v})", kind, v if v in own else "", SCALED)
        yield Edit(term, f"({text} / {v})", "wrong-scale", v if v in own else "", SCALED)
    for v in own:
        if scope.shapes.get(v, 0) == ():
            yield Edit(term, f"({text} % {v})", "wrong-index", v, SCALED)
    for power in ("2", "0.5", "3"):
        yield Edit(term, f"({text} ** {power})", "wrong-formula", tier=SCALED)
    yield Edit(term, f"{text}.T", "wrong-transpose", tier=SCALED)
    for axis in ("", "axis=1, keepdims=True", "axis=-1, keepdims=True"):
        yield Edit(term, f"({text} - {text}.max({axis}))", "missing-term", tier=SCALED)
    if isinstance(term, ast.Name | ast.Subscript):
        yield Edit(term, f"{text}.copy()", "mutates-input", tier=SCALED)
        yield Edit(term, f"{text}.shape[0]", "wrong-index", tier=SCALED)
        yield Edit(term, f"(~{text})", "wrong-mask", tier=SCALED)
    yield Edit(term, f"({text} - 1)", "off-by-one", tier=SCALED)
    yield Edit(term, f"({text} + 1)", "off-by-one", tier=SCALED)
    for other in ("(1 - {})", "np.exp({})", "np.sqrt({})", "np.log({})", "np.abs({})"):
        yield Edit(term, other.format(text), "wrong-formula", tier=SCALED)
    yield Edit(term, f"np.maximum({text}, 0)", "wrong-mask", tier=SCALED)


def added(at: Apart, scope: Scope) -> Iterator[Edit]:
    """Yield what puts back a variable that was left out, or takes another one."""
    yield from (edit for edit in _others(at, scope) if edit.tier == ADDED)
    for term in _terms(at):
        yield from _added(term, scope)


def _added(term: ast.expr, scope: Scope) -> Iterator[Edit]:
    text = wrapped(term)
    for v in scope.arrays:
        for op in "*+-/":
            yield Edit(term, f"({text} {op} {v})", "missing-term", v, ADDED)
    for v in scope.arrays:
        yield Edit(term, f"({text} * ({v} > 0))", "missing-term", v, ADDED)
        for small in (name for name in scope.scalars if "eps" in name):
            yield Edit(term, f"({text} / (np.sqrt({v}) + {small}))", "missing-term", v, ADDED)
    for v in scope.scalars:
        for op in "+-":
            yield Edit(term, f"({text} {op} {v})", "wrong-eps" if "eps" in v else "missing-term", v, ADDED)
    for s in scope.scalars:
        for v in scope.arrays:
            about = s if s in scope.own else v
            for product in (f"{s} * {v}", f"2 * {s} * {v}", f"{s} * ({v} ** 2).sum()", f"0.5 * {s} * ({v} ** 2).sum()"):
                yield Edit(term, f"({text} + {product})", "missing-term", about, ADDED)


def _others(at: Apart, scope: Scope) -> Iterator[Edit]:
    """Yield another variable in the place of each: numbers and indices are likelier mistaken than arrays."""
    for node in at.nodes:
        if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load) or id(node) in at.called:
            continue
        shape = scope.shapes.get(node.id, ())
        for v in scope.variables if node.id not in ("np", "self") else ():
            if v != node.id and scope.shapes.get(v, ()) == shape:
                number = id(node) in at.inside or scope.shapes.get(node.id) == ()
                otherwise = "wrong-scale" if number and id(node) in at.divided_by & at.factors else "wrong-formula"
                kind = "wrong-index" if id(node) in at.inside else otherwise
                yield Edit(node, v, kind, v if v in scope.own else "", SCALED if number else ADDED)


def _is_number(node: ast.AST) -> bool:
    node = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(node, ast.Constant) and type(node.value) is int


def _terms(at: Apart) -> list[ast.expr]:
    """Return the expressions to which a factor can be missing: whole sides, what is added, and what is an argument."""
    found: dict[int, ast.expr] = {}
    for part in at.parts:
        if isinstance(part, ast.Assign | ast.AugAssign | ast.Return) and part.value is not None:
            for value in part.value.elts if isinstance(part.value, ast.Tuple) else [part.value]:
                found[id(value)] = value
        if isinstance(part, ast.expr):
            found[id(part)] = part
        for node in ast.walk(part):
            if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Pow):
                found |= {id(n): n for n in (node.left, node.right)}
            elif isinstance(node, ast.Call):
                found |= {id(n): n for n in node.args if not isinstance(n, ast.Starred | ast.Constant)}
                if isinstance(node.func, ast.Attribute) and not is_numpy(node.func.value):
                    found[id(node.func.value)] = node.func.value
    return [n for n in found.values() if id(n) not in at.called and id(n) not in at.inside][:MOST_TERMS]

"""Changes that put into a statement what was left out: a factor, a term, a power; or another variable for one that is there."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .edit import ADDED, SCALED, Apart, Edit, Scope, is_numpy, wrapped

MOST_SCALARS, MOST_ARRAYS, MOST_TERMS, MOST_ITEMS = 8, 12, 14, 4


@dataclass(frozen=True)
class _Names:
    """What can be put in."""

    own: list[str]
    """The parameters."""
    all: list[str]
    scalars: list[str]
    arrays: list[str]
    items: list[str]
    """What is read from an object or a dict."""
    terms: list[ast.expr]
    """The expressions to which something can be missing."""


def _names(at: Apart, scope: Scope) -> _Names:
    own = [a.arg for a in [*scope.definition.args.args, *scope.definition.args.kwonlyargs] if a.arg != "self"]
    read = {n.id for n in ast.walk(scope.definition) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    late = sorted(reversed([*scope.shapes]), key=lambda name: name in read)  # those first that are used nowhere
    named = [n for n in dict.fromkeys([*own, *late]) if n.isidentifier()]
    items = list(dict.fromkeys(ast.unparse(n) for n in _items(scope.definition)))
    numbers = [n for n in items if scope.shapes.get(n) == ()]
    scalars = [n for n in named if scope.shapes.get(n, ()) == ()][:MOST_SCALARS] + numbers[:MOST_ITEMS]
    arrays = [n for n in dict.fromkeys([*late, *own]) if n.isidentifier() and scope.shapes.get(n, ()) != ()][:MOST_ARRAYS]
    arrays += [n for n in items if n not in numbers][:MOST_ITEMS]
    terms = [n for n in _terms(at.parts) if id(n) not in at.called and id(n) not in at.inside][:MOST_TERMS]
    return _Names(own, named, scalars, arrays, items, terms)


def scaled(at: Apart, scope: Scope) -> Iterator[Edit]:
    """Yield what puts back a sign, a factor, a power, a transpose or an index that was left out."""
    names = _names(at, scope)
    yield from (edit for edit in _others(at, scope, names) if edit.tier == SCALED)
    for term in names.terms:
        yield from _scaled(term, names)
    for node in at.nodes:  # another item of the same thing, or an index in the place of a number
        if isinstance(node, ast.Subscript) and (own_text := ast.unparse(node)) in names.items:
            for other in names.items:
                if other != own_text and other.partition("[")[0] == own_text.partition("[")[0]:
                    yield Edit(node, other, "wrong-index", tier=SCALED)
        elif isinstance(node, ast.Constant | ast.UnaryOp) and id(node) in at.inside and _is_number(node):
            for v in names.own:
                if len(scope.shapes.get(v, ())) == 1:
                    yield Edit(node, v, "wrong-index", v, SCALED)
                    for w in names.scalars:
                        yield Edit(node, f"{v}[{w}]", "wrong-index", v, SCALED)
    if isinstance(at.statement, ast.For):
        yield Edit(at.statement.iter, f"reversed(list({ast.unparse(at.statement.iter)}))", "wrong-order", tier=SCALED)


def _scaled(term: ast.expr, names: _Names) -> Iterator[Edit]:
    text, own = wrapped(term), names.own
    yield Edit(term, f"(-{text})", "wrong-sign", tier=SCALED)
    for v in ("2", *names.scalars):
        kind = "missing-term" if v in own else "wrong-scale"
        yield Edit(term, f"({text} * {v})", kind, v if v in own else "", SCALED)
        yield Edit(term, f"({text} / {v})", "wrong-scale", v if v in own else "", SCALED)
    for power in ("2", "0.5", "3"):
        yield Edit(term, f"({text} ** {power})", "wrong-formula", tier=SCALED)
    yield Edit(term, f"{text}.T", "wrong-transpose", tier=SCALED)
    for axis in ("", "axis=1, keepdims=True", "axis=-1, keepdims=True"):
        yield Edit(term, f"({text} - {text}.max({axis}))", "missing-term", tier=SCALED)
    if isinstance(term, ast.Name | ast.Subscript):
        yield Edit(term, f"{text}.copy()", "mutates-input", tier=SCALED)
        yield Edit(term, f"{text}.shape[0]", "wrong-index", tier=SCALED)
    yield Edit(term, f"({text} - 1)", "off-by-one", tier=SCALED)
    yield Edit(term, f"({text} + 1)", "off-by-one", tier=SCALED)
    for other in ("(1 - {})", "np.exp({})", "np.sqrt({})", "np.log({})", "np.abs({})"):
        yield Edit(term, other.format(text), "wrong-formula", tier=SCALED)
    yield Edit(term, f"np.maximum({text}, 0)", "wrong-mask", tier=SCALED)


def added(at: Apart, scope: Scope) -> Iterator[Edit]:
    """Yield what puts back a variable that was left out, or takes another one."""
    names = _names(at, scope)
    yield from (edit for edit in _others(at, scope, names) if edit.tier == ADDED)
    for term in names.terms:
        yield from _added(term, names)


def _added(term: ast.expr, names: _Names) -> Iterator[Edit]:
    text = wrapped(term)
    for v in names.arrays:
        for op in "*+-/":
            yield Edit(term, f"({text} {op} {v})", "missing-term", v, ADDED)
    for v in names.arrays:
        yield Edit(term, f"({text} * ({v} > 0))", "missing-term", v, ADDED)
        for small in (name for name in names.scalars if "eps" in name):
            yield Edit(term, f"({text} / (np.sqrt({v}) + {small}))", "missing-term", v, ADDED)
    for v in names.scalars:
        for op in "+-":
            yield Edit(term, f"({text} {op} {v})", "wrong-eps" if "eps" in v else "missing-term", v, ADDED)
    for s in names.scalars:
        for v in names.arrays:
            about = s if s in names.own else v
            for product in (f"{s} * {v}", f"2 * {s} * {v}", f"{s} * ({v} ** 2).sum()", f"0.5 * {s} * ({v} ** 2).sum()"):
                yield Edit(term, f"({text} + {product})", "missing-term", about, ADDED)


def _others(at: Apart, scope: Scope, names: _Names) -> Iterator[Edit]:
    """Yield another variable in the place of each: numbers and indices are likelier mistaken than arrays."""
    for node in at.nodes:
        if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load) or id(node) in at.called:
            continue
        shape = scope.shapes.get(node.id, ())
        for v in names.all if node.id not in ("np", "self") else ():
            if v != node.id and scope.shapes.get(v, ()) == shape:
                number = id(node) in at.inside or scope.shapes.get(node.id) == ()
                otherwise = "wrong-scale" if number and id(node) in at.divided_by else "wrong-formula"
                kind = "wrong-index" if id(node) in at.inside else otherwise
                yield Edit(node, v, kind, v if v in names.own else "", SCALED if number else ADDED)


def _items(node: ast.AST) -> Iterator[ast.expr]:
    """Yield what is read from an object or a dict under a name: `self.reg`, `params["W1"]`, `self.params["W" + str(i)]`."""
    read = isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Load)
    if read and isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
        yield node
    elif read and isinstance(node, ast.Subscript) and any(_is_text(n) for n in ast.walk(node.slice)):
        yield node
    elif isinstance(node, ast.Call):
        for child in (*node.args, *(k.value for k in node.keywords)):
            yield from _items(child)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _items(child)


def _is_number(node: ast.AST) -> bool:
    node = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(node, ast.Constant) and type(node.value) is int


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _terms(parts: Sequence[ast.AST]) -> Iterator[ast.expr]:
    """Yield the expressions to which a factor can be missing: whole sides, what is added, and what is an argument."""
    found: dict[int, ast.expr] = {}
    for part in parts:
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
    yield from found.values()

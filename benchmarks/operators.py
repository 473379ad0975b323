"""Further faults, beside the mechanical mutants of check/mutants.py: what people do to a right function, one place at a time.

An operator takes the parts of a function one by one and says what each could be replaced by, and what may be said of that.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from byhand.spec import syntax

from .edits import Edit, assigned, called, names, place
from .scope import Scope

_REDUCTIONS = ("sum", "mean", "max", "min", "any", "all", "argmax")
_OPPOSITE = {ast.Gt: ast.LtE, ast.GtE: ast.Lt, ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}


@dataclass(frozen=True)
class Replacement:
    """A part of a function, what comes in its place, and what may be said of it beside what the numbers show."""

    old: ast.AST
    new: ast.AST | list[ast.stmt]
    kinds: set[str]
    words: set[str]


@dataclass(frozen=True)
class Site:
    """A part of a function with what it stands in."""

    node: ast.AST
    parents: tuple[ast.AST, ...]
    scope: Scope
    bound: frozenset[str]
    """The variables that have a value before the statement."""

    @property
    def place(self) -> str:
        """What the part is for: see `edits.place`."""
        return place(self.edit)

    @property
    def edit(self) -> Edit:
        """The part, as an edit that leaves it as it is."""
        return Edit(self.node, self.node, self.parents)

    @property
    def numeric(self) -> bool:
        """Whether the part is computed with, and neither an index nor a shape nor an axis."""
        return self.place not in ("index", "range", "shape", "size", "axis", "default")


def replacements(source: str, scope: Scope) -> Iterator[tuple[str, ast.Module, Replacement]]:
    """Yield (the operator, the tree that holds the part, the replacement) for everything that could be done to a function."""
    tree = syntax.parse(source)
    for site in _sites(tree, scope):
        for what, operator in OPERATORS.items():
            for replacement in operator(site):
                yield what, tree, replacement


def planted(tree: ast.Module, replacement: Replacement) -> str:
    """Return the source with a part replaced."""
    known: dict[int, ast.AST] = {}
    changed = copy.deepcopy(tree, known)
    _Replace(known[id(replacement.old)], replacement.new).visit(changed)
    return ast.unparse(ast.fix_missing_locations(changed))


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST | list[ast.stmt]):
        self.old, self.new = old, new

    def visit(self, node: ast.AST):
        if node is self.old:
            return copy.deepcopy(self.new)
        found = self.generic_visit(node)
        if isinstance(node, ast.For | ast.While | ast.If) and not node.body:
            node.body = [ast.Pass()]
        return found


def _sites(tree: ast.Module, scope: Scope) -> Iterator[Site]:
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    arguments = function.args
    parameters = {a.arg for a in (*arguments.args, *arguments.kwonlyargs)}
    first = {
        n: min(s.lineno for s in ast.walk(function) if isinstance(s, ast.stmt) and n in assigned(s)) for n in _stored(function)
    }

    def walk(node: ast.AST, parents: tuple[ast.AST, ...], line: int) -> Iterator[Site]:
        line = getattr(node, "lineno", line)
        bound = frozenset(parameters | {name for name, at in first.items() if at < line})
        yield Site(node, parents, scope, bound)
        for child in ast.iter_child_nodes(node):
            yield from walk(child, (*parents, node), line)

    for statement in function.body:
        yield from walk(statement, (tree, function), statement.lineno)


def _stored(function: ast.FunctionDef) -> set[str]:
    return set().union(
        *(assigned(s) for s in ast.walk(function) if isinstance(s, ast.stmt) and not isinstance(s, ast.Return | ast.Expr))
    )


def _body_of(site: Site) -> list[ast.stmt]:
    """Return the statements among which a statement stands."""
    parent = site.parents[-1]
    return next(body for field in ("body", "orelse") if site.node in (body := getattr(parent, field, [])))


def _repeated_term(site: Site) -> Iterator[Replacement]:
    """a + b becomes a + b + b, and a += b is done twice."""
    node = site.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub) and site.numeric:
        counted = {"off-by-one"} if isinstance(node.right, ast.Constant) and isinstance(node.right.value, int) else set()
        repeated = ast.BinOp(node, node.op, node.right)
        small = {"wrong-eps"} if "eps" in names(node.right) else set()
        yield Replacement(node, repeated, {"extra-term", "wrong-scale"} | counted | small, names(node.right))
    elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub):
        yield Replacement(node, [node, node], {"extra-term", "wrong-scale"}, names(node.value))


def _weighted(site: Site) -> Iterator[Replacement]:
    """A value is doubled, or halved."""
    node = site.node
    if not isinstance(node, ast.Assign) or not (isinstance(target := node.targets[0], ast.Name) and site.scope.real(target.id)):
        return
    for factor in (2, 0.5):
        value = ast.BinOp(ast.Constant(factor), ast.Mult(), node.value)
        yield Replacement(node, [ast.Assign(node.targets, value)], {"wrong-scale"}, names(node.value))


def _transposed(site: Site) -> Iterator[Replacement]:
    """A matrix is transposed that should not be."""
    node = site.node
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and len(site.scope.shape(node.id) or ()) == 2:
        if isinstance(site.parents[-1], ast.BinOp) and site.numeric:
            yield Replacement(node, ast.Attribute(node, "T", ast.Load()), {"wrong-transpose"}, {node.id})


def _bounds(site: Site) -> Iterator[Replacement]:
    """A range, or a slice, ends or begins one too early or too late."""
    node, kinds = site.node, {"off-by-one", "wrong-index"}
    if isinstance(node, ast.Call) and called(node) in ("range", "arange") and len(node.args) == 1:
        less = ast.Call(node.func, [ast.BinOp(node.args[0], ast.Sub(), ast.Constant(1))], node.keywords)
        later = ast.Call(node.func, [ast.Constant(1), node.args[0]], node.keywords)
        for new in (less, later):
            yield Replacement(node, new, kinds, names(node))
    elif isinstance(node, ast.Slice):
        said = names(node, site.parents[-1])
        if node.upper is not None and not isinstance(node.upper, ast.UnaryOp):
            upper = ast.BinOp(node.upper, ast.Sub(), ast.Constant(1))
            yield Replacement(node, ast.Slice(node.lower, upper, node.step), kinds, said)
        if node.lower is None and node.step is None and node.upper is not None:
            yield Replacement(node, ast.Slice(ast.Constant(1), node.upper, None), kinds, said)


def _wrong_variable(site: Site) -> Iterator[Replacement]:
    """Another variable of the same shape that has a value by then."""
    node = site.node
    if not (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)) or isinstance(site.parents[-1], ast.Return):
        return
    if isinstance(site.parents[-1], ast.Tuple) and isinstance(site.parents[-2], ast.Return | ast.Assign):
        return  # what is returned, and what is kept for later
    for other in sorted(site.bound - {node.id}):
        if site.scope.alike(node.id, other):
            skipped = {"missing-term"} if _made_from(site, node.id, other) else set()
            yield Replacement(node, ast.Name(other, ast.Load()), _of_variable(site, node.id) | skipped, {node.id, other})


def _made_from(site: Site, name: str, other: str) -> bool:
    """Return whether a variable is computed from another: taking that one for it leaves out a step."""
    steps = [s for s in ast.walk(site.parents[1]) if isinstance(s, ast.Assign) and name in assigned(s)]
    return any(other in names(step.value) for step in steps)


def _of_variable(site: Site, name: str) -> set[str]:
    if site.place in ("index", "range"):
        return {"wrong-index"}
    if site.place in ("shape", "axis"):
        return {"wrong-shape", "wrong-order"} if site.place == "shape" else {"wrong-axis"}
    if site.place in ("comparison", "test"):
        return {"wrong-mask", "wrong-formula"}
    if site.scope.number(name):
        return {"wrong-scale", "wrong-formula"}
    inside = site.parents[-1]
    own = isinstance(inside, ast.Call) and isinstance(inside.func, ast.Name)
    return {"wrong-formula", "wrong-order"} if own or called(inside) == "where" else {"wrong-formula"}


def _epsilon(site: Site) -> Iterator[Replacement]:
    """eps comes in outside of the root, or inside, or as something else."""
    node, kinds = site.node, {"wrong-eps"}
    if isinstance(node, ast.Call) and called(node) == "sqrt" and isinstance(inner := node.args[0], ast.BinOp):
        if isinstance(inner.op, ast.Add) and "eps" in names(inner.right):
            outside = ast.BinOp(ast.Call(node.func, [inner.left], []), ast.Add(), inner.right)
            yield Replacement(node, outside, kinds, names(inner))
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and "eps" in names(node.right):
        if called(node.left) == "sqrt" and isinstance(node.left, ast.Call):
            inside = ast.Call(node.left.func, [ast.BinOp(node.left.args[0], ast.Add(), node.right)], [])
            yield Replacement(node, inside, kinds, names(node))
        larger = ast.BinOp(node.left, ast.Add(), ast.BinOp(ast.Constant(100), ast.Mult(), node.right))
        yield Replacement(node, larger, {"wrong-eps", "wrong-scale"}, names(node))
        yield Replacement(node, ast.BinOp(node.left, ast.Add(), ast.Constant(0.001)), {"wrong-eps", "hard-coded"}, names(node))


def _assigned_not_added(site: Site) -> Iterator[Replacement]:
    """`a += b` becomes `a = b`."""
    node = site.node
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub):
        value = node.value if isinstance(node.op, ast.Add) else ast.UnaryOp(ast.USub(), node.value)
        yield Replacement(
            node, [ast.Assign([node.target], value)], {"overwrites", "missing-term"}, names(node.target, node.value)
        )


def _in_place(site: Site) -> Iterator[Replacement]:
    """`out = x - mu` becomes `x -= mu; out = x`, where x came from outside."""
    node = site.node
    if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.BinOp)):
        return
    left = node.value.left
    if not (isinstance(left, ast.Name) and isinstance(node.value.op, ast.Add | ast.Sub | ast.Mult | ast.Div)):
        return
    if left.id in site.bound and site.scope.real(left.id) and site.scope.shape(left.id) == site.scope.shape(node.targets[0].id):
        written = ast.AugAssign(ast.Name(left.id, ast.Store()), node.value.op, node.value.right)
        both = [written, ast.Assign(node.targets, left)]
        yield Replacement(node, both, {"mutates-input", "overwrites"}, {left.id, "cache"} & {left.id, *site.bound})


def _overwritten(site: Site) -> Iterator[Replacement]:
    """What was computed is lost before it is used: another value of the same shape comes under the same name."""
    node = site.node
    if not (isinstance(node, ast.Assign) and isinstance(target := node.targets[0], ast.Name) and site.scope.real(target.id)):
        return
    for other in sorted(site.bound - {target.id}):
        if site.scope.alike(target.id, other):
            lost = ast.Assign([target], ast.Name(other, ast.Load()))
            yield Replacement(node, [node, lost], {"overwrites", "missing-term", "wrong-formula"}, {target.id, other})


def _moved(site: Site) -> Iterator[Replacement]:
    """What begins an accumulation is in the loop, or its last step comes after the loop."""
    loop = site.node
    if not isinstance(loop, ast.For):
        return
    body = _body_of(site)
    at = body.index(loop)
    before = body[at - 1] if at else None
    if isinstance(before, ast.Assign):
        block = site.parents[-1]
        inside = ast.For(loop.target, loop.iter, [before, *loop.body], [])
        yield _with_body(
            block, body, [*body[: at - 1], inside, *body[at + 1 :]], {"overwrites", "missing-term"}, assigned(before)
        )
    if len(loop.body) > 1:
        shorter = ast.For(loop.target, loop.iter, loop.body[:-1], [])
        yield Replacement(
            loop, [shorter, loop.body[-1]], {"missing-term", "overwrites"}, assigned(loop.body[-1]) | names(loop.target)
        )


def _with_body(block: ast.AST, old: list[ast.stmt], new: list[ast.stmt], kinds: set[str], words: set[str]) -> Replacement:
    """Return the replacement of a block by one with other statements."""
    field = next(f for f in ("body", "orelse") if getattr(block, f, None) is old)
    changed = copy.copy(block)
    setattr(changed, field, new)
    return Replacement(block, changed, kinds, words)


def _single_precision(site: Site) -> Iterator[Replacement]:
    """A value is rounded to float32 on the way."""
    node = site.node
    if isinstance(node, ast.Assign) and isinstance(target := node.targets[0], ast.Name) and site.scope.real(target.id):
        single = ast.Attribute(ast.Name("np", ast.Load()), "float32", ast.Load())
        rounded = ast.Call(ast.Attribute(node.value, "astype", ast.Load()), [single], [])
        yield Replacement(node, [ast.Assign(node.targets, rounded)], {"dtype"}, {target.id})


def _whole_division(site: Site) -> Iterator[Replacement]:
    """/ becomes //."""
    node = site.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and site.numeric:
        yield Replacement(node, ast.BinOp(node.left, ast.FloorDiv(), node.right), {"dtype", "wrong-formula"}, names(node))


def _mode_ignored(site: Site) -> Iterator[Replacement]:
    """What is decided by an argument is taken for decided."""
    node = site.node
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name):
        told = names(node.test).union(*(assigned(s) for s in (*node.body, *node.orelse)))
        for value in (True, False):
            yield Replacement(node.test, ast.Constant(value), {"wrong-mode", "hard-coded"}, told)
    elif isinstance(node, ast.keyword) and isinstance(node.value, ast.Name) and site.scope.flag(node.value.id):
        for value in (True, False):
            yield Replacement(node, ast.keyword(node.arg, ast.Constant(value)), {"wrong-mode", "hard-coded"}, names(node.value))


def _mask_inverted(site: Site) -> Iterator[Replacement]:
    """Just the entries that were left out are taken."""
    node = site.node
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _OPPOSITE:
        opposite = ast.Compare(node.left, [_OPPOSITE[type(node.ops[0])]()], node.comparators)
        kinds = {"wrong-mask", "wrong-mode"} if isinstance(site.parents[-1], ast.If | ast.IfExp | ast.While) else {"wrong-mask"}
        yield Replacement(node, opposite, kinds, names(node))
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        if site.scope.mask(node.id) and not isinstance(site.parents[-1], ast.Tuple | ast.Return):
            yield Replacement(node, ast.UnaryOp(ast.Invert(), node), {"wrong-mask"}, {node.id})


def _kept_axis(site: Site) -> Iterator[Replacement]:
    """A sum keeps its axis."""
    node = site.node
    if isinstance(node, ast.Call) and called(node) in _REDUCTIONS and any(k.arg == "axis" for k in node.keywords):
        if all(k.arg != "keepdims" for k in node.keywords):
            kept = ast.Call(node.func, node.args, [*node.keywords, ast.keyword("keepdims", ast.Constant(True))])
            yield Replacement(node, kept, {"wrong-shape", "wrong-axis"}, names(*node.args))


def _wrong_index(site: Site) -> Iterator[Replacement]:
    """Another whole number is the index: i for j."""
    node, inside = site.node, next((p for p in reversed(site.parents) if isinstance(p, ast.Subscript)), None)
    if not (isinstance(node, ast.Name) and inside is not None and site.place == "index" and site.scope.number(node.id)):
        return
    for other in sorted(site.bound - {node.id}):
        if site.scope.whole(other) and site.scope.number(other):
            yield Replacement(node, ast.Name(other, ast.Load()), {"wrong-index"}, {node.id, other} | names(inside.value))


def _swapped_arguments(site: Site) -> Iterator[Replacement]:
    """Two arguments of a call have each other's place: those that check/mutants.py leaves as they are."""
    node = site.node
    if isinstance(node, ast.Call) and len(node.args) > 1 and not isinstance(node.args[1], ast.Starred):
        numpy = isinstance(node.func, ast.Attribute) and not names(node.func.value)
        first = 0 if numpy and called(node) in ("arctan2", "minimum", "maximum", "einsum") else 1
        if len(node.args) > first + 1 and called(node) != "where" and (first == 0 or not numpy):
            arguments = list(node.args)
            arguments[first], arguments[first + 1] = arguments[first + 1], arguments[first]
            yield Replacement(
                node, ast.Call(node.func, arguments, node.keywords), {"wrong-order"}, names(*arguments[first:], node.func)
            )


def _removed(site: Site) -> Iterator[Replacement]:
    """A step is missing whose variable has a value without it."""
    node = site.node
    if isinstance(node, ast.AugAssign):
        kinds = {"missing-term"} if isinstance(node.op, ast.Add | ast.Sub) else {"wrong-scale", "missing-term"}
        yield Replacement(node, [], kinds, assigned(node) | names(node.value))
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        yield Replacement(node, [], {"missing-term", "wrong-mask", "extra-term"}, assigned(node) | names(node.value))
    elif isinstance(node, ast.Assign) and assigned(node) <= site.bound:
        yield Replacement(node, [], {"missing-term"}, assigned(node) | names(node.value))
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield Replacement(node, [], {"missing-term"}, assigned(node) | names(node.value))


def _exchanged(site: Site) -> Iterator[Replacement]:
    """Two steps that follow one another come the other way round."""
    if not isinstance(site.node, ast.stmt):
        return
    body = _body_of(site)
    at = body.index(site.node)
    if at == len(body) - 1 or isinstance(body[at + 1], ast.Return | ast.FunctionDef):
        return
    one, two = body[at], body[at + 1]
    if assigned(one) & names(two) and assigned(one) <= site.bound:
        new = [*body[:at], two, one, *body[at + 2 :]]
        yield _with_body(site.parents[-1], body, new, {"wrong-order", "missing-term"}, assigned(one) | assigned(two))


OPERATORS: dict[str, Callable[[Site], Iterator[Replacement]]] = {
    "repeated term": _repeated_term,
    "doubled or halved": _weighted,
    "transposed operand": _transposed,
    "bounds": _bounds,
    "wrong variable": _wrong_variable,
    "eps": _epsilon,
    "assigned, not added": _assigned_not_added,
    "in place": _in_place,
    "overwritten": _overwritten,
    "accumulation moved": _moved,
    "float32": _single_precision,
    "whole division": _whole_division,
    "mode ignored": _mode_ignored,
    "mask inverted": _mask_inverted,
    "kept axis": _kept_axis,
    "wrong index": _wrong_index,
    "swapped arguments": _swapped_arguments,
    "step removed": _removed,
    "steps exchanged": _exchanged,
}

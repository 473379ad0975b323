"""Correct code in other words: changes of a reference that leave what it computes as it is. None of them may be called wrong."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from byhand.course import rendering
from byhand.spec import Exercise, syntax

_AS_FUNCTIONS = {ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide", ast.MatMult: "matmul"}


@dataclass(frozen=True)
class Variation:
    """The whole function, written in another way."""

    what: str
    """reordered, functions for operators, other names, ..."""
    source: str


def variations(exercise: Exercise) -> Iterator[Variation]:
    """Yield an exercise's rendered solution in every other way that changes something in it."""
    tree = syntax.parse(rendering.solution(exercise))
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    if ast.get_docstring(function) is not None and len(function.body) > 1:
        function.body = function.body[1:]
    original = ast.unparse(tree)
    for what, change in _CHANGES.items():
        changed = copy.deepcopy(tree)
        body = changed.body[0]
        assert isinstance(body, ast.FunctionDef)
        change(body)
        source = ast.unparse(ast.fix_missing_locations(changed))
        if source != original:
            yield Variation(what, source)


class _Operators(ast.NodeTransformer):
    """Rewrites operators with arrays on both sides, by a function of the node."""

    def __init__(self, rewrite: Callable[[ast.BinOp], ast.expr]):
        self.rewrite = rewrite

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        return self.rewrite(node)


def _numeric(node: ast.BinOp) -> bool:
    """Return whether an operator surely works on numbers: not on lists or texts."""
    return not any(isinstance(n, ast.List | ast.Tuple | ast.JoinedStr | ast.ListComp) for n in ast.walk(node)) and not any(
        isinstance(n, ast.Constant) and isinstance(n.value, str) for n in (node.left, node.right)
    )


def _swapped(function: ast.FunctionDef) -> None:
    """a + b becomes b + a, a * b becomes b * a."""

    def rewrite(node: ast.BinOp) -> ast.expr:
        if isinstance(node.op, ast.Add | ast.Mult) and _numeric(node):
            node.left, node.right = node.right, node.left
        return node

    _Operators(rewrite).visit(function)


def _functions(function: ast.FunctionDef) -> None:
    """a + b becomes np.add(a, b)."""
    shapes = {id(n) for s in ast.walk(function) if isinstance(s, ast.Subscript | ast.Tuple) for n in ast.walk(s)}
    inside = {id(n) for c in ast.walk(function) if isinstance(c, ast.Call) for a in c.args[1:] for n in ast.walk(a)}

    def rewrite(node: ast.BinOp) -> ast.expr:
        name = _AS_FUNCTIONS.get(type(node.op))
        if name is None or id(node) in shapes | inside or not _numeric(node):
            return node
        called = ast.Attribute(ast.Name("np", ast.Load()), name, ast.Load())
        return ast.Call(called, [node.left, node.right], [])

    _Operators(rewrite).visit(function)


def _squares(function: ast.FunctionDef) -> None:
    """x ** 2 becomes x * x."""

    def rewrite(node: ast.BinOp) -> ast.expr:
        if isinstance(node.op, ast.Pow) and isinstance(node.right, ast.Constant) and node.right.value == 2:
            return ast.BinOp(node.left, ast.Mult(), copy.deepcopy(node.left))
        return node

    _Operators(rewrite).visit(function)


def _einsum(function: ast.FunctionDef) -> None:
    """a @ b becomes np.einsum("ij,jk->ik", a, b), where both are matrices as far as can be seen."""

    def rewrite(node: ast.BinOp) -> ast.expr:
        if not isinstance(node.op, ast.MatMult):
            return node
        called = ast.Attribute(ast.Name("np", ast.Load()), "einsum", ast.Load())
        return ast.Call(called, [ast.Constant("ij,jk->ik"), node.left, node.right], [])

    _Operators(rewrite).visit(function)


def _renamed(function: ast.FunctionDef) -> None:
    """Every local variable has another name."""
    parameters = {a.arg for a in [*function.args.args, *function.args.kwonlyargs, *function.args.posonlyargs]}
    bound = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    own = {name: f"my_{name}" for name in bound - parameters}
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id in own:
            node.id = own[node.id]


def _returned(wrap: Callable[[ast.expr], ast.expr]) -> Callable[[ast.FunctionDef], None]:
    """Wrap every array that is returned, but for caches and what is no single name."""

    def change(function: ast.FunctionDef) -> None:
        for node in ast.walk(function):
            if isinstance(node, ast.Return) and node.value is not None:
                if isinstance(node.value, ast.Tuple):
                    node.value.elts = [wrap(e) if _is_gradient(e) else e for e in node.value.elts]
                elif _is_gradient(node.value):
                    node.value = wrap(node.value)

    return change


def _is_gradient(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("out", "dx", "dw", "db", "dgamma", "dbeta", "dscores", "dW", "w")


def _fortran(node: ast.expr) -> ast.expr:
    return ast.Call(ast.Attribute(ast.Name("np", ast.Load()), "asfortranarray", ast.Load()), [node], [])


def _reversed_twice(node: ast.expr) -> ast.expr:
    """Return x[::-1][::-1]: the same numbers, lying in memory the other way round on the way."""
    step = ast.Slice(None, None, ast.UnaryOp(ast.USub(), ast.Constant(1)))
    once = ast.Call(ast.Attribute(ast.Subscript(node, step, ast.Load()), "copy", ast.Load()), [], [])
    return ast.Subscript(once, copy.deepcopy(step), ast.Load())


def _stepwise(function: ast.FunctionDef) -> None:
    """Every operand that is an operation itself gets a line of its own, in the function's top-level assignments."""
    body: list[ast.stmt] = []
    count = 0
    for statement in function.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.BinOp):
            for side in ("left", "right"):
                operand = getattr(statement.value, side)
                if isinstance(operand, ast.BinOp | ast.Call):
                    count += 1
                    name = f"part{count}"
                    body.append(ast.Assign([ast.Name(name, ast.Store())], operand))
                    setattr(statement.value, side, ast.Name(name, ast.Load()))
        body.append(statement)
    function.body = body


_CHANGES: dict[str, Callable[[ast.FunctionDef], None]] = {
    "swapped operands": _swapped,
    "functions for operators": _functions,
    "products for squares": _squares,
    "einsum for @": _einsum,
    "other names": _renamed,
    "column by column in memory": _returned(_fortran),
    "backwards in memory": _returned(_reversed_twice),
    "a line for each step": _stepwise,
}

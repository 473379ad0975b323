"""Correct code in other words: changes of a reference that leave what it computes as it is. None of them may be called wrong."""

from __future__ import annotations

import ast
import copy
from collections import Counter
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
    """Yield an exercise's rendered solution in every other way that changes something in it.

    Not every way makes sense for every function: whether it still computes the same is for the caller to find out.
    """
    tree = syntax.parse(rendering.solution(exercise))
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    if ast.get_docstring(function) is not None and len(function.body) > 1:
        function.body = function.body[1:]
    original = ast.unparse(tree)
    for what, change in CHANGES.items():
        changed = copy.deepcopy(tree)
        body = changed.body[0]
        assert isinstance(body, ast.FunctionDef)
        changed.body += change(body) or []
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
    """Wrap every array that is returned."""

    def change(function: ast.FunctionDef) -> None:
        for node in ast.walk(function):
            if isinstance(node, ast.Return) and node.value is not None:
                if isinstance(node.value, ast.Tuple):
                    node.value.elts = [wrap(e) if _is_array(e) else e for e in node.value.elts]
                elif _is_array(node.value):
                    node.value = wrap(node.value)

    return change


def _is_array(node: ast.expr) -> bool:
    """Return whether what is returned is an array by its name: no cache, no number, no dict or list of arrays."""
    others = ("cache", "state", "running", "grads", "params", "moments", "losses", "loss", "norm", "rate", "batches", "gradients")
    return isinstance(node, ast.Name) and node.id not in others


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


def _gaps_between(node: ast.expr) -> ast.expr:
    """Return np.stack([x, x], axis=-1)[..., 0]: the same numbers, with others lying between them in memory."""
    pair = ast.List([node, copy.deepcopy(node)], ast.Load())
    stacked = ast.Call(_numpy("stack"), [pair], [ast.keyword("axis", ast.UnaryOp(ast.USub(), ast.Constant(1)))])
    return ast.Subscript(stacked, ast.Tuple([ast.Constant(...), ast.Constant(0)], ast.Load()), ast.Load())


def _numpy(name: str) -> ast.Attribute:
    return ast.Attribute(ast.Name("np", ast.Load()), name, ast.Load())


def _calls_of(node: ast.AST, *called: str) -> bool:
    """Return whether this is a call of one of these NumPy functions."""
    function = node.func if isinstance(node, ast.Call) else None
    return (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id == "np"
        and function.attr in called
    )


class _Calls(ast.NodeTransformer):
    """Rewrites calls, by a function of the node."""

    def __init__(self, rewrite: Callable[[ast.Call], ast.expr]):
        self.rewrite = rewrite

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        return self.rewrite(node)


class _Assignments(ast.NodeTransformer):
    """Rewrites statements that give one variable the result of an operation, by a function of the node."""

    def __init__(self, rewrite: Callable[[ast.Assign, ast.BinOp], ast.stmt | list[ast.stmt]]):
        self.rewrite = rewrite

    def visit_Assign(self, node: ast.Assign) -> ast.stmt | list[ast.stmt]:
        single = len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
        return self.rewrite(node, node.value) if single and isinstance(node.value, ast.BinOp) and _numeric(node.value) else node


def _option(node: ast.Call, name: str) -> object:
    """Return the constant given for a keyword, or None."""
    value = next((k.value for k in node.keywords if k.arg == name), None)
    try:
        return ast.literal_eval(value) if value is not None else None
    except ValueError:
        return None


def _parsed(*texts: str) -> list[ast.stmt]:
    return [statement for text in texts for statement in syntax.parse(text).body]


def _sums_in_loops(function: ast.FunctionDef) -> list[ast.stmt]:
    """np.sum(x, axis=0) becomes a loop over the rows, in a function of its own, and a mean a sum that is divided."""
    used = set()

    def rewrite(node: ast.Call) -> ast.expr:
        if not (_calls_of(node, "sum", "mean") and _option(node, "axis") == 0 and len(node.keywords) == 1):
            return node
        used.add("added")
        total = ast.Call(ast.Name("added", ast.Load()), [node.args[0]], [])
        if _calls_of(node, "sum"):
            return total
        return ast.BinOp(total, ast.Div(), ast.Call(ast.Name("len", ast.Load()), [copy.deepcopy(node.args[0])], []))

    _Calls(rewrite).visit(function)
    loop = "def added(rows):\n    total = 0 * rows[0]\n    for row in rows:\n        total = total + row\n    return total"
    return _parsed(loop) if used else []


def _sums_row_by_row(function: ast.FunctionDef) -> None:
    """np.sum(x, axis=1) becomes an array of the sums of the rows."""

    def rewrite(node: ast.Call) -> ast.expr:
        if not (_calls_of(node, "sum", "mean", "max") and _option(node, "axis") in (1, -1)):
            return node
        row = ast.comprehension(ast.Name("row", ast.Store()), node.args[0], [], 0)
        each = ast.ListComp(ast.Call(node.func, [ast.Name("row", ast.Load())], []), [row])
        told = ast.Call(_numpy("array"), [each], [])
        if _option(node, "keepdims"):
            told = ast.Subscript(told, ast.Tuple([ast.Slice(), ast.Constant(None)], ast.Load()), ast.Load())
        return told

    _Calls(rewrite).visit(function)


def _products_in_loops(function: ast.FunctionDef) -> list[ast.stmt]:
    """a @ b becomes a loop over the rows of a, in a function of its own."""
    used = set()

    def rewrite(node: ast.BinOp) -> ast.expr:
        if not isinstance(node.op, ast.MatMult):
            return node
        used.add("product")
        return ast.Call(ast.Name("product", ast.Load()), [node.left, node.right], [])

    _Operators(rewrite).visit(function)
    loop = (
        "def product(a, b):\n    rows = np.zeros((a.shape[0], b.shape[1]), dtype=a.dtype)\n    for i in range(a.shape[0]):\n"
        "        for k in range(a.shape[1]):\n            rows[i] += a[i, k] * b[k]\n    return rows"
    )
    return _parsed(loop) if used else []


def _dot(function: ast.FunctionDef) -> None:
    """a @ b becomes a.dot(b)."""

    def rewrite(node: ast.BinOp) -> ast.expr:
        if not isinstance(node.op, ast.MatMult):
            return node
        return ast.Call(ast.Attribute(node.left, "dot", ast.Load()), [node.right], [])

    _Operators(rewrite).visit(function)


def _summed_by_einsum(function: ast.FunctionDef) -> None:
    """np.sum(a * b, axis=0) becomes np.einsum("ij,ij->j", a, b)."""

    def rewrite(node: ast.Call) -> ast.expr:
        axis, product = _option(node, "axis"), node.args[0] if node.args else None
        if not (_calls_of(node, "sum") and isinstance(product, ast.BinOp) and isinstance(product.op, ast.Mult)):
            return node
        if axis not in (0, 1) or len(node.keywords) != 1:
            return node
        return ast.Call(_numpy("einsum"), [ast.Constant(f"ij,ij->{'ji'[axis]}"), product.left, product.right], [])

    _Calls(rewrite).visit(function)


def _doubles(function: ast.FunctionDef) -> None:
    """Whatever precision comes in, it is computed in float64."""
    arguments = [a.arg for a in (*function.args.args, *function.args.kwonlyargs)]
    text = "if isinstance({0}, np.ndarray) and {0}.dtype == np.float32:\n    {0} = {0}.astype(np.float64)"
    function.body = _parsed(*(text.format(name) for name in arguments)) + function.body


def _filled(function: ast.FunctionDef) -> None:
    """t = a + b becomes an empty array of its own that is filled: np.add(a, b, out=t)."""

    def rewrite(node: ast.Assign, value: ast.BinOp) -> list[ast.stmt]:
        name = _AS_FUNCTIONS.get(type(value.op))
        if name is None or name == "matmul":
            return [node]
        both = ast.Assign([ast.Tuple([ast.Name("left", ast.Store()), ast.Name("right", ast.Store())], ast.Store())],
                          ast.Tuple([value.left, value.right], ast.Load()))  # fmt: skip
        made = "np.empty(np.broadcast(left, right).shape, dtype=np.result_type(left, right, np.float32))"
        target = ast.unparse(node.targets[0])
        return [both, *_parsed(f"{target} = {made}", f"np.{name}(left, right, out={target})")]

    _Assignments(rewrite).visit(function)


def _updated(function: ast.FunctionDef) -> None:
    """t = a + b - c becomes a copy of a, to which b is added and from which c is taken."""

    def rewrite(node: ast.Assign, value: ast.BinOp) -> list[ast.stmt]:
        (target,), steps, first = node.targets, [], value
        assert isinstance(target, ast.Name)
        while isinstance(first, ast.BinOp) and isinstance(first.op, ast.Add | ast.Sub | ast.Mult | ast.Div):
            steps.insert(0, ast.AugAssign(target, first.op, first.right))
            first = first.left
        return [ast.Assign(node.targets, ast.Call(_numpy("array"), [first], [])), *steps] if steps else [node]

    _Assignments(rewrite).visit(function)


def _copies(function: ast.FunctionDef) -> None:
    """Every result of an operation is copied once more."""

    def rewrite(node: ast.Assign, value: ast.BinOp) -> ast.stmt:
        node.value = ast.Call(_numpy("copy"), [value], [])
        return node

    _Assignments(rewrite).visit(function)


def _helpers(function: ast.FunctionDef) -> list[ast.stmt]:
    """Every operation whose result gets a name is a function of its own, beside this one."""
    local = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    local |= {a.arg for a in (*function.args.args, *function.args.kwonlyargs)}
    made: list[str] = []

    def rewrite(node: ast.Assign, value: ast.BinOp) -> ast.stmt:
        used = dict.fromkeys(n.id for n in ast.walk(value) if isinstance(n, ast.Name) and n.id in local)
        name = f"step{len(made) + 1}"
        made.append(f"def {name}({', '.join(used)}):\n    return {ast.unparse(value)}")
        node.value = ast.Call(ast.Name(name, ast.Load()), [ast.Name(n, ast.Load()) for n in used], [])
        return node

    _Assignments(rewrite).visit(function)
    return _parsed(*made)


def _lists(function: ast.FunctionDef) -> None:
    """What is returned, and what is kept for the backward, is a list and not a tuple."""
    for node in ast.walk(function):
        if isinstance(node, ast.Return | ast.Assign) and isinstance(node.value, ast.Tuple):
            node.value = ast.List(node.value.elts, ast.Load())


def _axes_put_back(function: ast.FunctionDef) -> None:
    """keepdims=True becomes np.expand_dims."""

    def rewrite(node: ast.Call) -> ast.expr:
        if _option(node, "keepdims") is not True or not isinstance(axis := _option(node, "axis"), int):
            return node
        lost = ast.Call(node.func, node.args, [k for k in node.keywords if k.arg != "keepdims"])
        return ast.Call(_numpy("expand_dims"), [lost, *_constants(axis)], [])

    _Calls(rewrite).visit(function)


def _constants(*values: int) -> list[ast.expr]:
    return [ast.Constant(v) if v >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-v)) for v in values]


def _methods(function: ast.FunctionDef) -> None:
    """np.sum(x, axis=0) becomes x.sum(axis=0)."""

    def rewrite(node: ast.Call) -> ast.expr:
        if _calls_of(node, "sum", "mean", "max", "argmax", "argsort", "reshape") and isinstance(node.func, ast.Attribute):
            node.func = ast.Attribute(node.args.pop(0), node.func.attr, ast.Load())
        return node

    _Calls(rewrite).visit(function)


def _reciprocals(function: ast.FunctionDef) -> None:
    """a / b becomes a * (1 / b)."""

    def rewrite(node: ast.BinOp) -> ast.expr:
        if not isinstance(node.op, ast.Div) or isinstance(node.left, ast.Constant):
            return node
        return ast.BinOp(node.left, ast.Mult(), ast.BinOp(ast.Constant(1.0), ast.Div(), node.right))

    _Operators(rewrite).visit(function)


def _fewer_lines(function: ast.FunctionDef) -> None:
    """A variable that only the next line uses, once, is written out there."""
    uses = Counter(n.id for n in ast.walk(function) if isinstance(n, ast.Name))
    body: list[ast.stmt] = []
    for statement in function.body:
        last = body[-1] if body else None
        if isinstance(last, ast.Assign) and isinstance(name := last.targets[0], ast.Name) and isinstance(statement, ast.Assign):
            inside = [n for n in ast.walk(statement.value) if isinstance(n, ast.Name) and n.id == name.id]
            if len(inside) == 1 and uses[name.id] == 2:
                _Put(inside[0], last.value).visit(statement)
                body.pop()
        body.append(statement)
    function.body = body


class _Put(ast.NodeTransformer):
    """Puts an expression in the place of a variable."""

    def __init__(self, old: ast.Name, new: ast.expr):
        self.old, self.new = old, new

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.new if node is self.old else node


CHANGES: dict[str, Callable[[ast.FunctionDef], list[ast.stmt] | None]] = {
    "swapped operands": _swapped,
    "functions for operators": _functions,
    "products for squares": _squares,
    "einsum for @": _einsum,
    "other names": _renamed,
    "column by column in memory": _returned(_fortran),
    "backwards in memory": _returned(_reversed_twice),
    "gaps between in memory": _returned(_gaps_between),
    "a line for each step": _stepwise,
    "fewer lines": _fewer_lines,
    "loops for sums": _sums_in_loops,
    "row by row": _sums_row_by_row,
    "loops for @": _products_in_loops,
    "dot for @": _dot,
    "einsum for sums": _summed_by_einsum,
    "float64 inside": _doubles,
    "filled in place": _filled,
    "copies updated in place": _updated,
    "copies": _copies,
    "helper functions": _helpers,
    "lists for tuples": _lists,
    "expand_dims for keepdims": _axes_put_back,
    "methods": _methods,
    "reciprocals": _reciprocals,
}
"""What can be done to a function's tree in place; functions that it then needs beside it are returned."""

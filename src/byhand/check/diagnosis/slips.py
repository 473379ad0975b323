"""Changes to what stands in a statement: signs, axes, orders, constants, masks, operators and functions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations

from .edit import OPERATORS, REDUCTIONS, Apart, Edit, called_name, wrapped
from .scope import Scope

_SWAPS = {
    "sum": ("mean",), "mean": ("sum",), "max": ("min", "sum"), "min": ("max",), "maximum": ("minimum",), "minimum": ("maximum",),
    "zeros_like": ("ones_like",), "ones_like": ("zeros_like",), "zeros": ("ones",), "ones": ("zeros",), "argmax": ("argmin",),
    "argmin": ("argmax",), "abs": ("sqrt", "exp", "log", "square"), "sqrt": ("square", "abs"), "log": ("log1p", "exp"),
    "exp": ("log", "expm1"), "sin": ("cos",), "cos": ("sin",), "prod": ("sum",), "floor": ("ceil",), "ceil": ("floor",),
    "add": ("subtract",), "subtract": ("add",), "multiply": ("divide",), "divide": ("multiply",), "var": ("std",),
    "std": ("var",),
    "any": ("all",), "all": ("any",), "tanh": ("exp",),
}  # fmt: skip
_SWAPPED = {
    "sum mean": "wrong-scale", "multiply divide": "wrong-scale", "add subtract": "wrong-sign", "max min": "wrong-mask",
    "maximum minimum": "wrong-mask",
}  # fmt: skip
"""What it is to have taken one of two functions for the other; else the formula is wrong."""
_COMPARISONS = {ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<=", ast.Eq: "==", ast.NotEq: "!="}
_OTHER = {"+": "-*", "-": "+", "*": "/+-", "/": "*", "@": "*", "**": "*", "//": "/", "%": "/"}
_AXES = (
    "0", "1", "-1", "None", "2", "3", "-2", "(0, 1)", "(0, 2)", "(1, 2)", "(1, 3)", "(2, 3)", "(3, 4)", "(0, 2, 3)", "(1, 2, 3)",
    "(2, 3, 4)", "(0, 1, 2)",
)  # fmt: skip
_KEEPS = ("len", "range", "int", "float", "zip", "enumerate", "astype", "dict", "list", "copy", "deepcopy", "array")
"""Functions whose argument alone would be something else, or the very thing that is not to be changed."""
_SINGLE = ("float32", "float16", "int64", "int32", "int", "half", "single")
SMALL = 1e-2
MOST_LETTERS, MOST_COUNTS = 3, 8


def local(at: Apart, scope: Scope) -> Iterator[Edit]:
    """Yield other signs, axes, orders, constants and the like for what stands in a statement."""
    yield from _of_statement(at.statement, scope)
    yield from _order_of_lines(at.statement, scope)
    for node in at.nodes:
        if id(node) not in at.axes:
            yield from _of_node(node, at, scope)


def _of_statement(statement: ast.stmt, scope: Scope) -> Iterator[Edit]:
    if isinstance(statement, ast.Return) and isinstance(statement.value, ast.Tuple):
        items = [ast.unparse(e) for e in statement.value.elts]
        for i in range(len(items)):
            for j in range(i + 1, len(items)):
                swapped = [*items]
                swapped[i], swapped[j] = swapped[j], swapped[i]
                yield Edit(statement.value, ", ".join(swapped), "wrong-order", items[i])
    if isinstance(statement, ast.AugAssign):
        target, value = ast.unparse(statement.target), ast.unparse(statement.value)
        kinds = {"+=": "wrong-sign", "-=": "wrong-sign", "*=": "wrong-scale", "/=": "wrong-scale", "=": "extra-term"}
        for op, kind in kinds.items():
            if op != f"{OPERATORS.get(type(statement.op), '')}=":
                yield Edit(statement, f"{target} {op} {value}", kind)
        yield Edit(statement, "pass", "extra-term")
        plain = OPERATORS.get(type(statement.op))
        if plain and isinstance(statement.target, ast.Name):
            yield Edit(statement, f"{target} = {target} {plain} {wrapped(statement.value)}", "mutates-input")
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and not isinstance(statement.targets[0], ast.Tuple):
        target, value = ast.unparse(statement.targets[0]), ast.unparse(statement.value)
        if _given_before(statement, scope.definition):
            yield Edit(statement, "pass", "overwrites")
        yield Edit(statement.value, f"-{wrapped(statement.value)}", "wrong-sign")
        kind = "overwrites" if _in_loop(statement, target, scope.definition) else "missing-term"
        yield Edit(statement, f"{target} += {value}", kind)
        yield Edit(statement, f"{target} -= {value}", kind)
        if isinstance(statement.targets[0], ast.Subscript):
            base, index = ast.unparse(statement.targets[0].value), ast.unparse(statement.targets[0].slice)
            yield Edit(statement, f"np.add.at({base}, ({index}), {value})", "overwrites")
    if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add) and isinstance(statement.target, ast.Subscript):
        base, index = ast.unparse(statement.target.value), ast.unparse(statement.target.slice)
        yield Edit(statement, f"np.add.at({base}, ({index}), {ast.unparse(statement.value)})", "overwrites")
    if isinstance(statement, ast.If | ast.While):
        test = statement.test
        kind = "wrong-mode" if isinstance(test, ast.Name | ast.UnaryOp | ast.Subscript | ast.Attribute) else "wrong-mask"
        yield Edit(test, f"not ({ast.unparse(test)})", kind, ast.unparse(test))


def _order_of_lines(statement: ast.stmt, scope: Scope) -> Iterator[Edit]:
    """Yield a statement and the next one in the other order."""
    bodies = (body for n in ast.walk(scope.definition) for _, body in ast.iter_fields(n) if isinstance(body, list))
    after = next((body[body.index(statement) + 1 :] for body in bodies if statement in body), [])
    simple = ast.Assign | ast.AugAssign | ast.Expr
    if after and isinstance(statement, simple) and isinstance(after[0], simple):
        yield Edit(statement, f"{ast.unparse(after[0])}; {ast.unparse(statement)}", "wrong-order", until=after[0])


def _given_before(statement: ast.Assign, definition: ast.FunctionDef) -> bool:
    """Return whether the variable of a statement has a value before, which the statement does not read."""
    (target,) = statement.targets
    name = target.id if isinstance(target, ast.Name) else ""
    named = [n for n in ast.walk(definition) if isinstance(n, ast.Name) and n.id == name]
    before = any(isinstance(n.ctx, ast.Store) and n.lineno < statement.lineno for n in named)
    return before and all(n.id != name for n in ast.walk(statement.value) if isinstance(n, ast.Name))


def _in_loop(statement: ast.stmt, target: str, definition: ast.FunctionDef) -> bool:
    """Return whether a statement gives the same thing a value again and again: not where the loop goes over its items."""
    loops = [n for n in ast.walk(definition) if isinstance(n, ast.For | ast.While)]
    around = [n for n in loops if n.lineno < statement.lineno <= (n.end_lineno or 0)]
    words = set(re.findall(r"\w+", target))
    over = [
        {n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name)} if isinstance(loop, ast.For) else set()
        for loop in around
    ]
    return any(not names & words for names in over)


def _of_node(node: ast.AST, at: Apart, scope: Scope) -> Iterator[Edit]:
    if isinstance(node, ast.BinOp):
        yield from _operators(node, at, scope)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not | ast.Invert):
        kind = "wrong-sign" if isinstance(node.op, ast.USub) else "wrong-mask"
        yield Edit(node, wrapped(node.operand), kind if id(node) not in at.counted else "wrong-index")
    elif isinstance(node, ast.Call):
        yield from _calls(node, scope)
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield Edit(node, wrapped(node.value), "wrong-transpose")
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        left, right = ast.unparse(node.left), ast.unparse(node.comparators[0])
        for kind, symbol in _COMPARISONS.items():
            if not isinstance(node.ops[0], kind):
                yield Edit(
                    node, f"({left} {symbol} {right})", "off-by-one" if isinstance(at.statement, ast.While) else "wrong-mask"
                )
    elif isinstance(node, ast.IfExp):
        test, yes, no = (wrapped(n) for n in (node.test, node.body, node.orelse))
        yield Edit(node, f"({no} if {test} else {yes})", "wrong-mode", ast.unparse(node.test))
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield from _constants(node, at)
        for name in scope.own if isinstance(node.value, float) and node.value not in (0.0, 1.0, 2.0, 0.5) else ():
            if scope.shapes.get(name) == ():
                yield Edit(node, name, "wrong-eps" if "eps" in name else "hard-coded", name)
        if id(node) in at.indices:
            counts = [n for n, shape in scope.shapes.items() if shape == () and n.isidentifier()][:MOST_COUNTS]
            yield from (Edit(node, name, "wrong-index", name) for name in counts)
    elif isinstance(node, ast.Constant) and type(node.value) is bool:
        yield Edit(node, repr(not node.value), "wrong-shape" if id(node) in at.keeping else "wrong-mode")
    elif isinstance(node, ast.Subscript):
        yield from _indices(node, scope)
    elif isinstance(node, ast.Slice):
        yield from _bounds(node)
    elif (
        isinstance(node, ast.Tuple)
        and isinstance(node.ctx, ast.Load)
        and len(node.elts) == 2
        and not isinstance(at.statement, ast.Return)
    ):
        a, b = map(ast.unparse, node.elts)
        yield Edit(node, f"({b}, {a})" if id(node) not in at.counted else f"{b}, {a}", "wrong-order")


def _indices(node: ast.Subscript, scope: Scope) -> Iterator[Edit]:
    """Yield other indices: swapped, of another axis, of what a loop counts, or of what is not in a mask."""
    index, of = node.slice, ast.unparse(node.value)
    places = index.elts if isinstance(index, ast.Tuple) else [index]
    texts = [ast.unparse(place) for place in places]
    if isinstance(node.ctx, ast.Load) and len(places) == 2:
        yield Edit(node, f"{of}[{texts[1]}, {texts[0]}]", "wrong-index")
    if isinstance(node.ctx, ast.Load) and isinstance(index, ast.Slice):
        yield Edit(node, wrapped(node.value), "wrong-index")
    if isinstance(index, ast.Name | ast.Compare | ast.Call):
        yield Edit(node, f"{of}[~({texts[0]})]", "wrong-mask")
        if len(scope.shapes.get(of, ())) > 1:
            yield Edit(node, f"{of}[:, {texts[0]}]", "wrong-index")
    whole = [i for i, place in enumerate(places) if isinstance(place, ast.Slice)]
    for v in scope.counted if whole else ():
        for i in whole:
            yield Edit(node, f"{of}[{', '.join([*texts[:i], v, *texts[i + 1 :]])}]", "wrong-index")
        if len(texts) == 2 and len(whole) == 1 and texts[whole[0]] == ":":
            yield Edit(node, f"{of}[{v}, :]" if whole == [0] else f"{of}[:, {v}]", "wrong-index")


def _bounds(node: ast.Slice) -> Iterator[Edit]:
    """Yield a slice that begins or ends one before or after, or that begins at the start and is as long."""
    for bound in (node.lower, node.upper):
        if bound is not None and not isinstance(bound, ast.Constant | ast.UnaryOp | ast.BinOp):
            yield from _one_off(bound)
    if isinstance(node.lower, ast.Constant) and isinstance(node.upper, ast.BinOp) and node.lower.value:
        yield Edit(node, f":{wrapped(node.upper)} - {ast.unparse(node.lower)}", "off-by-one")


def _ranges(node: ast.Call) -> Iterator[Edit]:
    """Yield a range that ends one before or after, or, where it goes in steps, with the last whole one."""
    stop = node.args[min(1, len(node.args) - 1)]
    if not isinstance(stop, ast.Constant | ast.BinOp):
        yield from _one_off(stop)
    if len(node.args) == 3:
        yield Edit(stop, f"{wrapped(stop)} - {wrapped(node.args[2])} + 1", "off-by-one")


def _one_off(node: ast.expr) -> Iterator[Edit]:
    yield from (Edit(node, f"{wrapped(node)} {one} 1", "off-by-one") for one in "+-")


def _constants(node: ast.Constant, at: Apart) -> Iterator[Edit]:
    v = node.value
    assert isinstance(v, int | float)
    small = type(v) is float and 0 < v < SMALL
    others: list[int | float] = [v - 1, v + 1, -v, 2 * v, v / 2, 0, 1, 2, v - 2]
    for other in dict.fromkeys(others):
        if other == v or (other == 0 and id(node) in at.added):
            continue  # what is not added is left out, which is another change
        other = int(other) if type(v) is int and other == int(other) else other
        counts = type(v) is int and id(node) not in at.factors | at.divided_by | at.powers | at.keywords
        one_off = (counts or id(node) in at.added - at.divided_by) and abs(other - v) == 1
        turned = other == -v and id(node) not in at.powers
        nothing = v == 0 and id(node) in at.factors  # what it is a factor of does not count
        plain = "missing-term" if nothing else "off-by-one" if one_off else "wrong-sign" if turned else "wrong-scale"
        kind = "wrong-eps" if small else at.kind(node, plain)
        yield Edit(node, f"({other!r})" if other < 0 else repr(other), kind)


def _small(node: ast.expr) -> bool:
    """Return whether an expression is a small number that is added to be on the safe side."""
    named = isinstance(node, ast.Name) and "eps" in node.id
    return named or (isinstance(node, ast.Constant) and isinstance(node.value, float) and 0 < node.value < SMALL)


def _operators(node: ast.BinOp, at: Apart, scope: Scope) -> Iterator[Edit]:
    left, right = wrapped(node.left), wrapped(node.right)
    op = OPERATORS.get(type(node.op), "")
    for other in _OTHER.get(op, ""):
        pair = {op, other}
        kind = "wrong-sign" if pair == {"+", "-"} else "wrong-scale" if pair <= {"*", "/", "//"} else "wrong-formula"
        if op == "//":
            kind = "dtype"
        yield Edit(node, f"({left} {other} {right})", at.kind(node, kind))
    for kept, kept_node, other in ((left, node.left, node.right), (right, node.right, node.left)):
        if kept is right and isinstance(node.op, ast.Pow):
            continue
        named = other.id if isinstance(other, ast.Name) else ""
        number = isinstance(other, ast.Constant) or scope.shapes.get(named) == ()
        kind = "wrong-scale" if isinstance(node.op, ast.Mult | ast.Div) and number else "extra-term"
        if isinstance(other, ast.Constant) and other.value == 1 and isinstance(node.op, ast.Add | ast.Sub):
            counted = isinstance(kept_node, ast.Name) and kept_node.id in scope.own  # a number of steps, say
            kind = "wrong-scale" if id(node) in at.divided_by and not counted else "off-by-one"
        if isinstance(node.op, ast.Pow):
            kind = "wrong-formula"
        kind = "wrong-eps" if _small(other) else at.kind(node, kind)
        if isinstance(node.op, ast.Sub) and kept is right:
            yield Edit(node, f"(-{kept})", kind, named)
        yield Edit(node, kept, kind, named)
    if isinstance(node.op, ast.MatMult):
        yield Edit(node, f"({right} @ {left})", "wrong-order")
        for a, b in ((f"{left}.T", right), (left, f"{right}.T"), (f"{right}.T", left), (right, f"{left}.T")):
            yield Edit(node, f"({a} @ {b})", "wrong-transpose")
    elif isinstance(node.op, ast.Sub | ast.Div | ast.Pow | ast.FloorDiv | ast.Mod):
        kind = "wrong-sign" if isinstance(node.op, ast.Sub) else "wrong-order"
        yield Edit(node, f"({right} {op} {left})", kind)
    for inner, outer in ((node.left, node.right), (node.right, node.left)):
        if isinstance(inner, ast.BinOp):  # brackets in the wrong place: (a + b) * c for a + b * c
            i = OPERATORS.get(type(inner.op), "")
            a, b, c = wrapped(inner.left), wrapped(inner.right), wrapped(outer)
            kind = "wrong-eps" if "eps" in f"{a}{b}{c}" else "wrong-formula"
            if inner is node.left:
                yield Edit(node, f"({a} {i} ({b} {op} {c}))", kind)
            else:
                yield Edit(node, f"(({c} {op} {a}) {i} {b})", kind)
    for inner, outer, first in ((node.left, node.right, True), (node.right, node.left, False)):
        name = called_name(inner)
        if (
            isinstance(inner, ast.Call) and name in ("sqrt", "exp", "log", "sum", "mean") and inner.args
        ):  # sqrt(a) + b for sqrt(a + b)
            a, b = ast.unparse(inner.args[0]), ast.unparse(outer)
            within = f"({a}) {op} ({b})" if first else f"({b}) {op} ({a})"
            rest = [
                *(ast.unparse(x) for x in inner.args[1:]),
                *(f"{k.arg}={ast.unparse(k.value)}" for k in inner.keywords if k.arg),
            ]
            kind = "wrong-eps" if _small(outer) else "wrong-formula"
            yield Edit(
                node, f"{ast.unparse(inner.func)}({', '.join([within, *rest])})", kind, "eps" if kind == "wrong-eps" else ""
            )


def _calls(node: ast.Call, scope: Scope) -> Iterator[Edit]:
    name, head = called_name(node), ast.unparse(node.func)
    arguments = [ast.unparse(a) for a in node.args]
    keywords = {k.arg: ast.unparse(k.value) for k in node.keywords if k.arg}

    def call(function: str = head, args: Sequence[str] = arguments, kw: Mapping[str, str] = keywords) -> str:
        return f"{function}({', '.join([*args, *(f'{k}={v}' for k, v in kw.items())])})"

    for other in _SWAPS.get(name, ()):
        kind = _SWAPPED.get(f"{name} {other}") or _SWAPPED.get(f"{other} {name}", "wrong-formula")
        kind = "wrong-formula" if name in ("max", "min") and head != name else kind  # of an array, and not of two
        yield Edit(node, call(head[: len(head) - len(name)] + other), kind)
    inner = node.args[0] if node.args else None
    if name in ("sqrt", "exp", "log") and isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Add | ast.Sub):
        a, b, op = ast.unparse(inner.left), wrapped(inner.right), OPERATORS[type(inner.op)]
        yield Edit(node, f"({head}({a}) {op} {b})", "wrong-eps" if _small(inner.right) else "wrong-formula")
    if name == "len" and len(arguments) == 1:
        yield from (Edit(node, f"{wrapped(node.args[0])}.shape[{axis}]", "wrong-index") for axis in ("1", "-1"))
    if name in ("range", "arange") and node.args:
        yield from _ranges(node)
    if isinstance(node.func, ast.Name) and name not in ("range", "max", "min"):
        yield from _written_out(node, scope)
    yield from _axes(node, name, head, arguments, keywords, call, scope)
    yield from _cast(node, name, arguments, keywords, call)
    if name == "einsum" and node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
        yield from _einsum(node.args[0], node.args[0].value)
    yield from _order(node, name, arguments, call)
    if len(arguments) == 1 and name not in _KEEPS and not keywords:
        yield Edit(node, f"({arguments[0]})", "wrong-formula")
    if isinstance(node.func, ast.Attribute) and name in ("reshape", "transpose", "squeeze", "copy", "ravel", "clip"):
        kind = {"transpose": "wrong-transpose", "clip": "wrong-formula"}.get(name, "wrong-shape")
        yield Edit(node, wrapped(node.func.value), kind)
    if name in ("maximum", "minimum", "clip", "where") and arguments:
        yield Edit(node, f"({arguments[-1] if name == 'where' else arguments[0]})", "wrong-mask")


def _written_out(node: ast.Call, scope: Scope) -> Iterator[Edit]:
    """Yield a call that is given a parameter, where a number is written out."""
    numbers = [v for v in scope.own if scope.shapes.get(v, 0) == ()]
    for argument in (*node.args, *(k.value for k in node.keywords)):
        if isinstance(argument, ast.Constant) and type(argument.value) in (int, float, bool):
            yield from (Edit(argument, v, "hard-coded", v) for v in numbers)


def _axes(node, name, head, arguments, keywords, call, scope: Scope) -> Iterator[Edit]:
    if name not in REDUCTIONS and "axis" not in keywords:
        return
    position = 1 if head.startswith(("np.", "numpy.")) else 0
    for axis in (*_AXES, *scope.counted):
        if "axis" not in keywords and len(arguments) > position:
            if arguments[position] != axis:
                yield Edit(node, call(args=[*arguments[:position], axis, *arguments[position + 1 :]]), "wrong-axis")
        elif keywords.get("axis") != axis:
            yield Edit(node, call(kw={**keywords, "axis": axis}), "wrong-axis")
    if "keepdims" in keywords:
        yield Edit(node, call(kw={k: v for k, v in keywords.items() if k != "keepdims"}), "wrong-shape")
    elif name in REDUCTIONS:
        yield Edit(node, call(kw={**keywords, "keepdims": "True"}), "wrong-shape")
        for axis in ("0", "1", "-1"):
            if keywords.get("axis") != axis and len(arguments) <= position:
                yield Edit(node, call(kw={**keywords, "axis": axis, "keepdims": "True"}), "wrong-axis")
    if name in ("var", "std"):
        yield Edit(
            node,
            call(kw={k: v for k, v in keywords.items() if k != "ddof"} if "ddof" in keywords else {**keywords, "ddof": "1"}),
            "wrong-scale",
        )


def _cast(node, name, arguments, keywords, call) -> Iterator[Edit]:
    if name == "astype" and isinstance(node.func, ast.Attribute):
        yield Edit(node, wrapped(node.func.value), "dtype")
    if "dtype" in keywords:
        yield Edit(node, call(kw={k: v for k, v in keywords.items() if k != "dtype"}), "dtype")
    elif name in ("zeros_like", "empty_like", "ones_like", "full_like"):
        yield Edit(node, call(kw={**keywords, "dtype": "float"}), "dtype")
    if name in _SINGLE and arguments:
        yield Edit(node, f"({arguments[0]})", "dtype")
    if len(arguments) > 1 and any(arguments[-1].endswith(single) for single in _SINGLE):
        yield Edit(node, call(args=arguments[:-1]), "dtype")


def _einsum(node: ast.Constant, written: str) -> Iterator[Edit]:
    """Yield the same product, summed over other axes, or with its axes in another order."""
    into, arrow, out = written.replace(" ", "").partition("->")
    letters = [c for c in dict.fromkeys(into) if c.isalpha()]
    if arrow and "." not in written and len(letters) <= MOST_LETTERS:
        for n in range(min(len(letters), len(out) + 1) + 1):
            for some in permutations(letters, n):
                other = "".join(some)
                if other != out:
                    kind = "wrong-transpose" if sorted(other) == sorted(out) else "wrong-axis"
                    yield Edit(node, repr(f"{into}->{other}"), kind)


def _order(node, name, arguments, call) -> Iterator[Edit]:
    if name in ("dot", "matmul") and len(arguments) == 2:
        a, b = arguments
        yield Edit(node, call(args=[b, a]), "wrong-order")
        for x, y in ((f"({a}).T", b), (a, f"({b}).T"), (f"({b}).T", a), (b, f"({a}).T")):
            yield Edit(node, call(args=[x, y]), "wrong-transpose")
    elif len(arguments) == 2:
        yield Edit(node, call(args=arguments[::-1]), "wrong-order")
    elif len(arguments) >= 3:
        a, b, c, *rest = arguments
        masked = name == "where"
        yield Edit(node, call(args=[a, c, b, *rest]), "wrong-mask" if masked else "wrong-order")
        yield Edit(node, call(args=[b, a, c, *rest]), "wrong-order")
        yield Edit(node, call(args=[c, b, a, *rest]), "wrong-order")
    if name == "transpose" and len(arguments) > 2:
        for i in range(len(arguments) - 1):
            swapped = [*arguments]
            swapped[i], swapped[i + 1] = swapped[i + 1], swapped[i]
            yield Edit(node, call(args=swapped), "wrong-transpose")

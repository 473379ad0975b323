"""Small changes to one line of a learner's code, each with the kind of slip that it would mend."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import permutations

from ..watching import COMPOUND

LOCAL, SCALED, ADDED = range(3)
"""Tiers, the likeliest first: signs, axes, orders and constants; a factor put in; a variable put in, or another one taken."""
_SWAPS = {
    "sum": ("mean",), "mean": ("sum",), "max": ("min", "sum"), "min": ("max",), "maximum": ("minimum",), "minimum": ("maximum",),
    "zeros_like": ("ones_like",), "ones_like": ("zeros_like",), "zeros": ("ones",), "ones": ("zeros",), "argmax": ("argmin",),
    "argmin": ("argmax",), "abs": ("sqrt", "exp", "log", "square"), "sqrt": ("square", "abs"), "log": ("log1p", "exp"),
    "exp": ("log", "expm1"), "sin": ("cos",), "cos": ("sin",), "prod": ("sum",), "floor": ("ceil",), "ceil": ("floor",),
    "add": ("subtract",), "subtract": ("add",), "multiply": ("divide",), "divide": ("multiply",), "var": ("std",),
    "std": ("var",),
    "any": ("all",), "all": ("any",), "tanh": ("exp",),
}  # fmt: skip
_SCALES = ({"sum", "mean"}, {"multiply", "divide"})
_SIGNS = ({"add", "subtract"},)
_MOVES = ("moveaxis", "swapaxes", "transpose", "expand_dims", "concatenate", "stack", "take_along_axis", "repeat")
_REDUCTIONS = ("sum", "mean", "max", "min", "prod", "argmax", "argmin", "var", "std", "cumsum", "any", "all")
_OPERATORS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.MatMult: "@", ast.Pow: "**", ast.FloorDiv: "//", ast.Mod: "%",
}  # fmt: skip
_COMPARISONS = {ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<=", ast.Eq: "==", ast.NotEq: "!="}
_OTHER = {"+": "-*", "-": "+", "*": "/+-", "/": "*", "@": "*", "**": "*", "//": "/", "%": "/"}
_AXES = (
    "0", "1", "-1", "None", "2", "3", "-2", "(0, 1)", "(0, 2)", "(1, 2)", "(1, 3)", "(2, 3)", "(3, 4)", "(0, 2, 3)", "(1, 2, 3)",
    "(2, 3, 4)", "(0, 1, 2)",
)  # fmt: skip
_SINGLE = ("float32", "float16", "int64", "int32", "int", "half", "single")
SMALL = 1e-2
MOST_SCALARS, MOST_ARRAYS, MOST_TERMS, MOST_LETTERS, MOST_ITEMS = 8, 12, 14, 3, 4


@dataclass(frozen=True)
class Edit:
    """Other text in the place of a part of one statement."""

    node: ast.AST
    text: str
    kind: str
    """What is wrong with the line as it is, if this mends it."""
    quantity: str = ""
    """What it is about, where that is not the variable which the line gives a value: "reg" where that was left out."""
    tier: int = LOCAL


@dataclass(frozen=True)
class Scope:
    """What is known where a statement stands."""

    definition: ast.FunctionDef
    shapes: Mapping[str, tuple[int, ...]]
    """The shapes of the function's arrays by name; () for numbers."""
    defaults: Mapping[str, object] = field(default_factory=dict)
    """What the parameters are by default, in the exercise."""
    position: int | None = None
    """Of what the exercise's function returns, which one is wrong."""


@dataclass(frozen=True)
class _Places:
    """Where a part of a statement stands, by the identity of its node."""

    counted: frozenset[int]
    """Inside of an index or a range."""
    indices: frozenset[int]
    """The whole of an index."""
    axes: frozenset[int]
    """What says over which axis something goes."""
    moved: frozenset[int]
    """Inside of what puts axes elsewhere."""
    compared: frozenset[int]
    """Inside of a comparison."""
    divided_by: frozenset[int]
    in_while: bool
    """Whether it is the condition of a loop."""

    def kind(self, node: ast.AST, otherwise: str) -> str:
        """Return the kind of slip that a wrong number or operator amounts to there."""
        if id(node) in self.indices:
            return "wrong-index"
        if id(node) in self.counted:
            return "off-by-one"
        if id(node) in self.moved:
            return "wrong-axis"
        return "wrong-mask" if id(node) in self.compared else otherwise


def applied(text: str, definition: ast.FunctionDef, edit: Edit) -> str:
    """Return the text of a function of a file, as it can stand alone, with one edit."""
    lines, node = _lines(text), edit.node
    assert isinstance(node, ast.expr | ast.stmt) and node.end_lineno is not None and node.end_col_offset is not None
    first, last = lines[node.lineno - 1].encode(), lines[node.end_lineno - 1].encode()
    middle = first[: node.col_offset].decode() + edit.text + last[node.end_col_offset :].decode()
    start = min([definition.lineno, *(d.lineno for d in definition.decorator_list)])
    body = [*lines[start - 1 : node.lineno - 1], middle, *lines[node.end_lineno : definition.end_lineno]]
    return "".join(body) if definition.col_offset == 0 else "".join(["if True:\n", *body])


@lru_cache(maxsize=8)
def _lines(text: str) -> list[str]:
    """Return the lines of a text as Python counts them: a form feed ends none."""
    return re.split(r"(?<=\n)", text)


def edits(statement: ast.stmt, scope: Scope) -> Iterator[Edit]:
    """Yield the changes of one statement (of one with a body, such as a loop, of its head)."""
    if isinstance(statement, ast.FunctionDef):
        yield from _defaults(statement, scope)
        return
    yield from _of_statement(statement, scope)
    parts: list[ast.AST] = [statement]
    if isinstance(statement, ast.Return) and isinstance(statement.value, ast.Tuple) and scope.position is not None:
        parts = list(statement.value.elts[scope.position : scope.position + 1]) or parts
    if isinstance(statement, COMPOUND):
        parts = [child for child in ast.iter_child_nodes(statement) if isinstance(child, ast.expr)]
    nodes = [n for part in parts for n in ast.walk(part)]
    called = {id(n.func) for n in nodes if isinstance(n, ast.Call)}
    inside = {id(n) for s in nodes if isinstance(s, ast.Subscript) for n in ast.walk(s.slice)}
    ranges = {id(n) for c in nodes if _named(c) in ("range", "arange") for n in ast.walk(c)}
    places = _Places(
        frozenset(inside | ranges),
        frozenset(id(s.slice) for s in nodes if isinstance(s, ast.Subscript)),
        frozenset(id(n) for a in _axis_arguments(nodes) for n in ast.walk(a)),
        frozenset(id(n) for c in nodes if _named(c) in _MOVES for n in ast.walk(c)),
        frozenset(id(n) for c in nodes if isinstance(c, ast.Compare) for n in ast.walk(c)) - ranges - inside,
        frozenset(id(n) for b in nodes if isinstance(b, ast.BinOp) and isinstance(b.op, ast.Div) for n in ast.walk(b.right)),
        isinstance(statement, ast.While),
    )
    for node in nodes:
        if id(node) not in places.axes:
            yield from _of_node(node, statement, places, scope)
    yield from _insertions(parts, nodes, called, inside, scope)


def _defaults(definition: ast.FunctionDef, scope: Scope) -> Iterator[Edit]:
    """Yield the exercise's own defaults of parameters, where the learner's are others."""
    by_position = definition.args.args[len(definition.args.args) - len(definition.args.defaults) :]
    pairs = [*zip(by_position, definition.args.defaults, strict=True)]
    pairs += [*zip(definition.args.kwonlyargs, definition.args.kw_defaults, strict=True)]
    for parameter, default in pairs:
        meant = scope.defaults.get(parameter.arg)
        if isinstance(default, ast.Constant) and type(meant) in (int, float, bool, type(None)) and default.value != meant:
            yield Edit(default, repr(meant), "wrong-eps" if "eps" in parameter.arg else "hard-coded", parameter.arg)


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
            if op != f"{_OPERATORS.get(type(statement.op), '')}=":
                yield Edit(statement, f"{target} {op} {value}", kind)
        yield Edit(statement, "pass", "extra-term")
        plain = _OPERATORS.get(type(statement.op))
        if plain and isinstance(statement.target, ast.Name):
            yield Edit(statement, f"{target} = {target} {plain} {_wrapped(statement.value)}", "mutates-input")
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and not isinstance(statement.targets[0], ast.Tuple):
        target, value = ast.unparse(statement.targets[0]), ast.unparse(statement.value)
        kind = "overwrites" if _in_loop(statement, target, scope.definition) else "missing-term"
        yield Edit(statement, f"{target} += {value}", kind)
        yield Edit(statement, f"{target} -= {value}", kind)
        if isinstance(statement.targets[0], ast.Subscript):
            base, index = ast.unparse(statement.targets[0].value), ast.unparse(statement.targets[0].slice)
            yield Edit(statement, f"np.add.at({base}, ({index}), {value})", "overwrites")
    if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add) and isinstance(statement.target, ast.Subscript):
        base, index = ast.unparse(statement.target.value), ast.unparse(statement.target.slice)
        yield Edit(statement, f"np.add.at({base}, ({index}), {ast.unparse(statement.value)})", "overwrites")
    if isinstance(statement, ast.For):
        yield Edit(statement.iter, f"reversed(list({ast.unparse(statement.iter)}))", "wrong-order", tier=SCALED)
    if isinstance(statement, ast.If | ast.While):
        test = statement.test
        kind = "wrong-mode" if isinstance(test, ast.Name | ast.UnaryOp | ast.Subscript | ast.Attribute) else "wrong-mask"
        yield Edit(test, f"not ({ast.unparse(test)})", kind, ast.unparse(test))


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


def _of_node(node: ast.AST, statement: ast.stmt, places: _Places, scope: Scope) -> Iterator[Edit]:
    if isinstance(node, ast.BinOp):
        yield from _operators(node, places, scope)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not | ast.Invert):
        kind = "wrong-sign" if isinstance(node.op, ast.USub) else "wrong-mask"
        yield Edit(node, _wrapped(node.operand), kind if id(node) not in places.counted else "wrong-index")
    elif isinstance(node, ast.Call):
        yield from _calls(node, scope)
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield Edit(node, _wrapped(node.value), "wrong-transpose")
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        left, right = ast.unparse(node.left), ast.unparse(node.comparators[0])
        for kind, symbol in _COMPARISONS.items():
            if not isinstance(node.ops[0], kind):
                yield Edit(node, f"({left} {symbol} {right})", "off-by-one" if places.in_while else "wrong-mask")
    elif isinstance(node, ast.IfExp):
        test, yes, no = (_wrapped(n) for n in (node.test, node.body, node.orelse))
        yield Edit(node, f"({no} if {test} else {yes})", "wrong-mode", ast.unparse(node.test))
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield from _constants(node, places)
        parameters = [a.arg for a in [*scope.definition.args.args, *scope.definition.args.kwonlyargs]]
        for name in parameters if isinstance(node.value, float) and node.value not in (0.0, 1.0, 2.0, 0.5) else ():
            if scope.shapes.get(name) == ():
                yield Edit(node, name, "wrong-eps" if "eps" in name else "hard-coded", name)
        if id(node) in places.indices:
            counts = [n for n, shape in scope.shapes.items() if shape == () and n.isidentifier()][:MOST_SCALARS]
            yield from (Edit(node, name, "wrong-index", name) for name in counts)
    elif isinstance(node, ast.Constant) and type(node.value) is bool:
        yield Edit(node, repr(not node.value), "wrong-mode")
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        if isinstance(node.slice, ast.Tuple) and len(node.slice.elts) == 2:
            a, b = map(ast.unparse, node.slice.elts)
            yield Edit(node, f"{ast.unparse(node.value)}[{b}, {a}]", "wrong-index")
        if isinstance(node.slice, ast.Slice):
            yield Edit(node, _wrapped(node.value), "wrong-index")
    elif (
        isinstance(node, ast.Tuple)
        and isinstance(node.ctx, ast.Load)
        and len(node.elts) == 2
        and not isinstance(statement, ast.Return)
    ):
        a, b = map(ast.unparse, node.elts)
        yield Edit(node, f"({b}, {a})" if id(node) not in places.counted else f"{b}, {a}", "wrong-order")


def _constants(node: ast.Constant, places: _Places) -> Iterator[Edit]:
    v = node.value
    assert isinstance(v, int | float)
    small = type(v) is float and 0 < v < SMALL
    others: list[int | float] = [v - 1, v + 1, -v, 2 * v, v / 2, 0, 1, 2, v - 2]
    for other in dict.fromkeys(others):
        if other == v:
            continue
        other = int(other) if type(v) is int and other == int(other) else other
        kind = "wrong-eps" if small else places.kind(node, "wrong-sign" if other == -v else "wrong-scale")
        yield Edit(node, f"({other!r})" if other < 0 else repr(other), kind)


def _small(node: ast.expr) -> bool:
    """Return whether an expression is a small number that is added to be on the safe side."""
    named = isinstance(node, ast.Name) and "eps" in node.id
    return named or (isinstance(node, ast.Constant) and isinstance(node.value, float) and 0 < node.value < SMALL)


def _operators(node: ast.BinOp, places: _Places, scope: Scope) -> Iterator[Edit]:
    left, right = _wrapped(node.left), _wrapped(node.right)
    op = _OPERATORS.get(type(node.op), "")
    for other in _OTHER.get(op, ""):
        pair = {op, other}
        kind = "wrong-sign" if pair == {"+", "-"} else "wrong-scale" if pair <= {"*", "/", "//"} else "wrong-formula"
        if op == "//":
            kind = "dtype"
        yield Edit(node, f"({left} {other} {right})", places.kind(node, kind))
    for kept, kept_node, other in ((left, node.left, node.right), (right, node.right, node.left)):
        if kept is right and isinstance(node.op, ast.Pow):
            continue
        named = other.id if isinstance(other, ast.Name) else ""
        number = isinstance(other, ast.Constant) or scope.shapes.get(named) == ()
        kind = "wrong-scale" if isinstance(node.op, ast.Mult | ast.Div) and number else "extra-term"
        if isinstance(other, ast.Constant) and other.value == 1 and isinstance(node.op, ast.Add | ast.Sub):
            given = {a.arg for a in [*scope.definition.args.args, *scope.definition.args.kwonlyargs]}
            counted = isinstance(kept_node, ast.Name) and kept_node.id in given  # a number of steps, say
            kind = "wrong-scale" if id(node) in places.divided_by and not counted else "off-by-one"
        if isinstance(node.op, ast.Pow):
            kind = "wrong-formula"
        kind = "wrong-eps" if _small(other) else places.kind(node, kind)
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
            i = _OPERATORS.get(type(inner.op), "")
            a, b, c = _wrapped(inner.left), _wrapped(inner.right), _wrapped(outer)
            kind = "wrong-eps" if "eps" in f"{a}{b}{c}" else "wrong-formula"
            if inner is node.left:
                yield Edit(node, f"({a} {i} ({b} {op} {c}))", kind)
            else:
                yield Edit(node, f"(({c} {op} {a}) {i} {b})", kind)
    for inner, outer, first in ((node.left, node.right, True), (node.right, node.left, False)):
        name = _named(inner)
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
    name, head = _named(node), ast.unparse(node.func)
    arguments = [ast.unparse(a) for a in node.args]
    keywords = {k.arg: ast.unparse(k.value) for k in node.keywords if k.arg}

    def call(function: str = head, args: Sequence[str] = arguments, kw: Mapping[str, str] = keywords) -> str:
        return f"{function}({', '.join([*args, *(f'{k}={v}' for k, v in kw.items())])})"

    for other in _SWAPS.get(name, ()):
        kind = "wrong-scale" if {name, other} in _SCALES else "wrong-sign" if {name, other} in _SIGNS else "wrong-formula"
        yield Edit(node, call(head[: len(head) - len(name)] + other), kind)
    inner = node.args[0] if node.args else None
    if name in ("sqrt", "exp", "log") and isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Add | ast.Sub):
        a, b, op = ast.unparse(inner.left), _wrapped(inner.right), _OPERATORS[type(inner.op)]
        yield Edit(node, f"({head}({a}) {op} {b})", "wrong-eps" if _small(inner.right) else "wrong-formula")
    if name == "len" and len(arguments) == 1:
        yield from (Edit(node, f"{_wrapped(node.args[0])}.shape[{axis}]", "wrong-index") for axis in ("1", "-1"))
    yield from _axes(node, name, head, arguments, keywords, call, scope)
    yield from _cast(node, name, arguments, keywords, call)
    if name == "einsum" and node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
        yield from _einsum(node.args[0], node.args[0].value)
    yield from _order(node, name, arguments, call)
    if len(arguments) == 1 and name not in ("len", "range", "int", "float", "zip", "enumerate", "astype") and not keywords:
        yield Edit(node, f"({arguments[0]})", "wrong-formula")
    if isinstance(node.func, ast.Attribute) and name in ("reshape", "transpose", "squeeze", "copy", "ravel", "clip"):
        kind = {"transpose": "wrong-transpose", "clip": "wrong-formula"}.get(name, "wrong-shape")
        yield Edit(node, _wrapped(node.func.value), kind)
    if name in ("maximum", "minimum", "clip", "where") and arguments:
        yield Edit(node, f"({arguments[-1] if name == 'where' else arguments[0]})", "wrong-mask")


def _axes(node, name, head, arguments, keywords, call, scope: Scope) -> Iterator[Edit]:
    if name not in _REDUCTIONS and "axis" not in keywords:
        return
    position = 1 if head.startswith(("np.", "numpy.")) else 0
    targets = [n.target for n in ast.walk(scope.definition) if isinstance(n, ast.For)]
    counted = [n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)]
    for axis in (*_AXES, *dict.fromkeys(counted)):
        if "axis" not in keywords and len(arguments) > position:
            if arguments[position] != axis:
                yield Edit(node, call(args=[*arguments[:position], axis, *arguments[position + 1 :]]), "wrong-axis")
        elif keywords.get("axis") != axis:
            yield Edit(node, call(kw={**keywords, "axis": axis}), "wrong-axis")
    if "keepdims" in keywords:
        yield Edit(node, call(kw={k: v for k, v in keywords.items() if k != "keepdims"}), "wrong-shape")
    elif name in _REDUCTIONS:
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
        yield Edit(node, _wrapped(node.func.value), "dtype")
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


def _insertions(parts, nodes, called, inside, scope: Scope) -> Iterator[Edit]:
    """Yield what puts back something left out: a sign, a factor, a term, a power, a transpose; or another variable."""
    own = [a.arg for a in [*scope.definition.args.args, *scope.definition.args.kwonlyargs] if a.arg != "self"]
    read = {n.id for n in ast.walk(scope.definition) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    late = sorted(reversed([*scope.shapes]), key=lambda name: name in read)  # those first that are used nowhere
    named = [n for n in dict.fromkeys([*own, *late]) if n.isidentifier()]
    items = list(dict.fromkeys(ast.unparse(n) for n in _items(scope.definition)))
    numbers = [n for n in items if scope.shapes.get(n) == ()]
    scalars = [n for n in named if scope.shapes.get(n, ()) == ()][:MOST_SCALARS] + numbers[:MOST_ITEMS]
    arrays = [n for n in dict.fromkeys([*late, *own]) if n.isidentifier() and scope.shapes.get(n, ()) != ()][:MOST_ARRAYS]
    arrays += [n for n in items if n not in numbers][:MOST_ITEMS]
    terms = [n for n in _terms(parts) if id(n) not in called and id(n) not in inside][:MOST_TERMS]
    for node in nodes:  # an index or a size that is another
        if (
            isinstance(node, ast.Name)
            and isinstance(node.ctx, ast.Load)
            and id(node) not in called
            and node.id not in ("np", "self")
        ):
            for v in named:
                if v != node.id and scope.shapes.get(v, ()) == scope.shapes.get(node.id, ()):
                    other = id(node) in inside or scope.shapes.get(node.id) == ()
                    kind = "wrong-index" if other else "wrong-formula"
                    yield Edit(node, v, kind, v if v in own else "", SCALED if other else ADDED)
    for term in terms:
        text = _wrapped(term)
        yield Edit(term, f"(-{text})", "wrong-sign", tier=SCALED)
        for v in ("2", *scalars):
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
        yield Edit(term, f"(1 - {text})", "wrong-formula", tier=SCALED)
        yield Edit(term, f"np.exp({text})", "wrong-formula", tier=SCALED)
        yield Edit(term, f"np.sqrt({text})", "wrong-formula", tier=SCALED)
        yield Edit(term, f"np.log({text})", "wrong-formula", tier=SCALED)
        yield Edit(term, f"np.abs({text})", "wrong-formula", tier=SCALED)
        yield Edit(term, f"np.maximum({text}, 0)", "wrong-mask", tier=SCALED)
    for node in nodes:  # another item of the same thing, or an index in the place of a number
        if isinstance(node, ast.Subscript) and (own_text := ast.unparse(node)) in items:
            for other in items:
                if other != own_text and other.partition("[")[0] == own_text.partition("[")[0]:
                    yield Edit(node, other, "wrong-index", tier=SCALED)
        elif isinstance(node, ast.Constant | ast.UnaryOp) and id(node) in inside and _is_number(node):
            for v in own:
                if len(scope.shapes.get(v, ())) == 1:
                    yield Edit(node, v, "wrong-index", v, SCALED)
                    for w in scalars:
                        yield Edit(node, f"{v}[{w}]", "wrong-index", v, SCALED)
    for term in terms:
        text = _wrapped(term)
        for v in arrays:
            for op, kind in (("*", "missing-term"), ("+", "missing-term"), ("-", "missing-term"), ("/", "missing-term")):
                yield Edit(term, f"({text} {op} {v})", kind, v, ADDED)
        for v in arrays:
            yield Edit(term, f"({text} * ({v} > 0))", "missing-term", v, ADDED)
            for small in (name for name in scalars if "eps" in name):
                yield Edit(term, f"({text} / (np.sqrt({v}) + {small}))", "missing-term", v, ADDED)
        for v in scalars:
            for op in "+-":
                yield Edit(term, f"({text} {op} {v})", "wrong-eps" if "eps" in v else "missing-term", v, ADDED)
        for s in scalars:
            for v in arrays:
                for factor in ("", "2 * "):
                    yield Edit(term, f"({text} + {factor}{s} * {v})", "missing-term", s if s in own else v, ADDED)
                for factor in ("", "0.5 * "):
                    yield Edit(term, f"({text} + {factor}{s} * ({v} ** 2).sum())", "missing-term", s if s in own else v, ADDED)


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


def _terms(parts) -> Iterator[ast.expr]:
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
                if isinstance(node.func, ast.Attribute) and not _is_numpy(node.func.value):
                    found[id(node.func.value)] = node.func.value
    yield from found.values()


def _is_numpy(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("np", "numpy")


def _axis_arguments(nodes: Sequence[ast.AST]) -> Iterator[ast.expr]:
    """Yield what says over which axis a reduction goes: axis=1, np.sum(x, 1), x.sum(1)."""
    for node in nodes:
        if isinstance(node, ast.Call):
            yield from (k.value for k in node.keywords if k.arg == "axis")
            if _named(node) in _REDUCTIONS and isinstance(node.func, ast.Attribute):
                yield from node.args[1 if _is_numpy(node.func.value) else 0 :][:1]


def _named(node: ast.AST) -> str:
    """Return the last name of what is called: "sum" of np.sum(x) and x.sum()."""
    function = node.func if isinstance(node, ast.Call) else None
    return function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""


def _wrapped(node: ast.expr) -> str:
    text = ast.unparse(node)
    return text if isinstance(node, ast.Name | ast.Call | ast.Attribute | ast.Subscript) else f"({text})"

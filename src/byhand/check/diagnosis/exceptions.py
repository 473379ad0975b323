"""An exception in the learner's code, told with their variables, the shapes, and the axis that disagrees."""

from __future__ import annotations

import ast
from typing import Any

from byhand.spec import Finding, syntax

_OPERATORS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.MatMult: "@", ast.Pow: "**",
    ast.Gt: ">", ast.Lt: "<", ast.GtE: ">=", ast.LtE: "<=",
}  # fmt: skip

_REMOVED = (
    "float",
    "int",
    "bool",
    "object",
    "str",
    "complex",
    "product",
    "cumproduct",
    "alltrue",
    "sometrue",
    "in1d",
    "trapz",
    "row_stack",
)


def explain(name: str, error: dict[str, Any], *, during: str = "") -> Finding:
    """Return the finding for an exception, as the worker described it."""
    kind, message, shapes = error["type"], error["message"], error["shapes"]
    where = during.capitalize() if " " in during else f"`{during or name}`"
    title = f"{where} stopped with {kind}: {message}" if message else f"{where} stopped with {kind}."
    detail, question = "", "What are the values on that line when it runs? `--pdb` stops there."
    if kind == "ValueError" and ("broadcast" in message or "matmul" in message or "dimension" in message or "align" in message):
        detail = _shapes_in(error)
        question = "Which axis of which array is not as you meant it?"
    elif kind == "IndexError":
        detail = _shapes_in(error)
        question = "How long is the axis that is indexed, and where does the index come from?"
    elif kind in ("SyntaxError", "IndentationError", "TabError"):
        title = f"The file is not Python yet: {message.rstrip('.?')}."
        question = "What is open on that line or the one above: a bracket, a quote, a colon?"
    elif kind in ("NameError", "UnboundLocalError"):
        question = "Where was this name meant to be set, and is that line reached?"
    elif kind == "TypeError" and "NoneType" in message:
        question = "Which function returns nothing on this path?"
    elif kind == "AttributeError" and "numpy" in message and any(f"'{n}'" in message for n in _REMOVED):
        question = "What is this called in NumPy 2?"
        detail = "This name was removed from NumPy; float, int and bool are Python's own, and most others have a plain successor."
    elif kind == "NotImplementedError":
        title = f"{where} is not finished: it reaches a `raise NotImplementedError`."
        question = "Which branch is still to be written?"
    elif kind in ("SystemExit", "KeyboardInterrupt"):
        title = f"{where} ended the program ({kind}) instead of returning."
        question = "Why does the function exit? Return its results instead."
    elif kind == "RecursionError":
        question = "What ends the recursion?"
    if error["text"]:
        detail = (detail + "\n" if detail else "") + f"line {error['line']}: {error['text']}"
    elif not detail and shapes:
        detail = _listed(shapes)
    return Finding(
        code="exception",
        title=title if title.endswith((".", "?", "!")) else title + ".",
        question=question,
        detail=detail,
        kind="exception",
        quantity=during or name,
        line=error["line"],
        confidence="certain",
    )


def _shapes_in(error: dict[str, Any]) -> str:
    """Name the arrays of the failing expression with their shapes, and the axis on which they disagree."""
    shapes = {name: tuple(shape) for name, shape in error["shapes"].items()}
    expression = _expression(error)
    if expression is not None:
        for node in ast.walk(expression):
            if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
                left, right = _known(node.left, shapes), _known(node.right, shapes)
                if left and right:
                    return _disagreement(left, _OPERATORS[type(node.op)], right)
        names = {n.id for n in ast.walk(expression) if isinstance(n, ast.Name)} & shapes.keys()
        shapes = {n: s for n, s in shapes.items() if n in names} or shapes
    return _listed(shapes)


def _expression(error) -> ast.AST | None:
    text = error["text"].rstrip(":")
    for candidate in (text, text.removeprefix("return "), text.removeprefix("if ")):
        try:
            return syntax.parse(candidate.strip())
        except SyntaxError:
            continue
    return None


def _known(node, shapes) -> tuple[str, tuple[int, ...]] | None:
    """Return (text, shape) of an operand that is a variable, or the transpose of one."""
    if isinstance(node, ast.Name) and node.id in shapes:
        return node.id, shapes[node.id]
    if isinstance(node, ast.Attribute) and node.attr == "T" and isinstance(node.value, ast.Name) and node.value.id in shapes:
        return f"{node.value.id}.T", shapes[node.value.id][::-1]
    return None


def _disagreement(left, operator: str, right) -> str:
    (a, s), (b, t) = left, right
    text = f"{a} has shape {s}, {b} has shape {t}"
    if operator == "@":
        if s and t and s[-1] != t[-2 if len(t) > 1 else 0]:
            which, inner = ("first", t[0]) if len(t) <= 2 else ("second to last", t[-2])
            text += f": the last axis of {a} ({s[-1]}) and the {which} axis of {b} ({inner}) must be equal"
        return text
    for back in range(1, min(len(s), len(t)) + 1):
        if s[-back] != t[-back] and 1 not in (s[-back], t[-back]):
            return text + f": counted from the last, axis {back} is {s[-back]} in {a} and {t[-back]} in {b}"
    return text


def _listed(shapes) -> str:
    return ", ".join(f"{name} has shape {tuple(shape)}" for name, shape in list(shapes.items())[:6])

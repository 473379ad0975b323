"""An exception in the learner's code, told with their variables, the shapes, and the axis that disagrees."""

from __future__ import annotations

import ast
import re
from typing import Any

from byhand.spec import Finding

from ..learner import Source
from . import shapes, words

_SHAPES = ("broadcast", "matmul", "dimension", "align", "reshape", "unpack", "out of bounds", "input array", "operand", "axis")
"""Words of NumPy's messages about shapes that do not fit."""
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


def explain(name: str, error: dict[str, Any], source: Source | None = None, *, during: str = "") -> Finding:
    """Return the finding for an exception, as the worker described it; the source is that of the learner's file."""
    kind, message = (
        error["type"],
        error["message"].removeprefix(f"{error['type']}: ").rstrip(" ."),
    )  # once more, if it comes from a part of ours
    where = during.capitalize() if " " in during else f"`{during or name}`"
    title = f"{where} stopped with {kind}: {message}" if message else f"{where} stopped with {kind}."
    detail, question = "", words.question("exception", name)
    if kind in ("ValueError", "AxisError") and any(word in message for word in _SHAPES):
        detail = _shapes_in(error, source)
        question = "Which axis of which array is not as you meant it?"
    elif kind == "IndexError":
        detail = _shapes_in(error, source)
        question = "How long is the axis that is indexed, and where does the index come from?"
    elif kind in ("SyntaxError", "IndentationError", "TabError"):
        title = f"The file is not Python yet: {message.rstrip('.?')}."
        question = "What is open on that line or the one above: a bracket, a quote, a colon?"
    elif kind in ("NameError", "UnboundLocalError"):
        question = "Where was this name meant to be set, and is that line reached?"
    elif "Cannot cast ufunc" in message:
        question = "Which array holds whole numbers: is it made with dtype=int, or like the labels?"
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
    elif kind == "ZeroDivisionError":
        detail = _numbers_in(error, source)
        question = "What is divided by on that line, and when is that zero?"
    elif kind == "RecursionError":
        question = "What ends the recursion?"
    if not error["text"] and not detail and error["shapes"]:
        detail = _listed({name: tuple(shape) for name, shape in error["shapes"].items()})
    named = re.search(r"(?:name|variable) '(\w+)'", message) if kind in ("NameError", "UnboundLocalError") else None
    return Finding(
        code="exception",
        title=title if title.endswith((".", "?", "!")) else title + ".",
        question=question,
        detail=detail,
        kind="exception",
        quantity=named[1] if named else during or name,
        line=error["line"],
        confidence="certain",
    )


def _shapes_in(error: dict[str, Any], source: Source | None) -> str:
    """Say which two things of the failing statement do not fit; where that cannot be told, the shapes of all in it."""
    arrays = {name: tuple(shape) for name, shape in error["shapes"].items()}
    statement = source.statement(error["line"]) if source is not None and error["line"] is not None else None
    if statement is None:
        return _listed(arrays)
    told = shapes.explain(statement, arrays, error["numbers"])
    if told is not None:
        return told
    names = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name)} & arrays.keys()
    return _listed({n: s for n, s in arrays.items() if n in names} or arrays)


def _numbers_in(error: dict[str, Any], source: Source | None) -> str:
    """Say what the whole numbers on the failing line are."""
    statement = source.statement(error["line"]) if source is not None and error["line"] is not None else None
    names = [n.id for n in ast.walk(statement) if isinstance(n, ast.Name)] if statement is not None else []
    return ", ".join(f"{name} is {error['numbers'][name]}" for name in dict.fromkeys(names) if name in error["numbers"])


def _listed(arrays: dict[str, tuple[int, ...]]) -> str:
    return ", ".join(f"{name} has shape {shape}" for name, shape in list(arrays.items())[:6])

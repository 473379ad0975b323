"""Parts of a learner's functions, and their texts with a change in them."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Part:
    """A statement of a function in a learner's file, or an expression in it: other texts can be tried in its place."""

    function: str
    """"f", or "Class.f" for a method."""
    before: str
    """The text of the function up to it; so that it can stand alone, a method's begins with `if True:`."""
    behind: str
    statement: bool


def part(text: str, function: str, definition: ast.FunctionDef, node: ast.stmt | ast.expr, until: ast.stmt | None = None) -> Part:
    """Return the part of a file's function that a node of its syntax tree is; `until`: with the statements up to that one."""
    start = min([definition.lineno, *(d.lineno for d in definition.decorator_list)])
    line, column, *_ = _span(node)
    *_, last, end = _span(until or node)
    before = _between(text, start, 0, line, column)
    behind = _between(text, last, end, definition.end_lineno or last, None)
    return Part(function, f"if True:\n{before}" if definition.col_offset else before, behind, isinstance(node, ast.stmt))


def changed(text: str, whole: ast.stmt | ast.expr, node: ast.stmt | ast.expr, other: str) -> str:
    """Return the text of a part of a file, with another text in the place of a node in it."""
    first, column, last, end = _span(whole)
    line, begin, end_line, stop = _span(node)
    return _between(text, first, column, line, begin) + other + _between(text, end_line, stop, last, end)


def _span(node: ast.stmt | ast.expr) -> tuple[int, int, int, int]:
    assert node.end_lineno is not None and node.end_col_offset is not None
    return node.lineno, node.col_offset, node.end_lineno, node.end_col_offset


def _between(text: str, line: int, column: int, last: int, end: int | None) -> str:
    """Return what stands between two places of a text, or up to the end of a line; columns count bytes, as syntax trees do."""
    lines = [one.encode() for one in _lines(text)[line - 1 : last]]
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][column:]
    return b"".join(lines).decode()


@lru_cache(maxsize=8)
def _lines(text: str) -> list[str]:
    """Return the lines of a text as Python counts them: a form feed ends none."""
    return re.split(r"(?<=\n)", text)

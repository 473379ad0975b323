"""Reading Python without running it."""

from __future__ import annotations

import ast
import threading

_LOCK = threading.Lock()


def parse(source: str) -> ast.Module:
    """Return the syntax tree of a source text, from any thread.

    CPython 3.11 up to 3.11.8 raises SystemError where two threads parse at once ("recursion depth mismatch"), and the lab
    checks and draws pages in several.

    Raises:
        SyntaxError: it is not Python.
        ValueError: it holds a null byte.
    """
    with _LOCK:
        return ast.parse(source)


def is_stub(definition: ast.FunctionDef) -> bool:
    """Return whether a function has nothing in it yet: `raise NotImplementedError`, `pass` or `...` after the docstring."""
    body = definition.body
    if ast.get_docstring(definition) is not None:
        body = body[1:]
    for statement in body:
        if isinstance(statement, ast.Pass):
            continue
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and statement.value.value is Ellipsis:
            continue
        if isinstance(statement, ast.Raise) and statement.exc is not None:
            raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
            if isinstance(raised, ast.Name) and raised.id == "NotImplementedError":
                continue
        return False
    return True

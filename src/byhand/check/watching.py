"""Which lines belong to which statement, and which variables each statement may give a value: what a recorder has to know."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from .lines import root

Watched = Mapping[int, tuple[int, tuple[str, ...], bool]]
"""For each line the first of its statement, the variables that the statement may give a value, and whether it surely does."""
COMPOUND = (ast.For, ast.While, ast.If, ast.With, ast.Try, ast.FunctionDef, ast.ClassDef)
"""Statements that have others inside."""


def watched(tree: ast.AST) -> Watched:
    """Return what to watch for on every line of a file."""
    found: dict[int, tuple[int, tuple[str, ...], bool]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            last = node.end_lineno or node.lineno
            if isinstance(node, COMPOUND) and getattr(node, "body", None):
                last = max(node.lineno, node.body[0].lineno - 1)
            given, surely = names(node), not isinstance(node, ast.Expr)
            for line in range(node.lineno, last + 1):
                before = found.get(line)
                if before is None or before[0] < node.lineno:
                    found[line] = (node.lineno, given, surely)
                elif before[0] == node.lineno:  # two statements on one line
                    found[line] = (node.lineno, tuple(dict.fromkeys(before[1] + given)), before[2] and surely)
    return found


def stored(tree: ast.AST) -> frozenset[str]:
    """Return the names that are given a value somewhere in a file, parameters too."""
    nodes = list(ast.walk(tree))
    given = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return frozenset(given | {n.arg for n in nodes if isinstance(n, ast.arg)})


def names(statement: ast.stmt) -> tuple[str, ...]:
    """Return the variables to which a statement may give a value."""
    return tuple(dict.fromkeys(_given(statement)))


def _given(node: ast.stmt) -> Iterator[str]:
    """Yield the variables to which a statement may give a value, the arguments of calls that stand alone among them."""
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.For):
        targets = [node.target]
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        called = node.value
        targets = [*called.args[:3], *(k.value for k in called.keywords)]
        targets += [called.func.value] if isinstance(called.func, ast.Attribute) else []
    else:
        return
    for target in targets:
        for part in ast.walk(target) if isinstance(target, ast.Tuple | ast.List) else [target]:
            name = root(part)
            if name is not None and name not in ("np", "numpy"):
                yield name

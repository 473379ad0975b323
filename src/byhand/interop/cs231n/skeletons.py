"""Telling a function as it was handed out from one that somebody has begun."""

from __future__ import annotations

import ast
from collections.abc import Iterable

_HARMLESS = frozenset({
    "zeros", "zeros_like", "empty", "range", "len", "get", "setdefault", "pop", "astype", "seed", "items", "keys", "ones",
    "ValueError", "NotImplementedError", "copy", "print", "list", "dict", "append", "xrange",
})  # fmt: skip
"""What skeletons call."""


def untouched(definition: ast.FunctionDef) -> bool:
    """Return whether nothing is computed: what is there makes room, reads options, and returns.

    Where code belongs, a skeleton has a `pass`, or a name that is None and stays so.
    """
    body = definition.body[1:] if ast.get_docstring(definition) is not None else definition.body
    passes = any(isinstance(node, ast.Pass) for node in ast.walk(definition))
    return (passes or _stays_none(definition)) and not any(_computes(n) for statement in body for n in ast.walk(statement))


def _stays_none(definition: ast.FunctionDef) -> bool:
    """Return whether some variable is given None and nothing else."""
    none, other = set(), set()
    for node in (n for n in ast.walk(definition) if isinstance(n, ast.Assign)):
        for target in node.targets:
            pairs: Iterable[tuple[ast.expr, ast.expr]] = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = zip(target.elts, node.value.elts, strict=False)
            for name, value in pairs:
                is_none = isinstance(value, ast.Constant) and value.value is None
                (none if is_none else other).add(ast.unparse(name))
    return bool(none - other)


def _computes(node: ast.AST) -> bool:
    if isinstance(node, ast.BinOp):
        text = isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)
        return not text  # a message with something filled in
    if isinstance(node, ast.AugAssign | ast.ListComp | ast.GeneratorExp | ast.Lambda | ast.IfExp):
        return True
    if isinstance(node, ast.Call):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return called not in _HARMLESS
    if isinstance(node, ast.Subscript):  # x[mask] = ...
        return isinstance(node.ctx, ast.Store) and isinstance(node.slice, ast.Compare | ast.Tuple)
    return False

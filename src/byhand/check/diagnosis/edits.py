"""The small changes to one line of a learner's code that are tried, each with the kind of slip that it would mend."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from . import insertions, slips
from .edit import LOCAL, SCALED, Edit, apart
from .scope import Scope


def edits(statement: ast.stmt, scope: Scope, tier: int) -> Iterator[Edit]:
    """Yield the changes of one statement (of one with a body, such as a loop, of its head) that belong to a tier."""
    if isinstance(statement, ast.FunctionDef):
        yield from _defaults(statement, scope) if tier == LOCAL else ()
        return
    at = apart(statement, scope)
    if tier == LOCAL:
        yield from slips.local(at, scope)
    elif tier == SCALED:
        yield from insertions.scaled(at, scope)
    else:
        yield from insertions.added(at, scope)


def _defaults(definition: ast.FunctionDef, scope: Scope) -> Iterator[Edit]:
    """Yield the exercise's own defaults of parameters, where the learner's are others."""
    by_position = definition.args.args[len(definition.args.args) - len(definition.args.defaults) :]
    pairs = [*zip(by_position, definition.args.defaults, strict=True)]
    pairs += [*zip(definition.args.kwonlyargs, definition.args.kw_defaults, strict=True)]
    for parameter, default in pairs:
        meant = scope.defaults.get(parameter.arg)
        if isinstance(default, ast.Constant) and type(meant) in (int, float, bool, type(None)) and default.value != meant:
            yield Edit(default, repr(meant), "wrong-eps" if "eps" in parameter.arg else "hard-coded", parameter.arg)

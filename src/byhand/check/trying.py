"""Compiling a function with other texts in the place of one of its parts: many of them at once, for the function may be long.

Used in the worker on the learner's code; imports nothing.
"""

from __future__ import annotations

CHOSEN = "_byhand_chosen"
"""The variable of the learner's module that says by its number which of the texts is meant."""


def compiled(before, behind, statement, texts, file):
    """Return for each text a code object that does what it says where CHOSEN is its number, or None where it is no Python.

    The texts stand between `before` and `behind`, each a statement or an expression.
    """
    indent = before.rpartition("\n")[2]
    together = not statement or not (indent + behind.partition("\n")[0].partition("#")[0]).strip()
    choice = (lambda some: _statement(some, indent)) if statement else _expression
    return list(_codes(list(enumerate(texts)), choice, before, behind, file, together)) if texts else []


def _codes(some, choice, before, behind, file, together):
    """Yield the code object of each numbered text; where one of them is no Python, the others do without it."""
    if together or len(some) == 1:
        try:
            code = compile(before + choice(some) + behind, file, "exec")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            code = None
        if code is not None or len(some) == 1:
            yield from [code] * len(some)
            return
    half = len(some) // 2
    for part in (some[:half], some[half:]):
        yield from _codes(part, choice, before, behind, file, together)


def _statement(some, indent):
    """Return the text of a statement that does what the chosen one of numbered texts says."""
    if len(some) == 1:
        return some[0][1]
    half, deeper = len(some) // 2, f"{indent} "
    first, second = _statement(some[:half], deeper), _statement(some[half:], deeper)
    return f"if {CHOSEN} < {some[half][0]}:\n{deeper}{first}\n{indent}else:\n{deeper}{second}"


def _expression(some):
    """Return the text of an expression that has the value of the chosen one of numbered texts."""
    if len(some) == 1:
        return f"({some[0][1]})"
    half = len(some) // 2
    return f"({_expression(some[:half])} if {CHOSEN} < {some[half][0]} else {_expression(some[half:])})"

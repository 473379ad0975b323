"""What most names of the dialect have in common: the arguments in their order, and the results as they come."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from byhand.spec import Answer, Arguments, Call, Definition, Entry, Made, Spelling


def in_order(*names: str, on: Callable[[Arguments], Made] | None = None):
    """Return calls that pass the arguments of these names, in this order."""

    def calls(a: Arguments, d: Definition) -> list[Call]:
        return [Call([a[name] for name in names], on=on(a) if on else None)]

    return calls


def as_they_come(a: Arguments, answers) -> object:
    """Return the first answer's value."""
    return answers[0].value


def as_classes(a: Arguments, answers: Sequence[Answer]):
    """Return predicted classes as whole numbers: the skeletons collect them in an array of doubles."""
    value = answers[0].value
    if isinstance(value, list):
        value = np.array(value)
    whole = isinstance(value, np.ndarray) and value.dtype.kind == "f" and np.array_equal(value, np.round(value))
    return value.astype(int) if whole else value


def plain(name: str, exercise: str, *arguments: str, **options) -> Entry:
    """Return an entry that takes our arguments in an order of its own and returns what ours does."""
    return Entry(name, exercise, (Spelling(in_order(*arguments), as_they_come),), **options)

"""What the cases that fail have in common, in words: an argument's value, a size, repeated numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from byhand.arrays import leaves

from .context import Context, Trial


def shared(context: Context) -> str:
    """Return what holds in every case that fails and in no other, as in "`train` is False"; "" where nothing known does."""
    failing = [t for t in context.trials if not t.passed]
    passing = [t for t in context.trials if t.passed]
    if not failing or not passing:
        return ""
    common = set.intersection(*(set(_facts(t)) for t in failing))
    for trial in passing:
        common -= set(_facts(trial))
    return min(common, key=lambda fact: (fact.rank, fact.words)).words if common else ""


class _Fact(tuple):
    """(rank, words): the lower the rank, the likelier it is what matters."""

    __slots__ = ()

    @property
    def rank(self) -> int:
        return self[0]

    @property
    def words(self) -> str:
        return self[1]


def _facts(trial: Trial) -> Iterator[_Fact]:
    """Yield what can be said of a case."""
    for path, value in leaves(trial.problem.arguments):
        name, *rest = path.split("/")
        told = f"`{name}" + "".join(f"[{key}]" if key.isdigit() else f"[{key!r}]" for key in rest) + "`"
        yield from (_Fact(fact) for fact in _of_value(told, value))
    for name, size in trial.problem.sizes.items():
        if size == 1:
            yield _Fact((3, f"{name.upper()} is 1"))


def _of_value(name: str, value: Any) -> Iterator[tuple[int, str]]:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        yield 0, f"{name} is {value!r}" if isinstance(value, str) else f"{name} is {value}"
    elif isinstance(value, int | float):
        if value == 0:
            yield 1, f"{name} is 0"
        else:
            yield 1, f"{name} is not 0"
        if value != 1:
            yield 2, f"{name} is not 1"
        if isinstance(value, int) and value > 1:
            yield 1, f"{name} is more than 1"
    elif isinstance(value, np.ndarray) and value.size and value.dtype.kind in "iu":
        if len(np.unique(value)) < value.size:
            yield 2, f"a number is repeated in {name}"
    elif isinstance(value, np.ndarray) and value.size and value.dtype.kind == "f":
        with np.errstate(all="ignore"):
            if np.max(np.abs(value)) >= 1e3:
                yield 2, f"numbers in {name} are very large"
            if np.any(value != 1):
                yield 4, f"{name} is not all ones"
            if not np.any(value):
                yield 2, f"{name} is all zeros"

"""Report data made ready for the templates: numbers as text, arrays as small grids, wrong cells marked."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

MAX_SIDE = 8
"""Rows and columns of a grid that are shown; shrunk examples are smaller."""
MAX_ITEMS = 16
"""Items of a list of unlike things that are shown."""


@dataclass(frozen=True)
class Cell:
    """One number."""

    text: str
    wrong: bool = False


@dataclass(frozen=True)
class Grid:
    """One array of at most two dimensions; `label` names it where there are several ("[1]", "w1")."""

    label: str
    shape: str
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    begins: bool = False
    """Whether a new line begins with it: a picture of a batch, an entry of a tape."""


@dataclass(frozen=True)
class Quantity:
    """One returned value: the learner's and the right one."""

    name: str
    right: bool
    yours: tuple[Grid, ...]
    expected: tuple[Grid, ...]


def grids(value: Any, other: Any = None, *, label: str = "", compare: bool = False) -> tuple[Grid, ...]:
    """Return a value as grids; with `compare`, cells that differ from the other value's are marked."""
    return tuple(_grids(value, other, label, compare))


def quantities(example: Mapping[str, Any]) -> tuple[Quantity, ...]:
    """Return what came back in the example, the wrong ones first."""
    yours, expected = _named(example.get("yours")), _named(example.get("expected"))
    found = []
    for name in dict.fromkeys([*expected, *yours]):
        mine, right = yours.get(name), expected.get(name)
        same = name not in expected or _same(mine, right)
        found.append(Quantity(name, same, grids(mine, right, compare=name in expected), grids(right)))
    return tuple(sorted(found, key=lambda q: q.right))


def number(x: Any) -> str:
    """Return a number in at most five significant digits, a whole one without a point."""
    if isinstance(x, bool) or x is None or isinstance(x, str):
        return "\N{EN DASH}" if x is None else str(x)
    if isinstance(x, int) or (math.isfinite(x) and x == int(x) and abs(x) < 1e6):
        return f"{int(x)}".replace("-", "\N{MINUS SIGN}")
    if not math.isfinite(x):
        return {math.inf: "inf", -math.inf: "\N{MINUS SIGN}inf"}.get(x, "nan")
    return f"{x:.4g}".replace("-", "\N{MINUS SIGN}")


def sentence(text: str) -> str:
    """Return a text with its first letter large."""
    return text[:1].upper() + text[1:]


def duration(seconds: float | None) -> str:
    """Return a time in words: 0.09 s, 4.2 s, 3 min 20 s."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds:.2f} s" if seconds < 1 else f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


def span(minutes: int) -> str:
    """Return how long something takes as one says it: 45 min, 2 h, 2 h 10 min."""
    hours, left = divmod(minutes, 60)
    return " ".join([f"{hours} h"] * (hours > 0) + [f"{left} min"] * (left > 0 or not hours))


def _named(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {} if value is None else {"": value}


def _grids(value, other, label, compare) -> Iterator[Grid]:
    if isinstance(value, Mapping) and value:
        for name, part in value.items():
            inner = other.get(name) if isinstance(other, Mapping) else None
            yield from _grids(part, inner, f"{label}.{name}" if label else str(name), compare)
        return
    array = _array(value)
    if array is None and isinstance(value, list) and any(isinstance(item, list) for item in value):
        yield from _items(value, other, label, compare)
    elif array is None:
        yield Grid(label, "", ((Cell(_plain(value), compare and not _same(value, other)),),))
    elif array.ndim > 2:
        yield from _layers(array, other, label, compare)
    else:
        yield _grid(array, other, label, compare)


def _items(values: list, other, label: str, compare: bool) -> Iterator[Grid]:
    """Yield a list of unlike things. One that is of several parts itself takes a line, in which nothing is numbered."""
    for i, value in enumerate(values[:MAX_ITEMS]):
        right = other[i] if isinstance(other, list) and i < len(other) else None
        several = isinstance(value, list) and len(value) > 1 and _array(value) is None
        parts, rights = (value, right) if several else ([value], [right])
        rights = rights if isinstance(rights, list) and len(rights) == len(parts) else [None] * len(parts)
        line = [grid for part, wanted in zip(parts, rights, strict=True) for grid in _grids(part, wanted, "", compare)]
        yield replace(line[0], label=f"{label}[{i}]", begins=several)
        yield from (replace(grid, label="", begins=False) for grid in line[1:])
    if len(values) > MAX_ITEMS:
        yield Grid("", "", ((Cell(f"and {len(values) - MAX_ITEMS} more"),),), begins=True)


def _layers(array, other, label: str, compare: bool) -> Iterator[Grid]:
    """Yield the matrices of an array of more than two dimensions, each of the first dimension's in a line if there are many."""
    against = _array(other) if compare else None
    alike = against is not None and against.shape == array.shape
    shown = []
    for i in range(min(len(array), MAX_SIDE)):
        inner = against[i].tolist() if against is not None and alike else None
        layer = list(_grids(array[i].tolist(), inner, f"{label}[{i}]", compare and alike))
        shown += [replace(layer[0], begins=array.ndim > 3), *layer[1:]]
    if compare and not alike:
        shown[0] = replace(shown[0], note=_other_shape(array, against))
    yield from shown


def _grid(array, other, label: str, compare: bool) -> Grid:
    against = _array(other) if compare else None
    differs = np.zeros(array.shape, dtype=bool)
    note = ""
    if compare and (against is None or against.shape != array.shape):
        note = _other_shape(array, against)
        differs[...] = against is None
    elif against is not None:
        differs = ~_close(array, against)
    table, marks = np.atleast_2d(array), np.atleast_2d(differs)
    rows = tuple(
        tuple(Cell(number(x), bool(w)) for x, w in zip(row[:MAX_SIDE].tolist(), wrong[:MAX_SIDE], strict=True))
        for row, wrong in zip(table[:MAX_SIDE], marks[:MAX_SIDE], strict=True)
    )
    if max(table.shape) > MAX_SIDE:
        note = f"the first of {_shape(array)}"
    return Grid(label, _shape(array) if array.ndim else "", rows, note)


def _other_shape(array, against) -> str:
    return f"shape {_shape(array)}, expected {_shape(against)}" if against is not None else ""


def _array(value: Any) -> np.ndarray | None:
    """Return numbers in nested lists as an array, or None for anything else."""
    if isinstance(value, str) or value is None:
        return None
    try:
        array = np.asarray(value)
    except ValueError:  # ragged
        return None
    if array.dtype.kind in "OU":
        try:
            array = np.asarray(value, dtype=float)  # "nan" and "inf" travel as text
        except (TypeError, ValueError):
            return None
    return array if array.dtype.kind in "biuf" and array.size else None


def _close(a, b):
    a, b = a.astype(float), b.astype(float)  # truth values, too
    scale = np.max(np.abs(b[np.isfinite(b)]), initial=0.0)
    with np.errstate(invalid="ignore"):
        return (np.abs(a - b) <= 1e-6 * max(scale, 1e-12)) | (a == b) | (np.isnan(a) & np.isnan(b))


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(_same(a[k], b[k]) for k in a)
    x, y = _array(a), _array(b)
    if x is None or y is None:
        return a == b
    return x.shape == y.shape and bool(np.all(_close(x, y)))


def _shape(array: np.ndarray) -> str:
    return "\N{MULTIPLICATION SIGN}".join(map(str, array.shape)) or "a number"


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else "nothing" if value is None else str(value)

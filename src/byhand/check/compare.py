"""Comparing what the learner's code returned with what was expected, one quantity at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from .problem import Problem
from .worker import Foreign, Handle

ORDER = ("type", "shape", "dtype", "finite", "values")


@dataclass(frozen=True)
class Difference:
    """One quantity that is not as expected, and the first rung on which it fails."""

    quantity: str
    """As the learner would say it: "dx", "grads['w1']"."""
    returned: str
    """The returned name it belongs to."""
    rung: str
    yours: Any
    expected: Any
    tolerance: float = 0.0
    message: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The way from the returned value to the quantity: ("w1",) in grads['w1'], ("0",) in order[0]."""
        steps = re.findall(r"\['(.*?)'\]|\[(\d+)\]", self.quantity[len(self.returned) :])
        return tuple(key or index for key, index in steps)

    @property
    def wrong(self) -> np.ndarray:
        """Where the values differ, as a mask of the expected shape. Only on the rungs finite and values."""
        with np.errstate(invalid="ignore"):
            return ~(np.abs(np.asarray(self.yours) - np.asarray(self.expected, dtype=float)) <= self.tolerance)

    @property
    def _numeric(self) -> bool:
        """Whether there are numbers to compare: not a text, and not in another shape."""
        return self.rung in ("finite", "values") and np.asarray(self.expected).dtype.kind in "biuf"

    @property
    def max_error(self) -> float | None:
        """The largest difference, if there are numbers to compare."""
        if not self._numeric:
            return None
        with np.errstate(invalid="ignore"):
            gap = np.abs(np.asarray(self.yours, dtype=float) - np.asarray(self.expected, dtype=float))
        return float(np.max(gap, initial=0.0))

    @property
    def worst_index(self) -> str | None:
        """The index of the worst element, as text."""
        if not self._numeric or np.ndim(self.expected) == 0:
            return None
        with np.errstate(invalid="ignore"):
            gap = np.abs(np.asarray(self.yours, dtype=float) - np.asarray(self.expected, dtype=float))
        gap = np.where(np.isnan(gap), np.inf, gap)
        return "[" + ", ".join(map(str, np.unravel_index(int(np.argmax(gap)), gap.shape))) + "]"


def differences(problem: Problem, value: Any) -> list[Difference]:
    """Return every quantity of a result that is not as expected, in the order of the return statement."""
    names = problem.exercise.returns
    if len(names) == 1:
        values = (value,)
    elif isinstance(value, tuple | list) and len(value) == len(names):
        values = tuple(value)
    else:
        got = f"{len(value)} values" if isinstance(value, tuple | list) else describe(value)
        message = f"expected {len(names)} values, ({', '.join(names)}); got {got}"
        return [Difference(", ".join(names), names[0], "type", value, None, message=message)]
    found: list[Difference] = []
    for name, yours in zip(names, values, strict=True):
        if name in problem.expected:
            _compare(name, name, yours, problem.expected[name], problem.tolerance[name], found)
    return found


def by_returned(problem: Problem, value: Any) -> dict[str, Any]:
    """Return a result's values by name, as far as it has the right number of them."""
    names = problem.exercise.returns
    values = (value,) if len(names) == 1 else value if isinstance(value, tuple | list) else ()
    return dict(zip(names, values, strict=False))


def _compare(quantity, returned, yours, expected, tolerance, found):
    def differ(rung, message="", mine=yours):
        found.append(Difference(quantity, returned, rung, mine, expected, tolerance if np.ndim(tolerance) == 0 else 0.0, message))

    if isinstance(expected, dict):
        if not isinstance(yours, dict):
            return differ("type", f"expected a dict with {_names(expected)}; got {describe(yours)}")
        missing, extra = expected.keys() - yours.keys(), yours.keys() - expected.keys()
        if missing or extra:
            words = [f"without {_names(missing)}"] * bool(missing) + [f"with {_names(extra)} besides"] * bool(extra)
            return differ("type", f"expected a dict with {_names(expected)}; got one {' and '.join(words)}")
        for key in expected:
            _compare(f"{quantity}[{key!r}]", returned, yours[key], expected[key], tolerance[key], found)
        return None
    if isinstance(expected, list | tuple):
        if isinstance(yours, np.ndarray) and yours.ndim:
            yours = list(yours)  # it can be gone through and indexed like one
        if not isinstance(yours, list | tuple):
            return differ("type", f"expected a {type(expected).__name__} of {len(expected)}; got {describe(yours)}")
        if len(yours) != len(expected):
            return differ("shape", f"expected {len(expected)} items; got {len(yours)}")
        for i, (mine, theirs, allowed) in enumerate(zip(yours, expected, tolerance, strict=True)):
            _compare(f"{quantity}[{i}]", returned, mine, theirs, allowed, found)
        return None
    if expected is None or isinstance(expected, str):
        if yours is not expected and yours != expected:
            differ("values", f"expected {expected!r}; got {describe(yours)}")
        return None
    if not isinstance(yours, np.ndarray | np.generic | int | float | bool):
        return differ("type", f"expected {describe(expected)}; got {describe(yours)}")
    mine, theirs = np.asarray(yours), np.asarray(expected)
    if mine.shape != theirs.shape:
        return differ("shape", f"expected shape {theirs.shape}; got {mine.shape}", mine)
    if mine.dtype.kind == "b" and theirs.dtype.kind == "f":
        return differ("dtype", f"expected real numbers; got {mine.dtype}", mine)
    if theirs.dtype.kind in "iu" and theirs.ndim and mine.dtype.kind not in "iu":
        return differ("dtype", f"expected whole numbers; got {mine.dtype}", mine)
    if theirs.dtype.kind in "biu":
        if not np.array_equal(mine, theirs):
            differ("values", mine=mine)
        return None
    with np.errstate(invalid="ignore"):
        same = (np.abs(mine - theirs) <= tolerance) | (mine == theirs)
    if not same.all():
        finite = np.isfinite(mine) | ~np.isfinite(theirs)
        differ("values" if finite.all() else "finite", mine=mine)
    return None


def numbers_for_booleans(problem: Problem, value: Any) -> list[str]:
    """Return the quantities that came back as ones and zeros where booleans are promised."""
    expected = problem.expected
    return [
        name
        for name, yours in by_returned(problem, value).items()
        if isinstance(yours, np.ndarray) and np.asarray(expected.get(name)).dtype.kind == "b" and yours.dtype.kind != "b"
    ]


def dtype_advice(problem: Problem, value: Any) -> list[str]:
    """Return the quantities that came back wider than the inputs were: right, but twice the memory."""
    if problem.case.kind != "float32":
        return []
    values = by_returned(problem, value)
    return [
        name
        for name, yours in values.items()
        if name in problem.expected and isinstance(yours, np.ndarray) and yours.dtype == np.float64
    ]


def describe(value: Any) -> str:
    """Say what a value is in a few words."""
    if value is None:
        return "None (is there a `return`?)"
    if isinstance(value, Foreign):
        known = {"generator": "a generator (is there a `yield`?)", "coroutine": "a coroutine (is there an `async`?)"}
        if " " in value.type_name:
            return value.type_name
        return known.get(value.type_name, f"an object of type {value.type_name}")
    if isinstance(value, Handle):
        return "a value kept by the checker"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, np.generic | bool | int | float):
        return f"the number {value}" if not isinstance(value, bool) else str(value)
    if isinstance(value, str):
        return "a text"
    return f"a {type(value).__name__} of {len(value)}" if hasattr(value, "__len__") else f"a {type(value).__name__.lower()}"


def _names(keys) -> str:
    return ", ".join(repr(k) for k in sorted(keys)) or "nothing in it"

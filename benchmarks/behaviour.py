"""What a source computes next to the reference, told without the checker and on numbers that it does not draw."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np

from byhand.arrays import leaves
from byhand.check.diagnosis import variants
from byhand.check.problem import build, cases_of
from byhand.spec import Exercise

SEEDS = (77, 78)
SECONDS = 1.0
SAME = {"float32": 1e-4, "extreme": 1e-8}
"""Up to which difference, relative to the largest entry, results are the same; 1e-11 where nothing is said."""
WRONG = {"float32": 1e-2, "extreme": 1e-4}
"""Above which difference they are wrong; 3e-8 where nothing is said. In between, nobody could ask a checker to decide."""


@dataclass(frozen=True)
class Behaviour:
    """What differs from the reference, over all cases."""

    verdict: Literal["same", "wrong", "neither"]
    changed: frozenset[str] = frozenset()
    """The words of the results that differ: {"grads", "w1"}."""
    marks: frozenset[str] = frozenset()
    """Of shape, transposed, dtype, infinite, extreme (there alone), negated, scaled, and the exceptions by name."""
    arguments: frozenset[str] = frozenset()
    """The arguments that are changed and should not be."""


class Endless(Exception):
    """A source takes too long."""


def behaviour(exercise: Exercise, source: str) -> Behaviour:
    """Run a source on every case with numbers of our own, and compare."""
    try:
        function = variants.compile_function(exercise, source)
    except Exception as error:  # it cannot even be defined
        return Behaviour("wrong", frozenset(exercise.returns), frozenset({type(error).__name__}))
    seen = _Seen()
    for seed in SEEDS:
        for place, (problem, ours) in enumerate(_references(exercise, seed)):
            with _within(SECONDS):
                theirs, arguments = variants.behave(problem, function)
            seen.add(problem.case.kind, place, ours, theirs, arguments, exercise.returns)
            if theirs == "Endless":
                return seen.told()
    return seen.told()


class _Seen:
    def __init__(self):
        self.gaps: list[tuple[str, float]] = []
        self.changed: set[str] = set()
        self.marks: set[str] = set()
        self.arguments: set[str] = set()
        self.ratios: list[float] = []

    def add(self, kind: str, place: int, ours: dict[str, Any], theirs: dict[str, Any] | str, arguments: dict, returns) -> None:
        if isinstance(theirs, str):
            self.gaps.append((kind, np.inf))
            self.changed |= set(returns)
            self.marks.add(theirs)
            return
        self.arguments |= set(arguments)
        for name, expected in ours.items():
            a, b = dict(leaves(theirs.get(name))), dict(leaves(expected))
            if a.keys() != b.keys():
                self._differs(kind, np.inf, name, "shape")
                continue
            for path in b:
                self._leaf(kind, f"{name}/{path}", a[path], b[path])

    def _leaf(self, kind: str, path: str, mine: Any, right: Any) -> None:
        if right is None or isinstance(right, str):
            return self._differs(kind, 0.0 if mine == right else np.inf, path)
        if not isinstance(mine, np.ndarray | np.generic | int | float | bool):
            return self._differs(kind, np.inf, path, "shape")
        x, y = np.asarray(mine), np.asarray(right)
        if x.shape != y.shape:
            transposed = x.shape == y.T.shape and np.allclose(x.T, y, equal_nan=True)
            return self._differs(kind, np.inf, path, "transposed" if transposed else "shape")
        if (_class(x), _class(y)) in (("f", "i"), ("b", "f")) or x.dtype.kind not in "biuf":
            return self._differs(kind, np.inf, path, "dtype")
        if y.dtype.kind != "f":
            gap = 0.0 if _class(x) == _class(y) else 1e-9  # ones and zeros for booleans
            return self._differs(kind, gap if np.array_equal(x, y) else np.inf, path)
        if np.any(~np.isfinite(x) & np.isfinite(y)):
            return self._differs(kind, np.inf, path, "infinite")
        size = float(np.max(np.abs(y[np.isfinite(y)]), initial=0.0))
        with np.errstate(all="ignore"):
            gap = float(np.max(np.where(x == y, 0.0, np.abs(x.astype(float) - y)), initial=0.0)) / (size or 1.0)
            if np.isnan(gap):
                gap = np.inf
        # an array of doubles for one of singles has more digits than asked for; the other way round, they are lost
        narrow = x.dtype.kind != "f" or x.dtype.itemsize < y.dtype.itemsize
        if gap > WRONG.get(kind, 3e-8):
            self._ratio(x, y)
        return self._differs(kind, max(gap, 1e-9) if narrow else gap, path, "dtype" if narrow else "")

    def _differs(self, kind: str, gap: float, path: str, mark: str = "") -> None:
        self.gaps.append((kind, gap))
        if gap > SAME.get(kind, 1e-11):
            self.changed |= {word for word in path.split("/") if word and not word.isdigit()}
            if mark:
                self.marks.add(mark)

    def _ratio(self, x: np.ndarray, y: np.ndarray) -> None:
        size = np.max(np.abs(y), initial=0.0)
        where = np.abs(y) > 1e-3 * size
        ratios = x[where].astype(float) / y[where]
        even = ratios.size > 0 and np.allclose(ratios, ratios[0], rtol=1e-4) and np.allclose(x, ratios[0] * y, atol=1e-4 * size)
        self.ratios.append(float(ratios[0]) if even else np.nan)

    def told(self) -> Behaviour:
        wrong = [kind for kind, gap in self.gaps if gap > WRONG.get(kind, 3e-8)]
        same = all(gap <= SAME.get(kind, 1e-11) for kind, gap in self.gaps) and not self.arguments
        marks = set(self.marks)
        if wrong and set(wrong) <= {"extreme", "float32"} and "extreme" in wrong:
            marks.add("extreme")
        if self.ratios and not np.isnan(self.ratios).any():
            factor = "negated" if np.allclose(self.ratios, -1) else "scaled"
            marks |= {factor} - ({"scaled"} if np.allclose(self.ratios, 1, atol=1e-3) else set())
        verdict = "same" if same else "wrong" if wrong or self.arguments else "neither"
        return Behaviour(verdict, frozenset(self.changed), frozenset(marks), frozenset(self.arguments))


def _class(x: np.ndarray) -> str:
    """Return what kind of number an array holds: whole numbers signed or not are one."""
    return {"u": "i"}.get(x.dtype.kind, x.dtype.kind)


@lru_cache(maxsize=8)
def _references(exercise: Exercise, seed: int) -> tuple:
    """Return every case's problem, and what the reference returns on it."""
    problems = [build(exercise, case, seed) for case in cases_of(exercise)]
    return tuple((problem, variants.behave(problem, exercise.function)[0]) for problem in problems)


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    def late(*_):
        raise Endless

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

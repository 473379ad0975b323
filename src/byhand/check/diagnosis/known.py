"""What the values on the way ought to be: those of the traced forward, their gradients, and the reference's own variables."""

from __future__ import annotations

import inspect
import itertools
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from inspect import unwrap
from pathlib import Path
from typing import Any

import numpy as np

from byhand import course
from byhand.arrays import leaves, tree_map
from byhand.graph.gradient import backward, seeds
from byhand.spec import Exercise, syntax

from .. import watching
from ..learner import bind
from ..problem import Problem, takes_cache
from ..recorder import Recorder
from ..watching import Watched

MOST_NODES = 150
"""Of a larger graph, as of many steps in time, so many nodes are used."""
MOST_ROWS = 6
"""Rows of a matrix that are known one by one, for code that goes through them in a loop."""


@dataclass(frozen=True, eq=False)
class Known:
    """An array with a meaning."""

    words: str
    """"the gradient of `xhat`", "`std`"."""
    value: np.ndarray = field(repr=False)
    names: tuple[str, ...] = ()
    """What variables that hold it are called: "dxhat"."""
    form: str = "whole"
    """whole | part: of a gradient, what comes back one way | row | summed: over an axis, or averaged."""
    of: str = ""
    """Of a part, what it is a part of."""


class Knowledge:
    """Everything known on one problem, and a way to find in it what an array is."""

    def __init__(self, problem: Problem):
        self.problem = problem
        self.inputs = [np.asarray(leaf) for _, leaf in leaves([problem.arguments, problem.upstream]) if _is_array(leaf)]
        self.arguments: dict[str, list[np.ndarray]] = {}
        """The arguments, and what is in them, by the last part of their names."""
        for path, leaf in leaves(problem.arguments):
            if isinstance(leaf, np.ndarray | float | int):
                self.arguments.setdefault(plain(path.rpartition("/")[2]), []).append(np.asarray(leaf))
        found: dict[tuple[str, int], Known] = {}
        count: dict[str, int] = {}
        for known in _all(problem):
            if known.value.size and np.isfinite(known.value).all():
                number = count[known.words] = count.get(known.words, -1) + 1
                found[known.words, number] = known
        self.by_key = found
        given = [a for values in self.arguments.values() for a in values]
        defaults = [
            p.default for p in inspect.signature(problem.exercise.forward or problem.exercise.function).parameters.values()
        ]
        self.settings = {float(a) for a in given if a.ndim == 0} | {d for d in defaults if isinstance(d, float)}
        """Single numbers that are arguments, or that they are by default."""
        self.numbers = {float(k.value) for k in found.values() if k.value.ndim == 0} | {
            *self.settings,
            *map(float, problem.sizes.values()),
            0.0,
            1.0,
            2.0,
        }
        """Single numbers that mean something."""
        self.keys = list(found)
        self.index = _Index([k.value for k in found.values()])

    @cached_property
    def by_name(self) -> dict[str, list[Known]]:
        """What a variable of a name is meant to hold, the names written in one way."""
        named: dict[str, list[Known]] = {}
        for known in self.by_key.values():
            for name in known.names:
                named.setdefault(plain(name), []).append(known)
        return named

    def near(self, value: np.ndarray) -> Iterator[tuple[tuple[str, int], Known]]:
        """Yield what may be a multiple of an array in some layout."""
        for i in self.index.near(value):
            yield self.keys[i], self.by_key[self.keys[i]]


_KEPT: dict[tuple, Knowledge] = {}
"""What is known by problem: while somebody watches a file, the same problems come again with every save."""
MOST_KEPT = 16


def knowledge(problem: Problem) -> Knowledge:
    """Return what is known on a problem, the same the next time for the same numbers."""
    numbers = [np.asarray(leaf) for _, leaf in leaves([problem.arguments, problem.upstream]) if _is_array(leaf)]
    key = (problem.exercise.name, problem.case.name, *sorted(problem.sizes.items()), *(a.tobytes() for a in numbers))
    if key not in _KEPT:
        if len(_KEPT) >= MOST_KEPT:
            _KEPT.pop(next(iter(_KEPT)))
        _KEPT[key] = Knowledge(problem)
    return _KEPT[key]


class _Index:
    """Finds arrays by two numbers that no layout and no factor changes: the size, and one norm over another."""

    def __init__(self, arrays: list[np.ndarray]):
        marks = [_mark(a) for a in arrays]
        self.sizes = np.array([size for size, _ in marks])
        self.ratios = np.array([ratio for _, ratio in marks])

    def near(self, value: np.ndarray) -> np.ndarray:
        if not len(self.sizes):
            return np.zeros(0, int)
        size, ratio = _mark(value)
        return np.flatnonzero((self.sizes == size) & (np.abs(self.ratios - ratio) <= 1e-6 * ratio))


def _mark(value: np.ndarray) -> tuple[int, float]:
    flat = np.abs(np.asarray(value, dtype=float)).ravel()
    largest = float(flat.max(initial=0.0))
    if largest == 0 or not np.isfinite(largest):
        return flat.size, -1.0
    flat = flat / largest
    return flat.size, float(flat.sum()) / float(np.sqrt(flat @ flat))


def plain(name: str) -> str:
    """Return a variable's name without case and underscores."""
    return name.replace("_", "").lower()


def _is_array(leaf: Any) -> bool:
    return isinstance(leaf, np.ndarray) and leaf.dtype.kind in "biuf"


def _all(problem: Problem) -> Iterator[Known]:
    """Yield everything known, what is best to say first; sums, rows and parts come last."""
    whole = list(_unique([*_results(problem), *_graph(problem), *_references(problem)]))
    yield from whole
    for known in whole:
        if 2 <= known.value.ndim <= 4:
            yield from _summed(known)
    for known in whole:
        if known.value.ndim == 2:
            yield from _rows(known)
    yield from _parts(problem)


def _unique(found: list[Known]) -> Iterator[Known]:
    """Yield what is known, each array once, with all the names for it."""
    kept: list[Known] = []
    for known in found:
        same = next((i for i, k in enumerate(kept) if _equal(k.value, known.value)), None)
        if same is None:
            kept.append(known)
        else:
            names = tuple(dict.fromkeys(kept[same].names + known.names))
            kept[same] = Known(kept[same].words, kept[same].value, names, kept[same].form, kept[same].of)
    yield from kept


def _equal(a: np.ndarray, b: np.ndarray) -> bool:
    if a.shape != b.shape:
        return False
    scale = float(np.max(np.abs(b), initial=0.0))
    return bool(np.all(np.abs(a - b) <= 1e-12 * scale)) if np.isfinite(scale) else bool(np.array_equal(a, b, equal_nan=True))


def _results(problem: Problem) -> Iterator[Known]:
    for name, value in problem.expected.items():
        for path, leaf in leaves({name: value}):
            if isinstance(leaf, np.ndarray | np.generic | float | int):
                wrt = problem.exercise.gradient_of(name) if path == name else None
                words = f"the gradient of `{wrt}`" if wrt else f"`{_last(path)}`"
                yield Known(words, np.asarray(leaf, dtype=float), (_last(path), f"return/{path}"))


def _last(path: str) -> str:
    return path.rpartition("/")[2] if not path.rpartition("/")[2].isdigit() else path.replace("/", "[") + "]"


def _traced(problem: Problem):
    """Return (the graph of the forward or the loss, the gradient at every node), or None."""
    traced = problem.traced
    if traced is None:
        return None
    try:
        start = seeds(traced, 1.0 if problem.upstream is None else problem.upstream)
        section = traced.section(tuple(traced.inputs))
        return traced, section, backward(section, start)
    except (TypeError, ValueError, NotImplementedError):
        return None


def _graph(problem: Problem) -> Iterator[Known]:
    found = _traced(problem)
    if found is None:
        return
    traced, section, adjoints = found
    nodes = sorted(traced.nodes, key=lambda n: not n.name)[:MOST_NODES]
    for node in nodes:
        if node in adjoints:
            names = tuple(f"d{_last(alias)}" for alias in node.aliases)
            yield Known(f"the gradient of `{_last(node.title)}`", _full(adjoints[node], node.shape), names)
    for node in nodes:
        yield Known(f"`{_last(node.title)}`", node.value, tuple(map(_last, node.aliases)))


def _full(g: Any, shape: tuple[int, ...]) -> np.ndarray:
    return np.array(np.broadcast_to(g, shape))


def _parts(problem: Problem) -> Iterator[Known]:
    """Yield what comes back to each variable through one use of it, and through two or more but not all."""
    found = _traced(problem)
    if found is None:
        return
    _, section, adjoints = found
    if len(section.nodes) > MOST_NODES:
        return
    for node in section.nodes:
        edges = [e for e in section.outof[node] if e.target in adjoints]
        if node.name and len(edges) > 1:
            pieces = [(e, _full(e.vjp(adjoints[e.target]), node.shape)) for e in edges]
            for n in range(1, len(edges)):
                for some in itertools.islice(itertools.combinations(pieces, n), 12):
                    through = " and ".join(dict.fromkeys(f"`{_last(e.target.title)}`" for e, _ in some))
                    value = sum((p for _, p in some), np.zeros(node.shape))
                    words = f"the part of the gradient of `{_last(node.title)}` that comes back through {through}"
                    yield Known(words, value, form="part", of=_last(node.title))
            for edge, piece in pieces:  # what one way alone brings to all that lies before it
                for other, value in backward(section, {node: piece}).items():
                    if other is not node and other.name:
                        words = (
                            f"the part of the gradient of `{_last(other.title)}` that comes back through "
                            f"`{_last(node.title)}` and `{_last(edge.target.title)}`"
                        )
                        yield Known(words, _full(value, other.shape), form="part", of=_last(other.title))


def _summed(known: Known) -> Iterator[Known]:
    axes = range(known.value.ndim)
    for n in range(1, known.value.ndim):
        for some in itertools.combinations(axes, n):
            told = f"axis {some[0]}" if n == 1 else f"axes {some}"
            yield Known(f"{known.words}, summed over {told}", known.value.sum(axis=some), form="summed")
            yield Known(f"{known.words}, averaged over {told}", known.value.mean(axis=some), form="summed")


def _rows(known: Known) -> Iterator[Known]:
    matrix = known.value
    for i in {*range(min(MOST_ROWS, len(matrix))), len(matrix) - 1}:
        yield Known(f"row {i} of {known.words}", matrix[i], form="row")
    for j in {*range(min(MOST_ROWS, matrix.shape[1])), matrix.shape[1] - 1}:
        yield Known(f"column {j} of {known.words}", matrix[:, j], form="row")


def references(exercise: Exercise) -> list[Callable]:
    """Return the functions that compute what an exercise asks for: its own, its loop, and others of the same forward."""
    found = [exercise.function]
    if exercise.loop is not None:
        found.append(exercise.loop)
    if exercise.forward is not None:
        others = course.exercises().values()
        found += [e.function for e in others if e.forward is exercise.forward and e is not exercise]
    return found


def _references(problem: Problem) -> Iterator[Known]:
    for function in references(problem.exercise):
        for name, value in follow(problem, function):
            if not name.startswith("return"):
                yield Known(f"`{name}`", value.astype(float), (name,))


def follow(problem: Problem, function: Callable, text: str | None = None) -> list[tuple[str, np.ndarray]]:
    """Run a function of ours on a problem, in float64, and return what its variables hold, in order.

    `text` is what it was compiled from, where that is in no file.
    """
    arguments = tree_map(_double, problem.arguments)
    file = unwrap(function).__code__.co_filename
    recorder = Recorder(file, _watched(file) if text is None else watching.watched(syntax.parse(text)))
    before = sys.gettrace()
    with np.errstate(all="ignore"):
        if problem.exercise.forward is None:
            args, kwargs = bind(problem.exercise.function, arguments)
        else:
            cache = problem.exercise.forward(**arguments)[1]
            args, kwargs = [tree_map(_double, problem.upstream), *([cache] if takes_cache(problem.exercise.function) else [])], {}
        sys.settrace(recorder.call)
        try:
            function(*args, **kwargs)
        except Exception:  # one with other arguments
            return []
        finally:
            sys.settrace(before)
    rows, arrays = recorder.rows()
    own = unwrap(function).__code__.co_firstlineno
    return [(row[2], a) for row, a in zip(rows, arrays, strict=True) if row[4] == 0 and row[1] != own]


@lru_cache
def _watched(file: str) -> Watched:
    return watching.watched(syntax.parse(Path(file).read_text(encoding="utf-8")))


def _double(leaf: Any) -> Any:
    return leaf.astype(np.float64) if isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f" else leaf

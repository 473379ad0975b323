"""Which edge of the graph explains a wrong gradient: one weight on one way, or two."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from byhand.arrays import leaves

from .classes import EdgeClass, classes
from .factors import COMMON, Factor, recognise, sized
from .gradient import Gradients, backward, seeds
from .structure import Edge, Graph, Section
from .tensor import Node


@dataclass(frozen=True, eq=False)
class Gain:
    """The learner's gradient is the true one with the edges of one way weighted by a factor."""

    edges: tuple[Edge, ...] = field(repr=False)
    factor: float
    symbol: str | None
    """The factor in letters, "0", "-1", "2", "1/2", "N", "1/N", "N/(N-1)", "(N-1)/N", "N/M"; None for any other."""
    meaning: str | None
    residual: float
    """What stays unexplained, relative to the error."""
    path: tuple[str, ...]
    line: int
    kind: str
    inputs: tuple[int, ...] = field(default=(), repr=False)
    """The ids of the nodes of the input whose gradient was wrong."""
    partner: Gain | None = None
    """The other way, where two are wrong at once."""
    alternatives: tuple[Gain, ...] = field(default=(), repr=False)
    """Other ways that explain the numbers just as well."""


def gains(
    graph: Graph,
    dout: Any,
    wrt: str,
    dx: Any,
    out: int = 0,
    pairs: bool = True,
    budget: float = 0.2,
    tolerance: float = 1e-9,
) -> list[Gain]:
    """Return the ways whose weight explains the difference between a learner's gradient and the true one, best first.

    For each class e of edges, Delta_e is the part of the true gradient that comes through e. If
    dx - true = (c - 1) Delta_e, the learner's gradient is the true one with e weighted by c. Where no class explains it
    alone, two together are tried: dx - true = (a - 1) Delta_e + (b - 1) Delta_f + (a - 1) (b - 1) Delta_ef, where
    Delta_ef comes through both.

    Args:
        graph: from `trace`.
        dout: the upstream gradient.
        wrt: the input, by name or path.
        dx: the learner's gradient with respect to it, of the same form.
        out: which returned value `dout` belongs to.
        pairs: whether to try two ways at once.
        budget: seconds after which to stop trying.
        tolerance: what counts as rounding, relative to the largest of the gradients involved.

    Returns:
        The explanations; each lists the others as its alternatives. Empty where nothing explains the numbers, or where
        there is nothing to explain.
    """
    deadline = time.perf_counter() + budget
    problem = problem_of(graph, dout, wrt, dx, out, tolerance)
    if problem is None:
        return []
    search = _Search(problem, classes(problem.section), deadline)
    found = search.singles() or search.repeated()
    if not found and pairs:
        found = search.pairs()
    found.sort(key=_rank)
    return [replace(gain, alternatives=tuple(other for other in found if other is not gain)) for gain in found]


@dataclass
class Problem:
    """A wrong gradient, with what is needed to explain it. Gradients are laid out flat, leaf after leaf."""

    section: Section
    starts: list[Node]
    start: Gradients
    adjoints: Gradients
    error: np.ndarray
    size: float
    """The norm of the error."""
    tolerance: float
    scale: float
    """The norm of the largest gradient involved: rounding is relative to it."""

    def flat(self, found: Gradients) -> np.ndarray:
        """Return the gradients of the starts as one vector."""
        parts = [np.ravel(found[n]) if n in found else np.zeros(n.value.size) for n in self.starts]
        return np.concatenate(parts) if len(parts) != 1 else parts[0]

    def explained(self, residual: float) -> bool:
        """Whether a residual is at rounding level, and well below the error."""
        return residual <= self.tolerance * self.scale and residual <= max(1e-5, self.tolerance) * self.size

    def enlarge(self, vector: np.ndarray) -> None:
        """Let rounding be relative to this vector too."""
        self.scale = max(self.scale, float(np.linalg.norm(vector)))


def problem_of(graph: Graph, dout, wrt: str, dx, out: int, tolerance: float) -> Problem | None:
    """Set the problem up, or return None where the gradient is right or not finite.

    Raises:
        ValueError: dx has another form than the input.
    """
    section = graph.section(wrt, out)
    tree = dict(leaves(graph.input(wrt)))
    given = dict(leaves(dx))
    if tree.keys() != given.keys():
        raise ValueError(f"dx: expected the form of the input {wrt!r}, with {sorted(tree)}, got {sorted(given)}")
    starts, parts = [], []
    for path, node in tree.items():
        if node is None:
            continue
        part = np.asarray(given[path], dtype=np.float64)
        if part.shape != node.shape:
            raise ValueError(f"dx: expected the shape of {node.title}, {node.shape}, got {part.shape}")
        if np.asarray(given[path]).dtype == np.float32:
            tolerance = max(tolerance, 1e-4)
        starts.append(node)
        parts.append(np.ravel(part))
    start = seeds(graph, dout, out)
    adjoints = backward(section, start)
    problem = Problem(section, starts, start, adjoints, np.zeros(0), 0.0, tolerance, 0.0)
    true, mine = problem.flat(adjoints), np.concatenate(parts)
    if not section.edges or not (np.isfinite(true).all() and np.isfinite(mine).all()):
        return None
    problem.error = mine - true
    problem.size = float(np.linalg.norm(problem.error))
    problem.enlarge(true)
    problem.enlarge(mine)
    return None if problem.size <= tolerance * problem.scale else problem


class _Search:
    def __init__(self, problem: Problem, members: list[EdgeClass], deadline: float):
        self.problem = problem
        self.deadline = deadline
        self.ways: list[tuple[EdgeClass, np.ndarray, Gradients]] = []
        """Each class, with the part of the gradient that comes through it, at the input and at every node."""
        for one in members:
            through = self.through(one, problem.adjoints)
            if one.once:
                delta = problem.flat(through)
            else:
                cut = backward(problem.section, problem.start, dict.fromkeys(one.heads, 0.0))
                delta = problem.flat(problem.adjoints) - problem.flat(cut)
            if not np.isfinite(delta).all():
                continue
            problem.enlarge(delta)
            self.ways.append((one, delta, through))
        self.ways = [way for way in self.ways if np.linalg.norm(way[1]) > 10 * problem.tolerance * problem.scale]
        self.candidates = {one: [*COMMON, *sized(problem.section, one)] for one, _, _ in self.ways}

    def through(self, one: EdgeClass, adjoints: Gradients) -> Gradients:
        """Return what comes through a class when the nodes behind it have these gradients."""
        start: Gradients = {}
        with np.errstate(all="ignore"):
            for edge in one.heads:
                if edge.target in adjoints:
                    piece = edge.vjp(adjoints[edge.target])
                    start[edge.source] = start[edge.source] + piece if edge.source in start else piece
        return backward(self.problem.section, start)

    def gain(self, one: EdgeClass, value: float, residual: float, factor: Factor | None) -> Gain:
        known = (factor.symbol, factor.meaning) if factor else (None, None)
        return Gain(
            edges=one.edges,
            factor=factor.value if factor else value,
            symbol=known[0],
            meaning=known[1],
            residual=residual / self.problem.size,
            path=one.path,
            line=one.line,
            kind=factor.kind if factor else "wrong-scale",
            inputs=tuple(node.id for node in self.problem.section.starts),
        )

    def singles(self) -> list[Gain]:
        """One class with any factor."""
        error, found = self.problem.error, []
        for one, delta, _ in self.ways:
            norm = float(delta @ delta)
            value = 1 + float(delta @ error) / norm
            residual = float(np.linalg.norm(error - (value - 1) * delta))
            if not self.problem.explained(residual):
                continue
            factor = recognise(value, self.slack(delta), self.candidates[one])
            if factor is None and (not one.once or np.count_nonzero(delta) < 3):
                continue  # one or two numbers are explained by anything
            found.append(self.gain(one, value, residual, factor))
        return found

    def slack(self, delta: np.ndarray) -> float:
        """Return how far rounding can move a factor."""
        return min(1e-3, 1e-9 + 10 * self.problem.tolerance * self.problem.scale / float(np.linalg.norm(delta)))

    def repeated(self) -> list[Gain]:
        """One class that ways pass more than once, as in a recurrence: every factor with a meaning is tried in turn."""
        problem, found = self.problem, []
        true = problem.flat(problem.adjoints)
        for one, _, _ in self.ways:
            if one.once:
                continue
            for factor in self.candidates[one]:
                if time.perf_counter() > self.deadline:
                    return found
                weighted = backward(problem.section, problem.start, dict.fromkeys(one.heads, factor.value))
                residual = float(np.linalg.norm(problem.error - (problem.flat(weighted) - true)))
                if problem.explained(residual):
                    found.append(self.gain(one, factor.value, residual, factor))
                    break
        return found

    def pairs(self) -> list[Gain]:
        """Two classes, each with a factor that has a meaning."""
        found = []
        for (a, delta_a, through_a), (b, delta_b, through_b) in itertools.combinations(self.ways, 2):
            if time.perf_counter() > self.deadline:
                break
            if a.once and b.once:
                flat = self.problem.flat
                both = flat(self.through(a, through_b)) + flat(self.through(b, through_a))
                found.extend(self.pair(a, delta_a, b, delta_b, both))
        return found

    def pair(self, a: EdgeClass, delta_a, b: EdgeClass, delta_b, both) -> list[Gain]:
        error = self.problem.error
        columns = np.stack([delta_a, delta_b, both], axis=1)
        solution = np.linalg.lstsq(columns, error, rcond=1e-12)[0]
        if not self.problem.explained(float(np.linalg.norm(error - columns @ solution))):
            return []
        # the columns may depend on one another, so one factor is taken from the list and the other solved for
        for first in self.candidates[a]:
            u = first.value - 1
            slope, rest = delta_b + u * both, error - u * delta_a
            norm = float(slope @ slope)
            if norm <= (10 * self.problem.tolerance * self.problem.scale) ** 2:
                continue
            value = 1 + float(slope @ rest) / norm
            residual = float(np.linalg.norm(rest - (value - 1) * slope))
            second = recognise(value, self.slack(slope), self.candidates[b])
            if second is not None and self.problem.explained(residual):
                partner = self.gain(b, value, residual, second)
                return [replace(self.gain(a, first.value, residual, first), partner=partner)]
        return []


_PLAIN = {"0": 0, "-1": 1, "2": 2, "1/2": 2, "N": 3, "1/N": 3, "N/(N-1)": 4, "(N-1)/N": 4, "N/M": 5, None: 9}


def _rank(gain: Gain) -> tuple:
    both = (gain, gain.partner) if gain.partner else (gain,)
    return sum(_PLAIN[g.symbol] for g in both), -sum(len(g.edges) for g in both), gain.line

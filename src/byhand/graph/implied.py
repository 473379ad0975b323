"""Which node of the graph explains a wrong gradient: the error lies entirely inside the gradient of one variable."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .gains import Problem, problem_of
from .gradient import backward
from .structure import Graph
from .tensor import Node

_MOST = 512  # elements of a variable whose Jacobian is worth writing out


@dataclass(frozen=True, eq=False)
class Implied:
    """A learner's gradient is what the true graph makes of a wrong gradient at one variable."""

    node: Node = field(repr=False)
    name: str
    line: int
    learner: np.ndarray
    """The gradient of the variable that the learner's numbers imply (the nearest to the true one, where several do)."""
    true: np.ndarray
    rank: int
    """The dimension of the errors that this variable can explain; the smallest is the best explanation."""
    residual: float
    """What stays unexplained, relative to the error."""
    equivalent: tuple[str, ...] = ()
    """Other variables that explain it by ranges equally small, as `std` does where `var` does."""


def implied(
    graph: Graph, dout: Any, wrt: str, dx: Any, out: int = 0, budget: float = 0.2, tolerance: float = 1e-9
) -> Implied | None:
    """Return the variable whose gradient explains the difference between a learner's gradient and the true one.

    Backward, a gradient dv at a variable v becomes J^T dv at the input. If dx - true lies in the range of J^T, the
    error is entirely inside the gradient at v, and solving for it gives the learner's own dv. Only variables whose
    range is a proper subspace count (through an invertible step anything can be explained), and that with the smallest
    range is named; of several with ranges equally small, that nearest to the input, because wherever the slip was, it
    has arrived there.

    Args:
        graph, dout, wrt, dx, out: as in `gains`.
        budget: seconds after which to stop trying.
        tolerance: what counts as rounding, relative to the largest of the gradients involved.
    """
    deadline = time.perf_counter() + budget
    problem = problem_of(graph, dout, wrt, dx, out, tolerance)
    if problem is None:
        return None
    best: Implied | None = None
    section = problem.section
    named = [n for n in section.nodes if n.name and n not in section.starts and n not in section.ends]
    for node in sorted(named, key=lambda n: (n.value.size, n.id)):
        if node.value.size > _MOST or time.perf_counter() > deadline:
            break
        found = _solve(problem, node)
        if found is None or (best is not None and best.rank < found.rank):
            continue
        same = best is not None and best.rank == found.rank
        if best is not None and same:
            first, other = sorted((best, found), key=lambda f: f.node.id)
            best = _with(first, (*best.equivalent, other.name))
        else:
            best = found
    return best


def _with(found: Implied, equivalent: tuple[str, ...]) -> Implied:
    names = tuple(dict.fromkeys(name for name in equivalent if name != found.name))
    return Implied(found.node, found.name, found.line, found.learner, found.true, found.rank, found.residual, names)


def _solve(problem: Problem, node: Node) -> Implied | None:
    n = node.value.size
    columns = np.empty((problem.error.size, n))
    for i in range(n):
        one = np.zeros(n)
        one[i] = 1.0
        columns[:, i] = problem.flat(backward(problem.section, {node: one.reshape(node.shape)}))
    if not np.isfinite(columns).all():
        return None
    u, s, vt = np.linalg.svd(columns, full_matrices=False)
    rank = int(np.sum(s > 1e-10 * s[0])) if s.size and s[0] > 0 else 0
    if not 0 < rank < problem.error.size:
        return None
    inside = u[:, :rank].T @ problem.error
    residual = float(np.linalg.norm(problem.error - u[:, :rank] @ inside))
    if not problem.explained(residual):
        return None
    true = np.broadcast_to(problem.adjoints[node], node.shape)
    learner = true + (vt[:rank].T @ (inside / s[:rank])).reshape(node.shape)
    return Implied(node, node.name, node.line, learner, np.array(true), rank, residual / problem.size)

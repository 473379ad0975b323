"""The second tick of a vectorise exercise: the lines that are executed do not grow with the data. The clock judges nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from byhand.arrays import leaves
from byhand.spec import Exercise, Finding

from .diagnosis.context import trial
from .learner import Learner
from .problem import Problem, build

GROWTH = 256
"""By how much one size of the data is grown."""
ALLOWED = 60
"""So many lines more do not count as a loop: one over a quarter of the data would be more, halving it again and again is less."""
TIMED = 16_000
"""About so many steps a loop over all sizes of the data makes when it is timed, to tell how much faster one is without."""


@dataclass(frozen=True)
class Verdict:
    """Whether a function goes through the data in Python, and if not, how much faster it is than the loop."""

    finding: Finding | None
    """Where the loop is, if there is one."""
    speedup: float | None = None
    timed_on: str = ""
    """The sizes on which that was measured, as in "N = 130, D = 129"."""


def judge(exercise: Exercise, learner: Learner, seed: int) -> Verdict:
    """Judge a function that is right already, by the lines that it executes on an ordinary case and on larger ones."""
    small = learner.run(build(exercise, exercise.cases[0], seed), count=True)
    before = small.outcome.lines
    for size in exercise.data:
        grown = _grown(exercise, seed, {size: GROWTH})
        attempt = learner.run(grown, count=True)
        after = attempt.outcome.lines
        if attempt.outcome.violations or attempt.died:
            return Verdict(_not_counted(exercise, slow=attempt.died == "timeout"))
        if sum(after.values()) - sum(before.values()) > ALLOWED:
            return Verdict(_finding(exercise, size, before, after, grown.sizes[size]))
    timed = _to_be_timed(exercise, seed)
    sizes = ", ".join(f"{name.upper()} = {timed.sizes[name]:,}" for name in exercise.data)
    return Verdict(None, _speedup(exercise, learner, timed), sizes)


def _grown(exercise: Exercise, seed: int, more: Mapping[str, int]) -> Problem:
    sizes = build(exercise, exercise.cases[0], seed).sizes
    return build(exercise, exercise.cases[0], seed, sizes={name: sizes[name] + by for name, by in more.items()})


def _to_be_timed(exercise: Exercise, seed: int) -> Problem:
    """Return a case through which a loop goes in about TIMED steps.

    It makes one for each combination of the sizes, and as many as there are numbers in the largest array.
    """
    most = round(TIMED ** (1 / len(exercise.data)))
    more, problem = 1, _grown(exercise, seed, dict.fromkeys(exercise.data, 1))
    while more < most and _largest(problem) < TIMED:
        more = min(2 * more, most)
        problem = _grown(exercise, seed, dict.fromkeys(exercise.data, more))
    return problem


def _largest(problem: Problem) -> int:
    """Return how many numbers are in the largest array, of the arguments and of the results."""
    return max(int(np.size(leaf)) for _, leaf in leaves({"in": problem.arguments, "out": problem.expected}))


def _finding(exercise: Exercise, size: str, before: Mapping[int, int], after: Mapping[int, int], n: int) -> Finding:
    line = max(after, key=lambda line: after[line] - before.get(line, 0))
    where = f"line {line} is" if line else "a loop of NumPy's in Python is"
    return Finding(
        code="not-vectorised",
        severity="advice",
        title=f"There is still a loop over the data: {where} executed {after[line]} times where {size.upper()} = {n}.",
        question="Which operation on whole arrays does what the loop does for every index at once?",
        detail="It counts as vectorised when the number of executed lines stays the same for larger data.",
        kind="wrong-formula",
        quantity=exercise.name,
        line=line or None,
        confidence="certain",
    )


def _not_counted(exercise: Exercise, *, slow: bool) -> Finding:
    why = "on larger data it takes too long" if slow else "it turns the counting off, or ends"
    return Finding(
        code="stops-the-count",
        severity="advice",
        title=f"Its lines could not be counted: {why}.",
        question="Which operation on whole arrays does what its loop does?",
        kind="wrong-formula",
        quantity=exercise.name,
        confidence="certain",
    )


def _speedup(exercise: Exercise, learner: Learner, problem: Problem) -> float | None:
    """Return how many times as long the loop takes: told, not judged."""
    assert exercise.loop is not None
    started = time.perf_counter()
    exercise.loop(**problem.arguments)
    loop = time.perf_counter() - started
    found = [trial(learner, problem) for _ in range(3)]
    if any(t.rung is not None for t in found):
        return None
    return loop / max(min(t.attempt.outcome.seconds for t in found), 1e-6)

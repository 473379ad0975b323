"""Code that gives other results when it is called again: something outlives the call."""

from __future__ import annotations

from typing import Any

import numpy as np

from byhand.arrays import leaves
from byhand.spec import Exercise, Finding

from ..compare import differences
from ..learner import Attempt, Learner
from ..problem import Problem
from ..process import WorkerDied
from .context import Trial

NEAR = 1e-6
"""How near two runs of the same code must be, relatively: the same to the bit but for what depends on memory layout."""


def explain(exercise: Exercise, learner: Learner, trials: tuple[Trial, ...]) -> Finding | None:
    """Return a finding where the same call, made again after all others, does not give the same results."""
    first = next((t for t in trials if t.rung is not None), trials[0])
    if first.attempt.error is not None or first.attempt.died is not None:
        return None
    ran = first.attempt.forward is not None and first.attempt.forward.error is None
    try:
        attempts = learner.again(first.problem, _other_problem(first, trials), forward=ran)
    except WorkerDied:
        return None
    for count, attempt in enumerate(attempts, 1):
        quantity = _other(first, attempt)
        if quantity is not None:
            return _finding(exercise, learner, quantity, count)
    return None


def _other_problem(first: Trial, trials: tuple[Trial, ...]) -> Problem:
    return next((t.problem for t in trials if t.problem is not first.problem), first.problem)


def _other(first: Trial, attempt: Attempt) -> str | None:
    """Return what differs from the first run, or None."""
    if attempt.died is not None or attempt.error is not None:
        return "an exception"
    if first.passed:
        found = differences(first.problem, attempt.outcome.value)
        return f"another `{found[0].quantity}`" if found else None
    return None if _near(first.attempt.outcome.value, attempt.outcome.value) else "other results"


def _near(a: Any, b: Any) -> bool:
    before, after = list(leaves(a)), list(leaves(b))
    if [path for path, _ in before] != [path for path, _ in after]:
        return False
    for (_, x), (_, y) in zip(before, after, strict=True):
        if isinstance(x, np.ndarray | np.generic | float):
            x, y = np.asarray(x), np.asarray(y)
            scale = float(np.max(np.abs(x), initial=0.0, where=np.isfinite(x)))
            if x.shape != y.shape or not np.allclose(x, y, rtol=0, atol=NEAR * scale, equal_nan=True):
                return False
    return True


def _finding(exercise: Exercise, learner: Learner, quantity: str, count: int) -> Finding:
    name = exercise.name
    spoilt = count > 1
    if spoilt:
        title = f"`{name}` works once: called a second time with the same cache, it gives {quantity}."
        question = "Which line changes what is in the cache?"
        detail = "The cache belongs to the forward; a backward only reads it."
    elif exercise.forward is not None and exercise.forward.__name__ in learner.own:
        title = f"After other calls, `{name}` gives {quantity} for the same upstream gradient and cache."
        question = "What does it take from somewhere else than its arguments?"
        detail = f"`{exercise.forward.__name__}` ran on other inputs in between, as it does in a network with two such layers."
    else:
        title = f"Called again with the same arguments, `{name}` gives {quantity}."
        question = "What does it keep from one call to the next, or draw at random?"
        detail = "A function of its arguments alone gives the same each time; what is to be remembered goes in and comes out."
    return Finding(
        code="not-repeatable",
        title=title,
        question=question,
        detail=detail,
        kind="mutates-input" if spoilt else "wrong-formula",
        quantity="cache" if spoilt else name,
        line=learner.source.first_global(name),
        confidence="certain",
    )

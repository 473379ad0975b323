"""The smallest case that shows the fault: small integers, at most 3 x 3 where that suffices."""

from __future__ import annotations

import time
from itertools import product
from typing import Any

import numpy as np

from byhand.arrays import leaves
from byhand.spec import Case

from .diagnosis.context import Trial, trial
from .learner import Learner
from .problem import Problem, build

LARGEST = 60
"""Numbers in one array that are still shown."""
TRIES = 8
"""Settings of the sizes that are tried."""
SEEDS = 3
"""Draws of small integers that are tried for each."""
SECONDS = 0.15
"""After so long a case that shows the fault is taken, even if there may be one with numbers that are easier to follow."""
DIGITS = (4, 7, 10, 13, 17)
"""To how many digits numbers are shown."""
READABLE = (1e-2, 50.0)
"""Most numbers of a case to be read should not be smaller, and none larger."""


def shrink(learner: Learner, failing: Trial, seed: int) -> Trial:
    """Return the smallest trial found on which the same quantity fails, or the failing one itself."""
    case = failing.problem.case
    if case.kind == "float32" or failing.attempt.died:
        return failing
    settings = _smaller(failing.problem)[:TRIES]
    first, deadline = None, time.perf_counter() + SECONDS
    for draws in [(seed + i, True) for i in range(SEEDS)], [(seed, False)]:  # small integers first
        for sizes, (draw, small) in product(settings, draws):
            found = _try(learner, failing, case, draw, sizes, small)
            if found is not None and _is_pleasant(found):
                return found
            first = first or found
            if first is not None and time.perf_counter() > deadline:
                return first
    return first or failing


def _is_pleasant(found: Trial) -> bool:
    """Return whether a trial's numbers are ones that a person can follow: no division by next to nothing, no mere rounding.

    A gradient that is zero but for eps teaches nothing: that of two numbers which are standardised together.
    """
    for _, value in leaves(found.problem.expected):
        numbers = np.abs(np.asarray(value)) if np.asarray(value).dtype.kind in "fiu" else np.zeros(0)
        numbers = numbers[numbers > 0]
        if numbers.size and not (np.median(numbers) >= READABLE[0] and np.max(numbers) <= READABLE[1]):
            return False
    return True


def _smaller(problem: Problem) -> list[dict[str, int]]:
    """Return settings of the sizes from 2 to 3 (never above the case's own), the smallest first."""
    names = list(problem.sizes)
    ranges = [sorted({min(problem.sizes[n], 2), min(problem.sizes[n], 3)}) for n in names]
    settings = [dict(zip(names, values, strict=True)) for values in product(*ranges)]
    return sorted(settings, key=lambda s: (sum(s.values()), list(s.values())[::-1]))


def _try(learner, failing, case: Case, seed, sizes, small) -> Trial | None:
    try:
        problem = build(failing.problem.exercise, case, seed, sizes=sizes, small=small)
        with np.errstate(all="ignore"):
            finite = all(np.all(np.isfinite(v)) for _, v in leaves(problem.expected) if np.asarray(v).dtype.kind == "f")
    except Exception:  # a case need not make sense at every size
        return None
    if not finite:
        return None
    found = trial(learner, problem)
    if found.attempt.died:
        return None
    if failing.differences:
        quantity = failing.differences[0]
        same = any(d.returned == quantity.returned and d.rung == quantity.rung for d in found.differences)
    elif failing.attempt.error:
        same = found.attempt.error is not None and found.attempt.error["type"] == failing.attempt.error["type"]
    else:
        same = bool(found.attempt.changed)
    return found if same else None


def example(shown: Trial) -> dict[str, Any] | None:
    """Return {case, inputs, yours, expected} of a trial as JSON data, or None if it is too large to read."""
    problem = shown.problem
    inputs = {name: _show(value) for name, value in problem.arguments.items()}
    if problem.upstream is not None:
        inputs[problem.exercise.parameters[0]] = _show(problem.upstream)
    if any(np.size(leaf) > LARGEST for _, leaf in leaves({"a": problem.arguments, "u": problem.upstream})):
        return None
    yours, expected = {}, {}
    for digits in DIGITS:  # as few as show that they differ
        yours = {name: _show(value, digits) for name, value in shown.values.items() if name in problem.expected}
        expected = {name: _show(value, digits) for name, value in problem.expected.items()}
        if yours != expected:
            break
    return {"case": problem.case.name, "inputs": inputs, "yours": yours, "expected": expected}


def _show(value: Any, digits: int = DIGITS[0]) -> Any:
    if isinstance(value, dict):
        return {str(k): _show(v, digits) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_show(v, digits) for v in value]
    if isinstance(value, np.ndarray | np.generic):
        return _numbers(np.asarray(value).tolist(), digits)
    if callable(value):
        return f"the function {getattr(value, '__name__', 'f')}"
    if value is None or isinstance(value, str | bool | int | float):
        return _numbers(value, digits)
    return f"<{type(value).__name__}>"


def _numbers(value: Any, digits: int) -> Any:
    """Round to what a person reads; JSON has no nan and no infinity, so they become text."""
    if isinstance(value, list):
        return [_numbers(v, digits) for v in value]
    if isinstance(value, float):
        if not np.isfinite(value):
            return str(value)
        return float(f"{value:.{digits}g}")
    return value

"""What is said beside a pass, and what is forgiven: finite differences, lost digits, wider numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from byhand.spec import Exercise, Finding

from .diagnosis.context import Trial
from .problem import FINITE_DIFFERENCES, Problem


def by_finite_differences(exercise: Exercise, failing: list[Trial], held: Callable[[Problem], Iterable[np.ndarray]]) -> bool:
    """Return whether every gradient in double precision is right to the accuracy of finite differences, and no better.

    `held` tells what the variables of the code held on a problem.
    """
    exact = [t for t in failing if t.problem.case.kind != "float32"]
    if not exact or any(t.rung != "values" or t.attempt.changed for t in failing):
        return False
    for found in exact:
        for d in found.differences:
            mine, scale = np.asarray(d.yours), float(np.max(np.abs(d.expected), initial=0.0))
            single = mine.dtype == np.float32 or np.array_equal(mine, mine.astype(np.float32))
            error = d.max_error
            allowed = FINITE_DIFFERENCES * scale
            if not _is_gradient(exercise, d.returned) or single or error is None or error > allowed:
                return False
    # half of the digits lost on the way is something else
    return not any(value.dtype == np.float32 for value in held(exact[0].problem))


def _is_gradient(exercise: Exercise, name: str) -> bool:
    """Return whether a returned value is a gradient: of an argument, or, as in scores_gradient, of what one was made from."""
    return exercise.gradient_of(name) is not None or (exercise.name.endswith("_gradient") and name.startswith("d"))


def loses_digits(found: Trial) -> bool:
    """Return whether a trial fails by lost digits alone: in single precision, or where large numbers cancel."""
    allowed = {"float32": 1e-2, "extreme": 1e-5}.get(found.problem.case.kind, 0.0)
    if found.rung != "values" or found.attempt.changed:
        return False
    errors = [(d.max_error, float(np.max(np.abs(d.expected), initial=0.0))) for d in found.differences]
    return all(error is not None and error <= allowed * scale for error, scale in errors)


def finite_differences(exercise: Exercise) -> Finding:
    """Say that a gradient is right as far as finite differences go."""
    return Finding(
        code="finite-differences",
        severity="advice",
        title="It is right to the accuracy of finite differences; the exercise asks for the formula.",
        question="Which formula gives these numbers in one evaluation?",
        kind="wrong-formula",
        quantity=exercise.name,
        confidence="likely",
    )


def imprecise(found: Trial) -> Finding:
    """Say that a result loses digits where numbers are short or cancel."""
    difference, case = found.differences[0], found.problem.case
    where = "In single precision" if case.kind == "float32" else f'In the case "{case.name}"'
    return Finding(
        code="imprecise",
        severity="advice",
        title=f"{where} `{difference.quantity}` loses digits: it is off by {difference.max_error:.1g}.",
        question="Which step subtracts two nearly equal numbers, or divides by a very small one?",
        kind="unstable",
        quantity=difference.quantity,
        confidence="likely",
    )


def forward_differs(exercise: Exercise) -> Finding:
    """Say that a backward was checked with our cache, for the learner's forward is not right."""
    assert exercise.forward is not None
    name = exercise.forward.__name__
    return Finding(
        code="forward-differs",
        severity="advice",
        title=f"Your `{name}` is not right yet: this was checked with the cache of ours.",
        question=f"What does `byhand check {name}` say?",
        kind="wrong-formula",
        quantity=name,
        confidence="certain",
    )


def wider_dtype(names: list[str]) -> Finding:
    """Say that results take twice the memory that they need."""
    told = " and ".join(f"`{n}`" for n in names)
    return Finding(
        code="wider-dtype",
        severity="advice",
        title=f"{told} come{'s' if len(names) == 1 else ''} back as float64 where the inputs are float32.",
        question="Which array is made with np.zeros or np.ones without the dtype of the input?",
        kind="dtype",
        quantity=names[0],
        confidence="certain",
    )


def not_booleans(names: list[str]) -> Finding:
    """Say that what should be true or false came back as numbers."""
    told = " and ".join(f"`{n}`" for n in names)
    return Finding(
        code="not-booleans",
        severity="advice",
        title=f"{told} come{'s' if len(names) == 1 else ''} back as numbers; True and False are promised.",
        question="What do `~mask` and `x[mask]` do if the mask is made of ones and zeros?",
        kind="dtype",
        quantity=names[0],
        confidence="certain",
    )

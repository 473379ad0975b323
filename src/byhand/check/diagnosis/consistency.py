"""Step 6: is a backward right for the forward that the learner wrote, while it is the forward that differs?"""

from __future__ import annotations

from typing import Any

import numpy as np

from byhand.arrays import flatten, leaves, tree_map, unflatten
from byhand.spec import Exercise, Finding

from ..learner import Learner
from ..process import WorkerDied
from .context import Context, Trial

STEP = 1e-5
MAX_CALLS = 400


def explain(context: Context) -> Finding | None:
    """Return a finding where the backward is the derivative of the learner's own, different, forward."""
    exercise = context.exercise
    forward = exercise.forward
    if forward is None or forward.__name__ not in context.learner.own:
        return None
    problem = context.problem
    if problem.case.kind == "float32" or context.trial.attempt.forward is None:
        return None
    names = {returned: exercise.gradient_of(returned) for returned in exercise.returns}
    try:
        for returned, argument in names.items():
            if argument is None or returned not in context.trial.values:
                return None
            numeric = _numerical(context, argument)
            mine = context.trial.values[returned]
            if numeric is None or not _near(mine, numeric):
                return None
    except WorkerDied:
        return None
    return Finding(
        code="forward-differs",
        title=f"`{exercise.name}` is right for the `{forward.__name__}` that you wrote; it is the forward that differs.",
        question=f"What does `byhand check {forward.__name__}` say?",
        detail="Its gradients agree with finite differences of your own forward.",
        kind="wrong-formula",
        quantity=forward.__name__,
        line=_line(context.learner, forward.__name__),
        confidence="certain",
        evidence=(f"centred differences with h = {STEP:g}",),
    )


def own_cache_alone(with_own: tuple[Trial, ...], with_ours: tuple[Trial, ...]) -> bool:
    """Return whether a backward stops with our cache where it did not with the learner's: then ours can tell nothing of it."""
    pairs = zip(with_own, with_ours, strict=True)
    return any(ours.attempt.error is not None and own.attempt.error is None for own, ours in pairs)


def forward_first(exercise: Exercise, learner: Learner) -> Finding:
    """Return the finding for a backward that reads the cache of a forward that is not right yet, and no other."""
    assert exercise.forward is not None
    name = exercise.forward.__name__
    return Finding(
        code="forward-differs",
        title=f"`{exercise.name}` cannot be judged yet: it reads the cache of your own `{name}`, which is not right.",
        question=f"What does `byhand check {name}` say?",
        detail="Its gradients are not the derivative of your forward either; but look at the forward first.",
        kind="wrong-formula",
        quantity=name,
        line=_line(learner, name),
        confidence="certain",
    )


def _line(learner: Learner, name: str) -> int | None:
    definition = learner.source.function(name)
    return definition.lineno if definition is not None else None


def forward_differs(trial: Trial) -> bool:
    """Return whether the learner's own forward, run before the backward, was not right."""
    outcome, forward = trial.attempt.forward, trial.problem.exercise.forward
    if outcome is None or forward is None:
        return False
    if outcome.error is not None:
        return True
    out = outcome.value[0] if isinstance(outcome.value, tuple) and outcome.value else outcome.value
    with np.errstate(all="ignore"):
        expected = forward(**trial.problem.arguments)[0]
    return not _near(out, expected, 1e3 * trial.problem.tier.relative)


def _numerical(context: Context, argument: str) -> Any:
    """Return the gradient of sum(out * upstream) in an argument, by centred differences of the learner's forward."""
    problem = context.problem
    flat, structure = flatten(problem.arguments[argument])
    if 2 * sum(np.size(v) for v in flat.values()) > MAX_CALLS:
        return None
    upstream = [np.asarray(leaf) for _, leaf in leaves(problem.upstream)]
    gradient = {path: np.zeros_like(value) for path, value in flat.items()}

    def objective(path, index, step):
        moved = {p: v.copy() for p, v in flat.items()}
        moved[path][index] += step
        outcome = context.learner.forward(problem, {**problem.arguments, argument: unflatten(moved, structure)})
        if outcome.error is not None:
            raise FloatingPointError
        out = outcome.value[0] if isinstance(outcome.value, tuple) else outcome.value
        parts = [np.asarray(leaf) for _, leaf in leaves(out)]
        return sum(float(np.sum(a * b)) for a, b in zip(parts, upstream, strict=True))

    try:
        for path, value in flat.items():
            for index in np.ndindex(value.shape):
                gradient[path][index] = (objective(path, index, STEP) - objective(path, index, -STEP)) / (2 * STEP)
    except (FloatingPointError, ValueError, TypeError):
        return None
    return unflatten(gradient, structure)


def _near(mine, theirs, relative: float = 1e-5) -> bool:
    try:
        gaps = tree_map(lambda a, b: np.shape(a) == np.shape(b) and _gap(a, b) <= relative, mine, theirs)
    except ValueError:
        return False
    return all(ok for _, ok in leaves(gaps))


def _gap(a, b) -> float:
    if not isinstance(a, np.ndarray | np.generic | int | float):
        return float("inf")
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    return float(np.max(np.abs(a - b), initial=0.0)) / (float(np.max(np.abs(b), initial=0.0)) or 1.0)

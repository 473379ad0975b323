"""Step 5: the code does just what a known misconception does, on every case."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np

from byhand.arrays import leaves, tree_map
from byhand.course import rendering
from byhand.spec import Exercise, Finding, Misconception

from ..learner import bind
from ..problem import Problem, by_name, takes_cache
from .context import Context, Trial
from .known import follow


@cache
def variant(exercise: Exercise, misconception: Misconception) -> Callable:
    """Return the wrong function that a misconception describes."""
    return compile_function(exercise, edited(exercise, misconception))


def edited(exercise: Exercise, misconception: Misconception) -> str:
    """Return the rendered solution with a misconception's edits made.

    Raises:
        ValueError: an edit's text is not found exactly once.
    """
    source = rendering.solution(exercise)
    for old, new in misconception.edits.items():
        if source.count(old) != 1:
            times = f"{source.count(old)} times in the solution, not once"
            raise ValueError(f"{exercise.name}, {misconception.name}: {old!r} occurs {times}")
        source = source.replace(old, new)
    return source


def compile_function(exercise: Exercise, source: str, parts: Mapping[str, Callable] | None = None) -> Callable:
    """Return the function that a source text of an exercise defines; the exercises it calls are `parts`, or the references."""
    namespace: dict[str, Any] = {"np": np}
    namespace.update(parts or {part.__name__: part for part in exercise.parts})
    exec(compile(source, f"<{exercise.name}>", "exec"), namespace)
    return namespace[exercise.name]


def explain(context: Context) -> list[Finding]:
    """Return a finding for every misconception that does what the learner's code does; more than one cannot be told apart.

    One that changes arguments, as the learner's code does, is preferred to one that gives the same results without.
    """
    known = [(slip, _changes(context, variant(context.exercise, slip))) for slip in context.exercise.misconceptions]
    agreeing = [(slip, changes) for slip, changes in known if changes is not None]
    most = max((changes for _, changes in agreeing), default=0)
    found = [_finding(context, slip) for slip, changes in agreeing if changes == most]
    if len(found) > 1:
        found = [Finding(**{**vars(f), "confidence": "likely"}) for f in found]
    return found


def _changes(context: Context, function: Callable) -> int | None:
    """Return how often a slip changes an argument, over all trials; None where it does not do what the learner's code does."""
    changes = 0
    for trial in context.trials:
        behaviour = behave(trial.problem, function)
        if not _agree(trial, behaviour):
            return None
        changes += len(behaviour[1])
    return changes


def behave(problem: Problem, function: Callable) -> tuple[dict[str, Any] | str, dict[str, Any]]:
    """Return (results by name, or the name of the exception; the arguments it changed, as they are afterwards)."""
    exercise = problem.exercise
    arguments = tree_map(_fresh, problem.arguments)
    try:
        with np.errstate(all="ignore"):
            if exercise.forward is None:
                before = copy.deepcopy({k: v for k, v in arguments.items() if not callable(v)})
                args, kwargs = bind(exercise.function, arguments)
                result = function(*args, **kwargs)
                changed = {k: arguments[k] for k in before if not _equal(before[k], arguments[k])}
            else:
                upstream = tree_map(_fresh, problem.upstream)
                cache = exercise.forward(**arguments)[1]
                names, before = exercise.parameters, copy.deepcopy([upstream, cache])
                result = function(upstream, *([cache] if takes_cache(exercise.function) else []))
                changed = {n: b for n, a, b in zip(names, before, [upstream, cache], strict=False) if not _equal(a, b)}
            return by_name(exercise.returns, result), changed
    except Exception as error:
        return type(error).__name__, {}


def _agree(trial: Trial, behaviour) -> bool:
    result, changed = behaviour
    error = trial.attempt.error
    if trial.attempt.died is not None:
        return False
    if isinstance(result, str) or error is not None:
        return error is not None and error["type"] == result
    if not changed.keys() <= set(trial.attempt.changed) | {"cache"}:
        return False
    after = trial.attempt.after
    if not all(near(after[name], changed[name], None) for name in trial.attempt.changed if name in changed):
        return False
    tolerances = trial.problem.tolerance
    values = trial.values
    return all(name in values and near(values[name], result[name], tolerances[name]) for name in result)


def near(mine: Any, theirs: Any, tolerance: Any) -> bool:
    """Return whether two results are the same but for ten times what the exercise allows."""
    a, b = dict(leaves(mine)), dict(leaves(theirs))
    t = [leaf for _, leaf in leaves(tolerance)]
    if a.keys() != b.keys():
        return False
    allowed = max((x for x in t if isinstance(x, float)), default=0.0)
    for path, value in b.items():
        x, y = np.asarray(a[path]), np.asarray(value)
        if x.shape != y.shape or x.dtype.kind not in "biuf" or y.dtype.kind not in "biuf":
            return False
        with np.errstate(all="ignore"):
            size = float(np.max(np.abs(y[np.isfinite(y)]), initial=0.0)) if y.dtype.kind == "f" else 0.0
            if not np.all((np.abs(x - y.astype(float)) <= 10 * allowed + 1e-7 * size) | (x == y) | (np.isnan(x) & np.isnan(y))):
                return False
    return True


def _finding(context: Context, misconception: Misconception) -> Finding:
    exercise = context.exercise
    failing = context.trial.differences
    changed = context.trial.attempt.changed
    line = context.learner.source.changes(exercise.name, changed[0]) if changed and not failing else None
    if context.traced.problems and failing:
        made = context.departures.made_as(
            follow(context.traced.problems[0], variant(exercise, misconception), edited(exercise, misconception))
        )
        line = made.line if made is not None else None
    error = context.trial.attempt.error
    return Finding(
        code=misconception.name,
        title="",
        question=misconception.asks,
        detail=misconception.says,
        kind=misconception.kind,
        quantity=misconception.quantity,
        line=error["line"] if error else line,
        # exceptions of one type have many causes
        confidence="likely" if all(t.attempt.error for t in context.trials if t.rung) else "certain",
        evidence=(f"on all {len(context.trials)} cases the results are those of this slip",),
    )


def _fresh(leaf):
    if not isinstance(leaf, np.ndarray):
        return leaf
    return leaf.copy()


def _equal(before, after) -> bool:
    a, b = list(leaves(before)), list(leaves(after))
    return len(a) == len(b) and all(
        np.array_equal(x, y, equal_nan=isinstance(x, np.ndarray) and x.dtype.kind == "f")
        for (_, x), (_, y) in zip(a, b, strict=True)
    )

"""Step 3: the result is the right one for other arguments: as if `reg` were 0, `gamma` 1, or `train` always true."""

from __future__ import annotations

import inspect
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from byhand.arrays import flatten, unflatten
from byhand.spec import Finding

from ..compare import Difference
from ..problem import Problem
from .context import Context
from .known import follow
from .variants import near
from .where import only_in

SECONDS = 0.5
"""After so long no other arguments are tried."""
UPSTREAM = "dout"


@dataclass(frozen=True)
class Change:
    """Other arguments, the same ones in every case."""

    names: tuple[str, ...]
    """The arguments, as a learner writes them: "reg", "params['b1']"."""
    words: str
    """What they would be: "were 0"."""
    kind: str
    paths: tuple[str, ...]
    new: Callable[..., Any]
    """Their new values from the old ones, as a tuple."""

    @property
    def told(self) -> str:
        """The whole condition: "`reg` were 0"."""
        return f"{' and '.join(f'`{name}`' for name in self.names)} {self.words}"


def explain(context: Context, difference: Difference) -> Finding | None:
    """Explain a quantity as the right one for other arguments, in every case, or return None."""
    if difference.rung not in ("values", "finite") or np.asarray(difference.expected).dtype.kind not in "biuf":
        return None
    deadline = time.perf_counter() + SECONDS
    found = []
    for change in _changes(context.problem):
        if time.perf_counter() > deadline:
            break
        telling = _holds(context, difference, change)
        if telling:
            found.append((change, telling))
    if not found:
        return None
    change, telling = found[0]
    others = [other.told for other, _ in found[1:3]]
    return Finding(
        code="as-if",
        title=f"`{difference.quantity}` is what it would be if {_told(change, difference)}{only_in(context)}.",
        question=_question(change, difference.quantity),
        detail=f"The same numbers come out if {' or if '.join(others)}." if others else "",
        kind=change.kind,
        quantity=difference.quantity,
        line=_line(context, change),
        confidence="certain" if telling > 1 and not others else "likely",
        evidence=(f"the right results for such arguments are yours in all cases, {telling} of which can tell the two apart",),
    )


def _line(context: Context, change: Change) -> int | None:
    """Return the line that makes what the reference makes with the other arguments, and not with the true ones."""
    if not context.traced.problems:
        return None
    problem = _changed(context.traced.problems[0], change)
    made = context.departures.made_as(follow(problem, context.exercise.function))
    return made.line if made is not None else None


def _holds(context: Context, difference: Difference, change: Change) -> int:
    """Return in how many trials a change makes the right result the learner's, and another one; 0 unless it does in all."""
    telling = 0
    first = [context.trial, *(t for t in context.trials if t is not context.trial)]
    for trial in first:
        if trial.attempt.error is not None or trial.attempt.died is not None:
            return 0
        try:
            mine = _part(trial.values, difference)
            right = _part(trial.problem.expected, difference)
            key = (change.told, trial.problem.case.name)
            if key not in context.other_results:
                context.other_results[key] = None  # the arguments may be none that the reference takes
                with np.errstate(all="ignore"):
                    context.other_results[key] = _changed(trial.problem, change).evaluate(context.exercise.function)
            other = _part(context.other_results[key], difference)
        except Exception:  # the arguments may be none that the reference takes
            return 0
        allowed = _part(trial.problem.tolerance, difference)
        if not near(mine, other, allowed):
            return 0
        telling += not near(right, other, allowed)
    return telling


def _part(values: Any, difference: Difference) -> Any:
    """Return the part of a result that a difference is about."""
    part = values[difference.returned]
    for key in difference.keys:
        part = part[key] if isinstance(part, dict) else part[int(key)]
    return part


def _changed(problem: Problem, change: Change) -> Problem:
    flat, structure = flatten(problem.arguments)
    upstream = problem.upstream
    left_out = {path: _defaults(problem)[path] for path in change.paths if path not in flat and path != UPSTREAM}
    old = {UPSTREAM: upstream} | flat | left_out
    new = dict(zip(change.paths, change.new(*(old[path] for path in change.paths)), strict=True))
    flat |= {path: value for path, value in new.items() if path in flat}
    arguments = unflatten(flat, structure) | {path: new[path] for path in left_out}
    return replace(problem, arguments=arguments, upstream=new.get(UPSTREAM, upstream))


def _defaults(problem: Problem) -> dict[str, Any]:
    exercise = problem.exercise
    parameters = inspect.signature(exercise.forward or exercise.function).parameters
    return {name: p.default for name, p in parameters.items() if p.default is not p.empty}


def _changes(problem: Problem) -> Iterator[Change]:
    """Yield other arguments, those that learners have in mind first."""
    flat, _ = flatten(problem.arguments)
    defaults = _defaults(problem)
    numbers = {path: value for path, value in flat.items() if isinstance(value, int | float) and not _listed(path)}
    arrays = {p: v for p, v in flat.items() if isinstance(v, np.ndarray) and v.dtype.kind == "f" and _listed(p) < 2}
    if isinstance(problem.upstream, np.ndarray):
        arrays[UPSTREAM] = problem.upstream
    for path, value in numbers.items():
        yield from _of_number(path, value, defaults.get(path))
    for path in arrays:
        yield _one(path, "were 0", "missing-term", np.zeros_like)
        yield _one(path, "were 1", "missing-term", np.ones_like)
        yield _one(path, "had the other sign", "wrong-sign", np.negative)
    usual = {path: defaults[path] for path in numbers if type(defaults.get(path)) in (int, float)}
    for a, b in combinations(usual, 2):
        words = f"were always {usual[a]:g} and {usual[b]:g}, their defaults"
        yield Change((a, b), words, "hard-coded", (a, b), lambda x, y, a=a, b=b: (usual[a], usual[b]))
    alike = [(a, b) for a, b in combinations(numbers, 2) if type(numbers[a]) is type(numbers[b])]
    alike += [(a, b) for a, b in combinations(arrays, 2) if arrays[a].shape == arrays[b].shape]
    for a, b in alike:
        yield Change((_written(a), _written(b)), "changed places", "wrong-order", (a, b), lambda x, y: (y, x))


def _listed(path: str) -> int:
    """Return how deep in lists a leaf is. A number in a list points to something, and must not point elsewhere."""
    return sum(step.isdigit() for step in path.split("/"))


def _of_number(path: str, value: float, default: Any) -> Iterator[Change]:
    if isinstance(value, bool):
        yield _one(path, "were always True", "wrong-mode", lambda v: True)
        yield _one(path, "were always False", "wrong-mode", lambda v: False)
        return
    if isinstance(default, int | float) and not isinstance(default, bool):
        yield _one(path, f"were always {default:g}, its default", "hard-coded", lambda v: default)
    yield _one(path, "were 0", "missing-term", lambda v: type(v)(0))
    yield _one(path, "were 1", "missing-term", lambda v: type(v)(1))
    if isinstance(value, int):
        yield _one(path, "were one less", "off-by-one", lambda v: v - 1)
        yield _one(path, "were one more", "off-by-one", lambda v: v + 1)
    else:
        yield _one(path, "were half as large", "wrong-scale", lambda v: v / 2)
        yield _one(path, f"were 1 - {_written(path)}", "wrong-formula", lambda v: 1 - v)
        yield _one(path, "were squared", "wrong-formula", lambda v: v * v)
        yield _one(path, "were its root", "wrong-formula", lambda v: math.sqrt(v))
    yield _one(path, "were twice as large", "wrong-scale", lambda v: 2 * v)
    yield _one(path, "had the other sign", "wrong-sign", lambda v: -v)


def _one(path: str, words: str, kind: str, new: Callable) -> Change:
    return Change((_written(path),), words, kind, (path,), lambda value: (new(value),))


def _written(path: str) -> str:
    """Return a path among the arguments as a learner writes it: params/w1 -> params['w1'].

    >>> _written("douts/0"), _written("state/running1/mean")
    ('douts[0]', "state['running1']['mean']")
    """
    root, *steps = path.split("/")
    return root + "".join(f"[{step}]" if step.isdigit() else f"[{step!r}]" for step in steps)


def _told(change: Change, difference: Difference) -> str:
    """Return the condition; what comes in under the name under which it goes out is told apart."""
    came_in = change.names == (difference.quantity,)
    return f"the `{change.names[0]}` that comes in {change.words}" if came_in else change.told


def _question(change: Change, quantity: str) -> str:
    name = change.names[0]
    if name == quantity:
        return f"Where is the `{name}` that comes in used?"
    return {
        "missing-term": f"Where does `{name}` come in on the way to `{quantity}`?",
        "hard-coded": f"Where is `{name}` used?",
        "wrong-scale": f"How often does `{name}` come in on the way to `{quantity}`, and with which factor?",
        "wrong-sign": f"With which sign does `{name}` come in on the way to `{quantity}`?",
        "off-by-one": f"What is `{name}` when it is used: where does its counting begin, and has it been counted up?",
        "wrong-mode": f"Which lines should depend on `{name}`?",
        "wrong-order": f"Which of the two belongs where on the way to `{quantity}`?",
    }.get(change.kind, f"In which form does `{name}` come in on the way to `{quantity}`?")

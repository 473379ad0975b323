"""The calls that a composite makes to its parts, seen from here: ours stand in for them, and keep what they are given."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any

import numpy as np

from byhand import course
from byhand.arrays import leaves
from byhand.course import rendering
from byhand.spec import Case, Exercise
from byhand.spec.exercise import returned_names

from .diagnosis import variants
from .learner import Attempt, Learner
from .problem import Problem, takes_cache

NEAR = 1e-6
"""How near two arguments must be to be the same, relative to the largest number in them."""


@dataclass(frozen=True, eq=False)
class Call:
    """One call of a part by a composite."""

    name: str
    number: int
    """Which of the calls of this part it is, from 1."""
    arguments: Mapping[str, Any] = field(repr=False)
    result: Any = field(repr=False)
    returns: tuple[str, ...] = ()
    """The names of what it returns."""

    @property
    def results(self) -> Iterator[tuple[str, Any]]:
        """What it returned, by name."""
        yield from zip(self.returns, self.result if len(self.returns) > 1 else (self.result,), strict=False)


@dataclass(frozen=True, eq=False)
class Wrong:
    """A call that is not given what it should be."""

    call: Call
    meant: Call
    """The call that our own composite makes in its place."""

    @property
    def names(self) -> list[str]:
        """The arguments that are not as they should be."""
        given, meant = self.call.arguments, self.meant.arguments
        return [name for name in meant if not same(given[name], meant[name])]


@dataclass
class Recorder:
    """Stands in for the parts of a composite, and keeps every call of them.

    With `meant`, the calls that our own composite makes, a call that is given something else is answered as if it had been
    given what it should be: what comes after it is not its fault.
    """

    exercise: Exercise
    meant: Sequence[Call] = ()
    calls: list[Call] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)

    @property
    def functions(self) -> dict[str, Callable]:
        """The parts by name, each keeping its calls."""
        return {part.__name__: self._kept(part) for part in self.exercise.parts}

    def _kept(self, part: Callable) -> Callable:
        signature, name, returns = inspect.signature(part), part.__name__, returned_names(part)

        @wraps(part)
        def call(*args, **kwargs):
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            number = 1 + sum(c.name == name for c in self.calls)
            made = Call(name, number, bound.arguments, None, returns)
            meant = self._meant(made)
            if meant is None:
                made = replace(made, result=part(*args, **kwargs))
            else:
                made = replace(made, result=meant.result)
                self.wrong.append(Wrong(made, meant))
            self.calls.append(made)
            return made.result

        return call

    def _meant(self, made: Call) -> Call | None:
        """Return the call that should have been made in the place of one that should not have been; or None."""

        def alike(call: Call) -> int:
            return sum(same(made.arguments[name], call.arguments[name]) for name in call.arguments)

        known = [(alike(c), c.number == made.number, c) for c in self.meant if c.name == made.name]
        if not known or any(count == len(c.arguments) for count, _, c in known):
            return None
        return max(known, key=lambda k: k[:2])[2]


def of_learner(learner: Learner, problem: Problem, meant: Sequence[Call] = ()) -> tuple[Recorder, Attempt]:
    """Run a learner's composite on a problem, every part being ours; return the calls that it makes, and what it did."""
    recorder = Recorder(problem.exercise, meant)
    learner.use(recorder.functions)
    attempt = learner.run(problem)
    learner.use_reference(problem.exercise, frozenset())
    return recorder, attempt


def of_reference(problem: Problem) -> list[Call]:
    """Return the calls that our own composite makes on a problem."""
    recorder = Recorder(problem.exercise)
    problem.evaluate(variants.compile_function(problem.exercise, rendering.solution(problem.exercise), recorder.functions))
    return recorder.calls


def as_problem(call: Call, calls: list[Call], within: Problem) -> Problem | None:
    """Return a call as a problem of the part's own exercise; None where it has none, or the forward is not among the calls."""
    exercise = course.exercises().get(call.name)
    if exercise is None:
        return None
    case = Case(within.case.kind, ", ".join(filter(None, (place(call, calls, within).partition(" (")[0], within.case.name))))
    if exercise.forward is None:
        return Problem(exercise, case, dict(call.arguments), None, {})
    forward = forward_of(call, calls)
    if forward is None:
        return None
    upstream, cache = call.arguments[exercise.parameters[0]], forward.result[1]
    return Problem(exercise, case, dict(forward.arguments), upstream, {}, cache)


def forward_of(call: Call, calls: list[Call]) -> Call | None:
    """Return the forward call whose cache a backward call was given."""
    exercise = course.exercises().get(call.name)
    if exercise is None or exercise.forward is None or not takes_cache(exercise.function):
        return None
    cache = call.arguments.get(exercise.parameters[1])
    forwards = (c for c in calls if c.name == getattr(exercise.forward, "__name__", ""))
    return next((c for c in forwards if same(c.result[1], cache)), None)


def same(a: Any, b: Any) -> bool:
    """Return whether two trees hold the same numbers, but for rounding."""
    mine, theirs = dict(leaves(a)), dict(leaves(b))
    if mine.keys() != theirs.keys():
        return False
    return all(_near(mine[path], theirs[path]) for path in mine)


def _near(x: Any, y: Any) -> bool:
    if not all(isinstance(v, np.ndarray | np.generic | int | float) for v in (x, y)):
        return type(x) is type(y) and x == y
    x, y = np.asarray(x), np.asarray(y)
    if x.shape != y.shape:
        return False
    with np.errstate(all="ignore"):
        scale = float(np.max(np.abs(y), initial=0.0)) if y.dtype.kind in "iuf" else 0.0
        return bool(np.all((np.abs(x - y.astype(float)) <= NEAR * scale) | (x == y)))


def place(call: Call, calls: list[Call], problem: Problem) -> str:
    """Return where in a composite a call is: "layer 2 (`params['w2']`, `params['b2']`)", or which of several calls it is.

    A call is known by the composite's own arguments that it is given, a backward by those of its forward, and a call that is
    given none of them by the call that made what it is given. Returns "" for the only call of a part.
    """
    many = sum(c.name == call.name for c in calls)
    if many < 2:
        return ""
    own, near = _named(call, calls, problem)
    numbers = {re.findall(r"(\d*)\D*$", name)[0] for name in near}
    number = numbers.pop() if len(numbers) == 1 else ""
    told = ", ".join(f"`{name}`" for name in near)
    if number:
        return f"layer {number} ({told})" if own else f"layer {number}"
    return f"the layer of {told}" if near else f"call {call.number} of {many}"


def _named(call: Call, calls: list[Call], problem: Problem) -> tuple[bool, list[str]]:
    """Return (whether a call is given some of the composite's parameters itself, which they, or those nearest before it, are)."""
    call = forward_of(call, calls) or call
    given = _arrays(call.arguments)
    own = [name for name, value in parameters(problem) if _among(value, given)]
    if own:
        return True, own
    for before in reversed(calls[: calls.index(call)]):
        made = before.result[0] if isinstance(before.result, tuple) else before.result
        if any(_among(value, given) for value in _arrays(made)):
            return False, _named(before, calls, problem)[1]
    return False, []


def _arrays(tree: Any) -> list[np.ndarray]:
    return [value for _, value in leaves(tree) if isinstance(value, np.ndarray) and value.size]


def _among(value: np.ndarray, others: list[np.ndarray]) -> bool:
    return any(value.shape == other.shape and np.array_equal(value, other) for other in others)


def parameters(problem: Problem) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the arrays in the composite's arguments that are items of a dict, as the learner writes them."""
    for name, value in problem.arguments.items():
        if isinstance(value, dict):
            for key, item in value.items():
                if isinstance(item, np.ndarray):
                    yield f"{name}[{key!r}]", item

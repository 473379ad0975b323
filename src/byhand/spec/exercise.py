"""What an exercise is: a reference function, inputs to try it on, and what people get wrong about it."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any, Literal

from . import syntax

CaseKind = Literal["ordinary", "odd", "edge", "extreme", "float32"]
Kind = Literal["implement", "vectorise", "predict", "experiment"]
"""implement: write a function. vectorise: a slow loop is given, write it without. predict: choose before a run. experiment:
find settings that reach a target within a budget."""


@dataclass(frozen=True)
class Case:
    """One setting of an exercise's inputs. Its options are keyword arguments of `Exercise.inputs`."""

    kind: CaseKind
    name: str
    options: Mapping[str, Any] = field(default_factory=dict)


def ordinary(name: str = "an ordinary batch", **options) -> Case:
    """Return the case that everyone tries first."""
    return Case("ordinary", name, options)


def odd(name: str = "no two sizes equal", **options) -> Case:
    """Return a case in which no two dimensions are equal, so that a mixed-up axis shows."""
    return Case("odd", name, options)


def edge(name: str, **options) -> Case:
    """Return a case at a border of what the contract allows: a batch of one, repeats, an empty mask."""
    return Case("edge", name, options)


def extreme(name: str, **options) -> Case:
    """Return a legal case with numbers that break careless formulas."""
    return Case("extreme", name, options)


@dataclass(frozen=True, eq=False)
class Misconception:
    """A wrong variant that learners really write, as edits to the rendered solution, with what to say about it.

    `edits` maps text of the rendered NumPy solution (each found exactly once) to what the learner writes in its place.
    """

    name: str
    edits: Mapping[str, str]
    says: str
    asks: str
    kind: str
    quantity: str


@dataclass(frozen=True)
class Outcome:
    """What a run showed that a choice was to predict."""

    choice: str
    """The choice that turned out to be right."""
    says: str
    """What was run and what came of it, with its numbers."""


@dataclass(frozen=True, eq=False)
class Exercise:
    """A function for the learner to write, with everything that checking, hinting and explaining it needs."""

    function: Callable
    inputs: Callable[..., dict[str, Any]]
    cases: tuple[Case, ...]
    hints: tuple[str, ...]
    misconceptions: tuple[Misconception, ...]
    minutes: int
    after: tuple[str, ...] = ()
    forward: Callable | None = None
    """For a backward exercise, the function whose gradient it is."""
    given: bool = False
    """Whether the learner is handed `forward` (it is no exercise of its own)."""
    parts: tuple[Callable, ...] = ()
    """For a composite, the exercises' functions that it calls."""
    kind: Kind = "implement"
    loop: Callable | None = None
    """For a vectorise exercise, the slow loop that the learner is given: it computes the same."""
    data: tuple[str, ...] = ()
    """For a vectorise exercise, the sizes with which the executed lines may not grow."""
    outcome: Callable[[], Outcome] | None = None
    """For a predict exercise, what is run once a choice is made."""
    recipe: str = ""
    """For an experiment, the run whose target the learner's settings are to reach."""
    free: tuple[str, ...] = ()
    """For an experiment, the settings that are the learner's to choose; the others are the budget."""
    equivalent: Mapping[str, str] = field(default_factory=dict)
    """Mechanical mutants that compute the same function: the mutated line as rendered -> why it is the same."""

    @property
    def name(self) -> str:
        """The function's name, which is the exercise's."""
        return self.function.__name__

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the function's parameters, in order."""
        return tuple(inspect.signature(self.function).parameters)

    @cached_property
    def returns(self) -> tuple[str, ...]:
        """The names of what the function returns, read off its last return statement."""
        return returned_names(self.function)

    @property
    def opaque(self) -> frozenset[int]:
        """The positions of results whose form is the learner's own business: the caches."""
        return frozenset(i for i, name in enumerate(self.returns) if name == "cache")

    @property
    def is_backward(self) -> bool:
        """Whether this is a backward pass, checked by the gradient of its forward."""
        return self.forward is not None

    @cached_property
    def choices(self) -> dict[str, str]:
        """For a predict exercise, what can be chosen: letter -> text, read off the docstring."""
        found = re.findall(r'^ *"([a-z])"  (.+)$', inspect.getdoc(self.function) or "", flags=re.MULTILINE)
        return dict(found) if self.kind == "predict" else {}

    def gradient_of(self, returned: str) -> str | None:
        """Return the input whose gradient a returned value is ("dx" -> "x", "grads" -> "params"), or None."""
        source = self.forward or self.function
        inputs = inspect.signature(source).parameters
        if returned == "grads":  # where they come in as well, they are gradients of something else
            return "params" if "params" in inputs and "grads" not in inputs else None
        return returned[1:] if returned.startswith("d") and returned[1:] in inputs else None


@cache
def returned_names(function: Callable) -> tuple[str, ...]:
    """Return the names in a function's last return statement, as in `return out, cache`.

    Raises:
        ValueError: it returns something other than names.
    """
    tree = syntax.parse(textwrap.dedent(inspect.getsource(function)))
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef)
    last = definition.body[-1]
    value = last.value if isinstance(last, ast.Return) else None
    names = value.elts if isinstance(value, ast.Tuple) else [value]
    if not all(isinstance(name, ast.Name) for name in names):
        raise ValueError(f"{function.__name__} must end by returning names, as in `return out, cache`")
    return tuple(name.id for name in names if isinstance(name, ast.Name))


def exercise(
    function: Callable,
    *,
    inputs: Callable[..., dict[str, Any]],
    cases: list[Case],
    hints: list[str],
    misconceptions: list[Misconception],
    minutes: int,
    after: str | tuple[str, ...] = (),
    forward: Callable | None = None,
    given: bool = False,
    parts: list[Callable] | None = None,
    equivalent: Mapping[str, str] | None = None,
) -> Exercise:
    """Declare an exercise.

    Args:
        function: the reference.
        inputs: `inputs(draw, **options)` returns the arguments by name; for a backward exercise, those of its forward (the
            upstream gradient is drawn by the checker). Its whole-number options are sizes: the checker makes them smaller
            to show a failing case.
        cases: settings of `inputs`. A float32 case is added by the checker.
        hints: three, from a nudge to nearly the answer.
        misconceptions: what people get wrong.
        minutes: for someone who meets it first.
        after: the exercises that it needs.
        forward, given, parts, equivalent: see `Exercise`.
    """
    if len(hints) != 3:
        raise ValueError(f"{function.__name__}: expected three hints, got {len(hints)}")
    return Exercise(
        function=function,
        inputs=inputs,
        cases=tuple(cases),
        hints=tuple(hints),
        misconceptions=tuple(misconceptions),
        minutes=minutes,
        after=(after,) if isinstance(after, str) else tuple(after),
        forward=forward,
        given=given,
        parts=tuple(parts or ()),
        equivalent=dict(equivalent or {}),
    )


def vectorise(
    function: Callable,
    *,
    loop: Callable,
    data: str | tuple[str, ...],
    inputs: Callable[..., dict[str, Any]],
    cases: list[Case],
    hints: list[str],
    misconceptions: list[Misconception],
    minutes: int,
    after: str | tuple[str, ...] = (),
    equivalent: Mapping[str, str] | None = None,
) -> Exercise:
    """Declare an exercise in which a slow loop is given and a form without loops over the data is asked for.

    Args:
        function: the reference without loops.
        loop: a function of the same parameters that computes the same with loops: the stub's body.
        data: the sizes of `inputs` with which the number of executed lines may not grow.
        inputs, cases, hints, misconceptions, minutes, after, equivalent: as in `exercise`.
    """
    declared = exercise(
        function,
        inputs=inputs,
        cases=cases,
        hints=hints,
        misconceptions=misconceptions,
        minutes=minutes,
        after=after,
        equivalent=equivalent,
    )
    return replace(declared, kind="vectorise", loop=loop, data=(data,) if isinstance(data, str) else tuple(data))


def predict(
    function: Callable,
    *,
    outcome: Callable[[], Outcome],
    hints: list[str],
    misconceptions: list[Misconception],
    minutes: int,
    after: str | tuple[str, ...] = (),
) -> Exercise:
    """Declare an exercise in which one choice is made before a run.

    Args:
        function: takes nothing and returns the right choice, one of those that its docstring lists as `"a"  text`.
        outcome: runs what was to be predicted. A test holds it to the function's choice.
        hints, minutes, after: as in `exercise`.
        misconceptions: one for each wrong choice.
    """
    declared = exercise(
        function,
        inputs=lambda draw: {},
        cases=[ordinary("your choice")],
        hints=hints,
        misconceptions=misconceptions,
        minutes=minutes,
        after=after,
    )
    return replace(declared, kind="predict", outcome=outcome)


def experiment(
    function: Callable,
    *,
    recipe: str,
    free: tuple[str, ...],
    hints: list[str],
    minutes: int,
    after: str | tuple[str, ...] = (),
) -> Exercise:
    """Declare an experiment: settings are to be found with which a run reaches its target; it is judged from its record.

    Args:
        function: takes nothing and returns settings that do, as a dict.
        recipe: the name of the recipe that is run with them; its targets are what is to be reached.
        free: the settings that may be chosen. All others are as the recipe has them.
        hints, minutes, after: as in `exercise`.
    """
    declared = exercise(
        function,
        inputs=lambda draw: {},
        cases=[ordinary("your settings")],
        hints=hints,
        misconceptions=[],
        minutes=minutes,
        after=after,
    )
    return replace(declared, kind="experiment", recipe=recipe, free=free)

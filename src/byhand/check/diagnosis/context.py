"""What every explanation is given."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from byhand.spec import Exercise

from .. import lines
from ..compare import ORDER, Difference, by_returned, differences
from ..learner import Attempt, Learner
from ..problem import Problem
from .departure import Departures
from .traced import Traced

RUNGS = ("runs", *ORDER, "purity")
"""What a trial may break, in the order of the ladder."""


@dataclass(frozen=True)
class Trial:
    """One problem and what the learner's code did on it."""

    problem: Problem
    attempt: Attempt
    differences: tuple[Difference, ...] = field(default=())

    @property
    def rung(self) -> str | None:
        """The first rung that it breaks, or None where all is right."""
        if self.attempt.error is not None or self.attempt.died is not None:
            return "runs"
        if self.differences:
            return min((d.rung for d in self.differences), key=ORDER.index)
        return "purity" if self.attempt.changed else None

    @property
    def passed(self) -> bool:
        """Whether the results were as expected (an argument may still have been changed)."""
        return self.rung in (None, "purity")

    @property
    def values(self) -> dict[str, Any]:
        """What the learner's code returned, by name."""
        return by_returned(self.problem, self.attempt.outcome.value)


@dataclass(frozen=True)
class Context:
    """A failing trial among all trials, with the learner's code at hand."""

    exercise: Exercise
    learner: Learner
    trial: Trial
    trials: tuple[Trial, ...]
    follow: bool = True
    """Whether the code may be followed line by line: not where the trial is of calls that it does not make by itself."""

    other_results: dict[tuple[str, str], Any] = field(default_factory=dict, compare=False, repr=False)
    """What the reference returns for other arguments, by what they are and the case."""

    @property
    def problem(self) -> Problem:
        """The problem of the failing trial."""
        return self.trial.problem

    @property
    def right(self) -> list[str]:
        """The returned names that are right in the failing trial."""
        wrong = {d.returned for d in self.trial.differences}
        return [name for name in self.problem.expected if name not in wrong]

    def line(self, difference: Difference) -> int | None:
        """Return the learner's line that decides a quantity."""
        variable, position, keys = self.place(difference)
        if variable != "return":
            return self.line_of_variable(variable)
        return self.learner.source.line_of(self.exercise.name, position, keys, self.ran)

    def place(self, difference: Difference) -> tuple[str, int, tuple[str, ...]]:
        """Return where a quantity is: ("return", its position among what is returned, its keys), or the variable it is in."""
        variable, *keys = re.findall(r"[^\[\]']+", self.learner.result(self.exercise, difference.returned, difference.keys))
        position, rest = (int(keys[0]), keys[1:]) if keys and keys[0].isdigit() else (0, keys)
        return variable, position, tuple(rest)

    def line_of_variable(self, *names: str) -> int | None:
        """Return the line that gives the first of these variables that the learner has its value, or None."""
        definition = self.learner.source.function(self.exercise.name)
        found = (lines.assigned(definition, name, self.ran) for name in names if definition is not None)
        return next((line for line in found if line is not None), None)

    @cached_property
    def ran(self) -> frozenset[int]:
        """The lines that the learner's code executes on the failing problem; none where that cannot be told."""
        before = self.trial.attempt
        if before.died is not None or before.outcome.violations:
            return frozenset()
        attempt = self.learner.run(self.problem, forward=before.forward is not None, count=True)
        told = attempt.died is None and not attempt.outcome.violations
        return frozenset(attempt.outcome.lines) if told else frozenset()

    @cached_property
    def traced(self) -> Traced:
        """What the variables held line by line. The code is run twice more for it."""
        return Traced(self)

    @cached_property
    def departures(self) -> Departures:
        """Where the quantities depart from what is right. Changes of the code are tried for it."""
        return Departures(self)


def trial(learner: Learner, problem: Problem, *, forward: bool = True) -> Trial:
    """Run the learner's code on a problem and compare; with forward=False a backward gets the reference's cache."""
    attempt = learner.run(problem, forward=forward)
    if attempt.error is not None or attempt.died is not None:
        return Trial(problem, attempt)
    with np.errstate(all="ignore"):
        return Trial(problem, attempt, tuple(differences(problem, attempt.outcome.value)))

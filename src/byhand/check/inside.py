"""What is wrong inside a composite's part: its own exercise, checked in the same worker; and in which layer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from byhand import course
from byhand.arrays import leaves
from byhand.spec import Exercise, Finding, Report

from . import calls
from .diagnosis import consistency
from .diagnosis.context import Context, Trial, trial
from .diagnosis.diagnose import diagnose
from .learner import Learner, load, read_source
from .problem import Problem, build, cases_of
from .process import locate

SLIGHT = 1e-9
"""A part's result may be off by this, relative to the largest it returns: what is zero on paper is some rounding in floats."""


@dataclass(frozen=True)
class Made:
    """A call of a part on the way through a composite, where it is, and what the learner's own part did there."""

    part: str
    place: str
    trial: Trial

    @property
    def wrong(self) -> bool:
        """Whether the results are not as expected."""
        gaps = [(d.rung, d.max_error) for d in self.trial.differences]
        largest = max((float(np.max(np.abs(v), initial=0.0)) for v in _numbers(self.trial.problem.expected)), default=0.0)
        slight = all(rung == "values" and gap is not None and gap <= SLIGHT * largest for rung, gap in gaps)
        return not self.trial.passed and not (gaps and slight)

    @property
    def changes(self) -> bool:
        """Whether an argument is not as it was."""
        return bool(self.trial.attempt.changed)


def made(exercise: Exercise, learner: Learner, problem: Problem) -> list[Made]:
    """Return what the learner's own parts do with what a composite gives them where all else is ours."""
    inside = calls.of_learner(learner, problem)[0].calls
    found = []
    for part in exercise.parts:
        of_part = [call for call in inside if call.name == part.__name__] if part.__name__ in learner.own else []
        if of_part:
            with at_home(part.__name__, learner) as own:
                found += _tried(own, of_part, inside, problem) if part.__name__ in own.names else []
    return found


def explain(
    exercise: Exercise, learner: Learner, there: Sequence[Made], report: Report, judge: Callable[..., Report]
) -> Finding | None:
    """Return what is wrong in a part, checked by its own exercise, as a finding of that part's; or None where it is right.

    Args:
        exercise: the part's.
        learner: whose composite calls it.
        there: what it did in its calls by the composite.
        report: the composite's.
        judge: makes a report of the trials of an exercise.
    """
    wrong = [m for m in there if m.wrong or m.changes]
    with at_home(exercise.name, learner) as own:
        own.use_reference(exercise, frozenset())
        ran = tuple(trial(own, build(exercise, case, report.seed)) for case in cases_of(exercise))
        verdict = judge(exercise, own, ran, replace(report, exercise=exercise.name, printed="", cases=(), findings=()))
        errors = [f for f in verdict.findings if f.severity == "error"]
        if errors and errors[0].code == "forward-differs":
            return None  # that forward is told by itself
        if errors:
            inner, known = errors[0], f"`byhand check {exercise.name}` shows a small case"
        elif wrong:
            context = Context(exercise, own, wrong[0].trial, (*(m.trial for m in there), *ran))
            inner, known = diagnose(context)[0][0], f"`{exercise.name}` is right in the cases of its own exercise"
        else:
            return None
        here = own.source.file == learner.source.file
        line = "" if inner.line is None else f"line {inner.line}" + ("" if here else f" of {own.source.file.name}")
    alone = _alone([m.place for m in wrong], [m.place for m in there])
    return replace(
        inner,
        code="part-fails",
        severity="advice",
        title=f"{f', in {alone} alone' if alone else ''}: {', '.join(filter(None, (line, inner.title)))}",
        line=inner.line if here else None,
        evidence=tuple(filter(None, (*inner.evidence, known))),
        notes=course.notes_on(exercise.name),
    )


def _tried(own: Learner, of_part: list[calls.Call], inside: list[calls.Call], problem: Problem) -> list[Made]:
    """Run the learner's own part on what each of its calls is given; a backward on our cache where their forward is not right."""
    found = []
    for call in of_part:
        asked = calls.as_problem(call, inside, problem)
        if asked is not None:
            ran = trial(own, asked)
            if consistency.forward_differs(ran):
                ran = trial(own, asked, forward=False)
            found.append(Made(call.name, calls.place(call, inside, problem), ran))
    return found


def _alone(wrong: Sequence[str], all_places: Sequence[str]) -> str:
    """Return the one place where a part is wrong, while it is right in others; or ""."""
    return wrong[0] if len(set(wrong)) == 1 and set(all_places) != set(wrong) else ""


def _numbers(tree: Any) -> list[np.ndarray]:
    return [np.asarray(v) for _, v in leaves(tree) if np.asarray(v).dtype.kind in "iuf"]


@contextmanager
def at_home(name: str, learner: Learner) -> Iterator[Learner]:
    """Give the learner of the file in which a function of theirs is written, as it stands, without functions of ours."""
    learner.worker.substitute({})
    package = (learner.source.file.parent / "__init__.py").exists()
    if learner.source.function(name) is None and package:
        for file in locate(learner.source.file)[2][1:]:
            source = read_source(file)
            if source.function(name) is not None:
                yield load(learner.worker, source, learner.worker.load(file).names)
                learner.worker.load(learner.source.file)
                return
    yield learner

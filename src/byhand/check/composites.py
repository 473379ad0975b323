"""Functions that call other exercises' functions: checked with the reference's parts first, then with the learner's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from byhand import course
from byhand.spec import Exercise, Finding, Report

from . import inside
from .compare import differences
from .diagnosis.context import Trial, trial
from .learner import Learner
from .process import WorkerDied


def all_failing(trials: Sequence[Trial]) -> list[Trial]:
    """Return the trials that break a rung."""
    return [t for t in trials if t.rung is not None]


def use_reference(learner: Learner, exercise: Exercise, *, but: frozenset[str] = frozenset()) -> None:
    """Put the references in place of all parts of a composite, but for some."""
    if exercise.parts:
        learner.use_reference(exercise, but)


def with_own_parts(
    exercise: Exercise, learner: Learner, trials: tuple[Trial, ...], failing: Callable = all_failing
) -> tuple[Trial, ...] | None:
    """Put every part that the learner has back, and return the trials, if none fails so: theirs may fit one another, not ours."""
    own = learner.own.intersection(part.__name__ for part in exercise.parts)
    if not own:
        return None
    try:
        use_reference(learner, exercise, but=own)
        found = tuple(trial(learner, t.problem) for t in trials)
        if not failing(found):
            return found
        use_reference(learner, exercise)
    except WorkerDied:
        pass
    return None


def own_parts_only(exercise: Exercise) -> Finding:
    """Return the advice for a composite that is right with the learner's own parts alone."""
    return Finding(
        code="own-parts-only",
        severity="advice",
        title="It is right with your own functions; with ours in their place it would not run.",
        question="Do your functions take and return what the exercises of those names ask for?",
        kind="wrong-order",
        quantity=exercise.name,
        confidence="likely",
    )


def check_own_parts(
    exercise: Exercise, learner: Learner, trials: tuple[Trial, ...], report: Report, judge: Callable[..., Report]
) -> list[Finding]:
    """Run a composite that is right with the learner's own parts, and return what is wrong with each part that fails.

    Part after part is put back to ours, until all is right: what a part does wrong is seen where all else is ours.
    """
    if not exercise.parts:
        return []
    rest = [family for family in _families(exercise) if family <= learner.own]
    told: list[Finding] = []
    while rest and len(told) < MOST:
        found = _first_wrong(rest, exercise, learner, trials)
        if found is None:
            break
        failing = []
        if type(learner) is not Learner:  # one that follows another course calls its parts in another way
            return [_of_family(rest, exercise, learner, trials)]
        try:
            there = inside.made(exercise, learner, found.problem)
            failing = _at_fault(rest, there, exercise, learner, found)
            for part in exercise.parts:
                if any(part.__name__ in family for family in failing):
                    finding = inside.explain(
                        course.find(part.__name__), learner, [m for m in there if m.part == part.__name__], report, judge
                    )
                    told += [_leading(finding, part.__name__, first=not told)] if finding is not None else []
        except WorkerDied:
            pass
        if not told:
            return [_of_family(rest, exercise, learner, trials)]
        rest = [family for family in rest if family not in failing]
    return told[:MOST]


MOST = 3
"""Findings about parts that are told at once."""


def _at_fault(
    rest: list[frozenset[str]], there: list[inside.Made], exercise: Exercise, learner: Learner, found: Trial
) -> list[frozenset[str]]:
    """Return the families with a part that is wrong in a call; or else those that make the composite wrong alone.

    Those change what they are given, or keep something from call to call.
    """
    failing = [family for family in rest if any(m.part in family and m.wrong for m in there)]
    return failing or [family for family in rest if _first_wrong([family], exercise, learner, (found,)) is not None]


def _leading(finding: Finding, name: str, *, first: bool) -> Finding:
    who = f"Your assembly is right; `{name}` is what fails" if first else f"`{name}` fails too"
    return replace(finding, title=who + finding.title)


def _of_family(rest: list[frozenset[str]], exercise: Exercise, learner: Learner, trials: tuple[Trial, ...]) -> Finding:
    """Return the finding for parts of which it cannot be told what is wrong with them: which they are."""
    alone = (f for f in rest if _first_wrong([o for o in rest if o != f], exercise, learner, trials) is None)
    return _finding(next(alone, frozenset().union(*rest)))


def _families(exercise: Exercise) -> list[frozenset[str]]:
    """Group the parts that share a cache: a forward and its backwards are replaced together or not at all."""
    groups: dict[str, set[str]] = {}
    for part in exercise.parts:
        stem = part.__name__.removesuffix("_alt").removesuffix("_backward").removesuffix("_forward")
        groups.setdefault(stem, set()).add(part.__name__)
    return [frozenset(group) for group in groups.values()]


def _first_wrong(own: list[frozenset[str]], exercise: Exercise, learner: Learner, trials: tuple[Trial, ...]) -> Trial | None:
    """Return the first trial that is wrong with these parts of the learner's, or None."""
    for found in trials:
        try:
            use_reference(learner, exercise, but=frozenset().union(*own))
            attempt = learner.run(found.problem)
        except WorkerDied:
            return found
        if attempt.died or attempt.error or differences(found.problem, attempt.outcome.value):
            return found
    return None


def _finding(family: frozenset[str]) -> Finding:
    names = sorted(family, reverse=True)
    told = " or ".join(f"`{n}`" for n in names)
    return Finding(
        code="part-fails",
        severity="advice",
        title=f"Your assembly is right; with your own parts it fails, in {told}.",
        question=f"What does `byhand check {names[0]}` say?",
        kind="wrong-formula",
        quantity=names[0],
        confidence="certain",
    )

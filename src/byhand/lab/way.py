"""Where one is: the legs of the trail with what is done of them, and what lies before and behind an exercise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from byhand import course
from byhand.spec import Exercise
from byhand.workspace import Progress


@dataclass(frozen=True)
class Stage:
    """One leg of the trail, and how far the learner is with it."""

    number: int
    title: str
    core: tuple[Exercise, ...]
    side: tuple[Exercise, ...]
    passed: int
    """How many of the core are."""
    skipped: int
    minutes: int
    """What is left of the core, for someone who meets it first."""
    here: bool
    """Whether what comes next is in it."""

    @property
    def done(self) -> bool:
        """Whether nothing of the core is left to do."""
        return bool(self.core) and self.passed == len(self.core)


def stages(progress: Mapping[str, Progress], following: Exercise | None) -> tuple[Stage, ...]:
    """Return all legs; `following` is the exercise that comes next."""
    return tuple(_stage(number, leg, exercises, progress, following) for number, (leg, exercises) in enumerate(course.legs(), 1))


def stage_of(name: str, progress: Mapping[str, Progress]) -> Stage:
    """Return the leg that an exercise is in."""
    return next(stage for stage in stages(progress, course.find(name)) if stage.here)


def neighbours(name: str) -> tuple[Exercise | None, Exercise | None]:
    """Return what lies before and behind an exercise: on the core trail for one that is on it, among all for a side trip."""
    order = list(course.core() if name not in course.side_trips() else course.exercises().values())
    at = [exercise.name for exercise in order].index(name)
    return order[at - 1] if at > 0 else None, order[at + 1] if at + 1 < len(order) else None


def next_side_trip(name: str, progress: Mapping[str, Progress]) -> Exercise | None:
    """Return the next side trip behind this one that is left to do, in a leg that is nothing but side trips."""
    stage = stage_of(name, progress)
    if stage.core:
        return None
    behind = stage.side[[e.name for e in stage.side].index(name) + 1 :]
    return next((e for e in behind if progress[e.name].state not in ("passed", "skipped")), None)


def _stage(number, leg: course.Leg, exercises: tuple[Exercise, ...], progress, following) -> Stage:
    core = tuple(e for e in exercises if e.name not in leg.side_trips)
    states = [progress[e.name].state for e in core]
    return Stage(
        number=number,
        title=leg.title,
        core=core,
        side=tuple(e for e in exercises if e.name in leg.side_trips),
        passed=states.count("passed"),
        skipped=states.count("skipped"),
        minutes=sum(e.minutes for e, state in zip(core, states, strict=True) if state not in ("passed", "skipped")),
        here=following in exercises,
    )

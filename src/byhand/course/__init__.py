"""Floor 4: the chapters, their exercises and notes, and the trail through them. Declarations; `rendering` makes stubs of them."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path

from byhand.spec import Exercise

from .trail import REFRESHER as REFRESHER
from .trail import TRAIL, Leg

_CHAPTERS = (
    (0, "arrays", "Arrays"),
    (1, "classifiers", "Classifiers"),
    (2, "backpropagation", "Backpropagation"),
    (3, "training", "Training"),
    (4, "normalization", "Normalisation"),
)


@dataclass(frozen=True)
class Chapter:
    """One chapter: the exercises that are at home in it, in the order of the trail, and its notes."""

    number: int
    name: str
    """The learner's module: `backpropagation` is written in backpropagation.py."""
    title: str
    notes: Path
    exercises: tuple[Exercise, ...]


@lru_cache(maxsize=1)
def chapters() -> tuple[Chapter, ...]:
    """Return the chapters in order."""
    return tuple(_chapter(number, name, title) for number, name, title in _CHAPTERS)


def _chapter(number: int, name: str, title: str) -> Chapter:
    folder = f"ch{number:02}_{name}"
    declared = {exercise.name: exercise for exercise in import_module(f".{folder}.exercises", __name__).EXERCISES}
    order = [name for leg in TRAIL for name in leg.names if name in declared]
    if len(order) != len(declared):
        raise ValueError(f"not on the trail, or twice: {sorted(declared.keys() - set(order)) or order}; see course/trail.py")
    return Chapter(number, name, title, Path(__file__).parent / folder / "notes.md", tuple(declared[n] for n in order))


@lru_cache(maxsize=1)
def exercises() -> dict[str, Exercise]:
    """Return all exercises by name, in the order of the trail."""
    declared = {exercise.name: exercise for chapter in chapters() for exercise in chapter.exercises}
    return {name: declared[name] for leg in TRAIL for name in leg.names if name in declared}


@lru_cache(maxsize=1)
def side_trips() -> frozenset[str]:
    """Return the names of the exercises that nothing on the core trail needs."""
    return frozenset().union(*(leg.side_trips for leg in TRAIL))


def core() -> tuple[Exercise, ...]:
    """Return the exercises of the core trail, in order."""
    return tuple(exercise for name, exercise in exercises().items() if name not in side_trips())


def functions() -> dict[str, Exercise]:
    """Return the exercises that make a library: all but the predictions and the experiments."""
    return {name: exercise for name, exercise in exercises().items() if exercise.kind in ("implement", "vectorise")}


@lru_cache(maxsize=1)
def _homes() -> dict[str, Chapter]:
    return {exercise.name: chapter for chapter in chapters() for exercise in chapter.exercises}


def chapter_of(name: str) -> Chapter:
    """Return the chapter in which an exercise is at home.

    Raises:
        ValueError: there is no such exercise.
    """
    return _homes()[find(name).name]


def notes_on(name: str) -> str:
    """Return where in the notes an exercise is explained, as chapter#exercise; "" where there is no such exercise."""
    return f"{_homes()[name].name}#{name}" if name in _homes() else ""


def legs() -> tuple[tuple[Leg, tuple[Exercise, ...]], ...]:
    """Return the legs of the trail, each with its exercises."""
    known = exercises()
    return tuple((leg, tuple(known[name] for name in leg.names if name in known)) for leg in TRAIL)


def find(name: str) -> Exercise:
    """Return the exercise of that name.

    Raises:
        ValueError: there is none; the message names the nearest.
    """
    known = exercises()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
        ask = f" Did you mean {' or '.join(near)}?" if near else " `byhand list` shows them all."
        raise ValueError(f"there is no exercise {name!r}.{ask}")
    return known[name]

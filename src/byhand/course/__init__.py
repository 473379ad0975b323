"""Floor 4: the chapters, their exercises and notes. Declarations; `rendering` makes stubs and solutions of them."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path

from byhand.spec import Exercise

_CHAPTERS = (
    (2, "backpropagation", "Backpropagation"),
    (3, "training", "Training"),
    (4, "normalization", "Normalisation"),
)


@dataclass(frozen=True)
class Chapter:
    """One chapter: its exercises in the order in which to do them, and its notes."""

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
    exercises = import_module(f".{folder}.exercises", __name__).EXERCISES
    return Chapter(number, name, title, Path(__file__).parent / folder / "notes.md", exercises)


@lru_cache(maxsize=1)
def exercises() -> dict[str, Exercise]:
    """Return all exercises by name, in the order of the trail."""
    return {exercise.name: exercise for chapter in chapters() for exercise in chapter.exercises}


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

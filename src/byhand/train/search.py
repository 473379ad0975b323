"""What a sweep searches over: for each setting a range or some choices, read from text and held to the setting's type."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .settings import Settings

WIDE = 10.0
"""A range whose ends are at least so many times apart is searched on a logarithmic scale."""


@dataclass(frozen=True)
class Range:
    """The values of one setting from low to high, both included."""

    low: float
    high: float

    @property
    def log(self) -> bool:
        """Whether factors count, not differences: 0.001 to 0.01 is as much as 0.01 to 0.1."""
        return self.low > 0 and self.high / self.low >= WIDE

    def suggest(self, trial: Any, name: str) -> float | int:
        """Let a trial of Optuna's choose a value."""
        if isinstance(self.low, int) and isinstance(self.high, int):
            return trial.suggest_int(name, self.low, self.high, log=self.log)
        return trial.suggest_float(name, self.low, self.high, log=self.log)

    def __str__(self) -> str:
        return f"{self.low:g}..{self.high:g}"


@dataclass(frozen=True)
class Choices:
    """A few values of one setting, as text."""

    values: tuple[str, ...]

    def suggest(self, trial: Any, name: str) -> str:
        """Let a trial of Optuna's choose a value."""
        return trial.suggest_categorical(name, list(self.values))

    def __str__(self) -> str:
        return "|".join(self.values)


Space = dict[str, Range | Choices]


def default_space(settings: Settings) -> Space:
    """Return what is searched where nothing is said: the two settings that matter most, far around what the recipe has.

    Raises:
        ValueError: the recipe has no learning rate.
    """
    lr = getattr(settings, "lr", None)
    if lr is None:
        raise ValueError("this recipe has no learning rate to search for: say what to search with --over NAME=LOW..HIGH")
    space: Space = {"lr": Range(_short(lr / 10), _short(lr * 10))}
    if hasattr(settings, "reg"):
        space["reg"] = Range(1e-5, 1e-1)
    return space


def read_space(texts: Iterable[str], settings: Settings) -> Space:
    """Read a space from texts such as "lr=1e-4..1e-1", "hidden=256,128|128,64".

    Raises:
        ValueError: a text is not of that form, or a value is none that the setting can have.
    """
    space: Space = {}
    for text in texts:
        name, equals, values = (part.strip() for part in text.partition("="))
        if not equals or not values:
            raise ValueError(f"--over: expected NAME=LOW..HIGH or NAME=A|B|C, as in lr=1e-4..1e-1; got {text!r}")
        ends = re.fullmatch(r"(.+?)\.\.(.+)", values)
        options = list(ends.groups()) if ends else [value.strip() for value in values.split("|")]
        read = [getattr(settings.replace({name: option}), name) for option in options]
        if not ends:
            space[name] = Choices(tuple(options))
            continue
        low, high = read
        if not isinstance(low, int | float) or isinstance(low, bool):
            raise ValueError(f"--over: {name} is no number and has no range; list its values, as in {name}=A|B|C")
        if not low < high:
            raise ValueError(f"--over: expected {name}=LOW..HIGH with LOW below HIGH, got {values}")
        space[name] = Range(low, high)
    return space


def told(space: Space) -> str:
    """Return a space in words: "lr 0.0005..0.05, reg 1e-05..0.1"."""
    return ", ".join(f"{name} {values}" for name, values in space.items())


def _short(x: float) -> float:
    return float(f"{x:.3g}")

"""What a run must reach: one number of its result, asked to be at least, at most or exactly so much."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

_COMPARISONS = {"at least": operator.ge, "at most": operator.le, "exactly": operator.eq}


@dataclass(frozen=True)
class Target:
    """One thing that is asked of a run.

    >>> knn = Target("right_k1", 137, "exactly", words="right with k = 1", of=500)
    >>> knn.asked, knn.show(136), knn.met(136)
    ('exactly 137/500', '136/500', False)
    >>> Target("test_accuracy", 0.97).words
    'test accuracy'
    """

    metric: str
    """The number's name in the run's result."""
    value: float
    comparison: str = "at least"
    words: str = ""
    """What the number is, for people; the metric's name, where nothing is said."""
    of: int = 0
    """Where the number counts something: out of how many."""

    def __post_init__(self):
        if self.comparison not in _COMPARISONS:
            raise ValueError(f"expected comparison to be one of {', '.join(_COMPARISONS)}; got {self.comparison!r}")
        object.__setattr__(self, "words", self.words or self.metric.replace("_", " "))

    @property
    def asked(self) -> str:
        """What is asked, in words."""
        return f"{self.comparison} {self.show(self.value)}"

    def show(self, number: float) -> str:
        """Return a number of this kind as people read it."""
        return f"{number:.0f}/{self.of}" if self.of else f"{number:.4g}"

    def met(self, number: float | None) -> bool:
        """Return whether the number is what is asked for."""
        return number is not None and _COMPARISONS[self.comparison](number, self.value)

    def to_json(self) -> dict[str, Any]:
        """Return the target as plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Goal:
    """A target beside what a run reached, in words: what the terminal and the lab show."""

    words: str
    asked: str
    reached: str
    """Empty where the run has not come that far."""
    met: bool


def goals(targets: Sequence[Target], result: Mapping[str, float]) -> list[Goal]:
    """Return every target beside the number of the result that it asks for."""
    return [
        Goal(t.words, t.asked, t.show(result[t.metric]) if t.metric in result else "", t.met(result.get(t.metric)))
        for t in targets
    ]

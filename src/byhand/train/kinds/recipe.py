"""What every recipe says, and what it makes of it: a job."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from byhand.arrays import Key

from ..engines import ENGINES, Engine
from ..records import RunRecord
from ..settings import Settings
from ..sitting import Sitting
from ..target import Target


@dataclass(frozen=True)
class Context:
    """What a job works with."""

    engine: Engine
    key: Key
    """Everything random follows from it."""
    tell: Callable[[dict[str, Any]], None]
    """Called with events; see `train.progress`."""


class Job:
    """A run's work, once its data is there and its settings are known to fit it."""

    steps: int = 0
    """How many steps the whole of it has."""

    def resume(self, record: RunRecord) -> int:
        """Take up what the run's folder holds, and return the step at which that stands."""
        return 0

    def go(self, sitting: Sitting) -> Mapping[str, float] | None:
        """Work to the end and return the result, numbers by name; None where asked to stop before."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A run, complete: what it works on, how, and what it must reach; in full and in short."""

    name: str
    summary: str
    settings: Settings
    targets: tuple[Target, ...]
    quick: Mapping[str, Any] = field(default_factory=dict)
    """The settings that make it a matter of a moment, on data that comes with the install."""
    quick_targets: tuple[Target, ...] = ()
    engines: tuple[str, ...] = ENGINES
    experiment: bool = False
    """Whether its settings miss the target: they are where a learner starts from."""

    def asked(self, *, quick: bool) -> tuple[Settings, tuple[Target, ...]]:
        """Return the settings and the targets of the full form, or of the short one."""
        return (self.settings.replace(self.quick), self.quick_targets) if quick else (self.settings, self.targets)

    def plan(self, settings: Any, context: Context) -> Job:
        """Load the data and return the work.

        Raises:
            ValueError: the settings do not fit the data.
            DataError: the data cannot be had.
        """
        raise NotImplementedError

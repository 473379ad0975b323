"""What can be set on a run, with types, so that a slip is told before anything is computed."""

from __future__ import annotations

import dataclasses
import difflib
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from byhand.data import DATASETS
from byhand.optim import OPTIMIZERS
from byhand.optim.schedules import SCHEDULES

from .preparation import PREPARATIONS


@dataclass(frozen=True)
class Settings:
    """What every recipe lets you set; what is special to one kind stands in a subclass."""

    data: str = "digits"
    threads: int = 0
    """Processor threads; 0 for all. A small network is no slower on one, and far faster on a busy machine."""

    def __post_init__(self):
        self._require("data", self.data in DATASETS, f"one of {', '.join(DATASETS)}")
        self._require("threads", self.threads >= 0, "at least 0")

    def _require(self, name: str, holds: bool, wanted: str) -> None:
        if not holds:
            raise ValueError(f"setting {name}: expected {wanted}, got {getattr(self, name)!r}")

    def replace(self, changes: Mapping[str, Any]) -> Self:
        """Return these settings with some changed. Values may be text, as they come from a command line.

        Raises:
            ValueError: there is no such setting, or the value is not of its type or out of range.
        """
        types = typing.get_type_hints(type(self))
        for name in changes:
            if name not in types:
                near = difflib.get_close_matches(name, types, n=1)
                ask = f" Did you mean {near[0]}?" if near else ""
                raise ValueError(f"there is no setting {name!r}; there are {', '.join(types)}.{ask}")
        return dataclasses.replace(self, **{name: _read(name, value, types[name]) for name, value in changes.items()})

    def to_json(self) -> dict[str, Any]:
        """Return the settings as plain data, from which `replace` restores them."""
        return dataclasses.asdict(self)


@dataclass(frozen=True)
class TrainingSettings(Settings):
    """What every recipe that trains by gradients lets you set."""

    examples: int = 0
    """How many of the training examples are used, the first ones; 0 for all."""
    preparation: str = "none"
    """What is done to every number of an example, fitted on the training examples: "centre" subtracts its mean,
    "standardize" also divides by its standard deviation."""
    batch_size: int = 64
    epochs: int = 10
    optimizer: str = "adam"
    lr: float = 1e-3
    schedule: str = "cosine"
    warmup: int = 0
    """Steps over which the learning rate rises at first."""
    reg: float = 0.0
    clip: float = 0.0
    """The largest norm of all gradients together; 0 to leave them as they are."""
    checkpoint_every: int = 0
    """Steps between checkpoints; 0 for one after every epoch."""
    log_every: int = 1
    """Steps between lines of metrics."""

    def __post_init__(self):
        super().__post_init__()
        for name in ("batch_size", "epochs", "log_every"):
            self._require(name, getattr(self, name) >= 1, "at least 1")
        for name in ("warmup", "checkpoint_every", "reg", "clip", "examples"):
            self._require(name, getattr(self, name) >= 0, "at least 0")
        self._require("lr", self.lr > 0, "above 0")
        self._require("optimizer", self.optimizer in OPTIMIZERS, f"one of {', '.join(OPTIMIZERS)}")
        self._require("schedule", self.schedule in SCHEDULES, f"one of {', '.join(SCHEDULES)}")
        self._require("preparation", self.preparation in PREPARATIONS, f"one of {', '.join(PREPARATIONS)}")


def _read(name: str, value: Any, wanted: Any) -> Any:
    """Return the value as the wanted type, from itself, from text or from JSON data."""
    text = value.strip() if isinstance(value, str) else None
    try:
        if wanted is int:
            number = int(text) if text is not None else value
            if isinstance(number, int) and not isinstance(number, bool):
                return number
        elif wanted is float:
            number = float(text) if text is not None else value
            if isinstance(number, int | float) and not isinstance(number, bool):
                return float(number)
        elif wanted is str and text is not None:
            return text
        elif wanted == (str | None):
            if value is None or text is not None:
                return None if text in (None, "", "none", "None") else text
        elif typing.get_origin(wanted) is tuple:
            parts = text.strip("()[]").split(",") if text is not None else value
            return tuple(_read(name, part, typing.get_args(wanted)[0]) for part in parts if part != "")
    except (ValueError, TypeError):
        pass
    raise ValueError(f"setting {name}: expected {_WORDS[wanted]}, got {value!r}")


_WORDS = {
    int: "a whole number",
    float: "a number",
    str: "a name",
    str | None: "a name or none",
    tuple[int, ...]: "whole numbers with commas between them, as in 256,128",
    tuple[float, ...]: "numbers with commas between them, as in 0.1,0.01",
    tuple[str, ...]: "names with commas between them, as in sgd,adam",
}

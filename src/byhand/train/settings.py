"""What can be set on a run, with types, so that a slip is told before anything trains."""

from __future__ import annotations

import dataclasses
import difflib
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from byhand.optim import OPTIMIZERS
from byhand.optim.schedules import SCHEDULES


@dataclass(frozen=True)
class Settings:
    """What every recipe lets you set. Recipes with a network of their own add its sizes in a subclass."""

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
    threads: int = 0
    """Processor threads; 0 for all. A small network is no slower on one, and far faster on a busy machine."""
    checkpoint_every: int = 0
    """Steps between checkpoints; 0 for one after every epoch."""
    log_every: int = 1
    """Steps between lines of metrics."""

    def __post_init__(self):
        for name in ("batch_size", "epochs", "log_every"):
            self._require(name, getattr(self, name) >= 1, "at least 1")
        for name in ("warmup", "checkpoint_every", "reg", "clip", "threads"):
            self._require(name, getattr(self, name) >= 0, "at least 0")
        self._require("lr", self.lr > 0, "above 0")
        self._require("optimizer", self.optimizer in OPTIMIZERS, f"one of {', '.join(OPTIMIZERS)}")
        self._require("schedule", self.schedule in SCHEDULES, f"one of {', '.join(SCHEDULES)}")

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
        elif wanted == tuple[int, ...]:
            parts = text.strip("()[]").split(",") if text is not None else value
            return tuple(_read(name, part, int) for part in parts if part != "")
    except (ValueError, TypeError):
        pass
    raise ValueError(f"setting {name}: expected {_WORDS[wanted]}, got {value!r}")


_WORDS = {
    int: "a whole number",
    float: "a number",
    str: "a name",
    str | None: "a name or none",
    tuple[int, ...]: "whole numbers with commas between them, as in 256,128",
}

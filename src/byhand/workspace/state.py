"""How far the learner is: one small JSON file, which survives upgrades in both directions."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from . import files

VERSION = 1

Standing = Literal["not-started", "started", "passed", "skipped"]


@dataclass(frozen=True)
class Progress:
    """How far the learner is with one exercise."""

    state: Standing = "not-started"
    passed_at: str | None = None
    """When it first passed (ISO 8601, UTC)."""
    best: str | None = None
    """The farthest rung of the ladder that a check has reached."""
    hints_opened: int = 0
    depth: int = 1
    """How deep the present finding is opened: 1, 2 or 3."""
    finding: str | None = None
    """Which finding that is; another one starts at depth 1 again."""
    fingerprint: str | None = None
    """The hash of the code that passed."""
    ticks: list[str] = field(default_factory=list)
    """Of an exercise with several ticks, those that its code has now."""


_FIELDS = {field.name for field in dataclasses.fields(Progress)}


class State:
    """The state file. Fields of a later version's making are kept as they are."""

    def __init__(self, path: Path):
        self.path = path

    def read(self) -> dict[str, Any]:
        """Return the file's record.

        Raises:
            ValueError: the file is damaged, or of a version that this byhand does not know.
        """
        if not self.path.exists():
            return {"version": VERSION, "exercises": {}}
        try:
            record = json.loads(files.read(self.path))
            version = record["version"]
        except (ValueError, KeyError, TypeError) as problem:
            raise ValueError(
                f"{self.path} is damaged ({problem}). Your code is untouched: move this file away, run `byhand init`."
            ) from None
        if version > VERSION:
            raise ValueError(f"{self.path} has version {version}, this byhand knows version {VERSION}: upgrade byhand")
        return record

    def progress(self, name: str) -> Progress:
        """Return how far the learner is with an exercise."""
        return _progress(self.read()["exercises"].get(name, {}))

    def all(self) -> dict[str, Progress]:
        """Return how far the learner is with each exercise that they have touched."""
        return {name: _progress(record) for name, record in self.read()["exercises"].items()}

    def change(self, name: str, change: Callable[[Progress], dict[str, Any]]) -> Progress:
        """Change the fields of one exercise that the function returns, given how it stands."""
        return self.change_many({name: change})[name]

    def change_many(self, changes: dict[str, Callable[[Progress], dict[str, Any]]]) -> dict[str, Progress]:
        """Change several exercises in one write."""
        with files.lock(self.path.with_suffix(".lock")):
            record = self.read()
            before = json.dumps(record)
            for name, change in changes.items():
                entry = record["exercises"].setdefault(name, {})
                entry.update(change(_progress(entry)))
            if json.dumps(record) != before or not self.path.exists():
                files.write(self.path, json.dumps(record, indent=1) + "\n")
        return {name: _progress(record["exercises"][name]) for name in changes}

    def set(self, **fields: Any) -> None:
        """Set fields of the whole workspace."""
        with files.lock(self.path.with_suffix(".lock")):
            record = self.read() | fields
            files.write(self.path, json.dumps(record, indent=1) + "\n")


def now() -> str:
    """Return the time, as it is written down."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _progress(record: dict[str, Any]) -> Progress:
    return Progress(**{k: v for k, v in record.items() if k in _FIELDS})

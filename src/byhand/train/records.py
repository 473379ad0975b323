"""Run records: one folder a run, which the terminal, the lab and the notes read."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from . import target
from .target import Goal, Target

STATUSES = ("running", "done", "stopped", "failed", "diverged")


@dataclass
class RunRecord:
    """What is known of a run: its run.json, with the folder in which that lies."""

    id: str
    recipe: str
    settings: dict[str, Any]
    engine: str
    device: str
    seed: int
    steps: int
    """How many the whole run has."""
    asked: list[dict[str, Any]] = field(default_factory=list)
    """What the run must reach: its targets, as data."""
    quick: bool = False
    compiled: bool = False
    status: str = "running"
    started: str = ""
    seconds: float = 0.0
    """Spent training, over all sittings."""
    step: int = 0
    result: dict[str, float] = field(default_factory=dict)
    """What it reached: numbers by name, those that the targets ask for among them."""
    table: list[dict[str, Any]] = field(default_factory=list)
    """What its parts gave, where it has parts: a row for each training of a study, for each number of neighbours."""
    mine: list[str] = field(default_factory=list)
    """The learner's functions that trained in place of ours."""
    notes: list[str] = field(default_factory=list)
    error: str = ""
    version: str = ""
    pid: int = 0
    path: Path = field(default=Path(), metadata={"saved": False})

    @property
    def targets(self) -> list[Target]:
        """What the run must reach."""
        return [Target(**target) for target in self.asked]

    @property
    def goals(self) -> list[Goal]:
        """What the run must reach beside what it reached, in words."""
        return target.goals(self.targets, self.result)

    @property
    def reached(self) -> bool:
        """Whether the run is done and met all of its targets."""
        return self.status == "done" and all(goal.met for goal in self.goals)

    @property
    def resumable(self) -> bool:
        """Whether `resume` has something to go on with."""
        return self.status in ("stopped", "failed")

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain data, of which run.json is made."""
        return {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.metadata.get("saved", True)}

    def save(self) -> None:
        """Write run.json in one atomic step."""
        write_json(self.path / "run.json", self.to_json(), indent=2)

    def metrics(self) -> list[dict[str, Any]]:
        """Return the lines of metrics.jsonl: {"step", "loss", ...} and {"step", "val_accuracy", ...}, in order.

        In a run of several trainings each line has its training's name as "part", and the steps count on.
        """
        return list(_lines(self.path / "metrics.jsonl"))


def load_run(path: str | Path) -> RunRecord:
    """Return the record of the run in a folder. A run that was killed counts as stopped.

    Raises:
        ValueError: there is no run in that folder, or its record is damaged.
    """
    path = Path(path)
    try:
        record = json.loads((path / "run.json").read_text())
    except FileNotFoundError:
        raise ValueError(f"there is no run in {path}: expected a folder with a run.json in it") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"{path / 'run.json'} is damaged: {error}") from None
    known = {f.name for f in dataclasses.fields(RunRecord)} - {"path"}
    run = RunRecord(**{name: value for name, value in record.items() if name in known}, path=path)
    if run.status == "running" and not _alive(run):
        run.status = "stopped"
    return run


def runs(folder: str | Path = "runs") -> list[RunRecord]:
    """Return the runs in a folder, the latest first. What is no run is passed over."""
    found = []
    for path in Path(folder).glob("*/run.json"):
        with contextlib.suppress(ValueError, TypeError):
            found.append(load_run(path.parent))
    return sorted(found, key=lambda run: (run.started, run.id), reverse=True)


def create(folder: Path, record: RunRecord) -> None:
    """Give the record an id of its own and a folder of that name, which appears with its run.json in it."""
    folder.mkdir(parents=True, exist_ok=True)
    record.started = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
    record.path = Path(tempfile.mkdtemp(dir=folder, prefix=".new-"))
    os.chmod(record.path, 0o755)
    (record.path / "metrics.jsonl").touch()
    taken = [int(path.name.rpartition("-")[2]) for path in folder.glob(f"{record.recipe}-[0-9]*") if path.name[-1].isdigit()]
    for number in range(max(taken, default=0) + 1, 1_000_000):
        record.id = f"{record.recipe}-{number:03d}"
        record.save()
        try:
            os.rename(record.path, folder / record.id)
        except OSError:
            if not (folder / record.id).exists():
                raise
            continue  # another run took this number just now
        record.path = folder / record.id
        return


def columns(table: list[dict[str, Any]]) -> list[str]:
    """Return the columns of a run's table that are to be shown: lists in it are for pictures."""
    return [name for name in (table[0] if table else {}) if not any(isinstance(row.get(name), list) for row in table)]


def cell(value: Any) -> str:
    """Return a table's entry as people read it.

    >>> cell(0.41250001), cell(12), cell(None), cell("adam"), cell(2.5e-7)
    ('0.4125', '12', '–', 'adam', '2.5e-07')
    """
    if value is None:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def cut_metrics(path: Path, step: int) -> None:
    """Leave in metrics.jsonl what a run had written when it stood at a step."""
    kept = [line for line in _lines(path) if line["step"] <= step]
    _write(path, "".join(json.dumps(line) + "\n" for line in kept))


def write_json(path: Path, data: Any, *, indent: int | None = None) -> None:
    """Write JSON in one atomic step."""
    _write(path, json.dumps(data, indent=indent, allow_nan=False) + "\n")


def _write(path: Path, text: str) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with open(handle, "w") as file:
        file.write(text)
    os.chmod(temporary, 0o644)
    os.replace(temporary, path)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if path.exists():
        for line in path.read_text().splitlines():
            with contextlib.suppress(json.JSONDecodeError):  # a line that a kill cut short
                yield json.loads(line)


def _alive(run: RunRecord) -> bool:
    """Return whether the process that writes this run still lives (and is not a later one with its number)."""
    try:
        process = psutil.Process(run.pid)
        born = process.create_time()
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
    except (psutil.Error, ValueError):
        return False
    return born <= (run.path / "run.json").stat().st_mtime + 1

"""Runs, seen from outside: a run is a process that writes into its folder, and the folder is shown."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from byhand import train

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
POLL = 0.15
"""Seconds between looks into a run's folder."""
MOST_POINTS = 4000
"""Points of the loss curve that a page is sent; a long run's are thinned."""


class CannotStart(Exception):
    """A run did not begin; the message is what the process said."""


@dataclass
class Trainer:
    """Starts runs, asks them to stop, and reads what they wrote."""

    folder: Path
    command: list[str] | None = None
    _processes: dict[str, subprocess.Popen] = field(default_factory=dict)
    _starting: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def start(self, recipe: str, *, mine: bool, quick: bool, seconds: float = 30.0) -> str:
        """Start a run and return its name, once its folder is there.

        Raises:
            CannotStart: the process ended, or wrote nothing for that long.
        """
        arguments = ["train", recipe, "--runs", str(self.folder)]
        arguments += ["--mine"] if mine else []
        arguments += ["--quick"] if quick else []
        async with self._starting:  # the new folder is this process's
            before = set(self.names())
            process, output = self._spawn(arguments)
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                new = [name for name in self.names() if name not in before]
                if new:
                    output.close()
                    self._processes[new[0]] = process
                    return new[0]
                if process.poll() is not None:
                    break
                await asyncio.sleep(0.05)
        raise CannotStart(_last_words(process, output))

    async def resume(self, name: str, *, seconds: float = 30.0) -> None:
        """Let a stopped run go on, and return once it does.

        Raises:
            KeyError: there is no run of that name.
            CannotStart: the process ended, or did nothing for that long.
        """
        async with self._starting:
            record = self.read(name)
            if record["status"] == "running":
                return
            (self.path(name) / "stop").unlink(missing_ok=True)
            mine = ["--mine"] if record.get("mine") else []
            arguments = ["train", record["recipe"], "--resume", str(self.path(name)), "--runs", str(self.folder), *mine]
            process, output = self._spawn(arguments)
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                if self.read(name)["status"] != record["status"]:
                    output.close()
                    self._processes[name] = process
                    return
                if process.poll() is not None:
                    break
                await asyncio.sleep(0.05)
        raise CannotStart(_last_words(process, output))

    def stop(self, name: str) -> None:
        """Ask a run to stop where it can be resumed."""
        (self.path(name) / "stop").touch()

    def path(self, name: str) -> Path:
        """Return a run's folder.

        Raises:
            KeyError: there is no run of that name.
        """
        path = self.folder / name
        if not NAME.fullmatch(name) or not (path / "run.json").is_file() or path.resolve().parent != self.folder.resolve():
            raise KeyError(name)
        return path

    def names(self) -> list[str]:
        """Return the runs' names, the newest first."""
        return [run.path.name for run in self.all()]

    def all(self) -> list[train.RunRecord]:
        """Return the runs, the newest first."""
        return [run for run in train.runs(self.folder) if NAME.fullmatch(run.path.name)]

    def read(self, name: str) -> dict[str, Any]:
        """Return a run's record, with its goals in words: targets beside what was reached.

        Raises:
            KeyError: there is no run of that name that can be read.
        """
        path = self.path(name)
        if name in self._processes:
            self._processes[name].poll()  # takes leave of one that has ended, which would still look alive
        try:
            run = train.load_run(path)
            return _finite(run.to_json() | {"goals": [asdict(goal) for goal in run.goals]})
        except (ValueError, TypeError):
            raise KeyError(name) from None

    def pictures(self, name: str) -> list[str]:
        """Return the file names of a run's pictures."""
        return sorted(p.name for p in self.path(name).glob("*.png") if NAME.fullmatch(p.name))

    async def follow(self, name: str) -> AsyncIterator[tuple[str, Any]]:
        """Yield what a run's page draws, as it comes: ("metrics", lines), ("run", record), ("weights", grids)."""
        path = self.path(name)
        offset, record, last, stamp, quiet = 0, {}, {}, 0.0, time.monotonic()
        while True:
            metrics = path / "metrics.jsonl"
            size = metrics.stat().st_size if metrics.exists() else 0
            if size < offset:  # resumed: the metrics were cut back to the checkpoint
                offset = 0
                yield "reset", {}
            lines, offset = await asyncio.to_thread(_lines_from, metrics, offset)
            if lines:
                yield "metrics", _thin(lines)
            weights = path / "weights.json"
            if weights.exists() and weights.stat().st_mtime != stamp:
                stamp = weights.stat().st_mtime
                yield "weights", _json(weights)
            with contextlib.suppress(KeyError):  # being replaced
                record = self.read(name)
            if record != last:
                last = record
                yield "run", record
            elif not lines and time.monotonic() - quiet > 10:
                yield "", None
            if lines:
                quiet = time.monotonic()
            await asyncio.sleep(POLL if record.get("status") == "running" else 4 * POLL)

    def close(self) -> None:
        """Ask the runs that this lab started to stop, and wait for them a little."""
        for name, process in self._processes.items():
            if process.poll() is None:
                with contextlib.suppress(KeyError, OSError):
                    self.stop(name)
        deadline = time.monotonic() + 5
        for process in self._processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))

    def _spawn(self, arguments: list[str]):
        output = tempfile.TemporaryFile()
        command = [*(self.command or [sys.executable, "-m", "byhand"]), *arguments]
        self.folder.mkdir(parents=True, exist_ok=True)
        environment = os.environ | {"NO_COLOR": "1", "COLUMNS": "100", "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=self.folder.parent,
            env=environment,
        )
        return process, output


def _last_words(process: subprocess.Popen, output: IO[bytes]) -> str:
    """End a process that came to nothing and return what it said."""
    process.kill()
    process.wait()
    with output:
        output.seek(0)
        said = output.read().decode(errors="replace").strip()
    return said[-2000:] or "the run wrote nothing and said nothing"


def _lines_from(path: Path, offset: int) -> tuple[list[dict[str, Any]], int]:
    """Return the whole lines behind an offset, and the offset behind them."""
    try:
        with open(path, "rb") as file:
            file.seek(offset)
            data = file.read()
    except FileNotFoundError:
        return [], 0
    end = data.rfind(b"\n") + 1
    lines = []
    for line in data[:end].splitlines():
        with contextlib.suppress(ValueError):
            lines.append(_finite(json.loads(line)))
    return lines, offset + end


def _thin(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    steps = [line for line in lines if "loss" in line]
    if len(steps) <= MOST_POINTS:
        return lines
    every = -(-len(steps) // MOST_POINTS)
    kept = {id(line) for line in steps[::every]}
    return [line for line in lines if "loss" not in line or id(line) in kept]


def _finite(value: Any) -> Any:
    """Return JSON data in which infinities and NaN are None: browsers cannot read them."""
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    return [_finite(v) for v in value] if isinstance(value, list) else value


def _json(path: Path) -> Any:
    try:
        return _finite(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):  # being replaced
        return None

"""What a running lab knows: the workspace, the last report on each exercise, and who is listening."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import watchfiles

from byhand import check, course, train
from byhand.course import rendering
from byhand.spec import Report
from byhand.workspace import Workspace

from .events import Hub
from .runs import Trainer

log = logging.getLogger(__name__)

STEP = 15
"""Milliseconds without a further change after which a save counts as done: editors write in several strokes."""
PATIENCE = 0.6
"""Seconds that a page waits for its first verdict before it is shown without."""


@dataclass
class Lab:
    """One lab, on one workspace."""

    workspace: Workspace
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    checker: Callable[..., Report] = check.check
    command: list[str] | None = None
    """What starts a training run, for tests; the command line of this installation otherwise."""

    def __post_init__(self):
        self.hub = Hub()
        self.trainer = Trainer(self.workspace.runs, self.command)
        self._reports: dict[str, tuple[str | None, Report]] = {}
        self._texts: dict[str, str] = {}
        self._turn: dict[str, int] = {}
        self._pending: dict[str, asyncio.Task] = {}
        self._pools: asyncio.Queue = asyncio.Queue()

    @contextlib.asynccontextmanager
    async def running(self):
        """Watch the workspace while the lab is open."""
        for pool in (pools := [check.WorkerPool() for _ in range(2)]):  # one more than code that loops for ever takes
            self._pools.put_nowait(pool)
        self._texts = {name: where.text for name, where in self.workspace.written().items()}
        stop = asyncio.Event()
        self.workspace.runs.mkdir(exist_ok=True)
        watching = [asyncio.create_task(watch(stop)) for watch in (self._watch, self._watch_runs)]
        try:
            yield
        finally:
            self.hub.close()
            stop.set()
            await asyncio.gather(*watching)
            for task in list(self._pending.values()):
                task.cancel()
            await asyncio.gather(*self._pending.values(), return_exceptions=True)
            for pool in pools:
                pool.close()

    # -- checking

    def report(self, name: str) -> Report | None:
        """Return the last report, if the code is still what it was made from."""
        fingerprint, report = self._reports.get(name, (None, None))
        return report if report and fingerprint == self._fingerprint(name) else None

    async def check(self, name: str, *, wait: float = PATIENCE) -> Report | None:
        """Check an exercise unless its report is at hand; None if that takes longer (it is published then)."""
        deadline = time.monotonic() + wait
        while (report := self.report(name)) is None and (left := deadline - time.monotonic()) > 0:
            if name not in self._pending:
                self.recheck(name)
            await asyncio.wait({self._pending[name]}, timeout=left)  # a save meanwhile puts another in its place
        return report

    def recheck(self, name: str) -> None:
        """Check an exercise in the background and publish what comes of it."""
        self._turn[name] = self._turn.get(name, 0) + 1
        task = asyncio.create_task(self._check(name, self._turn[name], time.perf_counter()))
        self._pending[name] = task
        task.add_done_callback(lambda done: self._pending.pop(name) if self._pending.get(name) is done else None)

    async def _check(self, name: str, turn: int, started: float) -> None:
        path = self.workspace.file(name)
        fingerprint = self._fingerprint(name)
        pool = await self._pools.get()
        try:
            if turn != self._turn[name]:
                return  # saved again while this one waited
            report = await asyncio.to_thread(self._run, name, path, pool)
        except Exception as problem:  # a fault of ours must show on the page, not end the watching
            log.exception("checking %s", name)
            report = Report(name, "checker-error", f"The checker itself failed: {problem}", file=str(path))
        finally:
            self._pools.put_nowait(pool)
        if turn != self._turn[name]:
            return
        self._reports[name] = (fingerprint, report)
        before = self.workspace.state.progress(name)
        after = self.workspace.record(report)
        self.hub.publish(f"exercise/{name}", "result", {"seconds": time.perf_counter() - started})
        if before != after:
            self.hub.publish("course", "progress", {"exercise": name, "state": after.state})

    def _run(self, name: str, path: Path, pool: check.WorkerPool) -> Report:
        if not path.exists():
            return Report(name, "not-started", f"There is no file {path.name} yet.", file=str(path))
        try:
            return self.checker(course.find(name), path, pool=pool)
        finally:
            if not self.hub.closed:
                pool.refill()

    async def _watch(self, stop: asyncio.Event) -> None:
        async for changes in watchfiles.awatch(
            self.workspace.modules, step=STEP, debounce=200, stop_event=stop, watch_filter=watchfiles.PythonFilter()
        ):
            stems = {Path(path).stem for _, path in changes}
            try:
                for name in self._touched(stems):
                    self.hub.publish(f"exercise/{name}", "checking", {})
                    self.recheck(name)
            except Exception:  # a file that vanished between the notice and the reading, for one
                log.exception("after a save")

    async def _watch_runs(self, stop: asyncio.Event) -> None:
        """Check an experiment again when a run of its recipe begins or ends."""
        async for changes in watchfiles.awatch(
            self.workspace.runs, step=50, debounce=400, stop_event=stop, watch_filter=_is_record
        ):
            folders = {Path(path).parent.name for _, path in changes}
            try:
                for name in self._judged_by(folders):
                    self.recheck(name)
            except Exception:  # a folder that vanished between the notice and the reading, for one
                log.exception("after a change of the runs")

    def _judged_by(self, folders: set[str]) -> list[str]:
        """Return the experiments that these runs decide: those that are looked at or written, and not judged by them yet."""
        recipes = {run.recipe for run in train.runs(self.workspace.runs) if run.path.name in folders}
        concerned = [e.name for e in course.exercises().values() if e.recipe in recipes]
        worth = {c.removeprefix("exercise/") for c in self.hub.listened()} | self.workspace.written().keys()
        return [n for n in concerned if n in worth and self.report(n) is None]

    def _touched(self, stems: set[str]) -> list[str]:
        """Return what a save makes worth checking: what is being looked at first, then what changed."""
        viewed = [c.removeprefix("exercise/") for c in self.hub.listened() if c.startswith("exercise/")]
        written = self.workspace.written()
        changed = [n for n, where in written.items() if where.text != self._texts.get(n)]
        gone = [n for n in self._texts if n not in written]
        self._texts = {n: where.text for n, where in written.items()}
        concerned = [n for n in viewed if stems & {self.workspace.file(m).stem for m in (n, *_needs(n))}]
        return list(dict.fromkeys([*concerned, *changed, *gone]))

    def _fingerprint(self, name: str) -> str | None:
        code = self.workspace.fingerprint(name) or _text(self.workspace.file(name))
        recipe = course.find(name).recipe
        if not recipe or code is None:
            return code
        made = [f"{run.id} {run.status}" for run in train.runs(self.workspace.runs) if run.recipe == recipe]
        return "\n".join([code, *made])  # an experiment is judged by the runs, too


def _is_record(change: watchfiles.Change, path: str) -> bool:
    """Return whether a change in the folder of runs is one of a record: a run's other files are written at every step."""
    return Path(path).name == "run.json"


def _text(path: Path) -> str | None:
    """Return a module's text, in place of a fingerprint, while it cannot be parsed."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


def _needs(name: str) -> tuple[str, ...]:
    known = course.exercises()
    return tuple(n for n in rendering.needs(known[name]) if n in known)

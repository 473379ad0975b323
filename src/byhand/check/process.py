"""The parent's side of the worker: start it, ask it, and end it when it does not answer."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import byhand

from . import worker as wire

MEMORY = 3 * 2**29
"""Bytes of address space that learner code may take, NumPy's own included."""
SECONDS = 5.0
"""Seconds that one call of learner code may take."""
GRACE = 1.0
"""Seconds beyond that before the process is killed from outside."""


class WorkerDied(Exception):
    """The process ended, or was ended, instead of answering."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason
        """exit | timeout | memory | garbage"""


@dataclass(frozen=True)
class Outcome:
    """What came of one call: data only."""

    value: Any = None
    error: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    """{"args", "kwargs"}: the arguments as they are after the call."""
    printed: str = ""
    violations: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class Loaded:
    """What came of loading a learner's module."""

    names: tuple[str, ...] = ()
    """The callables that it has."""
    others: tuple[str, ...] = ()
    error: dict[str, Any] | None = None
    printed: str = ""
    violations: tuple[str, ...] = ()


@dataclass
class Worker:
    """One child process. It is started at once and ready after NumPy's import, about a tenth of a second."""

    seconds: float = SECONDS
    memory: int = MEMORY
    _functions: dict[int, Callable] = field(default_factory=dict)
    _kept: dict[int, Any] = field(default_factory=dict)

    def __post_init__(self):
        self.folder = tempfile.mkdtemp(prefix="byhand-check-")
        environment = {k: v for k, v in os.environ.items() if k in ("SYSTEMROOT", "LANG", "LC_ALL", "TMPDIR", "DYLD_LIBRARY_PATH", "LD_LIBRARY_PATH")}
        environment |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", wire.__file__, json.dumps(_import_paths())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
            env=environment,
            start_new_session=True,
        )
        self._frames: queue.Queue = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        cpu = 600
        self._send({"op": "configure"}, byhand=str(Path(byhand.__file__).resolve().parent), memory=self.memory, cpu=cpu)

    # -- requests

    def load(self, file: Path, source: str | None = None) -> Loaded:
        """Import the learner's file (with its package, if it is in one), or run a source text in its name."""
        module, root, files = locate(file)
        self._functions.clear()
        self._kept.clear()
        self._send({"op": "load"}, module=module, root=str(root), files=[str(f) for f in files], source=source, seconds=self.seconds)
        header, values = self._answer("loaded")
        return Loaded(
            names=tuple(values["names"]),
            others=tuple(values["others"]),
            error=header["error"],
            printed=values["printed"],
            violations=tuple(header["violations"]),
        )

    def call(self, name: str, args: list, kwargs: Mapping[str, Any], *, opaque=frozenset(), keep: str = "") -> Outcome:
        """Call the learner's function on copies of the arguments. Results at `opaque` positions stay there as handles."""
        sent = {"name": name, "args": self._lend(args), "kwargs": self._lend(dict(kwargs))}
        self._send({"op": "call"}, **sent, opaque=sorted(opaque), keep=keep, seconds=self.seconds)
        header, values = self._answer("result")
        return Outcome(
            value=values["value"],
            error=header["error"],
            after=values["after"],
            printed=values["printed"],
            violations=tuple(header["violations"]),
            seconds=header["seconds"],
        )

    def takes(self, name: str, positional: int, keywords: list[str]) -> tuple[str, str]:
        """Return (why it cannot be called like this, or ""; its signature)."""
        self._send({"op": "signature"}, name=name, positional=positional, keywords=keywords)
        header, _ = self._answer("signature")
        return header["why"], header["signature"]

    def substitute(self, functions: Mapping[str, Callable]) -> None:
        """Put functions of ours in place of the learner's of those names; they run here and answer over the wire."""
        self._send({"op": "substitute"}, functions=self._lend(dict(functions)))
        self._answer("substituted")

    def keep(self, value: Any) -> wire.Handle:
        """Return a handle that the child can hold and pass back in place of the value."""
        self._kept[len(self._kept)] = value
        return wire.Handle(len(self._kept) - 1)

    def kept(self, handle: wire.Handle) -> Any:
        """Return what `keep` was given; any other handle is the child's own and is passed through."""
        return self._kept.get(handle.number, handle) if isinstance(handle.number, int) else handle

    def close(self) -> None:
        """End the process and everything that it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self.process.pid, 9)
            else:
                self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    # -- the wire

    def _lend(self, value):
        """Replace the functions in a tree by numbers under which the child may call them."""
        if isinstance(value, dict):
            return {k: self._lend(v) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self._lend(v) for v in value)
        if callable(value):
            number = len(self._functions)
            self._functions[number] = value
            return wire.Function(number)
        return value

    def _send(self, message, **values):
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(wire.pack(message, **values))
            self.process.stdin.flush()
        except (BrokenPipeError, OSError):
            raise WorkerDied(self._cause()) from None

    def _listen(self):
        assert self.process.stdout is not None

        def read(n):
            data = self.process.stdout.read(n)
            if data is None or len(data) < n:
                raise EOFError
            return data

        while True:
            try:
                self._frames.put(wire.unpack(read))
            except (EOFError, ValueError, KeyError, TypeError, OSError) as problem:
                self._frames.put(problem)
                return

    def _answer(self, expected: str):
        deadline = time.monotonic() + self.seconds + GRACE
        while True:
            frame = self._next(deadline)
            try:
                header, arrays = frame
                op = header["op"]
                ours = self._functions if op == "callback" else {}
                values = {
                    k: wire.decode(v, arrays, bind=lambda f, ours=ours: ours.get(f.number, f))
                    for k, v in header["values"].items()
                }
            except (KeyError, TypeError, ValueError, IndexError, AttributeError):
                raise WorkerDied("garbage") from None
            if op == "callback":
                self._call_back(header, values)
                deadline = max(deadline, time.monotonic() + GRACE)
            elif op == expected:
                return header, values
            else:
                raise WorkerDied("garbage")

    def _next(self, deadline):
        while True:
            try:
                frame = self._frames.get(timeout=0.05)
            except queue.Empty:
                if time.monotonic() > deadline:
                    self.close()
                    raise WorkerDied("timeout") from None
                if sys.platform != "linux" and self._resident() > self.memory:  # elsewhere RLIMIT_AS does not bind
                    self.close()
                    raise WorkerDied("memory") from None
                continue
            if isinstance(frame, EOFError):
                raise WorkerDied(self._cause())
            if isinstance(frame, Exception):
                self.close()
                raise WorkerDied("garbage")
            return frame

    def _call_back(self, header, values):
        function = self._functions.get(header.get("function"))
        try:
            if function is None:
                raise ValueError("there is no such function")
            value = function(*values["args"], **values["kwargs"])
        except Exception as error:  # the learner's arguments made our function fail: their code hears of it
            self._send({"op": "refuse", "why": f"{type(error).__name__}: {error}"})
        else:
            self._send({"op": "answer"}, value=self._lend(value))

    def _resident(self):
        import psutil  # only where the system has no limit

        try:
            return psutil.Process(self.process.pid).memory_info().rss
        except psutil.Error:
            return 0

    def _cause(self):
        """Tell an exit from a kill by the system, once the process is gone."""
        try:
            code = self.process.wait(timeout=GRACE)
        except subprocess.TimeoutExpired:
            self.close()
            return "garbage"
        return "timeout" if code == -24 else "memory" if code == -9 else "exit"  # 24: SIGXCPU, 9: SIGKILL


class WorkerPool:
    """Keeps one worker started and ready, so that a check does not wait for NumPy's import."""

    def __init__(self, seconds: float = SECONDS):
        self.seconds = seconds
        self._ready: Worker | None = Worker(seconds)

    def take(self) -> Worker:
        """Return the worker that is ready; it is the caller's to close. Call `refill` when there is time to start another."""
        worker, self._ready = self._ready or Worker(self.seconds), None
        if worker.process.poll() is not None:
            worker.close()
            worker = Worker(self.seconds)
        return worker

    def refill(self) -> None:
        """Start the next worker, if none is waiting."""
        if self._ready is None:
            self._ready = Worker(self.seconds)

    def close(self) -> None:
        """End the worker that waits."""
        if self._ready is not None:
            self._ready.close()
            self._ready = None

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


def locate(file: Path) -> tuple[str, Path, list[Path]]:
    """Return (the module's dotted name, the folder to import from, the learner's files) for a file in or out of a package."""
    file = file.resolve()
    root, parts = file.parent, [file.stem]
    while (root / "__init__.py").exists():
        parts.insert(0, root.name)
        root = root.parent
    siblings = sorted(file.parent.glob("*.py"))
    return ".".join(parts), root, [file, *(s for s in siblings if s != file)]


def _import_paths() -> list[str]:
    """Return this interpreter's import folders, without the one in which byhand's source lies when installed for development."""
    source = Path(byhand.__file__).resolve().parent.parent
    development = not (source / "numpy").exists()
    folders = [p for p in sys.path if p and Path(p).exists()]
    return [p for p in folders if not (development and Path(p).resolve() == source) and Path(p).resolve() != Path.cwd()]

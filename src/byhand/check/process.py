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
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import byhand
from byhand.spec import Made

from . import worker as wire
from .parts import Part

MEMORY = 3 * 2**29
"""Bytes of address space that learner code may take, NumPy's own included."""
SECONDS = 5.0
"""Seconds that one call of learner code may take."""
CPU_SECONDS = 600
"""Seconds of processor time that one worker may take in all."""
GRACE = 1.0
"""Seconds beyond that before the process is killed from outside."""
TRY_SECONDS, TRY_SECONDS_WITH_OURS = 0.05, 0.25
"""Seconds that one call of a changed text of the learner's may take, and one that calls functions of ours."""
AGAIN_SECONDS = 0.2
"""Seconds that a function of ours may take over a learner's arguments once one had to be stopped."""

_OWN = str(Path(byhand.__file__).resolve().parent)
_KEPT_ENVIRONMENT = ("SYSTEMROOT", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


class WorkerDied(Exception):
    """The process ended, or was ended, instead of answering."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason
        """exit | timeout | memory | garbage"""


@dataclass(frozen=True)
class Step:
    """What a variable held after a line."""

    function: str
    line: int
    name: str
    """The variable, or what is in it: "grads['w1']"; "return", "return[1]" for what is returned."""
    turn: int
    """0, 1, ... for the first few times, and the highest for the last."""
    frame: int
    """The number of the call it happened in."""
    caller: int
    """The call that it was made from, or -1."""
    called_from: int
    """The line in that."""
    value: np.ndarray = field(repr=False)


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
    lines: Mapping[int, int] = field(default_factory=dict)
    """How often each line of the learner's files was executed, where that was asked for."""
    steps: tuple[Step, ...] = ()
    """What its variables held, in order, where that was asked for."""
    full: bool = False
    """Whether some of that had to be left out."""


@dataclass(frozen=True)
class Place:
    """Where a file of another course's lies among the others."""

    module: str
    root: Path
    package: str
    modules: Mapping[str, Path]
    """The learner's files, by the names under which that course's code imports them."""

    @property
    def files(self) -> list[Path]:
        """The file itself, then the others."""
        own = self.modules[self.module]
        return [own, *(f for f in self.modules.values() if f != own)]


@dataclass(frozen=True)
class Loaded:
    """What came of loading a learner's module."""

    names: tuple[str, ...] = ()
    """The callables that it has."""
    others: tuple[str, ...] = ()
    error: dict[str, Any] | None = None
    printed: str = ""
    violations: tuple[str, ...] = ()


class Worker:
    """One child process. It is started at once and ready after NumPy's import, about a tenth of a second."""

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY):
        self.seconds, self.memory = seconds, memory
        self._functions: dict[int, Callable] = {}
        self._patience = self._most_patience = self.seconds
        self.asked = 0
        """How often learner code has called a function of ours."""
        self.folder = tempfile.mkdtemp(prefix="byhand-check-")
        environment = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
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
        self._send({"op": "configure"}, byhand=_OWN, memory=self.memory, cpu=CPU_SECONDS)

    # -- requests

    def load(self, file: Path, source: str | None = None, place: Place | None = None) -> Loaded:
        """Import the learner's file (with its package, if it is in one), or run a source text in its name.

        With a place, the file is another course's: what it imports and is not here is stood in for.
        """
        module, root, files = locate(file) if place is None else (place.module, place.root, place.files)
        self._functions.clear()
        self._patience = self._most_patience = self.seconds
        paths = {"root": str(root), "files": [str(f) for f in files]}
        package = None if place is None else (place.package, {name: str(path) for name, path in place.modules.items()})
        self._send({"op": "load"}, module=module, **paths, source=source, seconds=self.seconds, package=package)
        return self._answer("loaded", _loaded)

    def seed(self, number: int) -> None:
        """Let NumPy's own random numbers start from a number."""
        self._send({"op": "seed"}, number=number)
        self._answer("seeded", lambda header, values: None)

    def notes(self) -> dict[str, list[str]]:
        """Return what was stood in for: {missing modules, broken ones of the learner's, names removed from NumPy}."""
        self._send({"op": "notes"})
        return self._answer("notes", lambda header, values: {k: [_text(n) for n in v] for k, v in values["notes"].items()})

    def make(self, kind: str, made: Made, keep: str) -> Outcome:
        """Make an object of the learner's class; `call("@keep.method", ...)` then calls its methods."""
        self._send({"op": "make"}, name=kind, **self._lent(made), keep=keep, seconds=self.seconds)
        return self._answer("answered", _answered)

    def _lent(self, made: Made) -> dict[str, Any]:
        sent = {"args": self._lend(list(made.args)), "kwargs": self._lend(dict(made.kwargs))}
        return sent | {"attributes": self._lend(dict(made.attributes)), "first": [[n, list(given)] for n, given in made.first]}

    def read(self, keep: str, names: list[str]) -> dict[str, Any]:
        """Return attributes of an object that was made."""
        self._send({"op": "read"}, keep=keep, names=names)
        value = self._answer("answered", _answered).value
        return value if isinstance(value, dict) else {}

    def call(
        self,
        name: str,
        args: list,
        kwargs: Mapping[str, Any],
        *,
        opaque=frozenset(),
        keep: str = "",
        count: bool = False,
        watched: Mapping[int, tuple[int, Sequence[str], bool]] | None = None,
        strict: bool = False,
    ) -> Outcome:
        """Call the learner's function on copies of the arguments. Results at `opaque` positions stay there as handles.

        With `count`, the lines that it executes are counted; with `watched` (for every line its statement's first, and the
        variables to which that gives a value, or may) what its variables hold is recorded. Both take time. With `strict`,
        what leaves the range of floats is an exception.
        """
        sent = {"name": name, "args": self._lend(args), "kwargs": self._lend(dict(kwargs))}
        sent |= {"watched": {str(line): [start, list(names), surely] for line, (start, names, surely) in (watched or {}).items()}}
        self._send({"op": "call"}, **sent, opaque=sorted(opaque), keep=keep, seconds=self.seconds, count=count, strict=strict)
        return self._answer("result", _outcome)

    def tries(
        self,
        texts: Sequence[str],
        part: Part,
        name: str,
        args: list,
        kwargs: Mapping[str, Any],
        *,
        opaque=frozenset(),
        after: Sequence[int] = (),
        on: tuple[str, Made] | None = None,
        seed: int | None = None,
    ) -> list[tuple[Any, list, dict] | None]:
        """Call a function with each of some texts in the place of a part of one of the learner's.

        Returns for each (what it returns, the arguments at the places `after` as they are then, the attributes asked for), None
        where it does not run. Where the time runs out with one, those after it are left out. A method, "@keep.method", is
        called on an object of `on`, a class and how it is made, that is new each time; NumPy's random numbers start from `seed`.
        """
        sent: dict[str, Any] = {"name": name, "args": self._lend(args), "kwargs": self._lend(dict(kwargs))}
        sent |= {"opaque": sorted(opaque), "after": list(after), "on": None, "seed": seed}
        if on is not None:
            keep, (kind, made) = name.removeprefix("@").rpartition(".")[0], on
            sent["on"] = {"keep": keep, "make": {"name": kind, **self._lent(made)}, "read": list(made.read)}
        self._send(
            {"op": "try"},
            texts=list(texts),
            replaced=part.function,
            before=part.before,
            behind=part.behind,
            statement=part.statement,
            **sent,
            seconds=TRY_SECONDS_WITH_OURS if self._functions else TRY_SECONDS,
        )
        self._patience = TRY_SECONDS_WITH_OURS
        try:
            return self._answer("tried", lambda header, values: list(values["results"]))
        finally:
            self._patience = self._most_patience

    def takes(self, name: str, positional: int, keywords: list[str]) -> tuple[str, str]:
        """Return (why it cannot be called like this, or ""; its signature)."""
        self._send({"op": "signature"}, name=name, positional=positional, keywords=keywords)
        return self._answer("signature", lambda header, values: (str(header["why"]), str(header["signature"])))

    def substitute(self, functions: Mapping[str, Callable]) -> None:
        """Put functions of ours in place of the learner's of those names; they run here and answer over the wire."""
        self._send({"op": "substitute"}, functions=self._lend(dict(functions)))
        self._answer("substituted", lambda header, values: None)

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
        if self.process.stdin.closed:  # it was ended before, and this is one more question
            raise WorkerDied(self._cause())
        try:
            self.process.stdin.write(wire.pack(message, **values))
            self.process.stdin.flush()
        except (BrokenPipeError, OSError):
            raise WorkerDied(self._cause()) from None

    def _listen(self):
        pipe = self.process.stdout
        assert pipe is not None

        def read(n):
            data = pipe.read(n)
            if data is None or len(data) < n:
                raise EOFError
            return data

        while True:
            try:
                self._frames.put(wire.unpack(read))
            except (EOFError, ValueError, KeyError, TypeError, OSError) as problem:
                self._frames.put(problem)
                return

    def _answer(self, expected: str, read: Callable[[dict, dict], Any]) -> Any:
        """Wait for an answer, serving the child's callbacks meanwhile.

        What comes is read with care: the child is not trusted.
        """
        deadline = time.monotonic() + self.seconds + GRACE
        last = time.monotonic() + 10 * (self.seconds + GRACE)  # callbacks put the deadline off, but not for ever
        while True:
            frame = self._next(min(deadline, last))
            try:
                header, arrays = frame
                op = header["op"]
                ours = self._functions if op == "callback" else {}
                values = {
                    k: wire.decode(v, arrays, bind=lambda f, ours=ours: ours.get(f.number, f))
                    for k, v in header["values"].items()
                }
                if op == expected:
                    return read(header, values)
                if op != "callback":
                    raise ValueError(op)
                function, args, kwargs = self._functions[header["function"]], list(values["args"]), dict(values["kwargs"])
            except (KeyError, TypeError, ValueError, IndexError, AttributeError):
                self.close()
                raise WorkerDied("garbage") from None
            self._call_back(function, args, kwargs)
            deadline = max(deadline, time.monotonic() + GRACE)

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

    def _call_back(self, function, args, kwargs):
        self.asked += 1
        try:
            with np.errstate(all="ignore"):  # inf and nan are told of where they come out, not by a warning of ours
                value = _within(self._patience, function, args, kwargs)
        except Exception as error:  # the learner's arguments made our function fail: their code hears of it
            if isinstance(error, TimeoutError):
                self._most_patience = AGAIN_SECONDS
                self._patience = min(self._patience, AGAIN_SECONDS)
            self._send({"op": "refuse", "why": f"{type(error).__name__}: {error}"})
        else:
            changed = [a if isinstance(a, dict) else None for a in args]
            self._send({"op": "answer"}, value=self._lend(value), changed=self._lend(changed))

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


def _within(seconds: float, function: Callable, args: list, kwargs: Mapping[str, Any]) -> Any:
    """Call a function of ours on what a learner's code made up, which it may not have been written for.

    Raises:
        TimeoutError: it takes longer.
    """
    until = time.monotonic() + seconds

    def line(frame, event, arg):
        if time.monotonic() > until:
            raise TimeoutError("it takes too long on these arguments")
        return line

    def call(frame, event, arg):
        return line if frame.f_code.co_filename.startswith(_OWN) else None

    before = sys.gettrace()
    sys.settrace(call)
    try:
        return function(*args, **kwargs)
    finally:
        sys.settrace(before)


def _loaded(header: dict, values: dict) -> Loaded:
    return Loaded(
        names=tuple(map(str, values["names"])),
        others=tuple(map(str, values["others"])),
        error=_error(header["error"]),
        printed=_text(values["printed"]),
        violations=_violations(header["violations"]),
    )


def _outcome(header: dict, values: dict) -> Outcome:
    return Outcome(
        value=values["value"],
        error=_error(header["error"]),
        after=_after(values["after"]),
        printed=_text(values["printed"]),
        violations=_violations(header["violations"]),
        seconds=float(header["seconds"]),
        lines={int(line): int(times) for line, times in header["lines"]},
        steps=_steps(header["steps"], values["traced"]),
        full=header["full"] is True,
    )


def _answered(header: dict, values: dict) -> Outcome:
    error, printed, violations = _error(header["error"]), _text(values["printed"]), _violations(header["violations"])
    return Outcome(value=values["value"], error=error, printed=printed, violations=violations)


def _steps(rows: Any, arrays: Any) -> tuple[Step, ...]:
    found = []
    for (function, line, name, *numbers), value in zip(rows, arrays, strict=True):
        if not isinstance(value, np.ndarray):
            raise ValueError("a variable that is no array")
        turn, frame, caller, called_from = map(int, numbers)
        found.append(Step(_text(function), int(line), _text(name), turn, frame, caller, called_from, value))
    return tuple(found)


def _text(value: Any) -> str:
    """Return a text that every terminal and file can take: a learner's may hold halves of characters."""
    return str(value).encode(errors="replace").decode()


def _error(data: Any) -> dict[str, Any] | None:
    """Return an exception as the worker described it, every field of its type."""
    if data is None:
        return None
    return {
        "type": str(data["type"]),
        "bases": [str(b) for b in data["bases"]],
        "message": _text(data["message"]),
        "line": None if data["line"] is None else int(data["line"]),
        "text": _text(data["text"]),
        "numbers": {str(name): int(n) for name, n in data["numbers"].items()},
        "shapes": {str(name): tuple(int(n) for n in shape) for name, shape in data["shapes"].items()},
    }


def _after(data: Any) -> dict[str, Any] | None:
    return None if data is None else {"args": list(data["args"]), "kwargs": dict(data["kwargs"])}


def _violations(data: Any) -> tuple[str, ...]:
    if not set(data) <= set(wire.VIOLATION_CODES):
        raise ValueError("unknown violations")
    return tuple(data)


class WorkerPool:
    """Keeps workers started and ready, so that a check does not wait for NumPy's import."""

    def __init__(self, seconds: float = SECONDS):
        self.seconds = seconds
        self._ready: deque[Worker] = deque([Worker(seconds)])

    def take(self) -> Worker:
        """Return the worker that is ready. Call `refill` when there is time to start another."""
        while self._ready:
            worker = self._ready.popleft()
            if worker.process.poll() is None:
                return worker
            worker.close()
        return Worker(self.seconds)

    def give_back(self, worker: Worker) -> None:
        """Take a worker back after its check. It has run a learner's code, and is ended."""
        worker.close()

    def refill(self, size: int = 1) -> None:
        """Start workers until so many are waiting: one for the next check, several where many checks come in a row."""
        while len(self._ready) < size:
            self._ready.append(Worker(self.seconds))

    def close(self) -> None:
        """End the workers that wait."""
        while self._ready:
            self._ready.popleft().close()

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

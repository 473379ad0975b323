import os
import re
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from byhand import course, workspace
from byhand.check import WorkerPool
from byhand.cli import app
from byhand.course import rendering
from byhand.workspace import files, source


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


@pytest.fixture
def byhand(capsys):
    """Run a command in this process, its output no terminal."""

    def run(*arguments: str, pool: WorkerPool | None = None) -> Result:
        capsys.readouterr()
        code = app.run(list(arguments), pool)
        return Result(code, *capsys.readouterr())

    return run


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """A folder without a workspace, gone to."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def space(tmp_path, monkeypatch):
    """A fresh workspace, gone to."""
    made = workspace.create(tmp_path / "ws")
    monkeypatch.chdir(made.folder)
    return made


def write(space: workspace.Workspace, name: str, change=None) -> None:
    """Write the solution of an exercise, changed, into a workspace."""
    path = space.file(name)
    text = files.read(path)
    located = source.locate(text, name)
    assert located is not None
    solution = rendering.short_solution(course.find(name))
    changed = change(solution) if change else solution
    assert change is None or changed != solution, "the change changes nothing"
    files.write(path, source.replace(text, located, changed))


def solve(space: workspace.Workspace) -> None:
    """Write every solution of a function into a workspace: neither choices nor experiments."""
    for name in course.functions():
        write(space, name)


def launch(*arguments: str, folder: Path, seconds: float = 60, **options) -> subprocess.CompletedProcess:
    """Run a command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "byhand", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        **options,
    )


STYLES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


class Terminal:
    """A command on a terminal of its own: keys go in, and what is shown comes out, without its colours."""

    def __init__(self, *arguments: str, folder: Path):
        self.process, self.descriptor = self._start(arguments, folder)
        self.shown = ""

    @staticmethod
    def _start(arguments, folder):
        import pty

        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "byhand", *arguments],
            cwd=folder,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "100", "LINES": "50", "OMP_NUM_THREADS": "1"},
            start_new_session=True,
        )
        os.close(theirs)
        return process, ours

    def wait_for(self, text: str, seconds: float = 30) -> str:
        """Return what is shown up to the text; what comes later is left for the next call."""
        deadline = time.monotonic() + seconds
        while text not in self.shown:
            ready, _, _ = select.select([self.descriptor], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"{text!r} was not shown in {seconds} s; this was:\n{self.shown}"
            assert self._read(), f"it ended before {text!r} was shown; this was:\n{self.shown}"
        before, _, self.shown = self.shown.partition(text)
        return before

    def _read(self) -> bool:
        try:
            data = os.read(self.descriptor, 65536)
        except OSError:  # Linux says so when the other end is closed
            return False
        self.shown = STYLES.sub("", self.shown + data.decode(errors="replace"))
        return bool(data)

    def press(self, keys: str) -> None:
        os.write(self.descriptor, keys.encode())

    def ends(self, seconds: float = 30) -> int:
        """Return the exit code; what is still shown is read meanwhile, lest the command waits for it."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < deadline, f"it goes on; this was shown last:\n{self.shown[-2000:]}"
            if select.select([self.descriptor], [], [], 0.05)[0] and not self._read():
                break
        return self.process.wait(timeout=seconds)

    def close(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self.descriptor)


@pytest.fixture
def terminal():
    """Start commands on terminals, which are closed after the test."""
    if sys.platform == "win32":
        pytest.skip("Windows has no pseudo-terminals of this kind")
    opened: list[Terminal] = []

    def start(*arguments: str, folder: Path) -> Terminal:
        opened.append(Terminal(*arguments, folder=folder))
        return opened[-1]

    yield start
    for one in opened:
        one.close()

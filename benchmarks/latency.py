"""How long a learner waits: a cold check, a save while watching, and a check of everything, beside the targets.

    python -m benchmarks.latency [--rounds 10] [--saves 20] [--failing 4]

"failing save" is a save, while watching, of a function with a fault in it, until what is wrong is told; the first of each
exercise is left out, for what is computed on its problems is kept. The seconds are those of a clock: on a machine that others
use as well they tell little, and the load is printed for that.
"""

from __future__ import annotations

import argparse
import os
import platform
import pty
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from byhand import course, workspace
from byhand.course import rendering
from byhand.workspace import source

EXERCISE = "batchnorm_backward"
RIGHT, WRONG = "dbeta = np.sum(dout, axis=0)", "dbeta = np.mean(dout, axis=0)"
TARGETS = {"cold check": 0.8, "save to verdict": 0.25, "check --all": 12.0, "failing save": 0.6}

FAILING = {
    "affine_backward": "db-averaged",
    "softmax_loss": "softmax-gradient-not-averaged",
    "batchnorm_backward": "batchnorm-no-variance-path",
    "groupnorm_backward": "groupnorm-no-mean-path",
    "adam": "adam-no-correction",
    "linear_svm_loss_naive": "svm-loops-own-class-counted",
    "two_layer_net_loss": "net-gradient-twice-regularised",
    "fully_connected_net_loss": "deep-gradient-not-regularised",
    "tape_two_layer_net_loss": "tape-net-not-averaged",
}
"""Exercises, and the misconception of each that is saved."""

# a learner's Python keeps its compiled modules, whatever the one that measures does
ENVIRONMENT = {k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH")}


def solved(folder: Path) -> workspace.Workspace:
    """Make a workspace in which every function is written."""
    space = workspace.create(folder)
    for exercise in course.functions().values():
        file = space.file(exercise.name)
        text = file.read_text(encoding="utf-8")
        located = source.locate(text, exercise.name)
        assert located is not None
        file.write_text(source.replace(text, located, rendering.short_solution(exercise)), encoding="utf-8")
    return space


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "byhand", *arguments]


def timed(arguments: list[str], folder: Path) -> float:
    """Return the seconds that a command takes from its start to its end."""
    started = time.perf_counter()
    subprocess.run(arguments, cwd=folder, env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


class Watching:
    """A `byhand watch` on a terminal of its own."""

    def __init__(self, folder: Path):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execve(sys.executable, command("watch"), ENVIRONMENT)

    def wait_for(self, text: str, seconds: float = 30.0) -> str:
        """Return what is printed until the text appears."""
        seen, deadline = b"", time.monotonic() + seconds
        while text.encode() not in seen:
            ready, _, _ = select.select([self.terminal], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError(f"{text!r} was not printed in {seconds} s; this was: {seen.decode(errors='replace')}")
            seen += os.read(self.terminal, 65536)
        return seen.decode(errors="replace")

    def close(self) -> None:
        """End it."""
        os.kill(self.pid, signal.SIGTERM)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)


def with_slip(text: str, name: str) -> str:
    """Return the text of an exercise's function with the misconception in it that is saved."""
    slip = next(m for m in course.find(name).misconceptions if m.name == FAILING[name])
    for old, new in slip.edits.items():
        assert text.count(old) == 1, (name, old)
        text = text.replace(old, new)
    return text


def saves(space: workspace.Workspace, name: str, wrong: Callable[[str], str], count: int) -> list[float]:
    """Return the seconds from each save to its verdict; every other save, the first among them, is wrong."""
    file = space.file(name)
    located = source.locate(file.read_text(encoding="utf-8"), name)
    assert located is not None and wrong(located.text) != located.text
    watching, found = Watching(space.folder), []
    try:
        watching.wait_for("q quit")
        for i in range(count):
            time.sleep(1.0)  # a person does not save faster; the next process is ready by then
            text = file.read_text(encoding="utf-8")
            now = source.locate(text, name)
            assert now is not None
            changed = wrong(located.text) if i % 2 == 0 else located.text
            started = time.perf_counter()
            file.write_text(source.replace(text, now, changed), encoding="utf-8")
            watching.wait_for(f"{'✗' if i % 2 == 0 else '✓'} {name}")
            found.append(time.perf_counter() - started)
    finally:
        watching.close()
    return found


def failing_saves(space: workspace.Workspace, name: str, count: int) -> list[float]:
    """Return the seconds from each save of a function with a fault to its verdict, but for the first."""
    found = saves(space, name, lambda text: with_slip(text, name), 2 * count + 2)
    return found[2::2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10, help="cold checks to time")
    parser.add_argument("--saves", type=int, default=20, help="saves to time")
    parser.add_argument("--failing", type=int, default=4, help="saves of each function with a fault to time")
    parser.add_argument("--all-rounds", type=int, default=3, help="checks of everything to time")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="byhand-latency-") as folder:
        space = solved(Path(folder))
        timed(command("check", EXERCISE), space.folder)  # compiles what is not compiled yet
        measured = {
            "cold check": [timed(command("check", EXERCISE), space.folder) for _ in range(arguments.rounds)],
            "save to verdict": saves(space, EXERCISE, lambda text: text.replace(RIGHT, WRONG), arguments.saves),
            "check --all": [timed(command("check", "--all"), space.folder) for _ in range(arguments.all_rounds)],
        }
        each = {name: failing_saves(space, name, arguments.failing) for name in FAILING}
        measured["failing save"] = [seconds for found in each.values() for seconds in found]
        measured |= {f"  {name}": found for name, found in each.items()}
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}{load}\n")
    print(f"{'':25}  {'median':>7}  {'worst':>7}  {'n':>3}  {'target':>7}")
    for name, seconds in measured.items():
        median, worst = statistics.median(seconds), max(seconds)
        target = TARGETS.get(name, TARGETS["failing save"])
        print(
            f"{name:25}  {median:6.2f}s  {worst:6.2f}s  {len(seconds):3}  {target:6.2f}s  {'' if median <= target else 'missed'}"
        )


if __name__ == "__main__":
    main()

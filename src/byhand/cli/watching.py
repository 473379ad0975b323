"""`byhand watch`: a check on every save, and one key for each thing one may want then."""

from __future__ import annotations

import ast
import contextlib
import queue
import sys
import threading
from pathlib import Path

import typer

from byhand import course
from byhand.check import WorkerPool, check
from byhand.spec import Exercise, syntax
from byhand.workspace import Workspace

from . import report as reports
from . import trail
from .common import console, here

KEYS = "w why · h hint · n next · l list · r run again · q quit"
STEP = 10
"""Milliseconds without a further change after which a save is taken as complete."""


def watch_command(context: typer.Context) -> None:
    """Check on every save, and say within a blink whether it is right.

    Leave it running beside your editor. Keys: w opens the finding a step further, h the next hint, n goes to the next
    exercise, l lists, r runs again, q quits.
    """
    space = here()
    with context.obj or WorkerPool() as pool, keyboard() as keys:
        session = Session(space, pool)
        console.print(f"Watching [underline]{space.modules}[/]", soft_wrap=True)
        session.greet()
        for event in events(space.modules, keys):
            if event == "q":
                return
            session.handle(event)


class Session:
    """What `watch` knows between events: the exercise at hand and the functions as last seen."""

    def __init__(self, space: Workspace, pool: WorkerPool):
        self.space, self.pool = space, pool
        self.seen = {path: _functions(path) for path in space.modules.glob("*.py")}
        self.exercise: Exercise | None = space.next()

    def greet(self) -> None:
        """Say which exercise is next."""
        if self.exercise is None:
            console.print("Nothing is left to do: every exercise is right or skipped.")
        else:
            console.print(f"Next: [bold cyan]{self.exercise.name}[/] in {self.space.file(self.exercise.name).name}")
        console.print(f"[dim]{KEYS}[/]\n")

    def handle(self, event: str | set[Path]) -> None:
        """Act on a key or on saved files."""
        if isinstance(event, set):
            for name in self.changed(event):
                self.exercise = course.find(name)
                self.run()
        elif event == "n":
            self.exercise = self.space.next(self.exercise.name if self.exercise else None)
            self.greet()
        elif event == "l":
            trail.list_command()
        elif event in ("h", "w", "r"):
            if self.exercise is None:
                self.greet()
                return
            if event == "h":
                trail.hint_command(self.exercise.name)
                console.print()
                return
            if event == "w":
                self.space.open_depth(self.exercise.name)
            self.run()

    def changed(self, paths: set[Path]) -> list[str]:
        """Return the exercises whose functions changed in these files; the one at hand if what changed is something else."""
        names = []
        for path in paths:
            now = _functions(path)
            if now is None:  # not Python at the moment: say so for the exercise at hand
                names += [self.exercise.name] if self.exercise and self.space.file(self.exercise.name) == path else []
                continue
            before = self.seen.get(path) or {}
            different = [n for n in now if n in course.exercises() and now[n] != before.get(n)]
            if not different and now != before and self.exercise is not None:
                different = [self.exercise.name]
            self.seen[path] = now
            names += different
        order = list(course.exercises())
        return sorted(dict.fromkeys(names), key=order.index)

    def run(self) -> None:
        """Check the exercise at hand and print what came of it."""
        assert self.exercise is not None
        report = check(self.exercise, self.space.file(self.exercise.name), pool=self.pool)
        depth = self.space.record(report).depth
        reports.show(console, report, depth=depth, keys=KEYS if report.verdict != "pass" else "")
        self.pool.refill()
        if report.verdict == "pass":
            following = self.space.next()
            if following is None:
                console.print("  That was the last one. [bold]byhand export DIR[/] hands you your library.\n")
            elif following.name != self.exercise.name:
                console.print(f"  [dim]n goes on to[/] [cyan]{following.name}[/]\n")


def _functions(path: Path) -> dict[str, str] | None:
    """Return the text of every top-level statement by its function's name ("" for the rest), or None if it is not Python."""
    try:
        tree = syntax.parse(path.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return None
    found: dict[str, str] = {}
    for node in tree.body:
        name = node.name if isinstance(node, ast.FunctionDef) else ""
        found[name] = found.get(name, "") + ast.dump(node)
    return found


def events(folder: Path, keys: queue.Queue):
    """Yield what happens: sets of Python files that may have been saved (at first, of all), and keys."""
    from watchfiles import watch

    stop = threading.Event()

    def watching():
        first = True
        for changes in watch(folder, step=STEP, debounce=200, stop_event=stop, rust_timeout=500, yield_on_timeout=True):
            saved = {Path(p) for kind, p in changes if p.endswith(".py") and Path(p).exists()}
            if first:  # what was saved before the watching began
                saved, first = set(folder.glob("*.py")), False
            if saved:
                keys.put(saved)

    threading.Thread(target=watching, daemon=True).start()
    try:
        while True:
            yield keys.get()
    except KeyboardInterrupt:
        return
    finally:
        stop.set()


@contextlib.contextmanager
def keyboard():
    """Yield a queue into which single keys are put as they are pressed, where there is a keyboard."""
    pressed: queue.Queue = queue.Queue()
    if not sys.stdin.isatty():
        yield pressed
        return
    try:
        import termios
        import tty
    except ImportError:  # Windows
        threading.Thread(target=_windows_keys, args=(pressed,), daemon=True).start()
        yield pressed
        return
    before = termios.tcgetattr(sys.stdin)
    tty.setcbreak(sys.stdin.fileno())

    def reading():
        while key := sys.stdin.read(1):
            pressed.put(key.lower())

    threading.Thread(target=reading, daemon=True).start()
    try:
        yield pressed
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def _windows_keys(pressed: queue.Queue) -> None:
    import msvcrt

    while True:
        pressed.put(msvcrt.getwch().lower())  # pyright: ignore[reportAttributeAccessIssue]

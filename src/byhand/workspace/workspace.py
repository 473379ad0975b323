"""A folder with the learner's package, their runs, and how far they are."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from byhand import course
from byhand.course import rendering
from byhand.spec import Exercise, Report
from byhand.spec.report import RUNGS

from . import files, source
from .state import Progress, State, now

README = """# {package}: my own neural network library

Each module of `{package}/` is a chapter. Write the functions in order; after each save, look at what the checker says:

    byhand lab          the notes, the checks and the training runs, on a page in your browser
    byhand watch        the same checks in the terminal
    byhand next         what comes next
    byhand train mlp-digits --mine
                        train a network on handwritten digits with the functions that you have written
    byhand export DIR   your package alone, to keep and to show

Files that you have written are never overwritten; `byhand reset` keeps a copy in `.byhand/backups/`.
"""


@dataclass(frozen=True)
class Workspace:
    """The learner's folder."""

    folder: Path
    package: str

    @property
    def state(self) -> State:
        """How far they are."""
        return State(self.folder / ".byhand" / "state.json")

    @property
    def runs(self) -> Path:
        """The folder of their training runs."""
        return self.folder / "runs"

    @property
    def modules(self) -> Path:
        """The folder of their package."""
        return self.folder / self.package

    def file(self, name: str) -> Path:
        """Return the module in which an exercise is written.

        Raises:
            ValueError: there is no such exercise.
        """
        return self.modules / f"{course.chapter_of(name).name}.py"

    def text(self, name: str) -> str | None:
        """Return the learner's text of a function as it stands, or None where there is none."""
        located = self.locate(name)
        return located.text if located else None

    def locate(self, name: str) -> source.Located | None:
        """Return where a function stands in its module, or None."""
        path = self.file(name)
        return source.locate(files.read(path), name) if path.exists() else None

    def written(self) -> dict[str, source.Located]:
        """Return the exercises' functions that the learner has begun to write: those that are no longer stubs."""
        found = {}
        for chapter in course.chapters():
            path = self.modules / f"{chapter.name}.py"
            if path.exists():
                text = files.read(path)
                located = {e.name: source.locate(text, e.name) for e in chapter.exercises}
                found |= {name: where for name, where in located.items() if where and not where.stub}
        return found

    def progress(self) -> dict[str, Progress]:
        """Return how far the learner is with every exercise, in the course's order."""
        known = self.state.all()
        return {name: known.get(name, Progress()) for name in course.exercises()}

    def next(self, after: str | None = None) -> Exercise | None:
        """Return the first exercise that is neither passed nor skipped: the core trail first, then the side trips.

        With `after`, the first such one behind that exercise, and from the beginning when there is none.
        """
        progress = self.progress()
        trail = [e for e in course.exercises().values() if progress[e.name].state not in ("passed", "skipped")]
        core = [e for e in trail if e.name not in course.side_trips()]
        if after is not None:
            order = list(course.exercises())
            behind = [e for e in core if order.index(e.name) > order.index(after)]
            core = behind or [e for e in core if e.name != after]
            trail = [e for e in trail if e.name != after]
        return next(iter(core or trail), None)

    def record(self, report: Report) -> Progress:
        """Take a check's report into the state. A report on some other file, or in another dialect, changes nothing."""
        path = self.file(report.exercise)
        if report.dialect != "byhand" or Path(report.file).resolve() != path.resolve():
            return self.state.progress(report.exercise)
        fingerprint = self.fingerprint(report.exercise) if report.verdict == "pass" else None
        if report.file_sha256 and path.exists() and _sha256(path.read_bytes()) != report.file_sha256:
            fingerprint = None  # saved again since

        def change(old: Progress):
            if report.verdict == "checker-error":
                return {}
            new: dict[str, Any] = {"ticks": [name for name, reached in report.ticks.items() if reached]}
            if report.verdict == "pass" and all(report.ticks.values()):
                new |= {"state": "passed", "passed_at": old.passed_at or now(), "best": "passed", "depth": 1}
                return new | {"finding": None, "fingerprint": fingerprint}
            if report.verdict == "not-started":
                new["state"] = "skipped" if old.state == "skipped" else "not-started"
            else:
                new["state"] = "started"
            if report.rung in RUNGS and old.best != "passed":
                reached = [r for r in (old.best, report.rung) if r in RUNGS]
                new["best"] = max(reached, key=RUNGS.index)
            first = f"{report.findings[0].code}/{report.findings[0].quantity}" if report.findings else None
            if first != old.finding:
                new |= {"finding": first, "depth": 1}
            return new

        return self.state.change(report.exercise, change)

    def skip(self, name: str) -> Progress:
        """Mark an exercise as skipped: later ones use ours in its place."""
        course.find(name)
        return self.state.change(name, lambda old: {} if old.state == "passed" else {"state": "skipped"})

    def open_hint(self, name: str) -> int:
        """Open one hint more and return how many are open."""
        most = len(course.find(name).hints)
        return self.state.change(name, lambda old: {"hints_opened": min(old.hints_opened + 1, most)}).hints_opened

    def open_depth(self, name: str, depth: int | None = None) -> int:
        """Open the present finding one step deeper, or to the depth given, and return how deep it is open."""
        course.find(name)
        return self.state.change(name, lambda old: {"depth": min(max(depth or old.depth + 1, 1), 3)}).depth

    def reset(self, name: str) -> Path | None:
        """Put an exercise's stub back and return where the module was copied to before (None: there was no module)."""
        exercise = course.find(name)
        path = self.file(name)
        if not path.exists():
            self.update()
            return None
        text = files.read(path)
        backup = self._back_up(path, text)
        located = source.locate(text, name)
        stub = rendering.stub(exercise)
        files.write(path, source.replace(text, located, stub) if located else source.append(text, stub))
        fresh = {"state": "not-started", "depth": 1, "finding": None, "fingerprint": None}
        self.state.change(name, lambda old: fresh)
        return backup

    def update(self) -> list[str]:
        """Add what is missing (modules, stubs of new exercises, imports) and return the names of the stubs added.

        Nothing that is there is changed. A module that cannot be read now (a half-typed line) is left for next time.
        """
        added = []
        _write_missing(self.modules / "__init__.py", f'"""{self.package}: my own neural network library."""\n')
        _write_missing(self.folder / "README.md", README.format(package=self.package))
        self.runs.mkdir(exist_ok=True)
        for chapter in course.chapters():
            path = self.modules / f"{chapter.name}.py"
            head = f'"""Chapter {chapter.number}: {chapter.title}."""\n\nimport numpy as np\n'
            old = files.read(path) if path.exists() else head
            try:
                present = source.imported(old)
            except SyntaxError:
                continue
            missing = [e for e in chapter.exercises if e.name not in present]
            if not missing:
                continue
            text = source.add_imports(old, _imports(missing, chapter.name))
            for exercise in missing:
                text = source.append(text, rendering.stub(exercise))
            if path.exists():
                self._back_up(path, old)
            files.write(path, text)
            added += [exercise.name for exercise in missing]
        if self.state.read().get("refresher"):
            self._skip_all_but(course.REFRESHER)
        return added

    def _skip_all_but(self, names: tuple[str, ...]) -> None:
        """Mark as skipped what the learner has not begun and does not mean to."""

        def skip(old: Progress):
            return {"state": "skipped"} if old.state == "not-started" else {}

        written = self.written()
        self.state.change_many({n: skip for n in course.exercises() if n not in names and n not in written})

    def fingerprint(self, name: str) -> str | None:
        """Return the hash of the code that a function runs on: its module and those of the package that it imports."""
        modules, waiting = {}, [self.file(name).stem]
        while waiting:
            module = waiting.pop()
            path = self.modules / f"{module}.py"
            if module in modules or not path.exists():
                continue
            modules[module] = files.read(path)
            try:
                waiting += source.siblings(modules[module])
            except SyntaxError:
                return None
        return _sha256("\0".join(f"{m}\0{modules[m]}" for m in sorted(modules)).encode())

    def _back_up(self, path: Path, text: str) -> Path:
        stamp = datetime.now().strftime("%Y%m%d-%H%M%S-%f")
        backup = self.folder / ".byhand" / "backups" / f"{path.stem}-{stamp}.py"
        files.write(backup, text)
        return backup


def create(folder: Path | str, package: str = "mynet", *, refresher: bool = False) -> Workspace:
    """Make a workspace, or add what is missing to the one that is there.

    With refresher=True, all exercises but those of `course.REFRESHER` are skipped, as are those that come with later
    versions. An exercise that was begun stays as it is, and none is lost: a skipped one is done by writing it.

    Raises:
        ValueError: the package's name cannot be imported, or the folder's workspace has a package of another name.
    """
    folder = Path(folder).resolve()
    there = _at(folder)
    if there and there.package != package:
        if package != "mynet":
            raise ValueError(f"the workspace in {folder} has its package in {there.package}/, not in {package}/")
        package = there.package
    if not package.isidentifier() or package in ("byhand", "numpy", "sklearn", "test", "runs"):
        raise ValueError(f"expected a name that Python can import and that is free, such as mynet; got {package!r}")
    workspace = Workspace(folder, package)
    workspace.modules.mkdir(parents=True, exist_ok=True)
    if there is None:
        workspace.state.set(package=package)
    if refresher:
        workspace.state.set(refresher=True)
    workspace.update()
    return workspace


def find(start: Path | str | None = None) -> Workspace | None:
    """Return the workspace of a folder: its own, that of a folder above it, or the only one right below it."""
    start = Path(start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        workspace = _at(folder)
        if workspace:
            return workspace
    try:
        below = [w for w in (_at(f) for f in sorted(start.iterdir()) if f.is_dir()) if w]
    except OSError:
        return None
    return below[0] if len(below) == 1 else None


def _at(folder: Path) -> Workspace | None:
    state = State(folder / ".byhand" / "state.json")
    return Workspace(folder, state.read().get("package", "mynet")) if state.path.is_file() else None


def _imports(exercises: list[Exercise], chapter: str) -> dict[str, list[str]]:
    """Return module -> the names that these exercises' solutions call from it."""
    wanted: dict[str, list[str]] = {}
    for exercise in exercises:
        for name in rendering.needs(exercise):
            if name in course.exercises() and (module := course.chapter_of(name).name) != chapter:
                names = wanted.setdefault(module, [])
                if name not in names:
                    names.append(name)
    return wanted


def _write_missing(path: Path, text: str) -> None:
    if not path.exists():
        files.write(path, text)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()

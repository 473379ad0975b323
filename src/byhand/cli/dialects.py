"""`byhand check --dialect cs231n`: another course's files and folders."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from byhand import course
from byhand.check import WorkerPool, check
from byhand.interop import cs231n
from byhand.spec import Entry, Report

from . import report as reports
from .common import console, fail


def chosen(name: str | None, file: Path | None) -> tuple[list[tuple[Entry, Path]], tuple[str, ...]]:
    """Return what is to be checked, and the names that are there but have no exercise yet.

    `name` is a name or, without a file, a path.

    Raises:
        ValueError: there is no such name or path, or nothing of the dialect's in it.
    """
    if file is None and name is not None and Path(name).exists():
        name, file = None, Path(name)
    if file is None:
        given = f"there is no file or folder {name}; " if name and ("/" in name or name.endswith(".py")) else ""
        if name is not None and not given:
            cs231n.resolve(name)
        raise ValueError(f"{given}give the file or the assignment's folder, as in byhand check --dialect cs231n assignment1")
    if not file.exists():
        raise ValueError(f"there is no file or folder {file}")
    if name is None:
        found = cs231n.find(file)
        if not found.entries and not found.others:
            raise ValueError(f"{file} has no function of one of CS231n's names")
        return list(found.entries), found.others
    entries = cs231n.resolve(name)
    there = [(e, f) for e, f in cs231n.find(file).entries if e in entries]
    if file.is_file():  # where the function is missing, the report says so
        return (there or [(entries[0], file)])[:1], ()
    if not there:
        raise ValueError(f"{file} has no {name}")
    return there, ()


def check_all(found: list[tuple[Entry, Path]], seed: int, case: str | None, pool: WorkerPool | None) -> list[Report]:
    """Check every entry. Those of one file share a process; what fails there is checked again in one of its own."""
    from byhand.check.proof import WarmPool

    reports_: list[Report] = []
    with WarmPool() as shared, pool or WorkerPool() as own:
        for entry, file in found:
            report = _check(entry, file, seed, case, shared)
            if report.verdict not in ("pass", "not-started", "blocked"):
                shared.close()
                if report.verdict == "fail" and len(found) > 1:
                    report = _check(entry, file, seed, case, own)
                    own.refill()
            reports_.append(report)
    return reports_


def _check(entry: Entry, file: Path, seed: int, case: str | None, pool: WorkerPool) -> Report:
    exercise = course.find(entry.exercise)
    report = check(exercise, file, seed=seed, only_case=case, pool=pool, dialect=cs231n.CS231N, dialect_name=entry.name)
    return replace(report, file=str(file))


def table(found: list[Report], others: tuple[str, ...]) -> None:
    """Print a line for each function."""
    shown = Table(box=None, pad_edge=False, show_header=False)
    for _ in ("mark", "name", "verdict"):
        shown.add_column(no_wrap=True)
    for report in found:
        mark, style = reports.MARKS[report.verdict]
        told = report.findings[0].title if report.findings else report.summary.removeprefix(f"{report.dialect_name} is ")
        line = Text.assemble("right; ", ("advice: ", "yellow")) if report.verdict == "pass" and report.findings else Text()
        verdict = f"[{style}]{report.verdict}[/]"
        shown.add_row(f"[{style}]{mark}[/]", report.dialect_name, verdict, line + reports.code_text(told))
    if found:
        console.print(shown)
    right = sum(r.verdict == "pass" for r in found)
    console.print(f"\n[bold]{right} of {len(found)} right[/]")
    if others:
        console.print(f"[dim]No exercise yet for {', '.join(others)}[/]")
    wrong = next((r for r in found if r.verdict not in ("pass", "not-started")), None)
    if wrong is not None:
        console.print(f"[dim]{escape(wrong.replay.partition(' --seed')[0])} says more about the first[/]", soft_wrap=True)


def named(dialect: str) -> None:
    """Raise unless a dialect is known."""
    if dialect != "cs231n":
        raise fail(f"--dialect: expected 'byhand' or 'cs231n', got {dialect!r}")

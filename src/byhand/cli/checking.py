"""`byhand check` and `byhand explain`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.markup import escape
from rich.table import Table

from byhand import course
from byhand.check import WorkerPool, check, codes
from byhand.check.learner import read_source
from byhand.spec import Exercise, Report

from . import report as reports
from .common import CHECKER_ERROR, complete_exercise, console, current, fail, here, here_or_none, print_json

ExerciseName = Annotated[
    str | None, typer.Argument(metavar="[EXERCISE]", help="An exercise, as in `byhand list`.", autocompletion=complete_exercise)
]


def check_command(
    context: typer.Context,
    exercise: ExerciseName = None,
    file: Annotated[Path | None, typer.Option(help="The file to check, in place of the workspace's.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Check everything that you have started.")] = False,
    dialect: Annotated[str, typer.Option(help="Whose names and conventions the file follows.")] = "byhand",
    explain: Annotated[bool, typer.Option("--explain", help="Open all three depths of a finding at once.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON, for programs.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of the random inputs.")] = 0,
    case: Annotated[str | None, typer.Option(help="Run this case alone; --explain lists their names.")] = None,
    pdb: Annotated[bool, typer.Option("--pdb", help="Then stop in the debugger on the line at fault.")] = False,
) -> None:
    """Check a function that you wrote: is it right, and if not, which term of which line is wrong?

    Without a name, the exercise that is next.

    $ byhand check affine_backward            what differs, on the smallest case

    $ byhand check affine_backward --explain  the line and the term at fault

    $ byhand check --all                      all functions that you have begun

    $ byhand check --file net.py              a file from elsewhere

    $ byhand check --dialect cs231n assignment1   a folder of Stanford's course

    Exit code 0: right; 1: not right yet; 2: wrong usage; 3: the checker itself failed.
    """
    if dialect != "byhand":
        _check_dialect(dialect, exercise, file, all_, explain, as_json, seed, case, pdb, context.obj)
    chosen = _chosen(exercise, file, all_)
    many = all_ or len(chosen) > 1
    if many and case is not None:
        raise fail("--case: name the exercise whose case it is, as in byhand check affine_backward --case ordinary")
    if many and pdb:
        raise fail("--pdb: name the one exercise in which to stop, as in byhand check affine_backward --pdb")
    found = _check_many(chosen, seed, context.obj) if many else [_check_one(*chosen[0], seed, case, context.obj)]
    if as_json:
        print_json([r.to_json() for r in found] if many else found[0].to_json())
    elif many:
        _table(found)
    else:
        depth = reports.DEEPEST if explain else _depth(found[0], file)
        reports.show(console, found[0], depth=depth)
        if found[0].verdict == "fail" and depth < reports.DEEPEST:
            console.print("  [dim]byhand check --explain opens the next steps · byhand hint gives a hint[/]\n")
    if pdb:
        _debug(found[0], case)
    raise typer.Exit(_exit_code(found))


def _check_dialect(dialect, name, file, all_, explain, as_json, seed, case, pdb, pool) -> NoReturn:
    from . import dialects

    dialects.named(dialect)
    if pdb or all_:
        raise fail(f"{'--pdb' if pdb else '--all'} does not go with --dialect")
    chosen, others = dialects.chosen(name, file)
    single = name is not None and file is not None and len(chosen) == 1
    if case is not None and not single:
        raise fail("--case: name the function whose case it is")
    found = dialects.check_all(chosen, seed, case, pool)
    if as_json:
        print_json(found[0].to_json() if single else [r.to_json() for r in found])
    elif single:
        reports.show(console, found[0], depth=reports.DEEPEST if explain else 1)
    else:
        dialects.table(found, others)
    raise typer.Exit(_exit_code(found))


def _chosen(name: str | None, file: Path | None, all_: bool) -> list[tuple[Exercise, Path]]:
    if file is not None and not file.is_file():
        raise fail(f"there is no file {file}")
    if name is not None and all_:
        raise fail("give an EXERCISE or --all, not both")
    if file is not None and name is None:
        source = read_source(file)
        there = [(e, file) for e in course.exercises().values() if source.function(e.name) is not None]
        if not there:
            raise fail(f"{file} has no function of an exercise's name; see `byhand list`")
        return there
    if all_:
        space = here()
        written = space.written()
        if not written:
            raise fail(f"nothing is started yet in {space.modules}: open the first module and write a function")
        return [(e, space.file(e.name)) for e in course.exercises().values() if e.name in written]
    exercise = current(name)
    return [(exercise, file or here().file(exercise.name))]


def _check_one(exercise: Exercise, file: Path, seed: int, case: str | None, pool: WorkerPool | None) -> Report:
    report = check(exercise, file, seed=seed, only_case=case, pool=pool)
    if case is None:
        _record([report])
    return report


def _check_many(chosen: list[tuple[Exercise, Path]], seed: int, pool: WorkerPool | None) -> list[Report]:
    """Check several. Those of one file share a process, as they share what the file does when it is imported.

    What fails there is checked once more in a process of its own: another function may have left something behind.
    """
    from byhand.check.proof import WarmPool

    found: list[Report] = []
    loaded: Path | None = chosen[0][1]
    with WarmPool() as shared, pool or WorkerPool() as own:
        for exercise, file in chosen:
            if file != loaded:
                shared.close()
                loaded = file
            report = check(exercise, file, seed=seed, pool=shared)
            if report.verdict not in ("pass", "not-started"):
                shared.close()
            if report.verdict == "fail":
                report = check(exercise, file, seed=seed, pool=own)
                own.refill()
            found.append(report)
    _record(found)
    return found


def _record(found: list[Report]) -> None:
    space = here_or_none()
    if space is not None:
        for report in found:
            space.record(report)


def _depth(report: Report, file: Path | None) -> int:
    """Return how deep the learner has opened this finding."""
    space = here_or_none()
    return 1 if space is None or file is not None else space.state.progress(report.exercise).depth


def _table(found: list[Report]) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    for report in found:
        mark, style = reports.MARKS[report.verdict]
        summary = report.summary.removeprefix(f"{report.exercise} is ")
        table.add_row(f"[{style}]{mark}[/]", report.exercise, reports.code_text(summary))
    console.print(table)
    right = sum(r.verdict == "pass" for r in found)
    console.print(f"\n[bold]{right} of {len(found)} right[/]")
    wrong = next((r.exercise for r in found if r.verdict not in ("pass", "not-started")), None)
    if wrong is not None:
        console.print(f"[dim]byhand check {wrong} says more about the first[/]")


def _exit_code(found: list[Report]) -> int:
    if any(r.verdict == "checker-error" for r in found):
        return CHECKER_ERROR
    return 0 if all(r.verdict == "pass" for r in found) else 1


def _debug(report: Report, case: str | None) -> None:
    line = next((f.line for f in report.findings if f.line is not None), None)
    failing = case or next((c.name for c in report.cases if not c.passed), None)
    if failing is None:
        raise fail("--pdb: nothing fails, so there is no line to stop on")
    subprocess.run(
        [sys.executable, "-m", "byhand.check.debug", report.file, report.exercise, failing, str(report.seed), str(line or 0)],
        check=False,
    )


def explain_command(code: Annotated[str | None, typer.Argument(help="A code, as `--explain` prints it.")] = None) -> None:
    """Explain what a finding's code means, with an example; without a code, list them."""
    pages = codes.pages()
    if code is None:
        of_exercises = {slip.name for e in course.exercises().values() for slip in e.misconceptions}
        for name in [*sorted(pages.keys() - of_exercises), "", *(n for n in pages if n in of_exercises)]:
            console.print(f"[bold cyan]{name:<38}[/]{escape(pages[name].title)}" if name else "", soft_wrap=True)
        return
    if code not in pages:
        raise fail(f"there is no code {code!r}; `byhand explain` lists them")
    page = pages[code]
    console.print(f"[bold]{code}[/]: {escape(page.title)}\n")
    console.print(reports.code_text(page.text))
    if page.example:
        console.print(f"\n[dim]{escape(page.example)}[/]")
    if page.notes:
        console.print(f"\n[dim]In the notes: {reports.notes_place(page.notes)}[/]")

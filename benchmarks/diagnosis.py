"""The checker on generated code: what is wrong caught and named (line, kind, quantity), what is right never called wrong.

    python -m benchmarks.diagnosis [--jobs 2] [--only NAME] [--sample N] [--misses] [--write]

Wrong: see benchmarks/faults.py. Right: the references in other words (check/variations.py), and every fault that turns out to
compute the same, told without the checker on numbers that it does not draw (benchmarks/behaviour.py). What a finding should
say of a fault is read off the edit and the numbers, never off the checker (benchmarks/expected.py).
"""

from __future__ import annotations

import argparse
import random
import sys
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from multiprocessing import get_context

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from byhand import course
from byhand.check import check
from byhand.check.proof import HEADER, WarmPool
from byhand.check.variations import variations

from .behaviour import behaviour
from .diagnosis_page import PAGE, page
from .expected import with_behaviour
from .faults import Fault, faults
from .outcomes import COLUMNS, VIEWS, Outcome, in_words, of_right, of_wrong, rows

CHUNK = 12
"""Sources that a process is given at once: all of one exercise, whose right results are then computed once."""


def main() -> int:
    options = _options()
    outcomes = _run(options)
    if not outcomes:
        print(f"there is no function {options.only!r} to check: see `byhand list`", file=sys.stderr)
        return 2
    console = Console(width=150)
    for view in VIEWS:
        table = Table(view, *COLUMNS, box=None)
        for row in rows(view, outcomes):
            table.add_row(*row, style="bold" if row[0] == "all" else "")
        console.print(table, "")
    console.print(in_words(outcomes))
    for outcome in outcomes:
        if outcome.fatal or (options.misses and outcome.told):
            console.print(outcome.told, soft_wrap=True, markup=False, highlight=False)
    if options.write:
        PAGE.write_text(page(outcomes, options.sample), encoding="utf-8")
    return int(any(outcome.fatal for outcome in outcomes))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.diagnosis",
        description="The checker on generated faults, and on correct code in other words. Exits with 1 if anything wrong passes "
        "or anything right is called wrong.",
        epilog="A quick look while working on the checker: --sample 200 --misses. Everything about one function: --only NAME "
        "--misses. Of each miss is shown: the function, the operator, the line before and after; what a finding may say of it; "
        "what the finding said; its title.",
    )
    parser.add_argument("--only", metavar="NAME", help="one function alone")
    parser.add_argument("--sample", type=int, metavar="N", help="N sources, the same ones each time")
    parser.add_argument("--misses", action="store_true", help="show every finding whose line, kind or quantity is not right")
    parser.add_argument("--write", action="store_true", help=f"write docs/{PAGE.name}, from all functions")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes (1)")
    parser.add_argument("--pairs", type=int, default=4, metavar="N", help="sources with two faults at once for each function (4)")
    options = parser.parse_args()
    if options.write and options.only:
        parser.error("--write is for all functions: leave out --only")
    return options


def _run(options: argparse.Namespace) -> list[Outcome]:
    """Make all sources, check them, in several processes, and show how far it is."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    names = [name for name in course.functions() if options.only in (None, name)]
    bars = Progress(*columns, console=Console(stderr=True), transient=True)
    with bars as progress, ProcessPoolExecutor(options.jobs, get_context("spawn")) as processes:
        planted = processes.map(partial(_sources, pairs=options.pairs), names)
        sources = [fault for group in progress.track(planted, len(names), description="planting") for fault in group]
        if options.sample:
            chosen = random.Random(0).sample(sources, min(options.sample, len(sources)))
            sources = sorted(chosen, key=lambda fault: names.index(fault.exercise))
        task, outcomes = progress.add_task("checking", total=len(sources)), []
        for chunk in processes.map(_checked, _chunks(sources)):
            progress.advance(task, len(chunk))
            outcomes += [outcome for outcome in chunk if outcome.counts]
    return outcomes


def _sources(name: str, pairs: int) -> list[Fault]:
    """Return everything to be checked of a function; what is meant to be right has no spot at fault."""
    exercise = course.functions()[name]
    right = [Fault(name, "none", variation.source, (), variation.what) for variation in variations(exercise)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of wrong code's nan and inf
        return [*faults(exercise, pairs), *right]


def _chunks(sources: list[Fault]) -> Iterator[list[Fault]]:
    by_name: dict[str, list[Fault]] = {}
    for fault in sources:
        by_name.setdefault(fault.exercise, []).append(fault)
    for group in by_name.values():
        yield from (group[i : i + CHUNK] for i in range(0, len(group), CHUNK))


def _checked(chunk: list[Fault]) -> list[Outcome]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [outcome(fault, _pool()) for fault in chunk]


@cache
def _pool() -> WarmPool:
    """Return this process's worker; it ends with the process."""
    return WarmPool(seconds=2.0)


def outcome(fault: Fault, pool: WarmPool) -> Outcome:
    """Decide whether a source is right, check it, and compare."""
    exercise = course.functions()[fault.exercise]
    seen = behaviour(exercise, fault.source)
    if seen.verdict == "neither" or (not fault.spots and seen.verdict == "wrong"):
        return Outcome(fault, ())  # a change that makes no sense for this function, or too small to be called wrong
    report = check(exercise, f"{exercise.name}.py", pool=pool, source=HEADER + fault.source)
    if seen.verdict == "same":
        return of_right(fault, report)
    return of_wrong(fault, report, tuple(with_behaviour(exercise, spot, seen) for spot in fault.spots))


if __name__ == "__main__":
    sys.exit(main())

"""The checker on generated code: what is wrong caught and named (line, kind, quantity), what is right never called wrong.

    python -m benchmarks.diagnosis [--jobs 2] [--only NAME] [--sample N] [--misses]

Wrong: every mechanical mutant of every reference, every declared misconception, and pairs of mutants on different lines.
Right: the references in other words (check/variations.py), and every mutant that turns out to compute the same, told without
the checker on numbers that it does not draw (benchmarks/behaviour.py). What a finding should say of a fault is read off the
edit and the numbers, never off the checker (benchmarks/expected.py).
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from rich.table import Table

from byhand import course
from byhand.check import check
from byhand.check.proof import HEADER, WarmPool
from byhand.check.variations import variations
from byhand.spec import Report

from .behaviour import behaviour
from .expected import Spot, judge, with_behaviour
from .faults import Fault, faults

HEAD = HEADER.count("\n")
CHUNK = 12
"""Sources that a process is given at once: all of one exercise, whose right results are then computed once."""
COLUMNS = ("wrong", "caught", "line", "kind", "quantity", "certain", "of these right", "right", "false alarms")


VIEWS: dict[str, Callable[[Outcome], str]] = {
    "function": lambda o: o.fault.exercise,
    "fault": lambda o: o.fault.operator,
    "written": lambda o: o.fault.form or "as the solution",
}
"""What the outcomes are grouped by, a table for each."""


@dataclass(frozen=True)
class Outcome:
    """How the checker did on one source."""

    fault: Fault
    counts: tuple[str, ...]
    """The columns in which it counts."""
    told: str = ""
    """What was missed, to read."""
    fatal: bool = False
    """Something wrong passed, or something right was called wrong."""


def main() -> int:
    options = _options()
    sources = list(_sources(options.only, options.pairs))
    if not sources:
        print(f"there is no function {options.only!r} to check: see `byhand list`", file=sys.stderr)
        return 2
    if options.sample:
        chosen = random.Random(0).sample(sources, min(options.sample, len(sources)))
        sources = sorted(chosen, key=lambda fault: fault.exercise)
    outcomes = list(_all(sources, options.jobs))
    console = Console(width=150)
    for heading, key in VIEWS.items():
        console.print(_table(heading, key, outcomes))
        console.print()
    console.print(_in_words(outcomes))
    for outcome in outcomes:
        if outcome.fatal or (options.misses and outcome.told):
            console.print(outcome.told, soft_wrap=True, markup=False, highlight=False)
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
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes (1)")
    parser.add_argument("--pairs", type=int, default=4, metavar="N", help="sources with two faults at once for each function (4)")
    return parser.parse_args()


def _sources(only: str | None, pairs: int) -> Iterator[Fault]:
    """Yield everything to be checked; what is meant to be right has no spot at fault."""
    for name, exercise in course.functions().items():
        if only in (None, name):
            yield from faults(exercise, pairs)
            yield from (Fault(name, "none", v.source, (), v.what) for v in variations(exercise))


def _all(sources: list[Fault], jobs: int) -> Iterator[Outcome]:
    """Check all sources, in several processes, and show how far it is."""
    by_name: dict[str, list[Fault]] = {}
    for fault in sources:
        by_name.setdefault(fault.exercise, []).append(fault)
    chunks = [group[i : i + CHUNK] for group in by_name.values() for i in range(0, len(group), CHUNK)]
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=len(sources))
        with ProcessPoolExecutor(jobs, get_context("spawn")) as processes:
            for outcomes in processes.map(_chunk, chunks):
                progress.advance(task, len(outcomes))
                yield from (outcome for outcome in outcomes if outcome.counts)


@cache
def _pool() -> WarmPool:
    """Return this process's worker; it ends with the process."""
    return WarmPool(seconds=2.0)


def _chunk(chunk: list[Fault]) -> list[Outcome]:
    return [_outcome(fault) for fault in chunk]


def _outcome(fault: Fault) -> Outcome:
    """Decide whether a source is right, check it, and compare."""
    exercise = course.functions()[fault.exercise]
    seen = behaviour(exercise, fault.source)
    if seen.verdict == "neither" or (not fault.spots and seen.verdict == "wrong"):
        return Outcome(fault, ())  # a change that makes no sense for this function, or too small to be called wrong
    report = check(exercise, f"{exercise.name}.py", pool=_pool(), source=HEADER + fault.source)
    if seen.verdict == "same":
        if report.verdict == "pass":
            return Outcome(fault, ("right",))
        return Outcome(
            fault, ("right", "false alarms"), f"false alarm: {_shown(fault)}\n{report.summary}\n{fault.source}", fatal=True
        )
    if report.verdict == "pass":
        return Outcome(fault, ("wrong",), f"passed: {_shown(fault)}\n{fault.source}", fatal=True)
    spots = tuple(with_behaviour(exercise, spot, seen) for spot in fault.spots)
    return _judged(fault, report, spots)


def _judged(fault: Fault, report: Report, spots: tuple[Spot, ...]) -> Outcome:
    """Hold the first finding to what may be said of the fault."""
    finding = report.findings[0]
    line, kind, quantity = judge(finding, spots, HEAD)
    counts = ["wrong", "caught", *(["line"] * line), *(["kind"] * kind), *(["quantity"] * quantity)]
    if finding.confidence == "certain":
        counts += ["certain"] + ["of these right"] * (line and kind and quantity)
    if line and kind and quantity:
        return Outcome(fault, tuple(counts))
    missed = " ".join(what for what, right in (("line", line), ("kind", kind), ("quantity", quantity)) if not right)
    expected = "; ".join(
        f"line {' or '.join(str(n + HEAD) for n in s.lines)}, {' or '.join(sorted(s.kinds))}, {' or '.join(sorted(s.words))}"
        for s in spots
    )
    got = f"line {finding.line}, {finding.kind}, {finding.quantity} ({finding.code}, {finding.confidence})"
    told = f"{missed}: {_shown(fault)}\n  expected  {expected}\n  got       {got}\n  title     {finding.title}"
    return Outcome(fault, tuple(counts), told)


def _shown(fault: Fault) -> str:
    form = f" ({fault.form})" if fault.form else ""
    return f"{fault.exercise}{form}, {fault.operator}: {' and '.join(spot.text for spot in fault.spots)}"


def _table(heading: str, key, outcomes: list[Outcome]) -> Table:
    table = Table(heading, *COLUMNS, box=None)
    for name in dict.fromkeys(map(key, outcomes)):
        _add(table, name, [o for o in outcomes if key(o) == name])
    _add(table, "all", outcomes, style="bold")
    return table


def _add(table: Table, name: str, outcomes: list[Outcome], style: str = "") -> None:
    counted = _counted(outcomes)
    table.add_row(name, *(str(counted[column]) for column in COLUMNS), style=style)


def _counted(outcomes: list[Outcome]) -> Counter[str]:
    return Counter(column for outcome in outcomes for column in outcome.counts)


def _in_words(outcomes: list[Outcome]) -> str:
    n = _counted(outcomes)

    def share(part: str, whole: str) -> str:
        return f"{n[part] / n[whole]:.1%}" if n[whole] else "none"

    return (
        f"{share('caught', 'wrong')} of {n['wrong']} wrong ones caught; "
        f"{n['false alarms']} of {n['right']} right ones called wrong; "
        f"right line (within one) {share('line', 'caught')}, kind {share('kind', 'caught')}, "
        f"quantity {share('quantity', 'caught')}; "
        f"of {n['certain']} certain findings {share('of these right', 'certain')} are right in all three"
    )


if __name__ == "__main__":
    sys.exit(main())

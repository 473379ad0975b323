"""How well the checks bite: misconceptions and mechanical mutants of every exercise, caught and named. `make bench` runs it.

    python -m benchmarks.proofs

For every exercise: its cases; its misconceptions, how many are caught, how many get the right kind and quantity, and how many
would without the list of misconceptions, from the numbers alone; its mechanical mutants and how many are caught. Mutants that
compute the same function are declared with the exercise, each with the reason, and counted apart.
"""

from __future__ import annotations

import dataclasses

from rich.console import Console
from rich.table import Table

from byhand import course
from byhand.check import check
from byhand.check.diagnosis import variants
from byhand.check.mutants import mutants
from byhand.check.problem import cases_of
from byhand.check.proof import HEADER, Prover, WarmPool, is_told
from byhand.spec import Exercise, Misconception, Report


def main() -> None:
    """Print the table."""
    console = Console(width=max(Console().width, 120))
    table = Table("exercise", "cases", "slips", "caught", "named", "from numbers", "mutants", "caught", "same function", box=None)
    totals = [0] * 8
    with WarmPool(seconds=2.0) as pool:
        for exercise in course.exercises().values():
            row = [len(cases_of(exercise)), *_slips(exercise, pool), *_mutants(exercise, pool)]
            totals = [a + b for a, b in zip(totals, row, strict=True)]
            table.add_row(exercise.name, *map(str, row))
    table.add_row(f"{len(course.exercises())} exercises", *map(str, totals), style="bold")
    console.print(table)


def _slips(exercise: Exercise, pool: WarmPool) -> list[int]:
    """Return [misconceptions, caught, kind and quantity right, the kind right without knowing them]."""
    bare = dataclasses.replace(exercise, misconceptions=())
    found = [0, 0, 0, 0]
    for slip in exercise.misconceptions:
        report = _report(exercise, slip, pool)
        unaided = _report(bare, slip, pool)
        found[0] += 1
        found[1] += report.verdict != "pass"
        found[2] += bool(report.findings) and is_told(exercise, slip, report.findings[0])
        found[3] += any(finding.kind == slip.kind for finding in unaided.findings)
    return found


def _report(exercise: Exercise, slip: Misconception, pool: WarmPool) -> Report:
    return check(exercise, f"{exercise.name}.py", pool=pool, source=HEADER + variants.edited(exercise, slip))


def _mutants(exercise: Exercise, pool: WarmPool) -> list[int]:
    """Return [mutants, caught, those that compute the same function]."""
    found = [0, 0, 0]
    prover = Prover(exercise, pool)
    for mutant in mutants(exercise):
        same = mutant.after in exercise.equivalent
        found[0] += not same
        found[1] += not same and prover.first_failure(mutant.source) is not None
        found[2] += same
    return found


if __name__ == "__main__":
    main()

"""The checker on generated code: every wrong one caught, no right one called wrong, and how near the named line is.

    python -m benchmarks.diagnosis [--pairs 1] [--only NAME]

Wrong: every mechanical mutant of every reference, every declared misconception, and pairs of mutants on different lines.
Right: the references in other words (check/variations.py). A mutant that is declared to compute the same counts as right.
"""

from __future__ import annotations

import argparse
import ast
import random
import sys
from collections import Counter

import numpy as np
from rich.console import Console
from rich.table import Table

from byhand import course
from byhand.arrays import leaves
from byhand.check import check
from byhand.check.diagnosis import variants
from byhand.check.mutants import Mutant, mutants
from byhand.check.problem import build, cases_of
from byhand.check.proof import HEADER, WarmPool
from byhand.check.variations import variations
from byhand.course import rendering
from byhand.spec import Exercise

HEAD = HEADER.count("\n")


def main() -> int:
    parser = argparse.ArgumentParser(description="The checker on generated faults and on correct code in other words.")
    parser.add_argument("--pairs", type=int, default=4, help="pairs of faults for each exercise")
    parser.add_argument("--only", help="one exercise alone")
    options = parser.parse_args()
    columns = ("exercise", "wrong", "caught", "line", "certain", "of these right", "right", "false alarms")
    table, total, missed = Table(*columns, box=None), Counter(), []
    with WarmPool(seconds=2.0) as pool:
        for name, exercise in course.functions().items():
            if options.only in (None, name):
                found = _judge(exercise, options.pairs, pool, missed)
                total.update(found)
                table.add_row(name, *(str(found[c]) for c in columns[1:]))
    table.add_row("all", *(str(total[c]) for c in columns[1:]), style="bold")
    console = Console(width=120)
    console.print(table)
    console.print(
        f"{total['caught'] / total['wrong']:.2%} of {total['wrong']} wrong ones caught; {total['false alarms']} of "
        f"{total['right']} right ones called wrong; the line within one for {total['line'] / total['with a line']:.1%} of "
        f"{total['with a line']} faults in one place; of {total['certain']} certain findings "
        f"{total['of these right'] / max(total['certain'], 1):.1%} name that line"
    )
    for told in missed:
        console.print(told, soft_wrap=True, markup=False)
    return 1 if missed else 0


def _judge(exercise: Exercise, pairs: int, pool: WarmPool, missed: list[str]) -> Counter:
    found: Counter = Counter()
    single = list(mutants(exercise))
    right = [v.source for v in variations(exercise) if _computes_the_same(exercise, v.source)] + [
        m.source for m in single if m.after in exercise.equivalent
    ]
    for source in right:
        report = check(exercise, f"{exercise.name}.py", pool=pool, source=HEADER + source)
        found["right"] += 1
        if report.verdict != "pass":
            found["false alarms"] += 1
            missed.append(f"false alarm: {exercise.name}: {report.summary}\n{source}")
    wrong = [m for m in single if m.after not in exercise.equivalent]
    sources = [(m.source, _line(exercise, m)) for m in wrong]
    sources += [(variants.edited(exercise, slip), None) for slip in exercise.misconceptions]
    sources += [(source, None) for source in _pairs(exercise, pairs)]
    for source, line in sources:
        report = check(exercise, f"{exercise.name}.py", pool=pool, source=HEADER + source)
        found["wrong"] += 1
        if report.verdict == "pass":
            missed.append(f"passed: {exercise.name}:\n{source}")
            continue
        found["caught"] += 1
        if line is None or not report.findings:
            continue
        near = report.findings[0].line is not None and abs(report.findings[0].line - line) <= 1
        found["with a line"] += 1
        found["line"] += near
        if report.findings[0].confidence == "certain" and report.findings[0].line is not None:
            found["certain"] += 1
            found["of these right"] += near
    return found


def _computes_the_same(exercise: Exercise, source: str) -> bool:
    """Return whether a variation's results have the reference's shapes, dtypes and numbers to twelve digits.

    Not every change makes sense for every function; this is told without the checker, on numbers that it does not draw.
    """
    function = variants.compile_function(exercise, source)
    for case in cases_of(exercise):
        problem = build(exercise, case, seed=77)
        (theirs, changed), (ours, _) = variants.behave(problem, function), variants.behave(problem, exercise.function)
        if isinstance(theirs, str) or isinstance(ours, str) or changed:
            return False
        a, b = dict(leaves(theirs)), dict(leaves(ours))
        if a.keys() != b.keys() or not all(_alike(a[path], b[path], case.kind) for path in a):
            return False
    return True


def _alike(a: object, b: object, kind: str) -> bool:
    x, y = np.asarray(a), np.asarray(b)
    if x.shape != y.shape or x.dtype != y.dtype or x.dtype.kind not in "biuf":
        return False
    size = float(np.max(np.abs(y), initial=0.0)) if y.dtype.kind == "f" else 0.0
    return bool(np.allclose(x, y, rtol=0, atol=(1e-4 if kind in ("float32", "extreme") else 1e-12) * size))


def _line(exercise: Exercise, mutant: Mutant) -> int | None:
    """Return the number of the changed line in the checked file."""
    before, after = _plain(exercise).splitlines(), mutant.source.splitlines()
    return next((HEAD + i for i, (a, b) in enumerate(zip(before, after, strict=False), 1) if a != b), None)


def _plain(exercise: Exercise) -> str:
    tree = ast.parse(rendering.solution(exercise))
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    if ast.get_docstring(function) is not None:
        function.body = function.body[1:]
    return ast.unparse(tree)


def _pairs(exercise: Exercise, count: int) -> list[str]:
    """Return sources with two faults each, on different lines."""
    chosen = random.Random(exercise.name)
    before = _plain(exercise).splitlines()
    by_line: dict[int, list[str]] = {}
    for mutant in mutants(exercise):
        after = mutant.source.splitlines()
        changed = [i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b]
        if len(after) == len(before) and len(changed) == 1 and mutant.after not in exercise.equivalent:
            by_line.setdefault(changed[0], []).append(after[changed[0]])
    if len(by_line) < 2:
        return []
    found = []
    for _ in range(count):
        lines = list(before)
        for i in chosen.sample(sorted(by_line), 2):
            lines[i] = chosen.choice(by_line[i])
        found.append("\n".join(lines))
    return list(dict.fromkeys(found))


if __name__ == "__main__":
    sys.exit(main())

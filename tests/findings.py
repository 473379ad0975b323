"""How well findings say what is wrong with code whose faults are known: the shares that name the line, the kind and quantity."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from byhand.spec import Finding, Report

MARK = "  # <-- here"
"""Stands on every line that a good teacher might point to."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with some code, and what is to be said about it: of which kinds, about which quantities, the best first."""

    number: int
    heading: str
    kinds: tuple[str, ...]
    quantities: tuple[str, ...]

    @property
    def lines(self) -> list[int]:
        """The lines of the file that may be named."""
        raise NotImplementedError

    def right_line(self, finding: Finding) -> bool:
        """Return whether a finding names such a line, within one line."""
        return finding.line is not None and any(abs(finding.line - line) <= 1 for line in self.lines)

    def right_kind_and_quantity(self, finding: Finding) -> bool:
        """Return whether a finding is of such a kind, and about such a quantity: as it is or as a word in more of them.

        What comes back by the path through `mu` is `dmu`.
        """
        told = re.sub(r"^the path through (\w+)$", r"d\1", finding.quantity)
        named = (
            re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for name in self.quantities for text in (told, finding.quantity)
        )
        return finding.kind in self.kinds and any(named)

    def right(self, finding: Finding) -> bool:
        """Return whether all three are right."""
        return self.right_line(finding) and self.right_kind_and_quantity(finding)

    def missed_by(self, finding: Finding) -> str:
        """Say what was expected and what came."""
        return (
            f"{self.heading.partition(' | ')[0]}\n    expected line {self.lines} {self.kinds} {self.quantities}\n"
            f"    got line {finding.line} {finding.kind} {finding.quantity!r} ({finding.confidence}): {finding.title}"
        )


def words(text: str) -> tuple[str, ...]:
    """Return the words of a heading's list."""
    return tuple(word.strip() for word in text.split(",") if word)


def marked(text: str) -> list[int]:
    """Return the numbers of the marked lines of a text."""
    return [number for number, line in enumerate(text.splitlines(), start=1) if MARK in line]


def shared(base: Path, worker: str, name: str, make: Callable[[Any], Report]) -> Callable[[Any], Report]:
    """Return a function from a fault to its report, which is made once for all test workers: the shares need every one."""
    folder = (base if worker == "master" else base.parent) / name
    folder.mkdir(exist_ok=True)

    def report_of(fault: Fault) -> Report:
        kept = folder / f"{fault.number}.json"
        if not kept.exists():
            unfinished = folder / f"{fault.number}.{worker}"
            unfinished.write_text(json.dumps(make(fault).to_json()), encoding="utf-8")
            unfinished.replace(kept)
        return Report.from_json(json.loads(kept.read_text(encoding="utf-8")))

    return report_of


def shortfalls(reports: Sequence[tuple[Fault, Report]], *, line: float, kind_and_quantity: float, certain: float) -> list[str]:
    """Return what to say where fewer findings are right than these shares of them: each rate, and all that missed.

    Lines, kinds and quantities are of the first finding of each report; "certain" may be any that says so.
    """
    first = [(fault, report.findings[0]) for fault, report in reports if report.findings]
    errors = [(fault, f) for fault, report in reports for f in report.findings if f.severity == "error"]
    sure = [(fault, f) for fault, f in errors if f.confidence == "certain"]
    return [
        *_shortfall("right line", line, ((s, f, s.right_line(f)) for s, f in first)),
        *_shortfall("right kind and quantity", kind_and_quantity, ((s, f, s.right_kind_and_quantity(f)) for s, f in first)),
        *_shortfall("certain and right", certain, ((s, f, s.right(f)) for s, f in sure)),
    ]


def _shortfall(what: str, bar: float, judged: Iterable[tuple[Fault, Finding, bool]]) -> list[str]:
    judged = list(judged)
    misses = [fault.missed_by(finding) for fault, finding, good in judged if not good]
    rate = 1 - len(misses) / len(judged)
    return [] if rate >= bar else [f"{what}: {rate:.1%} of {len(judged)}, not {bar:.0%}", *misses]

"""Code as students write it for CS231n: right passes, and of single faults planted in it the line, kind and quantity are told."""

from __future__ import annotations

import json
import re

import pytest

from byhand import course
from byhand.check import check
from byhand.check.proof import WarmPool
from byhand.interop import cs231n
from byhand.spec import Finding, Report
from byhand.spec.report import KINDS

from .folders import Planted, planted, write

STUDENTS = ("ana", "ben", "chen", "dora")
ADVICE = {
    "not-finite", "other-convention", "linear-softmax-log-of-p", "softmax-loops-log-of-p", "softmax-log-of-p",
    "relu-changes-dout", "changed-argument", "stand-in",
}  # fmt: skip
"""What may be said beside right code, each at most once for a function."""
FAULTS = planted()
LINE, KIND_AND_QUANTITY, CERTAIN = 0.91, 0.87, 0.93
"""Shares that must be right at the least, a little below what is reached; they are to go to 0.95, 0.90 and 0.99."""


@pytest.fixture(scope="module")
def pool():
    with WarmPool() as pool:
        yield pool


@pytest.fixture(scope="module")
def report_of(pool, tmp_path_factory, worker_id):
    """Return a function from a fault to its report, which is made once for all test workers: the rates need every one."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "students"
    folder.mkdir(exist_ok=True)

    def report_of(fault: Planted) -> Report:
        kept = folder / f"{fault.number}.json"
        if not kept.exists():
            file = fault.write(tmp_path_factory.mktemp(fault.student))
            (entry,) = (e for e in cs231n.resolve(fault.name))
            exercise = course.find(entry.exercise)
            report = check(exercise, file, dialect=cs231n.CS231N, dialect_name=entry.name, pool=pool)
            unfinished = folder / f"{fault.number}.{worker_id}"
            unfinished.write_text(json.dumps(report.to_json()), encoding="utf-8")
            unfinished.replace(kept)
        return Report.from_json(json.loads(kept.read_text(encoding="utf-8")))

    return report_of


@pytest.mark.parametrize("student", STUDENTS)
def test_right_folders_pass_function_by_function(student, tmp_path, pool):
    found = cs231n.find(write(student, tmp_path, "students")).entries
    assert len(found) >= 13
    for entry, file in found:
        report = check(course.find(entry.exercise), file, dialect=cs231n.CS231N, dialect_name=entry.name, pool=pool)
        assert report.verdict == "pass", (entry.name, report.summary)
        codes = [f.code for f in report.findings]
        assert {f.severity for f in report.findings} <= {"advice"}
        assert set(codes) <= ADVICE and len(set(codes)) == len(codes), (entry.name, report.findings)
    pool.close()


@pytest.mark.parametrize("name", sorted({fault.name for fault in FAULTS}))
def test_no_fault_passes(name, report_of):
    for fault in FAULTS:
        if fault.name == name:
            report = report_of(fault)
            assert report.verdict == "fail" and report.findings, f"{fault.student}, {fault.what}: {report.summary}"


def _line(fault: Planted, finding: Finding) -> bool:
    return finding.line is not None and any(abs(finding.line - line) <= 1 for line in fault.lines)


def _kind_and_quantity(fault: Planted, finding: Finding) -> bool:
    named = (re.search(rf"(?<!\w){re.escape(name)}(?!\w)", finding.quantity) for name in fault.quantities)
    return finding.kind in fault.kinds and any(named)


def _shortfall(what: str, bar: float, judged: list[tuple[Planted, Finding, bool]]) -> list[str]:
    """Return what to say where fewer than a share of the findings are good: the rate, and every miss."""
    misses = [
        f"{fault.student}, {fault.name}: {fault.what}\n    expected line {fault.lines} {fault.kinds} {fault.quantities}\n"
        f"    got line {f.line} {f.kind} {f.quantity!r} ({f.confidence}): {f.title}"
        for fault, f, good in judged
        if not good
    ]
    rate = 1 - len(misses) / len(judged)
    return [] if rate >= bar else [f"{what}: {rate:.1%} of {len(judged)}, not {bar:.0%}", *misses]


@pytest.mark.timeout(600)
def test_findings_name_the_line_the_kind_and_the_quantity(report_of):
    reports = [(fault, report_of(fault)) for fault in reversed(FAULTS)]
    first = [(fault, report.findings[0]) for fault, report in reports if report.findings]
    said = [(fault, f) for fault, report in reports for f in report.findings if f.severity == "error"]
    certain = [(fault, f) for fault, f in said if f.confidence == "certain"]
    failures = [
        *_shortfall("right line", LINE, [(s, f, _line(s, f)) for s, f in first]),
        *_shortfall("right kind and quantity", KIND_AND_QUANTITY, [(s, f, _kind_and_quantity(s, f)) for s, f in first]),
        *_shortfall("certain and right", CERTAIN, [(s, f, _line(s, f) and _kind_and_quantity(s, f)) for s, f in certain]),
    ]
    assert not failures, "\n".join(failures)


def test_the_faults_are_written_as_they_say():
    assert len(FAULTS) >= 60
    for fault in FAULTS:
        assert set(fault.kinds) <= set(KINDS), fault
        assert fault.lines and fault.quantities, fault

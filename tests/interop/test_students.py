"""Code as students write it for CS231n: right passes, and of single faults planted in it the line, kind and quantity are told."""

from __future__ import annotations

import pytest

from byhand import course
from byhand.check import check
from byhand.check.proof import WarmPool
from byhand.interop import cs231n
from byhand.spec import Report
from byhand.spec.report import KINDS

from ..findings import shared, shortfalls
from .folders import Planted, planted, write

STUDENTS = ("ana", "ben", "chen", "dora")
ADVICE = {
    "not-finite", "other-convention", "linear-softmax-log-of-p", "softmax-loops-log-of-p", "softmax-log-of-p",
    "relu-changes-dout", "changed-argument", "stand-in",
}  # fmt: skip
"""What may be said beside right code, each at most once for a function."""
FAULTS = planted()
SHARES = {"line": 0.91, "kind_and_quantity": 0.88, "certain": 0.98}
"""Of findings, those that must be right at the least, a little below what is reached; they are to go to 0.95, 0.90 and 0.99."""


@pytest.fixture(scope="module")
def pool():
    with WarmPool() as pool:
        yield pool


@pytest.fixture(scope="module")
def report_of(pool, tmp_path_factory, worker_id):
    """Return a function from a fault to its report."""

    def made(fault: Planted) -> Report:
        file = fault.write(tmp_path_factory.mktemp(fault.student))
        (entry,) = (e for e in cs231n.resolve(fault.name))
        return check(course.find(entry.exercise), file, dialect=cs231n.CS231N, dialect_name=entry.name, pool=pool)

    return shared(tmp_path_factory.getbasetemp(), worker_id, "students", made)


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
            assert report.verdict == "fail" and report.findings, f"{fault.heading}: {report.summary}"


@pytest.mark.timeout(600)
def test_findings_name_the_line_the_kind_and_the_quantity(report_of):
    failures = shortfalls([(fault, report_of(fault)) for fault in reversed(FAULTS)], **SHARES)
    assert not failures, "\n".join(failures)


def test_the_faults_are_written_as_they_say():
    assert len(FAULTS) >= 60
    for fault in FAULTS:
        assert set(fault.kinds) <= set(KINDS), fault
        assert fault.lines and fault.quantities, fault

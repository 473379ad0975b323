"""CS231n's names on byhand's layers: every one passes the dialect's own check."""

from __future__ import annotations

from typing import Any

import pytest

from byhand import course
from byhand.check import check
from byhand.interop import cs231n

from .in_process import CONFORMANCE, Pool

FOUND = cs231n.find(CONFORMANCE).entries


def test_every_name_is_there():
    assert {e.name for e, _ in FOUND} == {e.name for e in cs231n.CS231N.entries}


@pytest.mark.parametrize(("entry", "file"), FOUND, ids=[f"{e.name}-{f.stem}" for e, f in FOUND])
def test_it_passes(entry, file):
    pool: Any = Pool()  # in the place of one that starts processes
    report = check(course.find(entry.exercise), file, dialect=cs231n.CS231N, dialect_name=entry.name, pool=pool)
    assert report.verdict == "pass", (report.summary, report.findings)
    assert not report.findings, report.findings
    assert (report.dialect, report.dialect_name) == ("cs231n", entry.name)

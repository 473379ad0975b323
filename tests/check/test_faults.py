"""How well the diagnosis names what is wrong, on a corpus written as learners write; and that unusual right code passes.

Each file in `faults/` holds sources under headings. In `right.txt`: `=== NAME: style`. In the others, with one planted fault
each, and two where the heading says so: `=== NAME: style: what is wrong | kind, ... | quantity, ...`, the best first, and
`# <-- here` at the end of every line that a good teacher might point to.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from byhand import course
from byhand.check import check
from byhand.check.proof import HEADER, WarmPool
from byhand.spec import Report
from byhand.spec.report import KINDS

from ..findings import MARK, Fault, marked, shared, shortfalls, words

FAULTS = Path(__file__).parent / "faults"
SHARES = {"line": 0.88, "kind_and_quantity": 0.82, "certain": 0.96}
"""Of findings, those that must be right at the least: a little below what is reached. They may only be raised; where they are
to go is 0.95, 0.90 and 0.99."""


@dataclass(frozen=True)
class Source(Fault):
    """What a learner might have written, and what is to be said about it; nothing, if it is right."""

    marked: str

    @property
    def name(self) -> str:
        """The exercise's name."""
        return self.heading.partition(":")[0]

    @property
    def text(self) -> str:
        """The file to check."""
        return HEADER + self.marked.replace(MARK, "")

    @property
    def lines(self) -> list[int]:
        """The marked lines of the file."""
        return marked(HEADER + self.marked)


def _sources():
    blocks = [
        block
        for file in sorted(FAULTS.glob("*.txt"))
        for block in re.split(r"^=== ", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    ]
    for number, block in enumerate(blocks):
        heading, _, text = block.partition("\n")
        _, kinds, quantities = [*heading.split(" | "), "", ""][:3]
        yield Source(number, heading, words(kinds), words(quantities), text)


SOURCES = sorted(_sources(), key=lambda source: source.name)
RIGHT = [source for source in SOURCES if not source.lines]
WRONG = [source for source in SOURCES if source.lines]


@pytest.fixture(scope="module")
def pool():
    with WarmPool(seconds=2.0) as pool:
        yield pool


@pytest.fixture(scope="module")
def report_of(pool, tmp_path_factory, worker_id):
    """Return a function from a source to its report."""

    def made(source: Source) -> Report:
        return check(course.find(source.name), f"{source.name}.py", pool=pool, source=source.text)

    return shared(tmp_path_factory.getbasetemp(), worker_id, "faults", made)


@pytest.mark.parametrize("name", sorted({source.name for source in RIGHT}))
def test_unusual_right_code_passes(name, report_of):
    for source in RIGHT:
        if source.name == name:
            report = report_of(source)
            assert report.verdict == "pass", f"{source.heading}: {report.summary} {report.findings}"


@pytest.mark.parametrize("name", sorted({source.name for source in WRONG}))
def test_no_fault_passes(name, report_of):
    for source in WRONG:
        if source.name == name:
            report = report_of(source)
            assert report.verdict not in ("pass", "not-started", "checker-error"), f"{source.heading}: {report.summary}"
            assert report.findings, f"{source.heading}: {report.summary}"


@pytest.mark.timeout(600)
def test_findings_name_the_line_the_kind_and_the_quantity(report_of):
    # from the end, for another test worker may be at the tests above
    failures = shortfalls([(source, report_of(source)) for source in reversed(WRONG)], **SHARES)
    assert not failures, "\n".join(failures)


def test_the_corpus_is_written_as_it_says():
    assert len({source.heading for source in SOURCES}) == len(SOURCES)
    for source in SOURCES:
        assert source.name in course.exercises(), source.heading
    for source in RIGHT:
        assert " | " not in source.heading, source.heading
    for source in WRONG:
        assert source.kinds and source.quantities, source.heading
        assert set(source.kinds) <= set(KINDS), source.heading
        assert len(source.lines) >= 2 or ": two faults: " not in source.heading, source.heading

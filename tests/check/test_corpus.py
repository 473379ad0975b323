"""What learners write, right and wrong in ways that no list of ours has: right code passes, wrong code never does.

Each file in `corpus/` holds sources under headings: `=== right NAME: how`, `=== wrong NAME: how`, and `=== edit NAME: how` for
a wrong one made of our solution, the text before `--->` replaced by the text after it. `| kind | quantity` at the end of a
heading says what the first finding must name, and `| advice CODE` what a right one is told.
"""

import re
from pathlib import Path

import pytest

from byhand import course
from byhand.check import check
from byhand.check.proof import HEADER, WarmPool
from byhand.course import rendering

CORPUS = Path(__file__).parent / "corpus"
SILENT = {"wider-dtype"}


def _entries(file):
    for block in re.split(r"^=== ", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        heading, _, body = block.partition("\n")
        found = re.fullmatch(r"(right|wrong|edit) (\w+): (.+)", heading)
        assert found is not None, heading
        verdict, name, label = found.groups()
        label, *wanted = label.split(" | ")
        if verdict == "edit":
            old, _, new = body.partition("--->\n")
            solution = rendering.solution(course.find(name))
            assert solution.count(old.rstrip("\n")) == 1, f"{name}: {label}"
            verdict, body = "wrong", solution.replace(old.rstrip("\n"), new.rstrip("\n"))
        yield verdict, name, label, wanted, body


ENTRIES = [entry for file in sorted(CORPUS.glob("*.txt")) for entry in _entries(file)]
NAMES = [name for name, exercise in course.exercises().items() if exercise.kind in ("implement", "vectorise")]


@pytest.fixture(scope="module")
def pool():
    with WarmPool(seconds=2.0) as pool:
        yield pool


@pytest.mark.parametrize("name", NAMES)
def test_right_code_passes_and_wrong_code_does_not(name, pool):
    entries = [entry for entry in ENTRIES if entry[1] == name]
    for verdict in ("right", "wrong"):
        assert sum(entry[0] == verdict for entry in entries) >= 4, f"too few {verdict} ones"
    for verdict, _, label, wanted, body in entries:
        report = check(course.find(name), f"{name}.py", pool=pool, source=HEADER + body, explain=bool(wanted))
        told = f"{label}: {report.summary} {report.findings}"
        if verdict == "right" and report.verdict == "pass":  # by other numbers too
            report = check(course.find(name), f"{name}.py", pool=pool, source=HEADER + body, seed=1)
        if verdict == "right":
            advice = {word.removeprefix("advice ") for word in wanted}
            assert report.verdict == "pass", told
            assert {f.code for f in report.findings} - SILENT == advice, told
        else:
            assert report.verdict == "fail", told
        if verdict == "wrong" and wanted:
            first = report.findings[0]
            assert [first.kind, first.quantity] == wanted, told
            assert first.title and first.question, told


def test_nothing_in_the_corpus_is_left_out():
    assert {entry[1] for entry in ENTRIES} == set(NAMES)
    labels = [entry[:3] for entry in ENTRIES]
    assert len(set(labels)) == len(labels)

"""What a learner reads: the texts of reports as a whole, the template of every kind, a page for every code."""

import ast
from pathlib import Path

import pytest

from byhand import check as checker
from byhand import course
from byhand.check import codes
from byhand.check.diagnosis import words
from byhand.check.proof import WarmPool
from byhand.lab import notes
from byhand.spec import Finding, Report
from byhand.spec.report import KINDS

from . import golden

OF_NO_CHAPTER = {
    "broken-import", "ends-the-process", "garbage", "imports-byhand", "memory", "no-such-function", "reads-byhand",
    "reads-frames", "removed-name", "stand-in", "timeout",
}  # fmt: skip
"""Codes about files and processes: no chapter explains them."""


@pytest.fixture(scope="module")
def pool():
    with WarmPool() as pool:
        yield pool


@pytest.mark.parametrize("name", golden.chosen())
def test_the_whole_text_is_as_it_was_read_and_approved(name, pool, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    told = golden.told(golden.chosen()[name], pool)
    assert told == (golden.FOLDER / f"{name}.txt").read_text(encoding="utf-8"), "python -m tests.check.golden makes it anew"


def test_the_texts_are_of_every_kind_and_no_other_is_kept():
    texts = {file.stem: file.read_text(encoding="utf-8") for file in golden.FOLDER.glob("*.txt")}
    assert texts.keys() == golden.chosen().keys()
    third = [line.split(" · ") for text in texts.values() for line in text.splitlines() if " · byhand explain " in line]
    assert {kind for _, _, kind, *_ in third} == set(KINDS)
    for name, text in texts.items():
        first = text.partition("--- depth 2")[0]
        assert "I suspect" not in first and "comes out right" not in first, name
        assert ("→" in first) == ("stopped with" in first), name


def test_each_kind_has_one_template():
    for kind in KINDS:
        told = words.of_kind(kind)
        assert told.departs.endswith(".") and told.why.endswith("."), kind
        asked = words.question(kind, "dx")
        assert "{" not in asked and "?" in asked, kind
        mended = words.mended(kind, None)
        assert mended.startswith("With ") and mended.endswith("everything comes out right."), kind


def test_a_depth_shows_what_is_its_own():
    finding = Finding(code="path", title="t", question="q", where="w", detail="d", line=7, confidence="likely", lines=(7, 9))
    report = Report(exercise="f", verdict="fail", summary="t", rung="values", findings=(finding,))
    assert report.opened(finding, 1) == (None, "")
    assert report.opened(finding, 2) == (7, "I suspect this line.\nw")
    assert report.opened(finding, 3) == (7, "I suspect this line.\nw\nd")
    stopped = Report(exercise="f", verdict="fail", summary="t", rung="runs", findings=(finding,))
    assert stopped.opened(finding, 1) == (9, "d"), "Python itself would say where it stops, and no more"
    nowhere = Finding(code="term", title="t", detail="d", confidence="certain")
    assert [report.opened(nowhere, depth)[1] for depth in (1, 2, 3)] == ["", "d", "d"], "each step opens something"


def test_every_page_has_an_example_and_a_place_in_the_notes_that_exists():
    pages = codes.pages()
    sections = {c.name: notes.sections(c.notes) for c in course.chapters()}
    for code, page in pages.items():
        assert page.title and page.text and page.example, code
        assert bool(page.notes) == (code not in OF_NO_CHAPTER), code
        chapter, _, exercise = page.notes.partition("#")
        assert not page.notes or sections[chapter][exercise].strip(), code
    for name in course.exercises():
        chapter, _, exercise = course.notes_on(name).partition("#")
        assert sections[chapter][exercise].strip(), name
    assert course.notes_on("no_such_function") == ""


def test_every_kind_and_every_code_in_the_checkers_source_has_a_page():
    found = set().union(*(_codes(file) for file in Path(checker.__file__).parent.rglob("*.py")))
    assert {"path", "node", "twins", "single-precision", "timeout", "imports-byhand", "sign", "all-zero"} <= found
    assert found | set(KINDS) <= codes.pages().keys()


def _codes(file: Path) -> set[str]:
    """Return the constants that a module gives a finding as its code: by itself, or through the argument of a function.

    Those of a loss curve are in `test_experiments`.
    """
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    given = [(k.value, f) for f in functions for n in _calls(f, "Finding") for k in n.keywords if k.arg == "code"]
    passed = {(f.name, i) for value, f in given for i, a in enumerate(f.args.args) if _is(value, a.arg)}
    values = [value for value, _ in given]
    values += [n.args[i] for name, i in passed for n in _calls(tree, name) if len(n.args) > i]
    tables = [n.value for n in tree.body if isinstance(n, ast.Assign) and isinstance(n.value, ast.Dict)]
    keys = [k for table in tables for k in table.keys if isinstance(k, ast.Constant)] if file.stem == "rungs" else []
    constants = [c.value for value in [*values, *keys] for c in _results(value)]
    return {c for c in constants if isinstance(c, str)} - {"exit"}  # which is told as ends-the-process


def _calls(tree: ast.AST, name: str) -> list[ast.Call]:
    return [n for n in ast.walk(tree) if isinstance(n, ast.Call) and _is(n.func, name)]


def _is(value, name):
    return isinstance(value, ast.Name) and value.id == name


def _results(value):
    """Yield the constants that an expression may come to: not those that its conditions compare with."""
    if isinstance(value, ast.Constant):
        yield value
    elif isinstance(value, ast.IfExp):
        yield from _results(value.body)
        yield from _results(value.orelse)
    elif isinstance(value, ast.Subscript) and isinstance(value.value, ast.Dict):
        for item in value.value.values:
            yield from _results(item)

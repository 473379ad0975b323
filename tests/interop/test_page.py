"""docs/CS231N.md agrees with the declarations, and they with the course."""

from __future__ import annotations

from pathlib import Path

from byhand import course
from byhand.interop.cs231n import CS231N
from byhand.interop.cs231n.page import page


def test_the_page_is_up_to_date():
    assert (Path(__file__).parents[2] / "docs" / "CS231N.md").read_text() == page()


def test_every_name_is_declared_once_for_an_exercise_that_is_there():
    names = [entry.name for entry in CS231N.entries]
    assert len(set(names)) == len(names)
    assert not set(names) & set(CS231N.others)
    for entry in CS231N.entries:
        cases = {case.name for case in course.find(entry.exercise).cases}
        assert entry.spellings
        assert not entry.cache or entry.keeps
        assert cases - entry.robust

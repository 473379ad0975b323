"""Predictions: nothing is run before a choice is made; the run decides; a wrong choice is told what it believes."""

from pathlib import Path

import pytest

from byhand import course
from byhand.check import check
from byhand.check.proof import HEADER, WarmPool
from byhand.course import rendering

NAMES = [name for name, exercise in course.exercises().items() if exercise.kind == "predict"]


@pytest.fixture(scope="module")
def pool():
    with WarmPool(seconds=2.0) as pool:
        yield pool


def _report(name, body, pool):
    return check(course.find(name), f"{name}.py", pool=pool, source=f"{HEADER}def {name}():\n    {body}\n")


@pytest.mark.parametrize("name", NAMES)
def test_the_run_shows_what_the_reference_chooses(name):
    exercise = course.find(name)
    assert exercise.outcome is not None
    outcome = exercise.outcome()
    assert outcome.choice == exercise.function() and outcome.says.startswith("It was run")


@pytest.mark.parametrize("name", NAMES)
def test_every_choice_is_answered_and_no_other(name, pool):
    exercise = course.find(name)
    assert len(exercise.choices) >= 3 and len(exercise.misconceptions) == len(exercise.choices) - 1
    told = set()
    for letter, text in exercise.choices.items():
        report = _report(name, f'return "{letter}"', pool)
        right = letter == exercise.function()
        assert report.verdict == ("pass" if right else "fail")
        assert report.outcome.startswith("It was run")
        assert text in (report.summary if right else report.findings[0].detail)
        told.add(report.summary)
    assert len(told) == len(exercise.choices)
    for body in ('return "z"', "return 3", 'return "b", 2', "return None", "return ['a']"):
        report = _report(name, body, pool)
        assert report.verdict == "fail" and report.findings[0].code == "no-choice" and report.outcome == ""
        assert '"a", "b", "c"' in report.summary
    report = _report(name, "return 1 / 0", pool)
    assert report.verdict == "fail" and report.rung == "runs" and report.outcome == ""


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_run_or_told_before_a_choice(name, pool, monkeypatch):
    exercise = course.find(name)
    stub = rendering.stub(exercise)
    assert all(f'"{letter}"  ' in stub for letter in exercise.choices) and "It was run" not in stub
    report = check(exercise, Path(f"{name}.py"), pool=pool, source=HEADER + stub)
    assert report.verdict == "not-started" and report.outcome == ""

"""For every exercise: the stub is "not started", the reference passes, every misconception and every mechanical mutant is caught."""

import re

import numpy as np
import pytest

from byhand import course
from byhand.check import check
from byhand.check.diagnosis import variants
from byhand.check.mutants import mutants
from byhand.check.problem import build, cases_of
from byhand.check.proof import HEADER, Prover, WarmPool, is_told
from byhand.course import rendering
from byhand.spec.report import KINDS

NAMES = list(course.exercises())
JUDGED = [name for name in NAMES if course.find(name).kind != "experiment"]
"""What is judged from the code alone. tests/check/test_experiments.py proves the others, which are judged from a run."""


@pytest.fixture(scope="module")
def pool():
    with WarmPool(seconds=2.0) as pool:
        yield pool


def _check(name, source, pool):
    return check(course.find(name), f"{name}.py", pool=pool, source=HEADER + source)


@pytest.mark.parametrize("name", NAMES)
def test_the_stub_is_not_started(name, pool):
    assert _check(name, rendering.stub(course.find(name)), pool).verdict == "not-started"


@pytest.mark.parametrize("name", JUDGED)
def test_the_reference_passes(name, pool):
    exercise = course.find(name)
    report = _check(name, rendering.solution(exercise), pool)
    assert report.verdict == "pass", (report.summary, report.findings)
    assert not report.findings, "our own solution gets no advice"


VECTORISE = [name for name, exercise in course.exercises().items() if exercise.kind == "vectorise"]


@pytest.mark.parametrize("name", VECTORISE)
def test_the_loop_that_is_given_is_right_and_the_reference_has_none(name, pool):
    exercise = course.find(name)
    started = rendering.stub(exercise).rpartition("    return ")[0] + "    pass\n" + "    return " + exercise.returns[0] + "\n"
    loop = _check(name, started, pool)
    assert loop.verdict == "pass" and loop.ticks == {"right": True, "vectorised": False}, (loop.summary, loop.ticks)
    assert loop.findings[0].code == "not-vectorised" and loop.findings[0].line is not None
    report = _check(name, rendering.solution(exercise), pool)
    assert report.ticks == {"right": True, "vectorised": True} and report.speedup is not None


@pytest.mark.parametrize("name", JUDGED)
def test_every_misconception_is_caught_and_named(name, pool):
    exercise = course.find(name)
    assert exercise.misconceptions
    for slip in exercise.misconceptions:
        report = _check(name, variants.edited(exercise, slip), pool)
        assert report.verdict not in ("pass", "not-started"), f"{name}/{slip.name} is not caught"
        first = report.findings[0]
        assert slip.kind in KINDS
        assert is_told(exercise, slip, first), f"{name}/{slip.name}: {first}"
        assert first.title and first.question


@pytest.mark.parametrize("name", JUDGED)
def test_every_mechanical_mutant_is_caught(name, pool):
    exercise = course.find(name)
    prover = Prover(exercise, pool)
    alive, excused = [], set()
    for mutant in mutants(exercise):
        if mutant.after in exercise.equivalent:
            excused.add(mutant.after)
        elif prover.first_failure(mutant.source) is None:
            alive.append(f"{mutant.what}: {mutant.before}  =>  {mutant.after}")
    assert not alive, "\n".join(alive)
    assert excused == set(exercise.equivalent), "an excuse that is no mutant's"


@pytest.mark.parametrize("name", NAMES)
def test_cases_are_of_all_the_kinds_that_apply(name):
    exercise = course.find(name)
    kinds = {case.kind for case in cases_of(exercise)}
    assert kinds >= ({"ordinary", "odd"} if exercise.kind in ("implement", "vectorise") else {"ordinary"})
    assert len({case.name for case in cases_of(exercise)}) == len(cases_of(exercise)), "two cases of one name"
    assert len(exercise.hints) == 3


@pytest.mark.parametrize("name", NAMES)
def test_misconceptions_can_be_told_apart(name):
    """No two slips of one exercise compute the same on all its cases: a match would not be unique."""
    exercise = course.find(name)
    problems = [build(exercise, case, 0) for case in cases_of(exercise)]
    behaviours = {}
    for slip in exercise.misconceptions:
        function = variants.variant(exercise, slip)
        parts = []
        for problem in problems:
            result, changed = variants.behave(problem, function)
            parts.append(result if isinstance(result, str) else (_digest(result), changed))
        key = repr(parts)
        assert key not in behaviours, f"{slip.name} does the same as {behaviours[key]}"
        behaviours[key] = slip.name


def _digest(result):
    from byhand.arrays import leaves

    return [(path, np.shape(leaf), np.array2string(np.asarray(leaf), precision=6)) for path, leaf in leaves(result)]


def test_every_exercise_stands_in_its_chapters_notes():
    for chapter in course.chapters():
        notes = chapter.notes.read_text(encoding="utf-8")
        for exercise in chapter.exercises:
            assert f"## {exercise.name}\n" in notes, f"{exercise.name} is not in {chapter.notes.name}"


def test_each_exercise_needs_only_what_came_before():
    seen = set()
    for name, exercise in course.exercises().items():
        assert set(exercise.after) <= seen, f"{name} is after {set(exercise.after) - seen}, which comes later"
        assert set(rendering.needs(exercise)) & set(NAMES) <= seen, f"{name} calls what comes later"
        seen.add(name)


def test_the_rendered_chapters_run_alone():
    """The solutions together are a program in plain NumPy, with nothing of ours in it."""
    source = rendering.solution_module(list(course.functions().values()))
    assert not re.search(r"\bxp\b", source)
    assert "byhand" not in source.replace(">>> from byhand", "")
    exec(compile(source, "solutions", "exec"), {})

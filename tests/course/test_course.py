"""The chapters as a whole: order, finding, quick to load, texts of one form."""

import re
import subprocess
import sys

import pytest

from byhand import course
from byhand.course.trail import TRAIL
from byhand.spec import Draw
from byhand.spec.report import KINDS

SLIPS = [(exercise, slip) for exercise in course.exercises().values() for slip in exercise.misconceptions]


def test_chapters_hold_the_exercises_in_order():
    chapters = course.chapters()
    assert [chapter.number for chapter in chapters] == sorted(chapter.number for chapter in chapters)
    names = [exercise.name for chapter in chapters for exercise in chapter.exercises]
    assert sorted(names) == sorted(course.exercises()) and len(set(names)) == len(names)
    order = list(course.exercises())
    for chapter in chapters:
        places = [order.index(exercise.name) for exercise in chapter.exercises]
        assert places == sorted(places)
    assert all(chapter.notes.is_file() for chapter in chapters)


def test_the_trail_names_every_exercise_once():
    names = [name for leg in TRAIL for name in leg.names]
    assert names == list(course.exercises())
    assert sum(len(exercises) for _, exercises in course.legs()) == len(names)
    assert len({leg.title for leg in TRAIL}) == len(TRAIL)


def test_the_core_trail_needs_no_side_trip():
    names = {exercise.name for exercise in course.core()}
    for exercise in course.core():
        assert set(exercise.after) <= names, f"{exercise.name} is on the core trail, and after {set(exercise.after) - names}"


def test_the_refresher_is_a_part_of_the_trail_in_its_order():
    order = list(course.exercises())
    places = [order.index(name) for name in course.REFRESHER]
    assert places == sorted(places)
    assert 120 <= sum(course.find(name).minutes for name in course.REFRESHER) <= 300


def test_an_unknown_exercise_is_told_the_near_ones():
    assert course.find("relu_forward").name == "relu_forward"
    with pytest.raises(ValueError, match=r"there is no exercise 'batchnorm_backwards'. Did you mean batchnorm_backward"):
        course.find("batchnorm_backwards")
    with pytest.raises(ValueError, match="`byhand list` shows them all"):
        course.find("zzz")


def test_loading_the_course_loads_no_heavy_library():
    code = (
        "import sys; from byhand import course; course.exercises();"
        "print([m for m in ('torch', 'sklearn', 'matplotlib', 'starlette', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_slip_has_a_name_of_its_own():
    names = [slip.name for _, slip in SLIPS]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in names)


@pytest.mark.parametrize(("exercise", "slip"), SLIPS, ids=lambda value: value.name)
def test_slips_are_told_in_one_form(exercise, slip):
    assert slip.kind in KINDS
    assert slip.says.endswith((".", ")"))
    assert slip.asks.endswith("?")
    assert not re.search(r"\b(you forgot|stupid|obviously|simply|just)\b", slip.says + slip.asks, re.IGNORECASE)


@pytest.mark.parametrize("name", list(course.exercises()))
def test_the_same_seed_draws_the_same_inputs(name):
    exercise = course.find(name)
    for case in exercise.cases:
        first, second = (repr(exercise.inputs(Draw(3), **case.options)) for _ in range(2))
        assert re.sub(r" at 0x\w+", "", first) == re.sub(r" at 0x\w+", "", second)
    assert 0 < exercise.minutes <= 60


@pytest.mark.parametrize("chapter", course.chapters(), ids=lambda chapter: chapter.name)
def test_formulas_in_the_notes_are_closed(chapter):
    text = re.sub(r"`[^`]*`", "", chapter.notes.read_text(encoding="utf-8"))
    assert text.count("$$") % 2 == 0
    assert re.sub(r"\$\$.*?\$\$", "", text, flags=re.DOTALL).count("$") % 2 == 0
    for opening, closing in re.findall(r"\\begin\{(\w+)\}.*?\\end\{(\w+)\}", text, flags=re.DOTALL):
        assert opening == closing
    assert text.count("\\left") - text.count("\\leftarrow") == text.count("\\right") - text.count("\\rightarrow")

"""Problems are kept from check to check: the same numbers again, which nothing that is done with them changes."""

import numpy as np
import pytest

from byhand import course
from byhand.arrays import leaves
from byhand.check import check, problem
from byhand.check.diagnosis import variants
from byhand.check.proof import HEADER, WarmPool

EXERCISES = [e for e in course.exercises().values() if e.kind in ("implement", "vectorise") and e.misconceptions]


@pytest.fixture(scope="module")
def pool():
    with WarmPool(seconds=2.0) as pool:
        yield pool


def _numbers(made):
    found = leaves([made.arguments, made.upstream, made.reference_cache, made.expected])
    return {path: np.array(leaf) for path, leaf in found if isinstance(leaf, np.ndarray | np.generic | int | float)}


@pytest.mark.parametrize("exercise", EXERCISES[::5], ids=lambda e: e.name)
def test_a_check_leaves_its_problems_as_they_were(exercise, pool):
    made = [problem.build(exercise, case, 0) for case in problem.cases_of(exercise)]
    before = [_numbers(m) for m in made]
    source = HEADER + variants.edited(exercise, exercise.misconceptions[0])
    first, second = (check(exercise, f"{exercise.name}.py", pool=pool, source=source) for _ in range(2))
    assert first.findings == second.findings
    for case, kept, numbers in zip(problem.cases_of(exercise), made, before, strict=True):
        assert problem.build(exercise, case, 0) is kept
        fresh = _numbers(problem._build(exercise, case, 0, None, False))
        for other in (numbers, fresh):
            assert _numbers(kept).keys() == other.keys()
            assert all(np.array_equal(a, other[path], equal_nan=True) for path, a in _numbers(kept).items())


def test_other_sizes_seeds_options_and_exercises_are_other_problems():
    exercise = course.find("affine_backward")
    case = exercise.cases[0]
    made = [
        problem.build(exercise, case, 0),
        problem.build(exercise, case, 1),
        problem.build(exercise, case, 0, small=True),
        problem.build(exercise, case, 0, small=True, sizes={"n": 2}),
        problem.build(exercise, exercise.cases[1], 0),
        problem.build(course.find("affine_forward"), course.find("affine_forward").cases[0], 0),
    ]
    assert len({id(m) for m in made}) == len(made)
    assert not np.array_equal(made[0].arguments["x"], made[1].arguments["x"])


def test_large_problems_are_not_kept_and_not_more_than_so_many():
    exercise = course.find("row_normalize")
    large = [problem.build(exercise, exercise.cases[0], 0, sizes={"n": 500}) for _ in range(2)]
    assert large[0] is not large[1]
    for seed in range(problem.MOST_KEPT + 10):
        problem.build(exercise, exercise.cases[0], seed)
    assert len(problem._KEPT) == problem.MOST_KEPT

"""A check without an explanation judges as one with it, and does nothing of what only explains."""

import dataclasses
import importlib

import pytest

from byhand import course
from byhand.check import check
from byhand.check.diagnosis import variants
from byhand.check.proof import HEADER, WarmPool
from byhand.course import rendering

# exercises that fail on the rungs values, edge, finite, shape, dtype, runs, purity, and one with parts
NAMES = ("affine_backward", "softmax_loss", "relu_backward", "top_k_indices", "batchnorm_forward", "two_layer_net_loss")
EXPLAINS = {"summary", "findings", "right_so_far", "example", "graph"}
CLOCKED = {"timings", "speedup"}


@pytest.fixture(scope="module")
def pool():
    with WarmPool(seconds=2.0) as pool:
        yield pool


def _record(report):
    return {f.name: getattr(report, f.name) for f in dataclasses.fields(report) if f.name not in EXPLAINS | CLOCKED}


@pytest.mark.parametrize("name", NAMES)
def test_the_verdict_is_the_same(name, pool):
    exercise = course.find(name)
    sources = [variants.edited(exercise, slip) for slip in exercise.misconceptions]
    sources += [rendering.solution(exercise), rendering.stub(exercise), "1 / 0\n", f"def {name}(*a, **k):\n    return 1 / 0\n"]
    for source in sources:
        with_, without = (
            check(exercise, f"{name}.py", pool=pool, source=HEADER + source, explain=explain) for explain in (True, False)
        )
        assert _record(with_) == _record(without), source
        assert without.summary and (without.verdict == "fail" or without.findings == with_.findings)


def test_nothing_is_followed_tried_or_shrunk(pool, monkeypatch):
    """What would explain is taken away: a check that asks for it stops there, and one that does not goes through."""

    def refuse(*args, **kwargs):
        raise AssertionError("asked for")

    checking = importlib.import_module("byhand.check.check")
    for place, name in (
        (checking, "diagnose"),
        (checking, "_right"),
        (checking.assembly, "explain"),
        (checking.sizes, "told"),
        (checking.shrink, "shrink"),
    ):
        monkeypatch.setattr(place, name, refuse)
    exercise = course.find("affine_backward")
    for slip in exercise.misconceptions:
        source = HEADER + variants.edited(exercise, slip)
        report = check(exercise, "affine_backward.py", pool=pool, source=source, explain=False)
        assert (report.verdict, report.findings, report.example, report.graph) == ("fail", (), None, None)
        with pytest.raises(AssertionError, match="asked for"):
            check(exercise, "affine_backward.py", pool=pool, source=source)

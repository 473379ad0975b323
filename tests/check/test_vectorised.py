"""The second tick: a loop over the data is found in whatever form, and nothing else is taken for one."""

import numpy as np
import pytest

from byhand.check import check, vectorised
from byhand.check.proof import HEADER, WarmPool
from byhand.course import rendering
from byhand.spec import edge, odd, ordinary, vectorise


def total_loop(x):
    """Add up every row with a loop."""
    out = np.zeros(len(x))
    for i in range(len(x)):
        for j in range(x.shape[1]):
            out[i] += x[i, j]
    return out


def row_normalize(x):  # the name of one of the course's drills, for stubs are looked up there
    """Add up every row.

    Args:
        x: (N, D).

    Returns:
        out: (N,).
    """
    out = np.sum(x, axis=1)
    return out


EXERCISE = vectorise(
    row_normalize,
    loop=total_loop,
    data=("n", "d"),
    inputs=lambda draw, n=4, d=3: {"x": draw.normal(n, d)},
    cases=[ordinary("a matrix"), odd(n=2, d=5), edge("one row", n=1)],
    hints=["a", "b", "c"],
    misconceptions=[],
    minutes=1,
)
LOOPS = {
    "the loop itself": "out = np.zeros(len(x))\n    for i in range(len(x)):\n        out[i] = x[i].sum()\n    return out",
    "over columns alone": "out = np.zeros(len(x))\n    for j in range(x.shape[1]):\n        out = out + x[:, j]\n    return out",
    "comprehension": "return np.array([row.sum() for row in x])",
    "generator": "return np.array(list(row.sum() for row in x))",
    "map": "return np.array(list(map(lambda row: row.sum(), x)))",
    "a while": "out, i = np.zeros(len(x)), 0\n    while i < len(x): out[i] = x[i].sum(); i += 1\n    return out",
    "recursion": "return np.append(row_normalize(x[:-1]), x[-1].sum()) if len(x) else np.zeros(0)",
    "a helper's loop": "return np.array(_all(x))\n\ndef _all(x):\n    return [row.sum() for row in x]",
    "vectorize": "return np.vectorize(lambda i: x[i].sum())(np.arange(len(x)))",
    "apply_along_axis": "return np.apply_along_axis(np.sum, 1, x)",
}
FREE = {
    "sum": "return x.sum(1)",
    "einsum": "return np.einsum('ij->i', x)",
    "matrix product": "return x @ np.ones(x.shape[1])",
    "halving": "while x.shape[1] > 1:\n        h = x.shape[1] // 2\n        rest = x[:, 2 * h:].sum(1, keepdims=True)\n"
    "        x = np.concatenate([x[:, :h] + x[:, h:2 * h], rest], 1) if x.shape[1] % 2 else x[:, :h] + x[:, h:]\n    return x[:, 0]",
    "a fixed number of turns": "out = 0\n    for k in range(3):\n        out = out + x.sum(1) / 3\n    return out",
    "printing": "print(x)\n    return x.sum(1)",
}


@pytest.fixture(scope="module")
def pool():
    with WarmPool(seconds=2.0) as pool:
        yield pool


def _report(body, pool):
    return check(EXERCISE, "net.py", pool=pool, source=f"{HEADER}def row_normalize(x):\n    {body}\n")


@pytest.mark.parametrize("how", LOOPS)
def test_a_loop_is_right_and_is_told(how, pool):
    report = _report(LOOPS[how], pool)
    assert report.verdict == "pass", report.summary
    assert report.ticks == {"right": True, "vectorised": False}
    (finding,) = (f for f in report.findings if f.code != "wider-dtype")
    assert finding.code == "not-vectorised" and finding.severity == "advice" and "There is still a loop" in report.summary
    assert finding.line is None if how == "apply_along_axis" else finding.line is not None and finding.line > 3


@pytest.mark.parametrize("how", FREE)
def test_what_is_no_loop_over_the_data_is_not_taken_for_one(how, pool):
    report = _report(FREE[how], pool)
    assert report.verdict == "pass", report.summary
    assert report.ticks == {"right": True, "vectorised": True} and {f.code for f in report.findings} <= {"wider-dtype"}
    assert report.speedup is not None and " the loop, for N = " in report.summary


def test_the_loop_as_given_is_not_started_whatever_its_layout(pool):
    assert "for i in range" in rendering.stub(EXERCISE)
    from byhand import course

    drill = course.find("row_normalize")
    source = rendering.stub(drill)
    for text in (source, source.replace("    n, d = ", "    # sizes\n\n    n, d = "), source.replace("sums to 1", "sums to one")):
        report = check(drill, "net.py", pool=pool, source=HEADER + text)
        assert report.verdict == "not-started" and "as it was given" in report.summary and not report.ticks


def test_a_wrong_one_has_no_ticks_yet(pool):
    report = _report("return x.sum(0)", pool)
    assert report.verdict == "fail" and report.ticks == {}


def test_whoever_turns_the_count_off_gets_no_tick(pool):
    report = _report("import sys\n    sys.settrace(None)\n    return np.array([row.sum() for row in x])", pool)
    assert report.ticks["vectorised"] is False
    assert report.findings[0].code == "stops-the-count"


def table(length):
    """Say which steps come no later than which."""
    step = np.arange(length)
    seen = step <= step[:, None]
    return seen


def table_loop(length):
    """Say so with two loops."""
    seen = np.zeros((length, length), dtype=bool)
    for t in range(length):
        for s in range(length):
            seen[t, s] = s <= t
    return seen


TABLE = vectorise(
    table,
    loop=table_loop,
    data="t",
    inputs=lambda draw, t=4: {"length": t},
    cases=[ordinary("four steps"), odd(t=7)],
    hints=["a", "b", "c"],
    misconceptions=[],
    minutes=1,
)


def test_the_case_that_is_timed_is_no_larger_for_a_result_with_more_axes():
    timed = vectorised._to_be_timed(TABLE, 0)
    assert vectorised.TIMED <= timed.expected["seen"].size < 4 * vectorised.TIMED
    timed = vectorised._to_be_timed(EXERCISE, 0)
    assert 0.9 * vectorised.TIMED < timed.arguments["x"].size < 1.5 * vectorised.TIMED

"""How a report lays out its numbers."""

import io

from rich.console import Console

from byhand.cli import report
from byhand.spec import Report


def printed(**inputs):
    example = {"case": "small", "inputs": inputs, "yours": {}, "expected": {}}
    shown = Report(exercise="f", verdict="fail", summary="", file="f.py", seed=0, example=example)
    out = io.StringIO()
    report.show(Console(file=out, width=80), shown)
    return [line.strip() for line in out.getvalue().splitlines()]


def test_a_picture_stands_channel_beside_channel_and_one_picture_below_the_other():
    lines = printed(x=[[[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, -8.0]]], [[[0.0, 0.0], [0.0, 0.0]]] * 2])
    start = lines.index("x")
    assert lines[start + 1 : start + 6] == ["1  2 │  5  6", "3  4 │  7 -8", "", "0  0 │  0  0", "0  0 │  0  0"]


def test_sequences_stand_one_below_the_other_and_other_arrays_in_rows():
    lines = printed(x=[[[1.0, 2.0]], [[3.0, 4.0]]])
    assert lines[lines.index("x") + 1 :][:3] == ["1 2", "", "3 4"]
    lines = printed(w=[[1.0, 2.0], [3.0, 4.5]])
    assert lines[lines.index("w") + 1 :][:2] == ["1   2", "3 4.5"]
    lines = printed(ragged=[[[1.0], [2.0]], [[3.0]]])
    assert lines[lines.index("ragged") + 1 :][:4] == ["1", "2", "", "3"]
    assert "b" in printed(b=[]) and "7" in printed(s=7.0)

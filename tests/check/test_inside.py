"""A composite that is right with our parts and wrong with the learner's: which part, which layer, and what is wrong in it."""

import pytest

from byhand import course
from byhand.check import check
from byhand.check.proof import HEADER, WarmPool
from byhand.course import rendering

DEEP, TWO = "fully_connected_net_loss", "two_layer_net_loss"


@pytest.fixture(scope="module")
def pool():
    with WarmPool(seconds=2.0) as pool:
        yield pool


def _written(name, *edits):
    """Return the sources of a composite and all its parts, with edits (function, old, new) made, by function."""
    exercise = course.find(name)
    found = {n: rendering.short_solution(course.find(n)) for n in [*(p.__name__ for p in exercise.parts), name]}
    for function, old, new in edits:
        head, old, tail = found[function].rpartition(old)
        assert old, (function, new)
        found[function] = head + new + tail
    return found


def _told(name, pool, *edits):
    source = HEADER + "\n\n".join(_written(name, *edits).values())
    report = check(course.find(name), f"{name}.py", pool=pool, source=source)
    return report, source.splitlines()


@pytest.mark.parametrize("name", [DEEP, TWO, "spatial_batchnorm_backward"])
def test_right_parts_are_not_spoken_of(name, pool):
    report, _ = _told(name, pool)
    assert report.verdict == "pass" and not report.findings, report.findings


@pytest.mark.parametrize(
    ("name", "part", "old", "new", "kind", "quantity", "words", "line"),
    [
        (DEEP, "affine_forward", " + b", "", "missing-term", "out", "if `b` were 0", "out = rows @ w"),
        (DEEP, "affine_backward", "rows.T @ dout", "2 * rows.T @ dout", "wrong-scale", "dw", "`dw` is 2 times", "dw = "),
        (TWO, "affine_backward", "    return dx, dw", "    return dx, dw.T", "wrong-transpose", "dw", "transpose", "return dx"),
        (TWO, "affine_backward", "np.sum(dout, axis=0)", "np.mean(dout, axis=0)", "wrong-scale", "db", "1/N times", "db = "),
        (TWO, "relu_forward", "np.maximum(x, 0.0)", "np.abs(x)", "wrong-formula", "out", "negative", "out = "),
        (DEEP, "relu_backward", "dout * (x > 0)", "-dout * (x > 0)", "wrong-sign", "dx", "wrong sign", "dx = "),
        (DEEP, "batchnorm_backward", "dxc + dmu / n", "dxc", "missing-term", "the path through mu", "you have two", "dx = dxc"),
        (DEEP, "batchnorm_backward", "if train:", "if True:", "wrong-mode", "dx", '"in testing"', "dstd = "),
        (DEEP, "layernorm_backward", "dout * gamma", "dout", "missing-term", "dxhat", "if `gamma` were 1", "dxhat = "),
        (DEEP, "dropout_backward", "return dx", "return 2 * dx", "wrong-scale", "dx", "2 times", "return 2"),
        (DEEP, "softmax_loss", "return loss, ", "return loss, len(y) * ", "wrong-scale", "dscores", "N times", "return loss"),
        (DEEP, "l2_regularization", "0.5 * reg", "reg", "wrong-scale", "loss", "`reg` were twice as large", "loss = "),
        ("spatial_batchnorm_forward", "batchnorm_forward", " + beta", "", "missing-term", "out", "if `beta` were 0", "out = "),
    ],
)  # fmt: skip
def test_what_is_wrong_inside_a_part_is_told(name, part, old, new, kind, quantity, words, line, pool):
    report, lines = _told(name, pool, (part, old, new))
    assert report.verdict == "pass", report.summary
    (finding,) = report.findings
    assert finding.title.startswith(f"Your assembly is right; `{part}` is what fails: line {finding.line}, "), finding
    assert words in finding.title + finding.detail and finding.title in report.summary
    assert (finding.code, finding.severity) == ("part-fails", "advice")
    assert (finding.kind, finding.quantity) == (kind, quantity), finding
    assert line in lines[finding.line - 1], lines[finding.line - 1]
    assert f"`byhand check {part}` shows a small case" in finding.evidence


@pytest.mark.parametrize(
    ("part", "old", "new", "layer", "words"),
    [
        ("affine_forward", "    return out", "    out = out * (1 + (w.shape[1] == 7))\n    return out", "layer 3 (`params['w3']`, `params['b3']`)", "`out` is 2 times"),
        ("affine_backward", "    return dx", "    dw = dw * (1 + (dw.shape == (5, 4)))\n    return dx", "layer 2 (`params['w2']`, `params['b2']`)", "`dw` is 2 times"),
        ("relu_backward", "    return dx", "    dx = -dx if dx.shape == (4, 5) else dx\n    return dx", "layer 1", "wrong sign"),
        ("batchnorm_backward", "    return dx", "    dbeta = dbeta * (1 + (len(dbeta) == 4))\n    return dx", "layer 2 (`params['gamma2']`, `params['beta2']`", "`dbeta` is 2 times"),
    ],
)  # fmt: skip
def test_a_fault_that_one_layer_shows_is_told_with_the_layer(part, old, new, layer, words, pool):
    report, _ = _told(DEEP, pool, (part, old, new))
    finding = report.findings[0]
    assert finding.title.startswith(f"Your assembly is right; `{part}` is what fails, in {layer}"), finding
    assert " alone: line" in finding.title and words in finding.title, finding


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("affine_backward", "rows.T @ dout", "2 * rows.T @ dout"), ("relu_backward", "dout * ", "3 * dout * ")),
        (("batchnorm_forward", "+ beta", "- beta"), ("layernorm_forward", "+ beta", "- beta")),
    ],
)
def test_two_wrong_parts_are_both_told(first, second, pool):
    report, _ = _told(DEEP, pool, first, second)
    assert [f.title.partition(" ")[0] for f in report.findings] == ["Your", f"`{second[0]}`"], report.findings
    assert f"`{first[0]}` is what fails: line" in report.findings[0].title
    assert report.findings[1].title.startswith(f"`{second[0]}` fails too: line")


def test_a_part_that_changes_what_it_is_given_is_told_where_that_matters(pool):
    report, _ = _told(TWO, pool, ("affine_backward", "    return dx", "    w *= 2\n    return dx"))
    assert (report.findings[0].kind, report.findings[0].code) == ("mutates-input", "part-fails"), report.findings


def test_a_part_in_another_file_is_told_with_its_file(tmp_path):
    written = _written(TWO, ("affine_backward", "rows.T @ dout", "2 * rows.T @ dout"))
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    net = written.pop(TWO)
    (folder / "layers.py").write_text(HEADER + "\n\n".join(written.values()))
    (folder / "network.py").write_text(f"import numpy as np\n\nfrom .layers import {', '.join(written)}\n\n\n{net}")
    finding = check(course.find(TWO), folder / "network.py").findings[0]
    lines = (folder / "layers.py").read_text().splitlines()
    (number,) = [i for i, line in enumerate(lines, 1) if "2 * rows.T" in line]
    assert f"`affine_backward` is what fails: line {number} of layers.py, " in finding.title
    assert finding.line is None and finding.quantity == "dw"

"""A composite that is wrong with right parts: the call that is given something else, in which layer, and how far back all is right."""

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


def _told(name, pool, *edits):
    text = rendering.short_solution(course.find(name))
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    report = check(course.find(name), f"{name}.py", pool=pool, source=HEADER + text)
    assert report.verdict == "fail", report.summary
    return report.findings, (HEADER + text).splitlines()


@pytest.mark.parametrize(
    ("name", "old", "new", "words", "kind", "quantity", "line"),
    [
        (TWO, "affine_backward(dhidden, hidden_cache)", "affine_backward(dhidden, scores_cache)", "`affine_backward`, in layer 1, is given the `cache` of layer 2", "wrong-index", "scores_cache", "dhidden, scores_cache"),
        (TWO, "relu_backward(dactive, active_cache)", "relu_backward(dactive, hidden_cache)", "what `affine_forward` returned as `cache` in layer 1; the `cache` of `relu_forward` belongs", "wrong-order", "hidden_cache", "dactive, hidden_cache"),
        (TWO, "affine_forward(active, w2, b2)", "affine_forward(hidden, w2, b2)", "is given an `x` that did not go through `relu_forward`", "missing-term", "relu_forward", "hidden, w2"),
        (TWO, "affine_forward(active, w2, b2)", "affine_forward(active, w2, b1)", "is given `params['b1']` where `params['b2']` belongs", "wrong-index", "b1", "active, w2"),
        (TWO, "relu_backward(dactive, active_cache)", "relu_backward(dactive, active_cache) / len(y)", "a `dout` that is 1/N times", "wrong-scale", "dhidden", "relu_backward(dactive"),
        (DEEP, "        dout = relu_backward(dout, relu_cache)\n", "", "did not go through `relu_backward`", "missing-term", "relu_backward", "layernorm_backward"),
        (DEEP, "dout = relu_backward(dout, relu_cache)", "dout = relu_backward(dout, relu_cache) * (1 + (i == 1))", "`layernorm_backward`, in layer 1, is given a `dout` that is 2 times", "wrong-scale", "dout", "dout = relu_backward"),
        (DEEP, 'grads[f"gamma{i}"], grads[f"beta{i}"] = batchnorm', 'grads[f"beta{i}"], grads[f"gamma{i}"] = batchnorm', "returned as `dbeta` in layer 2; the `dgamma`", "wrong-order", "grads['gamma2']", "batchnorm_backward"),
    ],
)  # fmt: skip
def test_the_call_that_is_given_something_else_is_named(name, old, new, words, kind, quantity, line, pool):
    findings, lines = _told(name, pool, (old, new))
    first = findings[0]
    assert first.code == "wrong-call" and words in first.title, first
    assert (first.kind, first.quantity) == (kind, quantity), first
    assert line in lines[first.line - 1]
    assert len(findings) == 1, "what follows from it is no finding of its own"
    assert first.question.endswith("?")


def test_results_that_are_mixed_up_are_told_by_their_names(pool):
    findings, _ = _told(TWO, pool, ('"b1": db1', '"b1": db2'), ('"b2": db2', '"b2": db1'))
    assert (findings[0].code, findings[0].kind, findings[0].quantity) == ("wrong-result", "wrong-index", "grads['b2']"), findings
    assert "is the `db` of `affine_backward` in layer 1; its `db` in layer 2 belongs there" in findings[0].title


def test_how_far_back_the_gradients_are_right_is_said(pool):
    findings, _ = _told(TWO, pool, ("dw1 + reg * w1", "dw1 * dw1 + reg * w1"))
    assert (
        "From the output back, `grads['b2']`, `grads['w2']` and `grads['b1']` are right; `grads['w1']` is the first"
        in findings[0].where
    )
    assert "Every function that is called is given what it should be" in findings[0].where
    findings, _ = _told(
        DEEP, pool, ("dout = relu_backward(dout, relu_cache)", "dout = relu_backward(dout, relu_cache) * (1 + (i == 1))")
    )
    assert "as far as `grads['w2']`; `grads['beta1']` is the first" in findings[0].where


def test_two_faults_in_an_assembly_are_told_apart(pool):
    """What comes after the first is judged with the first put right."""
    findings, _ = _told(
        TWO, pool, ("affine_forward(active, w2, b2)", "affine_forward(hidden, w2, b2)"), ("affine_backward(dscores, scores", "affine_backward(2 * dscores, scores")
    )  # fmt: skip
    assert [f.quantity for f in findings] == ["relu_forward", "dactive"], findings
    findings, _ = _told(TWO, pool, ("affine_forward(active, w2, b2)", "affine_forward(hidden, w2, b2)"), ("db1, ", "-db1, "))
    assert [f.quantity for f in findings] == ["relu_forward", "grads['b1']"], findings


def test_a_misconception_keeps_its_name_and_gains_the_call(pool):
    findings, lines = _told(DEEP, pool, ("            dout = dropout_backward(dout, dropout_cache)\n", "            pass\n"))
    assert findings[0].code == "deep-dropout-not-undone"
    assert "`relu_backward`, in layer 2, is given a `dout` that did not go through `dropout_backward`" in findings[0].title
    assert "relu_backward(dout" in lines[findings[0].line - 1]

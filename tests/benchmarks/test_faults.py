"""The measure of the diagnosis, measured: what a finding may say of a planted fault, and that one which does not is a miss."""

import ast

import pytest
from benchmarks.behaviour import behaviour
from benchmarks.edits import changed_lines, difference, plain, shown
from benchmarks.expected import Spot, judge, spot, with_behaviour
from benchmarks.faults import Fault, faults, outsourced
from benchmarks.operators import OPERATORS, planted, replacements
from benchmarks.outcomes import HEAD, counted, in_words, of_right, of_wrong
from benchmarks.scope import Scope, scope

from byhand import course
from byhand.check.variations import CHANGES, variations
from byhand.spec import Finding, Report


def _spot(name, old, new):
    """Return what may be said of one edit of an exercise's solution, the numbers included."""
    exercise = course.functions()[name]
    before = plain(exercise)
    assert before.count(old) == 1
    after = before.replace(old, new)
    edit = difference(ast.parse(before), ast.parse(after))
    told = spot(edit, scope(exercise, before), changed_lines(before, after), shown(before, after))
    return with_behaviour(exercise, told, behaviour(exercise, after))


@pytest.mark.parametrize(
    ("name", "old", "new", "line", "kinds", "words"),
    [
        ("batchnorm_backward", "dx = dxc + dmu / n", "dx = dxc - dmu / n", 13, {"wrong-sign"}, {"dx", "dmu", "n"}),
        ("batchnorm_backward", "dx = dxc + dmu / n", "dx = dxc", 13, {"missing-term"}, {"dx", "dmu", "n"}),
        ("batchnorm_backward", "dxhat = dout * gamma", "dxhat = dout", 6, {"missing-term", "wrong-scale"}, {"dx", "dxhat", "gamma"}),
        ("linear_softmax_loss", "+ 2 * reg * W", "+ 2 * W", 10, {"missing-term", "wrong-scale", "hard-coded"}, {"dW", "reg"}),
        ("batchnorm_backward", "dgamma = np.sum(", "dgamma = np.mean(", 5, {"wrong-scale"}, {"dgamma", "dout", "xhat"}),
        ("linear_svm_loss", "(margins > 0)", "(margins < 0)", 9, {"wrong-mask"}, {"dW", "dscores", "margins"}),
        ("causal_mask", "step <= step[:, None]", "step < step[:, None]", 3, {"wrong-mask", "off-by-one"}, {"mask", "step"}),
        ("svm_loss", "return (loss, dscores)", "return (dscores, loss)", 10, {"wrong-order", "wrong-shape"}, {"loss", "dscores"}),
        ("dropout_backward", "if train:", "if not train:", 3, {"wrong-mode", "exception"}, {"dx", "train"}),
        ("standardize_columns", "eps=1e-05", "eps=1.00001", 1, {"wrong-eps"}, {"eps", "out"}),
        ("tape_matmul_backward", "dout @ b.T", "dout @ b", 3, {"wrong-transpose", "exception", "wrong-shape"}, {"b", "da", "db", "dout"}),
        ("variance_backward", "xc.shape[0]", "xc.shape[1]", 3, {"wrong-index", "off-by-one", "wrong-axis", "wrong-scale"}, {"dx", "n", "xc"}),
        ("stable_softmax_rows", "scores - largest", "scores", 3, {"missing-term", "unstable"}, {"e", "largest", "p"}),
        ("layernorm_forward", "x, axis=-1", "x, axis=0", 2, {"wrong-axis"}, {"cache", "mu", "out", "x"} - {"cache"}),
        ("tanh_backward", "out ** 2", "out ** 3", 3, {"wrong-formula", "wrong-scale"}, {"dx", "out"}),
    ],
)  # fmt: skip
def test_what_may_be_said_of_an_edit(name, old, new, line, kinds, words):
    told = _spot(name, old, new)
    assert (told.lines, told.kinds, told.words) == ((line,), kinds, words)


def test_a_sum_for_a_mean_is_never_a_wrong_axis():
    for name in ("batchnorm_forward", "linear_softmax_loss", "cross_entropy"):
        told = [f for f in faults(course.functions()[name], 0) if f.operator == "sum for mean" and not f.form]
        assert told and all("wrong-axis" not in fault.spots[0].kinds and "wrong-scale" in fault.spots[0].kinds for fault in told)


def test_every_fault_has_a_line_a_kind_and_a_quantity_and_few_kinds():
    name = "linear_svm_loss"
    found = list(faults(course.functions()[name], 2))
    assert {"two at once", "in a helper", "misconception", "wrong variable"} <= {fault.operator for fault in found}
    assert any(fault.form for fault in found)
    for fault in found:
        for told in fault.spots:
            assert told.lines and told.words and 1 <= len(told.kinds) <= 5
            assert all(1 <= line <= len(fault.source.splitlines()) for line in told.lines)
    assert [fault.source for fault in faults(course.functions()[name], 2)] == [fault.source for fault in found]


SOURCE = """\
def f(x, w, train, eps):
    n = len(x)
    m = n + 1
    total = np.zeros(3)
    scale = np.ones(3)
    for i in range(n):
        total += x[i] * scale
        total[i] = total[m - 2] / n
    out = x - scale
    if train:
        out = np.sum(out, axis=0) * (x > 0)
    total = total - out
    last = scale @ w + g(x, w, n)
    std = np.sqrt(scale + eps)
    return (out, last / std)
"""


def _values():
    import numpy as np

    vectors = dict.fromkeys(("x", "total", "scale", "out", "last", "std"), np.ones(3))
    return Scope({**vectors, "w": np.ones((3, 3)), "n": 3, "m": 4, "i": 0, "train": True, "eps": 1e-5})


PLANTED = [
    ("repeated term", "total = total - out", "total = total - out - out"),
    ("doubled or halved", "out = x - scale", "out = 2 * (x - scale)"),
    ("transposed operand", "scale @ w", "scale @ w.T"),
    ("bounds", "range(n)", "range(n - 1)"),
    ("wrong variable", "x[i] * scale", "x[i] * total"),
    ("eps", "np.sqrt(scale + eps)", "np.sqrt(scale) + eps"),
    ("assigned, not added", "total += x[i] * scale", "total = x[i] * scale"),
    ("in place", "    out = x - scale\n", "    x -= scale\n    out = x\n"),
    ("overwritten", "    out = x - scale\n", "    out = x - scale\n    out = total\n"),
    ("accumulation moved", "        total[i] = total[m - 2] / n\n", "    total[i] = total[m - 2] / n\n"),
    ("float32", "out = x - scale", "out = (x - scale).astype(np.float32)"),
    ("whole division", "total[m - 2] / n", "total[m - 2] // n"),
    ("mode ignored", "if train:", "if True:"),
    ("mask inverted", "(x > 0)", "(x <= 0)"),
    ("kept axis", "axis=0)", "axis=0, keepdims=True)"),
    ("wrong index", "x[i]", "x[n]"),
    ("swapped arguments", "g(x, w, n)", "g(x, n, w)"),
    ("step removed", "        total += x[i] * scale\n", ""),
    ("steps exchanged", "        total += x[i] * scale\n        total[i] = total[m - 2] / n\n",
     "        total[i] = total[m - 2] / n\n        total += x[i] * scale\n"),
]  # fmt: skip


@pytest.mark.parametrize(("operator", "old", "new"), PLANTED)
def test_an_operator_does_what_it_says(operator, old, new):
    assert SOURCE.count(old) == 1
    made = {planted(tree, replacement) for what, tree, replacement in replacements(SOURCE, _values()) if what == operator}
    assert ast.unparse(ast.parse(SOURCE.replace(old, new))) in made


def test_every_operator_is_tried_above():
    assert {operator for operator, _, _ in PLANTED} == OPERATORS.keys()


def test_a_fault_in_a_helper_is_on_the_helpers_line():
    exercise = course.functions()["tanh_backward"]
    fault = next(f for f in faults(exercise, 0) if f.operator == "sign" and not f.form)
    moved = outsourced(exercise, plain(exercise), fault)
    assert moved is not None and moved.source.splitlines()[2] == "    dx = helper(dout, out)"
    assert moved.source.splitlines()[moved.spots[0].lines[0] - 1] == "    return dout * (1 + out ** 2)"
    assert moved.spots[0].kinds == fault.spots[0].kinds


SPOT = Spot((5,), frozenset({"missing-term", "wrong-scale"}), frozenset({"dx", "dmu"}), "dx = dxc + dmu / n  ->  dx = dxc")


@pytest.mark.parametrize(
    ("line", "kind", "quantity", "right"),
    [
        (5, "missing-term", "dx", (True, True, True)),
        (6, "wrong-scale", "the path through mu", (True, True, True)),  # dmu is the gradient of mu
        (7, "missing-term", "dx", (False, True, True)),
        (None, "missing-term", "dx", (False, True, True)),
        (4, "wrong-formula", "dx", (True, False, True)),
        (5, "missing-term", "dxc", (True, True, False)),  # a word of it is not enough
        (5, "missing-term", "", (True, True, False)),
    ],
)
def test_a_finding_is_held_to_line_kind_and_quantity(line, kind, quantity, right):
    finding = Finding("code", "title", line=line, kind=kind, quantity=quantity)
    assert judge(finding, (SPOT,), 0) == right


def test_of_two_faults_one_has_to_fit_in_all():
    other = Spot((9,), frozenset({"wrong-sign"}), frozenset({"db"}), "")
    assert judge(Finding("c", "t", line=9, kind="wrong-sign", quantity="db"), (SPOT, other), 0) == (True, True, True)
    assert judge(Finding("c", "t", line=9, kind="missing-term", quantity="dx"), (SPOT, other), 0) == (False, True, True)


def _report(verdict, **finding):
    return Report("e", verdict, "summary", findings=(Finding("code", "title", **finding),) if finding else ())


def test_what_is_counted():
    fault = Fault("e", "sign", "source", (SPOT,))
    said = {"kind": "missing-term", "quantity": "dx", "confidence": "certain"}
    good = of_wrong(fault, _report("fail", line=5 + HEAD, **said), (SPOT,))
    off = of_wrong(fault, _report("fail", line=5, **said), (SPOT,))
    passed = of_wrong(fault, _report("pass"), (SPOT,))
    alarm, right = of_right(fault, _report("fail")), of_right(fault, _report("pass"))
    assert (
        not good.reasons and not good.told and off.reasons == ("line: an earlier one",) and off.told.startswith("line: e, sign")
    )
    assert passed.fatal and alarm.fatal and not (good.fatal or off.fatal or right.fatal)
    n = counted([good, off, passed, alarm, right])
    assert (n["wrong"], n["caught"], n["line"], n["kind"], n["quantity"]) == (3, 2, 1, 2, 2)
    assert (n["certain"], n["of these right"], n["right"], n["false alarms"]) == (2, 1, 2, 1)
    assert in_words([good, off]).startswith(
        "2 of 2 wrong ones caught; 0 of 0 right ones called wrong; right line (within one) 50.0%"
    )


@pytest.mark.parametrize(
    ("name", "old", "new", "verdict", "marks"),
    [
        ("tanh_backward", "dout * (1 - out ** 2)", "(1 - out * out) * dout", "same", set()),
        ("tanh_backward", "(1 - out ** 2)", "(1 - 1.000000001 * out ** 2)", "neither", set()),
        ("tanh_backward", "dout * (1", "-dout * (1", "wrong", {"negated"}),
        ("tanh_backward", "dx = dout * (1 - out ** 2)", "dout *= 1 - out ** 2\n    dx = dout", "wrong", set()),
        ("tanh_backward", "dx = dout", "dx = np.inf * dout", "wrong", {"infinite"}),
        ("row_normalize", "x / total", "(x / total).astype(np.float32)", "wrong", {"dtype"}),
        ("topological_order", "waiting.pop()", "pass", "wrong", {"Endless"}),
        ("row_normalize", "x / total", "x / missing", "wrong", {"NameError"}),
    ],
)
def test_right_and_wrong_are_decided_by_the_numbers(name, old, new, verdict, marks):
    exercise = course.functions()[name]
    seen = behaviour(exercise, plain(exercise).replace(old, new))
    assert seen.verdict == verdict and marks <= seen.marks
    assert seen.arguments == ({"dout"} if "dout *=" in new else set())


def test_every_way_to_write_it_differently_is_right_somewhere():
    names = (
        "batchnorm_backward",
        "linear_softmax_loss",
        "layernorm_forward",
        "bilinear_form",
        "affine_backward",
        "euclidean_distances",
    )
    told = {}
    for exercise in (course.functions()[name] for name in names):
        for way in variations(exercise):
            told.setdefault(way.what, []).append(behaviour(exercise, way.source).verdict)
    assert {what for what, verdicts in told.items() if "same" in verdicts} == CHANGES.keys()

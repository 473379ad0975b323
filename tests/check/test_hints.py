"""What is said where no cause is known, and on which line: from the numbers and the text, whatever the exercise."""

import numpy as np
import pytest

from byhand import course
from byhand.check import check
from byhand.check.learner import Source
from byhand.check.proof import HEADER, WarmPool


@pytest.fixture(scope="module")
def pool():
    with WarmPool(seconds=2.0) as pool:
        yield pool


def _check(name, body, pool):
    return check(course.find(name), f"{name}.py", pool=pool, source=HEADER + body)


def _line(body, part):
    found = [i for i, text in enumerate((HEADER + body).splitlines(), 1) if part in text]
    assert len(found) == 1
    return found[0]


STALE = """
def row_normalize(x):
    out = np.zeros_like(x)
    total = 0.0
    for i in range(len(x)):
        for j in range(x.shape[1]):
            total += x[i, j]
        out[i] = x[i] / total
    return out
"""
SHORT = """
def row_normalize(x):
    out = np.zeros_like(x)
    for i in range(len(x) - 1):
        out[i] = x[i] / x[i].sum()
    return out
"""
LATE = SHORT.replace("range(len(x) - 1)", "range(1, len(x))")
EARLY = """
def euclidean_distances_two_loops(x, train):
    distances = np.zeros((len(x), len(train)))
    for i in range(len(x)):
        for j in range(len(train)):
            distances[i, j] = np.linalg.norm(x[i] - train[j])
        return distances
"""
SORTED = """
def gather_rows(x, index):
    return x[np.sort(index)]
"""
UPWARDS = """
def top_k_indices(scores, k):
    return np.argsort(scores, axis=1, kind="stable")[:, -k:]
"""
ADDED = """
def masked_mean(x, mask):
    return (x * mask[:, :, None]).sum(axis=1) / (mask.sum(axis=1, keepdims=True) + 1e-6)
"""
ONE_ARRAY = """
def scalar_circuit_backward(dout, cache):
    y, z, total, larger = cache
    dx = dout * larger
    dy = dx
    dy += dout * total * (y > z)
    return dx, dy, dout * total * (y <= z)
"""
EXPONENTIALS = """
def predict_linear(W, X):
    e = np.exp(X @ W)
    return np.argmax(e / e.sum(axis=1, keepdims=True), axis=1)
"""


@pytest.mark.parametrize(
    ("name", "body", "code", "kind", "words"),
    [
        ("row_normalize", STALE, "cut-off", "wrong-index", "is wrong in every row but the first"),
        ("row_normalize", SHORT, "cut-off", "off-by-one", "is still zero in the last row alone"),
        ("row_normalize", LATE, "cut-off", "off-by-one", "is still zero in the first row alone"),
        ("euclidean_distances_two_loops", EARLY, "cut-off", "wrong-index", "is still zero in every row but the first"),
        ("gather_rows", SORTED, "reordered", "wrong-order", "has the right numbers of each column, but in another order"),
        ("top_k_indices", UPWARDS, "reordered", "wrong-order", "has the right numbers of each row, but in another order"),
        ("masked_mean", ADDED, "slightly-off", "wrong-eps", "nearly right: it is off by about"),
        ("scalar_circuit_backward", ONE_ARRAY, "twins", "overwrites", "`dx` came back the same as `dy`"),
        ("predict_linear", EXPONENTIALS, "overflown", "unstable", "leaves the range of floats"),
    ],
)
def test_where_no_slip_is_known_the_numbers_say_what_they_can(name, body, code, kind, words, pool):
    finding = _check(name, body, pool).findings[0]
    assert (finding.code, finding.kind) == (code, kind), finding
    assert words in finding.title
    assert finding.confidence != "certain" or "comes out right" in finding.where


def test_nobody_is_asked_about_a_loop_that_is_not_there(pool):
    body = """
def masked_mean(x, mask):
    kept = np.where(mask.any(axis=1, keepdims=True), mask, True)[:, :, None]
    return (x * kept).sum(axis=1) / kept.sum(axis=1)
"""
    finding = _check("masked_mean", body, pool).findings[0]
    assert finding.code == "wrong-values" and "row 0 alone" in finding.title, finding


def test_what_is_right_is_named_where_less_is_right_than_wrong(pool):
    largest = """
def linear_softmax_loss(W, X, y, reg):
    n = len(X)
    s = X @ W
    s = s - s.max(axis=1, keepdims=True)
    p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
    loss = np.max(np.log(np.exp(s).sum(axis=1)) - s[np.arange(n), y]) + reg * np.sum(W * W)
    p[np.arange(n), y] -= 1
    return loss, X.T @ p / n + 2 * reg * W
"""
    finding = _check("linear_softmax_loss", largest, pool).findings[0]
    assert finding.question.startswith("It is right in the case") and "different there" in finding.question


def test_numbers_are_shown_to_as_many_digits_as_differ(pool):
    example = _check("masked_mean", ADDED, pool).example
    assert example is not None
    assert example["yours"]["out"] != example["expected"]["out"]


def test_an_axis_of_another_length_is_told_from_one_that_is_one_off(pool):
    one_less = """
def sliding_windows(x, size):
    windows = x.shape[1] - size + 1
    return np.stack([x[:, k : k + windows] for k in range(size - 1)], axis=2) if size > 1 else x[:, :, None][:, :, :0]
"""
    finding = _check("sliding_windows", one_less, pool).findings[0]
    assert (finding.kind, finding.confidence) == ("off-by-one", "likely"), finding
    assert "one less along axis 2" in finding.title
    ten = """
def color_histogram_hsv(images, *, bins=10):
    return np.full((len(images), 10), 0.1)
"""
    finding = _check("color_histogram_hsv", ten, pool).findings[0]
    assert finding.kind == "wrong-shape"
    assert "there are 7 along axis 1" in finding.question


def test_the_line_that_overflows_is_named(pool):
    body = """
def stable_softmax_rows(scores):
    top = scores.max(axis=1, keepdims=True)
    e = np.exp(scores + top)
    total = e.sum(axis=1, keepdims=True)
    return e / total
"""
    finding = _check("stable_softmax_rows", body, pool).findings[0]
    assert finding.line == _line(body, "np.exp")
    assert any("overflow encountered in exp" in told for told in finding.evidence)


def test_an_argument_that_is_changed_on_the_way_to_wrong_results_is_told_too(pool):
    body = """
def euclidean_distances_one_loop(x, train):
    distances = np.zeros((len(x), len(train)))
    for i in range(len(x)):
        train -= x[i]
        distances[i] = np.sqrt((train**2).sum(axis=1))
    return distances
"""
    findings = _check("euclidean_distances_one_loop", body, pool).findings
    assert [(f.kind, f.quantity, f.line) for f in findings[1:]] == [("mutates-input", "train", _line(body, "train -="))]
    assert findings[1].title.startswith("Besides")


@pytest.mark.parametrize(
    ("lines", "changed"),
    [
        (["x -= 1"], 1),
        (["x[x > 0] = 0"], 1),
        (["y = x", "y[0] = 1"], 2),
        (["y = x.copy()", "y[0] = 1", "x.sort()"], 3),
        (["for row in x:", "    row /= 2"], 2),
        (["for i, row in enumerate(x):", "    row /= 2"], 2),
        (["z = 0", "for row, y in zip(x, z):", "    y += 1", "    row[0] = y"], 4),
        (["y = x[:, ::2]", "y += 1"], 2),
        (["y = x.T.reshape(-1)", "y.fill(0)"], 2),
        (["y = np.asarray(x)", "y *= 2"], 2),
        (["np.exp(x, out=x)"], 1),
        (["np.add.at(x, 0, 1)"], 1),
        (["np.fill_diagonal(x, 0)"], 1),
        (["x = x - 1", "x += 1", "x = np.sort(x)"], 2),
        (["y = x + 1", "y += x"], None),
        (["y = x", "y = y + 1", "y += 1"], None),
    ],
)
def test_the_line_that_changes_an_argument_is_found(lines, changed, tmp_path):
    text = "def f(x):\n" + "".join(f"    {line}\n" for line in lines)
    found = Source(tmp_path / "f.py", text).changes("f", "x")
    assert found == (None if changed is None else changed + 1)


def test_a_list_that_is_appended_to_is_decided_there(tmp_path):
    text = "def f(a):\n    losses = []\n    for b in a:\n        losses.append(b)\n    return losses\n"
    assert Source(tmp_path / "f.py", text).line_of("f", 0) == 4


def test_a_default_that_outlives_the_call_is_named(pool):
    body = """
def train_linear(loss_and_grad, W, X, y, batches, *, lr, reg, losses=[]):
    for b in batches:
        loss, dW = loss_and_grad(W, X[b], y[b], reg)
        losses.append(loss)
        W = W - lr * dW
    return W, losses
"""
    finding = _check("train_linear", body, pool).findings[0]
    assert finding.code == "not-repeatable" and finding.line == _line(body, "losses=[]")


def test_ones_and_zeros_for_booleans_are_advice(pool):
    report = _check("causal_mask", "\ndef causal_mask(length):\n    return np.tri(length)\n", pool)
    assert report.verdict == "pass"
    assert [(f.severity, f.code) for f in report.findings] == [("advice", "not-booleans")]


def test_whole_numbers_are_told_where_all_of_them_are_zero(pool):
    body = """
def row_normalize(x):
    out = np.zeros(x.shape, dtype=int)
    for i in range(len(x)):
        out[i] = x[i] / x[i].sum()
    return out
"""
    finding = _check("row_normalize", body, pool).findings[0]
    assert (finding.code, finding.kind) == ("whole-numbers", "dtype"), finding


def test_finite_differences_are_known_where_no_argument_has_the_gradients_name(pool):
    body = """
def scores_gradient(shifted, y):
    def loss(s):
        return np.mean(np.log(np.exp(s).sum(axis=1)) - s[np.arange(len(y)), y])
    out = np.zeros(shifted.shape)
    for i in np.ndindex(*shifted.shape):
        up, down = shifted.astype(float), shifted.astype(float)
        up[i] += 1e-5
        down[i] -= 1e-5
        out[i] = (loss(up) - loss(down)) / 2e-5
    return out
"""
    report = _check("scores_gradient", body, pool)
    assert report.verdict == "pass", report.summary
    assert "finite-differences" in {f.code for f in report.findings}
    wrong = body.replace("/ 2e-5", "/ 2e-5 * (1 + 1e-3)")
    assert _check("scores_gradient", wrong, pool).verdict == "fail"
    assert np.isfinite(report.timings["total"])

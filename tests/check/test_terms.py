"""Losses are sums: the term that is missing, repeated or weighted wrongly is told; and what an argument makes wrong."""

import pytest

from byhand import course
from byhand.check import check
from byhand.check.proof import HEADER, WarmPool
from byhand.course import rendering

LOOPS = """
def linear_softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros_like(W)
    N = X.shape[0]
    for i in range(N):
        f = X[i] @ W
        f -= np.max(f)
        p = np.exp(f) / np.sum(np.exp(f))
        loss += np.log(np.sum(np.exp(f))) - f[y[i]]
        for j in range(W.shape[1]):
            dW[:, j] += X[i] * p[j]
        dW[:, y[i]] -= X[i]
    loss /= N
    dW /= N
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW
"""

HINGE = """
def linear_svm_loss(W, X, y, reg):
    N = X.shape[0]
    s = X @ W
    m = np.maximum(0, s - s[np.arange(N), y][:, None] + 1)
    m[np.arange(N), y] = 0
    loss = m.sum() / N
    loss += reg * np.sum(W * W)
    mask = (m > 0).astype(W.dtype)
    mask[np.arange(N), y] = -mask.sum(axis=1)
    dW = X.T @ mask / N
    dW += 2 * reg * W
    return loss, dW
"""

SOFT = """
def softmax_loss(scores, y):
    N = scores.shape[0]
    s = scores - scores.max(axis=1, keepdims=True)
    e = np.exp(s)
    z = e.sum(axis=1, keepdims=True)
    logp = s - np.log(z)
    loss = -logp[np.arange(N), y].sum() / N
    dscores = e / z
    dscores[np.arange(N), y] -= 1
    dscores /= N
    return loss, dscores
"""

TWO = rendering.short_solution(course.find("two_layer_net_loss"))
DEEP = rendering.short_solution(course.find("fully_connected_net_loss"))


@pytest.fixture(scope="module")
def pool():
    with WarmPool(seconds=2.0) as pool:
        yield pool


def _first(source, pool, *edits):
    name = source.partition("def ")[2].partition("(")[0]
    for old, new in edits:
        head, old, tail = source.rpartition(old)
        assert old
        source = head + new + tail
    report = check(course.find(name), f"{name}.py", pool=pool, source=HEADER + source)
    assert report.verdict == ("fail" if edits else "pass"), report.summary
    return report.findings[0] if report.findings else None


@pytest.mark.parametrize("source", [LOOPS, HINGE, SOFT], ids=["loops", "hinge", "soft"])
def test_the_sources_are_right(source, pool):
    assert _first(source, pool) is None


@pytest.mark.parametrize(
    ("source", "old", "new", "quantity", "kind", "words"),
    [
        (HINGE, "m.sum() / N", "m.sum()", "loss", "wrong-scale", "one of its terms N times"),
        (LOOPS, "    loss /= N\n", "", "loss", "wrong-scale", "one of its terms N times"),
        (HINGE, "loss += reg * np.sum(W * W)", "loss += reg * np.sum(W * W) / N", "loss", "wrong-scale", "one of its terms 1/N times"),
        (LOOPS, "loss += reg * np.sum(W * W)", "loss += reg * np.sum(W * W) / N", "loss", "wrong-scale", "one of its terms 1/N times"),
        (HINGE, "loss += reg * np.sum(W * W)", "loss -= reg * np.sum(W * W)", "loss", "wrong-sign", "`reg` had the other sign"),
        (SOFT, "-logp[", "-s[", "loss", "missing-term", "lacks one of its terms"),
        (TWO, "np.sum(w1**2) + ", "", "loss", "missing-term", "lacks one of its terms"),
        (TWO, "np.sum(w1**2)", "2 * np.sum(w1**2)", "loss", "wrong-scale", "one of its terms 2 times"),
        (DEEP, "    return loss", '    loss = loss - 0.5 * reg * np.sum(params[f"w{depth}"] ** 2)\n    return loss', "loss", "missing-term", "lacks one of its terms"),
        (DEEP, "    return loss", '    loss = loss + 0.5 * reg * np.sum(params["w1"] ** 2)\n    return loss', "loss", "wrong-scale", "one of its terms 2 times"),
        (HINGE, "loss += reg * np.sum(W * W)\n", "pass\n", "loss", "missing-term", "if `reg` were 0"),
        (HINGE, "dW += 2 * reg * W", "dW += 4 * reg * W", "dW", "wrong-scale", "`reg` were twice as large"),
        (LOOPS, "dW += 2 * reg * W", "pass", "dW", "missing-term", "if `reg` were 0"),
        (LOOPS, "dW += 2 * reg * W", "dW += 2 * reg * W / N", "dW", "wrong-scale", "wrong weight"),
        (HINGE, "    m[np.arange(N), y] = 0\n", "", "loss", "extra-term", "1 too large"),
        (SOFT, "-logp[np.arange(N), y].sum() / N", "-logp[np.arange(N), y].sum()", "loss", "wrong-scale", "N times"),
        (SOFT, "    dscores[np.arange(N), y] -= 1\n    dscores /= N\n", "    dscores /= N\n    dscores[np.arange(N), y] -= 1\n", "dscores", "missing-term", "by (N-1)/N too small, just at the right class"),
        (HINGE, "reg * np.sum(W * W)", "reg * np.sqrt(np.sum(W * W))", "loss", "wrong-formula", "what is wrong is what `reg` adds"),
        (LOOPS, "2 * reg * W", "2 * reg * np.sign(W)", "dW", "wrong-formula", "what is wrong is what `reg` adds"),
        (TWO, '"b1": db1', '"b1": db1 + reg * b1', "grads['b1']", "extra-term", "should not depend on `reg`"),
    ],
)  # fmt: skip
def test_the_term_is_told(source, old, new, quantity, kind, words, pool):
    finding = _first(source, pool, (old, new))
    assert (finding.quantity, finding.kind) == (quantity, kind), finding
    assert words in finding.title + finding.detail, finding
    assert finding.question.endswith("?") and finding.line is not None


def test_the_missing_term_is_named_in_the_detail(pool):
    finding = _first(SOFT, pool, ("-logp[", "-s["))
    assert finding.detail.splitlines()[0] == "The term is `log(total)`: your `loss` is the right one without it."
    assert (finding.code, finding.confidence) == ("term", "certain")


def test_something_small_that_is_added_is_no_term(pool):
    finding = _first(SOFT, pool, ("np.log(z)", "np.log(z + 1e-6)"))
    assert finding.code != "term", finding

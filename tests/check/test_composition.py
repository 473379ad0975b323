"""Faults that show in one case alone, sizes written into the code, whole numbers: each has a finding of its own."""

import pytest

from byhand import course
from byhand.check import check
from byhand.check.proof import HEADER, WarmPool

SOFT = """
def softmax_loss(scores, y):
    N = scores.shape[0]
    s = scores - scores.max(axis=1, keepdims=True)
    p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
    loss = np.log(np.exp(s).sum(axis=1)).mean() - s[np.arange(N), y].mean()
    dscores = p.copy()
    dscores[np.arange(N), y] -= 1
    dscores /= N
    return loss, dscores
"""

NORM = """
def batchnorm_backward(dout, cache):
    xhat, std, gamma, train = cache
    n = len(dout)
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = dout * gamma
    if not train:
        return dxhat / std, dgamma, dbeta
    return (dxhat - dxhat.sum(0) / n - xhat * (dxhat * xhat).sum(0) / n) / std, dgamma, dbeta
"""

AFFINE = """
def affine_forward(x, w, b):
    out = x.reshape(len(x), -1) @ w + b
    return out, (x, w, b)
"""

HELPED = """
def spread(var, eps):
    return np.sqrt(var + eps)


def batchnorm_forward(x, gamma, beta, running, *, train, momentum=0.9, eps=1e-5):
    mu, var = (x.mean(axis=0), x.var(axis=0)) if train else (running["mean"], running["var"])
    if train:
        running = {k: momentum * running[k] + (1 - momentum) * b for k, b in (("mean", mu), ("var", var))}
    std = spread(var, eps)
    xhat = (x - mu) / std
    return gamma * xhat + beta, (xhat, std, gamma, train), running
"""


@pytest.fixture(scope="module")
def pool():
    with WarmPool(seconds=2.0) as pool:
        yield pool


def _findings(source, pool, *edits):
    name = source.rpartition("def ")[2].partition("(")[0]
    for old, new in edits:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    report = check(course.find(name), f"{name}.py", pool=pool, source=HEADER + source)
    assert report.verdict == ("fail" if edits else "pass"), report.summary
    return report.findings, (HEADER + source).splitlines()


@pytest.mark.parametrize("source", [SOFT, NORM, AFFINE, HELPED])
def test_the_sources_are_right(source, pool):
    assert not _findings(source, pool)[0]


@pytest.mark.parametrize(
    ("source", "old", "new", "size", "number", "line"),
    [
        (SOFT, "    dscores[np.arange(N), y] -= 1\n", "    hot = np.zeros((N, 10))\n    hot[np.arange(N), y] = 1\n    dscores -= hot\n", "C", 10, "np.zeros"),
        (SOFT, "    dscores[np.arange(N), y] -= 1\n", "    dscores -= np.eye(4)[y]\n", "C", 4, "np.eye"),
        (SOFT, "    dscores /= N\n", "    dscores /= 5\n", "N", 5, "/= 5"),
        (SOFT, "    N = scores.shape[0]\n", "    N = 4\n", "N", 4, "N = 4"),
        (NORM, "n = len(dout)", "n = 4", "N", 4, "n = 4"),
        (AFFINE, "x.reshape(len(x), -1)", "x.reshape(4, -1)", "N", 4, "reshape(4"),
    ],
)  # fmt: skip
def test_a_size_that_is_written_into_the_code_is_told(source, old, new, size, number, line, pool):
    (finding,), lines = _findings(source, pool, (old, new))
    assert (finding.code, finding.kind, finding.quantity) == ("hard-coded-size", "hard-coded", size), finding
    assert f"is right where {size} is {number}, and only there" in finding.title
    assert line in lines[finding.line - 1]


def test_a_factor_with_a_name_is_no_size_in_the_code(pool):
    """With N = 2 it is right to divide by N - 1, and there is a 2 in the code."""
    edits = [("dscores /= N", "dscores /= (N - 1) * (2 - 1) or 1")]
    findings, _ = _findings(SOFT, pool, *edits)
    assert findings[0].kind == "wrong-scale" and findings[0].quantity == "dscores", findings[0]


@pytest.mark.parametrize(
    ("source", "old", "new", "words"),
    [
        (NORM, "if not train:", "if False:", 'only in the case "in testing" (`train` is False)'),
        (NORM, "dxhat = dout * gamma", "dxhat = dout", "`gamma` were 1"),
        (SOFT, "s = scores - scores.max(axis=1, keepdims=True)", "s = scores", 'in the case "scores far from zero"'),
    ],
)
def test_the_case_in_which_a_fault_shows_is_told_in_words(source, old, new, words, pool):
    findings, _ = _findings(source, pool, (old, new))
    assert words in findings[0].title, findings[0]


@pytest.mark.parametrize(
    ("source", "old", "new", "kind", "quantity", "words"),
    [
        (SOFT, "dscores /= N", "dscores //= N", "dtype", "dscores", "cut down to whole numbers"),
        (SOFT, "dscores = p.copy()", "dscores = p.astype(int)", "exception", "dscores", "Cannot cast"),
        (SOFT, "s = scores - ", "scores = scores.astype(np.float32)\n    s = scores - ", "dtype", "dscores", "single precision"),
        (SOFT, "p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)", "p = np.exp(s) / np.exp(s).sum(axis=1)", "exception", "p", "axis 1"),
        (SOFT, "s = scores - scores.max(axis=1, keepdims=True)", "s = scores; s -= scores.max(axis=1, keepdims=True)", "mutates-input", "scores", "changed by the call"),
        (SOFT, "np.log(np.exp(s).sum(axis=1)).mean() - s[np.arange(N), y].mean()", "-np.log(p[np.arange(N), y]).mean()", "unstable", "loss", "not finite"),
        (HELPED, "np.sqrt(var + eps)", "np.sqrt(var) + eps", "wrong-eps", "std", "`out`"),
        (HELPED, "np.sqrt(var + eps)", "var + eps", None, "out", "`out`"),
    ],
)  # fmt: skip
def test_each_has_a_finding_of_its_own(source, old, new, kind, quantity, words, pool):
    findings, _ = _findings(source, pool, (old, new))
    first = findings[0]
    assert first.kind == (kind or first.kind) and first.quantity == quantity, first
    assert words in first.title + first.detail
    assert first.question.endswith(("?", "there.")) and first.line is not None


def test_two_wrong_results_have_a_finding_each(pool):
    findings, _ = _findings(SOFT, pool, ("loss = np.log", "loss = 2 * np.log"), ("dscores /= N", "dscores /= -N"))
    assert [(f.quantity, f.kind) for f in findings] == [("loss", "wrong-scale"), ("dscores", "wrong-sign")], findings

"""Planted faults in learners' code come back named: the path, the factor, the line, the kind, the quantity."""

import numpy as np
import pytest

from byhand import course
from byhand.check import WorkerPool, check
from byhand.check.diagnosis.factors import readings, recognise
from byhand.check.proof import HEADER

STAGED = """
def batchnorm_backward(dout, cache):
    xhat, std, gamma, train = cache
    n = dout.shape[0]
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = dout * gamma
    if not train:
        return dxhat / std, dgamma, dbeta
    dxc = dxhat / std
    dstd = -np.sum(dxhat * xhat, axis=0) / std
    dvar = dstd / (2 * std)
    dxc = dxc + dvar * 2 * xhat * std / n
    dmu = -np.sum(dxc, axis=0)
    dx = dxc + dmu / n
    return dx, dgamma, dbeta
"""

LAYER = """
def layernorm_backward(dout, cache):
    xhat, std, gamma = cache
    d = dout.shape[-1]
    lead = tuple(range(dout.ndim - 1))
    dbeta = np.sum(dout, axis=lead)
    dgamma = np.sum(dout * xhat, axis=lead)
    dxhat = dout * gamma
    dxc = dxhat / std
    dstd = -np.sum(dxhat * xhat, axis=-1, keepdims=True) / std
    dvar = dstd / (2 * std)
    dxc = dxc + dvar * 2 * xhat * std / d
    dmu = -np.sum(dxc, axis=-1, keepdims=True)
    dx = dxc + dmu / d
    return dx, dgamma, dbeta
"""

ROOT = """
def rmsnorm_backward(dout, cache):
    xhat, rms, gamma = cache
    d = dout.shape[-1]
    dgamma = np.sum(dout * xhat, axis=tuple(range(dout.ndim - 1)))
    dxhat = dout * gamma
    dx = dxhat / rms
    drms = -np.sum(dxhat * xhat, axis=-1, keepdims=True) / rms
    dms = drms / (2 * rms)
    dx = dx + dms * 2 * xhat * rms / d
    return dx, dgamma
"""

GROUP = """
def groupnorm_backward(dout, cache):
    xhat, std, gamma = cache
    k = xhat.shape[-1]
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat.reshape(dout.shape), axis=0)
    dxhat = (dout * gamma).reshape(xhat.shape)
    dxc = dxhat / std
    dstd = -np.sum(dxhat * xhat, axis=-1, keepdims=True) / std
    dvar = dstd / (2 * std)
    dxc = dxc + dvar * 2 * xhat * std / k
    dmu = -np.sum(dxc, axis=-1, keepdims=True)
    dx = dxc + dmu / k
    dx = dx.reshape(dout.shape)
    return dx, dgamma, dbeta
"""

PICTURES = """
def spatial_batchnorm_backward(dout, cache):
    xhat, std, gamma, train = cache
    n, c, h, w = dout.shape
    rows = dout.transpose(0, 2, 3, 1).reshape(-1, c)
    m = len(rows)
    dbeta = np.sum(rows, axis=0)
    dgamma = np.sum(rows * xhat, axis=0)
    dxhat = rows * gamma
    dxc = dxhat / std
    dx = dxc
    if train:
        dstd = -np.sum(dxhat * xhat, axis=0) / std
        dvar = dstd / (2 * std)
        dxc = dxc + dvar * 2 * xhat * std / m
        dmu = -np.sum(dxc, axis=0)
        dx = dxc + dmu / m
    dx = dx.reshape(n, h, w, c).transpose(0, 3, 1, 2)
    return dx, dgamma, dbeta
"""

GROUPED_PICTURES = """
def spatial_groupnorm_backward(dout, cache):
    xhat, std, gamma = cache
    m = xhat.shape[-1]
    dbeta = np.sum(dout, axis=(0, 2, 3))
    dgamma = np.sum(dout * xhat.reshape(dout.shape), axis=(0, 2, 3))
    dxhat = (dout * gamma[:, None, None]).reshape(xhat.shape)
    dxc = dxhat / std
    dstd = -np.sum(dxhat * xhat, axis=-1, keepdims=True) / std
    dvar = dstd / (2 * std)
    dxc = dxc + dvar * 2 * xhat * std / m
    dmu = -np.sum(dxc, axis=-1, keepdims=True)
    dx = dxc + dmu / m
    dx = dx.reshape(dout.shape)
    return dx, dgamma, dbeta
"""

CENTRED = pytest.mark.parametrize(
    ("name", "source", "n", "size", "start"),
    [
        ("batchnorm_backward", STAGED, "n", "N", "x"),
        ("layernorm_backward", LAYER, "d", "D", "x"),
        ("groupnorm_backward", GROUP, "k", "K", "grouped"),
        ("spatial_batchnorm_backward", PICTURES, "m", "N*H*W", "rows"),
        ("spatial_groupnorm_backward", GROUPED_PICTURES, "m", "K*H*W", "grouped"),
    ],
    ids=lambda value: value if str(value).endswith("backward") else "",
)
"""Backwards with three routes: what a mean divides by in the code and in words, and where the routes part."""


@pytest.fixture(scope="module")
def pool():
    with WorkerPool() as pool:
        yield pool


def _check(name, source, pool, tmp_path, **edits):
    file = tmp_path / "mine.py"
    file.write_text(HEADER + source)
    report = check(course.find(name), file, pool=pool)
    pool.refill()
    return report


def _edited(source, old, new):
    assert source.count(old) == 1, old
    return source.replace(old, new)


@CENTRED
def test_the_staged_form_is_right(name, source, n, size, start, pool, tmp_path):
    report = _check(name, source, pool, tmp_path)
    assert report.verdict == "pass" and not report.findings, report.summary


# (old, new) per path and slip -> the path and the weight that must be named; {n} is the size that a mean divides by
PATHS = [
    ("dx = dxc + dmu / {n}", "dx = dxc", "x -> mu -> xc", "without the path", "missing-term"),
    ("dx = dxc + dmu / {n}", "dx = dxc + 2 * dmu / {n}", "x -> mu -> xc", "weighted by 2", "wrong-scale"),
    ("dx = dxc + dmu / {n}", "dx = dxc - dmu / {n}", "x -> mu -> xc", "sign of the path", "wrong-sign"),
    ("dx = dxc + dmu / {n}", "dx = dxc + dmu", "x -> mu -> xc", "weighted by {N}", "wrong-scale"),
    ("dxc = dxc + dvar * 2 * xhat * std / {n}", "dxc = dxc", "xc -> var -> std -> xhat", "without the path", "missing-term"),
    ("dxc = dxc + dvar * 2 * xhat * std / {n}", "dxc = dxc + dvar * 4 * xhat * std / {n}", "xc -> var -> std -> xhat", "weighted by 2", "wrong-scale"),
    ("dxc = dxc + dvar * 2 * xhat * std / {n}", "dxc = dxc - dvar * 2 * xhat * std / {n}", "xc -> var -> std -> xhat", "sign of the path", "wrong-sign"),
    ("dxc = dxc + dvar * 2 * xhat * std / {n}", "dxc = dxc + dvar * 2 * xhat * std", "xc -> var -> std -> xhat", "weighted by {N}", "wrong-scale"),
    ("dxc = dxhat / std", "dxc = 0 * dxhat", "xc -> xhat", "without the path", "missing-term"),
    ("dxc = dxhat / std", "dxc = 2 * dxhat / std", "xc -> xhat", "weighted by 2", "wrong-scale"),
    ("dxc = dxhat / std", "dxc = -dxhat / std", "xc -> xhat", "sign of the path", "wrong-sign"),
    ("dx = dxc + dmu / {n}", "dx = dmu / {n}", "x -> xc", "without the path", "missing-term"),
    ("dx = dxc + dmu / {n}", "dx = 2 * dxc + dmu / {n}", "x -> xc", "weighted by 2", "wrong-scale"),
    ("dx = dxc + dmu / {n}", "dx = -dxc + dmu / {n}", "x -> xc", "sign of the path", "wrong-sign"),
]  # fmt: skip


@CENTRED
@pytest.mark.parametrize(("old", "new", "path", "words", "kind"), PATHS)
def test_each_path_and_slip_is_named_from_the_numbers(name, source, n, size, start, old, new, path, words, kind, pool, tmp_path):
    if start != "x":  # what is laid out again must keep its size
        new = new.replace("dx = dmu", "dx = 0 * dxc + dmu")
    report = _check(name, _edited(source, old.format(n=n), new.format(n=n)), pool, tmp_path)
    finding = report.findings[0]
    path = " -> ".join(start if step == "x" else step for step in path.split(" -> "))
    assert f"path {path}" in finding.detail, finding
    assert words.format(N=size) in finding.detail, finding
    assert finding.kind == kind
    # what is left out may be put in on a later line as well
    elsewhere = new in ("dx = dxc", "dxc = dxc") or new.startswith("dxc = 0 *")
    assert finding.confidence == ("likely" if elsewhere else "certain")
    assert "three routes" in finding.title
    assert "`dgamma` and `dbeta` are right" in finding.title
    assert finding.line is not None


@pytest.mark.parametrize(
    ("name", "source", "old", "new", "weight"),
    [
        ("layernorm_backward", LAYER, "d = dout.shape[-1]", "d = dout.shape[0]", "D/N"),
        ("groupnorm_backward", GROUP, "k = xhat.shape[-1]", "k = xhat.shape[1]", "K/G"),
        ("groupnorm_backward", GROUP, "k = xhat.shape[-1]", "k = dout.shape[-1]", "1/G"),
        ("spatial_batchnorm_backward", PICTURES, "m = len(rows)", "m = n", "H*W"),
        ("spatial_batchnorm_backward", PICTURES, "m = len(rows)", "m = len(rows) - 1", "N*H*W/(N*H*W-1)"),
        ("spatial_groupnorm_backward", GROUPED_PICTURES, "m = xhat.shape[-1]", "m = dout.shape[2] * dout.shape[3]", "K"),
        ("spatial_groupnorm_backward", GROUPED_PICTURES, "m = xhat.shape[-1]", "m = gamma.size // std.shape[1]", "H*W"),
    ],
)
def test_a_mean_divided_by_the_wrong_size_is_told_in_sizes(name, source, old, new, weight, pool, tmp_path):
    finding = _check(name, _edited(source, old, new), pool, tmp_path).findings[0]
    assert "two of them come back wrong" in finding.title
    assert finding.detail.count(f"weighted by {weight}") == 1, finding
    assert f"by {weight}." in finding.detail, finding
    assert finding.kind == "wrong-scale" or finding.code.endswith("divides-by-the-batch")


def test_the_case_shown_is_one_that_can_be_followed(pool, tmp_path):
    """Two numbers standardised together become -1 and 1, with a gradient of zero: a case of that size shows nothing."""
    source = _edited(GROUP, "k = xhat.shape[-1]", "k = xhat.shape[1]")
    shown = _check("groupnorm_backward", source, pool, tmp_path).example
    assert shown is not None
    x, dx = np.array(shown["inputs"]["x"]), np.abs(shown["expected"]["dx"])
    assert x.shape == (2, 6) and (x == np.round(x)).all()
    assert np.median(dx[dx > 0]) >= 1e-2


def test_two_routes_without_a_mean(pool, tmp_path):
    assert _check("rmsnorm_backward", ROOT, pool, tmp_path).verdict == "pass"
    step = "dx = dx + dms * 2 * xhat * rms / d"
    for new, path, words, kind in [
        ("dx = dx", "x -> ms -> rms -> xhat", "without the path", "missing-term"),
        ("dx = dx + dms * 4 * xhat * rms / d", "x -> ms -> rms -> xhat", "weighted by 2", "wrong-scale"),
        ("dx = dx - dms * 2 * xhat * rms / d", "x -> ms -> rms -> xhat", "sign of the path", "wrong-sign"),
        ("dx = dx + dms * 2 * xhat * rms", "x -> ms -> rms -> xhat", "weighted by D", "wrong-scale"),
        ("dx = dms * 2 * xhat * rms / d", "x -> xhat", "without the path", "missing-term"),
        ("dx = 2 * dx + dms * 2 * xhat * rms / d", "x -> xhat", "weighted by 2", "wrong-scale"),
        ("dx = -dx + dms * 2 * xhat * rms / d", "x -> xhat", "sign of the path", "wrong-sign"),
    ]:
        finding = _check("rmsnorm_backward", _edited(ROOT, step, new), pool, tmp_path).findings[0]
        assert f"path {path}" in finding.detail and words in finding.detail, finding
        assert (finding.kind, finding.confidence) == (kind, "likely" if new == "dx = dx" else "certain"), (new, finding)
        assert "two routes" in finding.title and "`dgamma` is right" in finding.title


def test_the_report_of_the_dropped_mean_is_whole(pool, tmp_path):
    report = _check("batchnorm_backward", _edited(STAGED, "dx = dxc + dmu / n", "dx = dxc"), pool, tmp_path)
    finding = report.findings[0]
    assert report.summary == "`dgamma` and `dbeta` are right. `dx`: x reaches the output by three routes; you have two."
    assert finding.question == "Which is missing?"
    assert finding.detail.startswith("Your `dx` is the true gradient without the path x -> mu -> xc.")
    assert (report.verdict, report.rung) == ("fail", "values")
    assert finding.line is not None and report.graph is not None and report.example is not None
    assert (HEADER + STAGED).splitlines()[finding.line - 1].strip() == "dx = dxc + dmu / n"
    wrong = [(e["source"], e["target"]) for e in report.graph["edges"] if e["verdict"] == "wrong"]
    names = {node["id"]: node["name"] for node in report.graph["nodes"]}
    assert [(names[a], names[b]) for a, b in wrong] == [("x", "mu"), ("mu", "xc")]
    rows = report.example["inputs"]["x"]
    assert len(rows) <= 3 and len(rows[0]) <= 3 and all(float(v).is_integer() for row in rows for v in row)
    assert {entry["name"] for entry in report.right_so_far} == {"dgamma", "dbeta"}
    assert report.replay.startswith("byhand check batchnorm_backward --file")


def test_a_wrong_derivative_at_var_is_named_as_that_node(pool, tmp_path):
    source = _edited(STAGED, "dvar = dstd / (2 * std)", "dvar = dstd / (2 * std) + dstd**2")
    finding = _check("batchnorm_backward", source, pool, tmp_path).findings[0]
    assert finding.quantity in ("dvar", "dstd")
    assert "error sits in one place" in finding.title


def test_a_factor_may_combine_several_sizes_and_simpler_readings_come_first():
    sizes = {"N": 4.0, "C": 5.0, "H": 3.0, "W": 2.0}
    assert readings(24, sizes) == ["N*H*W"] and readings(1 / 24, sizes) == ["1/(N*H*W)"]
    assert readings(24 / 23, sizes) == ["N*H*W/(N*H*W-1)"]
    assert readings(8, sizes) == ["2N", "N*W"]
    assert recognise(24, sizes) is None and recognise(24, sizes, sized=True) == "N*H*W"
    assert recognise(6, sizes) == "C+1" and recognise(6, sizes, sized=True) == "H*W"
    assert recognise(5 / 4, sizes, sized=True) == "C/N"


@pytest.mark.parametrize(
    ("old", "new", "code", "kind", "quantity"),
    [
        ("dbeta = np.sum(dout, axis=0)", "dbeta = np.sum(dout, axis=0, keepdims=True)", "kept-axis", "wrong-shape", "dbeta"),
        ("dbeta = np.sum(dout, axis=0)", "dbeta = dout", "unsummed-axis", "wrong-axis", "dbeta"),
        ("dbeta = np.sum(dout, axis=0)", "dbeta = -np.sum(dout, axis=0)", "sign", "wrong-sign", "dbeta"),
        ("dbeta = np.sum(dout, axis=0)", "dbeta = np.sum(dout, axis=0) / (n - 1)", "factor", "wrong-scale", "dbeta"),
        ("dbeta = np.sum(dout, axis=0)", "dbeta = np.zeros_like(gamma)", "all-zero", "missing-term", "dbeta"),
        ("    return dx, dgamma, dbeta\n", "    return dx, dbeta, dgamma\n", "swapped-results", "wrong-order", "dgamma"),
        ("    return dx, dgamma, dbeta\n", "    return dx, dgamma\n", "wrong-type", "wrong-shape", "dx, dgamma, dbeta"),
        ("    return dx, dgamma, dbeta\n", "", "wrong-type", "wrong-shape", "dx, dgamma, dbeta"),
        (
            "dgamma = np.sum(dout * xhat, axis=0)",
            "dgamma = np.sum(dout * xhat, axis=0) * np.nan",
            "not-finite",
            "unstable",
            "dgamma",
        ),
    ],
)
def test_shapes_scales_and_orders(old, new, code, kind, quantity, pool, tmp_path):
    source = STAGED.replace("        return dxhat / std, dgamma, dbeta", "        dx = dxhat / std; return dx, dgamma, dbeta")
    head, tail = source.rsplit(old, 1)
    finding = _check("batchnorm_backward", head + new + tail, pool, tmp_path).findings[0]
    assert (finding.code, finding.kind, finding.quantity) == (code, kind, quantity), finding


def test_a_changed_upstream_gradient_is_told_after_all_else_is_right(pool, tmp_path):
    source = _edited(STAGED, "    dxhat = dout * gamma\n", "    dout *= gamma\n    dxhat = dout\n")
    report = _check("batchnorm_backward", source, pool, tmp_path)
    assert (report.verdict, report.rung) == ("fail", "purity")
    finding = report.findings[0]
    assert (finding.kind, finding.quantity) == ("mutates-input", "dout")
    assert finding.line is not None
    assert (HEADER + source).splitlines()[finding.line - 1].strip() == "dout *= gamma"


def test_a_backward_that_fits_a_wrong_forward_is_told_apart(pool, tmp_path):
    forward = """
def affine_forward(x, w, b):
    out = 3 * (x.reshape(len(x), -1) @ w) + b
    return out, (x, w)
"""
    fits = """
def affine_backward(dout, cache):
    x, w = cache
    dx = 3 * (dout @ w.T).reshape(x.shape)
    dw = 3 * x.reshape(len(x), -1).T @ dout
    return dx, dw, dout.sum(axis=0)
"""
    finding = _check("affine_backward", forward + fits, pool, tmp_path).findings[0]
    assert (finding.code, finding.quantity) == ("forward-differs", "out")
    assert "`affine_forward`" in finding.title and "3 * " in (HEADER + forward + fits).splitlines()[finding.line - 1]
    right = fits.replace("3 * ", "")
    odd_cache = forward.replace("(x, w)\n", "(3 * x, w)\n")
    report = _check("affine_backward", odd_cache + right, pool, tmp_path)
    assert report.verdict == "pass"
    assert [(f.severity, f.code) for f in report.findings] == [("advice", "forward-differs")]


def test_a_cache_of_the_learners_own_making(pool, tmp_path):
    source = """
def affine_forward(x, w, b):
    return np.einsum("nk,km->nm", x.reshape(len(x), -1), w) + b, {"shapes": [x.shape], "w": w, "flat": x.reshape(len(x), -1)}


def affine_backward(dout, cache):
    return np.dot(dout, cache["w"].T).reshape(cache["shapes"][0]), cache["flat"].T.dot(dout), dout.sum(0)
"""
    report = _check("affine_backward", source, pool, tmp_path)
    assert report.verdict == "pass" and not report.findings, report.summary


def test_finite_differences_are_right_and_told_so(pool, tmp_path):
    source = """
def affine_backward(dout, cache):
    x, w = cache
    def f(x, w): return np.sum((x.reshape(len(x), -1) @ w) * dout)
    def grad(g, a, h=1e-5):
        d = np.zeros_like(a)
        for i in np.ndindex(a.shape):
            u, v = a.copy(), a.copy()
            u[i] += h; v[i] -= h
            d[i] = (g(u) - g(v)) / (2 * h)
        return d
    return grad(lambda a: f(a, w), x), grad(lambda a: f(x, a), w), dout.sum(axis=0)
"""
    report = _check("affine_backward", source, pool, tmp_path)
    assert report.verdict == "pass", report.summary
    assert "finite-differences" in [f.code for f in report.findings]


def test_wide_results_are_advice_not_a_fault(pool, tmp_path):
    source = """
def relu_forward(x):
    out = np.zeros(x.shape)
    out[x > 0] = x[x > 0]
    return out, x
"""
    report = _check("relu_forward", source, pool, tmp_path)
    assert report.verdict == "pass"
    assert [(f.severity, f.code) for f in report.findings] == [("advice", "wider-dtype")]


def test_single_precision_forced_is_caught(pool, tmp_path):
    source = "\ndef tanh_forward(x):\n    out = np.tanh(x.astype(np.float32))\n    return out, out\n"
    report = _check("tanh_forward", source, pool, tmp_path)
    assert report.verdict == "fail"


def test_shapes_that_disagree_are_told_in_the_learners_names(pool, tmp_path):
    source = _edited(STAGED, "dxhat = dout * gamma", "dxhat = dout @ gamma.T")
    source = _edited(source, "dgamma = np.sum(dout * xhat, axis=0)", "dgamma = dout @ xhat")
    finding = _check("batchnorm_backward", source, pool, tmp_path).findings[0]
    assert "dout has shape" in finding.detail and "xhat has shape" in finding.detail and "must be equal" in finding.detail
    assert finding.kind == "exception"

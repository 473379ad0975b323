"""What a wrong result would be right for is told in the arguments' own names; and nothing is sure that one case alone shows."""

import pytest

from byhand import course
from byhand.check import check
from byhand.check.proof import HEADER, WarmPool
from byhand.course import rendering


@pytest.fixture(scope="module")
def pool():
    with WarmPool(seconds=2.0) as pool:
        yield pool


def _first(name, pool, *edits, source=None):
    source = source or rendering.solution(course.find(name))
    for old, new in edits:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    report = check(course.find(name), f"{name}.py", pool=pool, source=HEADER + source)
    assert report.verdict == "fail", report.summary
    return report, report.findings[0]


ADAM = """
def adam(w, dw, state, *, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    t = state["t"] + 1
    m = beta1 * state["m"] + (1 - beta1) * dw
    v = beta2 * state["v"] + (1 - beta2) * dw * dw
    step = m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w - lr * step, {"m": m, "v": v, "t": t}
"""

NET = """
def two_layer_net_loss(params, x, y, *, reg):
    rows = x.reshape(len(x), -1)
    pre = rows @ params["w1"] + params["b1"]
    act = np.maximum(pre, 0)
    s = act @ params["w2"] + params["b2"]
    s = s - s.max(axis=1, keepdims=True)
    z = np.exp(s).sum(axis=1, keepdims=True)
    loss = np.mean(np.log(z[:, 0]) - s[np.arange(len(x)), y])
    loss += 0.5 * reg * (np.sum(params["w1"] ** 2) + np.sum(params["w2"] ** 2))
    ds = np.exp(s) / z
    ds[np.arange(len(x)), y] -= 1
    ds /= len(x)
    grads = {}
    grads["w2"] = act.T @ ds + reg * params["w2"]
    grads["b2"] = ds.sum(axis=0)
    dpre = ds @ params["w2"].T * (pre > 0)
    grads["w1"] = rows.T @ dpre + reg * params["w1"]
    grads["b1"] = dpre.sum(axis=0)
    return loss, grads
"""

NORM = """
def batchnorm_forward(x, gamma, beta, running, *, train, momentum=0.9, eps=1e-5):
    mu, var = (x.mean(axis=0), x.var(axis=0)) if train else (running["mean"], running["var"])
    if train:
        running = {k: momentum * running[k] + (1 - momentum) * b for k, b in (("mean", mu), ("var", var))}
    std = np.sqrt(var + eps)
    xhat = (x - mu) / std
    out = gamma * xhat + beta
    return out, (xhat, std, gamma, train), running
"""


@pytest.mark.parametrize(
    ("name", "source", "old", "new", "quantity", "words", "kind", "line"),
    [
        ("two_layer_net_loss", NET, 'dpre + reg * params["w1"]', "dpre", "grads['w1']", "if `reg` were 0", "missing-term", "rows.T @"),
        ("two_layer_net_loss", NET, 'ds + reg * params["w2"]', 'ds + reg / 2 * params["w2"]', "grads['w2']", "`reg` were half as", "wrong-scale", "act.T @"),
        ("two_layer_net_loss", NET, ' + params["b1"]', "", "loss", "`params['b1']` were 0", "missing-term", "pre"),
        ("adam", ADAM, "m / (1 - beta1**t) / ", "-m / (1 - beta1**t) / ", "w", "`lr` had the other sign", "wrong-sign", "step ="),
        ("adam", ADAM, 'beta2 * state["v"] + ', "", "state['v']", "`state['v']` that comes in were 0", "missing-term", "v = "),
        ("batchnorm_forward", NORM, "xhat + beta", "xhat", "out", "`beta` were 0", "missing-term", "out ="),
        ("batchnorm_forward", NORM, " if train else (running[\"mean\"], running[\"var\"])", "", "out", "`train` were always True", "wrong-mode", "mu, var ="),
    ],
)  # fmt: skip
def test_the_argument_that_does_not_come_in_is_named(name, source, old, new, quantity, words, kind, line, pool):
    report, finding = _first(name, pool, (old, new), source=source)
    assert (finding.code, finding.quantity, finding.kind) == ("as-if", quantity, kind), finding
    assert words in finding.title and finding.title.startswith(f"`{quantity}` is what it would be if"), finding
    assert finding.line is not None and line in (HEADER + source.replace(old, new)).splitlines()[finding.line - 1]


def test_an_option_that_most_cases_leave_out_is_named_when_it_is_not_used(pool):
    report, finding = _first("batchnorm_forward", pool, ("var + eps", "var + 1e-5"), source=NORM)
    assert (finding.code, finding.kind) == ("as-if", "hard-coded")
    assert "if `eps` were always 1e-05, its default" in report.summary


def test_what_only_one_case_can_tell_apart_is_not_certain(pool):
    _, finding = _first("batchnorm_forward", pool, (' if train else (running["mean"], running["var"])', ""), source=NORM)
    assert finding.code == "as-if" and finding.confidence == "likely"


def test_a_list_in_another_order_and_with_other_items(pool):
    walk = """
def topological_order(inputs, output):
    order = []
    def visit(n):
        if n not in order:
            for i in inputs[n]:
                visit(i)
            order.append(n)
    visit(output)
    return order
"""
    report, finding = _first("topological_order", pool, ("    return order", "    return sorted(order)"), source=walk)
    assert (finding.code, finding.kind, finding.quantity) == ("order-of-items", "wrong-order", "order")
    assert "right items in another order" in report.summary and "expected" in finding.detail
    _, finding = _first("topological_order", pool, ("    return order", "    return order + [order[0]]"), source=walk)
    assert "too many" in finding.detail
    assert finding.line == 13


def test_numbers_are_told_as_numbers(pool):
    source = "def cosine_schedule(step, *, steps, lr, final=0.0):\n    return lr - (lr - final) * min(step / steps, 1)\n"
    report, finding = _first("cosine_schedule", pool, source=source)
    assert "everywhere" not in report.summary
    assert finding.detail.startswith("Yours is ") and "; expected " in finding.detail
    source = "def svm_loss(scores, y):\n    own = np.eye(scores.shape[1])[y]\n    m = scores - (own * scores).sum(1, keepdims=True) + 1\n"
    source += (
        "    on = (m > 0) - own * ((m > 0).sum(1, keepdims=True))\n    return np.maximum(m, 0).sum() / len(y), on / len(y)\n"
    )
    report, finding = _first("svm_loss", pool, source=source)
    assert finding.code == "offset" and report.summary == "`loss` is 1 too large."


def test_right_numbers_in_the_wrong_places(pool):
    source = """
def spatial_batchnorm_forward(x, gamma, beta, running, *, train, momentum=0.9, eps=1e-5):
    n, c, h, w = x.shape
    rows = x.transpose(0, 2, 3, 1).reshape(-1, c)
    out, cache, running = batchnorm_forward(rows, gamma, beta, running, train=train, momentum=momentum, eps=eps)
    return out.reshape(n, h, w, c).transpose(0, 3, 1, 2), cache, running
"""
    _, finding = _first("spatial_batchnorm_forward", pool, ("transpose(0, 3, 1, 2)", "transpose(0, 3, 2, 1)"), source=source)
    assert (finding.code, finding.kind) == ("axes-in-another-order", "wrong-transpose")
    layer = """
def layernorm_forward(x, gamma, beta, *, eps=1e-5):
    columns = x.reshape(-1, x.shape[-1]).T
    columns = columns - columns.mean(axis=0)
    columns = columns / np.sqrt((columns**2).mean(axis=0) + eps)
    out = (columns.T * gamma + beta).T
    return out.T.reshape(x.shape), columns
"""
    report, finding = _first("layernorm_forward", pool, ("out.T.reshape", "out.reshape"), source=layer)
    assert (finding.code, finding.kind) == ("shuffled", "wrong-transpose")
    assert "shape" not in finding.detail
    report, finding = _first("clip_gradient_norm", pool, source=CLIP)
    assert finding.code == "slightly-off", "a difference in the tenth digit is no other order"


CLIP = """
def clip_gradient_norm(grads, *, most):
    flat = np.concatenate([g.ravel() for g in grads.values()])
    top = np.abs(flat).max() or flat.dtype.type(1)
    norm = top * np.linalg.norm(flat / top)
    if norm <= most:
        return grads, norm
    return {k: v / ((norm + 1e-6) / most) for k, v in grads.items()}, norm
"""


def test_a_reshape_that_is_missing_is_not_called_a_kept_axis(pool):
    source = rendering.solution(course.find("groupnorm_backward"))
    assert "return dx, dgamma, dbeta" in source
    report, finding = _first(
        "groupnorm_backward", pool, ("return dx, dgamma, dbeta", "return dx.reshape(xhat.shape), dgamma, dbeta")
    )
    assert finding.code == "other-layout" and "length 1" not in report.summary


def test_a_size_that_a_weight_equals_by_chance_is_not_named(pool):
    """The slope is 1/4 where N = 4: the weights N and 1/N hold in no other case."""
    source = "def leaky_relu_backward(dout, cache):\n    x, slope = cache\n    return dout * np.where(x > 0, 2 - slope, slope)\n"
    _, finding = _first("leaky_relu_backward", pool, source=source)
    assert "N" not in finding.detail and finding.confidence != "certain"


def test_another_share_in_every_case_is_no_constant(pool):
    source = CLIP.replace(" + 1e-6", "").replace("np.linalg.norm(flat / top)", "np.sum(np.abs(flat / top))")
    report, finding = _first("clip_gradient_norm", pool, source=source)
    assert "norm" in report.summary or "another" in report.summary
    assert "Which constant" not in finding.question


def test_a_wrong_dgamma_is_told_before_the_dx_that_is_made_of_it(pool):
    source = """
def batchnorm_backward(dout, cache):
    xhat, std, gamma, train = cache
    dgamma = np.mean(dout * xhat, axis=0)
    dbeta = np.sum(dout, axis=0)
    n = len(dout) if train else np.inf
    dx = gamma / std * (dout - dbeta / n - xhat * dgamma / n)
    return dx, dgamma, dbeta
"""
    _, finding = _first("batchnorm_backward", pool, source=source)
    assert (finding.code, finding.quantity) == ("factor", "dgamma")


def test_a_backward_with_a_cache_of_its_own_waits_for_its_forward(pool):
    """Our cache tells nothing of a backward that reads another; the exception that it makes is not the learner's."""
    source = """
def rmsnorm_forward(x, gamma, *, eps=1e-5):
    rms = np.sqrt(np.mean(x * x, axis=-1, keepdims=True)) + eps
    return gamma * x / rms, {"x": x, "rms": rms, "gamma": gamma}


def rmsnorm_backward(dout, cache):
    x, rms, gamma = cache["x"], cache["rms"], cache["gamma"]
    g = dout * gamma
    dgamma = np.sum(dout * x / rms, axis=tuple(range(x.ndim - 1)))
    return g / rms - x * np.mean(g * x, axis=-1, keepdims=True) / rms**2, dgamma
"""
    report, finding = _first("rmsnorm_backward", pool, source=source)
    assert (finding.code, finding.quantity, finding.line) == ("forward-differs", "rmsnorm_forward", 5)
    assert "cannot be judged yet" in report.summary and "TypeError" not in report.summary


def test_the_case_that_is_right_is_asked_about_when_most_are_wrong(pool):
    _, finding = _first("two_layer_net_loss", pool, ("ds.sum(axis=0)", "ds.prod(axis=0)"), source=NET)
    assert "is right" in finding.question and "a batch of one" in finding.question


def test_no_argument_of_the_kind_that_points_elsewhere_is_changed():
    """A place on a tape that is doubled may point in a circle, and its reference would never end."""
    from byhand.check.diagnosis import asif
    from byhand.check.problem import build

    exercise = course.find("tape_backward")
    problem = build(exercise, exercise.cases[0], 0)
    assert {change.paths[0] for change in asif._changes(problem)} <= {"output", "dout"}

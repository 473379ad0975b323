"""Right answers in other forms: loops, einsum, closed formulas, lists for caches. None of them may be called wrong."""

import textwrap

import pytest

from byhand import course
from byhand.check import WorkerPool, check

RIGHT = {
    "numerical_gradient": """
def numerical_gradient(f, x, *, h=1e-5):
    x = x.copy()
    grad = np.empty(x.shape)
    it = np.nditer(x, flags=["multi_index"], op_flags=[["readwrite"]])
    while not it.finished:
        i = it.multi_index
        old = x[i]
        x[i] = old + h
        above = f(x)
        x[i] = old - h
        below = f(x)
        x[i] = old
        grad[i] = (above - below) / (2 * h)
        it.iternext()
    return grad
""",
    "gradient_check": """
def gradient_check(f, x, dx, indices, *, h=1e-5):
    errors = []
    for index in indices:
        step = np.zeros(x.size)
        step[index] = h
        step = step.reshape(x.shape)
        n = (f(x + step) - f(x - step)) / (2 * h)
        a = dx.ravel()[index]
        errors.append(abs(a - n) / max(abs(a) + abs(n), 1e-12))
    return np.array(errors)
""",
    "sum_backward": """
def sum_backward(dout, cache):
    shape, axis = cache
    return np.ones(shape) * np.expand_dims(dout, axis)
""",
    "mean_backward": """
def mean_backward(dout, cache):
    shape, axis = cache
    return np.repeat(np.expand_dims(dout, axis), shape[axis], axis=axis) / shape[axis]
""",
    "broadcast_backward": """
def broadcast_backward(dout, cache):
    (shape,) = cache
    front = dout.ndim - len(shape)
    axes = tuple(range(front)) + tuple(front + i for i, s in enumerate(shape) if s == 1)
    return dout.sum(axis=axes, keepdims=True).reshape(shape)
""",
    "fan_out_backward": """
def fan_out_backward(douts, cache):
    return np.sum(np.stack(douts), axis=0)
""",
    "affine_forward": """
def affine_forward(x, w, b):
    n = x.shape[0]
    out = np.zeros((n, w.shape[1]), dtype=x.dtype)
    for i in range(n):
        for j in range(w.shape[1]):
            out[i, j] = np.sum(x[i].ravel() * w[:, j]) + b[j]
    return out, [x, w, b]
""",
    "affine_backward": """
def affine_backward(dout, cache):
    x, w = cache
    n = len(x)
    rows = x.reshape(n, -1)
    dx = np.einsum("nm,dm->nd", dout, w).reshape(x.shape)
    dw = np.zeros_like(w)
    for i in range(n):
        dw += np.outer(rows[i], dout[i])
    db = np.ones(n) @ dout
    return dx, dw, db
""",
    "relu_forward": """
def relu_forward(x):
    out = x.copy()
    out[out < 0] = 0
    return out, (x,)
""",
    "relu_backward": """
def relu_backward(dout, cache):
    (x,) = cache
    dx = np.array(dout)
    dx[x < 0] = 0
    return dx
""",
    "sigmoid_forward": """
def sigmoid_forward(x):
    out = np.empty_like(x)
    pos = x >= 0
    out[pos] = 1 / (1 + np.exp(-x[pos]))
    e = np.exp(x[~pos])
    out[~pos] = e / (1 + e)
    return out, (out,)
""",
    "sigmoid_backward": """
def sigmoid_backward(dout, cache):
    (s,) = cache
    return dout * (s - s * s)
""",
    "tanh_forward": """
def tanh_forward(x):
    e = np.exp(-2 * np.abs(x))
    out = np.sign(x) * (1 - e) / (1 + e)
    return out, (out,)
""",
    "tanh_backward": """
def tanh_backward(dout, cache):
    (t,) = cache
    return (1 - t) * (1 + t) * dout
""",
    "svm_loss": """
def svm_loss(scores, y):
    n, c = scores.shape
    loss = 0.0
    dscores = np.zeros_like(scores)
    for i in range(n):
        for j in range(c):
            if j == y[i]:
                continue
            margin = scores[i, j] - scores[i, y[i]] + 1
            if margin > 0:
                loss += margin
                dscores[i, j] += 1
                dscores[i, y[i]] -= 1
    return loss / n, dscores / n
""",
    "softmax_loss": """
def softmax_loss(scores, y):
    n = len(y)
    s = scores - scores.max(1, keepdims=True)
    e = np.exp(s)
    p = e / e.sum(1, keepdims=True)
    loss = np.mean(np.log(e.sum(1)) - s[np.arange(n), y])
    p[np.arange(n), y] -= 1
    p /= n
    return loss, p
""",
    "two_layer_net_loss": """
def two_layer_net_loss(params, x, y, *, reg):
    n = len(x)
    X = x.reshape(n, -1)
    z = X @ params["w1"] + params["b1"]
    h = np.maximum(z, 0)
    s = h @ params["w2"] + params["b2"]
    s = s - s.max(axis=1, keepdims=True)
    logp = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    loss = -logp[np.arange(n), y].mean()
    for name in ("w1", "w2"):
        loss += 0.5 * reg * (params[name] * params[name]).sum()
    d = np.exp(logp)
    d[np.arange(n), y] -= 1
    d /= n
    grads = {"w2": h.T @ d + reg * params["w2"], "b2": d.sum(0)}
    d = d @ params["w2"].T
    d[z <= 0] = 0
    grads["w1"] = X.T @ d + reg * params["w1"]
    grads["b1"] = d.sum(0)
    return loss, grads
""",
    "xavier_init": """
def xavier_init(noise):
    return noise * np.sqrt(2.0 / sum(noise.shape))
""",
    "he_init": """
def he_init(noise):
    return noise / np.sqrt(noise.shape[0] / 2)
""",
    "sgd": """
def sgd(w, dw, state, *, lr):
    w = w.copy()
    w -= lr * dw
    return w, {}
""",
    "sgd_momentum": """
def sgd_momentum(w, dw, state, *, lr, momentum=0.9):
    state = dict(state)
    state["v"] = state["v"] * momentum
    state["v"] -= lr * dw
    return w + state["v"], state
""",
    "adam": """
def adam(w, dw, state, *, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    t = state["t"] + 1
    m = state["m"] + (1 - beta1) * (dw - state["m"])
    v = state["v"] + (1 - beta2) * (dw * dw - state["v"])
    c1, c2 = 1 - beta1**t, 1 - beta2**t
    step = lr * (m / c1) / (np.sqrt(v / c2) + eps)
    return w - step, dict(m=m, v=v, t=t)
""",
    "dropout_forward": """
def dropout_forward(x, noise, *, keep, train):
    if not train:
        return x.copy(), (None, keep, train)
    mask = np.where(noise < keep, 1.0 / keep, 0.0)
    return x * mask, (mask, keep, train)
""",
    "dropout_backward": """
def dropout_backward(dout, cache):
    mask, keep, train = cache
    if not train:
        return dout
    dx = np.zeros_like(dout)
    dx[mask] = dout[mask] / keep
    return dx
""",
    "minibatches": """
def minibatches(order, batch_size):
    batches = []
    start = 0
    while start + batch_size <= len(order):
        batches.append(order[start : start + batch_size])
        start += batch_size
    return batches
""",
    "train_step": """
def train_step(loss_and_grad, rule, params, moments, batch, *, lr):
    loss, grads, state = loss_and_grad(params, batch)
    new_params, new_moments = dict(params), dict(moments)
    for name in sorted(grads):
        new_params[name], new_moments[name] = rule(params[name], grads[name], moments[name], lr=lr)
    return new_params, new_moments, loss, state
""",
    "solver": """
def solver(loss_and_grad, rule, params, moments, x, y, orders, *, batch_size, lr, decay):
    losses = []
    for epoch, order in enumerate(orders):
        rate = lr * decay**epoch
        for start in range(0, len(order) - batch_size + 1, batch_size):
            i = order[start : start + batch_size]
            loss, grads, _ = loss_and_grad(params, (x[i], y[i]))
            new = {k: rule(params[k], grads[k], moments[k], lr=rate) for k in params}
            params = {k: w for k, (w, _) in new.items()}
            moments = {k: m for k, (_, m) in new.items()}
            losses.append(float(loss))
    return params, losses
""",
    "center_backward": """
def center_backward(dout, cache):
    return dout - dout.mean(axis=0)
""",
    "variance_backward": """
def variance_backward(dout, cache):
    (xc,) = cache
    n = len(xc)
    dxc = 2 * xc * dout / n
    return dxc - dxc.mean(axis=0)
""",
    "standardize_backward": """
def standardize_backward(dout, cache):
    xc, std = cache
    xhat = xc / std
    return (dout - dout.mean(0) - xhat * (dout * xhat).mean(0)) / std
""",
    "batchnorm_forward": """
def batchnorm_forward(x, gamma, beta, running, *, train, momentum=0.9, eps=1e-5):
    if train:
        mean, var = x.mean(axis=0), x.var(axis=0)
        running = {k: momentum * running[k] + (1 - momentum) * new for k, new in (("mean", mean), ("var", var))}
    else:
        mean, var = running["mean"], running["var"]
    xhat = (x - mean) * (var + eps) ** -0.5
    return xhat * gamma + beta, dict(xhat=xhat, var=var), running
""",
    "batchnorm_backward": """
def batchnorm_backward(dout, cache):
    xhat, std, gamma, train = cache
    N = len(dout)
    dgamma, dbeta = (dout * xhat).sum(0), dout.sum(0)
    if not train:
        return dout * gamma / std, dgamma, dbeta
    xmu = xhat * std
    ivar = 1.0 / std
    dxhat = dout * gamma
    divar = np.sum(dxhat * xmu, axis=0)
    dxmu1 = dxhat * ivar
    dsqrtvar = -1.0 / std**2 * divar
    dvar = 0.5 / std * dsqrtvar
    dsq = 1.0 / N * np.ones(dout.shape) * dvar
    dxmu2 = 2 * xmu * dsq
    dx1 = dxmu1 + dxmu2
    dmu = -1 * np.sum(dxmu1 + dxmu2, axis=0)
    dx2 = 1.0 / N * np.ones(dout.shape) * dmu
    return dx1 + dx2, dgamma, dbeta
""",
    "batchnorm_backward_alt": """
def batchnorm_backward_alt(dout, cache):
    xhat, std, gamma, train = cache
    N = dout.shape[0]
    dbeta = dout.sum(axis=0)
    dgamma = np.einsum("nd,nd->d", dout, xhat)
    if train:
        dx = gamma / (N * std) * (N * dout - dbeta - xhat * dgamma)
    else:
        dx = gamma / std * dout
    return dx, dgamma, dbeta
""",
    "layernorm_forward": """
def layernorm_forward(x, gamma, beta, *, eps=1e-5):
    d = x.shape[-1]
    flat = x.reshape(-1, d).T
    mean, var = flat.mean(axis=0), flat.var(axis=0)
    std = np.sqrt(var + eps)
    xhat = ((flat - mean) / std).T.reshape(x.shape)
    return gamma * xhat + beta, (xhat, std, gamma)
""",
    "layernorm_backward": """
def layernorm_backward(dout, cache):
    xhat, std, gamma = cache
    d = dout.shape[-1]
    axes = tuple(range(dout.ndim - 1))
    dbeta = dout.sum(axis=axes)
    dgamma = (dout * xhat).sum(axis=axes)
    g = dout * gamma
    dx = (g - g.mean(-1, keepdims=True) - xhat * (g * xhat).mean(-1, keepdims=True)) / std
    return dx, dgamma, dbeta
""",
    "fully_connected_net_loss": """
def fully_connected_net_loss(params, state, x, y, noise, *, normalization, keep, reg, train):
    depth = len([k for k in params if k[0] == "w"])
    new_state = {}
    h, stack = x, []
    for i in range(depth):
        k = str(i + 1)
        h, cache = affine_forward(h, params["w" + k], params["b" + k])
        stack.append(("affine", k, cache))
        if i == depth - 1:
            break
        if normalization == "batchnorm":
            h, cache, new_state["running" + k] = batchnorm_forward(
                h, params["gamma" + k], params["beta" + k], state["running" + k], train=train
            )
            stack.append(("batch", k, cache))
        if normalization == "layernorm":
            h, cache = layernorm_forward(h, params["gamma" + k], params["beta" + k])
            stack.append(("layer", k, cache))
        h, cache = relu_forward(h)
        stack.append(("relu", k, cache))
        if keep < 1:
            h, cache = dropout_forward(h, noise[i], keep=keep, train=train)
            stack.append(("dropout", k, cache))
    loss, d = softmax_loss(h, y)
    grads = {}
    while stack:
        kind, k, cache = stack.pop()
        if kind == "affine":
            d, dw, grads["b" + k] = affine_backward(d, cache)
            w = params["w" + k]
            grads["w" + k] = dw + reg * w
            loss += 0.5 * reg * np.sum(w * w)
        elif kind == "relu":
            d = relu_backward(d, cache)
        elif kind == "dropout":
            d = dropout_backward(d, cache)
        else:
            back = batchnorm_backward if kind == "batch" else layernorm_backward
            d, grads["gamma" + k], grads["beta" + k] = back(d, cache)
    return loss, grads, new_state
""",
}


@pytest.fixture(scope="module")
def pool():
    with WorkerPool(seconds=2.0) as pool:
        yield pool


def test_every_exercise_has_another_right_answer():
    assert set(RIGHT) == set(course.exercises())


@pytest.mark.parametrize("name", sorted(RIGHT))
@pytest.mark.parametrize("seed", [0, 1])
def test_it_passes(name, seed, pool, tmp_path):
    file = tmp_path / f"{name}.py"
    file.write_text("import numpy as np\n\n" + textwrap.dedent(RIGHT[name]))
    report = check(course.find(name), file, seed=seed, pool=pool)
    pool.refill()
    assert report.verdict == "pass", (report.summary, report.findings)
    assert all(f.code == "wider-dtype" for f in report.findings), report.findings

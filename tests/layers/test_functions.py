"""All layer functions, on all backends: values, gradients, dtypes, purity."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .table import LAYERS, LOSSES, PLAIN, arrays, as_float32, call, convert, upstream

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch

every = pytest.mark.parametrize("entry", LAYERS + LOSSES + PLAIN, ids=lambda entry: entry.name)
differentiable = pytest.mark.parametrize("entry", LAYERS + LOSSES, ids=lambda entry: entry.name)
sizes = st.permutations([2, 3, 4, 5, 6, 7]).map(lambda sizes: sizes[:3])
F = torch.nn.functional
COMBINATIONS = 20
"""Random shapes and options on which each gradient is held to torch's."""

# The same functions by other people, differentiated by torch: they share not a line with ours.
ORACLES = {
    "affine": lambda x, w, b: F.linear(x.flatten(1), w.T, b),
    "relu": lambda x: F.relu(x),
    "leaky_relu": lambda x, slope: F.leaky_relu(x, slope),
    "sigmoid": lambda x: torch.sigmoid(x),
    "tanh": lambda x: torch.tanh(x),
    "scalar_circuit": lambda x, y, z: (x + y) * torch.where(y > z, y, z),
    "sum": lambda x, axis: torch.sum(x, dim=axis),
    "sum-last": lambda x, axis: torch.sum(x, dim=axis),
    "mean": lambda x, axis: torch.mean(x, dim=axis),
    "broadcast": lambda x, shape: x.expand(shape),
    "fan_out": lambda x, copies: [x.clone() for _ in range(copies)],
    "center": lambda x: x - x.mean(0),
    "variance": lambda x: x.var(0, correction=0),
    "standardize": lambda x, eps: F.batch_norm(x, None, None, training=True, eps=eps),
    "batchnorm": lambda x, gamma, beta, running, train, momentum, eps: F.batch_norm(
        x, None, None, gamma, beta, training=True, eps=eps
    ),
    "batchnorm-test": lambda x, gamma, beta, running, train: F.batch_norm(
        x, running["mean"], running["var"], gamma, beta, training=False
    ),
    "layernorm": lambda x, gamma, beta: F.layer_norm(x, gamma.shape, gamma, beta),
    "layernorm-3d": lambda x, gamma, beta, eps: F.layer_norm(x, gamma.shape, gamma, beta, eps),
    "rmsnorm": lambda x, gamma: F.rms_norm(x, gamma.shape, gamma, eps=1e-5),
    "rmsnorm-3d": lambda x, gamma, eps: F.rms_norm(x, gamma.shape, gamma, eps=eps),
    "groupnorm": lambda x, gamma, beta, groups: F.group_norm(x, groups, gamma, beta),
    "spatial_batchnorm": lambda x, gamma, beta, running, train, momentum, eps: F.batch_norm(
        x, None, None, gamma, beta, training=True, eps=eps
    ),
    "spatial_batchnorm-test": lambda x, gamma, beta, running, train: F.batch_norm(
        x, running["mean"], running["var"], gamma, beta, training=False
    ),
    "spatial_groupnorm": lambda x, gamma, beta, groups, eps: F.group_norm(x, groups, gamma, beta, eps),
    "dropout": lambda x, noise, keep, train: torch.where(noise < keep, x / keep, torch.zeros_like(x)),
    "dropout-test": lambda x, noise, keep, train: x.clone(),
    "svm_loss": lambda scores, y: F.multi_margin_loss(scores, y) * scores.shape[1],
    "softmax_loss": lambda scores, y: F.cross_entropy(scores, y),
    "linear_svm_loss": lambda W, X, y, reg: F.multi_margin_loss(X @ W, y) * W.shape[1] + reg * torch.linalg.norm(W) ** 2,
    "linear_softmax_loss": lambda W, X, y, reg: F.cross_entropy(X @ W, y) + reg * torch.linalg.norm(W) ** 2,
}


def draw(entry, sizes, seed=0):
    rng = np.random.default_rng([*sizes, seed])
    arguments = entry.inputs(rng, *sizes)
    return arguments, upstream(entry, arguments, rng)


def on_torch(tree) -> Any:
    return convert(tree, lambda array: torch.from_numpy(np.array(array)))


def close(ours, theirs, tolerance=1e-10):
    ours, theirs = arrays(ours), arrays(theirs)
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=tolerance, atol=tolerance)
        assert a.shape == b.shape


@differentiable
@given(sizes=sizes)
@settings(max_examples=COMBINATIONS)
def test_values_and_gradients_against_torch(entry, sizes):
    arguments, dout = draw(entry, sizes)
    fixed = on_torch({name: value for name, value in arguments.items() if name not in entry.wrt})
    wrt = [on_torch(arguments[name]) for name in entry.wrt]
    out, vjp = torch.func.vjp(lambda *wrt: ORACLES[entry.name](**dict(zip(entry.wrt, wrt, strict=True)), **fixed), *wrt)
    theirs = list(vjp(on_torch(dout) if dout is not None else torch.ones_like(out)))
    if entry.backwards:
        ours, cache, *_ = entry.forward(**arguments)
        close(ours, out)
        for backward in entry.backwards:
            gradients = backward(dout, cache)
            close(list(gradients) if isinstance(gradients, tuple) else [gradients], theirs)
    else:
        loss, gradient = entry.forward(**arguments)
        close(loss, out)
        close([gradient], theirs)


@differentiable
def test_gradients_against_central_differences(entry):
    arguments, dout = draw(entry, (4, 3, 2), seed=1)

    def objective():
        out = entry.forward(**arguments)[0]
        return sum(float(np.sum(a * b)) for a, b in zip(arrays(out), arrays(dout), strict=True)) if arrays(dout) else out

    returned = call(entry, arguments, dout)
    ours = returned[-len(entry.wrt) :]  # of the last backward; the first test compares all of them
    for name, gradient in zip(entry.wrt, ours, strict=True):
        x = arguments[name]
        numerical = np.zeros_like(x)
        for i in np.ndindex(x.shape):
            kept = x[i]
            x[i] = kept + 1e-6
            above = objective()
            x[i] = kept - 1e-6
            numerical[i] = (above - objective()) / 2e-6
            x[i] = kept
        np.testing.assert_allclose(gradient, numerical, rtol=1e-6, atol=1e-7)


@every
@given(sizes=sizes)
def test_torch_eager_gives_what_numpy_gives(entry, sizes):
    arguments, dout = draw(entry, sizes)
    close(call(entry, on_torch(arguments), on_torch(dout)), call(entry, arguments, dout), tolerance=1e-12)


@every
@pytest.mark.parametrize("precision", [np.float32, np.float64])
@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_precision_stays(entry, precision, backend):
    arguments, dout = draw(entry, (4, 3, 5))
    if precision is np.float32:
        arguments, dout = convert((arguments, dout), as_float32)
    if backend == "torch":
        arguments, dout = on_torch((arguments, dout))
    expected = {"numpy": np.dtype(precision), "torch": torch.float32 if precision is np.float32 else torch.float64}
    for array in arrays(call(entry, arguments, dout)):
        assert array.dtype == expected[backend]


@every
@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_nothing_is_changed(entry, backend):
    arguments, dout = draw(entry, (4, 3, 5))
    if backend == "torch":
        arguments, dout = on_torch((arguments, dout))
    before = copy.deepcopy((arguments, dout))
    first = copy.deepcopy(call(entry, arguments, dout))
    close((arguments, dout), before, tolerance=0)
    close(call(entry, arguments, dout), first, tolerance=0)


@every
def test_a_batch_of_one(entry):
    arguments, dout = draw(entry, (1, 3, 2))
    assert all(np.isfinite(array).all() for array in arrays(call(entry, arguments, dout)))


@differentiable
def test_the_tracer_finds_the_same_gradient(entry):
    graph = pytest.importorskip("byhand.graph")
    arguments, dout = draw(entry, (4, 3, 5))
    traced = graph.trace(entry.forward, arguments, entry.wrt)
    gradients = graph.gradient(traced, 1.0 if dout is None else dout)
    ours = call(entry, arguments, dout)[-len(entry.wrt) :]
    for name, gradient in zip(entry.wrt, ours, strict=True):
        np.testing.assert_allclose(gradients[name], gradient, rtol=1e-10, atol=1e-12)

"""The namespaces: the same names everywhere, the same values everywhere."""

from __future__ import annotations

import numpy as np
import pytest

from byhand.arrays import namespace, numpy_namespace

# One call of every function: name -> function of (xp, an array-maker).
X = np.array([[1.5, -2.0, 0.5], [0.25, 3.0, -1.0]])
V = np.array([3.0, -1.0, 2.0])
I = np.array([2, 0, 2])  # noqa: E741
CALLS = {
    "abs": lambda xp, a: xp.abs(a(X)),
    "arange": lambda xp, a: xp.arange(4),
    "argmax": lambda xp, a: xp.argmax(a(X), axis=1),
    "argsort": lambda xp, a: xp.argsort(a(X), axis=1),
    "broadcast_to": lambda xp, a: xp.broadcast_to(a(V), (2, 3)),
    "clip": lambda xp, a: xp.clip(a(X), -1.0, 1.0),
    "concat": lambda xp, a: xp.concat([a(X), a(X)], axis=1),
    "cos": lambda xp, a: xp.cos(a(X)),
    "cumsum": lambda xp, a: xp.cumsum(a(X), axis=1),
    "einsum": lambda xp, a: xp.einsum("ij,kj->ik", a(X), a(X)),
    "erf": lambda xp, a: xp.erf(a(X)),
    "exp": lambda xp, a: xp.exp(a(X)),
    "expand_dims": lambda xp, a: xp.expand_dims(a(X), 1),
    "flip": lambda xp, a: xp.flip(a(X), axis=1),
    "isfinite": lambda xp, a: xp.isfinite(a(X / np.array([1.0, 1.0, 2.0]))),
    "log": lambda xp, a: xp.log(a(X**2)),
    "log1p": lambda xp, a: xp.log1p(a(X**2)),
    "matmul": lambda xp, a: xp.matmul(a(X), a(V)),
    "max": lambda xp, a: xp.max(a(X), axis=1, keepdims=True),
    "maximum": lambda xp, a: xp.maximum(a(X), 0.0),
    "mean": lambda xp, a: xp.mean(a(X), axis=(0, 1)),
    "min": lambda xp, a: xp.min(a(X), axis=0),
    "minimum": lambda xp, a: xp.minimum(a(X), a(V)),
    "moveaxis": lambda xp, a: xp.moveaxis(a(X[None]), 0, 2),
    "ones": lambda xp, a: xp.ones((2, 1)),
    "ones_like": lambda xp, a: xp.ones_like(a(X)),
    "pad": lambda xp, a: xp.pad(a(X), ((1, 0), (0, 2))),
    "permute_dims": lambda xp, a: xp.permute_dims(a(X[None]), (2, 0, 1)),
    "prod": lambda xp, a: xp.prod(a(X), axis=1),
    "repeat": lambda xp, a: xp.repeat(a(X), 2, axis=1),
    "reshape": lambda xp, a: xp.reshape(a(X), (3, -1)),
    "scatter_add": lambda xp, a: xp.scatter_add(a(V), a(I), a(V)),
    "sign": lambda xp, a: xp.sign(a(X)),
    "sin": lambda xp, a: xp.sin(a(X)),
    "sliding_windows": lambda xp, a: xp.sliding_windows(a(X), (2, 2)),
    "sqrt": lambda xp, a: xp.sqrt(a(X**2)),
    "stack": lambda xp, a: xp.stack([a(V), a(V)], axis=1),
    "sum": lambda xp, a: xp.sum(a(X), axis=0, keepdims=True),
    "take_along_axis": lambda xp, a: xp.take_along_axis(a(X), a(I[None] * np.array([[1], [0]])), axis=1),
    "tanh": lambda xp, a: xp.tanh(a(X)),
    "tril": lambda xp, a: xp.tril(a(X), k=-1),
    "where": lambda xp, a: xp.where(a(X) > 0, a(X), 0.0),
    "zeros": lambda xp, a: xp.zeros((2, 1)),
    "zeros_like": lambda xp, a: xp.zeros_like(a(X)),
}


def test_every_function_has_its_call():
    assert sorted(CALLS) == sorted(numpy_namespace.__all__)


def test_scatter_add_adds_every_time():
    np.testing.assert_array_equal(numpy_namespace.scatter_add(np.zeros(3), np.array([1, 1, 2]), np.ones(3)), [0, 2, 1])


@pytest.mark.torch
@pytest.mark.parametrize("name", sorted(CALLS))
def test_torch_agrees_with_numpy(name):
    torch = pytest.importorskip("torch")
    from byhand.arrays import torch_namespace

    expected = CALLS[name](numpy_namespace, np.array)
    got = CALLS[name](torch_namespace, torch.tensor)
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-12)
    assert tuple(got.shape) == expected.shape


@pytest.mark.torch
def test_torch_reductions_over_all_and_over_no_axes():
    torch = pytest.importorskip("torch")
    from byhand.arrays import torch_namespace

    for name in ("sum", "mean", "max", "min"):
        everything = getattr(torch_namespace, name)(torch.tensor(X))
        np.testing.assert_allclose(everything.numpy(), getattr(np, name)(X))
    assert torch_namespace.maximum(torch.tensor([float("nan")]), 0.0).isnan().all()
    assert namespace(torch.ones(1)) is torch_namespace


@pytest.mark.parametrize("name", sorted(CALLS))
def test_the_tracer_agrees_with_numpy(name):
    graph = pytest.importorskip("byhand.graph")
    result = {}

    def function(x):
        # every float array enters as x times one, and so is traced
        one = x * 0 + 1
        xp = namespace(x)
        call = CALLS[name]
        result["out"] = call(xp, lambda array: array * one if array.dtype == float else array)
        return x

    graph.trace(function, {"x": np.array(2.0)}, ("x",))
    expected = CALLS[name](numpy_namespace, np.array)
    out = result["out"]
    np.testing.assert_allclose(np.asarray(getattr(out, "value", out)), expected, rtol=1e-12)


def test_no_array_is_told_what_to_do():
    with pytest.raises(TypeError, match=r"got list\. Convert it first, for example with np\.asarray"):
        namespace([1.0])

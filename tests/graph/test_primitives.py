"""Every function of the namespace and every operator of the Tensor, against torch.func.vjp and finite differences."""

import numpy as np
import pytest

from byhand.arrays import namespace, numpy_namespace
from byhand.graph import gradient, trace
from byhand.graph.namespace import __all__ as names

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch

I = np.array  # noqa: E741

# name -> (function of arrays, shapes of the arrays, whether they must be positive)
CASES = {
    "add broadcast": (lambda xp, a, b: a + b, [(3, 1, 4), (2, 1)]),
    "add number": (lambda xp, a: 2 + a + 3.0, [(3, 2)]),
    "add scalar": (lambda xp, a, b: a + b, [(3, 2), ()]),
    "subtract broadcast": (lambda xp, a, b: a - b, [(4,), (3, 4)]),
    "subtract from number": (lambda xp, a: 1 - a, [(3, 2)]),
    "multiply broadcast": (lambda xp, a, b: a * b, [(2, 3, 4), (3, 1)]),
    "multiply number": (lambda xp, a: 2.5 * a * 3, [(3, 2)]),
    "divide broadcast": (lambda xp, a, b: a / b, [(3, 4), (3, 1)]),
    "divide number": (lambda xp, a: 1 / a / 3, [(3, 2)]),
    "power": (lambda xp, a: a**3 + a**2 + a**1 + a**0 + a**-1, [(3, 2)]),
    "root": (lambda xp, a: a**0.5, [(3, 2)]),
    "negative": (lambda xp, a: -a, [(3, 2)]),
    "abs": (lambda xp, a: xp.abs(a), [(3, 2)]),
    "twice the same": (lambda xp, a: a * a + a / (a + a), [(3, 2)]),
    "matmul": (lambda xp, a, b: a @ b, [(3, 4), (4, 2)]),
    "matmul vector left": (lambda xp, a, b: a @ b, [(4,), (4, 2)]),
    "matmul vector right": (lambda xp, a, b: a @ b, [(3, 4), (4,)]),
    "matmul vectors": (lambda xp, a, b: a @ b, [(4,), (4,)]),
    "matmul stacks": (lambda xp, a, b: xp.matmul(a, b), [(5, 2, 3, 4), (2, 4, 6)]),
    "matmul stack and vector": (lambda xp, a, b: a @ b, [(5, 3, 4), (4,)]),
    "matmul vector and stack": (lambda xp, a, b: a @ b, [(4,), (5, 4, 3)]),
    "transpose": (lambda xp, a, b: a.T @ b, [(3, 4), (3, 2)]),
    "einsum": (lambda xp, a, b: xp.einsum("ntd,nsd->nts", a, b), [(2, 3, 4), (2, 5, 4)]),
    "einsum sums alone": (lambda xp, a, b: xp.einsum("ij,kl->ik", a, b), [(2, 3), (4, 5)]),
    "einsum implicit": (lambda xp, a, b: xp.einsum("ji,jk", a, b), [(2, 3), (2, 5)]),
    "einsum diagonal": (lambda xp, a: xp.einsum("ii->i", a), [(3, 3)]),
    "einsum trace": (lambda xp, a, b: xp.einsum("ii,ij->j", a, b), [(3, 3), (3, 2)]),
    "einsum ellipsis": (lambda xp, a, b: xp.einsum("...i,ij->...j", a, b), [(5, 2, 3), (3, 4)]),
    "einsum three": (lambda xp, a, b, c: xp.einsum("ij,jk,kl->il", a, b, c), [(2, 3), (3, 4), (4, 5)]),
    "exp": (lambda xp, a: xp.exp(a), [(3, 2)]),
    "log": (lambda xp, a: xp.log(a), [(3, 2)]),
    "log1p": (lambda xp, a: xp.log1p(a), [(3, 2)]),
    "sqrt": (lambda xp, a: xp.sqrt(a), [(3, 2)]),
    "sin": (lambda xp, a: xp.sin(a), [(3, 2)]),
    "cos": (lambda xp, a: xp.cos(a), [(3, 2)]),
    "tanh": (lambda xp, a: xp.tanh(a), [(3, 2)]),
    "erf": (lambda xp, a: xp.erf(a), [(3, 2)]),
    "sign": (lambda xp, a: a * xp.sign(a - 1), [(3, 2)]),
    "clip": (lambda xp, a: xp.clip(a - 1, -0.2, 0.3), [(5, 4)]),
    "clip below": (lambda xp, a: xp.clip(a - 1, 0.0, None), [(5, 4)]),
    "maximum": (lambda xp, a, b: xp.maximum(a, b), [(3, 4), (3, 1)]),
    "maximum number": (lambda xp, a: xp.maximum(a - 1, 0.0), [(3, 4)]),
    "minimum": (lambda xp, a, b: xp.minimum(a, b), [(4,), (3, 4)]),
    "where": (lambda xp, a, b: xp.where(a > b, a * b, b), [(3, 4), (4,)]),
    "sum": (lambda xp, a: xp.sum(a), [(3, 4)]),
    "sum axis": (lambda xp, a: xp.sum(a, axis=-2), [(2, 3, 4)]),
    "sum axes kept": (lambda xp, a: a / xp.sum(a, axis=(0, 2), keepdims=True), [(2, 3, 4)]),
    "mean": (lambda xp, a: xp.mean(a), [(3, 4)]),
    "mean axes": (lambda xp, a: xp.mean(a, axis=(0, -1)), [(2, 3, 4)]),
    "mean kept": (lambda xp, a: a - xp.mean(a, axis=1, keepdims=True), [(3, 4)]),
    "max": (lambda xp, a: xp.max(a), [(3, 4)]),
    "max axis": (lambda xp, a: a - xp.max(a, axis=1, keepdims=True), [(3, 4)]),
    "max axes": (lambda xp, a: xp.max(a, axis=(0, 2)), [(2, 3, 4)]),
    "min axis": (lambda xp, a: xp.min(a, axis=0), [(3, 4)]),
    "prod": (lambda xp, a: xp.prod(a, axis=1), [(2, 3, 4)]),
    "cumsum": (lambda xp, a: xp.cumsum(a, axis=1) ** 2, [(2, 3, 4)]),
    "reshape": (lambda xp, a: xp.reshape(a, (4, -1)) ** 2, [(2, 3, 4)]),
    "permute_dims": (lambda xp, a: xp.permute_dims(a, (2, 0, 1)) ** 2, [(2, 3, 4)]),
    "moveaxis": (lambda xp, a: xp.moveaxis(a, 0, -1) ** 2, [(2, 3, 4)]),
    "expand_dims": (lambda xp, a: xp.expand_dims(a, 1) ** 2, [(2, 3)]),
    "flip": (lambda xp, a: xp.flip(a, (0, 2)) * a, [(2, 3, 4)]),
    "broadcast_to": (lambda xp, a: xp.broadcast_to(a, (5, 3, 4)) ** 2, [(3, 1)]),
    "concat": (lambda xp, a, b, c: xp.concat([a, b, c], axis=1) ** 2, [(2, 3), (2, 1), (2, 4)]),
    "stack": (lambda xp, a, b: xp.stack([a, b], axis=1) ** 2, [(2, 3), (2, 3)]),
    "pad": (lambda xp, a: xp.pad(a, ((0, 0), (1, 2), (3, 0))) ** 2, [(2, 3, 4)]),
    "tril": (lambda xp, a: xp.tril(a, k=1) ** 2, [(2, 4, 5)]),
    "repeat": (lambda xp, a: xp.repeat(a, 3, axis=1) ** 2, [(2, 3)]),
    "sliding_windows": (lambda xp, a: xp.sliding_windows(a, (2, 3)) ** 2, [(2, 4, 6)]),
    "take_along_axis": (lambda xp, a: xp.take_along_axis(a, like(a, [[0, 0, 2], [1, 1, 1]]), axis=1) ** 2, [(2, 3)]),
    "getitem slice": (lambda xp, a: a[1:, ::2] ** 2, [(3, 5)]),
    "getitem number": (lambda xp, a: a[1] * a[-1] + a[..., 0][0], [(3, 5)]),
    "getitem rows": (lambda xp, a: a[like(a, [0, 2, 0])] ** 2, [(3, 5)]),
    "getitem pairs": (lambda xp, a: a[like(a, [0, 2, 0]), like(a, [1, 1, 1])] ** 2, [(3, 5)]),
    "getitem mask": (lambda xp, a: a[like(a, np.eye(3, dtype=bool))] ** 2, [(3, 3)]),
    "setitem": (lambda xp, a, b: put(xp.zeros_like(a), slice(1, 3), b) * a, [(4, 3), (2, 3)]),
    "setitem broadcast": (lambda xp, a, b: put(a * 2, (slice(None), 1), b) ** 2, [(4, 3), ()]),
    "setitem rows": (lambda xp, a, b: put(a * 2, like(a, [0, 2]), b) ** 2, [(4, 3), (2, 3)]),
    "setitem over again": (lambda xp, a, b: put(put(a * 2, 0, b), 0, b**2) ** 2, [(4, 3), (3,)]),
    "setitem added": (lambda xp, a, b: added(xp.zeros_like(a), b) * a, [(4, 3), (3,)]),
    "scatter_add": (lambda xp, a, b: xp.scatter_add(a, like(a, [1, 1, 0]), b) ** 2, [(4, 3), (3, 3)]),
}
UNDIFFERENTIATED = {"arange", "argmax", "argsort", "isfinite", "ones", "ones_like", "zeros", "zeros_like"}


def like(a, index):
    """Return an index for arrays of a's kind."""
    return torch.tensor(index) if isinstance(a, torch.Tensor) else np.array(index)


def put(out, index, value):
    out[index] = value
    return out


def added(out, value):
    for i in range(3):
        out[i] += value * i
        out[1:] += value
    return out


def draw(shapes):
    rng = np.random.default_rng(7)
    return [rng.uniform(0.4, 1.9, size=shape) for shape in shapes]


def plain(function):
    def call(**arrays):
        return function(namespace(arrays["a"]), *arrays.values())

    return call


@pytest.mark.parametrize("name", CASES)
def test_a_gradient_is_that_of_torch_and_of_finite_differences(name):
    function, shapes = CASES[name]
    arrays = dict(zip("abc", draw(shapes), strict=False))
    value = plain(function)(**{k: np.array(v) for k, v in arrays.items()})
    dout = np.random.default_rng(3).standard_normal(np.shape(value))

    graph = trace(plain(function), arrays)
    np.testing.assert_allclose(graph.returned.value, value, rtol=1e-13)
    found = gradient(graph, dout)

    tensors = {k: torch.tensor(v) for k, v in arrays.items()}
    _, vjp = torch.func.vjp(lambda t: plain(function)(**t), tensors)
    (expected,) = vjp(torch.tensor(dout))
    for k, array in arrays.items():
        assert found[k].shape == array.shape and found[k].dtype == np.float64
        np.testing.assert_allclose(found[k], expected[k].numpy(), rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(found[k], differences(plain(function), arrays, k, dout), rtol=1e-5, atol=1e-7)


def differences(function, arrays, k, dout, h=1e-6):
    slope = np.zeros(arrays[k].shape)
    for i in np.ndindex(*slope.shape):
        sides = []
        for step in (h, -h):
            moved = {name: np.array(array) for name, array in arrays.items()}
            moved[k][i] += step
            sides.append(np.sum(function(**moved) * dout))
        slope[i] = (sides[0] - sides[1]) / (2 * h)
    return slope


def test_the_namespace_is_full():
    xp = namespace(trace(lambda x: x * 1, {"x": np.ones(2)}).returned)
    assert list(names) == list(numpy_namespace.__all__)
    assert all(callable(getattr(xp, name)) for name in numpy_namespace.__all__)
    tested = {name.split()[0] for name in CASES}
    assert not set(names) - tested - UNDIFFERENTIATED


def test_functions_of_no_tensor_are_numpys():
    from byhand.graph import namespace as xp

    labels = np.array([2, 0])
    assert xp.arange(3).dtype.kind == "i" and xp.zeros((2,), dtype=int).dtype.kind == "i"
    assert isinstance(xp.concat([labels, labels]), np.ndarray) and isinstance(xp.zeros_like(labels), np.ndarray)
    x = trace(lambda x: x, {"x": np.array([[1.0, 3.0, 2.0]])}).returned
    assert xp.argmax(x, axis=1) == 1 and (xp.argsort(x) == [[0, 2, 1]]).all() and xp.isfinite(x).all()
    assert xp.ones_like(x).shape == xp.ones((1, 3)).shape == (1, 3)


@pytest.mark.parametrize(
    "function",
    [
        lambda xp, a: xp.max(a, axis=1),
        lambda xp, a: xp.min(a),
        lambda xp, a: xp.maximum(a, 2.0),
        lambda xp, a: xp.minimum(a, xp.flip(a, 0)),
    ],
)
def test_a_tie_is_shared(function):
    graph = trace(plain(function), {"a": np.array([[2.0, 2.0, 2.0], [2.0, 2.0, 2.0]])})
    value = graph.returned.value
    found = gradient(graph, np.ones(value.shape))["a"]
    assert np.ptp(found) < 1e-15, "the same for all that tie"
    shares = 1 if value.shape != (2, 3) else 3 if found[0, 0] == 0.5 else 6
    assert found.sum() == pytest.approx(value.size if shares != 3 else 3)


def test_a_factor_of_zero_in_a_product():
    graph = trace(lambda a: namespace(a).prod(a, axis=1), {"a": np.array([[0.0, 2.0, 3.0], [0.0, 0.0, 3.0]])})
    assert (gradient(graph, np.ones(2))["a"] == [[6, 0, 0], [0, 0, 0]]).all()


def test_the_edges_of_floating_point():
    graph = trace(lambda a: a**2 + a**1 + a**0, {"a": np.array([0.0, -1e300])})
    assert (gradient(graph, np.array([1.0, 0.0]))["a"] == [1.0, 0.0]).all()
    graph = trace(lambda a: namespace(a).sqrt(a), {"a": np.array([0.0, 4.0])})
    assert (gradient(graph, np.ones(2))["a"] == [np.inf, 0.25]).all()
    graph = trace(lambda a: namespace(a).where(a > 0, namespace(a).exp(a), 0.0), {"a": np.array([-np.inf, 1.0])})
    assert (gradient(graph, np.ones(2))["a"] == [0.0, np.e]).all()


def test_of_two_values_written_to_one_place_the_last_counts():
    def function(x, values):
        out = x * 1
        out[np.array([1, 1, 0])] = values
        return out

    graph = trace(function, {"x": np.zeros(3), "values": np.arange(3.0)})
    found = gradient(graph, np.array([5.0, 7.0, 9.0]))
    assert (found["values"] == [0, 7, 5]).all() and (found["x"] == [0, 0, 9]).all()

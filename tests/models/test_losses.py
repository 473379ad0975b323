"""The two networks against a PyTorch implementation that shares no code with them, differentiated by torch.func."""

import numpy as np
import pytest

from byhand.models import fully_connected_net, two_layer_net

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch
functional = torch.nn.functional


def make(seed=0, widths=(6, 5, 4, 3), n=7, normalization=None):
    rng = np.random.default_rng(seed)
    params = {}
    for i, (before, after) in enumerate(zip(widths[:-1], widths[1:], strict=True), 1):
        params[f"w{i}"] = rng.normal(size=(before, after))
        params[f"b{i}"] = rng.normal(size=after)
        if normalization and i < len(widths) - 1:
            params[f"gamma{i}"] = rng.uniform(0.5, 2, size=after)
            params[f"beta{i}"] = rng.normal(size=after)
    state = {}
    if normalization == "batchnorm":
        for i, width in enumerate(widths[1:-1], 1):
            state[f"running{i}"] = {"mean": rng.normal(size=width), "var": rng.uniform(0.5, 2, size=width)}
    noise = [rng.random((n, width)) for width in widths[1:-1]]
    return params, state, rng.normal(size=(n, 2, widths[0] // 2)), rng.integers(0, widths[-1], n), noise


def peer(params, state, x, y, noise, *, normalization, keep, reg, train):
    """The same loss in PyTorch's own functions."""
    depth = max(int(name[1:]) for name in params if name[0] == "w")
    out, decay = x.flatten(1), 0.0
    for i in range(1, depth + 1):
        w = params[f"w{i}"]
        decay = decay + 0.5 * reg * torch.linalg.norm(w) ** 2
        out = functional.linear(out, w.T, params[f"b{i}"])
        if i == depth:
            break
        if normalization == "batchnorm":
            running = state[f"running{i}"]
            mean, var = running["mean"].clone(), running["var"].clone()
            out = functional.batch_norm(out, mean, var, params[f"gamma{i}"], params[f"beta{i}"], train)
        elif normalization == "layernorm":
            out = functional.layer_norm(out, out.shape[1:], params[f"gamma{i}"], params[f"beta{i}"])
        out = functional.relu(out)
        if noise is not None and train:
            out = torch.where(noise[i - 1] < keep, out / keep, 0.0)
    return functional.cross_entropy(out, y) + decay


def tensors(tree):
    from byhand.arrays import tree_map

    return tree_map(torch.from_numpy, tree)


@pytest.mark.parametrize("widths", [(6, 4), (6, 5, 3), (6, 5, 4, 3)])
@pytest.mark.parametrize("normalization", [None, "batchnorm", "layernorm"])
@pytest.mark.parametrize("keep", [1.0, 0.6])
@pytest.mark.parametrize("train", [True, False])
def test_fully_connected_net_loss_and_gradients_equal_autograd(widths, normalization, keep, train):
    params, state, x, y, noise = make(1, widths, normalization=normalization)
    noise = noise if keep < 1 else None
    options = {"normalization": normalization, "keep": keep, "reg": 0.3, "train": train}
    loss, grads, _ = fully_connected_net.fully_connected_net_loss(params, state, x, y, noise, **options)

    def f(p):
        drops = tensors(noise) if noise else None
        return peer(p, tensors(state), torch.from_numpy(x), torch.from_numpy(y), drops, **options)

    expected, pullback = torch.func.vjp(f, tensors(params))
    (expected_grads,) = pullback(torch.ones_like(expected))
    assert abs(loss - expected.item()) < 1e-12 * abs(expected.item())
    assert grads.keys() == params.keys()
    for name, dw in grads.items():
        np.testing.assert_allclose(dw, expected_grads[name].numpy(), rtol=1e-9, atol=1e-11, err_msg=name)


def test_two_layer_net_loss_is_the_fully_connected_one_of_depth_two():
    params, state, x, y, _ = make(2, (6, 5, 3))
    loss, grads = two_layer_net.two_layer_net_loss(params, x, y, reg=0.2)
    options = {"normalization": None, "keep": 1.0, "reg": 0.2, "train": True}
    deep, deep_grads, _ = fully_connected_net.fully_connected_net_loss(params, state, x, y, None, **options)
    assert loss == pytest.approx(deep, rel=1e-14)
    for name, dw in grads.items():
        np.testing.assert_allclose(dw, deep_grads[name], rtol=1e-13, err_msg=name)


def test_running_statistics_move_toward_the_batch_in_training_only():
    params, state, x, y, _ = make(3, normalization="batchnorm")
    before = {name: own["mean"].copy() for name, own in state.items()}
    options = {"normalization": "batchnorm", "keep": 1.0, "reg": 0.0}
    _, _, trained = fully_connected_net.fully_connected_net_loss(params, state, x, y, None, train=True, **options)
    _, _, tested = fully_connected_net.fully_connected_net_loss(params, state, x, y, None, train=False, **options)
    first = x.reshape(len(x), -1) @ params["w1"] + params["b1"]
    np.testing.assert_allclose(trained["running1"]["mean"], 0.9 * before["running1"] + 0.1 * first.mean(0))
    for name, mean in before.items():
        assert (tested[name]["mean"] == mean).all()
        assert (state[name]["mean"] == mean).all(), "the state that came in was changed"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_stays(dtype):
    from byhand.arrays import tree_map

    params, state, x, y, noise = make(4, normalization="batchnorm")
    params, state, x, noise = tree_map(lambda a: a.astype(dtype), (params, state, x, noise))
    loss, grads, state = fully_connected_net.fully_connected_net_loss(
        params, state, x, y, noise, normalization="batchnorm", keep=0.5, reg=0.1, train=True
    )
    two = {name: params[name] for name in ("w1", "b1", "b2")} | {"w2": params["w2"]}
    loss2, grads2 = two_layer_net.two_layer_net_loss(two, x, y % 4, reg=0.1)
    for array in (loss, loss2, *grads.values(), *grads2.values(), state["running2"]["var"]):
        assert array.dtype == dtype

"""Layer objects: their gradients, their trees, and what their combinators do with them."""

import numpy as np
import pytest

from byhand import nn
from byhand.arrays import Key, flatten, tree_map, unflatten
from byhand.procedures import gradients

KEY = Key.from_seed(5)

LAYERS = {
    "affine": (nn.Affine(6, 4), (2, 3)),
    "flatten": (nn.Flatten(), (2, 3)),
    "relu": (nn.ReLU(), (5,)),
    "leaky relu": (nn.LeakyReLU(0.2), (5,)),
    "sigmoid": (nn.Sigmoid(), (5,)),
    "tanh": (nn.Tanh(), (5,)),
    "batchnorm": (nn.BatchNorm(5), (5,)),
    "layernorm": (nn.LayerNorm(5), (5,)),
    "rmsnorm": (nn.RMSNorm(5), (3, 5)),
    "groupnorm": (nn.GroupNorm(2, 6), (6,)),
    "spatial-batchnorm": (nn.SpatialBatchNorm(3), (3, 2, 4)),
    "spatial-groupnorm": (nn.SpatialGroupNorm(2, 4), (4, 3, 2)),
    "dropout": (nn.Dropout(0.6), (5,)),
    "residual": (nn.Residual(nn.Chain({"a": nn.Affine(5, 5), "t": nn.Tanh()})), (5,)),
    "nested": (
        nn.Chain({"in": nn.Affine(6, 5), "block": nn.Residual(nn.Chain({"n": nn.BatchNorm(5), "d": nn.Dropout(0.7)}))}),
        (2, 3),
    ),
}


@pytest.mark.parametrize("name", LAYERS)
def test_gradients_against_differences(name):
    layer, shape = LAYERS[name]
    n = 7
    params = tree_map(lambda w: w + KEY.fold("p").normal(w.shape, np.float64), layer.init(KEY))
    state = tree_map(lambda s: s.astype(np.float64), layer.init_state())
    noise = layer.draw(KEY.fold("noise"), n, shape)
    x = KEY.fold("x").normal((n, *shape), np.float64)
    out, cache, new_state = layer.forward(params, state, x, train=True, noise=noise)
    assert out.shape == (n, *layer.out_shape(shape))
    assert flatten(new_state)[1] == flatten(state)[1]
    dout = KEY.fold("dout").normal(out.shape, np.float64)
    dx, dparams = layer.backward(dout, cache)
    flat, structure = flatten(params)
    grads, grads_structure = flatten(dparams)
    assert grads.keys() == flat.keys()

    def f(x=x, **changed):
        tree = unflatten({**flat, **{k.replace(".", "/"): v for k, v in changed.items()}}, structure)
        return (layer.forward(tree, state, x, train=True, noise=noise)[0] * dout).sum()

    np.testing.assert_allclose(dx, gradients.numerical_gradient(f, x), atol=1e-6)
    for path, dw in grads.items():
        numerical = gradients.numerical_gradient(lambda w, path=path: f(**{path.replace("/", "."): w}), flat[path])
        np.testing.assert_allclose(dw, numerical, atol=1e-6, err_msg=path)


def test_initial_weights_have_the_promised_spread():
    he = nn.Affine(400, 300).init(KEY)["w"]
    xavier = nn.Affine(400, 300, initializer="xavier").init(KEY)["w"]
    assert he.dtype == xavier.dtype == np.float32
    assert he.std() == pytest.approx((2 / 400) ** 0.5, rel=0.02)
    assert xavier.std() == pytest.approx((2 / 700) ** 0.5, rel=0.02)


def test_parts_of_a_chain_start_differently():
    params = nn.Chain({"a": nn.Affine(5, 5), "b": nn.Affine(5, 5)}).init(KEY)
    assert not (params["a"]["w"] == params["b"]["w"]).any()


def test_testing_uses_running_statistics_and_drops_nothing():
    net = nn.Chain({"norm": nn.BatchNorm(3), "drop": nn.Dropout(0.5)})
    params, state = net.init(KEY), {"norm": {"mean": np.array([1.0, 2.0, 3.0]), "var": np.array([4.0, 9.0, 16.0])}}
    out, _, after = net.forward(params, state, np.full((1, 3), 5.0), train=False)
    np.testing.assert_allclose(out, [[2.0, 1.0, 0.5]], rtol=1e-5)
    assert after == {"norm": state["norm"]}


def test_normalised_pictures_have_a_steady_scale_and_testing_rests_on_what_was_seen():
    x = KEY.fold("pictures").normal((8, 6, 5, 3), np.float32) * 3 + 7
    norm = nn.SpatialBatchNorm(6, momentum=0.5)
    out, state = x, norm.init_state()
    for _ in range(20):
        out, _, state = norm.forward(norm.init(KEY), state, x, train=True)
    np.testing.assert_allclose(out.std(axis=(0, 2, 3)), 1, rtol=1e-3)
    tested, _, after = norm.forward(norm.init(KEY), state, x[:1], train=False)
    np.testing.assert_allclose(tested, out[:1], atol=1e-3)
    assert after is state
    grouped = nn.SpatialGroupNorm(3, 6)
    out, _, after = grouped.forward(grouped.init(KEY), None, x, train=True)
    np.testing.assert_allclose(out.reshape(8, 3, -1).mean(axis=2), 0, atol=1e-5)
    assert after is None and out.dtype == np.float32


def test_errors_name_the_layer_and_the_sizes():
    with pytest.raises(ValueError, match=r"Affine: expected examples of in_features=6 numbers, got 5, shape \(5,\)"):
        nn.Chain({"a": nn.Affine(4, 5), "b": nn.Affine(6, 3)}).out_shape((4,))
    with pytest.raises(ValueError, match=r"Residual: expected an inner layer that keeps the shape \(4,\)"):
        nn.Residual(nn.Affine(4, 5)).out_shape((4,))
    with pytest.raises(ValueError, match="^GroupNorm: expected groups that divide channels=6, got groups=4"):
        nn.GroupNorm(4, 6)
    with pytest.raises(ValueError, match="SpatialGroupNorm: expected groups that divide channels=6, got groups=0"):
        nn.SpatialGroupNorm(0, 6)
    with pytest.raises(ValueError, match="Dropout: expected keep above 0 and at most 1, got 0"):
        nn.Dropout(0)
    with pytest.raises(
        ValueError, match="Affine: expected initializer 'he', 'xavier' or a standard deviation, 0 or more; got 'the'"
    ):
        nn.Affine(2, 3, initializer="the")

"""The network of layers and the function that learners write are one network."""

import numpy as np
import pytest

from byhand.arrays import Key, tree_map
from byhand.models import Classifier, fully_connected_classifier
from byhand.models.fully_connected import short_name

KEY = Key.from_seed(3)


def model_and_inputs(normalization, keep, hidden=(5, 4)):
    model = fully_connected_classifier((2, 3), hidden, 3, normalization=normalization, keep=keep, reg=0.2)
    params, state = model.init(KEY.fold("init"))
    params = {name: w.astype(np.float64) + KEY.fold(name).normal(w.shape, np.float64) / 3 for name, w in params.items()}
    state = tree_map(lambda a: a.astype(np.float64), state)
    batch = (KEY.fold("x").normal((7, 2, 3), np.float64), KEY.fold("y").permutation(7) % 3)
    return model, params, state, batch, model.draw(KEY.fold("noise"), 7)


@pytest.mark.parametrize("normalization", [None, "batchnorm", "layernorm"])
@pytest.mark.parametrize("keep", [1.0, 0.6])
@pytest.mark.parametrize("hidden", [(), (5,), (5, 4)])
def test_network_of_layers_agrees_with_the_function(normalization, keep, hidden):
    model, params, state, batch, noise = model_and_inputs(normalization, keep, hidden)
    loss, grads, new = model.loss_and_grad(params, state, batch, noise)
    composed, composed_grads, composed_new = Classifier.loss_and_grad(model, params, state, batch, noise)
    assert loss == pytest.approx(composed, rel=1e-14)
    assert list(grads) == list(composed_grads) == list(params)
    for name, dw in grads.items():
        np.testing.assert_allclose(dw, composed_grads[name], rtol=1e-12, atol=1e-15, err_msg=name)
    tree_map(lambda a, b: np.testing.assert_array_equal(a, b), new, composed_new)


def test_noise_is_drawn_only_where_something_drops():
    _, _, _, _, noise = model_and_inputs(None, 0.6)
    assert noise is not None
    assert {name: u.shape for name, u in noise.items()} == {"dropout1": (7, 5), "dropout2": (7, 4)}
    assert model_and_inputs(None, 1.0)[-1] is None


def test_names():
    model, params, *_ = model_and_inputs("batchnorm", 1.0)
    assert [short_name(name) for name in params] == [
        "w1", "b1", "gamma1", "beta1", "w2", "b2", "gamma2", "beta2", "w3", "b3",
    ]  # fmt: skip


def test_errors():
    with pytest.raises(ValueError, match="expected normalization None, 'batchnorm' or 'layernorm', got 'batch'"):
        fully_connected_classifier((6,), (5,), 3, normalization="batch")
    with pytest.raises(ValueError, match=r"at least one unit each, got \(5, 0\)"):
        fully_connected_classifier((6,), (5, 0), 3)

"""The linear classifier and the two-layer network: losses by the functions that learners write, on either engine."""

import numpy as np
import pytest

from byhand.arrays import Key
from byhand.layers import linear_losses
from byhand.models import Classifier, LinearClassifier, two_layer_classifier, two_layer_net
from byhand.models.linear import with_ones

KEY = Key.from_seed(5)
X, Y = KEY.fold("x").normal((7, 2, 3), np.float64), KEY.fold("y").permutation(7) % 3


def params_of(model):
    params, state = model.init(KEY.fold("init"))
    return {name: w.astype(np.float64) + KEY.fold(name).normal(w.shape, np.float64) / 3 for name, w in params.items()}, state


def test_two_layers_agree_with_the_network_of_layers():
    model = two_layer_classifier((2, 3), 5, 3, reg=0.2)
    params, state = params_of(model)
    loss, grads, _ = model.loss_and_grad(params, state, (X, Y), None)
    composed, composed_grads, _ = Classifier.loss_and_grad(model, params, state, (X, Y), None)
    assert loss == pytest.approx(composed, rel=1e-14) and list(grads) == list(params)
    for name, dw in grads.items():
        np.testing.assert_allclose(dw, composed_grads[name], rtol=1e-12, atol=1e-15, err_msg=name)
    with pytest.raises(ValueError, match="expected a hidden layer of at least one unit, got 0"):
        two_layer_classifier((2, 3), 0, 3)


@pytest.mark.parametrize("loss", ["svm", "softmax"])
def test_linear_loss_is_a_bias_beside_the_weights(loss):
    """The gradient by central differences of the loss written out: a score is x . w + b."""
    model = LinearClassifier((2, 3), 3, loss, reg=0.1)
    params, _ = params_of(model)
    w = params["linear/w"]

    def written_out(w):
        scores = X.reshape(7, 6) @ w[:6] + w[6]
        if loss == "softmax":
            each = np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(7), Y]
        else:
            each = np.maximum(scores - scores[np.arange(7), Y][:, None] + 1, 0).sum(axis=1) - 1
        return each.mean() + 0.1 * (w**2).sum()

    found, grads, _ = model.loss_and_grad(params, {}, (X, Y), None)
    assert found == pytest.approx(written_out(w), rel=1e-12)
    numeric = np.zeros_like(w)
    for index in np.ndindex(w.shape):
        step = np.zeros_like(w)
        step[index] = 1e-6
        numeric[index] = (written_out(w + step) - written_out(w - step)) / 2e-6
    np.testing.assert_allclose(grads["linear/w"], numeric, atol=1e-6)
    np.testing.assert_array_equal(model.predict(params, {}, X), model.scores(params, {}, X).argmax(axis=1))
    with pytest.raises(ValueError, match="expected loss 'svm' or 'softmax', got 'hinge'"):
        LinearClassifier((2, 3), 3, "hinge")


@pytest.mark.parametrize(
    ("model", "module", "name"),
    [
        (LinearClassifier((2, 3), 3, "svm"), linear_losses, "linear_svm_loss"),
        (LinearClassifier((2, 3), 3, "softmax"), linear_losses, "linear_softmax_loss"),
        (two_layer_classifier((2, 3), 5, 3), two_layer_net, "two_layer_net_loss"),
    ],
)
def test_a_function_put_in_the_place_of_ours_is_called(model, module, name, monkeypatch):
    def theirs(*arguments, **options):
        raise LookupError("called")

    monkeypatch.setattr(module, name, theirs)
    params, state = model.init(KEY)
    with pytest.raises(LookupError, match="called"):
        model.loss_and_grad(params, state, (X, Y), None)


@pytest.mark.torch
@pytest.mark.parametrize("model", [LinearClassifier((2, 3), 3, "svm", 0.1), LinearClassifier((2, 3), 3, "softmax", 0.1)])
def test_torch_gives_the_same(model):
    torch = pytest.importorskip("torch")
    params, _ = params_of(model)
    tensors = {name: torch.from_numpy(w) for name, w in params.items()}
    loss, grads, _ = model.loss_and_grad(params, {}, (X, Y), None)
    theirs, their_grads, _ = model.loss_and_grad(tensors, {}, (torch.from_numpy(X), torch.from_numpy(Y)), None)
    assert float(theirs) == pytest.approx(float(loss), rel=1e-12)
    np.testing.assert_allclose(their_grads["linear/w"].numpy(), grads["linear/w"], rtol=1e-10, atol=1e-14)
    assert model.predict(tensors, {}, torch.from_numpy(X)).tolist() == model.predict(params, {}, X).tolist()
    assert with_ones(torch.ones(2, 3)).tolist() == [[1.0] * 4] * 2

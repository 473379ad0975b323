"""Linear classifiers in loops, at work and in training, against torch and by brute force."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from byhand.layers import linear_losses
from byhand.procedures import linear_classifier, linear_loops

sizes = st.permutations([1, 2, 3, 4, 5, 6, 12]).map(lambda sizes: sizes[:3])
LOSSES = {
    "svm": (linear_loops.linear_svm_loss_naive, linear_losses.linear_svm_loss),
    "softmax": (linear_loops.linear_softmax_loss_naive, linear_losses.linear_softmax_loss),
}
every = pytest.mark.parametrize("kind", LOSSES)


def problem(n, d, c, seed=0):
    rng = np.random.default_rng([n, d, c, seed])
    return rng.normal(size=(d, c)), rng.normal(size=(n, d)), rng.integers(0, c, n)


def by_torch(kind, W, X, y, reg):
    """Return loss and gradient of torch's own loss functions, differentiated by torch."""
    torch = pytest.importorskip("torch")
    F = torch.nn.functional
    X, y = torch.from_numpy(X), torch.from_numpy(y)

    def loss(W):
        scores = F.linear(X, W.T)
        data = F.cross_entropy(scores, y) if kind == "softmax" else F.multi_margin_loss(scores, y) * scores.shape[1]
        return data + reg * torch.linalg.norm(W) ** 2

    value, vjp = torch.func.vjp(loss, torch.from_numpy(W))
    return value.numpy(), vjp(torch.ones_like(value))[0].numpy()


@pytest.mark.torch
@every
@given(sizes=sizes, reg=st.sampled_from([0.0, 0.25, 2.0]))
def test_losses_and_gradients_against_torch(kind, sizes, reg):
    W, X, y = problem(*sizes)
    loss, dW = by_torch(kind, W, X, y, reg)
    for function in LOSSES[kind]:
        ours, gradient = function(W, X, y, reg)
        np.testing.assert_allclose(ours, loss, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(gradient, dW, rtol=1e-8, atol=1e-12)


@every
def test_loops_bear_large_scores(kind):
    W, X, y = problem(5, 3, 4)
    loops, fast = LOSSES[kind]
    for ours, theirs in zip(loops(W * 1e4, X, y, 1e-8), fast(W * 1e4, X, y, 1e-8), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)
        assert np.isfinite(ours).all()


@every
@pytest.mark.parametrize("precision", [np.float32, np.float64])
def test_loops_keep_the_precision_and_change_nothing(kind, precision):
    W, X, y = problem(5, 3, 4)
    arguments = W.astype(precision), X.astype(precision), y, 0.25
    before = copy.deepcopy(arguments)
    loss, dW = LOSSES[kind][0](*arguments)
    assert loss.dtype == dW.dtype == precision
    for now, then in zip(arguments, before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_predicted_is_the_first_of_the_highest():
    rng = np.random.default_rng(0)
    for _ in range(20):
        n, d, c = rng.integers(1, 15, 3)
        W, X = rng.integers(-1, 2, (d, c)).astype(float), rng.integers(-2, 3, (n, d)).astype(float)
        expected = []
        for x in X:
            scores = [sum(a * b for a, b in zip(x, column, strict=True)) for column in W.T]
            expected.append(scores.index(max(scores)))
        predicted = linear_classifier.predict_linear(W, X)
        assert predicted.tolist() == expected
        assert predicted.dtype.kind == "i"


@pytest.mark.torch
def test_training_is_that_of_torchs_optimizer():
    torch = pytest.importorskip("torch")
    W, X, y = problem(20, 4, 3)
    rng = np.random.default_rng(1)
    batches = [rng.choice(20, size=6, replace=False) for _ in range(15)]
    start = W.copy()
    trained, losses = linear_classifier.train_linear(linear_losses.linear_softmax_loss, W, X, y, batches, lr=0.3, reg=0.05)
    np.testing.assert_array_equal(W, start)

    theirs = torch.from_numpy(W.copy()).requires_grad_()
    optimizer = torch.optim.SGD([theirs], lr=0.3, weight_decay=2 * 0.05)  # the gradient of 0.05 * w^2
    expected = []
    for batch in batches:
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(torch.from_numpy(X[batch]) @ theirs, torch.from_numpy(y[batch]))
        expected.append(loss.item() + 0.05 * (theirs.detach() ** 2).sum().item())
        loss.backward()
        optimizer.step()
    np.testing.assert_allclose(losses, expected, rtol=1e-12)
    np.testing.assert_allclose(trained, theirs.detach().numpy(), rtol=1e-12)


def test_training_without_batches_trains_nothing():
    W, X, y = problem(4, 2, 3)
    trained, losses = linear_classifier.train_linear(linear_losses.linear_softmax_loss, W, X, y, [], lr=0.1, reg=0.0)
    np.testing.assert_array_equal(trained, W)
    assert losses == []


@every
def test_training_finds_templates_that_tell_classes_apart(kind):
    rng = np.random.default_rng(0)
    centers = np.array([[4.0, 0.0], [-2.0, 3.5], [-2.0, -3.5]])
    y = rng.integers(0, 3, 150)
    X = np.column_stack([centers[y] + rng.normal(size=(150, 2)), np.ones(150)])
    batches = [rng.integers(0, 150, 30) for _ in range(60)]
    W, losses = linear_classifier.train_linear(LOSSES[kind][1], np.zeros((3, 3)), X, y, batches, lr=0.1, reg=1e-3)
    assert (linear_classifier.predict_linear(W, X) == y).mean() > 0.97
    assert np.mean(losses[-5:]) < 0.2 * losses[0]

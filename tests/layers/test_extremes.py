"""Legal inputs that break careless formulas; and states, noise, conventions that a gradient does not show."""

from __future__ import annotations

import numpy as np
import pytest

from byhand.layers import (
    activations,
    adjoints,
    batchnorm,
    circuit,
    dropout,
    initializers,
    layernorm,
    linear_losses,
    losses,
    softmax_steps,
    standardize,
)


@pytest.mark.parametrize("loss", [losses.softmax_loss, losses.svm_loss])
@pytest.mark.parametrize("offset", [-1e4, 1e4])
def test_losses_see_only_differences_of_scores(loss, offset):
    rng = np.random.default_rng(0)
    scores, y = np.round(rng.normal(size=(5, 3)), 2) * 4, rng.integers(0, 3, 5)
    expected = loss(scores, y)
    for ours, theirs in zip(loss(scores + offset, y), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


def test_softmax_loss_with_scores_far_apart():
    loss, dscores = losses.softmax_loss(np.array([[1e4, 0.0], [0.0, 1e4]]), np.array([0, 0]))
    assert loss == 5e3
    np.testing.assert_array_equal(dscores, [[0, 0], [-0.5, 0.5]])


def test_one_class_costs_nothing():
    for loss in (losses.softmax_loss, losses.svm_loss):
        value, dscores = loss(np.array([[3.0], [-2.0]]), np.array([0, 0]))
        assert value == 0 and not dscores.any()


def test_svm_loss_by_hand():
    scores, y = np.array([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]]), np.array([0, 1, 2])
    loss, dscores = losses.svm_loss(scores, y)
    np.testing.assert_allclose(loss, (2.9 + 0 + 12.9) / 3)
    np.testing.assert_allclose(dscores * 3, [[-1, 1, 0], [0, 0, 0], [1, 1, -2]])


def test_the_steps_make_the_softmax_loss():
    rng = np.random.default_rng(0)
    scores, y = rng.normal(size=(6, 5)) * 30 + 1e3, rng.integers(0, 5, 6)
    scores[2, 1] = 1e5
    shifted = softmax_steps.shift_scores(scores)
    assert (shifted.max(axis=1) == 0).all()
    np.testing.assert_allclose(np.diff(shifted, axis=1), np.diff(scores, axis=1), atol=1e-9)
    loss, dscores = losses.softmax_loss(scores, y)
    np.testing.assert_allclose(softmax_steps.cross_entropy(shifted, y), loss, rtol=1e-12)
    np.testing.assert_allclose(softmax_steps.scores_gradient(shifted, y), dscores, rtol=1e-12, atol=1e-300)


def test_cross_entropy_and_its_gradient_by_hand():
    shifted = np.log([[0.5, 1.0, 0.5], [1.0, 0.125, 0.125]])  # probabilities 1/4, 1/2, 1/4 and 8/10, 1/10, 1/10
    y = np.array([2, 0])
    np.testing.assert_allclose(softmax_steps.cross_entropy(shifted, y), (np.log(4) + np.log(1.25)) / 2)
    np.testing.assert_allclose(softmax_steps.scores_gradient(shifted, y) * 2, [[0.25, 0.5, -0.75], [-0.2, 0.1, 0.1]])
    apart, y = np.array([[-1e4, 0.0], [0.0, -1e4]]), np.array([0, 0])
    assert softmax_steps.cross_entropy(apart, y) == 5e3
    np.testing.assert_array_equal(softmax_steps.scores_gradient(apart, y), [[-0.5, 0.5], [0, 0]])


@pytest.mark.parametrize("loss", [linear_losses.linear_softmax_loss, linear_losses.linear_svm_loss])
def test_linear_losses_with_large_scores_and_with_one_class(loss):
    X, y = np.array([[1e4], [-1e4]]), np.array([1, 1])
    value, dW = loss(np.array([[1.0, 0.0]]), X, y, 0.5)
    margin = loss is linear_losses.linear_svm_loss  # the margin of 1 is paid for as well
    assert value == (1e4 + margin) / 2 + 0.5
    np.testing.assert_array_equal(dW, [[5e3 + 1, -5e3]])
    value, dW = loss(np.array([[3.0], [2.0]]), np.ones((4, 2)), np.zeros(4, dtype=int), 0.25)
    assert value == 0.25 * 13
    np.testing.assert_array_equal(dW, [[1.5], [1.0]])


def test_linear_losses_of_weights_that_know_nothing():
    X, y = np.random.default_rng(0).normal(size=(9, 3)), np.arange(9) % 5
    assert linear_losses.linear_softmax_loss(np.zeros((3, 5)), X, y, 1.0)[0] == pytest.approx(np.log(5))
    assert linear_losses.linear_svm_loss(np.zeros((3, 5)), X, y, 1.0)[0] == pytest.approx(4)


def test_the_circuit_by_hand():
    out, cache = circuit.scalar_circuit_forward(np.array([1.0, 1.0]), np.array([2.0, -4.0]), np.array([-4.0, 2.0]))
    np.testing.assert_array_equal(out, [6, -6])
    dx, dy, dz = circuit.scalar_circuit_backward(np.array([1.0, 10.0]), cache)
    np.testing.assert_array_equal([dx, dy, dz], [[2, 20], [5, 20], [0, -30]])


def test_the_circuit_gives_a_tie_to_one_of_the_two():
    _, cache = circuit.scalar_circuit_forward(np.array(1.0), np.array(2.0), np.array(2.0))
    dx, dy, dz = circuit.scalar_circuit_backward(np.array(1.0), cache)
    assert dx == 2 and dy + dz == 5 and 0 <= dz <= 3


@pytest.mark.parametrize("precision", [np.float32, np.float64])
def test_sigmoid_far_out(precision):
    x = np.array([-1e4, -50.0, 0.0, 50.0, 1e4], dtype=precision)
    out, cache = activations.sigmoid_forward(x)
    np.testing.assert_allclose(out, [0, np.exp(precision(-50.0)), 0.5, 1, 1], rtol=1e-6)
    assert np.isfinite(activations.sigmoid_backward(np.ones_like(x), cache)).all()


def test_relu_at_zero_gives_a_subgradient():
    _, cache = activations.relu_forward(np.zeros(2))
    dx = activations.relu_backward(np.ones(2), cache)
    assert ((dx >= 0) & (dx <= 1)).all()


def test_standardising_far_from_zero_and_a_constant_column():
    x = np.random.default_rng(0).normal(size=(6, 3)) + 1e4
    near, _ = standardize.standardize_forward(x - 1e4)
    far, _ = standardize.standardize_forward(x)
    np.testing.assert_allclose(far, near, atol=1e-6)
    out, cache = standardize.standardize_forward(np.full((4, 2), 7.0))
    assert not out.any()
    np.testing.assert_allclose(standardize.standardize_backward(np.eye(4, 2), cache).sum(axis=0), 0, atol=1e-9)


def test_layernorm_of_a_single_example_without_a_batch_axis():
    rng = np.random.default_rng(0)
    x, gamma, beta, dout = rng.normal(size=(4, 5))
    out, cache = layernorm.layernorm_forward(x, gamma, beta)
    rows, row_cache = layernorm.layernorm_forward(x[None], gamma, beta)
    np.testing.assert_array_equal(out, rows[0])
    for one, many in zip(
        layernorm.layernorm_backward(dout, cache), layernorm.layernorm_backward(dout[None], row_cache), strict=True
    ):
        np.testing.assert_array_equal(one, many.reshape(one.shape))


def test_running_statistics_move_toward_the_batch_and_rest_in_testing():
    x = np.array([[1.0, 10.0], [3.0, 30.0]])
    running = {"mean": np.zeros(2), "var": np.ones(2)}
    gamma, beta = np.ones(2), np.zeros(2)
    _, _, new = batchnorm.batchnorm_forward(x, gamma, beta, running, train=True, momentum=0.75)
    np.testing.assert_allclose(new["mean"], [0.5, 5])
    np.testing.assert_allclose(new["var"], [0.75 + 0.25 * 1, 0.75 + 0.25 * 100])
    np.testing.assert_array_equal(running["mean"], 0)
    _, _, rested = batchnorm.batchnorm_forward(x, gamma, beta, new, train=False)
    np.testing.assert_array_equal(rested["mean"], new["mean"])
    np.testing.assert_array_equal(rested["var"], new["var"])


def test_dropout_keeps_the_share_and_the_mean():
    noise = np.random.default_rng(0).random((200, 200))
    out, _ = dropout.dropout_forward(np.ones((200, 200)), noise, keep=0.3, train=True)
    assert abs((out > 0).mean() - 0.3) < 0.01
    assert abs(out.mean() - 1) < 0.03
    out, _ = dropout.dropout_forward(np.ones(3), None, keep=0.3, train=False)
    np.testing.assert_array_equal(out, 1)
    out, _ = dropout.dropout_forward(np.ones(3), np.array([0.0, 0.5, 0.999]), keep=1.0, train=True)
    np.testing.assert_array_equal(out, 1)


def test_broadcasting_that_changes_nothing():
    x = np.arange(6.0).reshape(2, 3)
    out, cache = adjoints.broadcast_forward(x, shape=(2, 3))
    np.testing.assert_array_equal(out, x)
    np.testing.assert_array_equal(adjoints.broadcast_backward(x, cache), x)
    one, cache = adjoints.broadcast_forward(np.ones((1, 3)), shape=(1, 3))
    assert adjoints.broadcast_backward(one, cache).shape == (1, 3)


@pytest.mark.parametrize(("init", "variance"), [(initializers.xavier_init, 2 / 700), (initializers.he_init, 2 / 300)])
def test_initial_weights_have_the_variance_asked_for(init, variance):
    w = init(np.random.default_rng(0).normal(size=(300, 400)))
    assert abs(w.var() / variance - 1) < 0.02


def test_shapes_are_enforced_in_the_test_run():
    with pytest.raises(Exception, match="beta") as caught:
        layernorm.layernorm_forward(np.ones((2, 3)), np.ones(3), np.ones(4))
    assert type(caught.value).__name__ == "TypeCheckError"

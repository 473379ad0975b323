"""Legal inputs that break careless formulas; and states, noise, conventions that a gradient does not show."""

from __future__ import annotations

import numpy as np
import pytest

from byhand.layers import activations, adjoints, batchnorm, dropout, initializers, layernorm, losses, standardize


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


def test_leaky_relu_at_both_ends_and_at_its_limits():
    x = np.array([-1e300, -1.0, 1.0, 1e300])
    out, cache = activations.leaky_relu_forward(x)
    np.testing.assert_allclose(out, [-1e298, -0.01, 1, 1e300])
    np.testing.assert_allclose(activations.leaky_relu_backward(np.full(4, 2.0), cache), [0.02, 0.02, 2, 2])
    np.testing.assert_array_equal(activations.leaky_relu_forward(x, slope=0.0)[0], activations.relu_forward(x)[0])
    np.testing.assert_array_equal(activations.leaky_relu_forward(x, slope=1.0)[0], x)


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

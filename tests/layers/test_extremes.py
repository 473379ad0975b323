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
    groupnorm,
    initializers,
    layernorm,
    linear_losses,
    losses,
    rmsnorm,
    softmax_steps,
    spatial_batchnorm,
    spatial_groupnorm,
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


def test_rmsnorm_of_nothing_but_zeros_and_of_a_row_that_is_all_one_number():
    out, cache = rmsnorm.rmsnorm_forward(np.zeros((2, 3)), np.full(3, 2.0), eps=1e-4)
    assert not out.any()
    dx, dgamma = rmsnorm.rmsnorm_backward(np.ones((2, 3)), cache)
    np.testing.assert_allclose(dx, 2 / 0.01)
    np.testing.assert_array_equal(dgamma, 0)
    out, _ = rmsnorm.rmsnorm_forward(np.full((2, 3), -7.0), np.array([1.0, 2.0, 3.0]))
    np.testing.assert_allclose(out, [[-1, -2, -3]] * 2, rtol=1e-6)


def test_rmsnorm_sees_the_mean_and_not_the_size():
    rng = np.random.default_rng(0)
    x, gamma = rng.normal(1e4, 1.0, (3, 4)), np.ones(4)
    out, _ = rmsnorm.rmsnorm_forward(x, gamma)
    np.testing.assert_allclose(out, np.ones((3, 4)), rtol=1e-3)
    larger, _ = rmsnorm.rmsnorm_forward(100 * x, gamma)
    np.testing.assert_allclose(larger, out, rtol=1e-9)


PICTURES = np.random.default_rng(3).normal(2.0, 3.0, (2, 6, 3, 5))
GAMMA, BETA = np.arange(1.0, 7.0), np.arange(-3.0, 3.0)


def test_one_group_is_layer_norm_and_a_group_for_each_channel_leaves_only_the_shift():
    x = PICTURES[:, :, 0, 0]
    out, cache = groupnorm.groupnorm_forward(x, GAMMA, BETA, groups=1)
    whole, whole_cache = layernorm.layernorm_forward(x, GAMMA, BETA)
    np.testing.assert_allclose(out, whole, rtol=1e-12)
    dout = np.cos(x)
    for ours, theirs in zip(
        groupnorm.groupnorm_backward(dout, cache), layernorm.layernorm_backward(dout, whole_cache), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)
    alone, cache = groupnorm.groupnorm_forward(x, GAMMA, BETA, groups=6)
    np.testing.assert_array_equal(alone, np.broadcast_to(BETA, x.shape))
    np.testing.assert_allclose(groupnorm.groupnorm_backward(dout, cache)[0], 0, atol=1e-9)


def test_neighbouring_channels_belong_to_one_group():
    x = np.array([[1.0, 3.0, 10.0, 30.0, 100.0, 300.0]])
    out, _ = groupnorm.groupnorm_forward(x, np.ones(6), np.zeros(6), groups=3)
    np.testing.assert_allclose(out, [[-1, 1, -1, 1, -1, 1]], rtol=1e-4)


def test_a_picture_of_one_pixel_is_a_vector():
    x = PICTURES[:, :, :1, :1]
    vectors = x[:, :, 0, 0]
    running = {"mean": GAMMA, "var": GAMMA**2}
    for train in (True, False):
        out, cache, new = spatial_batchnorm.spatial_batchnorm_forward(x, GAMMA, BETA, running, train=train)
        flat, flat_cache, flat_new = batchnorm.batchnorm_forward(vectors, GAMMA, BETA, running, train=train)
        np.testing.assert_array_equal(out[:, :, 0, 0], flat)
        np.testing.assert_array_equal(new["var"], flat_new["var"])
        dx, *rest = spatial_batchnorm.spatial_batchnorm_backward(np.sin(x), cache)
        flat_dx, *flat_rest = batchnorm.batchnorm_backward(np.sin(vectors), flat_cache)
        np.testing.assert_array_equal(dx[:, :, 0, 0], flat_dx)
        np.testing.assert_array_equal(rest, flat_rest)
    out, _ = spatial_groupnorm.spatial_groupnorm_forward(x, GAMMA, BETA, groups=2)
    np.testing.assert_allclose(out[:, :, 0, 0], groupnorm.groupnorm_forward(vectors, GAMMA, BETA, groups=2)[0], rtol=1e-12)


def test_statistics_of_pictures_are_taken_over_what_they_should_be():
    ones, zeros = np.ones(6), np.zeros(6)
    running = {"mean": zeros, "var": ones}
    out, _, new = spatial_batchnorm.spatial_batchnorm_forward(PICTURES, ones, zeros, running, train=True, momentum=0.5)
    np.testing.assert_allclose(out.mean((0, 2, 3)), 0, atol=1e-12)
    np.testing.assert_allclose(out.var((0, 2, 3)), 1, rtol=1e-4)
    np.testing.assert_allclose(new["mean"], PICTURES.mean((0, 2, 3)) / 2)
    np.testing.assert_allclose(new["var"], (1 + PICTURES.var((0, 2, 3))) / 2)
    np.testing.assert_array_equal(running["mean"], 0)
    out, _ = spatial_groupnorm.spatial_groupnorm_forward(PICTURES, ones, zeros, groups=3)
    for group in (slice(0, 2), slice(2, 4), slice(4, 6)):
        np.testing.assert_allclose(out[:, group].mean((1, 2, 3)), 0, atol=1e-12)
        np.testing.assert_allclose(out[:, group].var((1, 2, 3)), 1, rtol=1e-4)


def test_pictures_far_from_zero_and_of_one_colour():
    running = {"mean": GAMMA, "var": GAMMA}

    def batch(x):
        return spatial_batchnorm.spatial_batchnorm_forward(x, GAMMA, BETA, running, train=True)[:2]

    def group(x):
        return spatial_groupnorm.spatial_groupnorm_forward(x, GAMMA, BETA, groups=3)

    for forward, backward in (
        (batch, spatial_batchnorm.spatial_batchnorm_backward),
        (group, spatial_groupnorm.spatial_groupnorm_backward),
    ):
        np.testing.assert_allclose(forward(PICTURES + 1e5)[0], forward(PICTURES)[0], atol=1e-8)
        out, cache = forward(np.full((2, 6, 3, 5), 7.0))
        np.testing.assert_array_equal(out, np.broadcast_to(BETA[:, None, None], out.shape))
        assert all(np.isfinite(gradient).all() for gradient in backward(np.sin(PICTURES), cache))


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

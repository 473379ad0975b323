"""Numerical gradients and the pieces of training."""

from __future__ import annotations

import numpy as np
import pytest

from byhand.optim import momentum, sgd
from byhand.procedures import gradients, training


def cubic(x):
    return float(np.sum(x**3) + x.flat[0] * x.flat[-1])


def cubic_gradient(x):
    gradient = 3 * x**2
    gradient.flat[0] += x.flat[-1]
    gradient.flat[-1] += x.flat[0]
    return gradient


@pytest.mark.parametrize("shape", [(5,), (2, 3), (2, 1, 4), (1,)])
def test_numerical_gradient_of_any_shape(shape):
    x = np.random.default_rng(0).normal(size=shape)
    before = x.copy()
    gradient = gradients.numerical_gradient(cubic, x)
    expected = cubic_gradient(x)
    np.testing.assert_allclose(gradient, expected, rtol=1e-7, atol=1e-8)
    np.testing.assert_array_equal(x, before)


def test_numerical_gradient_of_a_number_without_axes_and_in_single_precision():
    assert gradients.numerical_gradient(lambda x: float(x**2), np.array(3.0)) == pytest.approx(6.0)
    single = gradients.numerical_gradient(lambda x: float((x**2).sum()), np.ones(2, dtype=np.float32), h=2**-8)
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, 2)


def test_differences_are_centred():
    # one-sided differences of x^2 err by h, centred ones not at all
    gradient = gradients.numerical_gradient(lambda x: float((x**2).sum()), np.array([3.0]), h=0.5)
    np.testing.assert_allclose(gradient, 6.0)


def test_gradient_check_tells_right_from_wrong():
    x = np.random.default_rng(0).normal(size=(3, 2)) + 4
    dx = cubic_gradient(x)
    dx[1, 0] *= -1
    dx[2, 1] = 0
    dx[0, 1] *= 1.02
    errors = gradients.gradient_check(cubic, x, dx, np.array([0, 1, 2, 5]))
    np.testing.assert_allclose(errors, [0, 0.02 / 2.02, 1, 1], atol=1e-7)
    zero = gradients.gradient_check(lambda x: 0.0, x, np.zeros_like(x), np.array([3]))
    assert zero == 0


def test_minibatches_keep_the_order_and_leave_out_the_rest():
    order = np.array([5, 2, 0, 6, 1, 4, 3])
    assert [b.tolist() for b in training.minibatches(order, 3)] == [[5, 2, 0], [6, 1, 4]]
    assert [b.tolist() for b in training.minibatches(order, 7)] == [order.tolist()]
    assert training.minibatches(order, 8) == []


def least_squares(params, batch):
    x, y = batch
    difference = x @ params["w"] + params["b"] - y
    loss = (difference**2).sum() / len(y)
    return loss, {"w": 2 * x.T @ difference / len(y), "b": 2 * difference.sum(axis=0) / len(y)}, {"seen": len(y)}


def problem():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(11, 3))
    return x, x @ np.array([1.0, -2.0, 3.0]) + 0.5


def test_train_step_updates_every_parameter_with_its_own_moments():
    x, y = problem()
    params = {"w": np.zeros(3), "b": np.zeros(())}
    moments = {"w": {"v": np.ones(3)}, "b": {"v": np.zeros(())}}
    expected_loss, grads, _ = least_squares(params, (x, y))
    new, new_moments, loss, state = training.train_step(least_squares, momentum.sgd_momentum, params, moments, (x, y), lr=0.1)
    assert loss == expected_loss and state == {"seen": 11}
    np.testing.assert_allclose(new["w"], 0.9 - 0.1 * grads["w"])
    np.testing.assert_allclose(new["b"], -0.1 * grads["b"])
    np.testing.assert_allclose(new_moments["w"]["v"], 0.9 - 0.1 * grads["w"])
    np.testing.assert_array_equal(params["w"], 0)


def test_solver_goes_through_epochs_and_lowers_the_rate():
    x, y = problem()
    params, moments = {"w": np.zeros(3), "b": np.zeros(())}, {"w": {}, "b": {}}
    orders = [np.arange(11), np.arange(11)[::-1]]
    seen = []

    def watched(params, batch):
        seen.append(batch[1])
        return least_squares(params, batch)

    trained, losses = training.solver(watched, sgd.sgd, params, moments, x, y, orders, batch_size=4, lr=0.1, decay=0.5)
    assert len(losses) == 4
    for got, rows in zip(seen, [[0, 1, 2, 3], [4, 5, 6, 7], [10, 9, 8, 7], [6, 5, 4, 3]], strict=True):
        np.testing.assert_array_equal(got, y[rows])
    w = {"w": np.zeros(3), "b": np.zeros(())}
    for rows, lr in zip([[0, 1, 2, 3], [4, 5, 6, 7], [10, 9, 8, 7], [6, 5, 4, 3]], [0.1, 0.1, 0.05, 0.05], strict=True):
        _, grads, _ = least_squares(w, (x[rows], y[rows]))
        w = {name: w[name] - lr * grads[name] for name in w}
    np.testing.assert_allclose(trained["w"], w["w"])


def test_solver_learns():
    x, y = problem()
    params, moments = {"w": np.zeros(3), "b": np.zeros(())}, {"w": {}, "b": {}}
    orders = [np.random.default_rng(epoch).permutation(11) for epoch in range(200)]
    trained, losses = training.solver(least_squares, sgd.sgd, params, moments, x, y, orders, batch_size=5, lr=0.05, decay=1.0)
    assert losses[-1] < 1e-6 * losses[0]
    np.testing.assert_allclose(trained["w"], [1, -2, 3], atol=1e-2)


@pytest.mark.torch
def test_train_step_on_torch_gives_the_same():
    torch = pytest.importorskip("torch")
    x, y = problem()
    params = {"w": np.ones(3), "b": np.zeros(())}
    ours = training.train_step(least_squares, sgd.sgd, params, {"w": {}, "b": {}}, (x, y), lr=0.1)
    tensors = {name: torch.tensor(value) for name, value in params.items()}
    theirs = training.train_step(least_squares, sgd.sgd, tensors, {"w": {}, "b": {}}, (torch.tensor(x), torch.tensor(y)), lr=0.1)
    np.testing.assert_allclose(ours[0]["w"], theirs[0]["w"].numpy())
    np.testing.assert_allclose(ours[2], theirs[2].numpy())

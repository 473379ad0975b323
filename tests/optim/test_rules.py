"""Update rules against torch.optim, over several steps; states, conventions, the table."""

from __future__ import annotations

import numpy as np
import pytest

from byhand.optim import OPTIMIZERS, adam, momentum, optimizer, sgd


@pytest.mark.torch
@pytest.mark.parametrize("name", ["sgd", "sgd_momentum", "adam"])
def test_ten_steps_against_torch(name):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    w, gradients = rng.normal(size=(3, 4)), rng.normal(size=(10, 3, 4))
    theirs = torch.nn.Parameter(torch.tensor(w))
    peer = {
        "sgd": lambda: torch.optim.SGD([theirs], lr=0.1),
        "sgd_momentum": lambda: torch.optim.SGD([theirs], lr=0.1, momentum=0.9),
        "adam": lambda: torch.optim.Adam([theirs], lr=0.1),
    }[name]()
    rule, initial = OPTIMIZERS[name]
    state = initial(w)
    for dw in gradients:
        w, state = rule(w, dw, state, lr=0.1)
        theirs.grad = torch.tensor(dw)
        peer.step()
    np.testing.assert_allclose(w, theirs.detach().numpy(), rtol=1e-12)


@pytest.mark.parametrize("name", list(OPTIMIZERS))
@pytest.mark.parametrize("precision", [np.float32, np.float64])
def test_learning_rate_as_an_array_of_no_axes(name, precision):
    rule, initial = OPTIMIZERS[name]
    w, dw = np.arange(1.0, 5.0, dtype=precision).reshape(2, 2), np.ones((2, 2), dtype=precision)
    number, _ = rule(w, dw, initial(w), lr=0.125)
    array, _ = rule(w, dw, initial(w), lr=np.asarray(0.125, dtype=precision))
    assert number.dtype == array.dtype == precision
    np.testing.assert_array_equal(number, array)


@pytest.mark.torch
def test_adam_counts_in_a_tensor_too():
    torch = pytest.importorskip("torch")
    w, dw = torch.ones(3), torch.tensor([1.0, -2.0, 3.0])
    state = adam.adam_state(w)
    tensor_state = {**state, "t": torch.tensor(0.0, dtype=torch.float64)}
    lr = torch.tensor(0.1)
    for _ in range(3):
        w_number, state = adam.adam(w, dw, state, lr=0.1)
        w_tensor, tensor_state = adam.adam(w, dw, tensor_state, lr=lr)
        assert w_number.dtype == w_tensor.dtype == torch.float32
        torch.testing.assert_close(w_number, w_tensor, rtol=1e-6, atol=0)
    assert tensor_state["t"] == state["t"] == 3


def test_conventions():
    w, state = sgd.sgd(np.array([1.0]), np.array([2.0]), {}, lr=0.5)
    assert (w, state) == (np.array([0.0]), {})
    w, state = momentum.sgd_momentum(np.array([1.0]), np.array([2.0]), {"v": np.array([3.0])}, lr=0.5, momentum=0.5)
    assert state["v"] == 0.5 and w == 1.5
    w, state = adam.adam(np.array([1.0]), np.array([-1e-3]), adam.adam_state(np.zeros(1)), lr=0.5)
    assert state["t"] == 1
    np.testing.assert_allclose(w, 1.5, rtol=1e-4)  # the first step has the size of lr whatever the gradient's


def test_a_function_put_in_place_of_ours_is_the_one_found(monkeypatch):
    mine = lambda w, dw, state, *, lr: (w, state)  # noqa: E731
    monkeypatch.setattr(sgd, "sgd", mine)
    assert OPTIMIZERS["sgd"][0] is mine


def test_an_unknown_name_is_told_the_near_one():
    with pytest.raises(ValueError, match=r"one of sgd, sgd_momentum, adam; got 'adamm'. Did you mean adam\?"):
        optimizer("adamm")
    assert optimizer("adam") == (adam.adam, adam.adam_state)

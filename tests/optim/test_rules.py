"""Update rules against torch.optim, over several steps; states, conventions, the table."""

from __future__ import annotations

import copy
import inspect

import numpy as np
import pytest

from byhand.optim import OPTIMIZERS, adagrad, adam, adamw, momentum, nesterov, optimizer, rmsprop, schedules, sgd
from tests.layers.table import arrays


def peer(torch, name, theirs, lr, options):
    """The same rule by other people. `options` are ours, by our names."""
    beta = {"betas": (options.get("beta1"), options.get("beta2")), "eps": options.get("eps")}
    make = {
        "sgd": lambda: torch.optim.SGD([theirs], lr=lr),
        "sgd_momentum": lambda: torch.optim.SGD([theirs], lr=lr, momentum=options["momentum"]),
        "nesterov": lambda: torch.optim.SGD([theirs], lr=lr, momentum=options["momentum"], nesterov=True),
        "adagrad": lambda: torch.optim.Adagrad([theirs], lr=lr, eps=options["eps"]),
        "rmsprop": lambda: torch.optim.RMSprop([theirs], lr=lr, alpha=options["decay_rate"], eps=options["eps"]),
        "adam": lambda: torch.optim.Adam([theirs], lr=lr, **beta),
        "adamw": lambda: torch.optim.AdamW([theirs], lr=lr, **beta, weight_decay=options["weight_decay"]),
    }
    return make[name]()


def random_options(rng, name):
    """Draw values for all options of a rule."""
    drawn = {
        "momentum": rng.uniform(0.1, 0.99),
        "decay_rate": rng.uniform(0.1, 0.999),
        "beta1": rng.uniform(0.1, 0.99),
        "beta2": rng.uniform(0.1, 0.999),
        "eps": 10.0 ** rng.uniform(-10, -1),
        "weight_decay": rng.uniform(0.0, 0.5),
    }
    known = inspect.signature(OPTIMIZERS[name][0]).parameters
    return {option: value for option, value in drawn.items() if option in known}


@pytest.mark.torch
@pytest.mark.parametrize("name", list(OPTIMIZERS))
@pytest.mark.parametrize("seed", range(4))
def test_many_steps_against_torch(name, seed):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    options, lr = random_options(rng, name), 10.0 ** rng.uniform(-3, 0)
    w = rng.normal(size=(3, 4))
    theirs = torch.nn.Parameter(torch.tensor(w))
    other = peer(torch, name, theirs, lr, options)
    rule, initial = OPTIMIZERS[name]
    state = initial(w)
    for size in 10.0 ** rng.uniform(-4, 3, size=150):
        dw = rng.normal(size=w.shape) * size
        dw[0, 0] = 0.0  # a weight that never has a gradient
        w, state = rule(w, dw, state, lr=lr, **options)
        theirs.grad = torch.tensor(dw)
        other.step()
    np.testing.assert_allclose(w, theirs.detach().numpy(), rtol=1e-9, atol=1e-11)


DEFAULTS = {
    "sgd": {},
    "sgd_momentum": {"momentum": 0.9},
    "nesterov": {"momentum": 0.9},
    "adagrad": {"eps": 1e-8},
    "rmsprop": {"decay_rate": 0.99, "eps": 1e-8},
    "adam": {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
    "adamw": {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.01},
}


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_defaults(name):
    parameters = inspect.signature(OPTIMIZERS[name][0]).parameters.values()
    assert {p.name: p.default for p in parameters if p.default is not p.empty} == DEFAULTS[name]


@pytest.mark.parametrize(
    ("name", "lr"),
    [
        ("sgd", 0.08), ("sgd_momentum", 0.02), ("nesterov", 0.02), ("adagrad", 1.0), ("rmsprop", 0.1), ("adam", 0.1),
        ("adamw", 0.1),
    ],
)  # fmt: skip
def test_a_narrow_valley_is_descended(name, lr):
    """Its slope is 20 times as steep across as it is along; the rate falls to zero, so that what is left is no swinging."""
    lowest, curvature = np.array([1.0, -2.0]), np.array([1.0, 20.0])
    rule, initial = OPTIMIZERS[name]
    w = np.array([-4.0, 3.0])
    state, steps = initial(w), 400
    for step in range(steps):
        rate = schedules.cosine_schedule(step, steps=steps, lr=lr)
        w, state = rule(w, curvature * (w - lowest), state, lr=rate)
    assert np.abs(w - lowest).max() < (0.1 if name == "adamw" else 1e-3), w  # the decay pulls AdamW toward zero


@pytest.mark.parametrize("name", list(OPTIMIZERS))
@pytest.mark.parametrize("precision", [np.float32, np.float64])
def test_rules_are_pure_and_precision_stays(name, precision):
    rng = np.random.default_rng(0)
    rule, initial = OPTIMIZERS[name]
    w = rng.normal(size=(3, 2)).astype(precision)
    state = initial(w)
    for _ in range(3):
        dw = rng.normal(size=(3, 2)).astype(precision)
        before = copy.deepcopy((w, dw, state))
        new, new_state = rule(w, dw, state, lr=0.1)
        again, again_state = rule(w, dw, state, lr=0.1)
        for ours, theirs in zip(arrays((w, dw, state)), arrays(before), strict=True):
            np.testing.assert_array_equal(ours, theirs)
        for ours, theirs in zip(arrays((new, new_state)), arrays((again, again_state)), strict=True):
            np.testing.assert_array_equal(ours, theirs)
        assert {array.dtype for array in arrays((new, new_state))} == {np.dtype(precision)}
        assert new_state.keys() == state.keys()
        w, state = new, new_state


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
    w, state = adagrad.adagrad(np.array([1.0]), np.array([-1e3]), adagrad.adagrad_state(np.zeros(1)), lr=0.5)
    np.testing.assert_allclose((w, state["s"]), ([1.5], [1e6]))
    w, state = rmsprop.rmsprop(np.array([1.0]), np.array([4.0]), {"s": np.array([2.0])}, lr=0.75, decay_rate=0.5, eps=1.0)
    np.testing.assert_allclose((w, state["s"]), ([0.25], [9.0]))  # eps is outside the root
    w, state = nesterov.nesterov(np.array([1.0]), np.array([2.0]), {"v": np.array([3.0])}, lr=0.5, momentum=0.5)
    assert state["v"] == 0.5 and w == 1 - 0.5 * 3 + 1.5 * 0.5


def test_nesterov_takes_the_gradient_one_look_ahead():
    """By the two lines of the definition: the ball's place u, and the gradient at u + momentum * v."""
    curvature, lr, mu = np.array([1.0, 4.0]), 0.1, 0.8
    u, v = np.array([3.0, -2.0]), np.array([0.5, 1.0])
    w, state = u + mu * v, {"v": v}
    for _ in range(20):
        w, state = nesterov.nesterov(w, curvature * w, state, lr=lr, momentum=mu)
        v = mu * v - lr * curvature * (u + mu * v)
        u = u + v
        np.testing.assert_allclose(w, u + mu * v, rtol=1e-12)
        np.testing.assert_allclose(state["v"], v, rtol=1e-12)


def test_the_decay_of_adamw_is_no_part_of_the_gradient():
    rng = np.random.default_rng(1)
    w, dw = rng.normal(size=(2, 3, 4))
    state = {"m": rng.normal(size=(3, 4)), "v": rng.uniform(0.5, 2, (3, 4)), "t": 4}
    plain, plain_state = adam.adam(w, dw, state, lr=0.25)
    decayed, decayed_state = adamw.adamw(w, dw, state, lr=0.25, weight_decay=0.5)
    np.testing.assert_allclose(decayed, plain - 0.25 * 0.5 * w, rtol=1e-13)
    for name in ("m", "v", "t"):
        np.testing.assert_array_equal(decayed_state[name], plain_state[name])
    np.testing.assert_array_equal(adamw.adamw(w, dw, state, lr=0.25, weight_decay=0.0)[0], plain)
    np.testing.assert_array_equal(adamw.adamw(w, dw, state, lr=0.0, weight_decay=0.5)[0], w)


def test_adamw_calls_the_adam_that_stands_in_its_module(monkeypatch):
    monkeypatch.setattr(adam, "adam", lambda w, dw, state, **options: (w - 1, {"mine": True}))
    w, state = adamw.adamw(np.array([4.0]), np.array([1.0]), {}, lr=0.5, weight_decay=0.5)
    assert w == 2.0 and state == {"mine": True}


def test_a_function_put_in_place_of_ours_is_the_one_found(monkeypatch):
    mine = lambda w, dw, state, *, lr: (w, state)  # noqa: E731
    monkeypatch.setattr(sgd, "sgd", mine)
    assert OPTIMIZERS["sgd"][0] is mine


def test_an_unknown_name_is_told_the_near_one():
    with pytest.raises(ValueError, match=r"one of sgd, sgd_momentum, .*, adamw; got 'adm'. Did you mean adam\?"):
        optimizer("adm")
    assert optimizer("adam") == (adam.adam, adam.adam_state)

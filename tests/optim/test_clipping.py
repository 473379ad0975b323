"""Clipping: against torch, at the borders, and where squares leave the range of floats."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest

from byhand.optim import clipping


def draw(seed=0, scale=1.0, precision: type = np.float64):
    rng = np.random.default_rng(seed)
    shapes = {"w1": (5, 3), "b1": (3,), "w2": (3, 2, 2), "b2": (1,)}
    return {name: (rng.normal(size=shape) * scale).astype(precision) for name, shape in shapes.items()}


def length(grads):
    return math.hypot(*(float(x) for g in grads.values() for x in np.ravel(g)))


@pytest.mark.torch
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("most", [0.5, 5.0, 500.0])
def test_against_torch(scale, most):
    torch = pytest.importorskip("torch")
    grads = draw(scale=scale)
    theirs = [torch.nn.Parameter(torch.zeros(g.shape, dtype=torch.float64)) for g in grads.values()]
    for parameter, g in zip(theirs, grads.values(), strict=True):
        parameter.grad = torch.tensor(g)
    their_norm = torch.nn.utils.clip_grad_norm_(theirs, most)
    ours, norm = clipping.clip_gradient_norm(grads, most=most)
    assert norm == pytest.approx(their_norm.item(), rel=1e-13)
    for parameter, g in zip(theirs, ours.values(), strict=True):
        assert parameter.grad is not None
        np.testing.assert_allclose(g, parameter.grad.numpy(), rtol=3e-6)  # theirs is divided by norm + 1e-6


@pytest.mark.parametrize("most", [1e-3, 0.5, 2.0])
def test_the_new_norm_is_the_one_asked_for_and_the_direction_stays(most):
    grads = draw(1)
    clipped, norm = clipping.clip_gradient_norm(grads, most=most)
    assert list(clipped) == list(grads)
    assert norm == pytest.approx(length(grads), rel=1e-14)
    assert length(clipped) == pytest.approx(most, rel=1e-14)
    for name, g in grads.items():
        np.testing.assert_allclose(clipped[name] * length(grads) / most, g, rtol=1e-14)


@pytest.mark.parametrize("precision", [np.float32, np.float64])
def test_at_or_below_nothing_changes(precision):
    grads = draw(2, precision=precision)
    _, norm = clipping.clip_gradient_norm(grads, most=1.0)
    for most in (float(norm), 1e6, math.inf):
        same, _ = clipping.clip_gradient_norm(grads, most=most)
        for name, g in grads.items():
            np.testing.assert_array_equal(same[name], g)
            assert same[name].dtype == precision


@pytest.mark.parametrize("precision", [np.float32, np.float64])
def test_all_zero(precision):
    grads, norm = clipping.clip_gradient_norm(draw(scale=0.0, precision=precision), most=1.0)
    assert norm == 0 and np.asarray(norm).dtype == precision
    assert all(not g.any() and g.dtype == precision for g in grads.values())


@pytest.mark.parametrize(
    ("precision", "scale"),
    [(np.float32, 1e25), (np.float32, 1e-30), (np.float64, 1e200), (np.float64, 1e-200), (np.float64, 1e306)],
)
def test_squares_that_leave_the_range_of_floats(precision, scale):
    grads = draw(3, scale, precision)
    expected = length({name: g / precision(scale) for name, g in grads.items()})
    clipped, norm = clipping.clip_gradient_norm(grads, most=scale / 10)
    assert np.asarray(norm).dtype == precision
    assert float(norm / precision(scale)) == pytest.approx(expected, rel=1e-5 if precision is np.float32 else 1e-12)
    assert length({name: g / precision(scale) for name, g in clipped.items()}) == pytest.approx(0.1, rel=1e-5)


@pytest.mark.torch
@pytest.mark.parametrize("scale", [1e25, 1e-30, 0.0])
def test_extremes_on_torch(scale):
    torch = pytest.importorskip("torch")
    grads = draw(3, scale, np.float32)
    on_torch, norm = clipping.clip_gradient_norm({name: torch.tensor(g) for name, g in grads.items()}, most=2.0)
    ours, expected = clipping.clip_gradient_norm(grads, most=2.0)
    np.testing.assert_allclose(norm.numpy(), expected, rtol=1e-6)
    for name, g in on_torch.items():
        assert g.dtype == torch.float32
        np.testing.assert_allclose(g.numpy(), ours[name], rtol=1e-6)


@pytest.mark.parametrize("fault", [np.inf, -np.inf, np.nan])
def test_what_is_no_number_is_passed_on(fault):
    grads = draw(4)
    grads["w2"][0, 1, 0] = fault
    with np.errstate(invalid="ignore"):
        clipped, norm = clipping.clip_gradient_norm(grads, most=1.0)
    assert np.isnan(norm)
    assert all(np.isnan(g).all() for g in clipped.values())


def test_nothing_is_changed():
    grads = draw(5)
    before = copy.deepcopy(grads)
    clipped, _ = clipping.clip_gradient_norm(grads, most=0.1)
    clipping.clip_gradient_norm(grads, most=1e3)
    for name, g in before.items():
        np.testing.assert_array_equal(grads[name], g)
        assert not np.shares_memory(clipped[name], grads[name])

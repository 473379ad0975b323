"""L2 regularisation against torch's differentiation of a plain formula."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from byhand.layers import regularization


def draw(seed=0):
    rng = np.random.default_rng(seed)
    shapes = {"w1": (4, 3), "b1": (3,), "gamma1": (3,), "beta1": (3,), "w2": (3, 2, 2, 5), "b2": (5,), "wx": (1,), "v": (2,)}
    params = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    return params, {name: rng.normal(size=shape) for name, shape in shapes.items()}


@pytest.mark.torch
@pytest.mark.parametrize("reg", [0.0, 0.3, 5.0])
def test_against_torch(reg):
    torch = pytest.importorskip("torch")
    params, grads = draw()

    def price(own):
        return reg / 2 * sum(torch.linalg.vector_norm(w).square() for name, w in own.items() if name[0] == "w")

    theirs = {name: torch.from_numpy(w) for name, w in params.items()}
    slopes, value = torch.func.grad_and_value(price)(theirs)
    loss, new = regularization.l2_regularization(params, grads, 1.5, reg=reg)
    assert loss == pytest.approx(1.5 + float(value), rel=1e-13)
    assert list(new) == list(grads)
    for name, g in new.items():
        np.testing.assert_allclose(g, grads[name] + slopes[name].numpy(), rtol=1e-12, atol=1e-14)


def test_only_weights_pay_and_nothing_is_changed():
    params, grads = draw(1)
    before = copy.deepcopy((params, grads))
    _, new = regularization.l2_regularization(params, grads, 0.0, reg=0.5)
    changed = {name for name, g in new.items() if not np.array_equal(g, grads[name])}
    assert changed == {"w1", "w2", "wx"}
    for ours, theirs in zip((params, grads), before, strict=True):
        assert all(np.array_equal(ours[name], theirs[name]) for name in theirs)

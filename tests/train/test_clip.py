"""The setting `clip`: between the average over the processes and the update."""

from __future__ import annotations

import numpy as np
import pytest

from byhand.arrays import Key
from byhand.models import fully_connected_classifier
from byhand.optim import clipping, sgd
from byhand.train.solver import training_step

KEY = Key.from_seed(0)


def one_step(clip, average=lambda loss, grads, state: (loss, grads, state)):
    """Return by how much a step of plain SGD with the rate 1 moves the parameters, as one long list."""
    model = fully_connected_classifier((6,), (5,), 3)
    params, state = model.init(KEY.fold("init"))
    x, y = KEY.fold("x").normal((8, 6), np.float32) * 10, KEY.fold("y").permutation(8) % 3
    step = training_step(model, sgd.sgd, average, clip=clip)
    new, _, _, _ = step(params, {name: {} for name in params}, state, x, y, np.arange(8), None, 1.0)
    assert {w.dtype for w in new.values()} == {np.dtype(np.float32)}
    return np.concatenate([np.ravel(params[name] - new[name]) for name in params]).astype(float)


def test_a_step_is_no_longer_than_clip():
    free = one_step(0.0)
    length = float(np.linalg.norm(free))
    clipped = one_step(length / 4)
    assert np.linalg.norm(clipped) == pytest.approx(length / 4, rel=1e-4)
    np.testing.assert_allclose(clipped * 4, free, atol=1e-5 * length)
    np.testing.assert_array_equal(one_step(2 * length), free)


def test_what_is_clipped_is_the_average():
    free = one_step(0.0)
    length = float(np.linalg.norm(free))

    def average(loss, grads, state):
        return loss, {name: g / 8 for name, g in grads.items()}, state

    np.testing.assert_allclose(one_step(length / 4, average) * 8, free, atol=1e-5 * length)  # an eighth: not clipped


def test_a_function_put_in_place_of_ours_clips(monkeypatch):
    seen = []
    monkeypatch.setattr(clipping, "clip_gradient_norm", lambda grads, *, most: (seen.append(most), (grads, 1.0))[1])
    one_step(0.0)
    one_step(0.25)
    assert seen == [0.25]

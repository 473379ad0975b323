"""Learning rates against torch's schedulers, at every step and at the borders."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

from byhand.optim import schedules


def torchs(make, steps, lr):
    """The rates of one of torch's schedulers at steps 0, 1, ..."""
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)
    scheduler = make(torch.optim.lr_scheduler, optimizer)
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch's own, about its own calls
            scheduler.step()
    return rates


@pytest.mark.torch
@pytest.mark.parametrize(("steps", "lr", "final"), [(1, 0.3, 0.0), (7, 2.0, 0.0), (50, 0.1, 0.01), (300, 1e-3, 1e-3)])
def test_cosine_against_torch(steps, lr, final):
    theirs = torchs(lambda module, own: module.CosineAnnealingLR(own, T_max=steps, eta_min=final), steps + 1, lr)
    ours = [schedules.cosine_schedule(step, steps=steps, lr=lr, final=final) for step in range(steps + 1)]
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)


@pytest.mark.torch
@pytest.mark.parametrize(("steps", "lr"), [(2, 0.3), (7, 2.0), (40, 0.1)])
def test_warmup_against_torch(steps, lr):
    theirs = torchs(lambda module, own: module.LinearLR(own, start_factor=1 / steps, total_iters=steps - 1), steps + 5, lr)
    ours = [schedules.warmup(step, steps=steps, lr=lr) for step in range(steps + 5)]
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)


@pytest.mark.torch
def test_a_run_against_torch():
    lr, steps, up = 0.4, 30, 6

    def chained(module, own):
        rising = module.LinearLR(own, start_factor=1 / up, total_iters=up - 1)
        return module.SequentialLR(own, [rising, module.CosineAnnealingLR(own, T_max=steps - up)], milestones=[up])

    ours = [schedules.learning_rate("cosine", step, steps=steps, lr=lr, warmup_steps=up) for step in range(steps)]
    np.testing.assert_allclose(ours, torchs(chained, steps, lr), rtol=1e-12)


def test_borders_of_the_cosine():
    assert schedules.cosine_schedule(0, steps=9, lr=0.3, final=0.1) == 0.3
    last = schedules.cosine_schedule(8, steps=9, lr=0.3, final=0.1)
    assert 0.1 < last < 0.11
    assert all(schedules.cosine_schedule(step, steps=9, lr=0.3, final=0.1) == 0.1 for step in (9, 10, 18, 1000))
    assert schedules.cosine_schedule(5, steps=10, lr=0.3, final=0.1) == pytest.approx(0.2)
    assert schedules.cosine_schedule(0, steps=1, lr=0.3) == 0.3


def test_borders_of_the_warmup():
    assert schedules.warmup(0, steps=4, lr=0.3) == 0.3 / 4
    assert schedules.warmup(3, steps=4, lr=0.3) == schedules.warmup(4, steps=4, lr=0.3) == 0.3
    assert schedules.warmup(0, steps=0, lr=0.3) == schedules.warmup(5, steps=0, lr=0.3) == 0.3
    assert schedules.warmup(0, steps=1, lr=0.3) == 0.3


@pytest.mark.parametrize("name", schedules.SCHEDULES)
@pytest.mark.parametrize("warmup_steps", [0, 1, 5, 19, 20, 21, 100])
def test_the_rates_of_runs_are_what_they_were(name, warmup_steps):
    """To the last bit, by the formulas in one piece; the evaluation after the last step asks for one more."""
    steps, lr = 20, 3e-3
    for step in range(steps + 1):
        if step < warmup_steps:
            expected = lr * (step + 1) / warmup_steps
        elif name == "constant":
            expected = lr
        else:
            expected = lr * (1 + math.cos(math.pi * (step - warmup_steps) / max(1, steps - warmup_steps))) / 2
        ours = schedules.learning_rate(name, step, steps=steps, lr=lr, warmup_steps=warmup_steps)
        assert ours == expected and type(ours) is float


def test_functions_put_in_place_of_ours_are_the_ones_found(monkeypatch):
    monkeypatch.setattr(schedules, "warmup", lambda step, *, steps, lr: np.float64(step + 0.5))
    monkeypatch.setattr(schedules, "cosine_schedule", lambda step, *, steps, lr, final=0.0: np.float64(100 * steps + step))
    rates = [schedules.learning_rate("cosine", step, steps=6, lr=1.0, warmup_steps=2) for step in range(4)]
    assert rates == [0.5, 1.5, 400, 401]
    assert {type(rate) for rate in rates} == {float}, "a number of NumPy's would turn float32 into float64"

"""Learning rates that change from step to step."""

from __future__ import annotations

import numpy as np


def constant_schedule(step: int, *, steps: int, lr: float):
    """Return lr, at every step."""
    return lr


def cosine_schedule(step: int, *, steps: int, lr: float, final: float = 0.0):
    """Let the learning rate fall from lr to `final` along half a cosine wave: slowly, then faster, then slowly again.

        rate = final + (lr - final) * (1 + cos(pi * step / steps)) / 2

    Step 0 has the rate lr; the last step that is made, steps - 1, one a little above `final`. From step `steps` on, which
    is beyond the plan, the rate stays at `final`.

    Args:
        step: the step about to be made, counted from 0.
        steps: how many are planned, at least 1.
        lr: the learning rate at first.
        final: the learning rate that it falls to.

    Returns:
        rate: a number, the learning rate of this step.

    >>> [round(float(cosine_schedule(step, steps=4, lr=1.0)), 4) for step in range(6)]
    [1.0, 0.8536, 0.5, 0.1464, 0.0, 0.0]

    Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017. Differs from PyTorch's
    `CosineAnnealingLR`, whose rate rises again beyond the plan.
    """
    done = np.pi * min(step, steps) / steps  # from 0 to pi
    rate = final + (lr - final) * (1 + np.cos(done)) / 2
    return rate


def warmup(step: int, *, steps: int, lr: float):
    """Let the learning rate rise in equal parts over the first steps.

        rate = lr * (step + 1) / steps    for step < steps; lr from then on

    Step 0 has lr / steps, which is not zero: a step of rate zero would be wasted. Step steps - 1 is the first that has the
    whole of lr. With steps = 0 there is no warm-up.

    Args:
        step: the step about to be made, counted from 0.
        steps: over how many steps the rate rises, at least 0.
        lr: the learning rate that it rises to.

    Returns:
        rate: a number, the learning rate of this step.

    >>> [warmup(step, steps=4, lr=1.0) for step in range(6)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]

    Goyal et al., "Accurate, Large Minibatch SGD", 2017. Differs from PyTorch's `LinearLR`, which starts from a share that
    is given (a third, if none is).
    """
    rate = lr * (step + 1) / steps if step < steps else lr
    return rate


SCHEDULES = ("constant", "cosine")


def learning_rate(name: str, step: int, *, steps: int, lr: float, warmup_steps: int = 0) -> float:
    """Return the rate of a step of a run: a warm-up, then the named schedule over the steps that are left.

    Args:
        name: one of SCHEDULES.
        step: the step about to be made, counted from 0.
        steps: how many there will be, those of the warm-up among them.
        lr: the highest learning rate.
        warmup_steps: how many belong to the warm-up.

    >>> [round(learning_rate("cosine", step, steps=6, lr=1.0, warmup_steps=2), 4) for step in range(6)]
    [0.5, 1.0, 1.0, 0.8536, 0.5, 0.1464]
    """
    schedule = {"constant": constant_schedule, "cosine": cosine_schedule}[name]  # looked up now: others may be in their place
    if step < warmup_steps:
        return float(warmup(step, steps=warmup_steps, lr=lr))
    return float(schedule(step - warmup_steps, steps=max(1, steps - warmup_steps), lr=lr))

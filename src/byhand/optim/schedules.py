"""Learning rates that change from step to step."""

from __future__ import annotations

import math


def constant_schedule(step: int, *, steps: int, lr: float, warmup: int = 0) -> float:
    """Return lr; over the first `warmup` steps, a rising share of it.

    Args:
        step: the step about to be made, counted from 0.
        steps: how many there will be.
        lr: the learning rate.
        warmup: over how many steps it rises.

    >>> [constant_schedule(step, steps=9, lr=1.0, warmup=4) for step in (0, 1, 4)]
    [0.25, 0.5, 1.0]
    """
    return lr * (step + 1) / warmup if step < warmup else lr


def cosine_schedule(step: int, *, steps: int, lr: float, warmup: int = 0) -> float:
    """Return lr at first, then less and less along half a cosine wave, nearly 0 at the last step.

        lr * (1 + cos(pi * t)) / 2,    t = (step - warmup) / (steps - warmup)

    Over the first `warmup` steps the rate rises to lr instead.

    Args:
        step: the step about to be made, counted from 0.
        steps: how many there will be.
        lr: the highest learning rate.
        warmup: over how many steps it rises.

    >>> [round(cosine_schedule(step, steps=4, lr=1.0), 4) for step in range(4)]
    [1.0, 0.8536, 0.5, 0.1464]

    Loshchilov and Hutter, "SGDR", 2017.
    """
    if step < warmup:
        return lr * (step + 1) / warmup
    return lr * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup))) / 2

"""Adam."""

from __future__ import annotations

from jaxtyping import Float

from byhand.arrays import Array, namespace


def adam_state(w: Float[Array, "*s"]) -> dict:
    """Return what `adam` remembers of one array of weights before its first step: moments of zero, no steps."""
    xp = namespace(w)
    return {"m": xp.zeros_like(w), "v": xp.zeros_like(w), "t": 0}


def adam(
    w: Float[Array, "*s"],
    dw: Float[Array, "*s"],
    state: dict,
    *,
    lr,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
):
    """Take one step whose size, for each weight, is its mean gradient over its root mean square.

        m <- beta1 * m + (1 - beta1) * dw          v <- beta2 * v + (1 - beta2) * dw^2          t <- t + 1
        w <- w - lr * mhat / (sqrt(vhat) + eps)    with mhat = m / (1 - beta1^t), vhat = v / (1 - beta2^t)

    m and v start at zero, so the first ones are too small: after t steps their weights add up to 1 - beta^t, by which
    they are divided.

    Args:
        w: any shape, the weights.
        dw: the shape of w, the gradient of the loss.
        state: {"m", "v": the shape of w, "t": a number}, the moments and the number of steps so far.
        lr: the learning rate, a number.
        beta1, beta2: how much of the first and second moment stays.
        eps: added to the root, against division by zero.

    Returns:
        w: the new weights.
        state: {"m", "v", "t"}, the new ones.

    >>> import numpy as np
    >>> w, state = adam(np.ones(2), np.array([1e-3, -1e3]), {"m": np.zeros(2), "v": np.zeros(2), "t": 0}, lr=0.1)
    >>> w.round(4).tolist(), state["t"]
    ([0.9, 1.1], 1)

    Kingma and Ba, "Adam", 2015.
    """
    xp = namespace(w)
    t = state["t"] + 1
    m = beta1 * state["m"] + (1 - beta1) * dw
    v = beta2 * state["v"] + (1 - beta2) * dw**2
    mhat = m / (1 - beta1**t)
    vhat = v / (1 - beta2**t)
    w = w - lr * mhat / (xp.sqrt(vhat) + eps)
    state = {"m": m, "v": v, "t": t}
    return w, state

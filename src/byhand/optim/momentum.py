"""Stochastic gradient descent with momentum."""

from __future__ import annotations

from jaxtyping import Float

from byhand.arrays import Array, namespace


def sgd_momentum_state(w: Float[Array, "*s"]) -> dict:
    """Return what `sgd_momentum` remembers of one array of weights before its first step: a velocity of zero."""
    xp = namespace(w)
    return {"v": xp.zeros_like(w)}


def sgd_momentum(w: Float[Array, "*s"], dw: Float[Array, "*s"], state: dict, *, lr, momentum: float = 0.9):
    """Take one step with a velocity that remembers the steps before.

        v <- momentum * v - lr * dw
        w <- w + v

    Args:
        w: any shape, the weights.
        dw: the shape of w, the gradient of the loss.
        state: {"v": the shape of w}, the velocity so far.
        lr: the learning rate, a number.
        momentum: how much of the velocity stays.

    Returns:
        w: the new weights.
        state: {"v"}, the new velocity.

    >>> import numpy as np
    >>> w, state = sgd_momentum(np.array([1.0]), np.array([1.0]), {"v": np.array([2.0])}, lr=0.5, momentum=0.5)
    >>> w.tolist(), state["v"].tolist()
    ([1.5], [0.5])

    Differs from PyTorch, which keeps v without the learning rate and subtracts lr * v.
    """
    v = momentum * state["v"] - lr * dw
    w = w + v
    state = {"v": v}
    return w, state

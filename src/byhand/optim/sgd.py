"""Stochastic gradient descent."""

from __future__ import annotations

from jaxtyping import Float

from byhand.arrays import Array


def sgd_state(w: Float[Array, "*s"]) -> dict:
    """Return what `sgd` remembers of one array of weights before its first step: nothing."""
    return {}


def sgd(w: Float[Array, "*s"], dw: Float[Array, "*s"], state: dict, *, lr):
    """Take one step downhill.

        w <- w - lr * dw

    Args:
        w: any shape, the weights.
        dw: the shape of w, the gradient of the loss.
        state: {}, passed on as it is.
        lr: the learning rate, a number.

    Returns:
        w: the new weights.
        state: {}.

    >>> import numpy as np
    >>> w, state = sgd(np.array([1.0, 2.0]), np.array([10.0, -10.0]), {}, lr=0.1)
    >>> w.tolist()
    [0.0, 3.0]
    """
    w = w - lr * dw
    return w, state

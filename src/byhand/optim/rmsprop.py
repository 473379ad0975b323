"""RMSProp."""

from __future__ import annotations

from jaxtyping import Float

from byhand.arrays import Array, namespace


def rmsprop_state(w: Float[Array, "*s"]) -> dict:
    """Return what `rmsprop` remembers of one array of weights before its first step: a mean of zero."""
    xp = namespace(w)
    return {"s": xp.zeros_like(w)}


def rmsprop(w: Float[Array, "*s"], dw: Float[Array, "*s"], state: dict, *, lr, decay_rate: float = 0.99, eps: float = 1e-8):
    """Take one step that is measured, for each weight, in the root mean square of its recent gradients.

        s <- decay_rate * s + (1 - decay_rate) * dw^2
        w <- w - lr * dw / (sqrt(s) + eps)

    Args:
        w: any shape, the weights.
        dw: the shape of w, the gradient of the loss.
        state: {"s": the shape of w}, the running mean of the squares of the gradients.
        lr: the learning rate, a number.
        decay_rate: how much of the running mean stays.
        eps: added to the root, against division by zero.

    Returns:
        w: the new weights.
        state: {"s"}, the new mean.

    >>> import numpy as np
    >>> w, state = rmsprop(np.ones(1), np.array([4.0]), {"s": np.array([2.0])}, lr=0.75, decay_rate=0.5)
    >>> w.round(4).tolist(), state["s"].tolist()
    ([0.0], [9.0])

    Tieleman and Hinton, "Lecture 6.5: RMSProp", 2012. Differs from TensorFlow, whose eps is inside the root.
    """
    xp = namespace(w)
    s = decay_rate * state["s"] + (1 - decay_rate) * dw**2
    w = w - lr * dw / (xp.sqrt(s) + eps)
    state = {"s": s}
    return w, state

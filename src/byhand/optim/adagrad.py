"""AdaGrad."""

from __future__ import annotations

from jaxtyping import Float

from byhand.arrays import Array, namespace


def adagrad_state(w: Float[Array, "*s"]) -> dict:
    """Return what `adagrad` remembers of one array of weights before its first step: a sum of zero."""
    xp = namespace(w)
    return {"s": xp.zeros_like(w)}


def adagrad(w: Float[Array, "*s"], dw: Float[Array, "*s"], state: dict, *, lr, eps: float = 1e-8):
    """Take one step that is the shorter, for each weight, the larger its gradients have been so far.

        s <- s + dw^2
        w <- w - lr * dw / (sqrt(s) + eps)

    s only grows, so the steps only shrink.

    Args:
        w: any shape, the weights.
        dw: the shape of w, the gradient of the loss.
        state: {"s": the shape of w}, the sum of the squares of all gradients so far.
        lr: the learning rate, a number.
        eps: added to the root, against division by zero.

    Returns:
        w: the new weights.
        state: {"s"}, the new sum.

    >>> import numpy as np
    >>> w, state = adagrad(np.ones(2), np.array([4.0, -0.5]), {"s": np.array([9.0, 0.0])}, lr=0.25)
    >>> w.round(4).tolist(), state["s"].tolist()
    ([0.8, 1.25], [25.0, 0.25])

    Duchi, Hazan and Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization", 2011.
    Differs from PyTorch in eps, which is 1e-10 there.
    """
    xp = namespace(w)
    s = state["s"] + dw**2
    w = w - lr * dw / (xp.sqrt(s) + eps)
    state = {"s": s}
    return w, state

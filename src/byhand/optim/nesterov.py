"""Stochastic gradient descent with Nesterov's momentum."""

from __future__ import annotations

from jaxtyping import Float

from byhand.arrays import Array, namespace


def nesterov_state(w: Float[Array, "*s"]) -> dict:
    """Return what `nesterov` remembers of one array of weights before its first step: a velocity of zero."""
    xp = namespace(w)
    return {"v": xp.zeros_like(w)}


def nesterov(w: Float[Array, "*s"], dw: Float[Array, "*s"], state: dict, *, lr, momentum: float = 0.9):
    """Take one step with a velocity, the gradient being that of the point to which the velocity is about to lead.

        v_prev = v
        v <- momentum * v_prev - lr * dw
        w <- w - momentum * v_prev + (1 + momentum) * v

    The weights that are kept, and at which dw is taken, are the ones looked ahead to: the ball's own place plus
    momentum * v. The step takes the old look ahead back (- momentum * v_prev), moves the ball (+ v) and looks ahead
    anew (+ momentum * v).

    Args:
        w: any shape, the weights.
        dw: the shape of w, the gradient of the loss at w.
        state: {"v": the shape of w}, the velocity so far.
        lr: the learning rate, a number.
        momentum: how much of the velocity stays.

    Returns:
        w: the new weights.
        state: {"v"}, the new velocity.

    >>> import numpy as np
    >>> w, state = nesterov(np.array([1.0]), np.array([1.0]), {"v": np.array([2.0])}, lr=0.5, momentum=0.5)
    >>> w.tolist(), state["v"].tolist()
    ([0.75], [0.5])

    Nesterov, "A Method for Solving the Convex Programming Problem with Convergence Rate O(1/k^2)", 1983; in this form
    Bengio et al., "Advances in Optimizing Recurrent Networks", 2013. Differs from PyTorch, which keeps v without the
    learning rate and with the other sign; the weights are the same as long as the rate is.
    """
    v_prev = state["v"]
    v = momentum * v_prev - lr * dw
    w = w - momentum * v_prev + (1 + momentum) * v
    state = {"v": v}
    return w, state

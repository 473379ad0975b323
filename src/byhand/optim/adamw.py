"""Adam with weight decay of its own."""

from __future__ import annotations

from jaxtyping import Float

from byhand.arrays import Array

from . import adam


def adamw_state(w: Float[Array, "*s"]) -> dict:
    """Return what `adamw` remembers of one array of weights before its first step: what `adam` does."""
    return adam.adam_state(w)


def adamw(
    w: Float[Array, "*s"],
    dw: Float[Array, "*s"],
    state: dict,
    *,
    lr,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
    weight_decay: float = 0.01,
):
    """Take one step of Adam, and let every weight shrink by a share of itself.

        w <- w - lr * mhat / (sqrt(vhat) + eps) - lr * weight_decay * w

    where m, v, mhat, vhat and t are those of `adam`, and the last w is the one before the step. The decay is no part of
    the gradient: it enters neither m nor v, and is not divided by the root. lr multiplies both parts, so the share is
    lr * weight_decay, and falls with lr along a schedule.

    Args:
        w: any shape, the weights. Whatever is given here shrinks: biases too, unless weight_decay is 0 for them.
        dw: the shape of w, the gradient of the loss, without a term for the decay.
        state: {"m", "v": the shape of w, "t": a number}, as in `adam`.
        lr: the learning rate, a number.
        beta1, beta2: how much of the first and second moment stays.
        eps: added to the root, against division by zero.
        weight_decay: the strength of the decay.

    Returns:
        w: the new weights.
        state: {"m", "v", "t"}, the new ones.

    >>> import numpy as np
    >>> state = {"m": np.zeros(2), "v": np.zeros(2), "t": 0}
    >>> w, state = adamw(np.full(2, 10.0), np.array([0.0, 5.0]), state, lr=0.5, weight_decay=0.1)
    >>> w.round(4).tolist()
    [9.5, 9.0]

    Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019. Differs from the paper, where the
    schedule's factor multiplies both parts and the rate alpha the first alone; here, as in PyTorch, lr is the product of the
    two, and multiplies both.
    """
    shrink = lr * weight_decay * w
    w, state = adam.adam(w, dw, state, lr=lr, beta1=beta1, beta2=beta2, eps=eps)
    w = w - shrink
    return w, state

"""Dropout."""

from __future__ import annotations

from jaxtyping import Float

from byhand.arrays import Array


def dropout_forward(x: Float[Array, "*s"], noise: Array, *, keep: float, train: bool):
    """In training, keep each element with probability `keep` and make up for the lost ones; in testing, change nothing.

        out = x * mask / keep,    mask = noise < keep

    Args:
        x: any shape.
        noise: the shape of x, uniform in [0, 1); not looked at in testing (None will do).
        keep: the probability of keeping an element, above 0.
        train: whether to drop.

    Returns:
        out: the shape of x.
        cache: (mask, keep, train), what `dropout_backward` needs.

    >>> import numpy as np
    >>> out, cache = dropout_forward(np.array([1.0, 2.0]), np.array([0.7, 0.2]), keep=0.5, train=True)
    >>> out.tolist()
    [0.0, 4.0]

    Srivastava et al., "Dropout", 2014 (there scaled in testing; here, as everywhere today, in training). Differs from
    PyTorch: keep is the probability of keeping, not of dropping.
    """
    if train:
        mask = noise < keep
        out = x * mask / keep
    else:
        mask = None
        out = x
    cache = (mask, keep, train)
    return out, cache


def dropout_backward(dout: Float[Array, "*s"], cache):
    """Return the gradient of dropout.

        dx = dout * mask / keep    (in testing, dx = dout)

    Derivation: out = x * mask / keep is a product with numbers that do not depend on x. What was dropped gets nothing,
    what was kept is scaled as it was on the way in.

    Args:
        dout: any shape, the upstream gradient.
        cache: (mask, keep, train), from `dropout_forward`.

    Returns:
        dx: the shape of dout.
    """
    mask, keep, train = cache
    if train:
        dx = dout * mask / keep
    else:
        dx = dout
    return dx

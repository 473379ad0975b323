"""Adjoints: what summing, averaging, copying and sharing become on the way back.

Each backward here is a small fact that the backward passes of whole layers are made of: a sum goes back as copies,
copies go back as a sum.
"""

from __future__ import annotations

from jaxtyping import Float

from byhand.arrays import Array, namespace


def sum_forward(x: Float[Array, "*s"], *, axis: int):
    """Sum along one axis, which disappears.

        out[j] = sum over i of x[i, j]    (for axis 0)

    Args:
        x: any shape.
        axis: which axis to sum.

    Returns:
        out: the shape of x without that axis.
        cache: (shape of x, axis), what `sum_backward` needs.

    >>> import numpy as np
    >>> out, cache = sum_forward(np.ones((2, 3)), axis=0)
    >>> out.tolist()
    [2.0, 2.0, 2.0]
    """
    xp = namespace(x)
    out = xp.sum(x, axis=axis)
    cache = (x.shape, axis)
    return out, cache


def sum_backward(dout: Float[Array, "*t"], cache):
    """Return the gradient of a sum.

        dx[i, j] = dout[j]    (for a sum over i)

    Derivation: out[j] = sum over i of x[i, j]. Each x[i, j] enters out[j] once, with weight 1, and no other:
    every element that was summed gets the whole of dout.

    Args:
        dout: the shape of x without the summed axis, the upstream gradient.
        cache: (shape of x, axis), from `sum_forward`.

    Returns:
        dx: the shape of x.
    """
    xp = namespace(dout)
    shape, axis = cache
    dx = xp.broadcast_to(xp.expand_dims(dout, axis), shape)
    return dx


def mean_forward(x: Float[Array, "*s"], *, axis: int):
    """Average along one axis, which disappears.

        out[j] = sum over i of x[i, j] / N    (for axis 0, of size N)

    Args:
        x: any shape.
        axis: which axis to average.

    Returns:
        out: the shape of x without that axis.
        cache: (shape of x, axis), what `mean_backward` needs.

    >>> import numpy as np
    >>> out, cache = mean_forward(np.ones((2, 3)), axis=0)
    >>> out.tolist()
    [1.0, 1.0, 1.0]
    """
    xp = namespace(x)
    out = xp.mean(x, axis=axis)
    cache = (x.shape, axis)
    return out, cache


def mean_backward(dout: Float[Array, "*t"], cache):
    """Return the gradient of a mean.

        dx[i, j] = dout[j] / N    (for a mean over i = 1..N)

    Derivation: out[j] = sum over i of x[i, j] / N. Each x[i, j] enters out[j] once, with weight 1 / N: every
    element that was averaged gets an equal share of dout.

    Args:
        dout: the shape of x without the averaged axis, the upstream gradient.
        cache: (shape of x, axis), from `mean_forward`.

    Returns:
        dx: the shape of x.
    """
    xp = namespace(dout)
    shape, axis = cache
    dx = xp.broadcast_to(xp.expand_dims(dout / shape[axis], axis), shape)
    return dx


def broadcast_forward(x: Float[Array, "*s"], *, shape: tuple[int, ...]):
    """Repeat x to a larger shape by the rules of broadcasting: new axes come in front, axes of size 1 are stretched.

        out[i, j] = x[j]    (for a new axis in front; an axis of size 1 is stretched likewise)

    Args:
        x: any shape that broadcasts to the larger one.
        shape: the larger shape.

    Returns:
        out: the larger shape.
        cache: (shape of x,), what `broadcast_backward` needs.

    >>> import numpy as np
    >>> out, cache = broadcast_forward(np.array([1.0, 2.0]), shape=(3, 2))
    >>> out.tolist()
    [[1.0, 2.0], [1.0, 2.0], [1.0, 2.0]]
    """
    xp = namespace(x)
    out = xp.broadcast_to(x, shape)
    cache = (x.shape,)
    return out, cache


def broadcast_backward(dout: Float[Array, "*t"], cache):
    """Return the gradient of broadcasting.

        dx[j] = sum over i of dout[i, j]    (for out[i, j] = x[j])

    Derivation: x[j] is used once for every i, so its gradient is the sum over its uses. An axis that came in front is
    summed away; an axis of size 1 that was stretched is summed and kept, so that dx has the shape of x.

    Args:
        dout: the larger shape, the upstream gradient.
        cache: (shape of x,), from `broadcast_forward`.

    Returns:
        dx: the shape of x.
    """
    xp = namespace(dout)
    (shape,) = cache
    dx = dout
    while dx.ndim > len(shape):
        dx = xp.sum(dx, axis=0)
    for axis, size in enumerate(shape):
        if size == 1:
            dx = xp.sum(dx, axis=axis, keepdims=True)
    return dx


def fan_out_forward(x: Float[Array, "*s"], *, copies: int):
    """Hand the same array to several places.

        outs[0] = x,    outs[1] = x,    ...

    Args:
        x: any shape.
        copies: how many places.

    Returns:
        outs: a list of as many arrays, all equal to x.
        cache: (), for `fan_out_backward` needs nothing.

    >>> import numpy as np
    >>> outs, cache = fan_out_forward(np.array([1.0, 2.0]), copies=3)
    >>> [out.tolist() for out in outs]
    [[1.0, 2.0], [1.0, 2.0], [1.0, 2.0]]
    """
    outs = [x * 1 for _ in range(copies)]  # arrays of their own, not one array under several names
    cache = ()
    return outs, cache


def fan_out_backward(douts: list[Float[Array, "*s"]], cache):
    """Return the gradient of a value that is used in several places.

        dx = douts[0] + douts[1] + ...

    Derivation: to move x is to move every copy at once, and the loss moves by the sum of what each brings (the chain
    rule for several variables).

    Args:
        douts: a list of arrays of one shape, the upstream gradients.
        cache: (), from `fan_out_forward`.

    Returns:
        dx: the shape of each.
    """
    dx = douts[0]
    for dout in douts[1:]:
        dx = dx + dout
    return dx

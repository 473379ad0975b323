"""The affine (fully connected) layer."""

from __future__ import annotations

from jaxtyping import Float

from byhand.arrays import Array, namespace


def affine_forward(x: Float[Array, "n *k"], w: Float[Array, "d m"], b: Float[Array, "m"]):
    """Multiply a batch of examples by a weight matrix and add a bias.

        out = rows(x) @ w + b

    where rows(x) lays each example out flat, as one row of D = k1 * k2 * ... numbers.

    Args:
        x: (N, k1, k2, ...), a batch of N examples.
        w: (D, M), the weights.
        b: (M,), the biases.

    Returns:
        out: (N, M).
        cache: (x, w), what `affine_backward` needs.

    >>> import numpy as np
    >>> out, cache = affine_forward(np.ones((2, 3, 4)), np.ones((12, 5)), np.zeros(5))
    >>> out.shape
    (2, 5)

    Differs from PyTorch's `Linear`: w is (in, out), not (out, in), and x is flattened.
    """
    xp = namespace(x)
    rows = xp.reshape(x, (x.shape[0], -1))  # (N, D)
    out = rows @ w + b
    cache = (x, w)
    return out, cache


def affine_backward(dout: Float[Array, "n m"], cache):
    """Return the gradients of the affine layer.

        dx = dout @ w.T
        dw = rows(x).T @ dout
        db = sum over n of dout[n]

    Derivation: out[n, m] = sum over d of rows[n, d] * w[d, m] + b[m]. Each out[n, m] sees rows[n, d] with weight
    w[d, m], so drows[n, d] = sum over m of dout[n, m] * w[d, m]; it sees w[d, m] with weight rows[n, d], so dw[d, m] =
    sum over n of rows[n, d] * dout[n, m]; and it sees b[m] once for every n, so db sums over the batch.

    Args:
        dout: (N, M), the upstream gradient.
        cache: (x, w), from `affine_forward`.

    Returns:
        dx: the shape of x.
        dw: (D, M).
        db: (M,).
    """
    xp = namespace(dout)
    x, w = cache
    rows = xp.reshape(x, (x.shape[0], -1))  # (N, D)
    dx = xp.reshape(dout @ w.T, x.shape)
    dw = rows.T @ dout
    db = xp.sum(dout, axis=0)
    return dx, dw, db

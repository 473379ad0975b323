"""Products of one vector a row with another: all pairs of their numbers kept, or all summed."""

from __future__ import annotations

import numpy as np

from byhand.arrays import Array


def batched_outer_loop(a: Array, b: Array) -> Array:
    """Multiply every number of a row of `a` by every number of the same row of `b`, one pair at a time."""
    n, d = a.shape
    m = b.shape[1]
    out = np.zeros((n, d, m), dtype=a.dtype)
    for i in range(n):
        for j in range(d):
            for k in range(m):
                out[i, j, k] = a[i, j] * b[i, k]
    return out


def batched_outer(a: Array, b: Array) -> Array:
    """Form the outer product of each row of `a` with the same row of `b`.

        out[i, j, k] = a[i, j] * b[i, k]

    Args:
        a: (N, D).
        b: (N, M).

    Returns:
        out: (N, D, M), a table of products for each row.

    >>> batched_outer(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0, 5.0]])).tolist()
    [[[3.0, 4.0, 5.0], [6.0, 8.0, 10.0]]]
    """
    out = a[:, :, None] * b[:, None, :]  # (N, D, 1) times (N, 1, M): (N, D, M)
    return out


def bilinear_form_loop(x: Array, A: Array, y: Array) -> Array:
    """Compare every row of `x` with the same row of `y` by way of `A`, one product at a time."""
    n, d = x.shape
    m = y.shape[1]
    out = np.zeros(n, dtype=x.dtype)
    for i in range(n):
        for j in range(d):
            for k in range(m):
                out[i] += x[i, j] * A[j, k] * y[i, k]
    return out


def bilinear_form(x: Array, A: Array, y: Array) -> Array:
    """Compare every row of `x` with the same row of `y` by way of the table of weights `A`.

        out[i] = sum over j, k of x[i, j] * A[j, k] * y[i, k]

    Args:
        x: (N, D).
        A: (D, M), a weight for each pair of columns.
        y: (N, M).

    Returns:
        out: (N,), one number for each pair of rows.

    >>> bilinear_form(np.array([[1.0, 2.0]]), np.array([[1.0, 0.0], [3.0, 1.0]]), np.array([[4.0, 5.0]])).tolist()
    [38.0]
    """
    xA = x @ A  # (N, M)
    out = np.sum(xA * y, axis=1)  # (N,)
    return out

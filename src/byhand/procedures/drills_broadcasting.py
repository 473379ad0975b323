"""Drills in which two indices meet: an axis for each, and broadcasting makes all the pairs."""

from __future__ import annotations

import numpy as np

from byhand.arrays import Array


def pairwise_difference_loop(a: Array, b: Array) -> Array:
    """Subtract every row of b from every row of a, one number at a time."""
    n, d = a.shape
    m = len(b)
    out = np.zeros((n, m, d), dtype=a.dtype)
    for i in range(n):
        for j in range(m):
            for k in range(d):
                out[i, j, k] = a[i, k] - b[j, k]
    return out


def pairwise_difference(a: Array, b: Array) -> Array:
    """Subtract every row of b from every row of a.

        out[i, j, k] = a[i, k] - b[j, k]

    Args:
        a: (N, D), points.
        b: (M, D), other points.

    Returns:
        out: (N, M, D).

    >>> pairwise_difference(np.array([[5.0, 1.0]]), np.array([[1.0, 1.0], [2.0, 3.0]])).tolist()
    [[[4.0, 0.0], [3.0, -2.0]]]
    """
    out = a[:, None, :] - b[None, :, :]  # (N, 1, D) - (1, M, D): (N, M, D)
    return out


def running_mean_loop(x: Array, window: int) -> Array:
    """Average every window of a sequence, one number at a time."""
    n = len(x)
    out = np.zeros(n - window + 1, dtype=x.dtype)
    for i in range(n - window + 1):
        for k in range(window):
            out[i] += x[i + k] / window
    return out


def running_mean(x: Array, window: int) -> Array:
    """Smooth a sequence: average each number with those that follow it, `window` numbers in all.

        out[i] = (sum over k from 0 to window - 1 of x[i + k]) / window

    Only whole windows count. None hangs over an end, so there are N - window + 1 of them: the result is shorter than x. There
    is to be no loop over the sequence; one over the few places in a window is allowed.

    Args:
        x: (N,), a sequence.
        window: how many numbers are averaged, from 1 to N.

    Returns:
        out: (N - window + 1,).

    >>> running_mean(np.array([1.0, 3.0, 5.0, 1.0]), 2).tolist()
    [2.0, 4.0, 3.0]

    Differs from pandas' `rolling`, which keeps the length and begins with window - 1 missing values.
    """
    starts = np.arange(len(x) - window + 1)  # (N - window + 1,)
    places = starts[:, None] + np.arange(window)  # (N - window + 1, window): i + k
    out = np.mean(x[places], axis=1)  # (N - window + 1,)
    return out

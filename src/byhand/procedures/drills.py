"""The first drills: what a loop over rows and columns becomes when it is written for all of them at once.

Each comes twice: with the loop, which is what a learner is given, and without.
"""

from __future__ import annotations

import numpy as np

from byhand.arrays import Array


def row_normalize_loop(x: Array) -> Array:
    """Divide every row by its sum, one number at a time."""
    n, d = x.shape
    out = np.zeros_like(x)
    for i in range(n):
        total = 0.0
        for j in range(d):
            total += x[i, j]
        for j in range(d):
            out[i, j] = x[i, j] / total
    return out


def row_normalize(x: Array) -> Array:
    """Divide every row by its sum, so that each row sums to 1.

        out[i, j] = x[i, j] / (sum over k of x[i, k])

    Args:
        x: (N, D), with rows that do not sum to zero.

    Returns:
        out: (N, D).

    >>> row_normalize(np.array([[1.0, 3.0], [2.0, 2.0]])).tolist()
    [[0.25, 0.75], [0.5, 0.5]]
    """
    total = np.sum(x, axis=1, keepdims=True)  # (N, 1)
    out = x / total
    return out

"""The drills on rows and columns: what a loop over rows and columns becomes when it is written for all of them at once.

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


def standardize_columns_loop(x: Array, *, eps=1e-5) -> Array:
    """Give every column mean 0 and variance 1, one number at a time."""
    n, d = x.shape
    out = np.zeros_like(x)
    for j in range(d):
        total = 0.0
        for i in range(n):
            total += x[i, j]
        mean = total / n
        total = 0.0
        for i in range(n):
            total += (x[i, j] - mean) ** 2
        variance = total / n
        for i in range(n):
            out[i, j] = (x[i, j] - mean) / np.sqrt(variance + eps)
    return out


def standardize_columns(x: Array, *, eps=1e-5) -> Array:
    """Take from every column its mean and divide it by its standard deviation, so that all columns have one scale.

        out[i, j] = (x[i, j] - mean[j]) / sqrt(variance[j] + eps)
        mean[j] = (sum over i of x[i, j]) / N
        variance[j] = (sum over i of (x[i, j] - mean[j])^2) / N

    Args:
        x: (N, D), one example a row, one feature a column.
        eps: a small number, so that a column that does not vary is not divided by zero.

    Returns:
        out: (N, D).

    >>> standardize_columns(np.array([[1.0, 5.0], [3.0, 5.0]]), eps=0.0625).round(4).tolist()
    [[-0.9701, 0.0], [0.9701, 0.0]]

    Differs from scikit-learn's StandardScaler, which has no eps and leaves the scale of a column that does not vary; and from
    `torch.var`, which divides by N - 1 unless told otherwise.
    """
    mean = np.mean(x, axis=0)  # (D,)
    xc = x - mean  # (N, D) - (D,): the last axes line up
    variance = np.mean(xc**2, axis=0)  # (D,)
    out = xc / np.sqrt(variance + eps)  # (N, D) / (D,)
    return out

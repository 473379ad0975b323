"""A softmax of every row, safe from overflow: a maximum and a sum along one axis, and their broadcasting."""

from __future__ import annotations

import numpy as np

from byhand.arrays import Array


def stable_softmax_rows_loop(scores: Array) -> Array:
    """Turn every row of scores into probabilities, one number at a time."""
    n, c = scores.shape
    p = np.zeros_like(scores)
    for i in range(n):
        largest = scores[i, 0]
        for j in range(c):
            if scores[i, j] > largest:
                largest = scores[i, j]
        total = 0.0
        for j in range(c):
            p[i, j] = np.exp(scores[i, j] - largest)
            total += p[i, j]
        for j in range(c):
            p[i, j] /= total
    return p


def stable_softmax_rows(scores: Array) -> Array:
    """Turn every row of scores into probabilities: positive, and adding up to 1.

        p[i, j] = exp(scores[i, j] - largest[i]) / (sum over k of exp(scores[i, k] - largest[i]))
        largest[i] = max over k of scores[i, k]

    Taking `largest` away changes nothing on paper, and keeps every exponential at 1 or below: none overflows, and the sum is
    never zero, however large the scores are.

    Args:
        scores: (N, C), with any numbers in it.

    Returns:
        p: (N, C).

    >>> stable_softmax_rows(np.array([[1000.0, 1000.0], [0.0, -1000.0]])).tolist()
    [[0.5, 0.5], [1.0, 0.0]]
    """
    largest = np.max(scores, axis=1, keepdims=True)  # (N, 1)
    e = np.exp(scores - largest)  # (N, C), at most 1
    p = e / np.sum(e, axis=1, keepdims=True)
    return p

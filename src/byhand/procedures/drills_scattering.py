"""Rows added into a table at given places."""

from __future__ import annotations

import numpy as np

from byhand.arrays import Array


def scatter_add_loop(x: Array, index: Array, values: Array) -> Array:
    """Add every row of `values` to the row of the table that `index` names, one number at a time."""
    out = x.copy()
    for i in range(len(index)):
        for j in range(x.shape[1]):
            out[index[i], j] += values[i, j]
    return out


def scatter_add(x: Array, index: Array, values: Array) -> Array:
    """Add every row of `values` to the row of a table that `index` names. A row that is named twice is added to twice.

        out[v, j] = x[v, j] + (sum over all i with index[i] = v of values[i, j])

    The table `x` stays as it is: the result is a new one.

    Args:
        x: (V, D), the table.
        index: (M,), whole numbers from 0 to V - 1; they may repeat.
        values: (M, D).

    Returns:
        out: (V, D).

    >>> scatter_add(np.array([[10.0], [20.0]]), np.array([1, 1, 0]), np.array([[1.0], [2.0], [3.0]])).tolist()
    [[13.0], [23.0]]
    """
    out = x.copy()
    np.add.at(out, index, values)
    return out

"""Drills in which whole numbers say where: writing at places and reading from places, for all of them at once."""

from __future__ import annotations

import numpy as np

from byhand.arrays import Array


def one_hot_loop(y: Array, classes: int) -> Array:
    """Write a one into every row, in the column of its class."""
    n = len(y)
    out = np.zeros((n, classes))
    for i in range(n):
        for c in range(classes):
            if c == y[i]:
                out[i, c] = 1.0
    return out


def one_hot(y: Array, classes: int) -> Array:
    """Turn labels into rows of zeros, with a one in the column of the row's class.

        out[i, c] = 1 where c = y[i], else 0

    There is to be no loop over the examples, and none over the classes.

    Args:
        y: (N,), labels from 0 to classes - 1. Not every class need occur.
        classes: how many classes there are, C.

    Returns:
        out: (N, C), real numbers.

    >>> one_hot(np.array([2, 0]), 3).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]

    Differs from `torch.nn.functional.one_hot`, which returns whole numbers.
    """
    n = len(y)
    out = np.zeros((n, classes))  # (N, C)
    out[np.arange(n), y] = 1.0  # the places (0, y[0]), (1, y[1]), ...: one in each row
    return out


def gather_rows_loop(x: Array, index: Array) -> Array:
    """Copy the rows that are asked for, one number at a time."""
    m, d = len(index), x.shape[1]
    out = np.zeros((m, d), dtype=x.dtype)
    for i in range(m):
        for j in range(d):
            out[i, j] = x[index[i], j]
    return out


def gather_rows(x: Array, index: Array) -> Array:
    """Collect rows of a matrix: those that `index` names, in its order, as often as it names them.

        out[i, j] = x[index[i], j]

    Args:
        x: (N, D), a row for each thing that can be asked for.
        index: (M,), whole numbers from 0 to N - 1.

    Returns:
        out: (M, D).

    >>> gather_rows(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1, 0, 1])).tolist()
    [[3.0, 4.0], [1.0, 2.0], [3.0, 4.0]]

    Differs from `torch.gather`, whose index names a place for every single number; `torch.index_select` does the same as this.
    """
    out = x[index]  # (M, D): the index takes the place of the first axis
    return out

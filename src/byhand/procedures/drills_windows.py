"""Pieces of an array: blocks side by side, summed, and windows that overlap."""

from __future__ import annotations

import numpy as np

from byhand.arrays import Array


def block_sum_loop(x: Array, size: int) -> Array:
    """Add up the numbers in every block of an image, one number at a time."""
    n, h, w = x.shape
    out = np.zeros((n, h // size, w // size), dtype=x.dtype)
    for i in range(n):
        for r in range(h // size):
            for c in range(w // size):
                for a in range(size):
                    for b in range(size):
                        out[i, r, c] += x[i, r * size + a, c * size + b]
    return out


def block_sum(x: Array, size: int) -> Array:
    """Cut every image into square blocks, side by side, and add up the numbers in each.

        out[i, r, c] = sum over a, b from 0 to size - 1 of x[i, r * size + a, c * size + b]

    Vectorised means: no loop over images, rows or columns of blocks. One over the places within a block, `a` and `b`, is as
    long as the block, not as the image; that is fine.

    Args:
        x: (N, H, W).
        size: the height and width of a block; it divides H and W.

    Returns:
        out: (N, H // size, W // size).

    >>> block_sum(np.array([[[1.0, 2.0, 5.0, 6.0], [3.0, 4.0, 7.0, 8.0]]]), 2).tolist()
    [[[10.0, 26.0]]]
    """
    n, h, w = x.shape
    blocks = np.reshape(x, (n, h // size, size, w // size, size))  # (N, H // size, size, W // size, size)
    out = np.sum(blocks, axis=(2, 4))  # (N, H // size, W // size)
    return out


def sliding_windows_loop(x: Array, size: int) -> Array:
    """Copy every window of every row, one number at a time."""
    n, t = x.shape
    out = np.zeros((n, t - size + 1, size), dtype=x.dtype)
    for i in range(n):
        for s in range(t - size + 1):
            for k in range(size):
                out[i, s, k] = x[i, s + k]
    return out


def sliding_windows(x: Array, size: int) -> Array:
    """Find all windows of every row: `size` neighbours that begin at each step. Windows overlap.

        out[i, s, k] = x[i, s + k]

    Vectorised means: no loop over rows or windows. One over the places within a window, `k`, is as long as the window, not as
    the row; that is fine.

    Args:
        x: (N, T).
        size: how long a window is, from 1 to T.

    Returns:
        out: (N, T - size + 1, size).

    >>> sliding_windows(np.array([[1.0, 2.0, 3.0, 4.0]]), 3).tolist()
    [[[1.0, 2.0, 3.0], [2.0, 3.0, 4.0]]]
    """
    t = x.shape[1]
    starts = np.arange(t - size + 1)  # (T - size + 1,)
    steps = starts[:, None] + np.arange(size)  # (T - size + 1, size)
    out = x[:, steps]  # (N, T - size + 1, size)
    return out

"""Masks: arrays of True and False that say what counts. True counts, False is left out."""

from __future__ import annotations

import numpy as np

from byhand.arrays import Array


def masked_mean_loop(x: Array, mask: Array) -> Array:
    """Average the steps of every sequence that count, one number at a time."""
    n, t, d = x.shape
    out = np.zeros((n, d), dtype=x.dtype)
    for i in range(n):
        count = 0
        for s in range(t):
            if mask[i, s]:
                count += 1
                for j in range(d):
                    out[i, j] += x[i, s, j]
        if count > 0:
            for j in range(d):
                out[i, j] /= count
    return out


def masked_mean(x: Array, mask: Array) -> Array:
    """Average the steps of every sequence that count. A sequence in which none counts gives zeros.

        out[i, j] = (sum over s of mask[i, s] * x[i, s, j]) / (sum over s of mask[i, s])

    Args:
        x: (N, T, D), N sequences of T steps.
        mask: (N, T), True where a step counts, False where it is left out.

    Returns:
        out: (N, D), never NaN.

    >>> x = np.array([[[1.0], [3.0], [50.0]], [[7.0], [8.0], [9.0]]])
    >>> masked_mean(x, np.array([[True, True, False], [False, False, False]])).tolist()
    [[2.0], [0.0]]
    """
    total = np.sum(x * mask[:, :, None], axis=1)  # (N, D)
    count = np.sum(mask, axis=1, keepdims=True, dtype=x.dtype)  # (N, 1)
    out = total / np.maximum(count, 1)
    return out


def causal_mask_loop(length: int) -> Array:
    """Mark, for every step, itself and the steps before it, one pair at a time."""
    mask = np.zeros((length, length), dtype=bool)
    for t in range(length):
        for s in range(length):
            mask[t, s] = s <= t
    return mask


def causal_mask(length: int) -> Array:
    """Say which steps may be looked at from which: each from itself and from all later ones, so that none sees the future.

        mask[t, s] = (s <= t)

    Args:
        length: the number of steps, T.

    Returns:
        mask: (T, T), booleans: in row t, True for the steps that step t may look at.

    >>> causal_mask(3).astype(int).tolist()
    [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
    """
    step = np.arange(length)  # (T,)
    mask = step <= step[:, None]  # (T,) against (T, 1): (T, T)
    return mask

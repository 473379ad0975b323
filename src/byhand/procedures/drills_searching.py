"""Drills in which an index is searched, not summed: the largest few of a row, the largest of a group."""

from __future__ import annotations

import numpy as np

from byhand.arrays import Array


def top_k_indices_loop(scores: Array, k: int) -> Array:
    """Find the largest score of every row, then the largest of those that are left, until there are k."""
    n, c = scores.shape
    out = np.zeros((n, k), dtype=int)
    for i in range(n):
        left = list(range(c))
        for place in range(k):
            best = left[0]
            for j in left:
                if scores[i, j] > scores[i, best]:
                    best = j
            out[i, place] = best
            left.remove(best)
    return out


def top_k_indices(scores: Array, k: int) -> Array:
    """Find where the k largest scores of every row stand, the largest first; of equal scores the one with the smaller index.

        out[i, p] = the j whose scores[i, j] comes at place p, when row i is sorted from the largest down

    There is to be no loop over the rows, and none over the columns; one over the few places is allowed.

    Args:
        scores: (N, C), finite numbers.
        k: how many are wanted, from 1 to C.

    Returns:
        out: (N, k), column indices.

    >>> top_k_indices(np.array([[0.1, 0.7, 0.2], [0.5, 0.0, 0.5]]), 2).tolist()
    [[1, 2], [0, 2]]

    Differs from `torch.topk`, which also returns the scores and promises nothing about equal ones.
    """
    order = np.argsort(-scores, axis=1, kind="stable")  # (N, C): stable leaves equal ones in their order
    out = order[:, :k]  # (N, k)
    return out


def argmax_per_group_loop(values: Array, group: Array, groups: int) -> Array:
    """Go through all the values for every group, and note where the largest of its own stands."""
    out = np.zeros(groups, dtype=int)
    for g in range(groups):
        best = -1
        for i in range(len(values)):
            if group[i] == g and (best == -1 or values[i] > values[best]):
                best = i
        out[g] = best
    return out


def argmax_per_group(values: Array, group: Array, groups: int) -> Array:
    """Find for every group where the largest of its values stands; of equal ones the first, and -1 if the group is empty.

        out[g] = the first i with group[i] = g whose values[i] is the largest of that group

    There is to be no loop over the values, and none over the groups.

    Args:
        values: (N,), finite numbers.
        group: (N,), which group each value belongs to, from 0 to groups - 1. Not every group need occur.
        groups: how many groups there are, G.

    Returns:
        out: (G,), indices into values, or -1.

    >>> argmax_per_group(np.array([3.0, 9.0, 5.0]), np.array([0, 2, 0]), 3).tolist()
    [2, -1, 1]

    Differs from pandas' `groupby(...).idxmax()`, which leaves empty groups out.
    """
    member = group == np.arange(groups)[:, None]  # (G, N): g down, i across
    candidates = np.where(member, values, -np.inf)  # (G, N): the values of others cannot win
    first = np.argmax(candidates, axis=1)  # (G,): the first of equals
    out = np.where(np.any(member, axis=1), first, -1)  # (G,)
    return out

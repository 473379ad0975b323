"""Nearest neighbours: how far apart two examples are, and whose vote decides."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def euclidean_distances_two_loops(x: np.ndarray, train: np.ndarray):
    """Return the Euclidean distance of every query from every training example, one pair at a time.

        distances[m, n] = sqrt(sum over d of (x[m, d] - train[n, d])^2)

    Args:
        x: (M, D), the queries.
        train: (N, D), the training examples.

    Returns:
        distances: (M, N).

    >>> euclidean_distances_two_loops(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0], [0.0, 2.0]])).tolist()
    [[5.0, 2.0]]
    """
    m, n = len(x), len(train)
    distances = np.zeros((m, n), dtype=x.dtype)
    for i in range(m):
        for j in range(n):
            distances[i, j] = np.sqrt(np.sum((x[i] - train[j]) ** 2))
    return distances


def euclidean_distances_one_loop(x: np.ndarray, train: np.ndarray):
    """Return the Euclidean distance of every query from every training example, one query at a time.

        distances[m, n] = sqrt(sum over d of (x[m, d] - train[n, d])^2)

    Args:
        x: (M, D), the queries.
        train: (N, D), the training examples.

    Returns:
        distances: (M, N).

    >>> euclidean_distances_one_loop(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0], [0.0, 2.0]])).tolist()
    [[5.0, 2.0]]
    """
    m, n = len(x), len(train)
    distances = np.zeros((m, n), dtype=x.dtype)
    for i in range(m):
        difference = x[i] - train  # (N, D)
        distances[i] = np.sqrt(np.sum(difference**2, axis=1))
    return distances


def euclidean_distances(x: np.ndarray, train: np.ndarray):
    """Return the Euclidean distance of every query from every training example, all at once.

        distances[m, n] = sqrt(|x[m]|^2 - 2 * x[m] . train[n] + |train[n]|^2)

    The dot products of all pairs are one product of matrices. Where two points nearly agree the three terms cancel, and
    rounding may leave a number a little below zero: it is raised to zero before the root.

    Args:
        x: (M, D), the queries.
        train: (N, D), the training examples.

    Returns:
        distances: (M, N).

    >>> euclidean_distances(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0], [0.0, 2.0]])).tolist()
    [[5.0, 2.0]]

    Differs from PyTorch's `cdist`: that one takes differences for few points, and this formula for many.
    """
    xx = np.einsum("md,md->m", x, x)  # (M,), sums of squares without an array of the squares
    tt = np.einsum("nd,nd->n", train, train)  # (N,)
    squared = x @ train.T  # (M, N), our own: everything that follows is written into it
    squared *= -2
    squared += xx[:, None]
    squared += tt
    np.maximum(squared, 0, out=squared)
    distances = np.sqrt(squared, out=squared)
    return distances


def knn_predict(distances: np.ndarray, labels: np.ndarray, *, k: int):
    """Give every query the class that most of its k nearest training examples have.

    If several classes have the most votes, the smallest label wins. Which of several examples at the very same distance
    are among the k is left open; here it is those that come first.

    Args:
        distances: (M, N), from each query to each training example; not changed.
        labels: (N,), the classes of the training examples, whole numbers from 0 on.
        k: how many neighbours vote, from 1 to N.

    Returns:
        predicted: (M,), the classes of the queries.

    >>> knn_predict(np.array([[0.3, 0.1, 0.2, 0.9]]), np.array([1, 2, 1, 0]), k=3).tolist()
    [1]
    >>> knn_predict(np.array([[0.3, 0.1, 0.2, 0.9]]), np.array([1, 2, 1, 0]), k=2).tolist()
    [1]
    """
    nearest = np.argsort(distances, axis=1, kind="stable")[:, :k]  # (M, k)
    votes = labels[nearest]  # (M, k)
    predicted = np.array([np.argmax(np.bincount(row)) for row in votes], dtype=labels.dtype)  # the first of the largest
    return predicted


def cross_validate(x: np.ndarray, y: np.ndarray, folds: Sequence, ks: Sequence):
    """Try every k on every fold: the others are the training set, the fold is the test.

        accuracies[i, f] = the share of fold f that ks[i] nearest neighbours, taken from the other folds, get right

    Args:
        x: (N, D), the examples.
        y: (N,), their classes.
        folds: a list of arrays of indices into x, which need not be of one length. Each example is in one of them.
        ks: a list of numbers of neighbours.

    Returns:
        accuracies: (len(ks), len(folds)).

    >>> x, y = np.array([[0.0], [1.0], [10.0], [11.0]]), np.array([0, 0, 1, 1])
    >>> cross_validate(x, y, [np.array([0, 2]), np.array([1, 3])], [1, 2]).tolist()
    [[1.0, 1.0], [0.5, 0.5]]
    """
    accuracies = np.zeros((len(ks), len(folds)), dtype=x.dtype)
    for f, fold in enumerate(folds):
        others = np.concatenate([*folds[:f], *folds[f + 1 :]])
        distances = euclidean_distances(x[fold], x[others])  # the same for every k
        for i, k in enumerate(ks):
            predicted = knn_predict(distances, y[others], k=k)
            accuracies[i, f] = np.mean(predicted == y[fold])
    return accuracies

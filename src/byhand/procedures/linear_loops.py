"""The losses of a linear classifier as loops over examples and classes: slow, and nothing is hidden."""

from __future__ import annotations

import numpy as np

from byhand.arrays import namespace


def linear_svm_loss_naive(W: np.ndarray, X: np.ndarray, y: np.ndarray, reg):
    """Score every class with a template, and ask that the right class be ahead of every other by a margin of 1.

        loss = 1/N * sum over n, and over j != y[n], of max(0, scores[n, j] - scores[n, y[n]] + 1) + reg * sum of W^2
        scores[n, j] = sum over d of X[n, d] * W[d, j]

    Derivation: a margin that is positive stands in the loss as scores[n, j] - scores[n, y[n]] + 1. Column j of W has slope
    X[n] in the first and column y[n] has slope X[n] in the second, which is subtracted; a margin that is not positive has no
    slope. The mean divides by N; the regularisation adds 2 * reg * W.

    Args:
        W: (D, C), the weights: a column for each class.
        X: (N, D), the examples.
        y: (N,), their classes, from 0 to C - 1.
        reg: how strongly the weights are kept small, a number.

    Returns:
        loss: a number, the mean over the batch and the regularisation.
        dW: (D, C), the gradient of the loss.

    >>> W, X, y = np.array([[1.0, 0.75, -3.0]]), np.array([[2.0]]), np.array([0])
    >>> loss, dW = linear_svm_loss_naive(W, X, y, 0.0)
    >>> float(loss), dW.tolist()
    (0.5, [[-2.0, 2.0, 0.0]])
    """
    xp = namespace(W)
    n, c = X.shape[0], W.shape[1]
    loss, dW = 0.0, xp.zeros_like(W)
    for i in range(n):
        scores = X[i] @ W  # (C,)
        for j in range(c):
            margin = scores[j] - scores[y[i]] + 1
            if j != y[i] and margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    loss = loss / n + reg * xp.sum(W**2)
    dW = dW / n + 2 * reg * W
    return loss, dW


def linear_softmax_loss_naive(W: np.ndarray, X: np.ndarray, y: np.ndarray, reg):
    """Score every class with a template, turn the scores into probabilities, and ask that the right class be likely.

        loss = -1/N * sum over n of log p[n, y[n]] + reg * sum of W^2
        p[n, j] = exp(scores[n, j]) / sum over k of exp(scores[n, k]),    scores[n, j] = sum over d of X[n, d] * W[d, j]

    The scores of an example are first shifted by their largest, and log p is computed without p: no exponential overflows,
    and no logarithm is taken of a number that was rounded to zero.

    Derivation: the loss of one example moves with scores[j] by p[j], and by 1 less if j is the right class. Column j of W
    has slope X[n] in scores[j], so it gathers that times X[n] from every example. The mean divides by N; the regularisation
    adds 2 * reg * W.

    Args:
        W: (D, C), the weights: a column for each class.
        X: (N, D), the examples.
        y: (N,), their classes, from 0 to C - 1.
        reg: how strongly the weights are kept small, a number.

    Returns:
        loss: a number, the mean over the batch and the regularisation.
        dW: (D, C), the gradient of the loss.

    >>> loss, dW = linear_softmax_loss_naive(np.zeros((1, 2)), np.array([[4.0]]), np.array([1]), 0.5)
    >>> round(float(loss), 4), dW.tolist()
    (0.6931, [[2.0, -2.0]])
    """
    xp = namespace(W)
    n, c = X.shape[0], W.shape[1]
    loss, dW = 0.0, xp.zeros_like(W)
    for i in range(n):
        scores = X[i] @ W  # (C,)
        shifted = scores - xp.max(scores)
        logp = shifted - xp.log(xp.sum(xp.exp(shifted)))  # (C,)
        loss -= logp[y[i]]
        for j in range(c):
            dscore = xp.exp(logp[j])
            if j == y[i]:
                dscore -= 1
            dW[:, j] += dscore * X[i]
    loss = loss / n + reg * xp.sum(W**2)
    dW = dW / n + 2 * reg * W
    return loss, dW

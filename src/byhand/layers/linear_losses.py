"""The losses of a linear classifier, scores and all, with their gradient in the weights. For loops, see `procedures`."""

from __future__ import annotations

from jaxtyping import Float, Int

from byhand.arrays import Array, namespace


def linear_svm_loss(W: Float[Array, "d c"], X: Float[Array, "n d"], y: Int[Array, "n"], reg):
    """Score every class with a template, and ask that the right class be ahead of every other by a margin of 1.

        loss = 1/N * sum over n, and over j != y[n], of max(0, scores[n, j] - scores[n, y[n]] + 1) + reg * sum of W^2
        scores = X @ W

    Derivation: a margin that is positive passes 1 / N to the score of its own class j and -1 / N to that of the right class;
    one that is not passes nothing. scores[n, j] = sum over d of X[n, d] * W[d, j], so W[d, j] gathers X[n, d] *
    dscores[n, j] from every example: X.T @ dscores. By its other route, the regularisation, W brings 2 * reg * W.

    Args:
        W: (D, C), the weights: a column for each class.
        X: (N, D), the examples.
        y: (N,), their classes, from 0 to C - 1.
        reg: how strongly the weights are kept small, a number.

    Returns:
        loss: a number, the mean over the batch and the regularisation.
        dW: (D, C), the gradient of the loss.

    >>> import numpy as np
    >>> loss, dW = linear_svm_loss(np.array([[1.0, 0.5, -3.0]]), np.array([[2.0]]), np.array([0]), 0.0)
    >>> float(loss), dW.tolist()
    (0.0, [[0.0, 0.0, 0.0]])

    Weston and Watkins, "Support Vector Machines for Multi-Class Pattern Recognition", 1999. Differs from PyTorch's
    `MultiMarginLoss`: the margins are summed over the classes, not averaged.
    """
    xp = namespace(W)
    n = X.shape[0]
    rows = xp.arange(n)
    scores = X @ W  # (N, C)
    right = scores[rows, y]  # (N,)
    margins = xp.maximum(scores - right[:, None] + 1, 0.0)  # (N, C)
    margins[rows, y] = 0.0  # the right class competes with the others only
    loss = xp.sum(margins) / n + reg * xp.sum(W**2)
    dscores = xp.ones_like(scores) * (margins > 0) / n  # (N, C)
    dscores[rows, y] = -xp.sum(dscores, axis=1)
    dW = X.T @ dscores + 2 * reg * W
    return loss, dW


def linear_softmax_loss(W: Float[Array, "d c"], X: Float[Array, "n d"], y: Int[Array, "n"], reg):
    """Score every class with a template, turn the scores into probabilities, and ask that the right class be likely.

        loss = -1/N * sum over n of log p[n, y[n]] + reg * sum of W^2
        p[n, j] = exp(scores[n, j]) / sum over k of exp(scores[n, k]),    scores = X @ W

    Each row of scores is first shifted by its largest, which leaves p as it is, so that no exponential overflows; and log p
    is computed without p, so that no logarithm is taken of a number that was rounded to zero.

    Derivation: dscores = (p - 1 at the right class) / N, as for the softmax loss alone. scores[n, j] = sum over d of
    X[n, d] * W[d, j], so W[d, j] gathers X[n, d] * dscores[n, j] from every example: X.T @ dscores. By its other route, the
    regularisation, W brings 2 * reg * W.

    Args:
        W: (D, C), the weights: a column for each class.
        X: (N, D), the examples.
        y: (N,), their classes, from 0 to C - 1.
        reg: how strongly the weights are kept small, a number.

    Returns:
        loss: a number, the mean over the batch and the regularisation.
        dW: (D, C), the gradient of the loss.

    >>> import numpy as np
    >>> loss, dW = linear_softmax_loss(np.zeros((1, 2)), np.array([[4.0]]), np.array([1]), 0.5)
    >>> round(float(loss), 4), dW.tolist()
    (0.6931, [[2.0, -2.0]])
    """
    xp = namespace(W)
    n = X.shape[0]
    rows = xp.arange(n)
    scores = X @ W  # (N, C)
    shifted = scores - xp.max(scores, axis=1, keepdims=True)  # (N, C), at most 0
    logp = shifted - xp.log(xp.sum(xp.exp(shifted), axis=1, keepdims=True))  # (N, C)
    loss = -xp.sum(logp[rows, y]) / n + reg * xp.sum(W**2)
    dscores = xp.exp(logp) / n  # (N, C)
    dscores[rows, y] -= 1 / n
    dW = X.T @ dscores + 2 * reg * W
    return loss, dW

"""Losses on class scores. Each returns the loss and its gradient together, for no upstream gradient is waited for."""

from __future__ import annotations

from jaxtyping import Float, Int

from byhand.arrays import Array, namespace


def svm_loss(scores: Float[Array, "n c"], y: Int[Array, "n"]):
    """Ask that the right class score higher than every other class by a margin of 1.

        loss = 1/N * sum over n, and over j != y[n], of max(0, scores[n, j] - scores[n, y[n]] + 1)

    Derivation: a margin that is positive passes 1 to the score of its own class j and -1 to the score of the right
    class; one that is not passes nothing. So dscores[n, j] is 1 for each positive margin, and dscores[n, y[n]] is minus
    their number; both are divided by N.

    Args:
        scores: (N, C), a score for each class.
        y: (N,), the right classes, from 0 to C - 1.

    Returns:
        loss: a number, the mean over the batch.
        dscores: (N, C), the gradient of the loss.

    >>> import numpy as np
    >>> loss, dscores = svm_loss(np.array([[3.0, 2.5, 0.0]]), np.array([0]))
    >>> float(loss), dscores.tolist()
    (0.5, [[-1.0, 1.0, 0.0]])

    Weston and Watkins, "Support Vector Machines for Multi-Class Pattern Recognition", 1999. Differs from PyTorch's
    `MultiMarginLoss`: the margins are summed over the classes, not averaged.
    """
    xp = namespace(scores)
    n = scores.shape[0]
    rows = xp.arange(n)
    right = scores[rows, y]  # (N,)
    margins = xp.maximum(scores - right[:, None] + 1, 0.0)  # (N, C)
    margins[rows, y] = 0.0  # the right class competes with the others only
    loss = xp.sum(margins) / n
    dscores = xp.ones_like(scores) * (margins > 0) / n  # (N, C)
    dscores[rows, y] = -xp.sum(dscores, axis=1)
    return loss, dscores


def softmax_loss(scores: Float[Array, "n c"], y: Int[Array, "n"]):
    """Turn scores into probabilities and ask that the right class be likely (cross-entropy).

        loss = -1/N * sum over n of log p[n, y[n]]
        p[n, j] = exp(scores[n, j]) / sum over k of exp(scores[n, k])

    Each row is first shifted by its largest score, which leaves p as it is, so that no exponential overflows; and log p
    is computed without p, so that no logarithm is taken of a number that was rounded to zero.

    Derivation: log p[n, y[n]] = scores[n, y[n]] - log(sum over k of exp(scores[n, k])). The first term gives 1 at the
    right class; the slope of the second in scores[n, j] is p[n, j]. So dscores = (p - 1 at the right class) / N.

    Args:
        scores: (N, C), a score for each class.
        y: (N,), the right classes, from 0 to C - 1.

    Returns:
        loss: a number, the mean over the batch.
        dscores: (N, C), the gradient of the loss.

    >>> import numpy as np
    >>> loss, dscores = softmax_loss(np.zeros((1, 4)), np.array([3]))
    >>> round(float(loss), 4), dscores.tolist()
    (1.3863, [[0.25, 0.25, 0.25, -0.75]])
    """
    xp = namespace(scores)
    n = scores.shape[0]
    rows = xp.arange(n)
    shifted = scores - xp.max(scores, axis=1, keepdims=True)  # (N, C), at most 0
    total = xp.sum(xp.exp(shifted), axis=1, keepdims=True)  # (N, 1)
    logp = shifted - xp.log(total)  # (N, C)
    loss = -xp.sum(logp[rows, y]) / n
    dscores = xp.exp(logp) / n  # (N, C)
    dscores[rows, y] -= 1 / n
    return loss, dscores

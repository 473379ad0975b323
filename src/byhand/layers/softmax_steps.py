"""The steps that the softmax loss is made of: shift the scores, compute the loss, compute its gradient in the scores."""

from __future__ import annotations

from jaxtyping import Float, Int

from byhand.arrays import Array, namespace


def shift_scores(scores: Float[Array, "n c"]):
    """Subtract from every row its largest score, so that no exponential of what is left overflows.

        shifted[n, j] = scores[n, j] - max over k of scores[n, k]

    Args:
        scores: (N, C), a score for each class.

    Returns:
        shifted: (N, C), at most 0; the differences within a row are those of the scores.

    >>> import numpy as np
    >>> shift_scores(np.array([[1000.0, 998.0], [-3.0, 4.0]])).tolist()
    [[0.0, -2.0], [-7.0, 0.0]]
    """
    xp = namespace(scores)
    shifted = scores - xp.max(scores, axis=1, keepdims=True)  # (N, C)
    return shifted


def cross_entropy(shifted: Float[Array, "n c"], y: Int[Array, "n"]):
    """Compute the softmax loss of scores that are shifted already.

        loss = 1/N * sum over n of (log(sum over k of exp(shifted[n, k])) - shifted[n, y[n]])

    which is the mean of -log p[n, y[n]], without p: where p is so small that floats round it to zero, it has no logarithm.

    Args:
        shifted: (N, C), scores, of which the largest in each row is 0.
        y: (N,), the right classes, from 0 to C - 1.

    Returns:
        loss: a number, the mean over the batch.

    >>> import numpy as np
    >>> float(cross_entropy(np.array([[-1000.0, 0.0], [0.0, -1000.0]]), np.array([0, 0])))
    500.0
    """
    xp = namespace(shifted)
    n = shifted.shape[0]
    total = xp.sum(xp.exp(shifted), axis=1)  # (N,), at least 1
    own = shifted[xp.arange(n), y]  # (N,)
    loss = xp.mean(xp.log(total) - own)
    return loss


def scores_gradient(shifted: Float[Array, "n c"], y: Int[Array, "n"]):
    """Return the gradient of the softmax loss in the scores.

        loss = 1/N * sum over n of (log(total[n]) - shifted[n, y[n]]),    total[n] = sum over k of exp(shifted[n, k])

    Derivation: the slope of log(total[n]) in shifted[n, j] is exp(shifted[n, j]) / total[n], which is the probability
    p[n, j]; the slope of the second term is -1 at the right class. So dscores = (p - 1 at the right class) / N. The scores
    reach the loss by another route too, through the largest of their row, but it brings nothing: when a whole row is
    shifted the loss stays as it is.

    Args:
        shifted: (N, C), scores, of which the largest in each row is 0.
        y: (N,), the right classes, from 0 to C - 1.

    Returns:
        dscores: (N, C).

    >>> import numpy as np
    >>> scores_gradient(np.zeros((1, 4)), np.array([3])).tolist()
    [[0.25, 0.25, 0.25, -0.75]]
    """
    xp = namespace(shifted)
    n = shifted.shape[0]
    e = xp.exp(shifted)
    p = e / xp.sum(e, axis=1, keepdims=True)  # (N, C)
    dscores = p / n
    dscores[xp.arange(n), y] -= 1 / n
    return dscores

"""`cs231n/classifiers/softmax.py`."""

from byhand.layers import linear_losses
from byhand.procedures import linear_loops


def softmax_loss_naive(W, X, y, reg):
    """Return loss, dW."""
    return linear_loops.linear_softmax_loss_naive(W, X, y, reg)


def softmax_loss_vectorized(W, X, y, reg):
    """Return loss, dW."""
    return linear_losses.linear_softmax_loss(W, X, y, reg)

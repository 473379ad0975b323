"""`cs231n/classifiers/linear_svm.py`."""

from byhand.layers import linear_losses
from byhand.procedures import linear_loops


def svm_loss_naive(W, X, y, reg):
    """Return loss, dW."""
    return linear_loops.linear_svm_loss_naive(W, X, y, reg)


def svm_loss_vectorized(W, X, y, reg):
    """Return loss, dW."""
    return linear_losses.linear_svm_loss(W, X, y, reg)

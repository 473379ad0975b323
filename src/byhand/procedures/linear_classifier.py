"""A linear classifier at work: predicting with its weights, and finding them by gradient descent."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def predict_linear(W: np.ndarray, X: np.ndarray):
    """Predict for every example the class of the highest score; of several with the same score, the first.

        predicted[n] = the j at which scores[n, j] is largest,    scores = X @ W

    Args:
        W: (D, C), the weights: a column for each class.
        X: (N, D), the examples.

    Returns:
        predicted: (N,), classes from 0 to C - 1.

    >>> predict_linear(np.array([[1.0, 3.0, 3.0]]), np.array([[2.0], [-2.0]])).tolist()
    [1, 0]
    """
    scores = X @ W  # (N, C)
    predicted = np.argmax(scores, axis=1)
    return predicted


def train_linear(loss_and_grad: Callable, W: np.ndarray, X: np.ndarray, y: np.ndarray, batches: list, *, lr, reg):
    """Train a linear classifier by stochastic gradient descent: for every batch, one step against the gradient.

        W <- W - lr * dW,    with loss, dW = loss_and_grad(W, the batch's examples, their classes, reg)

    Args:
        loss_and_grad: takes W, X, y, reg and returns loss, dW: `linear_softmax_loss`, for example.
        W: (D, C), the weights to start from. They are not changed.
        X: (N, D), all examples.
        y: (N,), their classes.
        batches: a list of arrays of indices; each says which examples make a batch.
        lr: the learning rate, a number.
        reg: how strongly the weights are kept small, a number.

    Returns:
        W: (D, C), the trained weights.
        losses: a list with the loss on each batch, before its step.

    >>> pull = lambda W, X, y, reg: (reg * (W**2).sum(), 2 * reg * W)
    >>> W, losses = train_linear(pull, np.array([[4.0]]), np.ones((2, 1)), np.zeros(2), [[0], [1]], lr=0.5, reg=0.5)
    >>> W.tolist(), [float(loss) for loss in losses]
    ([[1.0]], [8.0, 2.0])
    """
    losses = []
    for batch in batches:
        loss, dW = loss_and_grad(W, X[batch], y[batch], reg)
        losses.append(loss)
        W = W - lr * dW
    return W, losses

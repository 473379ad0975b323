"""`cs231n/classifiers/linear_classifier.py`."""

import numpy as np

from byhand.procedures import linear_classifier

from .linear_svm import svm_loss_vectorized
from .softmax import softmax_loss_vectorized


class LinearClassifier:
    """A column of weights for each class."""

    def __init__(self):
        self.W = None

    def train(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        """Train by stochastic gradient descent and return the loss of every batch."""
        start = self.W if self.W is not None else 0.001 * np.random.randn(X.shape[1], np.max(y) + 1)
        batches = [np.random.choice(len(X), batch_size) for _ in range(num_iters)]

        def loss_and_grad(W, X_batch, y_batch, reg):
            self.W = W  # where self.loss looks for them
            return self.loss(X_batch, y_batch, reg)

        self.W, losses = linear_classifier.train_linear(loss_and_grad, start, X, y, batches, lr=learning_rate, reg=reg)
        if verbose:
            for i in range(0, num_iters, 100):
                print(f"iteration {i} / {num_iters}: loss {losses[i]:f}")
        return losses

    def predict(self, X):
        """Return the predicted classes."""
        return linear_classifier.predict_linear(self.W, X)

    def loss(self, X_batch, y_batch, reg):
        """Return loss, dW."""
        raise NotImplementedError


class LinearSVM(LinearClassifier):
    """With the SVM loss."""

    def loss(self, X_batch, y_batch, reg):
        """Return loss, dW."""
        return svm_loss_vectorized(self.W, X_batch, y_batch, reg)


class Softmax(LinearClassifier):
    """With the softmax loss."""

    def loss(self, X_batch, y_batch, reg):
        """Return loss, dW."""
        return softmax_loss_vectorized(self.W, X_batch, y_batch, reg)

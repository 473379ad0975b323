"""The linear classifier: one template a class, trained with the hinge loss of the SVM or with the softmax loss."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from byhand.arrays import Array, namespace
from byhand.layers import linear_losses
from byhand.nn.layer import Shape
from byhand.procedures import linear_classifier

from .classifier import Model

LOSSES = ("svm", "softmax")
_FIRST = 1e-3
"""The standard deviation of the first weights: there is nothing behind them that would want more."""


@dataclass(frozen=True)
class LinearClassifier(Model):
    """Scores x @ W, where a 1 behind every example makes the last row of W a bias.

    Its loss is `linear_svm_loss` or `linear_softmax_loss`, so that a learner's own version can train it.
    """

    in_shape: Shape
    classes: int
    loss: str = "softmax"
    reg: float = 0.0

    def __post_init__(self):
        if self.loss not in LOSSES:
            raise ValueError(f"LinearClassifier: expected loss 'svm' or 'softmax', got {self.loss!r}")

    def init(self, key):
        """Return {"linear/w": (D + 1, C)} and no state."""
        return {"linear/w": key.fold("w").normal((prod(self.in_shape) + 1, self.classes)) * np.float32(_FIRST)}, {}

    def scores(self, params, state, x):
        """Return the scores (N, C)."""
        return with_ones(x) @ params["linear/w"]

    def predict(self, params, state, x):
        """Return the classes (N,) of the highest scores."""
        if isinstance(x, np.ndarray):
            return linear_classifier.predict_linear(params["linear/w"], with_ones(x))
        return super().predict(params, state, x)

    def loss_and_grad(self, params, state, batch, noise):
        """Return loss, grads, state of one batch (x, y)."""
        x, y = batch
        function = linear_losses.linear_svm_loss if self.loss == "svm" else linear_losses.linear_softmax_loss
        loss, dw = function(params["linear/w"], with_ones(x), y, self.reg)
        return loss, {"linear/w": dw}, state


def with_ones(x: Array) -> Array:
    """Return the examples laid out flat, (N, D), with a 1 behind each: (N, D + 1).

    >>> with_ones(np.array([[[3.0, 4.0]]])).tolist()
    [[3.0, 4.0, 1.0]]
    """
    xp = namespace(x)
    flat = xp.reshape(x, (x.shape[0], -1))
    return xp.concat([flat, xp.ones_like(flat[:, :1])], axis=1)

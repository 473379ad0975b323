"""The two-layer classifier: its shape as a network of layers, its loss by the function that learners write."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from byhand.nn import Affine, Chain, ReLU

from . import two_layer_net
from .classifier import Classifier
from .fully_connected import short_name


@dataclass(frozen=True)
class TwoLayer(Classifier):
    """A `Classifier` whose training loss is `two_layer_net_loss`, so that a learner's own version can train it.

    A test holds it to the loss that the network of layers gives.
    """

    def loss_and_grad(self, params, state, batch, noise):
        """Return loss, grads, state of one batch (x, y) in training."""
        short = {short_name(name): name for name in params}
        own = {name: params[long] for name, long in short.items()}
        loss, grads = two_layer_net.two_layer_net_loss(own, *batch, reg=self.reg)
        return loss, {long: grads[name] for name, long in short.items()}, state


def two_layer_classifier(in_shape: tuple[int, ...], hidden: int, classes: int, *, reg: float = 0.0) -> TwoLayer:
    """Return the classifier affine - relu - affine with that many hidden units.

    Raises:
        ValueError: there are none.
    """
    if hidden < 1:
        raise ValueError(f"expected a hidden layer of at least one unit, got {hidden}")
    width = prod(in_shape)
    layers = {"affine1": Affine(width, hidden), "relu1": ReLU(), "affine2": Affine(hidden, classes, initializer="xavier")}
    return TwoLayer(Chain(layers), in_shape, reg)

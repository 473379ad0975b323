"""The fully connected classifier: its shape as a network of layers, its loss by the function that learners write."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import prod

from byhand.nn import Affine, BatchNorm, Chain, Dropout, Layer, LayerNorm, ReLU

from . import fully_connected_net
from .classifier import Classifier

NORMALIZATIONS = (None, "batchnorm", "layernorm")


@dataclass(frozen=True)
class FullyConnected(Classifier):
    """A `Classifier` whose training loss is `fully_connected_net_loss`, so that a learner's own version can train it.

    A test holds it to the loss that the network of layers gives.
    """

    normalization: str | None = None
    keep: float = 1.0

    def loss_and_grad(self, params, state, batch, noise):
        """Return loss, grads, state of one batch (x, y) in training."""
        short = {short_name(name): name for name in params}
        loss, grads, running = fully_connected_net.fully_connected_net_loss(
            {name: params[long] for name, long in short.items()},
            {f"running{name.removeprefix('norm')}": own for name, own in state.items()},
            *batch,
            list(noise.values()) if noise else None,
            normalization=self.normalization,
            keep=self.keep,
            reg=self.reg,
            train=True,
        )
        grads = {long: grads[name] for name, long in short.items()}
        return loss, grads, {f"norm{name.removeprefix('running')}": own for name, own in running.items()}


def fully_connected_classifier(
    in_shape: tuple[int, ...],
    hidden: tuple[int, ...],
    classes: int,
    *,
    normalization: str | None = None,
    keep: float = 1.0,
    reg: float = 0.0,
) -> FullyConnected:
    """Return the classifier with hidden layers of the given widths.

    Raises:
        ValueError: a width is not positive, or the normalisation is not one of None, "batchnorm", "layernorm".
    """
    if normalization not in NORMALIZATIONS:
        raise ValueError(f"expected normalization None, 'batchnorm' or 'layernorm', got {normalization!r}")
    if any(width < 1 for width in hidden):
        raise ValueError(f"expected hidden layers of at least one unit each, got {hidden}")
    layers: dict[str, Layer] = {}
    width = prod(in_shape)
    for i, units in enumerate(hidden, 1):
        layers[f"affine{i}"] = Affine(width, units)
        if normalization is not None:
            layers[f"norm{i}"] = BatchNorm(units) if normalization == "batchnorm" else LayerNorm(units)
        layers[f"relu{i}"] = ReLU()
        if keep < 1:
            layers[f"dropout{i}"] = Dropout(keep)
        width = units
    layers[f"affine{len(hidden) + 1}"] = Affine(width, classes, initializer="xavier")
    return FullyConnected(Chain(layers), in_shape, reg, normalization, keep)


def short_name(name: str) -> str:
    """Return a parameter's name in `fully_connected_net_loss`.

    >>> short_name("affine1/w"), short_name("norm12/gamma")
    ('w1', 'gamma12')
    """
    return re.sub(r"^[a-z]+(\d+)/(\w+)$", r"\2\1", name)

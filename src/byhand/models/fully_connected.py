"""The fully connected classifier: its shape as a network of layers, its loss by the function that learners write."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import prod

from byhand.nn import Affine, BatchNorm, Chain, Dropout, Layer, LayerNorm, ReLU, Tanh

from . import fully_connected_net
from .classifier import Classifier

NORMALIZATIONS = (None, "batchnorm", "layernorm")
ACTIVATIONS = {"relu": ReLU, "tanh": Tanh}


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
    activation: str = "relu",
    initializer: str | float | None = None,
) -> Classifier:
    """Return the classifier with hidden layers of the given widths.

    Args:
        in_shape: the shape of an example.
        hidden: the widths.
        classes: how many.
        normalization: None, "batchnorm" or "layernorm".
        keep: the probability that dropout keeps a number.
        reg: the strength of the regularisation.
        activation: "relu", or "tanh", for which the loss is that of the network of layers.
        initializer: of every layer's weights, "he", "xavier" or a standard deviation; None for what suits each: he before
            a relu, xavier before a tanh and at the end.

    Raises:
        ValueError: a width is not positive, or there is no such normalisation or activation.
    """
    if activation not in ACTIVATIONS:
        raise ValueError(f"expected activation 'relu' or 'tanh', got {activation!r}")
    if normalization not in NORMALIZATIONS:
        raise ValueError(f"expected normalization None, 'batchnorm' or 'layernorm', got {normalization!r}")
    if any(width < 1 for width in hidden):
        raise ValueError(f"expected hidden layers of at least one unit each, got {hidden}")
    layers: dict[str, Layer] = {}
    width = prod(in_shape)
    for i, units in enumerate(hidden, 1):
        suits = "he" if activation == "relu" else "xavier"
        layers[f"affine{i}"] = Affine(width, units, suits if initializer is None else initializer)
        if normalization is not None:
            layers[f"norm{i}"] = BatchNorm(units) if normalization == "batchnorm" else LayerNorm(units)
        layers[f"{activation}{i}"] = ACTIVATIONS[activation]()
        if keep < 1:
            layers[f"dropout{i}"] = Dropout(keep)
        width = units
    layers[f"affine{len(hidden) + 1}"] = Affine(width, classes, "xavier" if initializer is None else initializer)
    if activation != "relu":
        return Classifier(Chain(layers), in_shape, reg)
    return FullyConnected(Chain(layers), in_shape, reg, normalization, keep)


def short_name(name: str) -> str:
    """Return a parameter's name in `fully_connected_net_loss`.

    >>> short_name("affine1/w"), short_name("norm12/gamma")
    ('w1', 'gamma12')
    """
    return re.sub(r"^[a-z]+(\d+)/(\w+)$", r"\2\1", name)

"""Looking into a network at work: what each layer puts out, and which is the first to go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite, prod
from typing import Any

from byhand.arrays import leaves, namespace
from byhand.layers import losses
from byhand.models import Model
from byhand.models.classifier import Params, nested
from byhand.nn import Chain

TOO_LARGE = 1e6
"""Beyond this, float32 leaves no room to learn in."""


def layer_statistics(model: Model, params: Params, state: dict, batch: tuple, noise: Any) -> list[dict[str, Any]]:
    """Return, for each layer in order, {"name", "activation_std", "gradient_norm", "flow_std"} on one batch in training.

    The gradient is that of the layer's parameters, without the regularisation (where the model is a network of layers);
    None for a layer without any. The flow is the gradient that reaches the layer's output from above.
    """
    found = {}
    squares: dict[str, float] = {}
    for layer, what, array in walk(model, params, state, batch, noise):
        if layer and layer not in found:
            found[layer] = {"name": layer, "activation_std": None, "gradient_norm": None, "flow_std": None}
        if what == "output":
            found[layer]["activation_std"] = _plain(spread(array))
        elif what.startswith("gradient of parameter"):
            squares[layer] = squares.get(layer, 0.0) + float(namespace(array).sum(array**2))
        elif what == "gradient of its output":
            found[layer]["flow_std"] = _plain(spread(array))
    for layer, total in squares.items():
        found[layer]["gradient_norm"] = _plain(total**0.5)
    return list(found.values())


def spread(array: Any) -> float:
    """Return the standard deviation of all the numbers of an array."""
    xp = namespace(array)
    return float(xp.mean((array - xp.mean(array)) ** 2)) ** 0.5


def walk(model: Model, params: Params, state: dict, batch: tuple, noise: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield (layer, what, array) for everything that a batch makes in training, in the order in which it is made."""
    network = getattr(model, "network", None)
    if not isinstance(network, Chain):
        yield from _walk_whole(model, params, state, batch, noise)
        return
    tree = nested(params)
    x, y = batch
    caches = {}
    for name, layer in network.layers.items():
        for path, leaf in leaves(tree.get(name, {})):
            yield name, f"parameter {path}", leaf
        own_noise = noise.get(name) if noise else None
        x, caches[name], _ = layer.forward(tree.get(name, {}), state.get(name, {}), x, train=True, noise=own_noise)
        yield name, "output", x
    loss, dout = losses.softmax_loss(x, y)
    yield "", "the loss", loss
    yield "", "the gradient of the scores", dout
    for name, layer in reversed(list(network.layers.items())):
        yield name, "gradient of its output", dout
        dout, grads = layer.backward(dout, caches[name])
        for path, leaf in leaves(grads):
            yield name, f"gradient of parameter {path}", leaf
        yield name, "gradient of its input", dout


def _walk_whole(model, params, state, batch, noise):
    """Do likewise for a model that is one piece."""
    layer = ""
    for path, leaf in params.items():
        layer, _, name = path.rpartition("/")
        yield layer, f"parameter {name}", leaf
    scores = model.scores(params, state, batch[0])
    yield layer, "output", scores
    loss, grads, _ = model.loss_and_grad(params, state, batch, noise)
    yield "", "the loss", loss
    for path, leaf in grads.items():
        layer, _, name = path.rpartition("/")
        yield layer, f"gradient of parameter {name}", leaf


def first_fault(model: Model, params: Params, state: dict, batch: tuple, noise: Any) -> str:
    """Return, in words, the first thing on this batch that is not finite, else the first that is far too large."""
    large = ""
    for layer, what, array in walk(model, params, state, batch, noise):
        xp = namespace(array)
        size = prod(array.shape)
        where = f"layer {layer}, {what}" if layer else what
        bad = size - int(xp.sum(xp.isfinite(array)))
        if bad:
            return f"{where}: {bad} of {size} numbers are not finite"
        largest = float(xp.max(xp.abs(array)))
        if largest > TOO_LARGE and not large:
            large = f"{where}: it reaches {largest:.1e}"
    return large or "none of the layers: each is right by itself, so look at the function that puts them together"


def _plain(x: float) -> float | None:
    """Return a number short enough for a file; None for one that JSON does not have."""
    return float(f"{x:.5g}") if isfinite(x) else None

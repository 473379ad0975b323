"""What the recipes train: a model that scores classes; in most cases a network of layers with the softmax loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from byhand.arrays import Array, Key, flatten, namespace
from byhand.layers import losses
from byhand.nn import Layer
from byhand.nn.layer import Shape

Params = dict[str, Any]


class Model:
    """What a solver asks of what it trains.

    Parameters and gradients are flat, {"affine1/w": array, ...}, as update rules want them.
    """

    in_shape: Shape
    """The shape of one example."""

    def init(self, key: Key) -> tuple[Params, dict]:
        """Return new params, state."""
        raise NotImplementedError

    def draw(self, key: Key, n: int) -> dict | None:
        """Return the noise of one training step on n examples; None where none is needed."""
        return None

    def scores(self, params: Params, state: dict, x: Array) -> Array:
        """Return the scores (N, C) in testing."""
        raise NotImplementedError

    def predict(self, params: Params, state: dict, x: Array) -> Array:
        """Return the classes (N,) of the highest scores."""
        scores = self.scores(params, state, x)
        return namespace(scores).argmax(scores, axis=1)

    def loss_and_grad(self, params: Params, state: dict, batch: tuple[Array, Array], noise: dict | None) -> Any:
        """Return loss, grads, state of one batch (x, y) in training."""
        raise NotImplementedError


@dataclass(frozen=True)
class Classifier(Model):
    """A network and its loss: softmax_loss(scores, y) + 0.5 * reg * (the sum of squares of every array named "w")."""

    network: Layer
    in_shape: Shape
    reg: float = 0.0

    def init(self, key: Key) -> tuple[Params, dict]:
        """Return new params, state."""
        self.network.out_shape(self.in_shape)  # the layer that the sizes do not fit says so, before anything runs
        params, _ = flatten(self.network.init(key))
        return params, self.network.init_state()

    def draw(self, key: Key, n: int) -> dict | None:
        """Return the noise of one training step on n examples."""
        return self.network.draw(key, n, self.in_shape)

    def scores(self, params: Params, state: dict, x: Array) -> Array:
        """Return the scores in testing."""
        scores, _, _ = self.network.forward(nested(params), state, x, train=False, noise=None)
        return scores

    def loss_and_grad(self, params: Params, state: dict, batch: tuple[Array, Array], noise: dict | None):
        """Return loss, grads, state of one batch (x, y) in training."""
        x, y = batch
        xp = namespace(x)
        scores, cache, state = self.network.forward(nested(params), state, x, train=True, noise=noise)
        loss, dscores = losses.softmax_loss(scores, y)
        _, tree = self.network.backward(dscores, cache)
        found, _ = flatten(tree)
        grads = {name: found[name] for name in params}  # in the order of params: a backward pass comes last to first
        for name, w in params.items():
            if is_weight(name):
                loss = loss + 0.5 * self.reg * xp.sum(w**2)
                grads[name] = grads[name] + self.reg * w
        return loss, grads, state


def is_weight(name: str) -> bool:
    """Return whether the parameter of this name is regularised: "affine1/w" is, biases and scales are not."""
    return name.rpartition("/")[2] == "w"


def nested(flat: Params) -> dict:
    """Return the tree of dicts in which each array stands at its path.

    >>> nested({"affine1/w": 1, "affine1/b": 2})
    {'affine1': {'w': 1, 'b': 2}}
    """
    tree = {}
    for path, leaf in flat.items():
        *parents, name = path.split("/")
        node = tree
        for parent in parents:
            node = node.setdefault(parent, {})
        node[name] = leaf
    return tree

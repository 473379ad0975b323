"""What every layer object offers, and the answer of a layer that has nothing special to say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from byhand.arrays import Array, Key
from byhand.arrays.tree import Tree

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Layer:
    """A layer: sizes and settings, and no arrays. Parameters, state and noise are trees that are passed in.

    A shape, here, is that of one example: the batch is not counted.
    """

    def init(self, key: Key) -> Tree:
        """Return new parameters."""
        return {}

    def init_state(self) -> Tree:
        """Return the state before the first batch: what a forward pass changes and gradients do not."""
        return {}

    def draw(self, key: Key, n: int, shape: Shape) -> Tree:
        """Return the noise that one forward pass in training over n examples of this shape needs; None for none."""
        return None

    def out_shape(self, shape: Shape) -> Shape:
        """Return the shape that an example of this shape leaves with."""
        return shape

    def forward(self, params: Tree, state: Tree, x: Array, *, train: bool, noise: Tree = None) -> tuple[Array, Any, Tree]:
        """Return out, cache, state."""
        raise NotImplementedError

    def backward(self, dout: Array, cache: Any) -> tuple[Array, Tree]:
        """Return dx, dparams."""
        raise NotImplementedError

"""Reverse mode: the exact gradient of a traced call, in float64."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from byhand.arrays import leaves, tree_map

from .structure import Edge, Graph, Section
from .tensor import Node, Tensor

Gradients = dict[Node, np.ndarray]


def gradient(graph: Graph, dout: Any, out: int = 0, wrt: tuple[str, ...] | None = None) -> dict[str, Any]:
    """Return the gradient of one returned value with respect to the inputs.

    Args:
        graph: from `trace`.
        dout: the upstream gradient, of the returned value's shape (1.0 for a loss); a tree where the value is one.
        out: which returned value, by its place.
        wrt: the inputs, by name or by path ("params/w1"); by default all.

    Returns:
        For each name in `wrt` the gradient, a tree where the input is one; None for leaves that hold no real numbers.

    Raises:
        ValueError: `dout` has another shape than the value, or there is no such input or output.
    """
    names = tuple(graph.inputs) if wrt is None else tuple(wrt)
    found = backward(graph.section(names, out), seeds(graph, dout, out))

    def of(node: Node | None):
        return None if node is None else np.array(found[node]) if node in found else np.zeros(node.shape)

    return {name: tree_map(of, graph.input(name)) for name in names}


def seeds(graph: Graph, dout: Any, out: int = 0) -> Gradients:
    """Return the upstream gradient by node, checked against the shapes of the returned value."""
    found: Gradients = {}

    def seed(value, g):
        if not isinstance(value, Tensor) or g is None:
            return
        g = np.asarray(g, dtype=np.float64)
        if g.shape != value.shape:
            raise ValueError(f"dout: expected the shape of the output, {value.shape}, got {g.shape}")
        found[value.node] = found[value.node] + g if value.node in found else g

    value = graph.output(out)
    if not any(isinstance(leaf, Tensor) for _, leaf in leaves(value)):
        raise ValueError(f"out: the returned value number {out} does not depend on any input")
    tree_map(seed, value, dout)
    return found


def backward(
    section: Section,
    start: Mapping[Node, Any],
    weights: Mapping[Edge, float] | None = None,
    stops: Collection[Node] = (),
) -> Gradients:
    """Return the gradient at every node of a section that the starting gradients reach.

    Args:
        section: where to go.
        start: the gradients to start from, by node.
        weights: factors on edges; 0 cuts one. By default all are 1.
        stops: nodes from which to go no further.
    """
    found: Gradients = {node: g for node, g in start.items() if node in section.into}
    with np.errstate(all="ignore"):
        for node in section.backwards:
            g = found.get(node)
            if g is None or node in stops:
                continue
            for edge in section.into[node]:
                weight = 1.0 if weights is None else weights.get(edge, 1.0)
                if weight == 0:
                    continue
                piece = edge.vjp(g) if weight == 1 else weight * edge.vjp(g)
                found[edge.source] = found[edge.source] + piece if edge.source in found else piece
    return found

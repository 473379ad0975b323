"""The graph as data: nodes, edges, and the part of them between some inputs and some outputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from byhand.arrays import leaves

from .tensor import Node, Tensor


@dataclass(frozen=True, eq=False, slots=True)
class Edge:
    """One use of a node by an operation."""

    source: Node
    target: Node
    operand: int
    vjp: Callable[[Any], Any]

    @property
    def key(self) -> tuple:
        """The same for every turn of a loop: the place in the source and the operand."""
        return (self.target.position, self.operand) if self.target.position else (self.target.id, self.operand)

    def __repr__(self) -> str:
        return f"<{self.source.title} -> {self.target.title}>"


@dataclass(frozen=True, eq=False)
class Graph:
    """What a traced call computed."""

    nodes: tuple[Node, ...]
    """In the order in which they were computed."""
    inputs: dict[str, Any]
    """For each differentiated argument, its node, or a tree of nodes with None where a leaf holds no real numbers."""
    returned: Any
    """What the function returned, with Tensors in it."""
    _sections: dict[tuple, Section] = field(default_factory=dict, repr=False)

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """All edges along which a gradient can flow."""
        return tuple(edge for node in self.nodes for edge in edges_into(node))

    def input(self, wrt: str) -> Any:
        """Return the node or tree of nodes of an input: "x", or a path such as "params/w1".

        Raises:
            ValueError: there is no such input.
        """
        name, *steps = wrt.split("/")
        if name not in self.inputs:
            raise ValueError(f"wrt: expected one of the inputs {sorted(self.inputs)}, got {wrt!r}")
        tree = self.inputs[name]
        for step in steps:
            try:
                tree = tree[int(step)] if isinstance(tree, list | tuple) else tree[step]
            except (KeyError, IndexError, ValueError, TypeError):
                raise ValueError(f"wrt: the input {name!r} has no part {wrt!r}") from None
        return tree

    def output(self, out: int = 0) -> Any:
        """Return one of the returned values, by its place.

        Raises:
            ValueError: the function returned fewer values.
        """
        values = self.returned if isinstance(self.returned, tuple) else (self.returned,)
        if not -len(values) <= out < len(values):
            raise ValueError(f"out: the function returned {len(values)} value(s), there is no number {out}")
        return values[out]

    def section(self, wrt: str | tuple[str, ...] | None = None, out: int = 0) -> Section:
        """Return what lies between the inputs (all by default) and one of the returned values."""
        names = tuple(self.inputs) if wrt is None else (wrt,) if isinstance(wrt, str) else tuple(wrt)
        if (names, out) not in self._sections:
            starts = [node for name in names for _, node in leaves(self.input(name)) if node is not None]
            ends = [leaf.node for _, leaf in leaves(self.output(out)) if isinstance(leaf, Tensor)]
            self._sections[names, out] = between(starts, ends)
        return self._sections[names, out]


@dataclass(frozen=True, eq=False)
class Section:
    """The nodes and edges that lie on a way from one of the starts to one of the ends."""

    starts: tuple[Node, ...]
    ends: tuple[Node, ...]
    nodes: tuple[Node, ...]
    """In the order in which they were computed."""
    into: dict[Node, list[Edge]]
    outof: dict[Node, list[Edge]]

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """All edges of the section."""
        return tuple(edge for node in self.nodes for edge in self.into[node])

    @cached_property
    def arrows(self) -> int:
        """The number of edges, where an operation that uses a node twice, as in x * x, counts once."""
        return len({(edge.source, edge.target) for edge in self.edges})

    @cached_property
    def backwards(self) -> tuple[Node, ...]:
        """The nodes in the order in which gradients are computed."""
        return tuple(reversed(self.nodes))


def edges_into(node: Node) -> list[Edge]:
    """Return the edges into a node along which a gradient can flow."""
    rows = zip(node.parents, node.operands, node.vjps, strict=True)
    return [Edge(parent, node, operand, vjp) for parent, operand, vjp in rows if parent.active]


def between(starts: list[Node], ends: list[Node]) -> Section:
    """Return the section between starts and ends."""
    above: dict[Node, list[Edge]] = {}
    todo = [node for node in ends if node.active]
    while todo:
        node = todo.pop()
        if node not in above:
            above[node] = edges_into(node)
            todo.extend(edge.source for edge in above[node])
    reached = {node for node in starts if node in above}
    into: dict[Node, list[Edge]] = {}
    outof: dict[Node, list[Edge]] = {}
    nodes = []
    for node in sorted(above, key=lambda n: n.id):
        edges = [edge for edge in above[node] if edge.source in reached]
        if not edges and node not in reached:
            continue
        reached.add(node)
        nodes.append(node)
        into[node], outof[node] = edges, []
        for edge in edges:
            outof[edge.source].append(edge)
    kept_starts = tuple(node for node in dict.fromkeys(starts) if node in into)
    kept_ends = tuple(node for node in dict.fromkeys(ends) if node in into)
    return Section(kept_starts, kept_ends, tuple(nodes), into, outof)


def routes(graph: Graph, wrt: str, out: int = 0) -> int:
    """Return by how many independent routes an input reaches an output: 3 in batch normalisation, 0 if it does not.

    It is E - V + 2 for the E edges and V nodes between the two (with more inputs or outputs, as if one node fed or
    gathered them all).
    """
    section = graph.section(wrt, out)
    if not section.nodes:
        return 0
    return section.arrows - len(section.nodes) + len(section.starts) + len(section.ends)

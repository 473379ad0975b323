"""Classes of edges: the ways of a gradient that a person can get wrong one at a time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from .structure import Edge, Section
from .tensor import Node


@dataclass(frozen=True, eq=False)
class EdgeClass:
    """Edges that stand or fall together: those of every turn of a loop, and those in series."""

    edges: tuple[Edge, ...]
    heads: tuple[Edge, ...]
    """The first edge of every chain in it: what is put on these is put once on every way through the class."""
    path: tuple[str, ...]
    """What the way is called, in named variables: ("x", "mu", "xc")."""
    once: bool
    """Whether no way from input to output passes through it twice, so that gradients are linear in its factor."""

    @property
    def line(self) -> int:
        """The source line on which the way begins."""
        return self.heads[0].target.line


def classes(section: Section) -> list[EdgeClass]:
    """Return the classes of edges of a section, in the order of the computation."""
    groups = _Union()
    for edge in section.edges:
        groups.join(edge.key, _bundle(edge))
    # in series: a node with a single way in and a single way out, wherever its line of the source is run
    places: dict[tuple, list[Node]] = defaultdict(list)
    for node in section.nodes:
        places[node.position or (node.id,)].append(node)
    for nodes in places.values():
        if all(_is_link(section, node) for node in nodes):
            for node in nodes:
                groups.join(section.into[node][0].key, section.outof[node][0].key)
    members: dict[tuple, list[Edge]] = defaultdict(list)
    for edge in section.edges:
        members[groups.root(edge.key)].append(edge)
    found = [_make(section, edges) for edges in members.values()]
    for edges in _bundles(section):  # x * x: the one and the other operand may be forgotten alone
        found.extend(_make(section, [edge]) for edge in edges)
    return found


def _bundle(edge: Edge) -> tuple:
    """Return what edges from one node to one operation have in common."""
    return ("bundle", edge.source.id, edge.target.id)


def _bundles(section: Section) -> list[list[Edge]]:
    found = defaultdict(list)
    for edge in section.edges:
        found[_bundle(edge)].append(edge)
    return [edges for edges in found.values() if len(edges) > 1]


def _is_link(section: Section, node: Node) -> bool:
    sources = {edge.source for edge in section.into[node]}
    targets = {edge.target for edge in section.outof[node]}
    return len(sources) == len(targets) == 1 and node not in section.starts and node not in section.ends


def _make(section: Section, edges: list[Edge]) -> EdgeClass:
    inside = set(edges)
    heads = [e for e in edges if not (_is_link(section, e.source) and inside.issuperset(section.into[e.source]))]
    return EdgeClass(tuple(edges), tuple(heads), _path(section, edges, heads[0]), _once(section, heads))


def _once(section: Section, heads: list[Edge]) -> bool:
    if len(heads) == 1:
        return True
    sources = {edge.source for edge in heads}
    seen: set[Node] = set()
    todo = [edge.target for edge in heads]
    while todo:
        node = todo.pop()
        if node in sources:
            return False
        if node not in seen:
            seen.add(node)
            todo.extend(edge.target for edge in section.outof[node])
    return True


def _path(section: Section, edges: list[Edge], head: Edge) -> tuple[str, ...]:
    """Name the way from the last named variable before it to the first one after it."""
    inside = set(edges)
    start, end = head.source, head.target
    between = []
    while not end.name or inside.intersection(section.outof[end]):
        following = {edge.target for edge in section.outof[end]}
        if len(following) != 1:
            break
        if end.name:
            between.append(end.name)
        (end,) = following
    while not start.name:
        before = {edge.source for edge in section.into[start]}
        if len(before) != 1:
            break
        (start,) = before
    return (start.title, *between, end.title)


class _Union:
    """Sets that are joined two at a time."""

    def __init__(self):
        self.parent: dict = {}

    def root(self, x):
        self.parent.setdefault(x, x)
        while self.parent[x] != x:
            self.parent[x] = self.parent[self.parent[x]]
            x = self.parent[x]
        return x

    def join(self, a, b) -> None:
        self.parent[self.root(a)] = self.root(b)

"""Where to draw things: a layered layout (Sugiyama, Tagawa and Toda, 1981), small and deterministic."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A rectangle by its centre."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Layout:
    """Boxes by node id, a polyline (from centre to centre) for each edge, and the size of the whole."""

    boxes: dict[int, Box]
    lines: list[list[Point]]
    width: float
    height: float


def layout(
    sizes: dict[int, tuple[float, float]],
    edges: list[tuple[int, int]],
    across: float = 26.0,
    along: float = 56.0,
    downward: bool = False,
) -> Layout:
    """Place boxes in layers along the flow, so that every edge goes forward and few edges cross.

    Args:
        sizes: the width and height of every node, in the order of the computation.
        edges: (source, target) by node id; sources come before targets.
        across: the least gap between boxes of one layer.
        along: the gap between layers.
        downward: whether the flow goes from top to bottom; otherwise from left to right.
    """
    layer = _layers(list(sizes), edges)
    chains, extent = _chains(sizes, edges, layer, downward)
    order = _order(chains, layer, list(extent))
    place = _places(order, chains, extent, across)
    depth: list[float] = []
    position = 0.0
    for row in order:
        thick = max((_thickness(sizes, v, downward) for v in row), default=0.0)
        depth.append(position + thick / 2)
        position += thick + along
    total = max((place[v] + extent[v] / 2 for v in place), default=0.0)

    def at(v) -> Point:
        point = (depth[layer[v]], place[v])
        return (point[1], point[0]) if downward else point

    boxes = {v: Box(*at(v), *size) for v, size in sizes.items()}
    length = max(0.0, position - along)
    width, height = (total, length) if downward else (length, total)
    return Layout(boxes, [[at(v) for v in chain] for chain in chains], width, height)


def _thickness(sizes, v, downward: bool) -> float:
    return sizes[v][1 if downward else 0] if v in sizes else 0.0


def _layers(nodes: list, edges) -> dict:
    """Put every node as early as its sources allow, and inputs just before their first use."""
    layer = dict.fromkeys(nodes, 0)
    for v in nodes:  # the order of the computation
        layer[v] = max((layer[s] + 1 for s, t in edges if t == v), default=0)
    fed = {t for _, t in edges}
    for v in nodes:
        uses = [layer[t] for s, t in edges if s == v]
        if v not in fed and uses:
            layer[v] = min(uses) - 1
    return layer


def _chains(sizes, edges, layer: dict, downward: bool):
    """Break edges that pass through layers: a small dummy stands in each, so that boxes make way for the line."""
    extent = {v: size[0 if downward else 1] for v, size in sizes.items()}
    chains = []
    for i, (source, target) in enumerate(edges):
        chain = [source]
        for level in range(layer[source] + 1, layer[target]):
            dummy = ("dummy", i, level)
            layer[dummy], extent[dummy] = level, 12.0
            chain.append(dummy)
        chains.append([*chain, target])
    return chains, extent


def _order(chains, layer: dict, vertices: list) -> list[list]:
    """Order every layer by the mean place of its neighbours, forward and back, and keep the best of the sweeps."""
    before, after = defaultdict(list), defaultdict(list)
    for chain in chains:
        for a, b in zip(chain, chain[1:], strict=False):
            after[a].append(b)
            before[b].append(a)
    order: list[list] = [[] for _ in range(max(layer.values(), default=-1) + 1)]
    for v in vertices:
        order[layer[v]].append(v)
    best, fewest = [list(row) for row in order], _crossings(order, after)
    for sweep in range(12):
        neighbours = before if sweep % 2 == 0 else after
        rows = order[1:] if sweep % 2 == 0 else order[-2::-1]
        place = {v: i for row in order for i, v in enumerate(row)}
        for row in rows:
            middle = {v: sum(place[u] for u in neighbours[v]) / len(neighbours[v]) if neighbours[v] else place[v] for v in row}
            row.sort(key=lambda v, middle=middle: middle[v])
            place.update({v: i for i, v in enumerate(row)})
        crossings = _crossings(order, after)
        if crossings < fewest:
            best, fewest = [list(row) for row in order], crossings
    return best


def _crossings(order: list[list], after) -> int:
    count = 0
    for row, following in zip(order, order[1:], strict=False):
        place = {v: i for i, v in enumerate(following)}
        ends = [place[u] for v in row for u in sorted(after[v], key=lambda u: place[u])]
        count += sum(a > b for i, a in enumerate(ends) for b in ends[i + 1 :])
    return count


def _places(order: list[list], chains, extent: dict, gap: float) -> dict:
    """Give every vertex its place within its layer: near its neighbours, in order, and clear of the one before."""
    near = defaultdict(list)
    for chain in chains:
        for a, b in zip(chain, chain[1:], strict=False):
            weight = 1 + 3 * (isinstance(a, tuple) + isinstance(b, tuple))  # long edges are kept straight
            near[a].extend([b] * weight)
            near[b].extend([a] * weight)
    place = {}
    for row in order:
        edge = 0.0
        for v in row:
            place[v] = edge + extent[v] / 2
            edge = place[v] + extent[v] / 2 + gap
    for sweep in range(24):
        for row in order if sweep % 2 == 0 else order[::-1]:
            wanted = [sum(place[u] for u in near[v]) / len(near[v]) if near[v] else place[v] for v in row]
            for v, p in zip(row, _spaced(wanted, [extent[v] for v in row], gap), strict=True):
                place[v] = p
    least = min((place[v] - extent[v] / 2 for v in place), default=0.0)
    return {v: p - least for v, p in place.items()}


def _spaced(wanted: list[float], extents: list[float], gap: float) -> list[float]:
    """Return the places nearest to the wanted ones (least squares) that keep order and gaps: pooled neighbours."""
    offset, offsets = 0.0, []
    for i, e in enumerate(extents):
        offset += 0.0 if i == 0 else (extents[i - 1] + e) / 2 + gap
        offsets.append(offset)
    blocks: list[list[float]] = []  # [sum, count] of wanted - offset, whose means must not fall
    for w, o in zip(wanted, offsets, strict=True):
        blocks.append([w - o, 1.0])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            total, count = blocks.pop()
            blocks[-1][0] += total
            blocks[-1][1] += count
    means = [total / count for total, count in blocks for _ in range(int(count))]
    return [m + o for m, o in zip(means, offsets, strict=True)]

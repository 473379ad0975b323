"""The graph as a person draws it: named variables and the arrows between them, as plain JSON data."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from .gains import Gain
from .implied import Implied
from .structure import Edge, Graph, Section
from .tensor import Node

Picture = dict[str, Any]


def picture(graph: Graph, wrt: str | tuple[str, ...] | None = None, out: int = 0) -> Picture:
    """Return the graph between the inputs (all by default) and a returned value, condensed to its named variables.

    A node without a name is folded into the variable that it goes into; it stays, under its source expression, where it
    is used more than once or where folding it would draw two arrows between the same two variables.

    Returns:
        {"nodes": [{id, name, shape, line, op, function, kind, verdict}],
         "edges": [{source, target, operand, line, verdict, factor, covers}]}, where kind is "input", "output" or "",
        verdicts are "unknown" until `mark` sets them, and covers lists the edges of the full graph behind an arrow.
    """
    section = graph.section(wrt, out)
    arrows = _condense(section)
    kept = {arrow.source for arrow in arrows} | {arrow.target for arrow in arrows} | {*section.starts, *section.ends}
    return {
        "nodes": [
            {
                "id": node.id,
                "name": node.title,
                "shape": list(node.shape),
                "line": node.line,
                "op": node.op,
                "function": node.function,
                "kind": "input" if node in section.starts else "output" if node in section.ends else "",
                "verdict": "unknown",
            }
            for node in section.nodes
            if node in kept
        ],
        "edges": [
            {
                "source": arrow.source.id,
                "target": arrow.target.id,
                "operand": arrow.covers[-1].operand,
                "line": arrow.target.line,
                "verdict": "unknown",
                "factor": None,
                "covers": [[edge.source.id, edge.target.id, edge.operand] for edge in arrow.covers],
            }
            for arrow in arrows
        ],
    }


@dataclass(frozen=True, eq=False)
class _Arrow:
    source: Node
    target: Node
    covers: tuple[Edge, ...]


def _condense(section: Section) -> list[_Arrow]:
    """Fold what has no name into what it goes into."""
    into: dict[Node, list[_Arrow]] = {}
    for node in section.nodes:
        arrows: dict[Node, _Arrow] = {}
        for edge in section.into[node]:
            if edge.source in arrows:  # x * x: one arrow
                old = arrows[edge.source]
                arrows[edge.source] = _Arrow(old.source, old.target, (*old.covers, edge))
            else:
                arrows[edge.source] = _Arrow(edge.source, node, (edge,))
        sources = set(arrows)
        for arrow in list(arrows.values()):
            middle = arrow.source
            foldable = not middle.name and middle not in section.starts and middle not in section.ends
            used_once = len({edge.target for edge in section.outof[middle]}) == 1
            before = {old.source for old in into.get(middle, [])}
            if foldable and used_once and not before & (sources - {middle}):
                sources = sources - {middle} | before
                del arrows[middle]
                for old in into.pop(middle):
                    arrows[old.source] = _Arrow(old.source, node, (*old.covers, *arrow.covers))
        # in the order in which the expression reads
        into[node] = sorted(arrows.values(), key=lambda arrow: [edge.operand for edge in reversed(arrow.covers)])
    return [arrow for node in section.nodes for arrow in into.get(node, [])]


def mark(picture: Picture, explanation: Gain | Implied) -> Picture:
    """Return the picture with an explanation's verdicts: its arrows, or its variable, "wrong", with the factors.

    A gain explains the whole error, so the other arrows on the way from its input are marked "right"; what is not on a
    way from that input stays "unknown".
    """
    marked = copy.deepcopy(picture)
    if isinstance(explanation, Implied):
        for node in marked["nodes"]:
            if node["id"] == explanation.node.id:
                node["verdict"] = "wrong"
        return marked
    reached = set(explanation.inputs)
    for edge in marked["edges"]:  # in the order of the computation
        if edge["source"] not in reached:
            continue
        reached.add(edge["target"])
        covered = {tuple(cover) for cover in edge["covers"]}
        edge["verdict"] = "right"
        for gain in (explanation, explanation.partner):
            if gain and covered & {(e.source.id, e.target.id, e.operand) for e in gain.edges}:
                edge["verdict"], edge["factor"] = "wrong", gain.factor
    return marked


def labelled(picture: Picture) -> list[bool]:
    """Say which arrows to write their factor on: of wrong ones in series the first alone, for the factor acts once."""
    on_a_way = [edge for edge in picture["edges"] if edge["verdict"] != "unknown"]
    before = {node["id"]: [e for e in on_a_way if e["target"] == node["id"]] for node in picture["nodes"]}
    after = {node["id"]: [e for e in on_a_way if e["source"] == node["id"]] for node in picture["nodes"]}

    def follows(edge) -> bool:
        into, outof = before[edge["source"]], after[edge["source"]]
        return len(into) == len(outof) == 1 and into[0]["verdict"] == "wrong" and into[0]["factor"] == edge["factor"]

    return [edge["verdict"] == "wrong" and not follows(edge) for edge in picture["edges"]]


def factor_text(factor: float | None) -> str:
    """Write a factor on an arrow: "× 0", "× −1", "× 1/6".

    >>> factor_text(0.0), factor_text(-1.0), factor_text(1.2), factor_text(1.37021)
    ('× 0', '× −1', '× 6/5', '× 1.37')
    """
    if factor is None:
        return ""
    text = f"{factor:.3g}"
    if factor % 1:
        for below in range(2, 257):
            above = round(factor * below)
            if abs(above) <= 257 and min(abs(above - 1), abs(abs(above) - below)) <= 1 and _equal(above / below, factor):
                text = f"{above}/{below}"
                break
    return "× " + text.replace("-", "−")


def _equal(a: float, b: float) -> bool:
    return abs(a - b) <= 1e-9 * max(abs(a), abs(b))

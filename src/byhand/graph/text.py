"""A picture of a graph for the terminal: one variable a line, with what it is made of."""

from __future__ import annotations

from .picture import Picture, factor_text, labelled


def text(picture: Picture) -> str:
    """Return the picture as lines of text, in the order of the computation; wrong arrows and variables are marked.

    An arrow that is wrong carries an exclamation mark, and its factor where the wrong way begins, as in `x !× 0`.
    """
    names = {node["id"]: node["name"] for node in picture["nodes"]}
    labels = dict(zip(map(id, picture["edges"]), labelled(picture), strict=True))
    several = len({node["function"] for node in picture["nodes"] if node["function"]}) > 1
    rows = []
    for node in picture["nodes"]:
        parts = []
        for edge in picture["edges"]:
            if edge["target"] == node["id"]:
                factor = factor_text(edge["factor"]) if labels[id(edge)] else ""
                mark = f" !{factor}" if edge["verdict"] == "wrong" else ""
                parts.append(f"{names[edge['source']]}{mark}")
        made = f"<- {', '.join(parts)}" if parts else node["kind"]
        place = f"{node['function']}, " if several else ""  # lines of several files are told apart
        line = f"{place}line {node['line']}" if node["line"] else ""
        note = "! wrong" if node["verdict"] == "wrong" else ""
        rows.append((node["name"], _shape(node["shape"]), line, f"{made}   {note}".rstrip()))
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(3)]
    return "\n".join("  ".join([*(cell.ljust(w) for cell, w in zip(row, widths, strict=False)), row[3]]).rstrip() for row in rows)


def _shape(shape: list[int]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})" if shape else "number"

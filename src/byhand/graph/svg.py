"""Draw a picture of a graph as one self-contained SVG."""

from __future__ import annotations

import math
from html import escape

from .layout import Box, Layout, Point, layout
from .picture import Picture, factor_text, labelled

_STYLE = """
.graph{font:15px ui-monospace,"SFMono-Regular",Menlo,Consolas,"DejaVu Sans Mono",monospace;
--ink:var(--graph-ink,#1c2430);--soft:var(--graph-soft,#647084);--line:var(--graph-line,#8a96a8);
--box:var(--graph-box,#ffffff);--edge:var(--graph-edge,#c3cbd8);--input:var(--graph-input,#eef3fb);
--output:var(--graph-output,#eaf6ee);--wrong:var(--graph-wrong,#c4314b);--right:var(--graph-right,#2f7d4f);
--paper:var(--graph-paper,#ffffff)}
@media (prefers-color-scheme:dark){.graph{--ink:var(--graph-ink,#e6eaf1);--soft:var(--graph-soft,#9aa5b8);
--line:var(--graph-line,#77839a);--box:var(--graph-box,#1d2430);--edge:var(--graph-edge,#3d485b);
--input:var(--graph-input,#1e2b40);--output:var(--graph-output,#1b3327);--wrong:var(--graph-wrong,#ff7086);
--right:var(--graph-right,#6cc493);--paper:var(--graph-paper,#12161d)}}
.graph rect{fill:var(--box);stroke:var(--edge);stroke-width:1.25}
.graph .input rect{fill:var(--input)}
.graph .output rect{fill:var(--output)}
.graph text{fill:var(--ink);text-anchor:middle}
.graph .shape{fill:var(--soft);font-size:11.5px}
.graph path{fill:none;stroke:var(--line);stroke-width:1.5}
.graph path.right{stroke:var(--right)}
.graph path.wrong{stroke:var(--wrong);stroke-width:3.5}
.graph .tip{fill:var(--line)}
.graph .tip.right{fill:var(--right)}
.graph .tip.wrong{fill:var(--wrong)}
.graph .node.right rect{stroke:var(--right)}
.graph .node.wrong rect{stroke:var(--wrong);stroke-width:3}
.graph .node.wrong .name{fill:var(--wrong);font-weight:700}
.graph .factor rect{fill:var(--paper);stroke:var(--wrong);stroke-width:1.5}
.graph .factor text{fill:var(--wrong);font-size:13px;font-weight:700}
""".strip().replace("\n", "")

_LETTER, _SMALL, _MARGIN = 9.1, 7.2, 14.0
_LONGEST = 30


def svg(picture: Picture, title: str = "Computation graph", downward: bool = False) -> str:
    """Return the picture as SVG text: inputs left (or on top), wrong arrows red, thick and with their factor.

    Colours are CSS custom properties (--graph-ink, --graph-soft, --graph-line, --graph-box, --graph-edge,
    --graph-input, --graph-output, --graph-wrong, --graph-right, --graph-paper), with defaults for light and dark.
    """
    names = {node["id"]: _short(node["name"]) for node in picture["nodes"]}
    shapes = {node["id"]: _shape(node["shape"]) for node in picture["nodes"]}
    sizes = {v: (max(44.0, _LETTER * len(n) + 26, _SMALL * len(shapes[v]) + 22), 46.0) for v, n in names.items()}
    placed = layout(sizes, [(e["source"], e["target"]) for e in picture["edges"]], downward=downward)
    curves = [_curve(line, placed, e, downward) for line, e in zip(placed.lines, picture["edges"], strict=True)]
    width, height = placed.width + 2 * _MARGIN, placed.height + 2 * _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="graph"'
        f' viewBox="{-_MARGIN:g} {-_MARGIN:g} {width:.0f} {height:.0f}"'
        f' role="img" aria-label="{escape(title)}" style="max-width:{width:.0f}px;width:100%;height:auto">',
        f"<title>{escape(title)}</title><desc>{escape(_description(picture))}</desc><style>{_STYLE}</style>",
    ]
    drawn = sorted(zip(picture["edges"], curves, strict=True), key=lambda pair: pair[0]["verdict"] == "wrong")
    for edge, points in drawn:  # the wrong ones on top
        parts.append(_arrow(edge, points))
    for node in picture["nodes"]:
        parts.append(_node(node, placed.boxes[node["id"]], names[node["id"]], shapes[node["id"]]))
    asked = [pair for pair, label in zip(zip(picture["edges"], curves, strict=True), labelled(picture), strict=True) if label]
    parts.extend(_factors(asked, list(placed.boxes.values())))
    return "".join(parts) + "</svg>"


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"


def _shape(shape: list[int]) -> str:
    return " × ".join(map(str, shape)) if shape else "number"


def _description(picture: Picture) -> str:
    names = {node["id"]: node["name"] for node in picture["nodes"]}
    said = [f"{names[e['source']]} to {names[e['target']]}" for e in picture["edges"]]
    wrong = [
        f"{names[e['source']]} to {names[e['target']]} {factor_text(e['factor'])}".rstrip()
        for e in picture["edges"]
        if e["verdict"] == "wrong"
    ] + [n["name"] for n in picture["nodes"] if n["verdict"] == "wrong"]
    return f"Arrows: {', '.join(said)}." + (f" Wrong: {', '.join(wrong)}." if wrong else "")


def _curve(line: list[Point], placed: Layout, edge: dict, downward: bool) -> list[Point]:
    """Return the points of a chain of cubic curves from border to border: start, then (control, control, end)s."""
    source, target = placed.boxes[edge["source"]], placed.boxes[edge["target"]]
    points = list(line)
    if downward:
        points[0] = (source.x, source.y + source.height / 2)
        points[-1] = (target.x, target.y - target.height / 2 - 7)
    else:
        points[0] = (source.x + source.width / 2, source.y)
        points[-1] = (target.x - target.width / 2 - 7, target.y)
    curve = [points[0]]
    for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
        half = (x1 - x0) / 2, (y1 - y0) / 2
        curve += [(x0, y0 + half[1]), (x1, y1 - half[1])] if downward else [(x0 + half[0], y0), (x1 - half[0], y1)]
        curve.append((x1, y1))
    return curve


def _arrow(edge: dict, points: list[Point]) -> str:
    verdict = escape(edge["verdict"])
    path = f"M{_xy(points[0])}" + "".join(f"C{' '.join(_xy(p) for p in points[i : i + 3])}" for i in range(1, len(points), 3))
    (x, y), (cx, cy) = points[-1], points[-2]
    length = math.hypot(x - cx, y - cy) or 1.0
    ux, uy = (x - cx) / length, (y - cy) / length
    size = 6.5 if edge["verdict"] == "wrong" else 5.0
    corners = [(x + 7 * ux, y + 7 * uy), (x - size * uy - 2 * ux, y + size * ux - 2 * uy)]
    corners.append((x + size * uy - 2 * ux, y - size * ux - 2 * uy))
    tip = " ".join(_xy(corner) for corner in corners)
    return f'<path class="{verdict}" d="{path}"/><polygon class="tip {verdict}" points="{tip}"/>'


def _node(node: dict, box: Box, name: str, shape: str) -> str:
    left, top = box.x - box.width / 2, box.y - box.height / 2
    line = f", line {node['line']}" if node["line"] else ""
    classes = " ".join(filter(None, ["node", node["kind"], node["verdict"]]))
    return (
        f'<g class="{classes}" data-line="{node["line"]}"><title>{escape(node["name"])} ({escape(shape)}){line}</title>'
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="8"/>'
        f'<text class="name" x="{box.x:.1f}" y="{box.y - 2:.1f}">{escape(name)}</text>'
        f'<text class="shape" x="{box.x:.1f}" y="{box.y + 14:.1f}">{escape(shape)}</text></g>'
    )


def _factors(asked: list[tuple[dict, list[Point]]], boxes: list[Box]) -> list[str]:
    """Label the wrong arrows, each where it is clear of boxes and of other labels, as near to its middle as can be."""
    taken, parts = list(boxes), []
    for edge, points in asked:
        label = factor_text(edge["factor"])
        if not label:
            continue
        width = 8.2 * len(label) + 12
        # along the curve, and then beside it
        tries = [
            Box(x, y + aside, width, 22.0)
            for aside in (0.0, -24.0, 24.0, -48.0, 48.0)
            for x, y in (_along(points, 0.5 + step * side / 20) for step in range(10) for side in (1, -1))
        ]
        box = min(tries, key=lambda b: sum(_overlap(b, other) for other in taken))
        taken.append(box)
        parts.append(
            f'<g class="factor"><rect x="{box.x - width / 2:.1f}" y="{box.y - 11:.1f}" width="{width:.1f}" height="22"'
            f' rx="11"/>'
            f'<text x="{box.x:.1f}" y="{box.y + 4.5:.1f}">{escape(label)}</text></g>'
        )
    return parts


def _along(points: list[Point], t: float) -> Point:
    """Return the point at the fraction t of a chain of curves."""
    pieces = (len(points) - 1) // 3
    i = min(int(t * pieces), pieces - 1)
    s = t * pieces - i
    p = points[3 * i : 3 * i + 4]
    weights = ((1 - s) ** 3, 3 * s * (1 - s) ** 2, 3 * s**2 * (1 - s), s**3)
    return sum(w * q[0] for w, q in zip(weights, p, strict=True)), sum(w * q[1] for w, q in zip(weights, p, strict=True))


def _overlap(a: Box, b: Box) -> float:
    wide = (a.width + b.width) / 2 + 4 - abs(a.x - b.x)
    high = (a.height + b.height) / 2 + 4 - abs(a.y - b.y)
    return wide * high if wide > 0 and high > 0 else 0.0


def _xy(point: Point) -> str:
    return f"{point[0]:.1f},{point[1]:.1f}"

import json
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from byhand.arrays import namespace
from byhand.graph import gains, gradient, implied, layout, mark, picture, svg, text, trace
from byhand.graph.picture import factor_text

from .test_explanations import by_hand, forward
from .test_tracing import layers_arguments, recurrence, two_layers


def batch():
    graph, arguments, dout = forward("batchnorm")
    return graph, dout, lambda **wrong: by_hand("batchnorm", arguments, dout, **wrong)


def arrows(drawn, verdict=None):
    names = {node["id"]: node["name"] for node in drawn["nodes"]}
    chosen = [e for e in drawn["edges"] if verdict is None or e["verdict"] == verdict]
    return {(names[e["source"]], names[e["target"]]) for e in chosen}


def test_a_picture_is_the_derivation_as_drawn_by_hand():
    graph, _, _ = batch()
    drawn = picture(graph)
    assert json.loads(json.dumps(drawn)) == drawn
    assert arrows(drawn) == {
        ("x", "mu"), ("x", "xc"), ("mu", "xc"), ("xc", "var"), ("var", "std"), ("std", "xhat"), ("xc", "xhat"),
        ("xhat", "out"), ("gamma", "out"), ("beta", "out"),
    }  # fmt: skip
    assert {n["name"]: n["shape"] for n in drawn["nodes"]}["var"] == [4]
    assert [n["name"] for n in drawn["nodes"] if n["kind"] == "input"] == ["x", "gamma", "beta"]
    assert {edge["verdict"] for edge in drawn["edges"]} == {"unknown"}
    assert arrows(picture(graph, "gamma")) == {("gamma", "out")}


def test_what_has_no_name_stays_where_ways_part():
    def function(x):
        xp = namespace(x)
        return xp.sum(xp.exp(x - xp.max(x)) * (x - xp.max(x)))

    drawn = picture(trace(function, {"x": np.arange(3.0)}))
    assert all(node["name"] for node in drawn["nodes"])
    pairs = [(edge["source"], edge["target"]) for edge in drawn["edges"]]
    assert len(pairs) == len(set(pairs)), "never two arrows between the same two"


def test_marks_are_exactly_on_the_way():
    graph, dout, wrong = batch()
    drawn = picture(graph)
    marked = mark(drawn, gains(graph, dout, "x", wrong(mu=0.0))[0])
    assert arrows(marked, "wrong") == {("x", "mu"), ("mu", "xc")}
    assert arrows(marked, "unknown") == {("gamma", "out"), ("beta", "out")}
    assert {e["factor"] for e in marked["edges"] if e["verdict"] == "wrong"} == {0.0}
    assert arrows(drawn, "unknown") == arrows(drawn), "the picture given is left as it was"
    marked = mark(drawn, gains(graph, dout, "x", wrong(whole=2.0))[0])
    assert arrows(marked, "wrong") == {("xhat", "out")}
    marked = mark(drawn, gains(graph, dout, "x", wrong(mu=-1.0, var=2.0))[0])
    assert {(e["factor"]) for e in marked["edges"] if e["verdict"] == "wrong"} == {-1.0, 2.0}
    assert arrows(marked, "right") == {("x", "xc"), ("xc", "xhat"), ("xhat", "out")}


def test_a_marked_variable():
    graph, dout, wrong = batch()
    found = implied(graph, dout, "x", wrong(slope=lambda std: 1 / std**2))
    assert found is not None
    marked = mark(picture(graph), found)
    assert [n["name"] for n in marked["nodes"] if n["verdict"] == "wrong"] == ["var"]
    assert "var    (4,)    line" in text(marked) and text(marked).count("! wrong") == 1


def test_the_text_of_a_picture():
    graph, dout, wrong = batch()
    marked = mark(picture(graph), gains(graph, dout, "x", wrong(mu=0.0))[0])
    lines = [re.sub(r"line \d+", "line -", line) for line in text(marked).splitlines()]
    assert lines == [
        "x      (6, 4)           input",
        "gamma  (4,)             input",
        "beta   (4,)             input",
        "mu     (4,)    line -  <- x !× 0",
        "xc     (6, 4)  line -  <- x, mu !",
        "var    (4,)    line -  <- xc",
        "std    (4,)    line -  <- var",
        "xhat   (6, 4)  line -  <- xc, std",
        "out    (6, 4)  line -  <- gamma, xhat, beta",
    ]


def test_lines_of_several_functions_are_told_apart():
    lines = text(picture(trace(two_layers, layers_arguments()))).splitlines()
    assert "affine_forward, line " in next(line for line in lines if line.startswith("h "))
    assert "two_layers, line " in next(line for line in lines if line.startswith("a "))


@pytest.mark.parametrize(
    ("factor", "written"),
    [
        (0.0, "× 0"),
        (-1.0, "× −1"),
        (2.0, "× 2"),
        (0.5, "× 1/2"),
        (6.0, "× 6"),
        (1 / 6, "× 1/6"),
        (1.2, "× 6/5"),
        (None, ""),
    ],
)
def test_factors_as_written(factor, written):
    assert factor_text(factor) == written
    assert factor_text(1.37021) == "× 1.37"


def pictures():
    graph, dout, wrong = batch()
    yield mark(picture(graph), gains(graph, dout, "x", wrong(mu=-1.0, var=2.0))[0])
    yield picture(trace(two_layers, layers_arguments()))
    rng = np.random.default_rng(0)
    yield picture(trace(recurrence, {"x": rng.standard_normal((6, 3)), "w": np.eye(3) / 2}))
    yield picture(trace(lambda x: x, {"x": np.ones(3)}))


@pytest.mark.parametrize("downward", [False, True])
def test_boxes_are_apart_and_inside_and_arrows_go_forward(downward):
    for drawn in pictures():
        sizes = {node["id"]: (60.0 + 5 * (node["id"] % 7), 40.0) for node in drawn["nodes"]}
        edges = [(edge["source"], edge["target"]) for edge in drawn["edges"]]
        placed = layout(sizes, edges, downward=downward)
        boxes = list(placed.boxes.values())
        for i, a in enumerate(boxes):
            assert a.width / 2 - 1e-6 <= a.x <= placed.width - a.width / 2 + 1e-6
            assert a.height / 2 - 1e-6 <= a.y <= placed.height - a.height / 2 + 1e-6
            for b in boxes[i + 1 :]:
                apart = abs(a.x - b.x) >= (a.width + b.width) / 2 or abs(a.y - b.y) >= (a.height + b.height) / 2
                assert apart, (a, b)
        for line in placed.lines:
            along = [point[1 if downward else 0] for point in line]
            assert along == sorted(along) and len(set(along)) == len(along)


@pytest.mark.parametrize("downward", [False, True])
def test_the_svg_is_well_formed_and_says_what_it_shows(downward):
    for drawn in pictures():
        root = ElementTree.fromstring(svg(drawn, 'a <title> & "more"', downward=downward))
        space = "{http://www.w3.org/2000/svg}"
        assert root.findtext(f"{space}title") == 'a <title> & "more"'
        assert "Arrows:" in (root.findtext(f"{space}desc") or "") and root.get("viewBox")
        assert len(root.findall(f"{space}path")) == len(drawn["edges"])
        assert "var(--graph-wrong,#c4314b)" in (root.findtext(f"{space}style") or "")


def test_wrong_arrows_in_series_carry_one_factor_clear_of_all_boxes():
    drawn = next(pictures())
    root = ElementTree.fromstring(svg(drawn))
    space = "{http://www.w3.org/2000/svg}"
    groups = {kind: [g for g in root.findall(f"{space}g") if kind in (g.get("class") or "")] for kind in ("node", "factor")}
    assert [group.findtext(f"{space}text") for group in groups["factor"]] == ["× −1", "× 2"]
    assert len(root.findall(f"{space}path[@class='wrong']")) == 5
    rectangles = {kind: [g.find(f"{space}rect") for g in found] for kind, found in groups.items()}
    for label in rectangles["factor"]:
        for other in rectangles["node"] + [r for r in rectangles["factor"] if r is not label]:
            assert label is not None and other is not None
            (x, y, w, h), (a, b, c, d) = (
                [float(r.get(key) or 0) for key in ("x", "y", "width", "height")] for r in (label, other)
            )
            assert x + w <= a or a + c <= x or y + h <= b or b + d <= y


def test_a_scalar_loss_has_a_picture():
    def loss(x, w):
        scores = x @ w
        value = namespace(x).mean(scores**2)
        return value

    graph = trace(loss, {"x": np.ones((3, 2)), "w": np.ones((2, 4))})
    assert gradient(graph, 1.0)["w"].shape == (2, 4)
    assert "number" in text(picture(graph)) and arrows(picture(graph)) == {
        ("x", "scores"),
        ("w", "scores"),
        ("scores", "value"),
    }

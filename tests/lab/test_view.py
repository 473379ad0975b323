"""Arrays as small grids, wrong cells marked."""

import pytest

from byhand.lab import view


def marks(grids):
    return [[[c.wrong for c in row] for row in g.rows] for g in grids]


def test_cells_that_differ_are_marked():
    (grid,) = view.grids([[1.0, 2.0], [3.0, -4.0]], [[1.0, 2.5], [3.0, 4.0]], compare=True)
    assert marks([grid]) == [[[False, True], [False, True]]]
    assert [[c.text for c in row] for row in grid.rows] == [["1", "2"], ["3", "\N{MINUS SIGN}4"]]
    assert grid.shape == "2×2"


def test_another_shape_is_said_and_no_cell_is_marked():
    (grid,) = view.grids([[1.0, 2.0]], [1.0, 2.0], compare=True)
    assert marks([grid]) == [[[False, False]]] and grid.note == "shape 1×2, expected 2"


def test_more_dimensions_come_as_layers_and_trees_by_name():
    assert [g.label for g in view.grids([[[1.0]], [[2.0]]])] == ["[0]", "[1]"]
    nested = {"w1": [1.0], "b": {"c": 2.0}}
    assert [g.label for g in view.grids(nested)] == ["w1", "b.c"]
    assert marks(view.grids(nested, {"w1": [1.5], "b": {"c": 2.0}}, compare=True)) == [[[True]], [[False]]]


def test_nan_infinity_and_text():
    (grid,) = view.grids(["nan", 1.0, "inf"], [0.0, 1.0, "inf"], compare=True)
    assert marks([grid]) == [[[True, False, False]]]
    assert view.grids("<array>")[0].rows[0][0].text == "<array>"
    assert view.grids(None)[0].rows[0][0].text == "nothing"
    assert view.grids([])[0].rows[0][0].text == "[]"


def test_truth_values_are_compared():
    (grid,) = view.grids([[True, False]], [[True, True]], compare=True)
    assert marks([grid]) == [[[False, True]]] and [c.text for c in grid.rows[0]] == ["True", "False"]


def test_another_shape_of_many_dimensions_is_said_once():
    layers = view.grids([[[1.0], [2.0]]], [[[1.0]], [[2.0]]], compare=True)
    assert [g.note for g in layers] == ["shape 1×2×1, expected 2×1×1"] and marks(layers) == [[[False], [False]]]


def test_every_picture_of_a_batch_begins_a_line():
    batch = view.grids([[[[1.0]], [[2.0]]], [[[3.0]], [[4.0]]]])
    assert [(g.label, g.begins) for g in batch] == [("[0][0]", True), ("[0][1]", False), ("[1][0]", True), ("[1][1]", False)]


def test_unlike_things_are_shown_one_by_one():
    order = view.grids([[1, 2], [0]], [[1, 3]], compare=True)
    assert [(g.label, g.begins) for g in order] == [("[0]", False), ("[1]", False)]
    assert marks(order) == [[[False, True]], [[True]]]
    tape = view.grids([["leaf", [], [1.0, 2.0], []], ["add", [0, 0], [2.0, 4.0], [[2], [2, 1]]]])
    assert [(g.label, g.begins) for g in tape if g.label] == [("[0]", True), ("[1]", True)]
    assert [g.rows[0][0].text for g in tape] == ["leaf", "[]", "1", "[]", "add", "0", "2", "2", "2"]
    assert view.grids({})[0].rows[0][0].text == "{}"
    assert [g.rows[0][0].text for g in view.grids([["a"]] * 20)][-1] == "and 4 more"


@pytest.mark.parametrize(("minutes", "text"), [(0, "0 min"), (40, "40 min"), (60, "1 h"), (189, "3 h 9 min")])
def test_a_span_is_short(minutes, text):
    assert view.span(minutes) == text


def test_large_arrays_are_cut():
    (grid,) = view.grids([[0.0] * 20] * 30)
    assert len(grid.rows) == view.MAX_SIDE and len(grid.rows[0]) == view.MAX_SIDE and grid.note == "the first of 30×20"


def test_wrong_quantities_come_first():
    example = {"yours": {"dx": [1.0], "db": [2.0]}, "expected": {"dx": [1.0], "db": [3.0]}}
    assert [(q.name, q.right) for q in view.quantities(example)] == [("db", False), ("dx", True)]
    assert view.quantities({"yours": None, "expected": {"dx": [1.0]}})[0].yours[0].rows[0][0].text == "nothing"
    assert [q.right for q in view.quantities({"yours": {"": [1, 2]}, "expected": {"": [[1, 2]]}})] == [False]


@pytest.mark.parametrize(
    ("x", "text"),
    [(1.0, "1"), (-2, "−2"), (0.123456, "0.1235"), (1e-9, "1e−09"), (1e20, "1e+20"), (float("nan"), "nan"), (True, "True")],
)
def test_numbers_are_short(x, text):
    assert view.number(x) == text

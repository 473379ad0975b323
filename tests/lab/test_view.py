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

"""The tour on a terminal: one fault in three lines, found, fixed, and trained on."""

from byhand import workspace

from .conftest import launch

WRONG, RIGHT = "db = np.mean(dout, axis=0)", "db = np.sum(dout, axis=0)"


def test_the_whole_tour(tmp_path, terminal):
    tour = terminal(folder=tmp_path)
    shown = tour.wait_for("q leaves")
    assert "which term on which line" in shown
    assert "expected db" in shown
    assert "→" not in shown
    file = tmp_path / "byhand-tour" / "mynet" / "backpropagation.py"
    assert str(file) in shown
    tour.press("w")
    assert WRONG in tour.wait_for("q quit")
    tour.press("h")
    tour.wait_for("Start with the shapes")
    text = file.read_text()
    assert text.count(WRONG) == 1
    file.write_text(text.replace(WRONG, RIGHT))
    tour.wait_for("is right, on all")
    tour.wait_for("Yours:")
    tour.wait_for("affine_backward")
    tour.wait_for("target at least 0.95 reached", seconds=60)
    tour.wait_for("byhand init")
    assert tour.ends() == 0


def test_it_can_be_left_and_taken_up_again(tmp_path, terminal):
    tour = terminal(folder=tmp_path)
    tour.wait_for("q leaves")
    tour.press("q")
    tour.wait_for("The tour stays in byhand-tour/")
    assert tour.ends() == 0
    again = launch(folder=tmp_path)
    assert again.returncode == 0
    assert "expected db" in again.stdout
    assert "This is no terminal" in again.stdout
    space = workspace.create(tmp_path / "byhand-workspace")
    following = space.next()
    assert following is not None
    assert f"Next: {following.name}" in launch(folder=tmp_path).stdout

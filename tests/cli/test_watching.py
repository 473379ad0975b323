"""`byhand watch`: what a save or a key does, and one whole process on a terminal."""

import pytest

from byhand import course
from byhand.check import WorkerPool
from byhand.cli.watching import Session

from .conftest import write

NAMES = list(course.exercises())


@pytest.fixture
def session(space):
    with WorkerPool() as pool:
        yield Session(space, pool)


def faulty(text):
    return text.replace("db = np.sum(dout, axis=0)", "db = np.mean(dout, axis=0)")


def saved(session, name):
    return {session.space.file(name)}


def test_a_save_checks_the_function_that_changed(session, capsys):
    write(session.space, "affine_backward", faulty)
    session.handle(saved(session, "affine_backward"))
    shown = capsys.readouterr().out
    assert "✗ affine_backward" in shown
    assert shown.count("backpropagation.py ·") == 1
    session.handle(saved(session, "affine_backward"))
    assert capsys.readouterr().out == "", "nothing changed"
    write(session.space, "affine_backward")
    write(session.space, "relu_forward")
    session.handle(saved(session, "affine_backward"))
    shown = capsys.readouterr().out
    assert shown.index("✓ affine_backward") < shown.index("✓ relu_forward")
    assert f"n goes on to {NAMES[0]}" in shown


def test_keys(session, capsys):
    write(session.space, "affine_backward", faulty)
    session.handle(saved(session, "affine_backward"))
    assert "→" not in capsys.readouterr().out
    session.handle("w")
    assert "→" in capsys.readouterr().out
    session.handle("h")
    assert "1/3" in capsys.readouterr().out
    session.handle("r")
    assert "✗ affine_backward" in capsys.readouterr().out
    session.handle("l")
    assert "● affine_backward" in capsys.readouterr().out
    session.handle("n")
    after = NAMES[NAMES.index("affine_backward") + 1]
    assert f"Next: {after}" in capsys.readouterr().out
    session.handle("z")
    assert capsys.readouterr().out == ""


def test_a_half_typed_file_is_said_to_be_one(session, capsys):
    file = session.space.file(NAMES[0])
    file.write_text(file.read_text() + "\ndef half(:\n")
    session.handle({file})
    assert "The file is not Python yet" in capsys.readouterr().out


def test_a_change_outside_of_the_exercises_checks_the_one_at_hand(session, capsys):
    file = session.space.file(NAMES[0])
    file.write_text(file.read_text() + "\nSHIFT = 3\n")
    session.handle({file})
    assert f"{NAMES[0]} is not started" in capsys.readouterr().out


def test_when_nothing_is_left(space, capsys):
    for name in NAMES:
        space.skip(name)
    with WorkerPool() as pool:
        session = Session(space, pool)
        for key in "whrn":
            session.handle(key)
            assert "Nothing is left to do" in capsys.readouterr().out


def test_a_whole_one_on_a_terminal(space, terminal):
    watching = terminal("watch", folder=space.folder)
    watching.wait_for("q quit")
    write(space, "affine_backward", faulty)
    first = watching.wait_for("q quit")
    assert "affine_backward" in first
    assert "expected db" in first
    assert "→" not in first
    watching.press("w")
    assert "→" in watching.wait_for("q quit")
    write(space, "affine_backward")
    watching.wait_for("is right, on all")
    watching.press("q")
    assert watching.ends() == 0

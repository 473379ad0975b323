"""What a learner keeps: their package alone, which trains with byhand out of reach."""

import ast
import subprocess
import sys

import pytest

from byhand.workspace import export

WITHOUT_BYHAND = """
import runpy, sys
sys.modules["byhand"] = None
runpy.run_path("train_digits.py", run_name="__main__")
"""


def run(folder):
    return subprocess.run([sys.executable, "-c", WITHOUT_BYHAND], cwd=folder, capture_output=True, text=True, timeout=100)


def accuracy(done):
    assert done.returncode == 0, done.stderr
    return float(done.stdout.split()[-1])


def test_everything_solved_trains_the_digits_without_byhand(space, solve, tmp_path):
    solve(space)
    done = export(space, tmp_path / "mine")
    assert done.left_out == () and done.waiting == {} and done.filled == ()
    for path in done.folder.rglob("*.py"):
        imports = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Import | ast.ImportFrom)]
        assert not any("byhand" in ast.unparse(n) for n in imports), path
    assert accuracy(run(done.folder)) >= 0.95


def test_the_smallest_set_that_trains(space, solve, tmp_path):
    solve(space, "affine_forward", "affine_backward", "relu_forward", "relu_backward", "softmax_loss")
    solve(space, "two_layer_net_loss", "sgd")
    done = export(space, tmp_path / "mine")
    assert "sgd" in done.functions and "adam" in done.left_out
    assert accuracy(run(done.folder)) >= 0.9


def test_what_is_not_written_is_left_out_and_named(space, solve, tmp_path):
    solve(space, "two_layer_net_loss")
    done = export(space, tmp_path / "mine")
    assert done.functions == ("two_layer_net_loss",)
    assert "affine_forward" in done.waiting["two_layer_net_loss"]
    assert done.script is None
    assert "NotImplementedError" not in "".join(p.read_text() for p in done.folder.rglob("*.py"))
    check = [sys.executable, "-c", f"import mynet.{space.file('two_layer_net_loss').stem}"]
    subprocess.run(check, cwd=done.folder, check=True, timeout=100)


def test_fill_puts_ours_where_nothing_is_written_and_marks_it(space, solve, tmp_path):
    solve(space, "affine_forward")
    done = export(space, tmp_path / "mine", fill=True)
    assert done.functions == ("affine_forward",) and "affine_backward" in done.filled
    text = (done.folder / "mynet" / space.file("affine_forward").name).read_text()
    assert text.count("this one is byhand's") == sum(space.file(n) == space.file("affine_forward") for n in done.filled)
    assert accuracy(run(done.folder)) >= 0.95


def test_what_stands_around_the_functions_goes_along(space, solve, tmp_path):
    solve(space, "affine_forward")
    path = space.file("affine_forward")
    path.write_text(path.read_text() + "\n\ndef my_helper(x):  # a remark\n    return x\n")
    (space.modules / "own.py").write_text("ANSWER = 42\n")
    done = export(space, tmp_path / "mine")
    assert "def my_helper(x):  # a remark" in (done.folder / "mynet" / path.name).read_text()
    assert (done.folder / "mynet" / "own.py").read_text() == "ANSWER = 42\n"


def test_nothing_is_written_over(space, solve, tmp_path):
    with pytest.raises(ValueError, match="nothing to export yet"):
        export(space, tmp_path / "mine")
    solve(space, "sgd")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").touch()
    with pytest.raises(ValueError, match="has something in it"):
        export(space, tmp_path / "full")
    space.file("sgd").write_text("def sgd(:\n")
    with pytest.raises(ValueError, match=r"cannot be read: line 1"):
        export(space, tmp_path / "mine")

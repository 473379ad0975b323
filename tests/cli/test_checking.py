"""`byhand check` and `byhand explain`: verdicts, exit codes, depths, JSON, errors."""

import json
import re

import pytest

from byhand import course
from byhand.check import WorkerPool, codes
from byhand.cli.checking import explain_command
from byhand.spec import Report

from .conftest import launch, write


def averaged(text):
    return text.replace("db = np.sum(dout, axis=0)", "db = np.mean(dout, axis=0)")


def test_without_a_name_it_checks_what_is_next(byhand, space):
    result = byhand("check")
    assert result.code == 1
    first = next(iter(course.exercises()))
    assert f"{first} is not started" in result.out


def test_right(byhand, space):
    write(space, "affine_backward")
    result = byhand("check", "affine_backward")
    assert result.code == 0
    assert "✓ affine_backward" in result.out
    assert "affine_backward is right, on all" in result.out
    assert space.progress()["affine_backward"].state == "passed"


def test_a_finding_opens_in_steps(byhand, space):
    write(space, "affine_backward", averaged)
    line = next(i for i, text in enumerate(space.file("affine_backward").read_text().splitlines(), 1) if "np.mean(dout" in text)
    first = byhand("check", "affine_backward")
    assert first.code == 1
    assert "✗ affine_backward" in first.out
    assert "dx and dw are right" in first.out
    assert "your db" in first.out
    assert "expected db" in first.out
    assert "→" not in first.out
    assert "certain" not in first.out
    space.open_depth("affine_backward")
    second = byhand("check", "affine_backward").out
    assert re.search(rf"→ +{line} +db = np.mean", second)
    assert "certain" not in second
    for third in (byhand("check", "affine_backward", "--explain").out, _opened(byhand, space)):
        assert "certain · byhand explain db-averaged" in third
        assert "All cases:" in third
        assert "Again: byhand check affine_backward --file" in third


def test_an_array_of_three_axes_is_shown_as_matrices(byhand, space):
    write(space, "block_sum", lambda text: text.replace("    out = np.sum(blocks", "    out = np.mean(blocks"))
    shown = re.search(r"  x +size\n(.*?)\n  your out", byhand("check", "block_sum").out, flags=re.DOTALL)
    assert shown is not None
    first, second = shown[1].split("\n\n")
    assert len(first.splitlines()) == len(second.splitlines()) == 4
    assert all(len(row.split()) == 4 for row in second.splitlines())


def _opened(byhand, space):
    space.open_depth("affine_backward")
    return byhand("check", "affine_backward").out


def test_where_code_stops_its_line_is_named_at_once(byhand, space):
    write(space, "affine_forward", lambda text: text.replace(" + b", " + bias"))
    result = byhand("check", "affine_forward")
    assert result.code == 1
    assert "NameError" in result.out
    assert "→" in result.out


def test_a_file_that_is_not_python_yet(byhand, space):
    file = space.file("affine_forward")
    file.write_text(file.read_text() + "\ndef half(:\n")
    result = byhand("check", "affine_forward")
    assert result.code == 1
    assert "The file is not Python yet: " in result.out
    assert ".." not in result.out
    assert "?." not in result.out


def test_json_is_the_report(byhand, space):
    write(space, "affine_backward", averaged)
    result = byhand("check", "affine_backward", "--json")
    report = Report.from_json(json.loads(result.out))
    assert (result.code, report.verdict, report.findings[0].quantity) == (1, "fail", "db")


def test_all(byhand, space):
    nothing = byhand("check", "--all")
    assert (nothing.code, nothing.out) == (2, "")
    assert "nothing is started yet" in nothing.err
    write(space, "affine_forward")
    write(space, "relu_forward")
    write(space, "affine_backward", averaged)
    result = byhand("check", "--all")
    assert result.code == 1
    assert "2 of 3 right" in result.out
    assert "byhand check affine_backward says more" in result.out
    reports = json.loads(byhand("check", "--all", "--json").out)
    assert [(r["exercise"], r["verdict"]) for r in reports] == [
        ("affine_forward", "pass"),
        ("affine_backward", "fail"),
        ("relu_forward", "pass"),
    ]


def test_what_another_function_leaves_behind_fails_nobody(byhand, space):
    write(space, "relu_forward", lambda text: text.replace("    out = ", "    np.tanh = None\n    out = "))
    write(space, "tanh_forward")
    result = byhand("check", "--all", "--json")
    assert {r["exercise"]: r["verdict"] for r in json.loads(result.out)} == {"relu_forward": "pass", "tanh_forward": "pass"}


def test_a_file_from_elsewhere(byhand, nowhere):
    (nowhere / "mine.py").write_text(
        "import numpy as np\n\n\ndef relu_forward(x):\n    return np.maximum(x, 0), (x,)\n\n\ndef tanh_forward(x):\n    raise NotImplementedError\n"
    )
    one = byhand("check", "relu_forward", "--file", "mine.py")
    assert (one.code, "is right" in one.out) == (0, True)
    both = byhand("check", "--file", "mine.py")
    assert both.code == 1
    assert "1 of 2 right" in both.out
    missing = byhand("check", "sigmoid_forward", "--file", "mine.py")
    assert (missing.code, "There is no function sigmoid_forward in this file" in missing.out) == (1, True)


def test_one_case_and_another_seed(byhand, space):
    write(space, "affine_backward")
    case = course.find("affine_backward").cases[0].name
    result = byhand("check", "affine_backward", "--case", case, "--seed", "5", "--json")
    report = json.loads(result.out)
    assert ([c["name"] for c in report["cases"]], report["seed"]) == ([case], 5)
    assert space.progress()["affine_backward"].state == "not-started", "one case is no pass"
    result = byhand("check", "affine_backward", "--case", "nope")
    assert result.code == 2
    assert f"has no case 'nope'; it has '{case}'" in result.err


def test_the_checker_failing_is_told_apart(byhand, space, monkeypatch):
    from byhand.cli import checking

    write(space, "relu_forward")
    monkeypatch.setattr(checking, "check", lambda exercise, file, **_: Report(exercise.name, "checker-error", "it broke"))
    assert byhand("check", "relu_forward").code == 3


def test_a_forward_that_hangs_is_waited_for_once(byhand, space):
    write(space, "relu_forward", lambda text: text.replace("    out = ", "    while True:\n        pass\n    out = "))
    write(space, "relu_backward")
    seconds = 2.0
    with WorkerPool(seconds=seconds) as pool:
        report = json.loads(byhand("check", "relu_backward", "--json", pool=pool).out)
    assert len(report["cases"]) > 3
    assert report["timings"]["total"] < seconds * len(report["cases"]) / 2, "each case waited, not the first alone"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["check", "affine_bckward"], "there is no exercise 'affine_bckward'. Did you mean affine_backward"),
        (["check", "zzz"], "there is no exercise 'zzz'. `byhand list` shows them all."),
        (["check", "relu_forward", "--file", "no.py"], "there is no file no.py"),
        (["check", "relu_forward", "--all"], "give an EXERCISE or --all, not both"),
        (["check", "--all", "--case", "ordinary"], "--case: name the exercise"),
        (["check", "relu_forward", "--dialect", "cobol"], "--dialect: expected 'byhand' or 'cs231n', got 'cobol'"),
        (["check", "relu_forward", "--seed", "x"], "--seed"),
        (["check", "relu_forward", "--nope"], "--nope"),
        (["chekc"], "Did you mean 'check'?"),
        (["explain", "nope"], "there is no code 'nope'; `byhand explain` lists them"),
    ],
)
def test_wrong_usage(byhand, space, arguments, says):
    write(space, "relu_forward")
    result = byhand(*arguments)
    assert (result.code, result.out) == (2, "")
    assert says in result.err
    assert "Traceback" not in result.err


def test_without_a_workspace(byhand, nowhere):
    for command in (
        ["check"],
        ["check", "--all"],
        ["check", "relu_forward"],
        ["next"],
        ["watch"],
        ["export", "x"],
        ["skip", "adam"],
    ):
        result = byhand(*command)
        assert (result.code, result.out) == (2, ""), command
        assert "there is no workspace here: `byhand init` makes one" in result.err


def test_pdb_stops_on_the_line_at_fault(space):
    write(space, "affine_backward", lambda text: text.replace("dout @ w.T", "dout @ w[0].T"))
    result = launch("check", "affine_backward", "--pdb", folder=space.folder, input="p dout.ndim\nq\n")
    assert re.search(r"-> dx = np.reshape\(dout @ w\[0\].*\n\(Pdb\) 2", result.stdout), result.stdout


def test_every_code_is_explained(byhand, nowhere, capsys):
    listed = byhand("explain").out
    for code, page in codes.pages().items():
        assert code in listed
        explain_command(code)
        told = "".join(capsys.readouterr().out.split())
        assert all("".join(part.split()) in told for part in (page.title, page.example))  # brackets in it are not markup
    assert byhand("explain", "path").code == 0

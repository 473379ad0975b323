"""Finding one's way: next, hint, skip, list, reset, solution, show."""

import json

import pytest

from byhand import course
from byhand.course import rendering

from .conftest import write

NAMES = list(course.exercises())


def test_next_names_the_exercise_the_file_and_the_line(byhand, space):
    out = byhand("next").out
    assert f"0 of {len(course.core())} on the core trail are right." in out
    located = space.locate(NAMES[0])
    assert f"Next: {NAMES[0]}" in out
    assert f"{space.file(NAMES[0])}:{located.start}" in out


def test_skip_goes_on_and_says_so(byhand, space):
    out = byhand("skip").out
    assert f"{NAMES[0]} is skipped." in out
    assert f"Next: {NAMES[1]}" in out
    assert space.progress()[NAMES[0]].state == "skipped"


def test_at_the_end_it_says_what_was_skipped(byhand, space):
    for name in NAMES:
        space.skip(name)
    out = byhand("next").out
    assert "Nothing is left but what you skipped: " + NAMES[0] in out
    assert "byhand export DIR" in out
    for command in ("check", "hint", "skip", "solution"):
        result = byhand(command)
        assert result.code == 2
        assert "every exercise is done or skipped: name one" in result.err


def test_hints_open_one_after_the_other(byhand, space):
    hints = course.find("affine_backward").hints
    for opened in range(1, 4):
        out = byhand("hint", "affine_backward").out
        assert [f"{i}/3" in out for i in (1, 2, 3)] == [i <= opened for i in (1, 2, 3)]
        assert ("Once more for the next one." in out) == (opened < 3)
    assert hints[2].replace("`", "")[:40] in byhand("hint", "affine_backward").out
    assert "3/3" in byhand("hint", "relu_backward", "--all").out


def test_list(byhand, space):
    write(space, "relu_forward")
    byhand("check", "relu_forward")
    space.skip("adam")
    lines = byhand("list").out.splitlines()
    for name, mark in (("relu_forward", "✓"), ("adam", "–"), ("sgd", "○")):
        assert any(line.split()[:2] == [mark, name] for line in lines)
    for number, (leg, _) in enumerate(course.legs(), 1):
        assert any(line.startswith(f"{number:>2}  {leg.title}") for line in lines)


def test_list_as_json(byhand, space):
    space.skip("adam")
    entries = json.loads(byhand("list", "--json").out)
    assert [e["name"] for e in entries] == NAMES
    assert [e["order"] for e in entries] == list(range(len(NAMES)))
    assert {e["name"]: e["state"] for e in entries}["adam"] == "skipped"
    assert {"chapter", "chapter_name", "leg", "minutes", "after", "core"} <= entries[0].keys()


def test_list_needs_no_workspace(byhand, nowhere):
    assert byhand("list").code == 0


def test_reset_keeps_what_was_there(byhand, space):
    write(space, "relu_forward", lambda text: text.replace("out = np.maximum", "out = 1 + np.maximum"))
    result = byhand("reset", "relu_forward", "--yes")
    assert result.code == 0
    assert "relu_forward is a stub again. What was there is in " in result.out
    backup = result.out.split(" is in ")[1].strip()
    with open(backup, encoding="utf-8") as file:
        assert "1 + np.maximum" in file.read()
    assert space.locate("relu_forward").stub


def test_the_solution_is_whole(byhand, nowhere):
    for name in NAMES:
        assert byhand("solution", name).out.rstrip() == rendering.solution(course.find(name)).rstrip()


def test_show_draws_what_has_a_graph_and_tells_what_has_none(byhand, nowhere):
    without = []
    for name in NAMES:
        result = byhand("show", name)
        if result.code == 0:
            assert "<- " in result.out
            assert "Derivation" not in result.out
        else:
            assert result.code == 2
            assert f"{name} has no graph to draw" in result.err
            without.append(name)
    # only what is written for NumPy arrays alone, or for numbers, may have none
    assert {course.find(n).function.__module__.split(".")[1] for n in without} == {"procedures", "graph", "course", "optim"}
    assert {"numerical_gradient", "knn_predict", "solver", "predict_initial_loss"} <= set(without)


def test_show_batchnorm(byhand, nowhere):
    out = byhand("show", "batchnorm_backward").out
    assert "gamma * (x - mu) / sqrt(var + eps) + beta" in out
    rows = {line.split()[0]: line.split("<-")[-1].strip() for line in out.splitlines() if "<-" in line}
    assert rows["xc"] == "x, mu"
    assert rows["xhat"] == "xc, std"


def test_show_writes_a_picture(byhand, nowhere):
    assert byhand("show", "affine_forward", "--svg", "a.svg").code == 0
    assert (nowhere / "a.svg").read_text().startswith("<svg")


@pytest.mark.parametrize("command", ["hint", "skip", "reset", "solution", "show"])
def test_a_near_miss_is_named(byhand, space, command):
    result = byhand(command, "relu_bakward")
    assert result.code == 2
    assert "Did you mean relu_backward" in result.err

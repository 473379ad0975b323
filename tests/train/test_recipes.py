"""Every recipe's short form reaches its target, and every recipe has its place among the results."""

import re
from pathlib import Path

import pytest

from byhand import train

RESULTS = Path(__file__).parents[2] / "docs" / "RESULTS.md"


COMPLETE = {name: recipe for name, recipe in train.RECIPES.items() if not recipe.experiment}
"""Those that reach their targets by themselves; the others are held to theirs in tests/check/test_experiments.py."""


@pytest.mark.parametrize("name", [name for name in COMPLETE if name != "mlp-digits"])  # that one: test_run.py
def test_the_short_form_reaches_its_target(name, tmp_path):
    run = train.run(name, quick=True, folder=tmp_path, seed=1)
    assert run.reached, (run.status, run.error, run.goals, run.table)


def test_the_pictures_of_every_recipe(tmp_path):
    """At one epoch of training each; many classes (shapes) and few."""
    trained = {"curves.png", "confusion.png", "samples.png"}
    expected = {
        "svm-cifar10": ({}, {*trained, "weights.png"}),
        "features-net-cifar10": ({"examples": 300}, trained),
        "optimizer-study": ({"factors": "1", "rules": "sgd,adam"}, {"study.png"}),
        "init-study": ({"hidden": "9,9"}, {"study.png"}),
        "batchnorm-study": ({"hidden": "9", "scales": "0.1,1", "batch_sizes": "50,100"}, {"study.png"}),
    }
    for name, (changes, pictures) in expected.items():
        run = train.run(name, quick=True, overrides={"epochs": 1, **changes}, folder=tmp_path)
        assert run.status == "done" and {path.name for path in run.path.glob("*.png")} == pictures, (name, run)


def test_every_recipe_has_a_row_in_the_results():
    rows = re.findall(r"^\| `?([a-z0-9-]+)`? \|(.*)\|$", RESULTS.read_text(), re.MULTILINE)
    told = {name: row for name, row in rows if name in train.RECIPES}
    assert told.keys() == COMPLETE.keys()
    for name, row in told.items():
        recipe = train.RECIPES[name]
        for target in recipe.targets:
            assert target.asked in row, f"{name}: the results do not tell of its target, {target.asked}"
        assert "not run" in row or re.search(r"\d s|\d min", row), f"{name}: no time"


@pytest.mark.parametrize(
    ("recipe", "changes", "message"),
    [
        ("features-svm-cifar10", {"data": "digits"}, "setting data: expected colour pictures, .*; got 'digits'"),
        ("features-net-cifar10", {"cell": 33}, "setting cell: expected at most 32, a picture's side, got 33"),
        ("features-net-cifar10", {"bins": 1}, "setting bins: expected at least 2, got 1"),
        ("features-svm-cifar10", {"hidden": 9}, "there is no setting 'hidden'; there are data, .*, cell, orientations, bins"),
        ("two-layer-cifar10", {"hidden": 0}, "setting hidden: expected at least 1, got 0"),
        ("svm-cifar10", {"examples": 2000}, "setting examples: expected at most 1257, .*, got 2000"),
    ],
)
def test_slips_are_told_before_anything_is_written(recipe, changes, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        train.run(recipe, quick=True, overrides=changes, folder=tmp_path / "never")
    assert not (tmp_path / "never").exists()


@pytest.mark.parametrize("recipe", ["svm-cifar10", "two-layer-cifar10", "features-net-cifar10"])
def test_stopped_and_resumed_is_equal_to_the_bit(recipe, tmp_path):
    def ask(event):
        if event["kind"] == "step" and event["step"] == 7:
            (tmp_path / "parts" / f"{recipe}-001" / "stop").touch()

    overrides = {"examples": 200, "epochs": 3}
    whole = train.run(recipe, quick=True, overrides=overrides, folder=tmp_path / "whole")
    run = train.run(recipe, quick=True, overrides=overrides, folder=tmp_path / "parts", progress=ask)
    assert (run.status, run.step) == ("stopped", 7)
    again = train.run(resume=run.path)
    assert again.metrics() == whole.metrics() and again.result == whole.result
    first, second = ((one.path / "checkpoint.safetensors").read_bytes() for one in (whole, again))
    assert first == second

"""Every recipe's short form reaches its target, and every recipe has its place among the results."""

import re
from pathlib import Path

import pytest

from byhand import train

RESULTS = Path(__file__).parents[2] / "docs" / "RESULTS.md"


@pytest.mark.parametrize("name", [name for name in train.RECIPES if name != "mlp-digits"])
def test_the_short_form_reaches_its_target(name, tmp_path):
    run = train.run(name, quick=True, folder=tmp_path, seed=1)
    assert run.reached, (run.status, run.error, run.goals, run.table)


def test_the_pictures_of_every_recipe(tmp_path):
    """One run of each kind draws all of its pictures."""
    for name in ("two-layer-cifar10", "optimizer-study"):
        changes = {"epochs": 1} if name == "two-layer-cifar10" else {"epochs": 1, "factors": "1", "rules": "sgd,adam"}
        run = train.run(name, quick=True, overrides=changes, folder=tmp_path)
        assert run.status == "done" and list(run.path.glob("*.png")), name


def test_every_recipe_has_a_row_in_the_results():
    rows = re.findall(r"^\| `?([a-z0-9-]+)`? \|(.*)\|$", RESULTS.read_text(), re.MULTILINE)
    told = {name: row for name, row in rows if name in train.RECIPES}
    assert told.keys() == train.RECIPES.keys()
    for name, row in told.items():
        recipe = train.RECIPES[name]
        for target in recipe.targets:
            assert target.asked in row, f"{name}: the results do not tell of its target, {target.asked}"
        assert "not run" in row or re.search(r"\d s|\d min", row), f"{name}: no time"

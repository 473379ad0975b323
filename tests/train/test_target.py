"""What a run is asked for, and how that is told."""

import pytest

from byhand import train
from byhand.train import Target


@pytest.mark.parametrize(
    ("comparison", "below", "equal", "above"),
    [("at least", False, True, True), ("at most", True, True, False), ("exactly", False, True, False)],
)
def test_comparisons(comparison, below, equal, above):
    target = Target("n", 3, comparison)
    assert [target.met(x) for x in (2, 3, 4, None)] == [below, equal, above, False]
    assert target.asked == f"{comparison} 3"


def test_a_slip_is_told():
    with pytest.raises(ValueError, match="expected comparison to be one of at least, at most, exactly; got 'more than'"):
        Target("n", 3, "more than")


def test_a_run_reaches_all_of_its_targets_or_none():
    asked = [Target("right", 137, "exactly", of=500).to_json(), Target("val_accuracy", 0.39).to_json()]
    run = train.RunRecord("x-001", "x", {}, "numpy", "cpu", 0, 10, asked=asked)
    assert [(goal.words, goal.asked, goal.reached, goal.met) for goal in run.goals] == [
        ("right", "exactly 137/500", "", False),
        ("val accuracy", "at least 0.39", "", False),
    ]
    run.status, run.result = "done", {"right": 137, "val_accuracy": 0.3851}
    assert [(goal.reached, goal.met) for goal in run.goals] == [("137/500", True), ("0.3851", False)] and not run.reached
    run.result["val_accuracy"] = 0.39
    assert run.reached


def test_a_table_shows_all_but_its_lists():
    table = [{"training": "a", "loss": 0.25, "spread": [1, 2]}, {"training": "b", "loss": None, "spread": []}]
    assert train.columns(table) == ["training", "loss"] and train.columns([]) == []

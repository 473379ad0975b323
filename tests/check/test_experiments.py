"""Experiments: judged from the record of the run with just those settings; the budget is not the learner's to change."""

import dataclasses
import json
from typing import Any

import pytest

from byhand import course, train
from byhand.check import check, experiments
from byhand.check.proof import HEADER, WarmPool
from byhand.train import records

NAMES = [name for name, exercise in course.exercises().items() if exercise.kind == "experiment"]


@pytest.fixture(scope="module")
def pool():
    with WarmPool(seconds=2.0) as pool:
        yield pool


@pytest.fixture(autouse=True)
def no_pictures(monkeypatch):
    monkeypatch.setattr(train.pictures, "draw", lambda *arguments: None)


def _report(name, settings, pool, runs):
    return check(course.find(name), f"{name}.py", pool=pool, source=f"{HEADER}def {name}():\n    return {settings}\n", runs=runs)


def _made(folder, name, overrides, losses, *, status="done", **result):
    """Write a run as if it had been made."""
    recipe = train.find_recipe(course.find(name).recipe)
    settings = json.loads(json.dumps(recipe.settings.replace(overrides).to_json()))
    asked = [target.to_json() for target in recipe.targets]
    record = records.RunRecord("", recipe.name, settings, "numpy", "cpu", 0, len(losses), asked=asked)
    records.create(folder, record)
    lines = [json.dumps({"step": i, "epoch": i / 5, "loss": loss, "lr": 0.1}) for i, loss in enumerate(losses, 1)]
    (record.path / "metrics.jsonl").write_text("\n".join(lines) + "\n")
    record.status, record.step, record.result = status, len(losses), result
    record.save()
    return record


@pytest.mark.parametrize("name", NAMES)
def test_our_own_settings_reach_it_and_those_to_start_from_do_not(name, pool, tmp_path):
    exercise = course.find(name)
    ours = exercise.function()
    assert set(ours) <= set(exercise.free)
    before = _report(name, ours, pool, tmp_path)
    assert before.verdict == "blocked" and f"byhand train {exercise.recipe}" in before.summary
    for settings, verdict in ((ours, "pass"), ({}, "fail")):
        run = train.run(exercise.recipe, overrides=settings, folder=tmp_path)
        assert run.reached == (verdict == "pass")
        report = _report(name, settings, pool, tmp_path)
        assert report.verdict == verdict and run.id in report.outcome, report.summary
    assert _report(name, ours, pool, tmp_path).verdict == "pass"  # whatever came later


@pytest.mark.parametrize("name", NAMES)
def test_the_recipe_of_an_experiment_fits_what_its_docstring_says(name):
    exercise = course.find(name)
    settings = train.find_recipe(exercise.recipe).settings
    text = exercise.function.__doc__ or ""
    assert f"{settings.epochs} epochs" in text and f"byhand train {exercise.recipe}" in text  # pyright: ignore[reportAttributeAccessIssue]
    names = {field.name for field in dataclasses.fields(settings)}
    assert set(exercise.free) <= names and all(name in text for name in exercise.free)


@pytest.mark.parametrize(
    ("losses", "status", "result", "code"),
    [
        ([2.3, 9.0, 80.0, 1e6], "diverged", {}, "runs-away"),
        ([2.3] * 10 + [4.0] * 10, "done", {"train_accuracy": 0.1}, "runs-away"),
        ([2.3] * 15 + [2.25] * 5, "done", {"train_accuracy": 0.1}, "hardly-moves"),
        ([2.3 - 0.02 * i for i in range(60)], "done", {"train_accuracy": 0.5}, "still-falling"),
        ([2.3, 1.5, 1.1] + [1.0] * 40, "done", {"train_accuracy": 0.6}, "levels-off"),
        ([2.3, 0.5] + [0.01] * 40, "done", {"train_accuracy": 1.0, "val_accuracy": 0.6}, "learns-by-heart"),
    ],
)
def test_what_the_curve_says_is_told(losses, status, result, code, pool, tmp_path):
    _made(tmp_path, "tune_rate_and_reg", {"lr": 0.5}, losses, status=status, **result)
    report = _report("tune_rate_and_reg", {"lr": 0.5}, pool, tmp_path)
    assert report.verdict == "fail" and report.findings[0].code == code, report.findings[0]
    assert report.findings[0].question.endswith("?") and "Run rate-and-reg-001" in report.outcome
    from byhand.check import codes

    assert code in codes.pages()


def test_only_a_run_with_just_these_settings_counts(pool, tmp_path):
    name = "tune_rate_and_reg"
    good: dict[str, Any] = {"train_accuracy": 1.0, "val_accuracy": 0.95}
    _made(tmp_path, name, {"lr": 0.5, "epochs": 500}, [2.0, 0.1], **good)
    _made(tmp_path, name, {"lr": 0.2}, [2.0, 0.1], **good)
    _made(tmp_path, name, {"lr": 0.5}, [2.0, 0.1], status="stopped")
    report = _report(name, {"lr": 0.5}, pool, tmp_path)
    assert report.verdict == "blocked" and "has not been made yet" in report.summary
    assert _report(name, {"lr": 0.2}, pool, tmp_path).verdict == "pass"
    assert _report(name, {"reg": 1.0, "lr": 0.2}, pool, tmp_path).verdict == "pass"  # said or left as it is: the same
    (tmp_path / "rate-and-reg-002" / "run.json").write_text("{")
    assert _report(name, {"lr": 0.2}, pool, tmp_path).verdict == "blocked"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("{'epochs': 100}", "`epochs` is part of the budget and stays 15; yours are lr, reg."),
        ("{'rl': 0.1}", "there is no setting 'rl'"),
        ("{'lr': 'fast'}", "setting lr: expected a number, got 'fast'."),
        ("{'lr': -1}", "setting lr: expected above 0"),
        ("0.1", "Expected a dict of settings, such as {'lr': 0.01}; got the number 0.1."),
        ("None", "Expected a dict of settings"),
    ],
)
def test_settings_that_cannot_be_are_told(settings, told, pool, tmp_path):
    report = _report("tune_rate_and_reg", settings, pool, tmp_path)
    assert report.verdict == "fail" and told in report.summary and report.findings[0].code == "no-such-setting"


def test_an_exception_is_one(pool, tmp_path):
    report = _report("tune_rate_and_reg", "{'lr': 1 / 0}", pool, tmp_path)
    assert report.verdict == "fail" and report.rung == "runs" and "ZeroDivisionError" in report.summary


def test_the_choice_is_handed_to_the_run(tmp_path):
    exercise, file = course.find("overfit_fifty"), tmp_path / "training.py"
    file.write_text("import numpy as np\ndef overfit_fifty():\n    return {'lr': np.float64(0.5), 'hidden': [8, 4]}\n")
    assert experiments.choice(exercise, file) == {"lr": 0.5, "hidden": [8, 4]}
    file.write_text("def overfit_fifty():\n    return {'epochs': 3}\n")
    with pytest.raises(ValueError, match="`epochs` is part of the budget"):
        experiments.choice(exercise, file)
    for broken in ("def overfit_fifty():\n    return 1 / 0\n", "def overfit_fifty(:\n", "x = 1\n", "import os; os._exit(0)\n"):
        file.write_text(broken)
        with pytest.raises(ValueError, match="`byhand check overfit_fifty` says why"):
            experiments.choice(exercise, file)

"""An experiment: the settings that the learner chose, and the record of the run that was made with them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from byhand import train
from byhand.spec import Exercise, Finding, Report
from byhand.train import RunRecord

from .compare import describe
from .diagnosis import exceptions
from .diagnosis.context import Trial
from .learner import Learner
from .process import WorkerDied, WorkerPool
from .rungs import failed

_SHARE = 10
"""The loss at the beginning and at the end is the mean over one step in so many."""


def judge(exercise: Exercise, learner: Learner, trials: tuple[Trial, ...], report: Report, runs: Path) -> Report:
    """Return the report on an experiment: nothing is trained here, only read.

    Args:
        exercise: the experiment.
        learner: their module.
        trials: the one call of their function.
        report: what is known so far.
        runs: the folder with their runs.
    """
    attempt = trials[0].attempt
    line = learner.source.line_of(exercise.name, 0)
    if attempt.error is not None:
        return failed(report, "runs", exceptions.explain(exercise.name, attempt.error, learner.source))
    try:
        asked = settings_of(exercise, attempt.outcome.value)
    except ValueError as problem:
        return failed(report, "values", _not_allowed(exercise, str(problem), line))
    report = replace(report, chosen={name: asked[name] for name in attempt.outcome.value})
    made = [run for run in train.runs(runs) if run.recipe == exercise.recipe and run.settings == asked]
    ended = [run for run in made if run.status in ("done", "diverged")]
    reached = next((run for run in ended if run.reached), None)
    if reached is not None:
        told = "; ".join(f"{goal.words} {goal.reached}" for goal in reached.goals)
        return replace(
            report,
            verdict="pass",
            summary=f"Reached: {told}.",
            outcome=_story(reached),
            cases=(replace(report.cases[0], passed=True),),
        )
    if not ended:
        running = next((run for run in made if run.status == "running"), None)
        missing = f"The run with these settings has not been made yet: `byhand train {exercise.recipe}` makes it."
        told = missing if running is None else f"The run with these settings is under way: {running.id}."
        return replace(report, verdict="blocked", summary=told)
    finding = _why(exercise, ended[0], line)
    return replace(failed(report, "values", finding), outcome=_story(ended[0]))


def choice(exercise: Exercise, file: Path) -> dict[str, Any]:
    """Return the settings that a learner's function returns, for the run to be made with them.

    Raises:
        ValueError: it does not return settings that the experiment allows.
    """
    with WorkerPool() as pool:
        worker = pool.take()
        try:
            loaded = worker.load(file)
            outcome = worker.call(exercise.name, [], {}) if loaded.error is None and exercise.name in loaded.names else None
        except WorkerDied:
            outcome = None
        finally:
            pool.give_back(worker)
    if outcome is None or outcome.error is not None:
        raise ValueError(f"{exercise.name} does not run: `byhand check {exercise.name}` says why")
    settings_of(exercise, outcome.value)
    return {name: _plain(value) for name, value in outcome.value.items()}


def settings_of(exercise: Exercise, value: Any) -> dict[str, Any]:
    """Return all the settings of the run that the learner's choice amounts to, as a run's record has them.

    Raises:
        ValueError: the value is no dict, or sets something that there is not, that is not of its type or not theirs to set.
    """
    recipe = train.find_recipe(exercise.recipe)
    if not isinstance(value, dict):
        raise ValueError(f"Expected a dict of settings, such as {{'lr': 0.01}}; got {describe(value)}")
    unknown = next((name for name in value if not hasattr(recipe.settings, str(name))), None)
    if unknown is not None:
        raise ValueError(f"there is no setting {unknown!r}; yours are {', '.join(exercise.free)}")
    fixed = [name for name in value if name not in exercise.free]
    settings = recipe.settings.replace({name: _plain(chosen) for name, chosen in value.items()})
    if fixed:
        name = fixed[0]
        raise ValueError(
            f"`{name}` is part of the budget and stays {getattr(recipe.settings, name)!r}; yours are {', '.join(exercise.free)}"
        )
    return json.loads(json.dumps(settings.to_json()))


def _plain(value: Any) -> Any:
    """Return a number of NumPy's as one of Python's."""
    return value.item() if hasattr(value, "item") and not getattr(value, "shape", None) else value


def _story(run: RunRecord) -> str:
    """Say what came of a run, in a sentence."""
    losses = _losses(run)
    loss = f", the loss went from {losses[0]:.2f} to {losses[1]:.2g}" if losses else ""
    told = "; ".join(f"{goal.words} {goal.reached or 'not measured'}, asked {goal.asked}" for goal in run.goals)
    return f"Run {run.id}: {run.step} steps{loss}; {told}."


def _losses(run: RunRecord) -> tuple[float, float, float] | None:
    """Return the loss at the beginning, at the end, and just before the end."""
    losses = [line["loss"] for line in run.metrics() if "loss" in line]
    if not losses:
        return None
    few = max(len(losses) // _SHARE, 1)
    return losses[0], _mean(losses[-few:]), _mean(losses[-2 * few : -few] or losses[-few:])


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _not_allowed(exercise: Exercise, problem: str, line: int | None) -> Finding:
    return Finding(
        code="no-such-setting",
        title=f"{problem}{'' if problem.endswith('.') else '.'}",
        question="Which settings does the docstring leave to you?",
        kind="wrong-formula",
        quantity="settings",
        line=line,
        confidence="certain",
    )


def _why(exercise: Exercise, run: RunRecord, line: int | None) -> Finding:
    """Return what the curves say about a run that missed its target."""
    code, title, question = _reading(run)
    missed = next((goal for goal in run.goals if not goal.met), None)
    return Finding(
        code=code,
        title=title,
        question=question,
        detail=f"{missed.words}: {missed.reached or 'not measured'}, asked {missed.asked}" if missed else "",
        kind="wrong-scale" if code != "levels-off" else "wrong-formula",
        quantity=exercise.name,
        line=line,
        confidence="likely",
    )


def _reading(run: RunRecord) -> tuple[str, str, str]:
    losses = _losses(run)
    if run.status == "diverged" or losses is None or losses[1] > 1.1 * losses[0]:
        return (
            "runs-away",
            "The loss grew instead of falling, or left all bounds.",
            "What decides how far one step goes, and what happens when a step goes too far?",
        )
    start, end, before = losses
    if end > 0.9 * start:
        return (
            "hardly-moves",
            f"The loss has hardly moved: from {start:.2f} to {end:.2f}.",
            "Were the steps too short, so long that they leap over the valley, or is something else holding the weights down?",
        )
    trained, measured = run.result.get("train_accuracy", 0.0), run.result.get("val_accuracy", 0.0)
    if trained > 0.97 and measured < trained:
        return (
            "learns-by-heart",
            f"The training pictures are known by heart ({trained:.3f}), others not as well ({measured:.3f}).",
            "What keeps a network from leaning on single examples?",
        )
    if before - end > 0.05 * (start - end):
        return (
            "still-falling",
            f"The loss was still falling when the budget ended: {before:.2g}, then {end:.2g}.",
            "What would make it fall faster from the beginning?",
        )
    return (
        "levels-off",
        f"The loss levelled off at {end:.2g}.",
        "What holds it there: too little room in the network, too strong a regularisation, or steps too long to settle?",
    )

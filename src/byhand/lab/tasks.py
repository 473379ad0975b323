"""What an exercise asks for where that is not to write a function: a question with its choices, or a run within a budget."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from byhand import course, train
from byhand.optim import OPTIMIZERS
from byhand.spec import Exercise, Report
from byhand.train import RunRecord

MEANINGS = {
    "lr": "the learning rate",
    "optimizer": ", ".join(OPTIMIZERS),
    "hidden": "the widths of the hidden layers",
    "reg": "the strength of the regularisation",
    "initializer": '"he", "xavier", or a standard deviation such as "0.01"',
    "clip": "the largest norm of all gradients together; 0 leaves them as they are",
}
"""What can be set, in words, as far as experiments leave it to the learner."""


@dataclass(frozen=True)
class Question:
    """A prediction: what is asked, and what can be chosen."""

    paragraphs: tuple[str, ...]
    choices: Mapping[str, str]
    chosen: str
    """The learner's letter; empty before there is one."""
    line: str
    """A line that makes a choice, as an example."""


@dataclass(frozen=True)
class Freedom:
    """A setting that is the learner's to choose."""

    name: str
    start: str
    means: str
    chosen: str
    """What they chose, if it differs."""


@dataclass(frozen=True)
class Attempt:
    """A run that was made within the budget."""

    name: str
    settings: str
    """What differs from the settings to start from."""
    run: RunRecord
    present: bool
    """Whether its settings are those that the learner's function returns now."""


@dataclass(frozen=True)
class Trial:
    """An experiment: what is to be reached with what, and what was tried."""

    targets: tuple[str, ...]
    budget: str
    free: tuple[Freedom, ...]
    line: str
    """A line that chooses, as an example."""
    attempts: tuple[Attempt, ...]

    @property
    def running(self) -> Attempt | None:
        """The run that is under way with the present settings."""
        return next((attempt for attempt in self.attempts if attempt.present and attempt.run.status == "running"), None)


def question(exercise: Exercise, report: Report | None) -> Question | None:
    """Return what a prediction asks, or None for any other exercise."""
    if exercise.kind != "predict":
        return None
    chosen = report.chosen.get("choice", "") if report else ""
    return Question(_asked(exercise), exercise.choices, chosen, f'return "{next(iter(exercise.choices))}"')


def trial(exercise: Exercise, report: Report | None, runs: Sequence[RunRecord]) -> Trial | None:
    """Return what an experiment is about, or None for any other exercise.

    Args:
        exercise: the exercise.
        report: the last one on it.
        runs: all of the learner's, the latest first.
    """
    if exercise.kind != "experiment":
        return None
    recipe = train.find_recipe(exercise.recipe)
    start = _data(recipe.settings)
    fixed = {name: value for name, value in start.items() if name not in exercise.free}
    chosen = report.chosen if report else {}
    now = _data(recipe.settings.replace(chosen)) if report and report.verdict != "not-started" else start
    made = [r for r in runs if r.recipe == exercise.recipe and fixed.items() <= r.settings.items()]
    return Trial(
        targets=tuple(f"{target.words} of {target.asked}" for target in recipe.targets),
        budget=_budget(start),
        free=tuple(
            Freedom(name, _shown(start[name]), MEANINGS[name], _shown(now[name]) if now[name] != start[name] else "")
            for name in exercise.free
        ),
        line=f'return {{"{exercise.free[0]}": {_shown(10 * start[exercise.free[0]])}}}',
        attempts=tuple(Attempt(r.path.name, _differing(r.settings, start), r, r.settings == now) for r in made),
    )


def experiment_of(recipe: str) -> Exercise | None:
    """Return the experiment whose runs are of this recipe, if it is an experiment's."""
    return next((exercise for exercise in course.exercises().values() if exercise.recipe == recipe), None)


def _asked(exercise: Exercise) -> tuple[str, ...]:
    """Return the paragraphs of the docstring that ask, without its first sentence and its list of choices."""
    paragraphs = (inspect.getdoc(exercise.function) or "").split("\n\n")[1:]
    before = [p for p in paragraphs if not p.startswith((" ", "Returns:"))]
    return tuple(" ".join(p.split()) for p in before)


def _budget(settings: Mapping[str, Any]) -> str:
    epochs, examples, batch, data = (settings[name] for name in ("epochs", "examples", "batch_size", "data"))
    return f"{epochs} epochs of {examples or 'all'} {data}, in batches of {batch}: {epochs * -(-examples // batch)} steps"


def _differing(settings: Mapping[str, Any], start: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {_shown(value)}" for name, value in settings.items() if value != start.get(name))


def _data(settings: Any) -> dict[str, Any]:
    """Return settings as a run's record has them."""
    return json.loads(json.dumps(settings.to_json()))


def _shown(value: Any) -> str:
    """Return a setting as it is written in Python."""
    if isinstance(value, list):
        return f"({', '.join(map(str, value))}{',' if len(value) == 1 else ''})"
    return json.dumps(value) if isinstance(value, str) else str(value)

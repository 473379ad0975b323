"""A choice made before a run: what was chosen, what the run showed, and what a wrong choice believes."""

from __future__ import annotations

from dataclasses import replace

from byhand.spec import Exercise, Finding, Report

from .compare import describe
from .diagnosis import exceptions
from .diagnosis.context import Trial
from .learner import Learner
from .rungs import failed


def judge(exercise: Exercise, learner: Learner, trials: tuple[Trial, ...], report: Report) -> Report:
    """Return the report on a choice. Nothing is run before one is made."""
    assert exercise.outcome is not None
    attempt = trials[0].attempt
    if attempt.error is not None:
        return failed(report, "runs", exceptions.explain(exercise.name, attempt.error, learner.source))
    chosen = attempt.outcome.value
    line = learner.source.line_of(exercise.name, 0)
    if not isinstance(chosen, str) or chosen not in exercise.choices:
        return failed(report, "type", _no_choice(exercise, chosen, line))
    outcome = exercise.outcome()
    report = replace(report, chosen={"choice": chosen}, outcome=outcome.says)
    if chosen == outcome.choice:
        summary = f'Predicted: "{chosen}", {exercise.choices[chosen]}'
        return replace(report, verdict="pass", summary=summary, cases=(replace(report.cases[0], passed=True),))
    return failed(report, "values", _misconception(exercise, chosen, line))


def _no_choice(exercise: Exercise, chosen: object, line: int | None) -> Finding:
    letters = ", ".join(f'"{letter}"' for letter in exercise.choices)
    what = f"{chosen!r}" if isinstance(chosen, str) else describe(chosen)
    return Finding(
        code="no-choice",
        title=f"Expected one of {letters}; got {what}.",
        question="Which of the answers in the docstring do you expect?",
        kind="wrong-formula",
        quantity="choice",
        line=line,
        confidence="certain",
    )


def _misconception(exercise: Exercise, chosen: str, line: int | None) -> Finding:
    """Return the misconception whose variant makes this choice."""
    slip = next(m for m in exercise.misconceptions if f'"{chosen}"' in "".join(m.edits.values()))
    return Finding(
        code=slip.name,
        title=slip.says,
        question=slip.asks,
        detail=f'You chose "{chosen}": {exercise.choices[chosen]}',
        kind=slip.kind,
        quantity=slip.quantity,
        line=line,
        confidence="certain",
    )

"""What keeps code from being judged at all: it does not load, cannot be called, hangs, exits, or looks for the answer."""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import Any

import numpy as np

from byhand.arrays import leaves
from byhand.spec import CaseResult, Exercise, Finding, Report

from .diagnosis import exceptions
from .diagnosis.context import Trial
from .learner import Source, bind
from .problem import build, takes_cache
from .process import Loaded, Worker

_DEATHS = {
    "timeout": (
        "timeout",
        "took too long and was stopped",
        "Does every loop end? Is there a loop that vector operations could replace?",
    ),
    "memory": (
        "memory",
        "used up the memory it may have",
        "Which array grows without end, or is far larger than it needs to be?",
    ),
    "exit": ("error", "ended the whole process instead of returning", "What on the way calls exit, or crashes the interpreter?"),
    "garbage": ("error", "wrote into the checker's own channel", "Print with print(); leave file descriptors alone."),
}
_VIOLATIONS = {
    "imports-byhand": ("This file calls the answer: it imports byhand.", "Which lines of it would you write yourself?"),
    "reads-byhand": ("This file opens byhand's own files, which hold the answer.", "Which lines of it would you write yourself?"),
    "reads-frames": (
        "This code looks at the frames of whatever called it.",
        "What does it need that is not among its arguments?",
    ),
}


def failed(report: Report, rung: str, finding: Finding) -> Report:
    """Return a report that fails on a rung for one reason."""
    return replace(report, verdict="fail", rung=rung, summary=finding.title, findings=(finding,))


def not_loaded(exercise: Exercise, loaded: Loaded, base: Report, name: str = "") -> Report | None:
    """Return the report where the file does not load or lacks the function (or what else it must have by name), or None."""
    name = name or exercise.name
    if loaded.violations:
        return _violation(base, loaded.violations[0], None)
    if loaded.error is not None:
        ended = _ended(base, loaded.error, "importing the file")
        if ended is not None:
            return ended
        finding = exceptions.explain(exercise.name, loaded.error, during="importing the file")
        return failed(replace(base, printed=loaded.printed), "imports", finding)
    if name in loaded.names:
        return None
    near = difflib.get_close_matches(name, loaded.names, n=1)
    finding = Finding(
        code="no-such-function",
        title=f"There is no function `{name}` in this file." + (f" There is `{near[0]}`." if near else ""),
        question="Is it spelled as in the exercise, and at the left margin?",
        kind="exception",
        quantity=name,
        confidence="certain",
    )
    return failed(replace(base, printed=loaded.printed), "signature", finding)


def signature(exercise: Exercise, text: Source, worker: Worker, loaded: Loaded, base: Report) -> Report | None:
    """Return the report where the function cannot be called as the exercise calls it, or None."""
    problem = build(exercise, exercise.cases[0], base.seed)
    if exercise.is_backward:
        positional, keywords = 1 + takes_cache(exercise.function), []
    else:
        args, kwargs = bind(exercise.function, problem.arguments)
        positional, keywords = len(args), list(kwargs)
    why, signature = worker.takes(exercise.name, positional, keywords)
    if not why:
        return None
    definition = text.function(exercise.name)
    finding = Finding(
        code="signature",
        title=f"`{exercise.name}` cannot be called as the exercise calls it: {why}.",
        question=f"How does the stub name its parameters? Yours are {signature}.",
        detail=f"It is called with ({', '.join(exercise.parameters)}).",
        kind="exception",
        quantity=exercise.name,
        line=definition.lineno if definition else None,
        confidence="certain",
    )
    return failed(replace(base, printed=loaded.printed), "signature", finding)


def stopped(base: Report, found: Trial, exercise: Exercise) -> Report | None:
    """Return the report where the code did something that ends the check: it hung, exited, or looked for the answer."""
    attempt = found.attempt
    violations = attempt.outcome.violations + (attempt.forward.violations if attempt.forward else ())
    if violations:
        return _violation(base, violations[0], attempt.error["line"] if attempt.error else None)
    if attempt.died is not None:
        return death(base, attempt.died, attempt.during, None)
    return _ended(base, attempt.error, exercise.name) if attempt.error is not None else None


def _ended(base: Report, error: dict[str, Any], during: str) -> Report | None:
    """Return the report where an exception means that the time or the memory is used up."""
    if error["type"] == "timeout":
        return death(base, "timeout", during, error["line"])
    if "MemoryError" in error["bases"]:
        return death(base, "memory", during, error["line"])
    return None


def _violation(base: Report, code: str, line: int | None) -> Report:
    title, question = _VIOLATIONS[code]
    finding = Finding(code=code, title=title, question=question, kind="exception", line=line, confidence="certain")
    return replace(
        base, verdict="error", rung="imports" if code == "imports-byhand" else "runs", summary=title, findings=(finding,)
    )


def death(base: Report, reason: str, during: str, line: int | None) -> Report:
    """Return the report on a process that ended, or was ended, instead of answering."""
    verdict, words, question = _DEATHS[reason]
    where = f"`{during}`" if " " not in during else during.capitalize()
    finding = Finding(
        code=reason if reason != "exit" else "ends-the-process",
        title=f"{where} {words}.",
        question=question,
        kind="exception",
        quantity=during,
        line=line,
        confidence="likely" if reason == "timeout" and line is not None else "certain",  # it was stopped there, somewhere
    )
    return replace(base, verdict=verdict, rung="runs", summary=finding.title, findings=(finding,))


def case_result(found: Trial) -> CaseResult:
    """Return how a case went."""
    first = found.differences[0] if found.differences else None
    shapes = {name: list(np.shape(leaf)) for name, leaf in leaves(found.problem.arguments) if isinstance(leaf, np.ndarray)}
    return CaseResult(
        name=found.problem.case.name,
        kind=found.problem.case.kind,
        shapes=shapes,
        passed=found.rung is None,
        max_error=_number(first.max_error) if first else None,
        worst_index=first.worst_index if first else None,
    )


def _number(value: float | None) -> float | None:
    return value if value is not None and np.isfinite(value) else None

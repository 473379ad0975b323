"""The check: run the learner's function on every case, climb the ladder, and explain the first rung that breaks."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import byhand
from byhand import course, graph
from byhand.spec import Case, Dialect, Entry, Exercise, Finding, Report

from . import advice, assembly, composites, foreign, predictions, rungs, shrink, vectorised
from .compare import dtype_advice, numbers_for_booleans
from .diagnosis import consistency, repeat, sizes
from .diagnosis.context import RUNGS, Context, Trial, trial
from .diagnosis.diagnose import diagnose
from .learner import Learner, Source, load, read_source
from .problem import build, cases_of
from .process import Worker, WorkerDied, WorkerPool

_PREFERRED = ("odd", "ordinary", "edge", "extreme", "float32")


def check(
    exercise: Exercise,
    file: Path | str,
    *,
    seed: int = 0,
    only_case: str | None = None,
    isolation: str = "process",
    pool: WorkerPool | None = None,
    source: str | None = None,
    runs: Path | None = None,
    dialect: Dialect | None = None,
    dialect_name: str = "",
    explain: bool = True,
) -> Report:
    """Check the function of an exercise in a learner's file.

    Args:
        exercise: what is asked for.
        file: the learner's file; its package, if it is in one, is importable.
        seed: of the random inputs.
        only_case: the name of the one case to run.
        isolation: "process": a process of its own with limits on time and memory.
        pool: where to take a ready worker from; without one, a worker is started.
        source: text to check in the file's place, under its name.
        dialect: whose names and conventions the file follows, where they are not ours.
        dialect_name: the dialect's name for what is checked, where it has several for the exercise.
        runs: for an experiment, the folder with the learner's runs; otherwise that of the workspace that the file is in.
        explain: whether to find out what is wrong with results that are not right. Without, the report has the verdict, the rung,
            the cases and a summary, but no findings, example or graph: for judging many sources.

    Raises:
        ValueError: there is no such file or case, or no such isolation.
    """
    file = Path(file)
    if isolation != "process":
        raise ValueError(f"isolation: expected 'process', got {isolation!r}")
    if source is None and not file.is_file():
        raise ValueError(f"there is no file {file}: give the file in which you wrote {exercise.name}")
    cases = cases_of(exercise)
    if only_case is not None:
        cases = tuple(c for c in cases if c.name == only_case)
        if not cases:
            names = ", ".join(repr(c.name) for c in cases_of(exercise))
            raise ValueError(f"{exercise.name} has no case {only_case!r}; it has {names}")
    started = time.perf_counter()
    text = Source(file, source) if source is not None else read_source(file)
    base = Report(
        exercise=exercise.name,
        verdict="checker-error",
        summary="",
        file=str(file),
        file_sha256=hashlib.sha256(text.text.encode()).hexdigest(),
        seed=seed,
        isolation=isolation,
        tool=f"byhand {byhand.__version__}",
        replay=f"byhand check {exercise.name} --file {file} --seed {seed}",
    )
    judge = partial(_judge, explain=explain)
    if dialect is not None:
        report = foreign.told_by(dialect, dialect_name, exercise, text, base, cases, pool or WorkerPool(), judge)
        return _finished(report, exercise, started)
    definition = text.function(exercise.name)
    if definition is not None and not text.started(exercise.name):
        given = ": the loop is as it was given" if exercise.loop is not None else ""
        summary = f"{exercise.name} is not started{given}."
        if len(text.names[exercise.name]) > 1:
            summary = f"{exercise.name} is defined twice; the second time, on line {definition.lineno}, with nothing in it."
        return replace(base, verdict="not-started", summary=summary, timings=_timings(started))
    pool = pool or WorkerPool()
    worker = pool.take()
    try:
        report = _check(exercise, text, worker, cases, base, source, runs or file.resolve().parent.parent / "runs", judge)
    except WorkerDied as died:
        report = rungs.death(base, died.reason, exercise.name, None)
    finally:
        pool.give_back(worker)
    return _finished(report, exercise, started)


def _finished(report: Report, exercise: Exercise, started: float) -> Report:
    """Return a report with its times, its findings pointing to what the notes say about the exercise."""
    pointed = (f if f.notes else replace(f, notes=course.notes_on(exercise.name)) for f in report.findings)
    return replace(report, findings=tuple(pointed), timings=_timings(started))


def _timings(started: float) -> dict[str, float]:
    return {"total": round(time.perf_counter() - started, 4)}


def _check(
    exercise, text: Source, worker: Worker, cases: tuple[Case, ...], base: Report, source, runs: Path, judge: Callable
) -> Report:
    loaded = worker.load(text.file, source)
    problem = rungs.not_loaded(exercise, loaded, base) or rungs.signature(exercise, text, worker, loaded, base)
    if problem is not None:
        return problem
    learner = load(worker, text, loaded.names)
    composites.use_reference(learner, exercise)
    trials = []
    for case in cases:
        found = trial(learner, build(exercise, case, base.seed))
        trials.append(found)
        stop = rungs.stopped(base, found, exercise)
        if stop is not None:
            return replace(stop, cases=tuple(rungs.case_result(t) for t in trials))
    report = replace(
        base,
        printed=loaded.printed + next((t.attempt.outcome.printed for t in trials if t.attempt.outcome.printed), ""),
        cases=tuple(rungs.case_result(t) for t in trials),
    )
    if exercise.kind == "predict":
        return predictions.judge(exercise, learner, tuple(trials), report)
    if exercise.kind == "experiment":
        from . import experiments  # here, for it loads what trains

        return experiments.judge(exercise, learner, tuple(trials), report, runs)
    return judge(exercise, learner, tuple(trials), report)


def _judge(
    exercise: Exercise,
    learner: Learner,
    trials: tuple[Trial, ...],
    report: Report,
    entry: Entry | None = None,
    *,
    explain: bool = True,
) -> Report:
    def all_failing(found: Sequence[Trial]) -> list[Trial]:
        return [t for t in found if t.rung is not None and not (entry is not None and foreign.beyond(entry, t))]

    failing = all_failing(trials)
    told: list[Finding] = []
    alone = composites.with_own_parts(exercise, learner, trials, all_failing) if failing else None
    if alone is not None:
        trials, failing, told = alone, [], [composites.own_parts_only(exercise)]
    odd_forward = next((t for t in failing if consistency.forward_differs(t)), None)
    if odd_forward is not None:
        consistent = consistency.explain(Context(exercise, learner, odd_forward, trials))
        with_own = trials
        with_ours = tuple(trial(learner, t.problem, forward=False) for t in trials)
        if not any(t.attempt.died == foreign.NO_CACHE for t in with_ours):
            trials, failing = with_ours, all_failing(with_ours)
        elif consistent is not None:  # there is no cache of ours to be had: being the derivative of their own forward is all
            failing = []
        if not failing:
            told.append(advice.forward_differs(exercise))
        elif consistent is None and consistency.own_cache_alone(with_own, trials):
            first = consistency.forward_first(exercise, learner)
            return rungs.failed(report, "values", first)
        elif consistent is not None:
            told_of = _inside_forward(exercise, learner, report, consistent) if explain else consistent
            return rungs.failed(report, "values", told_of)
    if failing and advice.by_finite_differences(exercise, failing, learner.held):
        told.append(advice.finite_differences(exercise))
        failing = []
    elif failing and all(advice.loses_digits(t) for t in failing):
        told.append(advice.imprecise(failing[0]))
        failing = []
    repeated = repeat.explain(exercise, learner, trials)
    if entry is not None and repeated is not None:
        told, repeated = [*told, replace(repeated, severity="advice")], None
    if not failing and repeated is not None:
        return rungs.failed(report, "purity", repeated)
    if not failing:
        if entry is not None:
            told += foreign.beyond_what_is_asked(entry, Context(exercise, learner, trials[0], trials))
        return _passed(exercise, learner, trials, report, told)
    first = min(failing, key=_order)
    edge = first.rung == "values" and first.problem.case.kind in ("edge", "extreme")
    report = replace(
        report,
        verdict="fail",
        rung="edge" if edge else first.rung,
        summary=_told(exercise, first),
        replay=f"{report.replay} --case {first.problem.case.name!r}",
    )
    asked = foreign.in_question(entry, trials) if entry is not None else trials
    return _explained(Context(exercise, learner, first, asked), report, repeated, entry) if explain else report


def _told(exercise: Exercise, failing: Trial) -> str:
    """Say what fails, without a reason."""
    names = [d.quantity for d in failing.differences] or [*failing.attempt.changed]
    what = f"{', '.join(names)} on the rung {failing.rung}" if failing.attempt.error is None else "it stops with an exception"
    return f"{exercise.name} is not right in the case {failing.problem.case.name!r}: {what}."


def _explained(context: Context, report: Report, repeated: Finding | None, entry: Entry | None) -> Report:
    """Return a failing report with its findings, and what shows them."""
    findings, picture = diagnose(context)
    findings = assembly.explain(context, sizes.told(context, findings, report.seed))
    if entry is not None:
        findings = foreign.what_is_asked(findings)
    if repeated is not None:
        findings = [repeated, *findings]
    shown = shrink.shrink(context.learner, context.trial, report.seed)
    return replace(
        report,
        summary=findings[0].title,
        findings=tuple(findings),
        right_so_far=_right(context),
        example=shrink.example(shown),
        graph=picture,
    )


def _inside_forward(exercise: Exercise, learner: Learner, report: Report, told: Finding) -> Finding:
    """Return what is said of a forward that differs, with what its own check finds in it."""
    forward = course.exercises().get(told.quantity)
    if forward is None:
        return told
    inner = _judge(forward, learner, tuple(trial(learner, build(forward, c, report.seed)) for c in cases_of(forward)), report)
    if inner.verdict != "fail":
        return told
    first = inner.findings[0]
    detail = f"{told.detail}\nIn `{told.quantity}`: {first.title}"
    quantity = first.quantity or told.quantity
    return replace(told, line=first.line, kind=first.kind, quantity=quantity, detail=detail, question=first.question)


def _order(found: Trial) -> tuple:
    """Sort failing trials: by rung, but wrong numbers in an ordinary case come before inf or nan in a borderline one."""
    rung, kind = found.rung or "purity", found.problem.case.kind
    numeric = rung in ("finite", "values")
    ladder = RUNGS.index("finite" if numeric else rung)
    return ladder, numeric and kind not in ("ordinary", "odd"), RUNGS.index(rung), _PREFERRED.index(kind)


def _passed(exercise: Exercise, learner: Learner, trials: tuple[Trial, ...], report: Report, told: list[Finding]) -> Report:
    first = trials[0]
    wide = sorted({name for t in trials for name in dtype_advice(t.problem, t.attempt.outcome.value)})
    if wide and not isinstance(learner, foreign.ForeignLearner):  # the skeletons of others make doubles everywhere
        told.append(advice.wider_dtype(wide))
    numbers = sorted({name for t in trials for name in numbers_for_booleans(t.problem, t.attempt.outcome.value)})
    if numbers:
        told.append(advice.not_booleans(numbers))
    if not any(f.code == "own-parts-only" for f in told):
        told += composites.check_own_parts(exercise, learner, foreign.asked_for(learner, trials), report, _judge)
    where = f"on all {len(trials)} cases" if len(trials) > 1 else "on this case"
    passed = sum(t.passed for t in trials)
    if isinstance(learner, foreign.ForeignLearner) and passed < len(trials):
        where = f"on {passed} of {len(trials)} cases, which is all that is asked for"
    text, speedup = f"{exercise.name} is right, {where}.", None
    ticks: dict[str, bool] = {}
    if exercise.kind == "vectorise":
        verdict = vectorised.judge(exercise, learner, report.seed)
        ticks, speedup = {"right": True, "vectorised": verdict.finding is None}, verdict.speedup
        if verdict.finding is not None:
            told.insert(0, verdict.finding)
        elif speedup is not None:
            text = f"{exercise.name} is right, {where}, and vectorised: {_times(speedup)} the loop, for {verdict.timed_on}."
    text = " ".join([text, *(finding.title for finding in told[:1])])
    context = Context(exercise, learner, first, trials)
    traced = context.problem.traced
    picture = None if traced is None else graph.picture(traced)
    return replace(
        report,
        verdict="pass",
        summary=text,
        findings=tuple(told),
        right_so_far=_right(context),
        graph=picture,
        ticks=ticks,
        speedup=speedup,
    )


def _times(speedup: float) -> str:
    return f"{speedup:.0f} times as fast as" if speedup >= 1.5 else "about as fast as"


def _right(context: Context) -> tuple[dict[str, Any], ...]:
    if context.trial.attempt.error is not None:
        return ()
    position = {name: i for i, name in enumerate(context.exercise.returns)}
    return tuple(
        {
            "name": name,
            "line": context.learner.source.line_of(context.exercise.name, position[name], (), context.ran),
            "is": "as expected",
        }
        for name in context.right
    )

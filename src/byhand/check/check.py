"""The check: run the learner's function on every case, climb the ladder, and explain the first rung that breaks."""

from __future__ import annotations

import difflib
import hashlib
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import byhand
from byhand import graph
from byhand.arrays import leaves
from byhand.spec import Case, CaseResult, Exercise, Finding, Report

from . import composites, shrink
from .compare import dtype_advice
from .diagnosis import consistency, exceptions, paths, repeat
from .diagnosis.context import RUNGS, Context, Trial, trial
from .diagnosis.diagnose import diagnose
from .learner import Learner, Source, bind, load, read_source
from .problem import FINITE_DIFFERENCES, build, cases_of, takes_cache
from .process import Loaded, Worker, WorkerDied, WorkerPool

_PREFERRED = ("odd", "ordinary", "edge", "extreme", "float32")

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


def check(
    exercise: Exercise,
    file: Path | str,
    *,
    seed: int = 0,
    only_case: str | None = None,
    isolation: str = "process",
    pool: WorkerPool | None = None,
    source: str | None = None,
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
    definition = text.function(exercise.name)
    if definition is not None and not text.started(exercise.name):
        summary = f"{exercise.name} is not started."
        if len(text.names[exercise.name]) > 1:
            summary = f"{exercise.name} is defined twice; the second time, on line {definition.lineno}, with nothing in it."
        return replace(base, verdict="not-started", summary=summary, timings=_timings(started))
    pool = pool or WorkerPool()
    worker = pool.take()
    try:
        report = _check(exercise, text, worker, cases, base, source)
    except WorkerDied as died:
        report = _death(base, died.reason, exercise.name, None)
    finally:
        pool.give_back(worker)
    return replace(report, timings=_timings(started))


def _timings(started: float) -> dict[str, float]:
    return {"total": round(time.perf_counter() - started, 4)}


def _check(exercise, text: Source, worker: Worker, cases: tuple[Case, ...], base: Report, source) -> Report:
    loaded = worker.load(text.file, source)
    problem = _not_loaded(exercise, loaded, base) or _signature(exercise, text, worker, loaded, base)
    if problem is not None:
        return problem
    learner = load(worker, text, loaded.names)
    composites.use_reference(learner, exercise)
    trials = []
    for case in cases:
        found = trial(learner, build(exercise, case, base.seed))
        trials.append(found)
        stop = _stopped(base, found, exercise)
        if stop is not None:
            return replace(stop, cases=tuple(_case_result(t) for t in trials))
    report = replace(
        base,
        printed=loaded.printed + next((t.attempt.outcome.printed for t in trials if t.attempt.outcome.printed), ""),
        cases=tuple(_case_result(t) for t in trials),
    )
    return _judge(exercise, learner, tuple(trials), report)


def _judge(exercise: Exercise, learner: Learner, trials: tuple[Trial, ...], report: Report) -> Report:
    failing = [t for t in trials if t.rung is not None]
    advice: list[Finding] = []
    alone = composites.with_own_parts(exercise, learner, trials) if failing else None
    if alone is not None:
        trials, failing, advice = alone, [], [composites.own_parts_only(exercise)]
    odd_forward = next((t for t in failing if consistency.forward_differs(t)), None)
    if odd_forward is not None:
        consistent = consistency.explain(Context(exercise, learner, odd_forward, trials))
        trials = tuple(_with_reference_cache(learner, t) for t in trials)
        failing = [t for t in trials if t.rung is not None]
        if not failing:
            advice.append(_forward_advice(exercise))
        elif consistent is not None:
            return replace(report, verdict="fail", rung="values", summary=consistent.title, findings=(consistent,))
    if failing and _by_finite_differences(exercise, failing):
        advice.append(_finite_differences(exercise))
        failing = []
    elif failing and all(_loses_digits(t) for t in failing):
        advice.append(_imprecise(failing[0]))
        failing = []
    repeated = repeat.explain(exercise, learner, trials)
    if not failing and repeated is not None:
        return replace(report, verdict="fail", rung="purity", summary=repeated.title, findings=(repeated,))
    if not failing:
        return _passed(exercise, learner, trials, report, advice)
    first = min(failing, key=_order)
    rung = first.rung
    context = Context(exercise, learner, first, trials)
    findings, picture = diagnose(context)
    if repeated is not None:
        findings = [repeated, *findings]
    if rung == "values" and first.problem.case.kind in ("edge", "extreme"):
        rung = "edge"
    shown = shrink.shrink(learner, first, report.seed)
    return replace(
        report,
        verdict="fail",
        rung=rung,
        summary=findings[0].title,
        findings=tuple(findings),
        right_so_far=_right(context),
        example=shrink.example(shown),
        graph=picture,
        replay=f"{report.replay} --case {first.problem.case.name!r}",
    )


def _order(found: Trial) -> tuple:
    """Sort failing trials: by rung, but wrong numbers in an ordinary case come before inf or nan in a borderline one."""
    rung, kind = found.rung or "purity", found.problem.case.kind
    numeric = rung in ("finite", "values")
    ladder = RUNGS.index("finite" if numeric else rung)
    return ladder, numeric and kind not in ("ordinary", "odd"), RUNGS.index(rung), _PREFERRED.index(kind)


def _passed(exercise, learner, trials, report, advice) -> Report:
    wide = sorted({name for t in trials for name in dtype_advice(t.problem, t.attempt.outcome.value)})
    if wide:
        advice.append(_wide(wide))
    if not any(f.code == "own-parts-only" for f in advice):
        advice += composites.check_own_parts(exercise, learner, trials)
    text = (
        f"{exercise.name} is right, on all {len(trials)} cases." if len(trials) > 1 else f"{exercise.name} is right on this case."
    )
    if advice:
        text = f"{text} {advice[0].title}"
    context = Context(exercise, learner, trials[0], trials)
    traced = paths.trace(context)
    picture = None if traced is None else graph.picture(traced)
    return replace(report, verdict="pass", summary=text, findings=tuple(advice), right_so_far=_right(context), graph=picture)


# ---- the lower rungs ------------------------------------------------------------------------------------------------


def _not_loaded(exercise: Exercise, loaded: Loaded, base: Report) -> Report | None:
    if loaded.violations:
        return _violation(base, loaded.violations[0], None)
    if loaded.error is not None:
        if loaded.error["type"] == "timeout":
            return _death(base, "timeout", "importing the file", loaded.error["line"])
        if "MemoryError" in loaded.error.get("bases", ()):
            return _death(base, "memory", "importing the file", loaded.error["line"])
        finding = exceptions.explain(exercise.name, loaded.error, during="importing the file")
        return replace(base, verdict="fail", rung="imports", summary=finding.title, findings=(finding,), printed=loaded.printed)
    if exercise.name in loaded.names:
        return None
    near = difflib.get_close_matches(exercise.name, loaded.names, n=1)
    finding = Finding(
        code="no-such-function",
        title=f"There is no function `{exercise.name}` in this file." + (f" There is `{near[0]}`." if near else ""),
        question="Is it spelled as in the exercise, and at the left margin?",
        kind="exception",
        quantity=exercise.name,
        confidence="certain",
    )
    return replace(base, verdict="fail", rung="signature", summary=finding.title, findings=(finding,), printed=loaded.printed)


def _signature(exercise: Exercise, text: Source, worker: Worker, loaded: Loaded, base: Report) -> Report | None:
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
    return replace(base, verdict="fail", rung="signature", summary=finding.title, findings=(finding,), printed=loaded.printed)


def _stopped(base: Report, found: Trial, exercise: Exercise) -> Report | None:
    """Return the report where the code did something that ends the check: it hung, exited, or looked for the answer."""
    attempt = found.attempt
    violations = attempt.outcome.violations + (attempt.forward.violations if attempt.forward else ())
    if violations:
        return _violation(base, violations[0], attempt.error["line"] if attempt.error else None)
    if attempt.died is not None:
        return _death(base, attempt.died, attempt.during, None)
    error = attempt.error
    if error is not None and error["type"] == "timeout":
        return _death(base, "timeout", exercise.name, error["line"])
    if error is not None and "MemoryError" in error["bases"]:
        return _death(base, "memory", exercise.name, error["line"])
    return None


def _violation(base: Report, code: str, line: int | None) -> Report:
    title, question = _VIOLATIONS[code]
    finding = Finding(code=code, title=title, question=question, kind="exception", line=line, confidence="certain")
    return replace(
        base, verdict="error", rung="imports" if code == "imports-byhand" else "runs", summary=title, findings=(finding,)
    )


def _death(base: Report, reason: str, during: str, line: int | None) -> Report:
    verdict, words, question = _DEATHS[reason]
    where = f"`{during}`" if " " not in during else during.capitalize()
    finding = Finding(
        code=reason if reason != "exit" else "ends-the-process",
        title=f"{where} {words}.",
        question=question,
        kind="exception",
        quantity=during,
        line=line,
        confidence="certain",
    )
    return replace(base, verdict=verdict, rung="runs", summary=finding.title, findings=(finding,))


# ---- what a trial says ----------------------------------------------------------------------------------------------


def _case_result(found: Trial) -> CaseResult:
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


def _right(context: Context) -> tuple[dict[str, Any], ...]:
    if context.trial.attempt.error is not None:
        return ()
    position = {name: i for i, name in enumerate(context.exercise.returns)}
    return tuple(
        {"name": name, "line": context.learner.source.line_of(context.exercise.name, name, position[name]), "is": "as expected"}
        for name in context.right
    )


def _with_reference_cache(learner: Learner, found: Trial) -> Trial:
    from .compare import differences

    attempt = learner.run(found.problem, forward=False)
    if attempt.error is not None or attempt.died is not None:
        return Trial(found.problem, attempt)
    return Trial(found.problem, attempt, tuple(differences(found.problem, attempt.outcome.value)))


def _by_finite_differences(exercise: Exercise, failing: list[Trial]) -> bool:
    """Return whether every gradient in double precision is right to the accuracy of finite differences, and no better."""
    exact = [t for t in failing if t.problem.case.kind != "float32"]
    if not exact or any(t.rung != "values" or t.attempt.changed for t in failing):
        return False
    for found in exact:
        for d in found.differences:
            mine, scale = np.asarray(d.yours), float(np.max(np.abs(d.expected), initial=0.0))
            single = mine.dtype == np.float32 or np.array_equal(mine, mine.astype(np.float32))
            error = d.max_error
            if exercise.gradient_of(d.returned) is None or single or error is None or error > FINITE_DIFFERENCES * scale:
                return False
    return True


def _loses_digits(found: Trial) -> bool:
    """Return whether a trial fails by lost digits alone: in single precision, or where large numbers cancel."""
    allowed = {"float32": 1e-2, "extreme": 1e-5}.get(found.problem.case.kind, 0.0)
    if found.rung != "values" or found.attempt.changed:
        return False
    errors = [(d.max_error, float(np.max(np.abs(d.expected), initial=0.0))) for d in found.differences]
    return all(error is not None and error <= allowed * scale for error, scale in errors)


# ---- advice ---------------------------------------------------------------------------------------------------------


def _finite_differences(exercise: Exercise) -> Finding:
    return Finding(
        code="finite-differences",
        severity="advice",
        title="It is right to the accuracy of finite differences; the exercise asks for the formula.",
        question="Which formula gives these numbers in one evaluation?",
        kind="wrong-formula",
        quantity=exercise.name,
        confidence="likely",
    )


def _imprecise(found: Trial) -> Finding:
    difference, case = found.differences[0], found.problem.case
    where = "In single precision" if case.kind == "float32" else f'In the case "{case.name}"'
    return Finding(
        code="imprecise",
        severity="advice",
        title=f"{where} `{difference.quantity}` loses digits: it is off by {difference.max_error:.1g}.",
        question="Which step subtracts two nearly equal numbers, or divides by a very small one?",
        kind="unstable",
        quantity=difference.quantity,
        confidence="likely",
    )


def _forward_advice(exercise: Exercise) -> Finding:
    assert exercise.forward is not None
    name = exercise.forward.__name__
    return Finding(
        code="forward-differs",
        severity="advice",
        title=f"Your `{name}` is not right yet: this was checked with the cache of ours.",
        question=f"What does `byhand check {name}` say?",
        kind="wrong-formula",
        quantity=name,
        confidence="certain",
    )


def _wide(names: list[str]) -> Finding:
    told = " and ".join(f"`{n}`" for n in names)
    return Finding(
        code="wider-dtype",
        severity="advice",
        title=f"{told} come{'s' if len(names) == 1 else ''} back as float64 where the inputs are float32.",
        question="Which array is made with np.zeros or np.ones without the dtype of the input?",
        kind="dtype",
        quantity=names[0],
        confidence="certain",
    )

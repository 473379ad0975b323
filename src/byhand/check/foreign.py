"""A learner's file that follows another course's names and conventions: each call of ours becomes theirs, each answer ours."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from byhand.arrays import leaves
from byhand.spec import Answer, Call, Case, Definition, Dialect, Entry, Exercise, Finding, Report, Spelling

from . import rungs
from .compare import by_returned
from .diagnosis.context import Context, Trial, trial
from .diagnosis.diagnose import diagnose
from .learner import Attempt, Learner, Source, read_source, same
from .parts import Part
from .problem import Problem, build, takes_cache
from .process import Outcome, Place, Worker, WorkerDied, WorkerPool
from .worker import Handle

MOST_FILES = 400
"""Files of one assignment that are looked at."""
NEAR = 1e-6
"""Relative error within which another course's own checks call a number right."""
SEED = 231
"""What NumPy's own random numbers start from before each call of code that draws."""


def place(file: Path, package: str) -> Place:
    """Return where a file lies in the course's package; one that lies alone, or flat beside others, is put into it."""
    file = file.resolve()
    top = next((folder for folder in file.parents if folder.name == package), None)
    if top is not None:
        found = sorted(p for p in top.rglob("*.py") if not _hidden(p.relative_to(top)))[:MOST_FILES]
        modules = {_dotted(p.relative_to(top.parent)): p for p in [*found, file]}
        return Place(_dotted(file.relative_to(top.parent)), top.parent, package, modules)
    beside = sorted(file.parent.glob("*.py"))[:MOST_FILES]
    modules = {f"{package}.classifiers.{p.stem}": p for p in [*beside, file] if p.stem != "__init__"}
    return Place(f"{package}.classifiers.{file.stem}", file.parent, package, modules)


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in path.parts)


def _dotted(path: Path) -> str:
    parts = list(path.with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def definition(source: Source, entry: Entry) -> Definition | None:
    """Return what a file's definition of an entry's name says, or None."""
    found = Source(source.file, source.text, {entry.exercise: entry.name}).function(entry.exercise)
    if found is None:
        return None
    kind = source.class_(entry.name.rpartition(".")[0])
    made = next((m for m in kind.body if isinstance(m, ast.FunctionDef) and m.name == "__init__"), None) if kind else None
    return Definition(found, Definition(made).parameters[1:] if made else ())


def spellings(source: Source, entry: Entry) -> tuple[Spelling, ...]:
    """Return what a file's definition of an entry's name may mean."""
    known = definition(source, entry)
    return () if known is None else tuple(s for s in entry.spellings if s.when(known))


@dataclass
class ForeignLearner(Learner):
    """A learner's module in the dialect's conventions."""

    patience: ClassVar[float] = 3.0
    entries: Mapping[str, tuple[Entry, Definition, Spelling]] = field(default_factory=dict)
    """By exercise: the dialect's name, how the file defines it, and how it is meant."""
    unfinished: frozenset[str] = frozenset()
    """Parts, by the dialect's name, that the learner has not written."""
    cached: Mapping[str, Entry] = field(default_factory=dict)
    """By exercise, the dialect's names that return a cache."""
    theirs: frozenset[str] = frozenset()
    """The parts of composites that are the learner's own just now."""
    parts: Sequence[Callable] = ()
    """The parts of ours."""
    files: Sequence[Path] = ()
    """The other files of the assignment."""
    instead: Mapping[str, Callable] = field(default_factory=dict)
    """What stands in for some of them just now."""

    def use_reference(self, exercise: Exercise, but: frozenset[str]) -> None:
        """Put functions of ours in place of all parts but some, from the next call on."""
        self.theirs, self.instead, self.parts = but, {}, exercise.parts

    def siblings(self) -> Sequence[Path]:
        """Return the other files of the assignment."""
        return self.files

    def use(self, functions: Mapping[str, Callable]) -> None:
        """Put functions in the place of ours, in the first call of the next run."""
        self.instead = functions

    def run(self, problem: Problem, *, forward: bool = True, **how: Any) -> Attempt:
        """Run the dialect's function on a problem; `how` are options of `Worker.call`."""
        try:
            if problem.exercise.forward is None:
                outcome, changed = self._perform(problem.exercise.name, problem.arguments, "c", how)
                return Attempt(outcome, changed=tuple(changed), after=changed)
            return self._run_backward(problem, forward, how)
        except WorkerDied as died:
            return Attempt(died=died.reason, during=problem.exercise.name)

    def tries(self, problem: Problem, part: Part, texts: Sequence[str], *, forward: bool = True) -> list[Any]:
        """Run the dialect's function on a problem with each of some texts in the place of a part of a function of the file."""
        entry, _, spelling = self.entries[problem.exercise.name]
        found: list[list[Answer | None]] = []

        def tried(name: str, call: Call, opaque: frozenset[int], label: str) -> None:
            changing = [i for i, a in enumerate(call.args) if isinstance(a, dict)]
            on = (entry.name.rpartition(".")[0], call.on) if call.on is not None else None
            seed = SEED if entry.draws else None
            given, kwargs = list(call.args), dict(call.kwargs)
            came = self.worker.tries(texts, part, name, given, kwargs, opaque=opaque, after=changing, on=on, seed=seed)
            found.append([None if c is None else _answer(call, changing, *c) for c in came])

        attempt = self.run(problem, forward=forward, by=tried)
        if attempt.died is not None or not found:
            return []
        results = []
        for answers in zip(*found, strict=False):
            try:
                with np.errstate(all="ignore"):
                    told = [a for a in answers if a is not None]
                    results.append(spelling.results(self._given, told) if len(told) == len(answers) else None)
            except (TypeError, ValueError, IndexError, KeyError, AttributeError):
                results.append(None)
        return results

    def result(self, exercise: Exercise, returned: str, keys: Sequence[str] = ()) -> str:
        """Return where a result of an exercise, or an item of it, is in the dialect."""
        entry, ours = self.entries[exercise.name][0], super().result(exercise, returned, keys)
        place = super().result(exercise, returned)
        return entry.place(returned, place, ours.removeprefix(place))

    def first_trap(self, problem: Problem) -> tuple[int, str] | None:
        """Return the first line on which a number overflows, is divided by zero, or is none; and what NumPy calls that."""
        error = self.run(problem, strict=True).error
        if error is None or error["type"] != "FloatingPointError" or error["line"] is None:
            return None
        return error["line"], error["message"]

    def again(self, problem: Problem, between: Problem, *, forward: bool) -> list[Attempt]:
        """Run the function on a problem again, after its forward, where there is one, on another."""
        if not forward or problem.exercise.forward is None:
            return [self.run(problem, forward=False)]
        ran = self.forward(problem, problem.arguments, "again")
        answers = self._answers
        self.forward(between, between.arguments, "between")
        if ran.error is not None:
            return [self.run(problem, forward=False)]
        return [self._backward_after(problem, ran, answers, {}) for _ in range(2)]

    def forward(self, problem: Problem, arguments: dict[str, Any], keep: str = "probe") -> Outcome:
        """Call the learner's forward of a backward exercise on other arguments."""
        assert problem.exercise.forward is not None
        return self._perform(problem.exercise.forward.__name__, arguments, keep, {})[0]

    def asks(self, problem: Problem) -> bool:
        """Return whether the dialect asks for a case."""
        _, known, spelling = self.entries[problem.exercise.name]
        given = dict(problem.arguments)
        if problem.exercise.forward is not None:
            given |= {"dout": problem.upstream, "cache": None, "forward": None}
        return spelling.calls(given, known) is not None

    def _run_backward(self, problem: Problem, forward: bool, how: dict) -> Attempt:
        exercise = problem.exercise
        assert exercise.forward is not None
        name = exercise.forward.__name__
        if takes_cache(exercise.function) and forward and name in self.entries and name in self.own:
            ran, _ = self._perform(name, problem.arguments, "f", {})
            if ran.error is None:
                return self._backward_after(problem, ran, self._answers, how)
            if ran.error["type"] == "timeout":
                self.own -= {name}
            return replace(self._with_cache_of_ours(problem, how), forward=ran)
        return self._with_cache_of_ours(problem, how)

    def _backward_after(self, problem: Problem, ran: Outcome, answers: Sequence[Answer], how: dict) -> Attempt:
        values = [a.value for a in answers]
        handles = [v[1] for v in values if isinstance(v, tuple | list) and len(v) > 1 and isinstance(v[1], Handle)]
        if not handles:
            return replace(self._with_cache_of_ours(problem, how), forward=ran)
        given = {**problem.arguments, "dout": problem.upstream, "cache": handles[0], "forward": answers[0]}
        outcome, changed = self._perform(problem.exercise.name, given, "b", how)
        return Attempt(outcome, ran, tuple(changed), changed)

    def _with_cache_of_ours(self, problem: Problem, how: dict) -> Attempt:
        """Run a backward on the cache that the dialect lays down, if it does."""
        exercise = problem.exercise
        assert exercise.forward is not None
        entry = self.cached.get(exercise.forward.__name__)
        if entry is None or entry.cache is None:
            return Attempt(died=NO_CACHE, during=entry.name if entry else exercise.forward.__name__)
        given = {**problem.arguments, "dout": problem.upstream, "cache": entry.cache(problem.arguments), "forward": None}
        outcome, changed = self._perform(exercise.name, given, "b", how)
        return Attempt(outcome, changed=tuple(changed), after=changed)

    def _perform(self, exercise: str, arguments: Mapping[str, Any], keep: str, how: dict) -> tuple[Outcome, dict[str, Any]]:
        """Make the dialect's calls for one of ours; return what came of it in our terms, and the arguments that were changed.

        `how` are options of `Worker.call`; with `by`, that is called in its place, and nothing comes of it here.
        """
        by = how.get("by")
        entry, known, spelling = self.entries[exercise]
        calls = spelling.calls(arguments, known)
        if calls is None:
            raise ValueError(f"{entry.name} is not asked for this")
        kind, _, method = entry.name.rpartition(".")
        answers, outcomes, changed = [], [], {}
        for number, call in enumerate(calls):
            if not call.needed():
                break
            if call.parts:
                ours = {**{p.__name__: p for p in self.parts}, **(self.instead if number == 0 else {})}
                self.worker.substitute({n: partial(f, ours) for n, f in call.parts.items() if self._stands_in(n, call)})
            name, label = method, f"{keep}{number}"
            if kind:
                made = self.worker.make(kind, call.on, label) if call.on is not None else Outcome()
                if made.error is not None or made.violations:
                    return made, {}
                name = f"@{label}.{method}"
            opaque = frozenset({1}) if exercise in self.cached else frozenset()
            if by is not None:
                by(name, call, opaque, label)
                continue
            if entry.draws:
                self.worker.seed(SEED)
            outcome = self.worker.call(name, list(call.args), dict(call.kwargs), opaque=opaque, keep=label, **how)
            outcomes.append(outcome)
            if outcome.error is not None:
                return outcome, {}
            after = outcome.after["args"] if outcome.after else call.args
            positions = known.parameters[1 if kind else 0 :]
            changed |= {
                n: now
                for n, before, now in zip(positions, call.args, after, strict=False)
                if n not in entry.may_change and not isinstance(before, Handle | dict) and not same(before, now)
            }
            attributes = self.worker.read(label, list(call.on.read)) if call.on is not None and call.on.read else {}
            answers.append(Answer(outcome.value, tuple(after), attributes, call))
        self._given = arguments
        if by is not None:
            return Outcome(), {}
        self._answers: Sequence[Answer] = answers
        try:
            with np.errstate(all="ignore"):
                value = spelling.results(arguments, answers)
        except (TypeError, ValueError, IndexError, KeyError, AttributeError):
            value = answers[0].value  # what they returned is not of the kind promised: it is told as it is
        violations = tuple(v for o in outcomes for v in o.violations)
        printed = "".join(o.printed for o in outcomes)
        return replace(outcomes[0], value=value, violations=violations, printed=printed), changed

    def _stands_in(self, name: str, call: Call) -> bool:
        """Return whether ours is put in place of a part: not where theirs is to be tried, nor over a helper that they have."""
        if name in call.always or name in self.unfinished:
            return True
        return name.removesuffix("_alt") not in self.theirs and not (name in HELPERS and name in self.names)


def _answer(call: Call, places: Sequence[int], value: Any, after: Sequence[Any], attributes: Mapping[str, Any]) -> Answer:
    """Return an answer of which the arguments at some places are known."""
    args = list(call.args)
    for i, now in zip(places, after, strict=True):
        args[i] = now
    return Answer(value, tuple(args), attributes, call)


NO_CACHE = "no-cache"
"""Why a backward could not be run: its cache is the learner's own business, and their forward makes none."""
HELPERS = frozenset({"affine_relu_forward", "affine_relu_backward"})
"""Parts of composites that are handed out: ours stand in for them only where they are not there."""


def beyond(entry: Entry, found: Trial) -> bool:
    """Return whether what a trial breaks is not asked for by the dialect: only the careful would pass it."""
    if _careful(entry, found.problem.case) or found.rung == "purity":
        return True
    errors = [(d.max_error, float(np.max(np.abs(d.expected), initial=0.0))) for d in found.differences if d.rung == "values"]
    return bool(errors) and len(errors) == len(found.differences) and all(e is not None and e <= NEAR * s for e, s in errors)


def stood_in(notes: Mapping[str, Sequence[str]], text: str) -> list[Finding]:
    """Return the advice on what a file imports that is not here or fails, and on names it uses that NumPy removed."""

    def said(name: str) -> bool:
        return re.search(rf"\b{re.escape(name)}\b", text) is not None

    found = []
    missing = [n for n in notes["missing"] if said(n.rpartition(".")[2])]
    if missing:
        are = "is" if len(missing) == 1 else "are"
        names = " and ".join(f"`{n}`" for n in missing)
        found.append(_told("stand-in", f"{names} {are} not here: stand-ins were used.", "exception"))
    for told in notes["broken"]:
        if said(told.partition(":")[0].rpartition(".")[2]):
            found.append(_told("broken-import", f"Another file that is imported fails: {told}.", "exception"))
    removed = [n for n in notes["removed"] if said(n)]
    if removed:
        names = " and ".join(f"`np.{n}`" for n in removed)
        finding = _told("removed-name", f"NumPy no longer has {names}: its successor was used here.", "exception")
        found.append(replace(finding, question="What is it called in NumPy 2? For `np.float`, Python's own will do."))
    return found


def asked_for(learner: Learner, trials: Sequence[Trial]) -> tuple[Trial, ...]:
    """Return the trials that are right, of a dialect's those alone that it asks for."""
    right = tuple(t for t in trials if t.rung is None)
    if not isinstance(learner, ForeignLearner) or not right:
        return right
    return in_question(learner.entries[right[0].problem.exercise.name][0], right)


def what_is_asked(findings: Sequence[Finding]) -> list[Finding]:
    """Return what is said of failing code: that it changes an argument besides is advice."""
    besides = (replace(f, severity="advice") if f.kind == "mutates-input" else f for f in findings[1:])
    return [*findings[:1], *besides]


def in_question(entry: Entry, trials: Sequence[Trial]) -> tuple[Trial, ...]:
    """Return the trials of the cases that a dialect asks for: code that is put right may still fail the others."""
    return tuple(t for t in trials if not _careful(entry, t.problem.case))


def _careful(entry: Entry, case: Case) -> bool:
    return case.kind in ("extreme", "float32") or case.name in entry.robust


def _told(code: str, title: str, kind: str) -> Finding:
    return Finding(code=code, severity="advice", title=title, kind=kind, confidence="certain")


def in_their_words(report: Report, dialect: Dialect, entry: Entry, names: Mapping[str, str], own: Collection[str] = ()) -> Report:
    """Return a report that calls things as the dialect does, but for the learner's own names."""
    words = {**dialect.words, **names, entry.exercise: entry.name}
    pattern = re.compile(r"(?<![\w.])(" + "|".join(sorted(map(re.escape, words), key=len, reverse=True)) + r")(?!\w)")

    def name(text: str) -> str:
        return entry.say(re.sub(r"\bself\['(\w+)'\]", r"self.\1", text), own)

    def say(text: str) -> str:
        return re.sub("`[^`]+`", lambda m: name(m[0]), pattern.sub(lambda m: words[m[1]], text))

    def tell(finding: Finding) -> Finding:
        return replace(
            finding,
            title=say(finding.title),
            where=say(finding.where),
            detail=say(finding.detail),
            question=say(finding.question),
            quantity=name(pattern.sub(lambda m: words[m[1]], finding.quantity)),
            evidence=tuple(map(say, finding.evidence)),
        )

    return replace(
        report,
        summary=say(report.summary),
        findings=tuple(map(tell, report.findings)),
        dialect=dialect.name,
        dialect_name=entry.name,
    )


def beyond_what_is_asked(entry: Entry, context: Context) -> list[Finding]:
    """Return the advice on trials that fail in what the dialect does not ask for."""
    found: dict[str, Finding] = {}
    for failing in (t for t in context.trials if t.rung is not None):
        finding = diagnose(replace(context, trial=failing, follow=False))[0][0]
        detail = f'Seen in the case "{failing.problem.case.name}", which goes beyond what is asked for.'
        finding = replace(finding, severity="advice", detail="\n".join(filter(None, (finding.detail, detail))))
        found.setdefault(finding.code, finding)
    return list(found.values())[:MOST_ADVICE]


MOST_ADVICE = 2


def told_by(
    dialect: Dialect,
    name: str,
    exercise: Exercise,
    source: Source,
    base: Report,
    cases: tuple[Case, ...],
    pool: WorkerPool,
    judge: Callable[..., Report],
) -> Report:
    """Check an exercise in a file of the dialect's; `judge` makes a report of the trials.

    Raises:
        ValueError: the dialect has no such name for the exercise.
    """
    entries = [e for e in dialect.entries if e.exercise == exercise.name and name in ("", e.name)]
    if not entries:
        raise ValueError(f"{dialect.title} has no name {name!r} for {exercise.name}")
    entry = next((e for e in entries if spellings(source, e)), entries[0])
    base = replace(base, replay=f"byhand check {entry.name} --dialect {dialect.name} --file {base.file} --seed {base.seed}")
    known = definition(source, entry)
    if known is not None and dialect.untouched(known.function):
        report = replace(base, verdict="not-started", summary=f"{entry.name} is not started.")
        return in_their_words(report, dialect, entry, {})
    worker = pool.take()
    try:
        report = _run(dialect, entry, exercise, source, worker, base, cases, judge)
    except WorkerDied as died:
        report = rungs.death(base, died.reason, entry.name, None)
    finally:
        pool.give_back(worker)
    names = {e.exercise: e.name for e in dialect.entries if e.exercise in (getattr(exercise.forward, "__name__", ""),)}
    own = {n.id for n in ast.walk(known.function) if isinstance(n, ast.Name)} if known is not None else ()
    return in_their_words(report, dialect, entry, names, own)


def _run(dialect, entry, exercise, source, worker, base, cases, judge) -> Report:
    where = place(source.file, dialect.package)
    loaded = worker.load(source.file, None, where)
    problem = rungs.not_loaded(exercise, loaded, base, entry.name.partition(".")[0])
    if problem is not None:
        return problem
    if definition(source, entry) is None:
        return rungs.not_loaded(exercise, replace(loaded, names=()), base, entry.name) or base
    possible = spellings(source, entry)
    if not possible:
        return rungs.not_loaded(exercise, replace(loaded, names=()), base, entry.name) or base
    learners = _learners(dialect, entry, exercise, source, worker, loaded.names, where)
    problems = [build(exercise, case, base.seed) for case in cases]
    spelling, learner, trials = _meant(entry, possible, learners, problems)
    stop = _stopped(base, trials[-1], exercise)
    if stop is not None:
        return replace(stop, cases=tuple(rungs.case_result(t) for t in trials))
    told = []
    if entry.sizes and not _right(entry, trials):
        theirs = [build(exercise, case, base.seed, sizes=dict(entry.sizes)) for case in cases]
        other = _meant(entry, possible, learners, theirs)
        if _right(entry, other[2]):
            told.append(_hard_coded(entry, next(t for t in trials if t.rung is not None and not beyond(entry, t)).problem))
            spelling, learner, trials = other
    printed = loaded.printed + next((t.attempt.outcome.printed for t in trials if t.attempt.outcome.printed), "")
    report = replace(base, printed=printed, cases=tuple(rungs.case_result(t) for t in trials))
    report = judge(exercise, learner, trials, report, entry)
    if spelling.says and report.verdict == "pass":
        told.append(_told("other-convention", spelling.says, "wrong-formula"))
    told += stood_in(worker.notes(), source.text)
    return replace(report, findings=(*report.findings, *told))


def _meant(
    entry: Entry,
    possible: Sequence[Spelling],
    learners: Callable[[Spelling], ForeignLearner],
    problems: Sequence[Problem],
) -> tuple[Spelling, ForeignLearner, tuple[Trial, ...]]:
    """Return the first spelling by which the code is right, or else least is wrong; its learner; and its trials."""
    tried: list[tuple[Spelling, ForeignLearner, tuple[Trial, ...]]] = []
    for spelling in possible:
        learner = learners(spelling)
        trials: list[Trial] = []
        for problem in problems:
            if learner.asks(problem):
                trials.append(trial(learner, problem))
                if trials[-1].attempt.died is not None or _timed_out(trials[-1]) or trials[-1].attempt.outcome.violations:
                    return spelling, learner, tuple(trials)
        tried.append((spelling, learner, tuple(trials)))
        if _right(entry, trials):
            return tried[-1]
    return min(tried, key=lambda t: (_how_wrong(entry, t[2]), _how_wrong_alone(t, problems)))


def _how_wrong(entry: Entry, trials: Sequence[Trial]) -> int:
    """Return in how many cases something is wrong, each counted once for everything that is."""
    return sum(max(len(t.differences), 1) for t in trials if t.rung is not None and not beyond(entry, t))


def _how_wrong_alone(tried: tuple[Spelling, ForeignLearner, tuple[Trial, ...]], problems: Sequence[Problem]) -> int:
    """Return how many results are wrong in what the argument of a spelling adds to them, whatever else is wrong."""
    spelling, learner, trials = tried
    problem = next((p for p in problems if p.arguments.get(spelling.differs_in)), None)
    if problem is None or any(t.attempt.error is not None for t in trials):
        return 0
    without = replace(problem, arguments={**problem.arguments, spelling.differs_in: 0.0})
    runs = [by_returned(p, learner.run(p).outcome.value) for p in (problem, without)]
    ours = [p.evaluate(p.exercise.function) for p in (problem, without)]
    wrong = 0
    for name in problem.expected:
        mine, meant = ([dict(leaves(one.get(name))) for one in both] for both in (runs, ours))
        for path in meant[0]:
            added = [np.subtract(side[0].get(path, np.nan), side[1].get(path, np.nan)) for side in (mine, meant)]
            wrong += not (np.shape(added[0]) == np.shape(added[1]) and np.allclose(*added, rtol=NEAR, atol=1e-9))
    return wrong


def _timed_out(found: Trial) -> bool:
    return found.attempt.error is not None and found.attempt.error["type"] in ("timeout", "MemoryError")


def _right(entry: Entry, trials: Sequence[Trial]) -> bool:
    return all(t.rung is None or beyond(entry, t) for t in trials)


def _hard_coded(entry: Entry, problem: Problem) -> Finding:
    name, size = next(iter(entry.sizes.items()))
    words = {"c": "classes"}.get(name, name)
    return replace(
        _told(
            "hard-coded-size",
            f"It is right for {size} {words}, and not for {problem.sizes.get(name, 'other numbers of them')}.",
            "hard-coded",
        ),
        question=f"Which of the arguments knows how many {words} there are?",
    )


def _stopped(base: Report, found: Trial, exercise: Exercise) -> Report | None:
    if found.attempt.died != NO_CACHE:
        return rungs.stopped(base, found, exercise)
    during = found.attempt.during
    return replace(
        base, verdict="blocked", summary=f"{exercise.name} takes the cache of your {during}, which does not make one yet."
    )


def _learners(
    dialect: Dialect,
    entry: Entry,
    exercise: Exercise,
    source: Source,
    worker: Worker,
    names: Sequence[str],
    where: Place,
) -> Callable[[Spelling], ForeignLearner]:
    """Return a function that makes the learner for one spelling of an entry."""
    known = definition(source, entry)
    assert known is not None
    found: dict[str, tuple[Entry, Definition, Spelling]] = {}
    for other in dialect.entries:
        there = spellings(source, other) if other.name.partition(".")[0] in names else ()
        if there and other.exercise not in found:
            said = definition(source, other)
            assert said is not None
            found[other.exercise] = (other, said, there[0])
    finished, unfinished = set(), set()
    for file in where.files if exercise.parts else [source.file]:
        text = read_source(file)
        for name, nodes in text.names.items():
            if isinstance(nodes[-1], ast.FunctionDef):
                (unfinished if dialect.untouched(nodes[-1]) else finished).add(name)
    parts = {part.__name__ for part in exercise.parts} & finished
    own = {name for name, (other, _, _) in found.items() if other.name in finished}
    text = replace(source, named={**{k: e.name for k, (e, _, _) in found.items()}, exercise.name: entry.name})

    def make(spelling: Spelling) -> ForeignLearner:
        return ForeignLearner(
            worker=worker,
            source=text,
            own=frozenset(own | parts | {exercise.name}),
            names=frozenset(names),
            entries={**found, exercise.name: (entry, known, spelling)},
            unfinished=frozenset(unfinished),
            parts=exercise.parts,
            files=[file for file in where.files if file != source.file],
            cached={e.exercise: e for e in dialect.entries if e.keeps},
        )

    return make

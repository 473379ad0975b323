"""Functions that call other exercises' functions: checked with the reference's parts first, then with the learner's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from byhand.spec import Exercise, Finding

from .compare import differences
from .diagnosis.context import Trial, trial
from .learner import Learner
from .process import WorkerDied


def all_failing(trials: Sequence[Trial]) -> list[Trial]:
    """Return the trials that break a rung."""
    return [t for t in trials if t.rung is not None]


def use_reference(learner: Learner, exercise: Exercise, *, but: frozenset[str] = frozenset()) -> None:
    """Put the references in place of all parts of a composite, but for some."""
    if exercise.parts:
        learner.use_reference(exercise, but)


def with_own_parts(
    exercise: Exercise, learner: Learner, trials: tuple[Trial, ...], failing: Callable = all_failing
) -> tuple[Trial, ...] | None:
    """Put every part that the learner has back, and return the trials, if none fails so: theirs may fit one another, not ours."""
    own = learner.own.intersection(part.__name__ for part in exercise.parts)
    if not own:
        return None
    try:
        use_reference(learner, exercise, but=own)
        found = tuple(trial(learner, t.problem) for t in trials)
        if not failing(found):
            return found
        use_reference(learner, exercise)
    except WorkerDied:
        pass
    return None


def own_parts_only(exercise: Exercise) -> Finding:
    """Return the advice for a composite that is right with the learner's own parts alone."""
    return Finding(
        code="own-parts-only",
        severity="advice",
        title="It is right with your own functions; with ours in their place it would not run.",
        question="Do your functions take and return what the exercises of those names ask for?",
        kind="wrong-order",
        quantity=exercise.name,
        confidence="likely",
    )


def check_own_parts(exercise: Exercise, learner: Learner, trials: tuple[Trial, ...]) -> list[Finding]:
    """Run a composite that is right with the learner's own parts, and return a finding that names the part that fails."""
    if not exercise.parts:
        return []
    families = _families(exercise)
    own = [family for family in families if family <= learner.own]
    if not own or _right_with(own, exercise, learner, trials):
        return []
    for family in own:
        if _right_with([f for f in own if f != family], exercise, learner, trials):
            return [_finding(exercise, family)]
    return [_finding(exercise, frozenset().union(*own))]


def _families(exercise: Exercise) -> list[frozenset[str]]:
    """Group the parts that share a cache: a forward and its backwards are replaced together or not at all."""
    groups: dict[str, set[str]] = {}
    for part in exercise.parts:
        stem = part.__name__.removesuffix("_alt").removesuffix("_backward").removesuffix("_forward")
        groups.setdefault(stem, set()).add(part.__name__)
    return [frozenset(group) for group in groups.values()]


def _right_with(own: list[frozenset[str]], exercise: Exercise, learner: Learner, trials: tuple[Trial, ...]) -> bool:
    try:
        use_reference(learner, exercise, but=frozenset().union(*own))
        for found in trials:
            attempt = learner.run(found.problem)
            if attempt.died or attempt.error or differences(found.problem, attempt.outcome.value):
                return False
    except WorkerDied:
        return False
    return True


def _finding(exercise: Exercise, family: frozenset[str]) -> Finding:
    names = sorted(family, reverse=True)
    told = " or ".join(f"`{n}`" for n in names)
    return Finding(
        code="part-fails",
        severity="advice",
        title=f"Your assembly is right; with your own parts it fails, in {told}.",
        question=f"What does `byhand check {names[0]}` say?",
        kind="wrong-formula",
        quantity=names[0],
        confidence="certain",
    )

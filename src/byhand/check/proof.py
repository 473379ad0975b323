"""Many sources of one exercise, run in one warm worker: for proofs that a check bites, not for learners."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from byhand.course import rendering
from byhand.spec import Exercise, Finding, Misconception

from . import composites, watching
from .diagnosis import variants
from .diagnosis.context import Trial, trial
from .learner import Source, load
from .problem import Problem, build, cases_of
from .process import Worker, WorkerDied, WorkerPool

HEADER = "import numpy as np\n\n\n"


def is_told(exercise: Exercise, slip: Misconception, finding: Finding) -> bool:
    """Return whether a finding is of a misconception's kind, and about its quantity.

    That is named as the misconception does, or it is the variable that gets its value on a line of the misconception's own.
    """
    source = Source(Path(f"{exercise.name}.py"), variants.edited(exercise, slip))
    ours = set(rendering.solution(exercise).splitlines())
    changed = [number for number, line in enumerate(source.text.splitlines(), start=1) if line not in ours]
    statements = map(source.statement, changed)
    own = {name for statement in statements if statement is not None for name in watching.names(statement)}
    return finding.kind == slip.kind and (finding.quantity == slip.quantity or finding.quantity.partition("[")[0] in own)


class WarmPool(WorkerPool):
    """Hands out one worker again and again: for sources of our own, where a process for each would take most of the time."""

    def give_back(self, worker: Worker) -> None:
        """Keep a worker for the next check, if it lives."""
        self._ready.append(worker)


class Prover:
    """Tells, for one source after another, on which rung it breaks; the problems are built once."""

    def __init__(self, exercise: Exercise, pool: WarmPool, *, seed: int = 0):
        self.exercise, self.pool, self.seed = exercise, pool, seed

    @cached_property
    def problems(self) -> list[Problem]:
        """The exercise's cases with their numbers."""
        return [build(self.exercise, case, self.seed) for case in cases_of(self.exercise)]

    def first_failure(self, source: str) -> Trial | str | None:
        """Return the first trial that breaks a rung, what kept the source from loading, or None where all is right."""
        worker = self.pool.take()
        file = Path(worker.folder) / f"{self.exercise.name}.py"
        text = Source(file, HEADER + source)
        try:
            loaded = worker.load(file, text.text)
            if loaded.error is not None:
                return loaded.error["type"]
            learner = load(worker, text, loaded.names)
            composites.use_reference(learner, self.exercise)
            trials = (trial(learner, problem) for problem in self.problems)
            return next((found for found in trials if found.rung is not None), None)
        except WorkerDied as died:
            return died.reason
        finally:
            self.pool.give_back(worker)

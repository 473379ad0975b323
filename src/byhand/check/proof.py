"""Many sources of one exercise, run in one warm worker: for proofs that a check bites, not for learners."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from byhand.spec import Exercise

from . import composites
from .diagnosis.context import Trial, trial
from .learner import Learner, Source, written
from .problem import Problem, build, cases_of
from .process import Worker, WorkerDied

HEADER = "import numpy as np\n\n\n"


class Prover:
    """Tells, for one source after another, on which rung it breaks; the problems are built once."""

    def __init__(self, exercise: Exercise, *, seconds: float = 1.0, seed: int = 0):
        self.exercise, self.seconds, self.seed = exercise, seconds, seed
        self._worker = Worker(seconds)

    @cached_property
    def problems(self) -> list[Problem]:
        """The exercise's cases with their numbers."""
        return [build(self.exercise, case, self.seed) for case in cases_of(self.exercise)]

    def first_failure(self, source: str) -> Trial | str | None:
        """Return the first trial that breaks a rung, what kept the source from loading, or None where all is right."""
        file = Path(self._worker.folder) / f"{self.exercise.name}.py"
        text = Source(file, HEADER + source)
        try:
            loaded = self._worker.load(file, text.text)
            if loaded.error is not None:
                return loaded.error["type"]
            learner = Learner(self._worker, text, written(text))
            composites.use_reference(learner, self.exercise)
            for problem in self.problems:
                found = trial(learner, problem)
                if found.attempt.died:
                    self._restart()
                if found.rung is not None:
                    return found
        except WorkerDied as died:
            self._restart()
            return died.reason
        return None

    def _restart(self):
        self._worker.close()
        self._worker = Worker(self.seconds)

    def close(self) -> None:
        """End the worker."""
        self._worker.close()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

"""Sweeps: many trials of one recipe with settings that Optuna chooses, kept in a storage that several workers share."""

from __future__ import annotations

import contextlib
import datetime
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import recipes
from .kinds import TrainingRecipe
from .progress import Event
from .records import load_run
from .running import run
from .search import Space, told

METRIC = "val_accuracy"
"""What a sweep makes as large as it can. The test set is no part of the choice."""
PATIENCE = 3
"""After so many signs of life that do not come, a worker counts as lost, and its trial is given to another."""
BEGINNING = 15
"""For so many beats a trial counts as under way though it has no run yet: its data is being read."""
RETRIES = 3
"""How often a trial is begun anew whose worker was lost."""


@dataclass(frozen=True)
class Plan:
    """What a sweep does. Workers that share a storage and a name share the sweep."""

    recipe: str
    name: str
    storage: str
    space: Space
    trials: int = 20
    """How many are to be finished, by all workers together; those that were given up early count."""
    quick: bool = False
    overrides: Mapping[str, Any] = field(default_factory=dict)
    folder: Path = Path("runs")
    engine: str | None = None
    device: str | None = None
    seed: int = 0
    prune: bool = True
    """Whether trials that fall behind are given up."""
    epochs_each: int = 0
    """After how many epochs each trial is stopped, to be resumed if it is the best; 0: none is."""
    heartbeat: int = 4
    """Seconds between a worker's signs of life."""


@dataclass(frozen=True)
class Trial:
    """One finished trial."""

    number: int
    settings: dict[str, Any]
    value: float | None
    """What it reached; None where it was given up before its first measurement, or diverged."""
    pruned: bool
    run: str
    """The name of its run."""
    curve: dict[int, float]
    """Epoch -> what it had reached then."""


class Sweep:
    """A sweep in its storage: what is finished, and `work`, which does some of what is left."""

    def __init__(self, plan: Plan):
        self.plan = plan
        self._study = _open(plan)
        self._runs: set[str] = set()

    def finished(self) -> list[Trial]:
        """Return the trials that are finished, in the order of their numbers."""
        return [_trial(t) for t in self._study.get_trials(deepcopy=False) if t.state.name in ("COMPLETE", "PRUNED")]

    def best(self) -> Trial | None:
        """Return the trial that reached most, of those that were not given up."""
        done = [t for t in self.finished() if t.value is not None and not t.pruned]
        return max(done, key=lambda t: t.value or 0.0, default=None)

    def work(self, tell: Callable[[Trial], None] = lambda trial: None) -> None:
        """Run one trial after the other until so many are finished as the plan says, by whoever.

        Args:
            tell: called with each trial that this worker finishes.

        Raises:
            KeyboardInterrupt: someone asked to stop. The trial at hand is stopped and not counted.
        """
        import optuna

        while len(self.finished()) < self.plan.trials:
            with _quietly():
                optuna.storages.fail_stale_trials(self._study)
            under_way = sum(map(self._lives, self._study.get_trials(deepcopy=False)))
            if len(self.finished()) + under_way >= self.plan.trials:
                time.sleep(0.3)  # others are at the last ones; should they be lost, we take them over
                continue
            try:
                with _quietly():
                    self._study.optimize(self._objective, n_trials=1)
            except _Stopped:
                raise KeyboardInterrupt from None
            for trial in self.finished():
                if trial.run in self._runs:
                    self._runs.remove(trial.run)
                    tell(trial)

    def _lives(self, trial: Any) -> bool:
        """Return whether a trial is under way.

        A worker that was lost before its first sign of life leaves a trial that Optuna takes for running, for ever: one that
        has no run yet counts for a while only.
        """
        age = (datetime.datetime.now() - trial.datetime_start).total_seconds() if trial.datetime_start else 0.0
        return trial.state.name == "RUNNING" and ("run" in trial.user_attrs or age < BEGINNING * self.plan.heartbeat)

    def _objective(self, trial: Any) -> float:
        import optuna

        plan = self.plan
        chosen = {name: values.suggest(trial, name) for name, values in plan.space.items()}
        watch = _Watch(plan, trial)

        record = run(
            plan.recipe,
            engine=plan.engine,
            device=plan.device,
            quick=plan.quick,
            seed=plan.seed,
            overrides={**plan.overrides, **chosen},
            folder=plan.folder,
            progress=watch,
        )
        self._runs.add(record.id)
        if watch.why == "behind" or record.status == "diverged":
            raise optuna.TrialPruned
        if record.status == "stopped" and not watch.why:
            raise _Stopped
        return record.result.get(METRIC, watch.reached)


class _Stopped(Exception):
    """Someone asked the run at hand to stop."""


class _Watch:
    """Listens to a trial's run, reports what it reaches, and stops it where it is behind or has gone on long enough."""

    def __init__(self, plan: Plan, trial: Any):
        self.plan, self.trial = plan, trial
        self.why = ""
        self.reached = 0.0
        self._folder = Path()

    def __call__(self, event: Event) -> None:
        if event["kind"] == "start":
            self._folder = event["run"].path
            self.trial.set_user_attr("run", event["run"].id)
        elif event["kind"] == "evaluation":
            self.reached, epoch = event[METRIC], round(event["epoch"])
            self.trial.report(self.reached, epoch)
            if self.plan.prune and self.trial.should_prune():
                self.why = "behind"
            elif self.plan.epochs_each and epoch >= self.plan.epochs_each:
                self.why = "long enough"
            if self.why:
                (self._folder / "stop").touch()


def resumable(plan: Plan, trial: Trial) -> bool:
    """Return whether a trial's run can go on: it was stopped before its end."""
    try:
        return load_run(plan.folder / trial.run).resumable
    except ValueError:
        return False


def _open(plan: Plan) -> Any:
    """Return Optuna's study, made now or there already.

    Raises:
        ValueError: Optuna is not installed; the storage cannot be opened; or a sweep of that name does something else.
    """
    try:
        import optuna
    except ImportError:
        raise ValueError("sweeps need Optuna. Install it with: pip install 'byhand[sweep]'") from None
    if not isinstance(recipes.find(plan.recipe), TrainingRecipe):
        raise ValueError(f"a sweep searches for the settings of one training, and {plan.recipe} is none: choose another recipe")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with _quietly():
        try:
            storage: Any = optuna.storages.RDBStorage(
                plan.storage,
                engine_kwargs={"connect_args": {"timeout": 60}} if plan.storage.startswith("sqlite") else None,
                heartbeat_interval=plan.heartbeat,
                grace_period=PATIENCE * plan.heartbeat,
                failed_trial_callback=optuna.storages.RetryFailedTrialCallback(max_retry=RETRIES),
            )
        except Exception as problem:  # whatever the data base and its driver raise
            raise ValueError(f"the storage {plan.storage} cannot be opened: {str(problem).splitlines()[0]}") from None
        study = optuna.create_study(
            storage=storage,
            study_name=plan.name,
            direction="maximize",
            load_if_exists=True,
            sampler=optuna.samplers.TPESampler(n_startup_trials=8),
            pruner=optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=2),
        )
    does = {"recipe": plan.recipe, "quick": plan.quick, "search": told(plan.space), "seed": plan.seed}
    does["overrides"] = {name: str(value) for name, value in plan.overrides.items()}
    before = study.user_attrs.get("does")
    if before is None:
        study.set_user_attr("does", does)
    elif before != does:
        differ = "; ".join(f"{k}: {before.get(k)!r}, not {does[k]!r}" for k in does if before.get(k) != does[k])
        raise ValueError(f"there is a sweep {plan.name!r} already, and it is another one ({differ}). Give this one a --name")
    return study


@contextlib.contextmanager
def _quietly():
    """Keep Optuna's remarks about features that it calls experimental, and about failed trials, to itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _trial(found: Any) -> Trial:
    curve = {int(epoch): float(value) for epoch, value in found.intermediate_values.items()}
    pruned = found.state.name == "PRUNED"
    value = found.value if found.value is not None else next(reversed(sorted(curve.items())), (0, None))[1]
    return Trial(found.number, dict(found.params), value, pruned, found.user_attrs.get("run", ""), curve)

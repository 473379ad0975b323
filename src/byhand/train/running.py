"""One run of a recipe from beginning to end, or from where it stopped."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import byhand
from byhand import data
from byhand.arrays import Key

from . import checkpoint, engines, pictures, recipes, records
from .interruption import StopRequest
from .progress import Event, Listener
from .records import RunRecord
from .solver import DivergedError, Progress, Solver

_FLUSH_SECONDS = 0.2
"""How old the metrics may be that someone who looks on sees."""


def run(
    recipe: str | None = None,
    *,
    engine: str | None = None,
    device: str | None = None,
    quick: bool = False,
    seed: int = 0,
    overrides: Mapping[str, Any] | None = None,
    folder: str | Path = "runs",
    resume: str | Path | None = None,
    mine: Sequence[str] | None = None,
    progress: Listener | None = None,
    compile: bool | None = None,
) -> RunRecord:
    """Train a recipe and return the record of the run. Ctrl-C leaves a run that `resume` takes up.

    Args:
        recipe: a name in `RECIPES`; may be left out with `resume`.
        engine: "numpy" (where nothing is said) or "torch".
        device: for torch, "cpu", "cuda", "mps".
        quick: whether to take the recipe's short form, which has a lower target of its own.
        seed: everything random follows from it.
        overrides: settings other than the recipe's; values may be text.
        folder: where runs are kept.
        resume: the folder of a run to go on with. Its recipe, settings, engine, device, mode and seed are its own.
        mine: the names of the learner's functions that stand in the place of ours, for the record.
        progress: called with events; see `train.progress`.
        compile: whether the torch engine compiles its step; None to let it decide.

    Returns:
        The record. A run whose loss left all bounds comes back with status "diverged" and the reason in `error`.

    Raises:
        ValueError: a name or a setting that does not exist, a value out of range, a run that is not there.
    """
    if resume is not None:
        if overrides or quick:
            raise ValueError("a run goes on with the settings it was started with: leave out quick and overrides")
        record = _taken_up(Path(resume), recipe, engine, mine)
    else:
        record = _new(recipe, engine, device, quick, seed, overrides, mine)
    chosen = recipes.find(record.recipe)
    settings = chosen.settings.replace(record.settings)
    machine = engines.make(record.engine, device=record.device or None, compile=record.compiled if resume else compile)
    record.device = machine.device
    dataset = data.load(chosen.data)
    model = chosen.model(settings, dataset)

    with machine.running(settings.threads):
        solver = Solver(model, dataset, settings, machine, Key.from_seed(record.seed))
        record.steps = solver.steps
        home = Path(folder)
        if machine.rank:  # the first process keeps the record; the others keep theirs where it is thrown away
            home = Path(tempfile.mkdtemp(prefix="byhand-"))
            atexit.register(shutil.rmtree, home, ignore_errors=True)
            if resume is not None:
                record.path = Path(shutil.copytree(record.path, home / record.id))
        machine.any(False)  # all have read what there is before one writes
        saved = checkpoint.load(record.path) if resume is not None else None
        start = solver.place(saved) if saved is not None else solver.start()
        record.step, record.status, record.error = start.step, "running", ""
        record.pid, record.version = os.getpid(), byhand.__version__
        if resume is not None:
            (record.path / "stop").unlink(missing_ok=True)  # of the time before
            records.cut_metrics(record.path / "metrics.jsonl", start.step)
            record.save()
        else:
            records.create(home, record)
        listener = progress if progress and not machine.rank else lambda event: None
        _Sitting(record, solver, listener).go(start, resumed=resume is not None)
    return record


def _new(recipe, engine, device, quick, seed, overrides, mine) -> RunRecord:
    if recipe is None:
        raise ValueError(f"expected a recipe, one of {', '.join(recipes.RECIPES)}, or a run to resume")
    if not isinstance(seed, int) or seed < 0:
        raise ValueError(f"expected seed to be a whole number, 0 or more, got {seed!r}")
    if mine and engine not in (None, "numpy"):
        raise ValueError(f"your own functions are written in NumPy and train with engine numpy only; got engine {engine!r}")
    chosen = recipes.find(recipe)
    settings = chosen.settings.replace(chosen.quick if quick else {}).replace(overrides or {})
    return RunRecord(
        id="",
        recipe=recipe,
        settings=json.loads(json.dumps(settings.to_json())),
        engine=engine or "numpy",
        device=device or "",
        seed=seed,
        quick=quick,
        target=chosen.quick_target if quick else chosen.target,
        steps=0,
        mine=sorted(mine or []),
    )


def _taken_up(path: Path, recipe, engine, mine) -> RunRecord:
    record = records.load_run(path)
    if record.status == "running":
        raise ValueError(f"run {record.id} is running now, in process {record.pid}: stop it first")
    if record.status == "diverged":
        raise ValueError(f"run {record.id} diverged and would again: start a new one with other settings")
    for name, asked, own in (("recipe", recipe, record.recipe), ("engine", engine, record.engine)):
        if asked is not None and asked != own:
            raise ValueError(f"run {record.id} is of {name} {own}, and goes on with it; got {name} {asked!r}")
    if sorted(mine or []) != record.mine:
        names = ", ".join(record.mine) or "none"
        raise ValueError(
            f"run {record.id} trained on these functions of yours: {names}; "
            f"now there are {', '.join(sorted(mine or [])) or 'none'}. It goes on only with the same"
        )
    return record


class _Sitting:
    """The part of a run that one process makes: it writes down what the solver tells."""

    def __init__(self, record: RunRecord, solver: Solver, listener: Listener):
        self.record, self.solver, self.listener = record, solver, listener
        self._before, self._started = record.seconds, time.perf_counter()
        self._flushed = self._started

    def go(self, start: Progress, *, resumed: bool) -> None:
        """Train to the end or to a stop, and leave the record saying which it was."""
        record = self.record
        self._tell("start", run=record, resumed=resumed)
        try:
            with StopRequest(record.path) as stop, open(record.path / "metrics.jsonl", "a") as self._metrics:
                start, note = self.solver.prepare(start)
                record.compiled = self.solver.engine.compiled
                if note:
                    record.notes.append(note)
                    self._tell("note", text=note)
                record.save()
                end = self.solver.fit(
                    start,
                    on_step=self._on_step,
                    on_evaluation=self._on_evaluation,
                    on_checkpoint=self._on_checkpoint,
                    stop=lambda: self.solver.engine.any(stop.made),
                )
            self._finish(end)
        except DivergedError as error:
            record.status, record.error = "diverged", str(error)
        except KeyboardInterrupt:  # the second: what the last checkpoint holds is what there is
            record.status = "stopped"
        except BaseException as error:
            record.status, record.error = "failed", f"{type(error).__name__}: {error}"
            raise
        finally:
            self._clock()
            record.save()
        self.solver.engine.any(False)  # no process goes on before the record says how the run ended
        self._tell("end", run=record)

    def _finish(self, end: Progress) -> None:
        if end.step < self.solver.steps:
            self.record.status = "stopped"
            return
        last = self.solver.evaluate(end)
        self.record.result = {
            "test_accuracy": self.solver.accuracy(end, "test"),
            "val_accuracy": last["val_accuracy"],
            "train_accuracy": last["train_accuracy"],
        }
        self._clock()
        pictures.draw(self.record, self.solver.engine.host(end.params), self.solver.model.in_shape)
        self.record.status = "done"

    def _on_step(self, line: dict[str, Any]) -> None:
        if line["step"] % self.solver.settings.log_every == 0:
            self._metrics.write(json.dumps(line) + "\n")
            if time.perf_counter() - self._flushed > _FLUSH_SECONDS:
                self._metrics.flush()
                self._flushed = time.perf_counter()
        self.record.step = line["step"]
        self._tell("step", steps=self.solver.steps, **line)

    def _on_evaluation(self, line: dict[str, Any], progress: Progress) -> None:
        self._metrics.write(json.dumps(line) + "\n")
        self._metrics.flush()
        params = self.solver.engine.host(progress.params)
        facts = {"step": line["step"], "epoch": line["epoch"]}
        pictures.write_weights(self.record.path / "weights.json", params, self.solver.model.in_shape, facts)
        self._clock()
        self.record.save()
        self._tell("evaluation", **line)

    def _on_checkpoint(self, progress: Progress) -> None:
        self._metrics.flush()  # what the metrics hold reaches at least as far as the checkpoint
        checkpoint.save(self.record.path, progress, self.solver.engine)

    def _clock(self) -> None:
        self.record.seconds = round(self._before + time.perf_counter() - self._started, 3)

    def _tell(self, kind: str, **facts: Any) -> None:
        event: Event = {"kind": kind, **facts}
        self.listener(event)

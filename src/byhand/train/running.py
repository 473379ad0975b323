"""One run of a recipe from beginning to end, or from where it stopped."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import byhand
from byhand import data
from byhand.arrays import Key

from . import engines, recipes, records
from .engines import ENGINES
from .kinds import Context, Recipe
from .progress import Listener
from .records import RunRecord
from .sitting import Sitting


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
    """Run a recipe and return the record of the run. Ctrl-C leaves a run that `resume` takes up.

    Args:
        recipe: a name in `RECIPES`; may be left out with `resume`.
        engine: "numpy" (where nothing is said) or "torch".
        device: for torch, "cpu", "cuda", "mps".
        quick: whether to take the recipe's short form, with data and a target of its own.
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
    listener = progress if progress and not machine.rank else lambda event: None

    with machine.running(settings.threads):
        job = chosen.plan(settings, Context(machine, Key.from_seed(record.seed), listener))
        record.steps = job.steps
        home = Path(folder)
        if machine.rank:  # the first process keeps the record; the others keep theirs where it is thrown away
            home = Path(tempfile.mkdtemp(prefix="byhand-"))
            atexit.register(shutil.rmtree, home, ignore_errors=True)
            if resume is not None:
                record.path = Path(shutil.copytree(record.path, home / record.id))
        machine.any(False)  # all have read what there is before one writes
        record.step = job.resume(record) if resume is not None else 0
        record.status, record.error = "running", ""
        record.pid, record.version = os.getpid(), byhand.__version__
        if resume is not None:
            (record.path / "stop").unlink(missing_ok=True)  # of the time before
            records.cut_metrics(record.path / "metrics.jsonl", record.step)
            record.save()
        else:
            records.create(home, record)
        Sitting(record, machine, listener).go(job, resumed=resume is not None)
    return record


def missing_data(recipe: str, *, quick: bool) -> str:
    """Return, in a sentence, what to do first where a recipe's data is not on this machine; else nothing."""
    name = recipes.find(recipe).asked(quick=quick)[0].data
    known = data.DATASETS[name]
    if known.source_files is None or data.where(name) is not None:
        return ""
    return (
        f"{name} is not on this machine yet. Fetch it with: byhand data {name} ({known.size}). The quick form needs no download."
    )


def _new(recipe, engine, device, quick, seed, overrides, mine) -> RunRecord:
    if recipe is None:
        raise ValueError(f"expected a recipe, one of {', '.join(recipes.RECIPES)}, or a run to resume")
    if not isinstance(seed, int) or seed < 0:
        raise ValueError(f"expected seed to be a whole number, 0 or more, got {seed!r}")
    if mine and engine not in (None, "numpy"):
        raise ValueError(f"your own functions are written in NumPy and train with engine numpy only; got engine {engine!r}")
    chosen = recipes.find(recipe)
    _require_engine(chosen, engine or "numpy")
    settings, targets = chosen.asked(quick=quick)
    settings = settings.replace(overrides or {})
    return RunRecord(
        id="",
        recipe=recipe,
        settings=json.loads(json.dumps(settings.to_json())),
        engine=engine or "numpy",
        device=device or "",
        seed=seed,
        quick=quick,
        steps=0,
        asked=[target.to_json() for target in targets],
        mine=sorted(mine or []),
    )


def _require_engine(recipe: Recipe, engine: str) -> None:
    if engine in ENGINES and engine not in recipe.engines:
        raise ValueError(f"recipe {recipe.name} is computed in NumPy: expected engine numpy, got {engine!r}")


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

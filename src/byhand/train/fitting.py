"""One training within a run: the solver's steps go into the run's metrics, its parameters into checkpoint and weights."""

from __future__ import annotations

from typing import Any

from . import checkpoint, pictures
from .sitting import Sitting
from .solver import Progress, Solver


def fit(sitting: Sitting, solver: Solver, saved: Progress | None, *, part: str = "", before: int = 0) -> Progress:
    """Train from the start, or from a checkpoint, to the end or to a stop, and return where that leads.

    Args:
        sitting: where all is written to.
        solver: what trains.
        saved: what a checkpoint held.
        part: the name of this training, in a run of several.
        before: how many steps the run had made when this training began.

    Raises:
        DivergedError: the loss left all bounds.
    """
    named = {"part": part} if part else {}

    def on_step(line: dict[str, Any]) -> None:
        line = {**line, **named, "step": line["step"] + before}
        if (line["step"] - before) % solver.settings.log_every == 0:
            sitting.write(line)
        sitting.record.step = line["step"]
        sitting.tell("step", steps=sitting.record.steps, **line)

    def on_evaluation(line: dict[str, Any], progress: Progress) -> None:
        line = {**line, **named, "step": line["step"] + before}
        sitting.write(line, now=True)
        facts = {"step": line["step"], "epoch": line["epoch"]}
        params = solver.engine.host(progress.params)
        pictures.write_weights(sitting.folder / "weights.json", params, solver.model.in_shape, facts)
        sitting.save()
        sitting.tell("evaluation", **line)

    def on_checkpoint(progress: Progress) -> None:
        sitting.flush()  # what the metrics hold reaches at least as far as the checkpoint
        checkpoint.save(sitting.folder, progress, solver.engine, part=part)

    start, note = solver.prepare(solver.place(saved) if saved is not None else solver.start())
    sitting.record.compiled = solver.engine.compiled
    if note and note not in sitting.record.notes:
        sitting.note(note)
    sitting.save()
    return solver.fit(start, on_step=on_step, on_evaluation=on_evaluation, on_checkpoint=on_checkpoint, stop=sitting.stop)

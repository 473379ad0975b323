"""A run that trains several networks which differ in one thing, and compares them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from byhand.arrays import load_tree, save_tree
from byhand.data import Dataset
from byhand.models import Model

from .. import checkpoint, fitting, pictures, preparation
from ..records import RunRecord
from ..settings import TrainingSettings
from ..sitting import Sitting
from ..solver import DivergedError, Progress, Solver, count_steps
from .recipe import Context, Job, Recipe

Row = dict[str, Any]
"""What one training of a study gave: {"training": its name, ...}, numbers and short words; lists are for pictures."""

_LAST = 50
"""Over how many steps the loss at the end is averaged."""


@dataclass(frozen=True, kw_only=True)
class StudyRecipe(Recipe):
    """Several trainings from one seed: the same first weights where they have the same sizes, the same batches."""

    model: Callable[[Any, Dataset], Model]

    def plan(self, settings: Any, context: Context) -> Study:
        """Load the data and return the study."""
        return Study(self, settings, context)

    def variants(self, settings: Any) -> Mapping[str, TrainingSettings]:
        """Return the settings of each training, by its name."""
        raise NotImplementedError

    def look(self, name: str, solver: Solver, start: Progress) -> Row:
        """Return what is to be known of a training before its first step, for its row."""
        return {}

    def judge(self, row: Row, settings: Any) -> Row:
        """Return a finished training's row, with what else follows from it."""
        return row

    def conclude(self, rows: Sequence[Row]) -> dict[str, float]:
        """Return the study's result."""
        raise NotImplementedError

    def drawings(self, rows: Sequence[Row], lines: Sequence[dict[str, Any]]) -> Mapping[str, Callable]:
        """Return the pictures, by name, from the rows and the metrics of all the trainings."""
        raise NotImplementedError


class Study(Job):
    """The trainings one after the other; one that is finished has its row in the record and is not repeated."""

    def __init__(self, recipe: StudyRecipe, settings: TrainingSettings, context: Context):
        self.recipe, self.context = recipe, context
        self.dataset = preparation.load(settings.data, examples=settings.examples, tell=context.tell)
        self.preparation = settings.preparation
        self.variants = recipe.variants(settings)
        self.counts = {n: count_steps(own, len(self.dataset.train), context.engine) for n, own in self.variants.items()}
        self.steps = sum(self.counts.values())
        self._saved: Progress | None = None

    def resume(self, record: RunRecord) -> int:
        """Take up the trainings that are finished, and the checkpoint of the one that is not."""
        done = {row["training"] for row in record.table}
        current = next((name for name in self.variants if name not in done), "")
        self._saved = checkpoint.load(record.path, part=current) if current else None
        return sum(self.counts[name] for name in done) + (self._saved.step if self._saved else 0)

    def go(self, sitting: Sitting) -> dict[str, float] | None:
        """Train what is not trained yet, and return what follows from all."""
        record = sitting.record
        kept = sitting.folder / preparation.NAME
        fitted = load_tree(kept)[0] if kept.exists() else preparation.fit(self.preparation, self.dataset.train.images)
        if fitted and not kept.exists():
            save_tree(kept, fitted, {"preparation": self.preparation})
        prepared = preparation.apply(fitted, self.dataset)
        done = {row["training"] for row in record.table}
        before = 0
        for number, (name, settings) in enumerate(self.variants.items(), 1):
            if name not in done:
                sitting.tell("part", name=name, number=number, of=len(self.variants))
                row = self._train(sitting, name, settings, prepared, before)
                if row is None:
                    return None
                record.table.append(self.recipe.judge(row, settings))
                record.step = before + self.counts[name]
                sitting.save()
            before += self.counts[name]
        sitting.flush()
        pictures.draw(record.path, self.recipe.drawings(record.table, record.metrics()))
        return self.recipe.conclude(record.table)

    def _train(self, sitting: Sitting, name: str, settings: TrainingSettings, prepared: Dataset, before: int) -> Row | None:
        model = self.recipe.model(settings, prepared)
        solver = Solver(model, prepared, settings, self.context.engine, self.context.key)
        saved, self._saved = self._saved, None
        row = {"training": name, **self.recipe.look(name, solver, solver.start())}
        try:
            end = fitting.fit(sitting, solver, saved, part=name, before=before)
        except DivergedError:
            return {**row, "loss": None, "val_accuracy": None, "train_accuracy": None, "ended": "diverged"}
        if end.step < solver.steps:
            return None
        sitting.flush()
        losses = [line["loss"] for line in sitting.record.metrics() if line.get("part") == name and "loss" in line]
        last = losses[-_LAST:]
        evaluation = solver.evaluate(end)
        return {
            **row,
            "loss": round(sum(last) / len(last), 5),
            "val_accuracy": evaluation["val_accuracy"],
            "train_accuracy": evaluation["train_accuracy"],
            "ended": "trained",
        }

"""A run that trains one network and is judged by how it classifies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from byhand.arrays import load_tree, save_tree
from byhand.data import Dataset
from byhand.models import Model

from .. import checkpoint, fitting, pictures, preparation
from ..records import RunRecord
from ..settings import TrainingSettings
from ..sitting import Sitting
from ..solver import Progress, Solver, count_steps
from .recipe import Context, Job, Recipe


@dataclass(frozen=True, kw_only=True)
class TrainingRecipe(Recipe):
    """One training of one network."""

    settings: TrainingSettings
    model: Callable[[Any, Dataset], Model]
    """Makes the network from the settings and the data as it sees it."""
    features: Callable[[Any, Dataset, Callable], Dataset] | None = None
    """Makes numbers of the pictures by the settings, for the network to see in their place; tells how far it is."""
    require: Callable[[Any, Dataset], None] | None = None
    """Raises ValueError where the settings do not fit the data."""

    def plan(self, settings: TrainingSettings, context: Context) -> Training:
        """Load the data and return the training."""
        return Training(self, settings, context)


class Training(Job):
    """The data prepared, the network trained, its result and its pictures."""

    def __init__(self, recipe: TrainingRecipe, settings: TrainingSettings, context: Context):
        self.recipe, self.settings, self.context = recipe, settings, context
        self.dataset = preparation.load(settings.data, examples=settings.examples, tell=context.tell)
        if recipe.require is not None:
            recipe.require(settings, self.dataset)
        self.steps = count_steps(settings, len(self.dataset.train), context.engine)
        self._saved: Progress | None = None

    def resume(self, record: RunRecord) -> int:
        """Take up the checkpoint."""
        self._saved = checkpoint.load(record.path)
        return self._saved.step if self._saved else 0

    def go(self, sitting: Sitting) -> dict[str, float] | None:
        """Train, and return the accuracy on every part."""
        prepared = self._prepare(sitting)
        model = self.recipe.model(self.settings, prepared)
        solver = Solver(model, prepared, self.settings, self.context.engine, self.context.key)
        end = fitting.fit(sitting, solver, self._saved)
        if end.step < solver.steps:
            return None
        last = solver.evaluate(end)
        result = {
            "test_accuracy": solver.accuracy(end, "test"),
            "val_accuracy": last["val_accuracy"],
            "train_accuracy": last["train_accuracy"],
        }
        sitting.flush()
        self._draw(sitting.record, solver, end)
        return result

    def _prepare(self, sitting: Sitting) -> Dataset:
        """Return the data as the network sees it. What is fitted is kept with the run, and taken from there if it is there."""
        dataset = self.dataset
        if self.recipe.features is not None:
            dataset = self.recipe.features(self.settings, dataset, sitting.tell)
        kept = sitting.folder / preparation.NAME
        if kept.exists():
            fitted, _ = load_tree(kept)
        else:
            fitted = preparation.fit(self.settings.preparation, dataset.train.images)
            if fitted:
                save_tree(kept, fitted, {"preparation": self.settings.preparation})
        return preparation.apply(fitted, dataset)

    def _draw(self, record: RunRecord, solver: Solver, end: Progress) -> None:
        predicted = solver.predictions(end, "test")
        test, classes = self.dataset.test, self.dataset.classes
        drawings = {"curves": partial(pictures.training_curves, record.metrics(), record.targets)}
        weights = pictures.first_weights(solver.engine.host(end.params), solver.model.in_shape)
        if weights is not None:
            named = classes if len(classes) == len(weights[1]) else ()
            drawings["weights"] = partial(pictures.weight_sheet, *weights, classes=named)
        drawings["confusion"] = partial(pictures.confusion, test.labels, predicted, classes)
        drawings["samples"] = partial(pictures.samples, test.images, test.labels, predicted, classes)
        pictures.draw(record.path, drawings)

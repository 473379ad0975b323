"""A run without any training: every test picture takes the class of the training pictures nearest to it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from byhand import data
from byhand.data import DATASETS, Dataset
from byhand.procedures import neighbours

from .. import pictures, preparation
from ..settings import Settings
from ..sitting import Sitting
from .recipe import Context, Job, Recipe

_ROWS = 50
"""Queries at a time."""
_SHOWN = 6


@dataclass(frozen=True)
class NeighbourSettings(Settings):
    """What may be set."""

    train: int = 5000
    """How many training pictures are looked among, the first ones."""
    test: int = 500
    ks: tuple[int, ...] = (1, 3, 5, 8, 10, 12, 15, 20, 50, 100)
    """Numbers of neighbours that vote."""
    folds: int = 5
    """Into how many parts the training pictures are cut, for the cross-validation."""

    def __post_init__(self):
        super().__post_init__()
        for name in ("train", "test"):
            self._require(name, getattr(self, name) >= 1, "at least 1")
        self._require("folds", 2 <= self.folds <= self.train, f"from 2 to {self.train}, the number of training pictures")
        most = self.train - -(-self.train // self.folds)
        self._require("ks", len(self.ks) > 0 and 1 <= min(self.ks) <= max(self.ks) <= most, f"numbers from 1 to {most}")


@dataclass(frozen=True, kw_only=True)
class NeighboursRecipe(Recipe):
    """Nearest neighbours on raw pixels, by the functions of `procedures.neighbours`."""

    engines: tuple[str, ...] = ("numpy",)

    def plan(self, settings: NeighbourSettings, context: Context) -> Neighbours:
        """Load the data and return the work."""
        return Neighbours(settings, context)


class Neighbours(Job):
    """Distances, then a vote for each number of neighbours, then the same by cross-validation on the training part alone."""

    def __init__(self, settings: NeighbourSettings, context: Context):
        self.settings = settings
        self.dataset = _load(settings, context.tell)
        self.x, self.train = (_flat(part.images) for part in (self.dataset.test, self.dataset.train))

    def go(self, sitting: Sitting) -> dict[str, float] | None:
        """Return how many test pictures each k gets right, and the k that the cross-validation would choose."""
        labels, truth = self.dataset.train.labels, self.dataset.test.labels
        blocks = []
        for i in range(0, len(self.x), _ROWS):
            if sitting.stop():
                return None
            blocks.append(neighbours.euclidean_distances(self.x[i : i + _ROWS], self.train))
            sitting.tell("work", what="distances", done=i + len(blocks[-1]), total=len(self.x))
        distances = np.concatenate(blocks)
        ks = self.settings.ks
        right = [int((neighbours.knn_predict(distances, labels, k=k) == truth).sum()) for k in ks]
        sitting.tell("work", what="cross-validation", done=0, total=1)
        folds = np.array_split(np.arange(len(labels)), self.settings.folds)
        accuracies = neighbours.cross_validate(self.train, labels, folds, ks)
        sitting.tell("work", what="cross-validation", done=1, total=1)
        sitting.record.table = [
            {
                "k": k,
                "right": count,
                "test_accuracy": round(count / len(truth), 5),
                "cross_validation": round(float(row.mean()), 5),
                "spread": round(float(row.std()), 5),
                "folds": [round(float(a), 5) for a in row],
            }
            for k, count, row in zip(ks, right, accuracies, strict=True)
        ]
        self._draw(sitting, distances)
        best = max(sitting.record.table, key=lambda row: row["cross_validation"])
        found: dict[str, float] = {f"right_k{k}": count for k, count in zip(ks, right, strict=True)}
        return {**found, "chosen_k": best["k"], "test_accuracy": best["test_accuracy"]}

    def _draw(self, sitting: Sitting, distances: np.ndarray) -> None:
        test, train, classes = self.dataset.test, self.dataset.train, self.dataset.classes
        shown = [int(np.flatnonzero(test.labels == c)[0]) for c in np.unique(test.labels)[:_SHOWN]]
        nearest = np.argsort(distances[shown], axis=1, kind="stable")[:, :8]
        queries = data.as_float(test.images[shown]), test.labels[shown]
        found = data.as_float(train.images[nearest]), train.labels[nearest]
        drawings = {
            "accuracy": partial(pictures.accuracy_by_k, sitting.record.table),
            "neighbours": partial(pictures.nearest_pictures, *queries, *found, classes),
        }
        pictures.draw(sitting.folder, drawings)


def _load(settings: NeighbourSettings, tell: Any) -> Dataset:
    """Return the first pictures of both parts as they are stored: real ones in whole numbers from 0 to 255."""
    if DATASETS[settings.data].source_files is not None:
        counts = {"train": settings.train, "val": 0, "test": settings.test}
        with preparation.telling_of_the_short_form():
            return data.load(settings.data, **counts, dtype="uint8", progress=tell)
    dataset = preparation.load(settings.data)
    for name, part in (("train", dataset.train), ("test", dataset.test)):
        if getattr(settings, name) > len(part):
            raise ValueError(f"setting {name}: expected at most {len(part)}, got {getattr(settings, name)}")
    cut = {name: preparation.first(getattr(dataset, name), getattr(settings, name)) for name in ("train", "test")}
    return Dataset(dataset.name, cut["train"], dataset.val, cut["test"], dataset.classes)


def _flat(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1).astype(np.float64)

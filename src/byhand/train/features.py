"""Numbers that people chose to make of pictures: histograms of edge directions and of colours."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from byhand.data import Dataset, Split
from byhand.procedures import features

from .settings import TrainingSettings

_ROWS = 500


@dataclass(frozen=True)
class FeatureSettings(TrainingSettings):
    """Settings of a training that sees features."""

    cell: int = 8
    """The side, in pixels, of the squares in which edges are counted."""
    orientations: int = 9
    bins: int = 10
    """How many ranges of colours."""

    def __post_init__(self):
        super().__post_init__()
        for name in ("cell", "orientations", "bins"):
            self._require(name, getattr(self, name) >= 2, "at least 2")


def require(settings: FeatureSettings, dataset: Dataset) -> None:
    """Raise ValueError unless the pictures have colours, and room for a cell."""
    channels, height, width = dataset.train.images.shape[1:]
    if channels != 3:
        raise ValueError(f"setting data: expected colour pictures, for features are made of colours too; got {settings.data!r}")
    if settings.cell > min(height, width):
        raise ValueError(f"setting cell: expected at most {min(height, width)}, a picture's side, got {settings.cell}")


def compute(settings: FeatureSettings, dataset: Dataset, tell: Callable) -> Dataset:
    """Return the data set with, in the place of each picture (3, H, W), its features (F,): edges, then colours."""
    total = sum(len(getattr(dataset, part)) for part in ("train", "val", "test"))
    parts, done = {}, 0
    for part in ("train", "val", "test"):
        images, found = getattr(dataset, part).images, []
        for i in range(0, len(images), _ROWS):
            block = images[i : i + _ROWS]
            edges = features.hog(block, cell=settings.cell, orientations=settings.orientations)
            colours = features.color_histogram_hsv(block, bins=settings.bins)
            found.append(np.concatenate([edges, colours], axis=1))
            done += len(block)
            tell("work", what="features", done=done, total=total)
        parts[part] = Split(np.concatenate(found), getattr(dataset, part).labels)
    return dataclasses.replace(dataset, **parts)

"""What a data set is once loaded, and what is known of it before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class DatasetInfo:
    """What `byhand data` lists."""

    name: str
    summary: str
    size: str
    licence: str
    source: str


@dataclass(frozen=True)
class Split:
    """One part of a data set: images (N, C, H, W) in float32 with values from 0 to 1, and what is known of each."""

    images: np.ndarray
    labels: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    """(N,) class numbers; empty where the images have no classes."""
    captions: tuple[str, ...] = ()
    attributes: tuple[dict[str, Any], ...] = ()

    def __len__(self) -> int:
        return len(self.images)


@dataclass(frozen=True)
class Dataset:
    """A data set in three parts that share no example: learn from the first, choose by the second, report the third."""

    name: str
    train: Split
    val: Split
    test: Split
    classes: tuple[str, ...] = field(default=())
    """The classes' names, by number."""

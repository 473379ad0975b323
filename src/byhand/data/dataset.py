"""What a data set is once loaded, and what is known of it before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from byhand.arrays import Array

from .source import Source


@dataclass(frozen=True)
class DatasetInfo:
    """What `byhand data` lists."""

    name: str
    summary: str
    size: str
    licence: str
    source: str
    source_files: Source | None = None
    """The files to be fetched; None where nothing is: it comes with the install, or is made."""


@dataclass(frozen=True)
class Split:
    """One part of a data set: images (N, C, H, W) in float32 with values from 0 to 1, and what is known of each.

    Real data sets give their images as uint8 from 0 to 255 where that is asked for.
    """

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


def as_float(images: Array) -> Array:
    """Return images of uint8 as float32 from 0 to 1; others as they are. NumPy's or torch's.

    >>> as_float(np.array([0, 51, 255], np.uint8))
    array([0. , 0.2, 1. ], dtype=float32)
    """
    if not str(images.dtype).endswith("uint8"):
        return images
    return images / np.float32(255) if isinstance(images, np.ndarray) else images / 255

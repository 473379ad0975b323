"""The features of pictures, one picture at a time, its colours from 0 to 255 and last."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from byhand.procedures import features
from byhand.spec import Answer, Arguments, Call, Definition, Entry, Spelling

BRIGHTER = 0.25
"""By how much a picture is made brighter, which changes no gradient."""
ROUNDING = 1e-9
"""A running sum leaves so much of what it has taken away again."""
ALIKE = 0.8
"""The correlation of features that are the same but for pixels whose angle is at the border of two bins."""


def _pictures(a: Arguments) -> list[np.ndarray]:
    return [255 * np.moveaxis(image, 0, -1) for image in np.asarray(a["images"], dtype=float)]


def _hues(a: Arguments, d: Definition) -> list[Call]:
    return [Call([image], {"nbin": a.get("bins", 10)}) for image in _pictures(a)]


def _stacked(a: Arguments, answers: Sequence[Answer]):
    return np.stack([answer.value for answer in answers])


def _edges(a: Arguments, d: Definition) -> list[Call] | None:
    """Every picture, and again a little brighter. Cells of 8 pixels and 9 orientations are all it knows."""
    if a.get("cell", 8) != 8 or a.get("orientations", 9) != 9 or a["images"].dtype != float:
        return None
    return [Call([image + more]) for more in (0.0, 255 * BRIGHTER) for image in _pictures(a)]


def _described(a: Arguments, answers: Sequence[Answer]):
    """Return our features if theirs are what any histograms of gradients are, else theirs.

    CS231n hands its own definition out, which neither shares nor normalises as ours does. What all have in common: 9 numbers
    a cell, none below 0, not all the same, and nearly the same for a brighter picture.
    """
    values = [np.asarray(answer.value, dtype=float) for answer in answers]
    theirs, brighter = np.stack(values[: len(values) // 2]), np.stack(values[len(values) // 2 :])
    expected = features.hog(a["images"])
    if theirs.shape != expected.shape or not np.all(np.isfinite(theirs)) or np.min(theirs) < -ROUNDING * np.max(theirs):
        return theirs
    varied = np.all(np.ptp(theirs, axis=1) > 0) and np.all(np.ptp(brighter, axis=1) > 0)
    alike = varied and all(np.corrcoef(x, y)[0, 1] > ALIKE for x, y in zip(theirs, brighter, strict=True))
    return expected if alike else theirs


ENTRIES = (
    Entry("hog_feature", "hog", (Spelling(_edges, _described),)),
    Entry(
        "color_histogram_hsv",
        "color_histogram_hsv",
        (Spelling(_hues, _stacked),),
        robust=frozenset({"a single pixel", "pure colours"}),
    ),
)

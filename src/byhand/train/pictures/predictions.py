"""How a classifier does on the test pictures: which classes it takes for which, and some of them one by one."""

from __future__ import annotations

from typing import Any

import numpy as np

from .canvas import show_picture

_ROWS, _COLUMNS = 3, 10
_WRITTEN = 12
"""With more classes than this, the confusion shows no numbers and samples come from all."""


def confusion(labels: np.ndarray, predicted: np.ndarray, classes: tuple[str, ...], figure: Any) -> None:
    """Draw which classes (rows) are taken for which (columns), in percent of the row."""
    n = len(classes)
    counts = np.zeros((n, n))
    np.add.at(counts, (labels, predicted), 1)
    shares = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure.set_size_inches(6.4, 5.8)
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=100)
    many = n > _WRITTEN
    size = 7 if many else None
    axes.set_xticks(range(n), classes, rotation=90 if many else 40, ha="center" if many else "right", fontsize=size)
    axes.set_yticks(range(n), classes, fontsize=size)
    axes.set(title="of each class (row), how many percent are taken for which (column)", xlabel="predicted", ylabel="true")
    axes.grid(False)
    if many:
        return
    for i, j in np.ndindex(n, n):
        if shares[i, j] >= 0.5:
            colour = "white" if shares[i, j] > 55 else "#334155"
            axes.text(j, i, f"{shares[i, j]:.0f}", ha="center", va="center", color=colour)


def samples(images: np.ndarray, labels: np.ndarray, predicted: np.ndarray, classes: tuple[str, ...], figure: Any) -> None:
    """Draw the first test pictures of each class with what they are taken for, the wrong ones in red."""
    chosen = [np.flatnonzero(labels == c)[:_ROWS] for c in range(min(len(classes), _COLUMNS))]
    if len(classes) > _WRITTEN:
        chosen = list(np.arange(min(_ROWS * _COLUMNS, len(labels))).reshape(-1, _ROWS))
    figure.set_size_inches(1.08 * len(chosen), 1.32 * _ROWS)
    grid = figure.subplots(_ROWS, len(chosen), squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for column, picked in enumerate(chosen):
        for row, i in enumerate(picked):
            right = labels[i] == predicted[i]
            axes = grid[row, column]
            axes.axis("on")
            show_picture(axes, images[i])
            axes.set_title(classes[predicted[i]], fontsize=8, color="#059669" if right else "#dc2626", pad=3)
            for spine in axes.spines.values():
                spine.set(visible=True, color="#059669" if right else "#dc2626", linewidth=1.2)

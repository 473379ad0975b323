"""What the first layer looks for: its weights as pictures."""

from __future__ import annotations

from math import ceil, floor, isqrt, log10
from pathlib import Path
from typing import Any

import numpy as np

from byhand.models.classifier import Params, is_weight

from ..records import write_json

_UNITS = 64


def first_weights(params: Params, in_shape: tuple[int, ...]) -> tuple[str, np.ndarray] | None:
    """Return the first layer's weights as pictures: its name and (units, H, W, C), up to 64 units.

    A row of biases below the weights is left out. None where the network does not see pictures.
    """
    if len(in_shape) != 3:
        return None
    channels, height, width = in_shape
    name = next(name for name in params if is_weight(name))
    w = np.asarray(params[name])[: channels * height * width, :_UNITS]
    return name, w.T.reshape(-1, channels, height, width).transpose(0, 2, 3, 1)


def write_weights(path: Path, params: Params, in_shape: tuple[int, ...], facts: dict[str, Any]) -> None:
    """Write weights.json, for a page to draw while the run goes on; nothing where the network does not see pictures.

    {"name", "units", "height", "width", "channels", "low", "high", "grids": [unit][row][column]}, numbers rounded; a
    grid's cell is a number, or a list of numbers for several channels; beside the facts given.
    """
    found = first_weights(params, in_shape)
    if found is None:
        return
    name, grids = found
    units, height, width, channels = grids.shape
    cells = grids[..., 0] if channels == 1 else grids
    sizes = {"units": units, "height": height, "width": width, "channels": channels}
    span = {"low": round(float(grids.min()), 4), "high": round(float(grids.max()), 4)}
    digits = 3 - min(0, floor(log10(max(np.abs(grids).max(), 1e-9))))  # three of the largest
    rounded = np.round(cells.astype(float), digits).tolist()
    write_json(path, {**facts, "name": name, **sizes, **span, "grids": rounded})


def weight_sheet(name: str, grids: np.ndarray, figure: Any, *, classes: tuple[str, ...] = ()) -> None:
    """Draw the first layer's weights as pictures; one for each class, by name, where each unit is a class."""
    figure.set_size_inches(6, 6.3)
    if classes:
        across = min(len(classes), 5)
        down = ceil(len(classes) / across)
        figure.set_size_inches(1.7 * across, 1.95 * down)
        for axes, grid, label in zip(figure.subplots(down, across, squeeze=False).flat, grids, classes, strict=False):
            axes.imshow(_sheet(grid[None])[:-1, :-1], cmap="gray")
            axes.set(title=label, xticks=[], yticks=[])
            axes.grid(False)
        return
    axes = figure.subplots()
    axes.imshow(_sheet(grids), cmap="gray")
    axes.set(title=f"{name}: what the first {len(grids)} units look for", xticks=[], yticks=[])
    axes.grid(False)


def _sheet(grids: np.ndarray) -> np.ndarray:
    """Return the pictures side by side in a square sheet with a line between them, each stretched to [0, 1]."""
    units, height, width, channels = grids.shape
    low, high = grids.min(axis=(1, 2, 3), keepdims=True), grids.max(axis=(1, 2, 3), keepdims=True)
    scaled = (grids - low) / np.maximum(high - low, 1e-12)
    side = isqrt(units - 1) + 1
    cells = np.ones((ceil(units / side) * side, height + 1, width + 1, channels))
    cells[:units, :height, :width] = scaled
    rows = cells.reshape(-1, side, height + 1, width + 1, channels).transpose(0, 2, 1, 3, 4)
    sheet = rows.reshape(-1, side * (width + 1), channels)
    return sheet[..., 0] if channels == 1 else sheet

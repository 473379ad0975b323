"""What a run looks like: its curves and its first-layer weights."""

from __future__ import annotations

from math import ceil, isqrt
from pathlib import Path
from typing import Any

import numpy as np

from byhand.models.classifier import Params, is_weight

from .records import RunRecord, write_json

_UNITS = 64


def first_weights(params: Params, in_shape: tuple[int, ...]) -> tuple[str, np.ndarray]:
    """Return the first layer's weights as pictures: its name and (units, H, W, C), up to 64 units."""
    name = next(name for name in params if is_weight(name))
    w = np.asarray(params[name])[:, :_UNITS]
    channels, height, width = in_shape
    return name, w.T.reshape(-1, channels, height, width).transpose(0, 2, 3, 1)


def write_weights(path: Path, params: Params, in_shape: tuple[int, ...], facts: dict[str, Any]) -> None:
    """Write weights.json, for a page to draw while the run goes on.

    {"name", "units", "height", "width", "channels", "low", "high", "grids": [unit][row][column]}, numbers rounded; a
    grid's cell is a number, or a list of numbers for several channels; beside the facts given.
    """
    name, grids = first_weights(params, in_shape)
    units, height, width, channels = grids.shape
    cells = grids[..., 0] if channels == 1 else grids
    sizes = {"units": units, "height": height, "width": width, "channels": channels}
    span = {"low": round(float(grids.min()), 4), "high": round(float(grids.max()), 4)}
    rounded = np.round(cells.astype(float), 3).tolist()
    write_json(path, {**facts, "name": name, **sizes, **span, "grids": rounded})


def draw(run: RunRecord, params: Params, in_shape: tuple[int, ...]) -> None:
    """Draw curves.png and weights.png into the run's folder."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # here, for it takes half a second
    from matplotlib.figure import Figure

    lines = run.metrics()
    steps = [line for line in lines if "loss" in line]
    evaluations = [line for line in lines if "val_accuracy" in line]
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    left.plot([line["epoch"] for line in steps], [line["loss"] for line in steps], linewidth=0.8)
    left.set(title="training loss", xlabel="epoch", yscale="log")
    for part, label in (("train_accuracy", "train"), ("val_accuracy", "validation")):
        right.plot([line["epoch"] for line in evaluations], [line[part] for line in evaluations], label=label)
    right.axhline(run.target, color="grey", linestyle=":", linewidth=1, label="target (test)")
    right.set(title="accuracy", xlabel="epoch")
    right.legend()
    figure.savefig(run.path / "curves.png", dpi=110)

    name, grids = first_weights(params, in_shape)
    figure = Figure(figsize=(6, 6.3), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.imshow(_sheet(grids), cmap="gray")
    axes.set(title=f"{name}: what the first {len(grids)} units look for", xticks=[], yticks=[])
    figure.savefig(run.path / "weights.png", dpi=110)


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

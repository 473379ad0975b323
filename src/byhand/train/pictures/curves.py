"""Losses and accuracies over time, of one training or of several beside one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..target import Target

Lines = Sequence[dict[str, Any]]


def training_curves(lines: Lines, targets: Sequence[Target], figure: Any) -> None:
    """Draw one training: its loss, and its accuracy beside the target."""
    figure.set_size_inches(9, 3.4)
    left, right = figure.subplots(1, 2)
    steps = [line for line in lines if "loss" in line]
    evaluations = [line for line in lines if "val_accuracy" in line]
    epochs, losses = [line["epoch"] for line in steps], np.array([line["loss"] for line in steps])
    left.plot(epochs, losses, linewidth=0.6, alpha=0.35)
    left.plot(epochs, smooth(losses), color="C0")
    left.set(title="training loss", xlabel="epoch", yscale="log")
    for part, label in (("train_accuracy", "training"), ("val_accuracy", "validation")):
        right.plot([line["epoch"] for line in evaluations], [line[part] for line in evaluations], label=label)
    for target in targets:
        if target.metric.endswith("_accuracy"):
            right.axhline(target.value, color="grey", linestyle=":", linewidth=1.2, label=f"target ({target.words})")
    right.set(title="accuracy", xlabel="epoch")
    right.legend()


def part_curves(axes: Any, lines: Lines, names: Sequence[str], labels: Sequence[str], **styles: Sequence[Any]) -> None:
    """Draw the smoothed losses of several trainings of a study over their own steps; a style has one value for each."""
    for i, (name, label) in enumerate(zip(names, labels, strict=True)):
        own = [line for line in lines if line.get("part") == name and "loss" in line]
        if own:
            steps = np.array([line["step"] for line in own])
            losses = smooth(np.array([line["loss"] for line in own]))
            axes.plot(steps - steps[0] + 1, losses, label=label, **{key: values[i] for key, values in styles.items()})


def smooth(values: np.ndarray) -> np.ndarray:
    """Return the centred mean over about a thirtieth of the values: one that only looks back would lag.

    >>> smooth(np.arange(5.0)).tolist()
    [0.0, 1.0, 2.0, 3.0, 4.0]
    """
    reach = len(values) // 60
    sums = np.concatenate([[0.0], np.cumsum(values)])
    last = np.minimum(np.arange(len(values)) + reach + 1, len(values))
    first = np.maximum(np.arange(len(values)) - reach, 0)
    return (sums[last] - sums[first]) / (last - first)

"""How nearest neighbours do: by how many of them vote, and which they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .canvas import COLOURS, show_picture


def accuracy_by_k(rows: Sequence[dict[str, Any]], figure: Any) -> None:
    """Draw the accuracy over k: every fold of the cross-validation, their mean and spread, and the test pictures."""
    figure.set_size_inches(7, 4)
    axes = figure.subplots()
    ks = [row["k"] for row in rows]
    for fold in zip(*(row["folds"] for row in rows), strict=True):
        axes.plot(ks, fold, "o", markersize=3, color="#94a3b8", zorder=1)
    means, spreads = ([row[key] for row in rows] for key in ("cross_validation", "spread"))
    axes.errorbar(ks, means, yerr=spreads, color=COLOURS[0], marker="o", markersize=4, capsize=3, label="cross-validation")
    axes.plot(ks, [row["test_accuracy"] for row in rows], "--", color=COLOURS[1], marker="s", markersize=4, label="test pictures")
    axes.set(title="how many neighbours should vote", xlabel="k", ylabel="accuracy", xscale="log")
    axes.set_xticks(ks, [str(k) for k in ks])
    axes.minorticks_off()
    axes.legend()


def nearest_pictures(
    queries: np.ndarray,
    truth: np.ndarray,
    found: np.ndarray,
    labels: np.ndarray,
    classes: tuple[str, ...],
    figure: Any,
) -> None:
    """Draw some test pictures, one a row, and beside each the training pictures nearest to it, of its class or not."""
    rows, columns = labels.shape
    figure.set_size_inches(1.05 * (columns + 1.4), 1.25 * rows)
    grid = figure.subplots(rows, columns + 1, width_ratios=[1.25] + [1] * columns, squeeze=False)
    for line, query, true, pictures, names in zip(grid, queries, truth, found, labels, strict=True):
        show_picture(line[0], query)
        line[0].set_title(classes[true], fontsize=9, pad=3, fontweight="bold")
        for axes, picture, name in zip(line[1:], pictures, names, strict=True):
            colour = "#059669" if name == true else "#dc2626"
            show_picture(axes, picture)
            axes.set_title(classes[name], fontsize=7.5, color=colour, pad=3)
            for spine in axes.spines.values():
                spine.set(visible=True, color=colour, linewidth=1.2)

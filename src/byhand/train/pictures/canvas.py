"""Figures saved as files, all in one look. matplotlib is imported here, late: it takes half a second."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Drawing = Callable[[Any], None]
"""Fills a matplotlib Figure."""

COLOURS = ("#2563eb", "#d97706", "#059669", "#db2777", "#7c3aed", "#64748b", "#0891b2", "#b45309")
_STYLE: dict[Any, Any] = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#94a3b8",
    "axes.labelcolor": "#334155",
    "axes.titlesize": 11,
    "axes.titlecolor": "#0f172a",
    "axes.grid": True,
    "grid.color": "#e2e8f0",
    "xtick.color": "#475569",
    "ytick.color": "#475569",
    "font.size": 9.5,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
}


def draw(folder: Path, drawings: Mapping[str, Drawing]) -> None:
    """Draw each into a file NAME.png in the folder."""
    from cycler import cycler
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    style: Any = {**_STYLE, "axes.prop_cycle": cycler(color=COLOURS)}
    with rc_context(style):
        for name, drawing in drawings.items():
            figure = Figure(layout="constrained")
            FigureCanvasAgg(figure)
            drawing(figure)
            figure.savefig(folder / f"{name}.png", dpi=120)


def show_picture(axes: Any, image: Any) -> None:
    """Show one picture (C, H, W) with numbers from 0 to 1, without axes."""
    channels = image.shape[0]
    axes.imshow(image.transpose(1, 2, 0) if channels == 3 else image[0], cmap="gray_r", vmin=0, vmax=1)
    axes.set(xticks=[], yticks=[])
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)

"""What a sweep looks like: the best so far, every trial's curve, and where in the space the good ones lie."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .search import Choices, Range, Space
from .sweep import Trial


def draw_sweep(path: Path, name: str, space: Space, trials: Sequence[Trial]) -> None:
    """Draw the trials of a sweep into a PNG file."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # here, for it takes half a second
    from matplotlib.figure import Figure

    valued = [t for t in trials if t.value is not None]
    if not valued:
        return
    figure = Figure(figsize=(12.5, 3.9), layout="constrained")
    FigureCanvasAgg(figure)
    history, curves, where = figure.subplots(1, 3)
    figure.suptitle(f"{name}: {len(trials)} trials, {sum(t.pruned for t in trials)} of them given up early")

    numbers, values = [t.number for t in valued], [t.value or 0.0 for t in valued]
    full = [i for i, t in enumerate(valued) if not t.pruned]
    early = [i for i, t in enumerate(valued) if t.pruned]
    for chosen, marker, label in ((full, "o", "finished"), (early, "x", "given up early")):
        if chosen:
            history.scatter(
                [numbers[i] for i in chosen], [values[i] for i in chosen], marker=marker, s=26, label=label, color="tab:blue"
            )
    best = np.maximum.accumulate([values[i] if i in full else -np.inf for i in range(len(values))])
    history.step(numbers, np.where(np.isfinite(best), best, np.nan), where="post", color="tab:orange", label="best so far")
    history.set(title="trial by trial", xlabel="trial", ylabel="validation accuracy")
    history.legend(fontsize=8)

    top = max((t for t in valued if not t.pruned), key=lambda t: t.value or 0.0, default=None)
    for t in valued:
        style = {"color": "tab:orange", "linewidth": 2.0, "zorder": 3} if t is top else {"color": "tab:blue", "alpha": 0.35}
        curves.plot(list(t.curve), list(t.curve.values()), linestyle=":" if t.pruned else "-", **style)
    curves.set(title="every trial, the best in orange", xlabel="epoch")

    _scatter(where, space, valued, values, top, figure)
    figure.savefig(path, dpi=110)


def _scatter(axes, space: Space, trials: Sequence[Trial], values: Sequence[float], top: Trial | None, figure) -> None:
    """Draw each trial where it lies in the first two settings of the space, its colour what it reached."""
    names = list(space)[:2]
    x = _axis(axes.xaxis, axes.set_xscale, names[0], space[names[0]], trials)
    if len(names) > 1:
        y = _axis(axes.yaxis, axes.set_yscale, names[1], space[names[1]], trials)
    else:
        y = list(values)
        axes.set(ylabel="validation accuracy")
    seen = sorted(values)
    low = seen[len(seen) // 4]  # the worst quarter is one colour, or it would take all of the scale
    dots = axes.scatter(x, y, c=np.clip(values, low, None), cmap="viridis", s=46, edgecolors="white", linewidths=0.6)
    if top is not None:
        i = list(trials).index(top)
        axes.scatter([x[i]], [y[i]], s=170, facecolors="none", edgecolors="tab:orange", linewidths=2)
    axes.set(title="where the good ones lie")
    figure.colorbar(dots, ax=axes)


def _axis(axis, set_scale, name: str, values: Range | Choices, trials: Sequence[Trial]) -> list:
    axis.set_label_text(name)
    if isinstance(values, Choices):
        axis.set_ticks(range(len(values.values)), labels=values.values)
        return [values.values.index(str(t.settings[name])) for t in trials]
    if values.log:
        set_scale("log")
    return [t.settings[name] for t in trials]

"""The figures of the studies: what several trainings gave, beside one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .canvas import COLOURS
from .curves import Lines, part_curves

Rows = Sequence[dict[str, Any]]


def batchnorm_study(rows: Rows, figure: Any) -> None:
    """Draw the accuracies over the first weights' scale, and over the batch size, with batch norm and without."""
    figure.set_size_inches(9.6, 3.8)
    left, right = figure.subplots(1, 2, sharey=True)
    for name, colour in (("batch norm", COLOURS[0]), ("plain", COLOURS[1])):
        for axes, what in ((left, "weights"), (right, "batches")):
            own = [row for row in rows if row["training"].startswith(f"{name}, {what}")]
            x = [float(row["training"].split()[-1]) for row in own]
            for part, style in (("train_accuracy", "-"), ("val_accuracy", "--")):
                y = [row[part] if row[part] is not None else float("nan") for row in own]
                label = f"{name}, {'training' if style == '-' else 'validation'}"
                axes.plot(x, y, style, color=colour, marker="o", markersize=3.5, label=label)
    left.set(title="how large the first weights are", xlabel="their standard deviation", xscale="log", ylabel="accuracy")
    right.set(title="how large a batch is", xlabel="examples in a batch", xscale="log")
    sizes = sorted({int(row["training"].split()[-1]) for row in rows if ", batches of " in row["training"]})
    right.set_xticks(sizes, [str(size) for size in sizes])
    right.minorticks_off()
    left.legend(fontsize=8)


def init_study(rows: Rows, lines: Lines, figure: Any) -> None:
    """Draw, for each activation, the spread of outputs and of gradients by layer, and the losses that follow."""
    figure.set_size_inches(11, 6.2)
    grid = figure.subplots(2, 3)
    for line, activation in zip(grid, ("tanh", "relu"), strict=True):
        own = [row for row in rows if row["training"].startswith(activation)]
        labels = [row["training"].partition(", ")[2] for row in own]
        for axes, key in ((line[0], "activation_std"), (line[1], "gradient_std")):
            for row, label, colour in zip(own, labels, COLOURS, strict=False):
                values = [value or float("nan") for value in row[key]]
                axes.plot(range(1, len(values) + 1), values, marker="o", markersize=3.5, color=colour, label=label)
            axes.set(yscale="log", xlabel="hidden layer")
        part_curves(line[2], lines, [row["training"] for row in own], labels, color=COLOURS[: len(own)])
        line[0].set(title=f"{activation}: spread of the outputs")
        line[1].set(title=f"{activation}: spread of the gradients")
        line[2].set(title=f"{activation}: training loss", xlabel="step", ylim=(0, 3))
    grid[0, 0].legend(fontsize=8)


def optimizer_study(best: Mapping[str, dict[str, Any]], lines: Lines, figure: Any) -> None:
    """Draw the losses of the rules over the steps, each with its best learning rate, and where they end."""
    figure.set_size_inches(9.6, 4)
    left, right = figure.subplots(1, 2, width_ratios=(2, 1))
    names = [row["training"] for row in best.values()]
    colours = [COLOURS[i % len(COLOURS)] for i in range(len(names))]
    part_curves(left, lines, names, names, color=colours)
    left.set(title="training loss, each rule with its best learning rate", xlabel="step", ylim=(0, 3))
    left.legend(fontsize=8)
    order = sorted(range(len(names)), key=lambda i: -list(best.values())[i]["loss"])
    right.barh([list(best)[i] for i in order], [list(best.values())[i]["loss"] for i in order], color=[colours[i] for i in order])
    right.set(title="loss at the end")
    right.grid(False)

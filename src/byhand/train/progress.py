"""What a run tells while it goes on, and a bar for the terminal that listens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Event = dict[str, Any]
"""{"kind": ...} and, by kind:

start        run, the RunRecord; resumed, whether it goes on from a checkpoint
note         text, something that the user should know
step         step, steps, epoch, loss, lr
evaluation   step, epoch, train_accuracy, val_accuracy, layers
end          run
"""

Listener = Callable[[Event], None]


class Bar:
    """A progress bar with loss and accuracy. Use it as a context, and pass it to `run` as `progress`."""

    def __init__(self, console: Any = None):
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("epoch {task.fields[epoch]:.1f}  loss {task.fields[loss]:.4f}  {task.fields[accuracy]}"),
            TimeRemainingColumn(),
            console=console,
        )
        self._task = None

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_) -> None:
        if self._task is not None:
            self._bar.stop()

    def __call__(self, event: Event) -> None:
        """Show an event."""
        kind = event["kind"]
        if kind == "start":
            run = event["run"]
            fields = {"epoch": 0.0, "loss": float("nan"), "accuracy": ""}
            self._bar.start()
            self._task = self._bar.add_task(run.id, total=run.steps, completed=run.step, **fields)
        elif kind == "note":
            self._bar.console.print(event["text"], style="yellow")
        elif self._task is None:
            return
        elif kind == "step":
            self._bar.update(self._task, completed=event["step"], epoch=event["epoch"], loss=event["loss"])
        elif kind == "evaluation":
            self._bar.update(self._task, accuracy=f"validation {event['val_accuracy']:.3f}")

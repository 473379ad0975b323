"""What a run tells while it goes on, and a bar for the terminal that listens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from byhand import data

Event = dict[str, Any]
"""{"kind": ...} and, by kind:

download     as a data set is fetched, before anything else; see `data.progress`
start        run, the RunRecord; resumed, whether it goes on from a checkpoint
note         text, something that the user should know
work         what, done, total: something that takes a while and is no training
part         name, number, of: the next training begins, in a run of several
step         step, steps, epoch, loss, lr; part, in a run of several
evaluation   step, epoch, train_accuracy, val_accuracy, layers; part, in a run of several
end          run
"""

Listener = Callable[[Event], None]


class Bar:
    """A bar for the steps, with loss and accuracy, and bars for other work.

    Use it as a context, and pass it to `run` as `progress`.
    """

    def __init__(self, console: Any = None):
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[words]}"),
            TimeRemainingColumn(),
            console=console,
        )
        self._downloads = data.Bar(console)
        self._task: Any = None
        self._work: dict[str, Any] = {}
        self._words = {"epoch": "", "loss": "", "accuracy": ""}

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_) -> None:
        if self._task is not None:
            self._bar.stop()

    def __call__(self, event: Event) -> None:
        """Show an event."""
        kind = event["kind"]
        if kind == "download":
            self._downloads(event)
        elif kind == "start":
            self._downloads.__exit__()
            run = event["run"]
            self._bar.start()
            # a run that has no steps shows its work instead
            self._task = self._bar.add_task(run.id, total=run.steps, completed=run.step, words="", visible=run.steps > 0)
        elif kind == "note":
            self._bar.console.print(event["text"], style="yellow")
        elif self._task is None:
            return
        elif kind == "work":
            what = event["what"]
            if what not in self._work:
                self._work[what] = self._bar.add_task(what, total=event["total"], words="")
            self._bar.update(self._work[what], completed=event["done"])
        elif kind == "part":
            self._words.update(epoch="", loss="", accuracy="")
            text = f"[dim]{event['number']} of {event['of']}:[/] {event['name']}"
            self._bar.console.print(text, highlight=False)
        elif kind == "step":
            self._words.update(epoch=f"epoch {event['epoch']:.1f}", loss=f"loss {event['loss']:.4f}")
            self._bar.update(self._task, completed=event["step"], words=self._told())
        elif kind == "evaluation":
            self._words.update(accuracy=f"validation {event['val_accuracy']:.3f}")
            self._bar.update(self._task, words=self._told())

    def _told(self) -> str:
        return "  ".join(words for words in self._words.values() if words)

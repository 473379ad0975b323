"""What fetching a data set tells while it goes on, and a bar for the terminal that listens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Event = dict[str, Any]
"""{"kind": ...} and, by kind:

download     file, address, done, total (bytes)
note         text, something that the user should know
"""

Listener = Callable[[Event], None]


class Bar:
    """A progress bar in bytes. Use it as a context, and pass it to `load` as `progress`."""

    def __init__(self, console: Any = None):
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=console,
        )
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_) -> None:
        if self._tasks:
            self._bar.stop()

    def __call__(self, event: Event) -> None:
        """Show an event."""
        if event["kind"] == "note":
            self._bar.console.print(event["text"], style="yellow", markup=False, highlight=False, soft_wrap=True)
        elif event["kind"] == "download":
            if not self._tasks:  # no bar where there is nothing to fetch
                self._bar.start()
            if event["file"] not in self._tasks:
                self._tasks[event["file"]] = self._bar.add_task(event["file"], total=event["total"])
            self._bar.update(self._tasks[event["file"]], completed=event["done"])

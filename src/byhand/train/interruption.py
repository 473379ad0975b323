"""Stopping a run so that it can go on later: Ctrl-C, a polite kill, or a file named `stop` in the run's folder."""

from __future__ import annotations

import signal
import threading
from pathlib import Path


class StopRequest:
    """Collects requests to stop while it is entered; the solver looks at `made` between steps.

    The first Ctrl-C waits for the step that is running, so that what is saved is whole; a second one does not wait.
    """

    def __init__(self, folder: Path):
        self._file = folder / "stop"
        self._signalled = False
        self._before: dict[int, object] = {}

    @property
    def made(self) -> bool:
        """Whether someone asked."""
        return self._signalled or self._file.exists()

    def _on_signal(self, number, frame):
        if self._signalled:
            raise KeyboardInterrupt
        self._signalled = True

    def __enter__(self) -> StopRequest:
        if threading.current_thread() is threading.main_thread():  # others cannot set handlers
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *_) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        self._file.unlink(missing_ok=True)

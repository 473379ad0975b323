"""The part of a run that one process makes: its record and metrics are kept here, whatever the run does."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .engines import Engine
from .interruption import StopRequest
from .progress import Event, Listener
from .records import RunRecord
from .solver import DivergedError

if TYPE_CHECKING:
    from .kinds.recipe import Job

_FLUSH_SECONDS = 0.2
"""How old the metrics may be that someone who looks on sees."""


class Sitting:
    """What a job writes to while it works, and asks whether to stop."""

    def __init__(self, record: RunRecord, engine: Engine, listener: Listener):
        self.record, self.engine, self._listener = record, engine, listener
        self._before, self._started = record.seconds, time.perf_counter()
        self._flushed = self._started

    @property
    def folder(self) -> Path:
        """Where the run keeps its files."""
        return self.record.path

    def go(self, job: Job, *, resumed: bool) -> None:
        """Let the job work to the end or to a stop, and leave the record saying which it was."""
        record = self.record
        self.tell("start", run=record, resumed=resumed)
        try:
            with StopRequest(record.path) as self._stop, open(record.path / "metrics.jsonl", "a") as self._metrics:
                result = job.go(self)
            if result is None:
                record.status = "stopped"
            else:
                record.result, record.status = dict(result), "done"
        except DivergedError as error:
            record.status, record.error = "diverged", str(error)
        except KeyboardInterrupt:  # the second: what the last checkpoint holds is what there is
            record.status = "stopped"
        except BaseException as error:
            record.status, record.error = "failed", f"{type(error).__name__}: {error}"
            raise
        finally:
            self.save()
        self.engine.any(False)  # no process goes on before the record says how the run ended
        self.tell("end", run=record)

    def stop(self) -> bool:
        """Return whether someone asked the run to stop, in any of the processes that share it."""
        return self.engine.any(self._stop.made)

    def tell(self, kind: str, **facts: Any) -> None:
        """Tell whoever listens of an event; see `train.progress`."""
        event: Event = {"kind": kind, **facts}
        self._listener(event)

    def note(self, text: str) -> None:
        """Tell something that the user should know, and keep it in the record."""
        self.record.notes.append(text)
        self.tell("note", text=text)

    def write(self, line: Mapping[str, Any], *, now: bool = False) -> None:
        """Add a line to the metrics; on the disk within a moment, or `now`."""
        self._metrics.write(json.dumps(line) + "\n")
        if now or time.perf_counter() - self._flushed > _FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """See that all of the metrics are on the disk."""
        self._metrics.flush()
        self._flushed = time.perf_counter()

    def save(self) -> None:
        """Write the record as it stands."""
        self.record.seconds = round(self._before + time.perf_counter() - self._started, 3)
        self.record.save()

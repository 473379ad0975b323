"""One process at a time: a lock that the system lets go of when its holder dies."""

from __future__ import annotations

import contextlib
import errno
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

_PAUSE = 0.2
_BUSY = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)


@contextlib.contextmanager
def hold(path: Path, *, waiting: Callable[[], None]) -> Iterator[bool]:
    """Hold the lock of that file for as long as the block runs; `waiting` is called once if another process has it.

    Yields whether it is held: False where the file system knows no locks. The file stays: who deletes a lock file takes
    it from those who wait.
    """
    with path.open("a+b") as file:
        told = False
        while (held := _take(file)) is None:
            if not told:
                waiting()
                told = True
            time.sleep(_PAUSE)
        yield held  # closing the file lets go


def _take(file) -> bool | None:
    """Return True: taken; None: another has it; False: there are no locks here."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        return None if problem.errno in _BUSY else False
    return True

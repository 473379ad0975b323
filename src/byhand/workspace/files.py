"""Writing files so that a crash leaves either the old one or the new one."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path


def write(path: Path, text: str) -> None:
    """Write a file atomically; the folders above it are made, a link is followed, and its permissions are kept."""
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, path.stat().st_mode if path.exists() else 0o644)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def read(path: Path) -> str:
    """Return a file's text with its own line ends, so that writing it back changes nothing."""
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


@contextlib.contextmanager
def lock(path: Path, *, seconds: float = 2.0) -> Iterator[None]:
    """Hold a lock file, for the lab and the command line may both write. One left behind by a crash is broken."""
    path.parent.mkdir(parents=True, exist_ok=True)
    seen, since = None, time.monotonic()
    while True:
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            break
        except FileExistsError:
            with contextlib.suppress(FileNotFoundError):
                made = path.stat().st_mtime_ns
                if made != seen:
                    seen, since = made, time.monotonic()
                elif time.monotonic() - since > seconds:  # by this process's own clock: that of the system may be set
                    path.unlink()
            time.sleep(0.01)
    try:
        yield
    finally:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()

"""Where a data set comes from: its files, their official bytes, and what goes wrong on the way."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


class DataError(OSError):
    """A data set cannot be had: the text names the file or the address, and says what to do."""


@dataclass(frozen=True)
class File:
    """A file of a data set, unpacked: its name and its official bytes."""

    name: str
    size: int
    sha256: str
    start: bytes
    """What every file of its format begins with."""


@dataclass(frozen=True)
class Download:
    """What is fetched: one packed file, or an archive of several."""

    path: str
    """Where it lies below a mirror's base address, and in the cache."""
    addresses: tuple[str, ...]
    size: int
    md5: str
    """As published."""

    @property
    def is_archive(self) -> bool:
        """Whether it is to be unpacked. (A single gzip file is kept as it is.)"""
        return self.path.endswith(".tar.gz")


@dataclass(frozen=True)
class Source:
    """Everything that is known of a data set's files before one is there."""

    name: str
    folder: str
    """The folder of its files, in the cache and in $BYHAND_DATA."""
    aliases: tuple[str, ...]
    """Other folders where people have it."""
    files: tuple[File, ...]
    downloads: tuple[Download, ...]

    @property
    def download_size(self) -> int:
        """The bytes to fetch."""
        return sum(d.size for d in self.downloads)

    @property
    def space(self) -> int:
        """The bytes that fetching it takes on the disk, for a while."""
        return self.download_size + sum(f.size for f in self.files) * any(d.is_archive for d in self.downloads)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what can go wrong in writing there into an error that says what to do."""
    try:
        yield
    except DataError:
        raise
    except OSError as problem:
        if problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise DataError(
                f"{path}: no space left on the disk. Make room, or set BYHAND_CACHE to a folder with more; what came is kept."
            ) from None
        if problem.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise DataError(f"{path}: no permission to write there. Set BYHAND_CACHE to a folder of your own.") from None
        raise DataError(
            f"{path}: cannot be written ({problem.strerror or problem}). Set BYHAND_CACHE to another folder."
        ) from None


def megabytes(size: int) -> str:
    """Return a size for people.

    >>> megabytes(170498071)
    '170.5 MB'
    """
    return f"{size / 1e6:.1f} MB"

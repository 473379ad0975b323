"""Where data sets lie on this machine: $BYHAND_DATA first, then the cache."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from .source import DataError, Source


def cache_folder() -> Path:
    """Return the folder of what was fetched: $BYHAND_CACHE, or the system's place for such things. It may not exist."""
    named = os.environ.get("BYHAND_CACHE")
    if named:
        return Path(named).expanduser().absolute()
    home = Path.home()
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "byhand"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "byhand" / "Cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "byhand"


def roots() -> list[Path]:
    """Return the folders in which data sets are looked for, in that order.

    Raises:
        DataError: BYHAND_DATA names no folder.
    """
    named = os.environ.get("BYHAND_DATA")
    if not named:
        return [cache_folder()]
    folder = Path(named).expanduser().absolute()
    if not folder.is_dir():
        raise DataError(f"BYHAND_DATA is {named}, which is no folder: make it, or unset BYHAND_DATA")
    return [folder, cache_folder()]


def find(source: Source) -> Path | None:
    """Return the first folder that holds all files of a data set, packed or not; None where there is none."""
    return next((folder for folder in _candidates(source) if not missing(source, folder)), None)


def missing(source: Source, folder: Path) -> list[str]:
    """Return the names of the files of a data set that are not in a folder."""
    return [file.name for file in source.files if locate(folder, file.name) is None]


def locate(folder: Path, name: str) -> Path | None:
    """Return the path of a file, as it is or as gzip; None where it is neither."""
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def find_archive(source: Source) -> Path | None:
    """Return an archive of the whole data set that someone put there unopened."""
    for root in roots():
        for download in source.downloads:
            if download.is_archive and (root / download.path).is_file():
                return root / download.path
    return None


def _candidates(source: Source) -> Iterator[Path]:
    for root in roots():
        for name in (source.folder, *source.aliases):
            yield root / name

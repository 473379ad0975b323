"""From a name to a folder with the files: found, or fetched into the cache, whole or not at all."""

from __future__ import annotations

import os
import shutil
import urllib.parse
import zlib
from collections.abc import Iterator
from pathlib import Path

from . import content, folders, lock
from .progress import Listener
from .source import DataError, Download, File, Source, megabytes, writing


def obtain(source: Source, *, download: bool = True, progress: Listener | None = None) -> Path:
    """Return a folder with all files of a data set: in $BYHAND_DATA, in the cache, or fetched into it now.

    Files come into the cache whole and verified, or not at all; of several processes one fetches and the others wait.

    Raises:
        DataError: it is nowhere, and may not or cannot be fetched. The text says what to do.
    """
    found = folders.find(source)
    if found is not None:
        return found
    cache, archive = folders.cache_folder(), folders.find_archive(source)
    if archive is None and not download:
        looked = " and ".join(str(root) for root in folders.roots())
        raise DataError(
            f"{source.name} is not on this machine: looked in {looked}. "
            f"`byhand data {source.name}` fetches it ({megabytes(source.download_size)})."
        )
    tell = progress or (lambda event: None)
    with writing(cache):
        cache.mkdir(parents=True, exist_ok=True)
        file = (cache / f".{source.name}.lock").open("a+b")
        file.close()
    wait = {"kind": "note", "text": f"another process is fetching {source.name}: waiting for it"}
    with lock.hold(Path(file.name), waiting=lambda: tell(wait)) as alone:
        found = folders.find(source)  # by now another process may have brought it
        if found is not None:
            return found
        suffix = "" if alone else f"-{os.getpid()}"
        if archive is None:
            _require_space(source, cache)
            _download(source, cache, suffix, tell)
        for each in source.downloads:
            if each.is_archive:
                _unpack(source, archive or cache / each.path, cache, suffix)
                (cache / each.path).unlink(missing_ok=True)  # unpacked, it is not needed any more
    return cache / source.folder


def addresses(download: Download) -> tuple[str, ...]:
    """Return where a file is fetched from: $BYHAND_MIRROR alone, if it is set; else the official addresses.

    Raises:
        DataError: BYHAND_MIRROR is no http or https address.
    """
    mirror = os.environ.get("BYHAND_MIRROR")
    if not mirror:
        return download.addresses
    if urllib.parse.urlsplit(mirror).scheme not in ("http", "https"):
        raise DataError(f"BYHAND_MIRROR: expected an address as https://host/folder, got {mirror!r}. For a folder: BYHAND_DATA.")
    return (f"{mirror.rstrip('/')}/{download.path}",)


def _require_space(source: Source, cache: Path) -> None:
    present = sum(path.stat().st_size for d in source.downloads for path in _kept(cache, d))
    free = shutil.disk_usage(cache).free
    if free < source.space - present:
        raise DataError(
            f"{cache}: no space for {source.name}, which takes {megabytes(source.space)} while it is fetched; "
            f"{megabytes(free)} are free. Make room, or set BYHAND_CACHE to a folder with more."
        )


def _kept(cache: Path, download: Download) -> list[Path]:
    return [path for path in (cache / download.path, cache / f"{download.path}.part") if path.is_file()]


def _download(source: Source, cache: Path, suffix: str, tell: Listener) -> None:
    from . import download  # the network's modules are loaded when there is something to fetch

    for each in source.downloads:
        target = cache / each.path
        part = target.with_name(f"{target.name}.part{suffix}")
        with writing(target):
            target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            download.fetch(each, target, addresses(each), part, tell)


def _unpack(source: Source, archive: Path, cache: Path, suffix: str) -> None:
    """Take the files that are wanted out of an archive, by name, verify them, and move the folder into its place."""
    aside, final = cache / f".{source.folder}.unpacking{suffix}", cache / source.folder
    with writing(cache):
        shutil.rmtree(aside, ignore_errors=True)  # of a process that was killed
        aside.mkdir()
    try:
        for file, data in _members(source, archive):
            with writing(aside):
                (aside / file.name).write_bytes(data)
        with writing(final):
            if final.exists():  # some of its files had been deleted
                for file in aside.iterdir():
                    os.replace(file, final / file.name)
            else:
                os.replace(aside, final)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _members(source: Source, archive: Path) -> Iterator[tuple[File, bytes]]:
    """Yield the files that are wanted out of an archive, verified. No path that the archive gives is ever written to."""
    import tarfile

    after = f"Delete the archive. Then `byhand data {source.name}` fetches it again."
    wanted = {f"{source.folder}/{file.name}": file for file in source.files}
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for member in tar:
                file = wanted.pop(member.name, None)
                if file is None:
                    continue
                opened = tar.extractfile(member) if member.isreg() else None
                if opened is None:
                    raise DataError(f"{archive}: expected {member.name} to be a file; it is a link or a folder. {after}")
                data = opened.read(file.size + 1)
                if not content.is_official(data, file):
                    raise DataError(f"{archive}: its {member.name} {content.explain(data, file)}. {after}")
                yield file, data
    except DataError:
        raise
    except (tarfile.TarError, EOFError, zlib.error, OSError) as problem:
        raise DataError(f"{archive} is truncated or no archive ({problem}). {after}") from None
    if wanted:
        raise DataError(f"{archive} does not hold {', '.join(wanted)}. {after}")

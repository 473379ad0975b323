"""Reading a file whole and verified, or not at all."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Callable
from pathlib import Path

from . import folders, pickles
from .source import DataError, File


def read(folder: Path, file: File, *, of: str, check: Callable[[bytes], object] = bytes) -> bytes:
    """Return the bytes of a file, unpacked; they are the official ones.

    Args:
        folder: where it lies, as it is or as gzip.
        file: its name, size and checksum.
        of: the name of its data set, for the error.
        check: looks into bytes that are not the official ones, to say what they are: raises `pickles.Forbidden` or nothing
            of interest.

    Raises:
        DataError: it is not there, cannot be read, or is truncated, altered or something else.
    """
    path = folders.locate(folder, file.name)
    if path is None:
        raise DataError(f"{folder / file.name} is missing. {_again(of)}")
    try:
        data = _bytes(path, file.size)
    except PermissionError:
        raise DataError(f"{path}: no permission to read it. Change its mode, or delete it. {_again(of)}") from None
    except EOFError:
        raise DataError(f"{path} is truncated: the gzip data ends early. Delete it. {_again(of)}") from None
    except (gzip.BadGzipFile, zlib.error) as problem:
        raise DataError(f"{path} is altered, or no gzip file ({problem}). Delete it. {_again(of)}") from None
    if not is_official(data, file):
        raise DataError(f"{path} {explain(data, file, check)}. Delete it. {_again(of)}")
    return data


def is_official(data: bytes, file: File) -> bool:
    """Return whether bytes are those of the official file."""
    return hashlib.sha256(data).hexdigest() == file.sha256


def explain(data: bytes, file: File, check: Callable[[bytes], object] = bytes) -> str:
    """Return what is the matter with bytes that are not the official ones: "is truncated: ..."."""
    try:
        check(data)
    except pickles.Forbidden as problem:
        return f"is not the official file: {problem}"
    except Exception:  # whatever else the bytes lead to is told below, by what they are
        pass
    if not data:
        return f"is empty; {file.size:,} bytes were expected"
    if not data.startswith(file.start):
        return f"is of another format: it begins with {data[:12]!r}, and {file.start!r} was expected"
    if len(data) < file.size:
        return f"is truncated: {len(data):,} of {file.size:,} bytes"
    if len(data) > file.size:
        return f"is altered: there is more in it than the official {file.size:,} bytes"
    return f"is altered: SHA-256 {hashlib.sha256(data).hexdigest()[:16]}..., the official one begins with {file.sha256[:16]}"


def _bytes(path: Path, size: int) -> bytes:
    # one byte more than there should be is enough to know: a file made to fill the memory does not get to
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as opened:
        return opened.read(size + 1)


def _again(name: str) -> str:
    return f"Then `byhand data {name}` fetches it again."

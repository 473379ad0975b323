"""Fetching one file over HTTP: goes on where it was cut, and ends with the official bytes or an error."""

from __future__ import annotations

import hashlib
import http.client
import os
import re
import socket
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from .progress import Listener
from .source import DataError, Download, megabytes, writing

_CHUNK = 1 << 16
_GZIP = b"\x1f\x8b"
_PASSING = (408, 425, 429)
"""Client errors that another try may mend."""


@dataclass(frozen=True)
class Patience:
    """How long to put up with a bad connection."""

    timeout: float = 30.0
    """Seconds without a byte."""
    tries: int = 5
    """Tries in a row that bring nothing new."""
    pause: float = 1.0
    """Seconds before the next try; twice as long each time that nothing came."""


PATIENCE = Patience()


class _Refused(Exception):
    """This address will not give the file; the text says why."""


def fetch(what: Download, target: Path, addresses: tuple[str, ...], part: Path, tell: Listener) -> None:
    """Fetch a file from the first address that gives it, verify it, and move it into its place.

    Args:
        what: its official size and checksum.
        target: where it goes, once it is whole and right.
        addresses: tried in turn.
        part: what there is of it, kept from one call to the next.
        tell: called with events; see `progress`.

    Raises:
        DataError: no address gave it, or it cannot be written. What came is kept, if it may be the beginning of the file.
    """
    failures = []
    for address in addresses:
        try:
            _from(address, what, part, tell)
        except _Refused as why:
            failures.append(f"  {address}: {why}")
            continue
        with writing(target):
            os.replace(part, target)
        return
    told = "\n".join(failures)
    raise DataError(
        f"{target.name} could not be fetched:\n{told}\nTry again later (what came is kept), put the file at {target} "
        "from another machine, or name a folder that has it in BYHAND_DATA or a server in BYHAND_MIRROR."
    )


def _from(address: str, what: Download, part: Path, tell: Listener) -> None:
    """Complete and verify what there is, with the bytes of one address."""
    resumed = _have(part) > 0
    _complete(address, what, part, tell)
    found = _md5(part)
    if found != what.md5 and resumed:  # the beginning was of another file; now from nothing
        part.unlink()
        tell({"kind": "note", "text": f"{what.path}: what was kept of it does not fit; fetching it anew"})
        _complete(address, what, part, tell)
        found = _md5(part)
    if found != what.md5:
        part.unlink()
        raise _Refused(f"gives other bytes than the official file's: MD5 {found}, expected {what.md5}")


def _complete(address: str, what: Download, part: Path, tell: Listener) -> None:
    """Ask until all bytes are there, or until several tries in a row brought nothing new."""
    first = best = _have(part)
    vain = 0
    while _have(part) < what.size:
        try:
            problem = _stream(address, what, part, tell)
        except (_Refused, DataError):
            raise
        except urllib.error.HTTPError as answer:
            answer.close()
            problem = f"HTTP {answer.code} {answer.reason}"
            if answer.code == 416:  # it has less than we hold
                part.unlink(missing_ok=True)
            elif answer.code < 500 and answer.code not in _PASSING:
                raise _Refused(problem) from None
        except (urllib.error.URLError, http.client.HTTPException, OSError) as trouble:
            reason = getattr(trouble, "reason", trouble)
            problem = _words(reason)
            if _is_hopeless(reason) and best == first:
                raise _Refused(problem) from None
        have = _have(part)
        if have >= what.size:
            return
        best, vain = max(best, have), 1 if have > best else vain + 1
        at = f"at {megabytes(have)} of {megabytes(what.size)}"
        if vain >= PATIENCE.tries:
            raise _Refused(f"{problem} ({at}; tried {vain} times)")
        tell({"kind": "note", "text": f"{what.path}: {problem}, {at}; trying again"})
        time.sleep(PATIENCE.pause * 2 ** (vain - 1))


def _stream(address: str, what: Download, part: Path, tell: Listener) -> str:
    """Append to what there is for as long as bytes come. Return what ended it."""
    have = _have(part)
    headers = {"User-Agent": "byhand", "Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=PATIENCE.timeout) as response:
        start = _start(response)
        if start not in (0, have):
            with writing(part):
                part.unlink(missing_ok=True)
            return f"the server sent bytes from {start} on, not from {have} on"
        with _opened(part, start) as file:
            have = start
            while have < what.size:
                chunk = response.read1(_CHUNK)  # what has come, so that a stall loses none of it
                if not chunk:
                    return "the connection ended early"
                if have == 0 and not _GZIP.startswith(chunk[:2]):
                    kind = response.headers.get("Content-Type", "of no stated type")
                    raise _Refused(f"answers with something else ({kind}), perhaps a sign-in page")
                rest = memoryview(chunk)[: what.size - have]
                have += len(rest)
                with writing(part):
                    while rest:
                        rest = rest[file.write(rest) :]
                tell({"kind": "download", "file": what.path, "address": address, "done": have, "total": what.size})
    return ""


def _is_hopeless(trouble) -> bool:
    """Return whether another try a few seconds later would end the same: no such host, or a certificate that is not its own."""
    return isinstance(trouble, socket.gaierror) or hasattr(trouble, "verify_code")


def _words(trouble) -> str:
    if isinstance(trouble, TimeoutError):
        return "nothing came for a while"
    return getattr(trouble, "strerror", None) or str(trouble) or type(trouble).__name__


def _start(response) -> int:
    """Return the place of the answer's first byte in the file."""
    if response.status == 200:  # the whole, whether or not a part was asked for
        return 0
    found = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    if response.status != 206 or found is None:
        raise _Refused(f"HTTP {response.status} {response.reason}, without a file")
    return int(found[1])


def _opened(part: Path, start: int):
    with writing(part):
        file = part.open("r+b" if part.exists() else "x+b", buffering=0)
        file.truncate(start)
        file.seek(start)
        return file


def _have(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()

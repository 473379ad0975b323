"""Assignment folders as students of several years have them, written out from tests/interop/years."""

from __future__ import annotations

import re
from pathlib import Path

YEARS = Path(__file__).parent / "years"


def files(year: str) -> dict[str, str]:
    """Return the files of a year's folder by path."""
    parts = re.split(r"^# file: (.+)\n", (YEARS / f"{year}.txt").read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def write(year: str, folder: Path, **edits: tuple[str, str, str]) -> Path:
    """Write a year's folder; each edit is (file, text, what stands in its place)."""
    texts = files(year)
    for file, old, new in edits.values():
        assert texts[file].count(old) == 1, (file, old, texts[file].count(old))
        texts[file] = texts[file].replace(old, new)
    for file, text in texts.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder

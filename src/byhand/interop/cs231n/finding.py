"""Which names of the dialect are in a file or a folder, and which entry a name means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from byhand.check.foreign import MOST_FILES, spellings
from byhand.check.learner import Source, read_source
from byhand.spec import Entry

from .dialect import CS231N, OTHERS

_SKIPPED = frozenset({"__pycache__", "site-packages", "node_modules", "venv", "env"})


@dataclass(frozen=True)
class Found:
    """What is there of the dialect."""

    entries: tuple[tuple[Entry, Path], ...]
    others: tuple[str, ...]
    """Names that are there and have no exercise yet."""


def resolve(name: str) -> tuple[Entry, ...]:
    """Return the entries that a name may mean: CS231n's, a method's own name, or ours.

    Raises:
        ValueError: there is no such name, or it has no exercise yet.
    """
    found = tuple(e for e in CS231N.entries if name in (e.name, e.name.rpartition(".")[2]))
    found = found or tuple(e for e in CS231N.entries if name == e.exercise)
    if not found and any(name in (other, other.rpartition(".")[2]) for other in OTHERS):
        raise ValueError(f"CS231n's {name} has no exercise here yet")
    if not found:
        import difflib

        known = sorted({n for e in CS231N.entries for n in (e.name, e.exercise)})
        near = difflib.get_close_matches(name, known, n=3)
        raise ValueError(f"CS231n has no {name!r}" + (f"; did you mean {', '.join(near)}?" if near else ""))
    return found


def find(path: Path) -> Found:
    """Return what a file or folder has, in the dialect's order."""
    sources = [read_source(file) for file in _files(path)]
    entries = tuple((e, s.file) for e in CS231N.entries for s in sources if spellings(s, e))
    others = tuple(name for name in OTHERS if any(_has(source, name) for source in sources))
    return Found(entries, others)


def _has(source: Source, name: str) -> bool:
    return Source(source.file, source.text, {name: name}).function(name) is not None


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else list(_walk(path))[:MOST_FILES]


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name in _SKIPPED or path.is_symlink():
            continue
        if path.is_dir():
            yield from _walk(path)
        elif path.suffix == ".py":
            yield path

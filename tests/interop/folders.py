"""Assignment folders: as students of several years have them (years), and with single faults planted in them (students)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ..findings import MARK, Fault, marked, words

HERE = Path(__file__).parent


def files(name: str, among: str = "years") -> dict[str, str]:
    """Return the files of a folder by path."""
    parts = re.split(r"^# file: (.+)\n", (HERE / among / f"{name}.txt").read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def write(name: str, folder: Path, among: str = "years", **edits: tuple[str, str, str]) -> Path:
    """Write a folder; each edit is (file, text, what stands in its place)."""
    texts = files(name, among)
    for file, old, new in edits.values():
        assert texts[file].count(old) == 1, (file, old, texts[file].count(old))
        texts[file] = texts[file].replace(old, new)
    for file, text in texts.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@dataclass(frozen=True)
class Planted(Fault):
    """One fault in a student's folder, and what is to be said about it."""

    student: str
    name: str
    old: str
    new: str

    @property
    def file(self) -> str:
        """The file that the text is in."""
        (found,) = [f for f, text in files(self.student, "students").items() if self.old in text]
        return found

    @property
    def lines(self) -> list[int]:
        """The marked lines of the file."""
        return marked(files(self.student, "students")[self.file].replace(self.old, self.new))

    def write(self, folder: Path) -> Path:
        """Write the folder with the fault; return its file."""
        new = self.new.replace(MARK, "")
        return write(self.student, folder, "students", fault=(self.file, self.old, new)) / self.file


def planted() -> list[Planted]:
    """Return the faults of students/faults.txt.

    Each has a heading `=== STUDENT: NAME: what is wrong | kind, ... | quantity, ...`, the best first; the text of one file that
    it replaces; the line `--- instead`; and what stands there then, with `# <-- here` at the end of every line that a good
    teacher might point to.
    """
    blocks = re.split(r"^=== ", (HERE / "students" / "faults.txt").read_text(), flags=re.MULTILINE)[1:]
    found = []
    for number, block in enumerate(blocks):
        heading, _, text = block.partition("\n")
        told, kinds, quantities = heading.split(" | ")
        student, name, _ = told.split(": ", 2)
        old, new = (part.rstrip("\n") for part in text.split("--- instead\n"))
        found.append(Planted(number, heading, words(kinds), words(quantities), student, name, old, new))
    return found

"""What the commands share: where things are printed, the workspace, errors that end in exit code 2."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.theme import Theme

from byhand import course, workspace
from byhand.spec import Exercise

WORKSPACE = Path("byhand-workspace")
"""Where a workspace is made unless another place is named."""
USAGE, CHECKER_ERROR = 2, 3
PIPED_WIDTH = 200
"""Columns where the output is no terminal and nothing says how wide it is."""


class PlainConsole(Console):
    """A console that writes no padding at the ends of lines, and hardly wraps, where its output is no terminal."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print as a console does."""
        if self.is_terminal:
            super().print(*objects, **options)
            return
        if "COLUMNS" not in os.environ:
            options.setdefault("width", PIPED_WIDTH)
        with self.capture() as captured:
            super().print(*objects, **options)
        self.file.write("\n".join(line.rstrip() for line in captured.get().split("\n")))
        self.file.flush()


# Rich's own code style has a black ground, which is ugly on light terminals
console = PlainConsole(highlight=False, theme=Theme({"markdown.code": "bold cyan"}))
errors = PlainConsole(stderr=True, highlight=False)


def fail(message: str) -> typer.Exit:
    """Print an error and return what to raise."""
    errors.print(f"[bold red]byhand:[/] {escape(message)}", soft_wrap=True)
    return typer.Exit(USAGE)


def print_json(data: Any) -> None:
    """Print data for a program."""
    sys.stdout.write(json.dumps(data, indent=2) + "\n")


def here_or_none() -> workspace.Workspace | None:
    """Return the workspace of the current folder, or None. Of several right below it, the one of the usual name."""
    found = workspace.find(Path.cwd())
    if found is None and (WORKSPACE / ".byhand").is_dir():
        return workspace.find(WORKSPACE)
    return found


def here() -> workspace.Workspace:
    """Return the workspace of the current folder.

    Raises:
        ValueError: there is none.
    """
    found = here_or_none()
    if found is None:
        raise ValueError("there is no workspace here: `byhand init` makes one, or go to the folder where you made it")
    return found


def current(name: str | None) -> Exercise:
    """Return the exercise of that name, or the one that is next.

    Raises:
        ValueError: there is no such exercise, or nothing is left to do.
    """
    if name is not None:
        return course.find(name)
    following = here().next()
    if following is None:
        raise ValueError("every exercise is done or skipped: name one")
    return following


def complete_exercise(incomplete: str) -> list[str]:
    """Complete an exercise's name in the shell."""
    return [name for name in course.exercises() if name.startswith(incomplete)]

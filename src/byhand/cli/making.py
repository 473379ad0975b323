"""`byhand init` and `byhand export`: making a package, and handing it over."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from byhand import course, workspace

from .common import WORKSPACE, console, fail, here, here_or_none

NAMED = 12
"""How many of the functions that are left out are named."""


def init_command(
    folder: Annotated[Path, typer.Argument(help="Where to make it.")] = WORKSPACE,
    package: Annotated[str, typer.Option(help="The name of your package.")] = "mynet",
    refresher: Annotated[
        bool, typer.Option("--refresher", help="For those who knew it once: only what everything else rests on.")
    ] = False,
) -> None:
    """Make a workspace: a Python package of your own, one module a chapter, with the stubs in order.

    In a workspace that exists, what is missing is added and nothing is changed.

    $ byhand init                     in ./byhand-workspace, the package mynet

    $ byhand init nets --package net  in ./nets, the package net

    $ byhand init --refresher         an afternoon's selection, the rest skipped
    """
    around = here_or_none()
    if folder == WORKSPACE and around is not None and Path.cwd().is_relative_to(around.folder):
        folder = around.folder
    if folder.exists() and not folder.is_dir():
        raise fail(f"expected a folder to make the workspace in; {folder} is a file")
    space = workspace.create(folder, package, refresher=refresher)
    console.print(f"Your package is [underline]{space.modules}[/]", soft_wrap=True)
    if refresher:
        chosen = [course.find(name) for name in course.REFRESHER]
        hours = sum(exercise.minutes for exercise in chosen) / 60
        console.print(f"A refresher: {len(chosen)} exercises, about {hours:.1f} hours. The others are skipped: ours stand in.")
    try:
        into = space.folder.relative_to(Path.cwd())
    except ValueError:
        into = space.folder
    if str(into) != ".":
        console.print(f"\n  cd {into}", soft_wrap=True)
    console.print("  byhand watch     check on every save, here in the terminal")
    console.print("  byhand lab       the same and more on a page in the browser")


def export_command(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    fill: Annotated[bool, typer.Option("--fill", help="Put ours where you have written nothing yet, marked as such.")] = False,
) -> None:
    """Hand over your package with nothing of ours in it: your own network library, runnable alone.

    With enough functions for a network, a script that trains handwritten digits on them goes with it.

    $ byhand export ../my-network
    """
    done = workspace.export(here(), folder, fill=fill)
    many = "functions of yours are" if len(done.functions) > 1 else "function of yours is"
    console.print(f"[bold]{len(done.functions)}[/] {many} in [underline]{done.folder}[/]", soft_wrap=True)
    if done.filled:
        console.print(f"Ours, marked as such: {', '.join(done.filled)}")
    if done.left_out:
        more = f" and {len(done.left_out) - NAMED} more" if len(done.left_out) > NAMED else ""
        console.print(f"[dim]Left out, not written yet: {', '.join(done.left_out[:NAMED])}{more}[/]")
    for name, needed in done.waiting.items():
        console.print(f"[yellow]{name} calls {', '.join(needed)}, which is not there: write it, or use --fill.[/]")
    if done.script:
        console.print(f"\n  cd {done.folder} && python {done.script.name}", soft_wrap=True)

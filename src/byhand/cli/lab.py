"""`byhand lab`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from byhand import workspace

from .common import WORKSPACE, console, here_or_none


def lab_command(
    port: Annotated[int, typer.Option(help="The port to serve on; 0 for any free one.")] = 8231,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")] = True,
    folder: Annotated[Path | None, typer.Option(help="The workspace; made if there is none.")] = None,
) -> None:
    """Open the lab: notes, checks on every save, and your code training, on a page of this machine."""
    from byhand import lab

    space = workspace.create(folder) if folder is not None else here_or_none()
    if space is None:
        space = workspace.create(WORKSPACE)
        console.print(f"Made a workspace for you: [underline]{space.modules}[/]", soft_wrap=True)

    def ready(address: str) -> None:
        console.print(f"The lab is open at [bold underline]{address}[/]   [dim](Ctrl-C closes it)[/]", soft_wrap=True)

    lab.serve(space, port=port, open_browser=browser, ready=ready)

"""The tour: three lines with one fault, found, fixed, and trained on real digits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from rich.markdown import Markdown
from rich.markup import escape

from byhand import course, workspace
from byhand.check import WorkerPool, check
from byhand.course import rendering
from byhand.workspace import source

from . import report as reports
from .common import console
from .watching import events, keyboard

FOLDER = Path("byhand-tour")
RIGHT, WRONG = "db = np.sum(dout, axis=0)", "db = np.mean(dout, axis=0)"

WELCOME = """
# Neural networks by hand

You write the layers of a network yourself, forward and backward. byhand runs what you wrote on small cases, compares it
with the true gradients, and says **which term on which line** is wrong. Here is a layer with one fault in it.
"""

TASK = """
The function is `affine_backward`, three lines that matter; one of them is wrong.
Each time you save, the verdict appears here. **w** opens the finding a step further, **h** gives a hint, **q** leaves.
"""

TRAINED = """
That was your own backward pass, training on real handwritten digits. From here:

- `byhand init` makes a workspace of your own, with {count} exercises, from loops over arrays to batch normalisation;
- `byhand lab` shows the same on a page, with the notes and the computation graph.
"""


def tour_command() -> None:
    """Take the tour: find one fault in three lines, fix it, and watch that code train. About ten minutes."""
    space = _prepare(FOLDER)
    file = space.file("affine_backward")
    exercise = course.find("affine_backward")
    console.print(Markdown(WELCOME))
    console.print()
    with WorkerPool() as pool, keyboard() as keys:
        seen = file.read_text(encoding="utf-8")
        report = check(exercise, file, pool=pool)
        pool.refill()
        depth, hints = 1, 0
        reports.show(console, report, depth=depth)
        console.print(f"Open [bold underline]{escape(str(file))}[/] in your editor.", soft_wrap=True)
        console.print(Markdown(TASK))
        console.print()
        if not sys.stdin.isatty():
            console.print("[dim]This is no terminal: run `byhand` in one to go on.[/]")
            return
        if report.verdict != "pass":
            for event in events(file.parent, keys):
                if event == "q":
                    console.print(f"The tour stays in {FOLDER}/: [bold]byhand tour[/] takes it up again.")
                    return
                if event == "h":
                    hints = min(hints + 1, len(exercise.hints))
                    console.print(reports.code_text(exercise.hints[hints - 1]))
                    continue
                if event == "w":
                    depth = min(depth + 1, reports.DEEPEST)
                elif not isinstance(event, set) or file.read_text(encoding="utf-8") == seen:
                    continue
                seen = file.read_text(encoding="utf-8")
                report = check(exercise, file, pool=pool)
                pool.refill()
                space.record(report)
                reports.show(console, report, depth=depth, keys="w why · h hint · q quit" if report.verdict != "pass" else "")
                if report.verdict == "pass":
                    break
    console.print("[bold]Now it trains.[/] A network learns 1,797 handwritten digits with your layer in it:\n")
    subprocess.run([sys.executable, "-m", "byhand", "train", "mlp-digits", "--mine", "--quick"], cwd=FOLDER, check=False)
    console.print()
    console.print(Markdown(TRAINED.format(count=len(course.exercises()))))


def is_due(space: workspace.Workspace | None) -> bool:
    """Return whether the tour comes first: there is no workspace yet, or that of the tour alone, with the fault in it."""
    if space is None:
        return True
    return space.folder == FOLDER.resolve() and space.progress()["affine_backward"].state != "passed"


def _prepare(folder: Path) -> workspace.Workspace:
    """Make the tour's workspace, with the forward written and the backward wrong; one that is there is taken as it is."""
    there = (folder / ".byhand").exists()
    space = workspace.create(folder)
    file = space.file("affine_backward")
    if not there:
        text = file.read_text(encoding="utf-8")
        for name in ("affine_forward", "affine_backward"):
            located = source.locate(text, name)
            assert located is not None
            exercise = course.find(name)
            written = rendering.solution(exercise) if name == "affine_forward" else _faulty(rendering.short_solution(exercise))
            text = source.replace(text, located, written)
        file.write_text(text, encoding="utf-8")
    return space


def _faulty(text: str) -> str:
    assert text.count(RIGHT) == 1
    return text.replace(RIGHT, WRONG)

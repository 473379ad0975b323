"""Finding one's way: next, skip, hint, list, reset, solution, show."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Annotated

import typer
from rich.padding import Padding

from byhand import course
from byhand.course import rendering
from byhand.spec import Exercise

from . import report as reports
from .checking import ExerciseName
from .common import console, current, fail, here, here_or_none, print_json

STATE_MARKS = {"passed": ("✓", "green"), "started": ("●", "yellow"), "skipped": ("–", "dim"), "not-started": ("○", "dim")}


def next_command() -> None:
    """Say where you are and what comes next."""
    space = here()
    following = space.next()
    progress = space.progress()
    core = course.core()
    done = sum(progress[e.name].state == "passed" for e in core)
    console.print(f"[bold]{done}[/] of {len(core)} on the core trail are right.")
    if following is None:
        skipped = [e.name for e in core if progress[e.name].state == "skipped"]
        console.print(f"Nothing is left{' but what you skipped: ' + ', '.join(skipped) if skipped else ''}.")
        console.print("[bold]byhand export DIR[/] hands you your library.")
        return
    minutes = sum(e.minutes for e in core if progress[e.name].state not in ("passed", "skipped"))
    where = space.locate(following.name)
    place = f"{space.file(following.name)}" + (f":{where.start}" if where else "")
    console.print(
        f"Next: [bold cyan]{following.name}[/], about {following.minutes} minutes ({minutes / 60:.1f} hours to the end)."
    )
    console.print(f"Write it in [underline]{place}[/]", soft_wrap=True)
    console.print("then [bold]byhand check[/], or leave [bold]byhand watch[/] running.")


def skip_command(exercise: ExerciseName = None) -> None:
    """Leave an exercise out for now. Nothing blocks: where a later one needs it, ours stands in."""
    chosen = current(exercise)
    state = here().skip(chosen.name).state
    console.print(f"{chosen.name} is {'skipped' if state == 'skipped' else 'done already'}.")
    next_command()


def hint_command(
    exercise: ExerciseName = None,
    all_: Annotated[bool, typer.Option("--all", help="Show all three.")] = False,
) -> None:
    """Open the next hint: a nudge, the idea, nearly the answer."""
    chosen = current(exercise)
    space = here_or_none()
    opened = len(chosen.hints) if all_ or space is None else space.open_hint(chosen.name)
    for i, text in enumerate(chosen.hints[:opened], 1):
        console.print(f"[dim]{i}/{len(chosen.hints)}[/] ", reports.code_text(text))
    if opened < len(chosen.hints):
        console.print("[dim]Once more for the next one.[/]")


def list_command(
    all_: Annotated[bool, typer.Option("--all", help="Unfold the side trips.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON, for programs.")] = False,
) -> None:
    """List the trail, leg by leg, with how far you are. Side trips are folded: nothing on the trail needs them."""
    space = here_or_none()
    progress = space.progress() if space else {}
    states = {name: p.state for name, p in progress.items()}
    if as_json:
        print_json(_entries(states))
        return
    for number, (leg, exercises) in enumerate(course.legs(), 1):
        shown = [e for e in exercises if all_ or e.name not in leg.side_trips]
        minutes = sum(e.minutes for e in exercises if e.name not in leg.side_trips)
        about = f"about {minutes} minutes" if minutes else "side trips"
        console.print(f"\n[bold]{number:>2}  {leg.title}[/] [dim]· {about}[/]")
        for exercise in shown:
            mark, style = STATE_MARKS[states.get(exercise.name, "not-started")]
            standing = progress.get(exercise.name)
            half = "  right; a loop is left" if standing and standing.state == "started" and standing.ticks else ""
            aside = "  side trip" if exercise.name in leg.side_trips else half
            console.print(f"    [{style}]{mark}[/] {exercise.name:<30}[dim]{exercise.minutes:>4} min{aside}[/]")
        folded = len(exercises) - len(shown)
        if folded:
            console.print(f"      [dim]{'and ' if shown else ''}{folded} side trip{'s' if folded > 1 else ''} (--all)[/]")
    console.print()


def _entries(states: dict[str, str]) -> list[dict]:
    """Return every exercise in the order of the trail, as plain data."""
    order = list(course.exercises())
    return [_entry(e, leg, order.index(e.name), states) for leg, exercises in course.legs() for e in exercises]


def _entry(exercise: Exercise, leg: course.Leg, order: int, states: dict[str, str]) -> dict:
    chapter = course.chapter_of(exercise.name)
    return {
        "name": exercise.name,
        "chapter": chapter.number,
        "chapter_name": chapter.name,
        "leg": leg.title,
        "order": order,
        "minutes": exercise.minutes,
        "after": list(exercise.after),
        "core": exercise.name not in leg.side_trips,
        "state": states.get(exercise.name, "not-started"),
    }


def reset_command(
    exercise: Annotated[str, typer.Argument(help="The exercise whose stub to put back.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Put an exercise's stub back. What you wrote is copied to .byhand/backups first."""
    chosen = course.find(exercise)
    space = here()
    if not yes and not typer.confirm(f"Put the stub of {chosen.name} back into {space.file(chosen.name).name}?"):
        raise typer.Exit(1)
    backup = space.reset(chosen.name)
    console.print(f"{chosen.name} is a stub again." + (f" What was there is in {backup}" if backup else ""), soft_wrap=True)


def solution_command(
    exercise: ExerciseName = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Show our solution, in plain NumPy."""
    chosen = current(exercise)
    if (
        console.is_terminal
        and not yes
        and not typer.confirm(f"Show the solution of {chosen.name}? The hints come first: `byhand hint`")
    ):
        raise typer.Exit(1)
    text = rendering.solution(chosen)
    if not console.is_terminal:
        console.print(text, markup=False, soft_wrap=True)
        return
    from rich.syntax import Syntax  # brings Pygments along

    console.print(Syntax(text, "python", theme="ansi_dark", background_color="default", word_wrap=True))


def show_command(
    function: ExerciseName = None,
    svg: Annotated[Path | None, typer.Option(help="Write the picture to this file instead.")] = None,
) -> None:
    """Draw a function's computation graph, and print its formulas. Of a backward, those of its forward.

    $ byhand show batchnorm_backward

    $ byhand show softmax_loss --svg softmax.svg
    """
    from byhand import graph
    from byhand.check.problem import build

    chosen = current(function)
    traced = chosen.forward or chosen.function
    problem = build(chosen, chosen.cases[0], 0)
    wrt = tuple(name for name in map(chosen.gradient_of, chosen.returns) if name is not None) or None
    try:
        picture = graph.picture(graph.trace(traced, problem.arguments, wrt=wrt))
    except Exception:  # whatever a function raises that is not made for being traced
        picture = None
    if picture is None or not picture["edges"]:
        raise fail(f"{chosen.name} has no graph to draw: it is no differentiable function of arrays")
    if svg is not None:
        svg.write_text(graph.svg(picture, title=traced.__name__), encoding="utf-8")
        console.print(f"wrote {svg}", soft_wrap=True, markup=False)
        return
    console.print(f"[bold]{traced.__name__}[/]")
    _print_formulas(inspect.getdoc(traced) or "")
    console.print(Padding(reports.graph_text(picture), (0, 2)))
    if chosen.forward is not None:
        console.print("\nEach gradient is the sum over all the ways from its input to the output.")


def _print_formulas(text: str) -> None:
    """Print a docstring as far as the formulas go: not what they give when derived, that is the exercise."""
    for paragraph in text.split("\n\n"):
        if paragraph.startswith(("Derivation:", *rendering.SECTIONS)):
            break
        if paragraph.startswith(" "):
            console.print(paragraph, soft_wrap=True, markup=False)
        else:
            console.print(" ".join(paragraph.split()), markup=False)
        console.print()

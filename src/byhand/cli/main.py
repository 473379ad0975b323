"""The `byhand` command: parses, calls one function of a floor below, prints."""

from __future__ import annotations

import sys

import typer

import byhand

from . import checking, doctor, lab, making, tour, trail, training, watching
from .common import console, errors, here_or_none

app = typer.Typer(
    name="byhand",
    add_completion=True,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Neural networks by hand: write every layer yourself, forward and backward, and be told which term is wrong.",
    epilog="New here? Run [bold]byhand[/] alone: a tour of ten minutes.",
)

LEARN, TRAIN, LOOK = "Learn", "Train", "Look closer"

app.command("init", rich_help_panel=LEARN)(making.init_command)
app.command("check", rich_help_panel=LEARN)(checking.check_command)
app.command("watch", rich_help_panel=LEARN)(watching.watch_command)
app.command("lab", rich_help_panel=LEARN)(lab.lab_command)
app.command("next", rich_help_panel=LEARN)(trail.next_command)
app.command("hint", rich_help_panel=LEARN)(trail.hint_command)
app.command("skip", rich_help_panel=LEARN)(trail.skip_command)
app.command("list", rich_help_panel=LEARN)(trail.list_command)
app.command("reset", rich_help_panel=LEARN)(trail.reset_command)
app.command("export", rich_help_panel=LEARN)(making.export_command)
app.command("train", rich_help_panel=TRAIN)(training.train_command)
app.command("runs", rich_help_panel=TRAIN)(training.runs_command)
app.command("data", rich_help_panel=TRAIN)(training.data_command)
app.command("explain", rich_help_panel=LOOK)(checking.explain_command)
app.command("show", rich_help_panel=LOOK)(trail.show_command)
app.command("solution", rich_help_panel=LOOK)(trail.solution_command)
app.command("tour", rich_help_panel=LOOK)(tour.tour_command)
app.command("doctor", rich_help_panel=LOOK)(doctor.doctor_command)


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Print the version."),
) -> None:
    """Neural networks by hand: write every layer yourself, forward and backward, and be told which term is wrong."""
    if version:
        console.print(f"byhand {byhand.__version__}")
        raise typer.Exit
    if context.invoked_subcommand is not None:
        return
    if here_or_none() is None:
        tour.tour_command()
    else:
        trail.next_command()


def run() -> None:
    """Run the command line; an error of the user's making ends in one line and exit code 2."""
    try:
        app()
    except (ValueError, FileNotFoundError, PermissionError) as problem:
        errors.print(f"[bold red]byhand:[/] {problem}", soft_wrap=True)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)

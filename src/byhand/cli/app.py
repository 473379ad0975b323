"""The `byhand` command: parses, calls one function of a floor below, prints."""

from __future__ import annotations

from importlib import import_module

import typer

import byhand
from byhand.check import WorkerPool

from .common import console, fail, here_or_none

LEARN, TRAIN, LOOK = "Learn", "Train", "Look closer"

COMMANDS = {
    "init": ("making", "init_command", LEARN),
    "check": ("checking", "check_command", LEARN),
    "watch": ("watching", "watch_command", LEARN),
    "lab": ("lab", "lab_command", LEARN),
    "next": ("trail", "next_command", LEARN),
    "hint": ("trail", "hint_command", LEARN),
    "skip": ("trail", "skip_command", LEARN),
    "list": ("trail", "list_command", LEARN),
    "reset": ("trail", "reset_command", LEARN),
    "export": ("making", "export_command", LEARN),
    "train": ("training", "train_command", TRAIN),
    "sweep": ("sweeping", "sweep_command", TRAIN),
    "runs": ("training", "runs_command", TRAIN),
    "data": ("training", "data_command", TRAIN),
    "explain": ("checking", "explain_command", LOOK),
    "show": ("trail", "show_command", LOOK),
    "solution": ("trail", "solution_command", LOOK),
    "tour": ("tour", "tour_command", LOOK),
    "doctor": ("doctor", "doctor_command", LOOK),
}
"""Command -> (module, function, the panel of --help that lists it)."""

app = typer.Typer(
    name="byhand",
    add_completion=True,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="New here? Run [bold]byhand[/] alone: a tour of ten minutes.",
)


def register(names: list[str]) -> None:
    """Add commands to the application, if they are not there; only their modules are imported."""
    there = {command.name for command in app.registered_commands}
    for name in names:
        if name in there:
            continue
        module, function, panel = COMMANDS[name]
        command = getattr(import_module(f".{module}", __package__), function)
        app.command(name, rich_help_panel=panel)(command)


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
    from . import tour

    if tour.is_due(here_or_none()):
        tour.tour_command()
    else:
        from .trail import next_command

        next_command()


def run(arguments: list[str], pool: WorkerPool | None = None) -> int:
    """Run a command and return its exit code; an error of the user's making ends in one line and exit code 2.

    Args:
        arguments: the words after `byhand`.
        pool: has a worker ready, where the command will check something.
    """
    # importing every command's module would take longer than most commands do
    asked = arguments[0] if arguments else ""
    register([asked] if asked in COMMANDS else list(COMMANDS))
    try:
        app(arguments, prog_name="byhand", obj=pool)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    except ValueError as problem:
        return fail(str(problem)).exit_code
    except OSError as problem:
        return fail(f"{problem.strerror or problem}" + (f": {problem.filename}" if problem.filename else "")).exit_code
    return 0

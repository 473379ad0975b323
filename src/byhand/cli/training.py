"""`byhand train`, `byhand runs`, `byhand data`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from byhand import course, train, workspace
from byhand.spec import Exercise
from byhand.train import RECIPES
from byhand.train.progress import Bar

from .common import console, errors, fail, here, here_or_none, print_json

_STATUS = {"running": "cyan", "done": "green", "stopped": "yellow", "failed": "red", "diverged": "red"}
EXIT_STOPPED = 130


def train_command(
    recipe: Annotated[str | None, typer.Argument(help="A recipe's name; without one, they are listed.")] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Run your own functions, where they pass their checks.")] = False,
    engine: Annotated[str | None, typer.Option(help="numpy or torch.")] = None,
    device: Annotated[str | None, typer.Option(help="For torch: cpu, cuda or mps.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="The short form, on bundled data, with a target of its own.")] = False,
    seed: Annotated[int, typer.Option(help="Everything random follows from it.")] = 0,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Change a setting; may be repeated.")
    ] = None,
    resume: Annotated[Path | None, typer.Option(help="Go on with a run: its folder, or its name in the runs folder.")] = None,
    runs: Annotated[Path | None, typer.Option(help="Where runs are kept.")] = None,
    compile_: Annotated[
        bool | None,
        typer.Option("--compile/--eager", help="Whether the torch engine compiles its step; left to itself, if it pays."),
    ] = None,
) -> None:
    """Run a recipe: train a network, compare several, look at nearest neighbours. Alone, list the recipes.

    $ byhand train svm-cifar10 --quick       in a moment, on bundled data

    $ byhand train svm-cifar10               on CIFAR-10, fetched once (171 MB)

    $ byhand train mlp-digits --mine         on your functions that pass

    $ byhand train mlp-digits --set lr=0.01 --set epochs=5

    $ byhand train --resume mlp-digits-001   after Ctrl-C, to the bit

    A run keeps its record, metrics and pictures in a folder under runs/. `byhand runs` lists them, `byhand lab` shows them
    while they go on. A setting that a recipe does not have is answered with those that it has.

    Exit code 0: done, and the target is reached; 1: done, and it is not (or the loss left all bounds).
    """
    if recipe is None and resume is None:
        _recipes()
        return
    space = here_or_none()
    folder = runs or (space.runs if space else Path("runs"))
    resumed = _run_folder(resume, folder)
    before = train.load_run(resumed) if resumed else None
    if before is not None and before.mine and not mine:
        raise fail(f"{before.id} trained on functions of yours: go on with byhand train --mine --resume {resume}")
    names = _overlay(engine or (before.engine if before else "numpy")) if mine else None
    of_experiment = _experiment(recipe, space) if recipe is not None and resumed is None else None
    chosen = _chosen(of_experiment, space) if of_experiment and space else {}
    with Bar(console) as bar:
        record = train.run(
            recipe,
            engine=engine,
            device=device,
            quick=quick,
            seed=seed,
            overrides={**chosen, **dict(read_setting(text) for text in set_ or [])},
            folder=folder,
            resume=resumed,
            mine=names,
            progress=bar,
            compile=compile_,
        )
    _tell(record)
    if chosen and of_experiment:
        console.print(f"[dim]byhand check {of_experiment.name} judges it[/]")
    if record.status == "stopped":
        raise typer.Exit(EXIT_STOPPED)
    raise typer.Exit(0 if record.reached else 1)


def _recipes() -> None:
    for recipe in RECIPES.values():
        console.print(f"[bold cyan]{recipe.name}[/]  {recipe.summary}", soft_wrap=True)
        forms = (("", False),) if recipe.experiment else (("", False), (" --quick", True))
        for option, quick in forms:
            settings, targets = recipe.asked(quick=quick)
            asked = "; ".join(f"{target.words} {target.asked}" for target in targets)
            console.print(f"[dim]  {settings.data}{option}: {asked}[/]", soft_wrap=True)
    console.print("\n[dim]byhand train RECIPE   (--mine: your own functions; --quick: in a moment, on bundled data)[/]")


def read_setting(text: str) -> tuple[str, str]:
    """Return name, value of a --set."""
    name, equals, value = text.partition("=")
    if not equals:
        raise fail(f"--set: expected NAME=VALUE, as in lr=0.01; got {text!r}")
    return name.strip(), value.strip()


def _experiment(recipe: str, space: workspace.Workspace | None) -> Exercise | None:
    """Return the experiment whose run this is, if there is a workspace to take the settings from."""
    if space is None:
        return None
    return next((e for e in course.exercises().values() if e.recipe == recipe), None)


def _chosen(experiment: Exercise, space: workspace.Workspace) -> dict[str, Any]:
    """Return the settings that the learner's function for an experiment returns; none while it is not written."""
    from byhand.check import experiments

    where = space.locate(experiment.name)
    if where is None or where.stub:
        file = space.file(experiment.name)
        console.print(f"[dim]{experiment.name} in {file.name} is not written yet: this run has the settings to start from.[/]")
        return {}
    settings = experiments.choice(experiment, space.file(experiment.name))
    told = ", ".join(f"{name}={value}" for name, value in settings.items()) or "those to start from"
    console.print(f"[bold]Your settings:[/] {told}")
    return settings


def _run_folder(resume: Path | None, folder: Path) -> Path | None:
    if resume is None or (resume / "run.json").exists():
        return resume
    return folder / resume.name


def _overlay(engine: str) -> list[str]:
    names = workspace.overlay(here(), engine=engine, tell=lambda text: console.print(f"[dim]{text}[/]"))
    if not names:
        raise fail("--mine: none of your functions passes its check yet; `byhand check --all` shows how they stand")
    console.print(f"[bold]Yours:[/] {', '.join(names)}")
    return names


def _tell(record: train.RunRecord) -> None:
    """Print how a run ended; the last lines set what was reached beside what was asked."""
    if record.status == "stopped":
        console.print(
            f"Stopped at step {record.step} of {record.steps}. Go on with: byhand train --resume {record.path}", soft_wrap=True
        )
        return
    if record.status in ("diverged", "failed"):
        errors.print(f"[bold red]byhand:[/] {record.error}", soft_wrap=True)
        return
    if record.table:
        _tell_table(record.table)
    how = f"{record.engine}{', compiled' if record.compiled else ''} on {record.device}"
    whose = f", with {len(record.mine)} of your functions" if record.mine else ""
    steps = f"{record.steps} steps in " if record.steps else ""
    console.print(f"{record.id}: {steps}{record.seconds:.1f} s ({how}{whose})")
    console.print(f"pictures and metrics: {record.path}", soft_wrap=True)
    for goal in record.goals:
        verdict, style = ("reached", "green") if goal.met else ("missed", "red")
        console.print(f"{goal.words} {goal.reached}   [{style}]target {goal.asked} {verdict}[/]")


def _tell_table(rows: list[dict[str, Any]]) -> None:
    names = train.columns(rows)
    table = Table(box=None, pad_edge=False)
    for name in names:
        justify = "left" if isinstance(rows[0][name], str) else "right"
        table.add_column(name.replace("_", " "), justify=justify, no_wrap=name == names[0])
    for row in rows:
        table.add_row(*(train.cell(row.get(name)) for name in names))
    console.print(table)
    console.print()


def runs_command(
    folder: Annotated[Path | None, typer.Argument(help="Where runs are kept.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON, for programs.")] = False,
) -> None:
    """List the runs, the latest first."""
    space = here_or_none()
    found = train.runs(folder or (space.runs if space else Path("runs")))
    if as_json:
        print_json([r.to_json() for r in found])
        return
    if not found:
        console.print("No runs yet: [bold]byhand train mlp-digits[/]")
        return
    told = ["run", "status", "steps", "time"]
    told += ["engine"] if any(r.engine != "numpy" for r in found) else []
    told += ["yours"] if any(r.mine for r in found) else []
    table = Table(box=None, pad_edge=False)
    for column in told:
        table.add_column(column, justify="right" if column in ("steps", "time", "yours") else "left", no_wrap=True)
    table.add_column("reached (target)")
    for r in found:
        cells = {
            "run": r.id,
            "status": f"[{_STATUS[r.status]}]{r.status}[/]",
            "steps": (f"{r.step}" if r.step == r.steps else f"{r.step}/{r.steps}") if r.steps else "–",
            "time": f"{r.seconds:.1f} s",
            "engine": r.engine,
            "yours": str(len(r.mine) or "–"),
        }
        table.add_row(*(cells[column] for column in told), _reached(r))
    console.print(table)


def _reached(record: train.RunRecord) -> str:
    lines = []
    for goal in record.goals:
        reached = f"[{'green' if goal.met else 'red'}]{goal.reached}[/]" if goal.reached else "–"
        lines.append(f"{reached} [dim]({goal.asked})[/]")
    return "\n".join(lines)


def data_command(name: Annotated[str | None, typer.Argument(help="A data set.")] = None) -> None:
    """List the data sets and where they are, or fetch, verify and look at one.

    They are looked for in the folder BYHAND_DATA, then in the cache (BYHAND_CACHE moves it), then at their official
    addresses (BYHAND_MIRROR names another server).
    """
    from byhand import data

    if name is None:
        table = Table(box=None, pad_edge=False, show_header=False)
        for known in data.DATASETS.values():
            folder = data.where(known.name)
            state = "bundled" if known.source_files is None else f"found at {folder}" if folder else "not fetched"
            details = f"[dim]{known.size}\n{known.source}; licence: {known.licence}\n{escape(state)}[/]\n"
            table.add_row(f"[bold cyan]{known.name}[/]", f"{known.summary}\n{details}")
        console.print(table)
        return
    with data.Bar(console) as bar:
        folder = data.fetch(name, progress=bar)
    loaded = data.load(name) if folder is None else data.load(name, dtype="uint8")
    known = data.DATASETS[name]
    console.print(f"[bold]{known.name}[/]: {known.summary}\n[dim]{known.source}; licence: {known.licence}[/]")
    if folder is not None:
        console.print(f"[dim]{escape(str(folder))}: every file is the official one[/]", soft_wrap=True)
    for part in ("train", "val", "test"):
        split = getattr(loaded, part)
        console.print(f"  {part:<6} {len(split.images):>6} of {tuple(split.images.shape[1:])}")

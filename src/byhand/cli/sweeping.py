"""`byhand sweep`: a search for good settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from byhand.train import recipes
from byhand.train.search import default_space, read_space, told
from byhand.train.sweep import Plan, Sweep, Trial, resumable

from .common import console, fail, here_or_none
from .training import EXIT_STOPPED, read_setting

SHOWN = 5


def sweep_command(
    recipe: Annotated[str, typer.Argument(help="A recipe's name, as in `byhand train`.")],
    over: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUES", help="A setting to search: lr=1e-4..1e-1, or hidden=100|256,128; may be repeated."),
    ] = None,
    trials: Annotated[int, typer.Option(min=1, help="How many trials are to be finished in all.")] = 20,
    workers: Annotated[int, typer.Option(min=1, help="Processes on this machine.")] = 1,
    quick: Annotated[bool, typer.Option("--quick", help="The recipe's short form.")] = False,
    epochs_each: Annotated[
        int, typer.Option(min=0, help="Stop each trial after so many epochs; the best can then be resumed to its end.")
    ] = 0,
    prune: Annotated[bool, typer.Option("--prune/--no-prune", help="Give up trials that fall behind the others.")] = True,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A setting for all trials.")] = None,
    name: Annotated[str | None, typer.Option(help="The sweep's name; a sweep that is there goes on.")] = None,
    storage: Annotated[
        str | None, typer.Option(metavar="URL", help="An Optuna storage that several machines share; an SQLite file otherwise.")
    ] = None,
    engine: Annotated[str | None, typer.Option(help="numpy or torch.")] = None,
    device: Annotated[str | None, typer.Option(help="For torch: cpu, cuda or mps.")] = None,
    seed: Annotated[int, typer.Option(help="Of the trainings; the same for all trials.")] = 0,
    runs: Annotated[Path | None, typer.Option(help="Where runs are kept.")] = None,
) -> None:
    """Search for good settings: many trials, each a run, judged by validation accuracy (never by the test set).

    Where to look next is chosen by Optuna from what has been seen. Trials that fall behind are given up early. A sweep that
    was interrupted goes on when it is started again, and loses nothing that is finished.

    $ byhand sweep mlp-digits --quick --workers 2

    $ byhand sweep two-layer-cifar10 --over lr=1e-4..1e-2 --over hidden=200|500 --epochs-each 3

    $ byhand sweep fc-cifar10 --storage postgresql://host/db     the same on every machine that helps
    """
    chosen = recipes.find(recipe)
    settings = chosen.settings.replace(chosen.quick if quick else {})
    overrides = dict(read_setting(text) for text in set_ or [])
    settings = settings.replace(overrides)
    space = read_space(over, settings) if over else default_space(settings)
    both = sorted(overrides.keys() & space.keys())
    if both:
        raise fail(f"{', '.join(both)}: either --set or --over")
    around = here_or_none()
    folder = runs or (around.runs if around else Path("runs"))
    folder.mkdir(parents=True, exist_ok=True)
    plan = Plan(
        recipe=recipe,
        name=name or recipe + ("-quick" if quick else ""),
        storage=storage or f"sqlite:///{(folder / 'sweeps.db').resolve()}",
        space=space,
        trials=trials,
        quick=quick,
        overrides=overrides,
        folder=folder,
        engine=engine,
        device=device,
        seed=seed,
        prune=prune,
        epochs_each=epochs_each,
    )
    sweep = Sweep(plan)
    before = len(sweep.finished())
    console.print(f"[bold]{plan.name}[/]: {told(space)}", soft_wrap=True)
    if before:
        more = "" if before < trials else f"; more with --trials {before + 20}"
        console.print(f"[dim]{before} trials are finished already{more}[/]")
    stopped = before < trials and not _work(sweep, workers, before)
    picture = folder / f"sweep-{plan.name}.png"
    _tell(sweep, picture)
    if stopped:
        console.print("Stopped. What is finished is kept: the same command goes on.")
        raise typer.Exit(EXIT_STOPPED)


def _work(sweep: Sweep, workers: int, before: int) -> bool:
    """Work to the end under a progress bar; return False where someone asked to stop."""
    from byhand.train.workers import work_together

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("trials", total=sweep.plan.trials, completed=before)

        def tell(trial: Trial) -> None:
            bar.advance(task)
            best = sweep.best()
            if best is not None:
                bar.update(task, description=f"best {best.value:.4f}")

        try:
            if workers == 1:
                sweep.work(tell)
            else:
                work_together(sweep.plan, workers, tell, lambda text: bar.console.print(f"[yellow]{text}[/]"))
        except KeyboardInterrupt:
            return False
    return True


def _tell(sweep: Sweep, picture: Path) -> None:
    """Print the best trials and how to go on from the best."""
    from byhand.train.sweep_picture import draw_sweep

    finished, best = sweep.finished(), sweep.best()
    if best is None:
        console.print("No trial has finished in full yet.")
        return
    ranking = sorted((t for t in finished if not t.pruned and t.value is not None), key=lambda t: t.value or 0.0, reverse=True)
    table = Table(box=None, pad_edge=False)
    for column in ("validation accuracy", *sweep.plan.space, "run"):
        table.add_column(column, justify="left" if column == "run" else "right")
    for trial in ranking[:SHOWN]:
        numbers = [_short(trial.settings.get(setting)) for setting in sweep.plan.space]
        table.add_row(f"{trial.value:.4f}", *numbers, trial.run)
    console.print(table)
    pruned = sum(t.pruned for t in finished)
    console.print(f"[dim]{len(finished)} trials, {pruned} given up early[/]")
    draw_sweep(picture, sweep.plan.name, sweep.plan.space, finished)
    console.print(f"picture: {picture}", soft_wrap=True)
    if resumable(sweep.plan, best):
        console.print(f"The best goes on with: [bold]byhand train --resume {sweep.plan.folder / best.run}[/]", soft_wrap=True)
    else:
        quick = " --quick" if sweep.plan.quick else ""
        settings = {**sweep.plan.overrides, **best.settings}
        told_settings = " ".join(f"--set {name}={_short(value, 6)}" for name, value in settings.items())
        console.print(f"Once more: [bold]byhand train {sweep.plan.recipe}{quick} {told_settings}[/]", soft_wrap=True)


def _short(value: object, digits: int = 3) -> str:
    return f"{value:.{digits}g}" if isinstance(value, float) else str(value)

"""Time one training step of a recipe's network on each engine beside an ordinary PyTorch module, autograd and optimizer.

    python -m benchmarks.step [--threads 1] [--device cpu] [--rounds 30] [--no-compile]

A step is everything that happens for one batch: picking it, drawing noise, forward, backward, update, reading the loss.
The contenders take turns, a few steps each, round after round, so that whatever else the machine does falls on all alike;
the figure is the median over the rounds.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from torch import nn

from byhand import data
from byhand.arrays import Key
from byhand.train import engines
from byhand.train.recipes.fully_connected import MLP_DIGITS, FullyConnectedSettings
from byhand.train.solver import Progress, Solver

_STEPS = 20  # a turn


def main() -> None:
    parser = argparse.ArgumentParser(description="Training steps of mlp-digits, side by side with PyTorch.")
    parser.add_argument("--threads", type=int, help="processor threads for all (the recipe's own number otherwise)")
    parser.add_argument("--device", default="cpu", help="of the torch engine and of its peers")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--no-compile", action="store_true", help="leave out what has to be compiled first")
    options = parser.parse_args()
    recipe, dataset = MLP_DIGITS, data.load("digits")
    settings = recipe.settings.replace({} if options.threads is None else {"threads": options.threads})
    assert isinstance(settings, FullyConnectedSettings)
    if settings.threads:
        torch.set_num_threads(settings.threads)

    def solver(engine: engines.Engine) -> Callable[[], None]:
        with engine.running(settings.threads):
            solver = Solver(recipe.model(settings, dataset), dataset, settings, engine, Key.from_seed(0))
            progress, _ = solver.prepare(solver.start())

        def turn() -> None:
            nonlocal progress
            with engine.running(settings.threads):
                for _ in range(_STEPS):
                    params, moments, loss, state = solver._step(*solver._arguments(progress))
                    progress = Progress((progress.step + 1) % solver.steps, params, moments, state)
                    float(loss)

        return turn

    turns = {
        "numpy engine": solver(engines.make("numpy")),
        "torch engine, eager": solver(engines.make("torch", device=options.device, compile=False)),
        "PyTorch eager": _peer(settings, dataset, options.device, compiled=False),
    }
    if not options.no_compile:
        turns["torch engine, compiled"] = solver(engines.make("torch", device=options.device, compile=True))
        turns["PyTorch torch.compile"] = _peer(settings, dataset, options.device, compiled=True)

    times: dict[str, list[float]] = {name: [] for name in turns}
    for turn in turns.values():
        turn()
    for _ in range(options.rounds):
        for name, turn in turns.items():
            start = time.perf_counter()
            turn()
            times[name].append((time.perf_counter() - start) / _STEPS)

    median = {name: statistics.median(values) for name, values in times.items()}
    sizes = f"hidden {settings.to_json()['hidden']}, batches of {settings.batch_size}"
    print(
        f"mlp-digits ({sizes}), {options.device}, {torch.get_num_threads()} thread(s), {options.rounds} rounds of {_STEPS} steps"
    )
    width = max(map(len, median))
    peers = [name for name in median if name.startswith("PyTorch")]
    print(f"{'':{width}}  {'ms a step':>9}  " + "  ".join(f"x {name}" for name in peers))
    for name, seconds in median.items():
        ratios = "  ".join(f"{seconds / median[peer]:>{len(peer) + 2}.2f}" for peer in peers)
        print(f"{name:{width}}  {1000 * seconds:>9.3f}  {ratios}")


def _peer(settings, dataset, device: str, *, compiled: bool) -> Callable[[], None]:
    """Return a turn of the same network as most people would write it in PyTorch."""
    layers: list[nn.Module] = [nn.Flatten()]
    width = dataset.train.images[0].size
    for units in settings.hidden:
        layers += [nn.Linear(width, units), nn.BatchNorm1d(units), nn.ReLU(), nn.Dropout(1 - settings.keep)]
        width = units
    model = nn.Sequential(*layers, nn.Linear(width, len(dataset.classes))).to(device)
    weights = [p for p in model.parameters() if p.ndim == 2]
    others = [p for p in model.parameters() if p.ndim != 2]
    groups = [{"params": weights, "weight_decay": settings.reg}, {"params": others}]
    optimizer = torch.optim.Adam(groups, lr=settings.lr)
    x = torch.from_numpy(dataset.train.images).to(device)
    y = torch.from_numpy(dataset.train.labels).to(device)

    def loss_of(rows):
        return nn.functional.cross_entropy(model(x[rows]), y[rows])

    loss_of = torch.compile(loss_of) if compiled else loss_of
    order = torch.randperm(len(x))
    batches = order[: len(x) // settings.batch_size * settings.batch_size].split(settings.batch_size)
    place = 0

    def turn() -> None:
        nonlocal place
        for _ in range(_STEPS):
            place = (place + 1) % len(batches)
            optimizer.zero_grad()
            loss = loss_of(batches[place].to(device))
            loss.backward()
            optimizer.step()
            loss.item()

    return turn


if __name__ == "__main__":
    main()

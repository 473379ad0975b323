"""A run's progress as one file, from which it goes on to the bit."""

from __future__ import annotations

from pathlib import Path

from byhand.arrays import load_tree, save_tree

from .engines import Engine
from .solver import Progress

NAME = "checkpoint.safetensors"


def save(folder: Path, progress: Progress, engine: Engine) -> None:
    """Write the checkpoint in one atomic step."""
    tree = engine.host({"params": progress.params, "moments": progress.moments, "state": progress.state})
    save_tree(folder / NAME, tree, {"step": progress.step})


def load(folder: Path) -> Progress | None:
    """Return the progress with NumPy arrays; None where the run has saved none yet."""
    if not (folder / NAME).exists():
        return None
    tree, facts = load_tree(folder / NAME)
    return Progress(facts["step"], tree["params"], tree["moments"], tree["state"])

"""A training's progress as one file, from which it goes on to the bit."""

from __future__ import annotations

from pathlib import Path

from byhand.arrays import load_tree, save_tree

from .engines import Engine
from .solver import Progress

NAME = "checkpoint.safetensors"


def save(folder: Path, progress: Progress, engine: Engine, *, part: str = "") -> None:
    """Write the checkpoint in one atomic step; `part` names the training, in a run of several."""
    tree = engine.host({"params": progress.params, "moments": progress.moments, "state": progress.state})
    save_tree(folder / NAME, tree, {"step": progress.step, "part": part})


def load(folder: Path, *, part: str = "") -> Progress | None:
    """Return the training's progress with NumPy arrays; None where it has saved none yet."""
    if not (folder / NAME).exists():
        return None
    tree, facts = load_tree(folder / NAME)
    if facts["part"] != part:
        return None
    return Progress(facts["step"], tree["params"], tree["moments"], tree["state"])

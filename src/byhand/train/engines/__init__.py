"""Engines: who holds the arrays and runs the step. `numpy` never imports torch."""

from __future__ import annotations

import difflib
from typing import Any, Protocol

from byhand.arrays.tree import Tree

ENGINES = ("numpy", "torch")


class Engine(Protocol):
    """What the solver asks of an engine."""

    name: str
    device: str
    compiled: bool
    check_every: int
    """After how many steps the losses are read back: reading them makes an accelerator wait."""
    rank: int = 0
    """Which of the processes that share this run this one is; the first keeps the record."""
    size: int = 1
    """How many processes share this run."""

    def share(self, batch: Tree) -> Tree:
        """Return this process's part of a batch (of NumPy arrays): all of it where there is one process."""
        return batch

    def average(self, loss: Any, grads: Tree, state: Tree) -> Any:
        """Return loss, grads, state averaged over the processes."""
        return loss, grads, state

    def any(self, flag: bool) -> bool:
        """Return whether the flag is up in any process."""
        return flag

    def place(self, tree: Tree) -> Tree:
        """Return the tree with its NumPy arrays and Python numbers as this engine's arrays."""
        ...

    def host(self, tree: Tree) -> Tree:
        """Return the tree with its arrays as NumPy arrays."""
        ...

    def number(self, x: float) -> Any:
        """Return a number as the step wants it."""
        ...

    def prepare(self, step: Any, arguments: tuple, steps: int) -> tuple[Any, str]:
        """Return the step, compiled if that was asked for or will repay itself, and a note for the user ("" for none).

        The arguments are those of the first step, to try it on: a step is a pure function, so trying changes nothing.
        """
        ...

    def running(self, threads: int) -> Any:
        """Return the context for everything: that many threads (0 for all), no overflow warnings, no autograd."""
        ...


def make(name: str, *, device: str | None = None, compile: bool | None = None) -> Engine:
    """Return an engine by name.

    Args:
        name: "numpy" or "torch".
        device: for torch, "cpu", "cuda", "cuda:1", "mps"...; None for the CPU.
        compile: whether to compile the step; None to let the engine decide.

    Raises:
        ValueError: there is no such engine, or it has no such device.
    """
    if name == "numpy":
        from .numpy_engine import NumpyEngine

        return NumpyEngine(device=device, compile=compile)
    if name == "torch":
        try:
            import torch  # noqa: F401
        except ImportError:
            raise ValueError("engine torch: PyTorch is not installed. Install it with: pip install 'byhand[torch]'") from None
        from .torch_engine import TorchEngine

        return TorchEngine(device=device, compile=compile)
    near = difflib.get_close_matches(name, ENGINES, n=1)
    ask = f" Did you mean {near[0]}?" if near else ""
    raise ValueError(f"expected an engine, one of {', '.join(ENGINES)}; got {name!r}.{ask}")

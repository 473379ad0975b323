"""NumPy on the CPU: the engine on which learners' own code trains."""

from __future__ import annotations

import contextlib

import numpy as np
from threadpoolctl import threadpool_limits

from byhand.arrays import tree_map

from . import Engine


class NumpyEngine(Engine):
    """Arrays are NumPy's; compiling is the identity."""

    name = "numpy"
    device = "cpu"
    compiled = False
    check_every = 1

    def __init__(self, *, device: str | None = None, compile: bool | None = None):
        if device not in (None, "cpu"):
            raise ValueError(f"engine numpy runs on the CPU; got device {device!r}. For other devices: --engine torch")
        if compile:
            raise ValueError("engine numpy has nothing to compile. For a compiled step: --engine torch")

    def place(self, tree):
        """Return the tree as it is, a number that was saved as an array a number again."""
        return tree_map(lambda leaf: leaf.item() if isinstance(leaf, np.ndarray) and leaf.ndim == 0 else leaf, tree)

    def host(self, tree):
        """Return the tree as it is."""
        return tree

    def number(self, x):
        """Return x."""
        return x

    def prepare(self, step, arguments, steps):
        """Return the step as it is."""
        return step, ""

    @contextlib.contextmanager
    def running(self, threads):
        """Limit the threads, and silence overflow warnings: the solver watches the loss itself."""
        with threadpool_limits(threads or None, user_api="blas"), np.errstate(all="ignore"):
            yield

"""PyTorch as a holder of arrays, a compiler and a way to other devices. Its autograd is off."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
import types

import numpy as np
import torch

from byhand.arrays import tree_map

from . import Engine
from .processes import Processes

_COMPILE_SECONDS = 40.0
"""What compiling a step costs, about."""
_SAVED_SHARE = 0.25
"""What a compiled step saves of an eager one's time, about."""


class TorchEngine(Engine):
    """Arrays are torch tensors on one device; the step runs eagerly or as one compiled graph."""

    name = "torch"

    def __init__(self, *, device: str | None = None, compile: bool | None = None):
        self._device = _device(device or "cpu")
        if self._device.type == "cuda" and self._device.index is None and "LOCAL_RANK" in os.environ:
            self._device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        self._processes = Processes(self._device)
        self.rank, self.size = self._processes.rank, self._processes.size
        self.device = str(self._device)
        self.compiled = False  # until `prepare` has decided
        self._compile = compile
        self._real = torch.float32 if self._device.type == "mps" else torch.float64  # MPS has no float64
        self.check_every = 1 if self._device.type == "cpu" else 20

    def place(self, tree):
        """Return the tree with tensors on the device.

        For a compiled step numbers become 0-d tensors, so that a new value does not compile it anew. Run eagerly, Python's
        own numbers are faster.
        """
        return tree_map(self._place, tree)

    def _place(self, leaf):
        if leaf is None or isinstance(leaf, torch.Tensor):
            return leaf
        if isinstance(leaf, np.ndarray) and leaf.ndim:
            return torch.from_numpy(np.ascontiguousarray(leaf)).to(self._device)
        number = leaf.item() if isinstance(leaf, np.ndarray) else leaf
        return torch.tensor(float(number), dtype=self._real, device=self._device) if self.compiled else number

    def host(self, tree):
        """Return the tree with NumPy arrays."""
        return tree_map(lambda leaf: leaf.cpu().numpy() if isinstance(leaf, torch.Tensor) else leaf, tree)

    def number(self, x):
        """Return x, as a 0-d tensor for a compiled step."""
        return self._place(x)

    def share(self, batch):
        """Return this process's rows of the batch."""
        return self._processes.share(batch)

    def average(self, loss, grads, state):
        """Return loss, grads, state averaged over the processes."""
        return self._processes.average(loss, grads, state)

    def any(self, flag):
        """Return whether the flag is up in any process."""
        return self._processes.any(flag)

    def prepare(self, step, arguments, steps):
        """Return the step, compiled where asked or worth it, and what the user should know."""
        compile = self._compile
        if compile is None:
            compile = steps * self._seconds(step, arguments) * _SAVED_SHARE > _COMPILE_SECONDS
        note = ""
        if compile and self.size > 1:
            note = f"{self.size} processes share this run: the step runs eagerly"
        elif compile and (missing := _missing_compiler()):
            note = f"{missing}: the step runs eagerly, which is slower and otherwise the same"
        elif compile:
            compiled = torch.compile(_own(step), fullgraph=True, dynamic=False)
            self.compiled = True
            compiled(*self.place(arguments))
            step = compiled
        return step, note

    def _seconds(self, step, arguments) -> float:
        """Return the time of one eager step, the best of three after one to warm up."""
        times = []
        for _ in range(4):
            start = time.perf_counter()
            float(step(*arguments)[2])  # reading the loss waits for the device
            times.append(time.perf_counter() - start)
        return min(times[1:])

    @contextlib.contextmanager
    def running(self, threads):
        """Limit the threads and turn autograd off."""
        before = torch.get_num_threads()
        torch.set_num_threads(threads or before)
        try:
            with torch.no_grad():
                yield
        finally:
            torch.set_num_threads(before)


def _own(function):
    """Return a copy with a code object of its own: torch keeps what it compiled there, for this run alone."""
    code = function.__code__.replace(co_name=f"{function.__name__}_compiled")
    return types.FunctionType(code, function.__globals__, code.co_name, function.__defaults__, function.__closure__)


def _device(name: str) -> torch.device:
    try:
        device = torch.device(name)
    except RuntimeError:
        raise ValueError(f"engine torch: expected a device such as cpu, cuda, cuda:1 or mps, got {name!r}") from None
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not there.get(device.type, False):
        found = ", ".join(kind for kind, ok in there.items() if ok)
        raise ValueError(f"engine torch: device {name!r} is not there on this machine; there is {found}")
    if device.type == "cuda" and device.index is not None and device.index >= torch.cuda.device_count():
        raise ValueError(f"engine torch: got device {name!r}, but this machine has {torch.cuda.device_count()} of them")
    return device


def _missing_compiler() -> str:
    """Return what is missing to compile, or nothing."""
    named = os.environ.get("CXX")
    if any(shutil.which(compiler) for compiler in ([named] if named else ["g++", "c++", "clang++"])):
        return ""
    return f"the C++ compiler {named} (from CXX) was not found" if named else "no C++ compiler was found"

"""Several processes, one run, as `torchrun` starts them: each takes its share of every batch, and all make the same update."""

from __future__ import annotations

import atexit
import os
from typing import Any

import torch
import torch.distributed as dist

from byhand.arrays import flatten, tree_map, unflatten
from byhand.arrays.tree import Tree


class Processes:
    """The group that this process belongs to, read from the variables that `torchrun` sets; without them, a group of one."""

    def __init__(self, device: torch.device):
        self.rank, self.size = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
        self._device = device
        if self.size > 1 and not dist.is_initialized():
            dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
            atexit.register(dist.destroy_process_group)

    def share(self, batch: Tree) -> Tree:
        """Return this process's rows of every array of a batch."""
        return tree_map(lambda array: None if array is None else array[self.rank :: self.size], batch)

    def average(self, *trees: Tree) -> Any:
        """Return the trees with every number averaged over the processes, in one exchange."""
        if self.size == 1:
            return trees
        flat, structure = flatten(list(trees))
        vector = torch.cat([leaf.reshape(-1) for leaf in flat.values()])
        dist.all_reduce(vector)
        pieces = (vector / self.size).split([leaf.numel() for leaf in flat.values()])
        averaged = {name: piece.reshape(flat[name].shape) for name, piece in zip(flat, pieces, strict=True)}
        return tuple(unflatten(averaged, structure))

    def any(self, flag: bool) -> bool:
        """Return whether the flag is up in any process. All wait for one another here."""
        if self.size == 1:
            return flag
        raised = torch.tensor(float(flag), device=self._device)
        dist.all_reduce(raised)
        return bool(raised > 0)

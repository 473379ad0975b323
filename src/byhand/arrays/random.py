"""Random numbers as a pure function of a key, drawn on the host so that every engine sees the same ones."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike


@dataclass(frozen=True)
class Key:
    """A place in the tree of all random streams. The same key always gives the same numbers; fold to get another.

    >>> key = Key.from_seed(0).fold("dropout", 7)
    >>> bool((key.uniform((3,)) == key.uniform((3,))).all())
    True
    """

    path: tuple[int, ...]

    @classmethod
    def from_seed(cls, seed: int) -> Key:
        """Return the root key of a seed, a non-negative integer."""
        return cls((int(seed),))

    def fold(self, *names: str | int) -> Key:
        """Return the key one branch further: a name for each purpose, a number for each step or layer."""
        return Key(self.path + tuple(zlib.crc32(n.encode()) if isinstance(n, str) else int(n) for n in names))

    def generator(self) -> np.random.Generator:
        """Return a NumPy generator at the start of this key's stream."""
        return np.random.default_rng(np.random.SeedSequence(self.path))

    def normal(self, shape: tuple[int, ...], dtype: DTypeLike = np.float32) -> np.ndarray:
        """Return standard normal numbers."""
        return self.generator().standard_normal(shape).astype(dtype)

    def uniform(self, shape: tuple[int, ...], dtype: DTypeLike = np.float32) -> np.ndarray:
        """Return numbers uniform in [0, 1), never rounded up to 1."""
        return self.generator().random(shape, dtype=np.float32).astype(dtype)

    def permutation(self, n: int) -> np.ndarray:
        """Return the numbers 0 to n - 1 in random order."""
        return self.generator().permutation(n)

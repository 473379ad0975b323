"""Random inputs for cases: the same seed gives the same inputs, and one switch makes them small integers to be shown."""

from __future__ import annotations

import numpy as np


class Draw:
    """Draws the inputs of one case. With small=True all real numbers are small non-zero integers, for people to read."""

    def __init__(self, *seed: int, small: bool = False):
        self._rng = np.random.default_rng(seed)
        self.small = small

    def normal(self, *shape: int, scale: float = 1.0, offset: float = 0.0) -> np.ndarray:
        """Return normal numbers with the given standard deviation and mean."""
        if self.small:
            return self._rng.choice([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0], size=shape) * scale + offset
        return self._rng.standard_normal(shape) * scale + offset

    def positive(self, *shape: int) -> np.ndarray:
        """Return numbers in [0.5, 2): gains, variances."""
        if self.small:
            return self._rng.integers(1, 4, size=shape).astype(float)
        return self._rng.uniform(0.5, 2.0, size=shape)

    def uniform(self, *shape: int) -> np.ndarray:
        """Return numbers uniform in [0, 1): noise for dropout."""
        u = self._rng.random(shape)
        return np.floor(u * 10) / 10 if self.small else u

    def integers(self, high: int, *shape: int) -> np.ndarray:
        """Return whole numbers from 0 to high - 1: labels, indices."""
        return self._rng.integers(0, high, size=shape)

    def permutation(self, n: int) -> np.ndarray:
        """Return 0 to n - 1 in random order."""
        return self._rng.permutation(n)

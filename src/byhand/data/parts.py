"""What the real data sets share: how many of each part, and in which numbers."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

Dtype = Literal["float32", "uint8"]


def counts(name: str, most: dict[str, int], asked: dict[str, int | None]) -> dict[str, int]:
    """Return how many examples of each part are wanted: all, where nothing is said.

    Raises:
        ValueError: more than there are, or no number.
    """
    for part, n in asked.items():
        if n is not None and (isinstance(n, bool) or not isinstance(n, int) or not 0 <= n <= most[part]):
            raise ValueError(f"{name}: expected {part} to be a whole number from 0 to {most[part]:,}, or None for all; got {n!r}")
    return {part: most[part] if n is None else n for part, n in asked.items()}


def require_dtype(name: str, dtype: str) -> None:
    """Raise ValueError unless images can be had in these numbers."""
    if dtype not in get_args(Dtype):
        raise ValueError(f"{name}: expected dtype to be one of {', '.join(get_args(Dtype))}, got {dtype!r}")


def put(pixels: np.ndarray, out: np.ndarray) -> None:
    """Write images of uint8 into an array of uint8, from 0 to 255, or of float32, from 0 to 1."""
    if out.dtype == np.uint8:
        out[:] = pixels
    else:
        np.divide(pixels, np.float32(255), out=out)

"""Floor 1: data sets as arrays, each with a documented split."""

from __future__ import annotations

import difflib

from . import digits, shapes
from .dataset import Dataset as Dataset
from .dataset import DatasetInfo as DatasetInfo
from .dataset import Split as Split

_MODULES = {"digits": digits, "shapes": shapes}

DATASETS: dict[str, DatasetInfo] = {name: module.INFO for name, module in _MODULES.items()}
"""What there is, by name."""


def load(name: str, **options) -> Dataset:
    """Return a data set by name. Some take options: see the `load` of their module.

    Raises:
        ValueError: there is no data set of that name; the message says which there are.
    """
    if name not in _MODULES:
        near = difflib.get_close_matches(name, _MODULES, n=1)
        ask = f" Did you mean {near[0]}?" if near else ""
        raise ValueError(f"expected a data set, one of {', '.join(_MODULES)}; got {name!r}.{ask}")
    return _MODULES[name].load(**options)

"""Floor 1: data sets as arrays, each with a documented split."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Literal, overload

from . import cifar10, digits, fetching, folders, mnist, shapes
from .dataset import Dataset as Dataset
from .dataset import DatasetInfo as DatasetInfo
from .dataset import Split as Split
from .dataset import as_float as as_float
from .folders import cache_folder as cache_folder
from .parts import Dtype
from .progress import Bar as Bar
from .progress import Listener as Listener
from .source import DataError as DataError

_LOADERS: dict[str, Callable[..., Dataset]] = {
    "digits": digits.load,
    "shapes": shapes.load,
    "mnist": mnist.load_mnist,
    "fashion-mnist": mnist.load_fashion,
    "cifar10": cifar10.load,
}

DATASETS: dict[str, DatasetInfo] = {
    info.name: info for info in (digits.INFO, shapes.INFO, mnist.MNIST_INFO, mnist.FASHION_INFO, cifar10.INFO)
}
"""What there is, by name."""


@overload
def load(name: Literal["digits"]) -> Dataset: ...
@overload
def load(
    name: Literal["shapes"],
    *,
    train: int = 2000,
    val: int = 250,
    test: int = 250,
    size: int = 32,
    seed: int = 0,
    objects: int | None = None,
) -> Dataset: ...
@overload
def load(
    name: Literal["mnist", "fashion-mnist", "cifar10"],
    *,
    train: int | None = None,
    val: int | None = None,
    test: int | None = None,
    dtype: Dtype = "float32",
    download: bool = True,
    progress: Listener | None = None,
) -> Dataset: ...
@overload
def load(name: str, **options) -> Dataset: ...
def load(name: str, **options) -> Dataset:
    """Return a data set by name, fetched first if it is not on this machine. The options are those of its own `load`.

    Real data sets are looked for in $BYHAND_DATA, then in the cache ($BYHAND_CACHE moves it), and fetched into the cache
    from their official address ($BYHAND_MIRROR names another). Every file is verified each time it is read.

    Raises:
        ValueError: there is no data set of that name, or no such option; the message says which there are.
        DataError: it cannot be had, or a file is damaged; the message names the file and says what to do.
    """
    loader = _LOADERS[_known(name)]
    takes = inspect.signature(loader).parameters
    for option in options:
        if option not in takes:
            raise ValueError(f"{name}: expected options among {', '.join(takes) or 'none'}; got {option!r}")
    return loader(**options)


def fetch(name: str, *, progress: Listener | None = None) -> Path | None:
    """Make sure that a data set is on this machine, and return its folder; None where it comes with the install.

    Raises:
        ValueError: there is no data set of that name.
        DataError: it cannot be had.
    """
    source = DATASETS[_known(name)].source_files
    return None if source is None else fetching.obtain(source, progress=progress)


def where(name: str) -> Path | None:
    """Return the folder in which a data set's files were found; None where they are not on this machine, or need not be."""
    source = DATASETS[_known(name)].source_files
    return None if source is None else folders.find(source)


def _known(name: str) -> str:
    if name not in DATASETS:
        near = difflib.get_close_matches(name, DATASETS, n=1)
        ask = f" Did you mean {near[0]}?" if near else ""
        raise ValueError(f"expected a data set, one of {', '.join(DATASETS)}; got {name!r}.{ask}")
    return name

"""Handwritten digits: the 1,797 images of 8 x 8 that come with scikit-learn."""

from __future__ import annotations

import gzip
import importlib.util
from pathlib import Path

import numpy as np

from byhand.arrays import Key

from .dataset import Dataset, DatasetInfo, Split

INFO = DatasetInfo(
    name="digits",
    summary="real handwritten digits, 8 x 8, grey; bundled",
    size="1,797 images (1,257 to train, 180 to validate, 360 to test), 0.5 MB",
    licence="CC BY 4.0",
    source="E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, 1998, in scikit-learn's copy",
)

_TRAIN, _VAL = 1257, 180


def load() -> Dataset:
    """Return the digits, scaled to [0, 1].

    The split: all 1,797 in the order of `Key.from_seed(0).fold("digits").permutation(1797)`; the first 1,257 to train,
    the next 180 to validate, the last 360 to test. (In the file's own order neighbours come from one writer.)
    """
    table = np.loadtxt(gzip.open(_file(), "rt"), delimiter=",", dtype=np.float32)  # (1797, 65): 64 pixels, the digit
    table = table[Key.from_seed(0).fold("digits").permutation(len(table))]
    images = (table[:, :-1] / 16).reshape(-1, 1, 8, 8)
    labels = table[:, -1].astype(np.int64)
    parts = [slice(0, _TRAIN), slice(_TRAIN, _TRAIN + _VAL), slice(_TRAIN + _VAL, None)]
    train, val, test = (Split(images[part], labels[part]) for part in parts)
    return Dataset("digits", train, val, test, classes=tuple("0123456789"))


def _file() -> Path:
    # found without importing scikit-learn, which takes a second or more
    spec = importlib.util.find_spec("sklearn")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the digits come with scikit-learn, which is not installed: pip install scikit-learn")
    path = Path(spec.origin).parent / "datasets" / "data" / "digits.csv.gz"
    if not path.exists():
        raise FileNotFoundError(f"scikit-learn is installed without its digits: {path} is missing. Reinstall scikit-learn.")
    return path

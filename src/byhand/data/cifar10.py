"""CIFAR-10: 60,000 colour photographs of 32 x 32, in ten classes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from . import content, fetching, parts, pickles
from .dataset import Dataset, DatasetInfo, Split
from .parts import Dtype
from .progress import Listener
from .source import DataError, Download, File, Source

_BATCH = 10_000
_PARTS = {"train": 49_000, "val": 1_000, "test": 10_000}
_START = b"\x80\x02}"  # pickle, protocol 2, a dict

SOURCE = Source(
    name="cifar10",
    folder="cifar-10-batches-py",
    aliases=("cifar-10/cifar-10-batches-py", "cifar10/cifar-10-batches-py", "CIFAR10/cifar-10-batches-py"),
    files=(
        File("data_batch_1", 31_035_704, "54636561a3ce25bd3e19253c6b0d8538147b0ae398331ac4a2d86c6d987368cd", _START),
        File("data_batch_2", 31_035_320, "766b2cef9fbc745cf056b3152224f7cf77163b330ea9a15f9392beb8b89bc5a8", _START),
        File("data_batch_3", 31_035_999, "0f00d98ebfb30b3ec0ad19f9756dc2630b89003e10525f5e148445e82aa6a1f9", _START),
        File("data_batch_4", 31_035_696, "3f7bb240661948b8f4d53e36ec720d8306f5668bd0071dcb4e6c947f78e9682b", _START),
        File("data_batch_5", 31_035_623, "d91802434d8376bbaeeadf58a737e3a1b12ac839077e931237e0dcd43adcb154", _START),
        File("test_batch", 31_035_526, "f53d8d457504f7cff4ea9e021afcf0e0ad8e24a91f3fc42091b8adef61157831", _START),
    ),
    downloads=(
        Download(
            "cifar-10-python.tar.gz",
            ("https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",),
            170_498_071,
            "c58f30108f718f92721af3b95e74349a",
        ),
    ),
)

INFO = DatasetInfo(
    name="cifar10",
    summary="small colour photographs of ten kinds of things, 32 x 32",
    size="60,000 images (49,000 to train, 1,000 to validate, 10,000 to test), 171 MB to fetch",
    licence="none stated; asks to be cited",
    source="A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009",
    source_files=SOURCE,
)

_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


def load(
    *,
    train: int | None = None,
    val: int | None = None,
    test: int | None = None,
    dtype: Dtype = "float32",
    download: bool = True,
    progress: Listener | None = None,
) -> Dataset:
    """Return CIFAR-10, images (N, 3, 32, 32).

    The split is CS231n's, in the files' order: the first 49,000 of the 50,000 training images to train, the last 1,000 to
    validate; the 10,000 test images to test. Only the files that a smaller part needs are read.

    Args:
        train: how many to train on, the first of that part; None for all. Likewise `val` and `test`.
        dtype: "float32" from 0 to 1 (all of it: 740 MB), or "uint8" from 0 to 255 in a quarter of the memory (`as_float`
            converts a batch).
        download: whether it may be fetched, where it is not on this machine.
        progress: called with events while it is fetched; see `data.progress`.

    Raises:
        DataError: it cannot be had, or a file is damaged; the text names it and says what to do.
        ValueError: an option that does not fit.
    """
    n = parts.counts(SOURCE.name, _PARTS, {"train": train, "val": val, "test": test})
    parts.require_dtype(SOURCE.name, dtype)
    folder = fetching.obtain(SOURCE, download=download, progress=progress)
    *training, testing = SOURCE.files
    pool = [(0, n["train"]), (_PARTS["train"], n["val"])]
    train_split, val_split = _rows(folder, training, pool, dtype)
    (test_split,) = _rows(folder, [testing], [(0, n["test"])], dtype)
    return Dataset(SOURCE.name, train_split, val_split, test_split, classes=_CLASSES)


def _rows(folder: Path, files: list[File], ranges: list[tuple[int, int]], dtype: Dtype) -> list[Split]:
    """Return ranges (first, count) of the images that files of 10,000 hold in turn, reading one file at a time."""
    splits = [Split(np.empty((count, 3, 32, 32), dtype), np.empty(count, np.int64)) for _, count in ranges]
    for number, file in enumerate(files):
        base, batch = number * _BATCH, None
        for split, (first, count) in zip(splits, ranges, strict=True):
            start, stop = max(first, base), min(first + count, base + _BATCH)
            if start < stop:
                pixels, labels = batch = batch or _read(folder, file)
                parts.put(pixels[start - base : stop - base], split.images[start - first : stop - first])
                split.labels[start - first : stop - first] = labels[start - base : stop - base]
    return splits


def _read(folder: Path, file: File) -> tuple[np.ndarray, np.ndarray]:
    data = content.read(folder, file, of=SOURCE.name, check=pickles.load)
    try:
        return parse(data)
    except ValueError as problem:
        raise DataError(f"{folder / file.name}: {problem}") from None


def parse(data: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Return the images (N, 3, 32, 32) in uint8 and the labels (N,) of one file in CIFAR-10's format.

    Raises:
        pickles.Forbidden: the pickle names something other than plain arrays; nothing of it was run.
        ValueError: it does not hold such arrays.
    """
    batch = pickles.load(data)
    pixels = batch.get("data") if isinstance(batch, dict) else None
    labels = batch.get("labels") if isinstance(batch, dict) else None
    if not isinstance(pixels, np.ndarray) or pixels.ndim != 2 or pixels.shape[1] != 3072:
        found = getattr(pixels, "shape", type(pixels).__name__)
        raise ValueError(f'expected "data" of shape (N, 3072) in a batch of CIFAR-10, got {found}')
    if not isinstance(labels, list) or len(labels) != len(pixels) or not all(type(y) is int and 0 <= y < 10 for y in labels):
        raise ValueError(f'expected "labels" to be {len(pixels)} numbers from 0 to 9 in a batch of CIFAR-10')
    return pixels.reshape(-1, 3, 32, 32), np.array(labels, np.int64)

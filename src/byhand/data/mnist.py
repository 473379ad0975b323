"""MNIST and Fashion-MNIST: 70,000 grey pictures of 28 x 28 each, in the same four files."""

from __future__ import annotations

import numpy as np

from . import content, fetching, idx, parts
from .dataset import Dataset, DatasetInfo, Split
from .parts import Dtype
from .progress import Listener
from .source import DataError, Download, File, Source

_SIZE = "70,000 images (55,000 to train, 5,000 to validate, 10,000 to test), {} to fetch"
_PARTS = {"train": 55_000, "val": 5_000, "test": 10_000}


def _source(name, folder, aliases, bases, files) -> Source:
    """Return a source of gzipped IDX files, each given as name: (size, SHA-256, size of the gzip, its published MD5)."""
    return Source(
        name=name,
        folder=folder,
        aliases=aliases,
        files=tuple(File(file, size, sha256, idx.START) for file, (size, sha256, _, _) in files.items()),
        downloads=tuple(
            Download(f"{folder}/{file}.gz", tuple(f"{base}/{file}.gz" for base in bases), packed, md5)
            for file, (_, _, packed, md5) in files.items()
        ),
    )


MNIST = _source(
    "mnist",
    "mnist",
    ("MNIST/raw", "MNIST"),
    # the authors' own page has refused downloads since 2024; these are byte for byte its files
    ("https://ossci-datasets.s3.amazonaws.com/mnist", "https://storage.googleapis.com/cvdf-datasets/mnist"),
    {
        "train-images-idx3-ubyte": (
            47_040_016,
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            9_912_422,
            "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        ),
        "train-labels-idx1-ubyte": (
            60_008,
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            28_881,
            "d53e105ee54ea40749a09fcbcd1e9432",
        ),
        "t10k-images-idx3-ubyte": (
            7_840_016,
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            1_648_877,
            "9fb629c4189551a2d022fa330f9573f3",
        ),
        "t10k-labels-idx1-ubyte": (
            10_008,
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            4_542,
            "ec29112dd5afa0611ce80d1b7f02629c",
        ),
    },
)

FASHION = _source(
    "fashion-mnist",
    "fashion-mnist",
    ("FashionMNIST/raw", "FashionMNIST"),
    (
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
    ),
    {
        "train-images-idx3-ubyte": (
            47_040_016,
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            26_421_880,
            "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        ),
        "train-labels-idx1-ubyte": (
            60_008,
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            29_515,
            "25c81989df183df01b3e8a0aad5dffbe",
        ),
        "t10k-images-idx3-ubyte": (
            7_840_016,
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            4_422_102,
            "bef4ecab320f06d8554ea6380940ec79",
        ),
        "t10k-labels-idx1-ubyte": (
            10_008,
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            5_148,
            "bb300cfdad3c16e7a12a480ee83cd310",
        ),
    },
)

MNIST_INFO = DatasetInfo(
    name="mnist",
    summary="handwritten digits, 28 x 28, grey",
    size=_SIZE.format("12 MB"),
    licence="commonly given as CC BY-SA 3.0",
    source="Y. LeCun, C. Cortes and C. J. C. Burges, The MNIST database of handwritten digits, 1998",
    source_files=MNIST,
)
FASHION_INFO = DatasetInfo(
    name="fashion-mnist",
    summary="pictures of clothes, 28 x 28, grey: MNIST's form, and harder",
    size=_SIZE.format("31 MB"),
    licence="MIT",
    source="H. Xiao, K. Rasul and R. Vollgraf, Fashion-MNIST, 2017 (github.com/zalandoresearch/fashion-mnist)",
    source_files=FASHION,
)

_GARMENTS = (
    "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip


def load_mnist(
    *,
    train: int | None = None,
    val: int | None = None,
    test: int | None = None,
    dtype: Dtype = "float32",
    download: bool = True,
    progress: Listener | None = None,
) -> Dataset:
    """Return MNIST, images (N, 1, 28, 28).

    The split, in the files' order: the first 55,000 of the 60,000 training images to train, the last 5,000 to validate;
    the 10,000 test images to test.

    Args:
        train: how many to train on, the first of that part; None for all. Likewise `val` and `test`.
        dtype: "float32" from 0 to 1, or "uint8" from 0 to 255 in a quarter of the memory (`as_float` converts a batch).
        download: whether it may be fetched, where it is not on this machine.
        progress: called with events while it is fetched; see `data.progress`.

    Raises:
        DataError: it cannot be had, or a file is damaged; the text names it and says what to do.
        ValueError: an option that does not fit.
    """
    asked = {"train": train, "val": val, "test": test}
    return _load(MNIST, tuple("0123456789"), asked, dtype, download, progress)


def load_fashion(
    *,
    train: int | None = None,
    val: int | None = None,
    test: int | None = None,
    dtype: Dtype = "float32",
    download: bool = True,
    progress: Listener | None = None,
) -> Dataset:
    """Return Fashion-MNIST; everything as in `load_mnist`."""
    asked = {"train": train, "val": val, "test": test}
    return _load(FASHION, _GARMENTS, asked, dtype, download, progress)


def _load(source, classes, asked, dtype, download, progress) -> Dataset:
    n = parts.counts(source.name, _PARTS, asked)
    parts.require_dtype(source.name, dtype)
    folder = fetching.obtain(source, download=download, progress=progress)
    train_images, train_labels, test_images, test_labels = (_read(folder, file, source.name) for file in source.files)

    def split(images, labels, first, count):
        chosen = slice(first, first + count)
        made = Split(np.empty((count, 1, 28, 28), dtype), labels[chosen].astype(np.int64))
        parts.put(images[chosen, None], made.images)  # (N, 1, 28, 28)
        return made

    return Dataset(
        source.name,
        train=split(train_images, train_labels, 0, n["train"]),
        val=split(train_images, train_labels, _PARTS["train"], n["val"]),
        test=split(test_images, test_labels, 0, n["test"]),
        classes=classes,
    )


def _read(folder, file, name):
    try:
        return idx.parse(content.read(folder, file, of=name))
    except ValueError as problem:
        raise DataError(f"{folder / file.name}: {problem}") from None

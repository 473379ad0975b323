"""The loaders of the real data sets on small files in their form (splits, parts, numbers, options), and on the real ones."""

import gzip
import hashlib
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from byhand import data
from byhand.data import DataError, cifar10, content, mnist, parts

NAMES = ("mnist", "fashion-mnist", "cifar10")


@pytest.fixture
def small(home, monkeypatch):
    """MNIST with 12 + 4 and CIFAR-10 with 5 files of 6 + 4 pictures, in the cache; every picture's pixels are its number."""
    sizes = {"train": 9, "val": 3, "test": 4}
    monkeypatch.setattr(mnist, "_PARTS", sizes)
    raw = {}
    for prefix, n in (("train", 12), ("t10k", 4)):
        pixels = np.repeat(np.arange(n, dtype=np.uint8), 784).reshape(n, 28, 28)
        raw[f"{prefix}-images-idx3-ubyte"] = bytes([0, 0, 8, 3, 0, 0, 0, n, 0, 0, 0, 28, 0, 0, 0, 28]) + pixels.tobytes()
        raw[f"{prefix}-labels-idx1-ubyte"] = bytes([0, 0, 8, 1, 0, 0, 0, n]) + bytes(y % 10 for y in range(n))
    folder = home / "cache" / "mnist"
    folder.mkdir(parents=True)
    for name, file in raw.items():
        (folder / f"{name}.gz").write_bytes(gzip.compress(file))
    monkeypatch.setattr(mnist, "MNIST", replace(mnist.MNIST, files=described(mnist.MNIST, raw)))

    monkeypatch.setattr(cifar10, "_PARTS", {"train": 25, "val": 5, "test": 4})
    monkeypatch.setattr(cifar10, "_BATCH", 6)
    raw = {}
    for number, name in enumerate(file.name for file in cifar10.SOURCE.files):
        n = 4 if name == "test_batch" else 6
        ids = np.arange(n) + 6 * number
        raw[name] = repr(ids.tolist()).encode()
    folder = home / "cache" / "cifar-10-batches-py"
    folder.mkdir()
    for name, file in raw.items():
        (folder / name).write_bytes(file)
    monkeypatch.setattr(cifar10, "SOURCE", replace(cifar10.SOURCE, files=described(cifar10.SOURCE, raw)))

    def parse(file):
        ids = np.array(eval(file))
        return np.broadcast_to(ids.astype(np.uint8)[:, None, None, None], (len(ids), 3, 32, 32)), ids % 10

    monkeypatch.setattr(cifar10, "parse", parse)
    return home / "cache"


def described(source, raw):
    return tuple(replace(f, size=len(raw[f.name]), sha256=hashlib.sha256(raw[f.name]).hexdigest()) for f in source.files)


def ids(split):
    """Return the pictures' numbers, after a look at all their pixels."""
    scale = 1 if split.images.dtype == np.uint8 else 255
    numbers = np.rint(split.images[:, 0, 0, 0] * scale).astype(int)
    assert (split.images == split.images[:, :1, :1, :1]).all()
    assert split.labels.dtype == np.int64 and (split.labels == numbers % 10).all()
    return numbers.tolist()


@pytest.mark.parametrize("dtype", ["float32", "uint8"])
@pytest.mark.parametrize(("name", "train", "val"), [("mnist", 9, 3), ("cifar10", 25, 5)])
def test_the_split_is_in_the_files_order(small, name, train, val, dtype):
    d = data.load(name, dtype=dtype)
    first_test = 0 if name == "mnist" else 30
    assert ids(d.train) == [*range(train)] and ids(d.val) == [*range(train, train + val)]
    assert ids(d.test) == [*range(first_test, first_test + 4)]
    for split in (d.train, d.val, d.test):
        assert split.images.dtype == dtype and split.images.flags.writeable
        assert split.images.shape[1:] == ((1, 28, 28) if name == "mnist" else (3, 32, 32))
    few = data.load(name, dtype=dtype, train=8, val=2, test=0)
    assert (ids(few.train), ids(few.val), ids(few.test)) == ([*range(8)], [train, train + 1], [])
    assert few.train.images.base is None or few.train.images.base.nbytes == few.train.images.nbytes
    assert len(d.classes) == 10


def test_only_the_files_that_are_needed_are_read(small, monkeypatch):
    seen, read = [], content.read
    monkeypatch.setattr(content, "read", lambda folder, file, **k: seen.append(file.name) or read(folder, file, **k))
    data.load("cifar10", train=7, val=0, test=0)
    assert seen == ["data_batch_1", "data_batch_2"]
    seen.clear()
    data.load("cifar10")
    assert seen == [file.name for file in cifar10.SOURCE.files]


def test_a_damaged_file_is_named(small):
    path = small / "cifar-10-batches-py" / "data_batch_2"
    path.write_bytes(b"cos\nsystem\n(S'touch /tmp/byhand-ran'\ntR.")
    with pytest.raises(
        DataError, match=r"data_batch_2 is not the official file: its pickle asks for os.system.*byhand data cifar10"
    ):
        data.load("cifar10")
    path = small / "mnist" / "t10k-labels-idx1-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(DataError, match=r"t10k-labels-idx1-ubyte.gz is truncated.*byhand data mnist"):
        data.load("mnist")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"train": -1}, r"expected train to be a whole number from 0 to [\d,]+, or None for all; got -1"),
        ({"val": 70_000}, r"expected val to be a whole number from 0 to [15],000, .* got 70000"),
        ({"test": 1.5}, "expected test to be"),
        ({"test": True}, "expected test to be"),
        ({"dtype": "float64"}, "expected dtype to be one of float32, uint8, got 'float64'"),
        ({"size": 32}, "expected options among train, val, test, dtype, download, progress; got 'size'"),
    ],
)
def test_options_that_do_not_fit(home, name, options, says):
    with pytest.raises(ValueError, match=f"^{name}: {says}"):
        data.load(name, **options)


def test_options_of_the_bundled_ones():
    with pytest.raises(ValueError, match="digits: expected options among none; got 'train'"):
        data.load("digits", **{"train": 3})
    with pytest.raises(ValueError, match="shapes: expected options among train, val, test, size, seed, objects; got 'dtype'"):
        data.load("shapes", **{"dtype": "uint8"})


def test_where_and_fetch(small, monkeypatch):
    assert data.where("digits") is None and data.fetch("shapes") is None
    assert data.where("mnist") == data.fetch("mnist") == small / "mnist"
    assert data.where("fashion-mnist") is None
    with pytest.raises(DataError, match="fashion-mnist is not on this machine"):
        data.load("fashion-mnist", download=False)
    with pytest.raises(ValueError, match="Did you mean mnist"):
        data.where("mnst")


PIXELS = np.arange(256, dtype=np.uint8)
SCALED = (np.arange(256) / 255).astype(np.float32)


def test_as_float():
    np.testing.assert_array_equal(data.as_float(PIXELS), SCALED, strict=True)
    assert data.as_float(SCALED) is SCALED
    out = np.empty(256, np.float32)
    parts.put(PIXELS, out)
    np.testing.assert_array_equal(out, SCALED, strict=True)


@pytest.mark.torch
def test_as_float_of_a_tensor():
    import torch

    theirs = data.as_float(torch.from_numpy(PIXELS))
    assert isinstance(theirs, torch.Tensor)
    np.testing.assert_array_equal(theirs.numpy(), SCALED, strict=True)


def test_nothing_for_the_network_is_imported_before_it_is_used():
    code = "import sys; from byhand import data; print({'urllib.request', 'http.client', 'tarfile', 'ssl', 'rich'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["set()"]


def test_the_bar_shows_bytes():
    import io

    from rich.console import Console

    out = Console(file=io.StringIO(), force_terminal=True, width=120)
    with data.Bar(out):
        pass
    assert out.file.getvalue() == ""  # pyright: ignore
    with data.Bar(out) as bar:
        bar({"kind": "download", "file": "a.gz", "address": "x", "done": 500_000, "total": 2_000_000})
        bar({"kind": "note", "text": "a.gz: cut [at] 1"})
        bar({"kind": "download", "file": "a.gz", "address": "x", "done": 2_000_000, "total": 2_000_000})
    shown = out.file.getvalue()  # pyright: ignore
    assert "2.0/2.0 MB" in shown and "a.gz: cut [at] 1" in shown


def test_what_is_published_of_the_downloads():
    total = {"mnist": 11_594_722, "fashion-mnist": 30_878_645, "cifar10": 170_498_071}
    for name, info in data.DATASETS.items():
        assert (info.source_files is None) == (name in ("digits", "shapes"))
        if info.source_files is not None:
            assert info.source_files.name == name and info.source_files.download_size == total[name]
            assert str(round(total[name] / 1e6)) + " MB to fetch" in info.size or name == "cifar10"
            assert all(len(d.md5) == 32 and d.addresses for d in info.source_files.downloads)
            assert all(len(f.sha256) == 64 for f in info.source_files.files)


@pytest.mark.parametrize("name", NAMES)
def test_real_files(real, name):
    real(name)
    d = data.load(name, dtype="uint8")
    sizes, firsts, per_class = {
        "mnist": ((55_000, 5_000, 10_000), ([5, 0, 4, 1, 9], [7, 2, 1, 0, 4]), None),
        "fashion-mnist": ((55_000, 5_000, 10_000), ([9, 0, 0, 3, 0], [9, 2, 1, 1, 6]), 6_000),
        "cifar10": ((49_000, 1_000, 10_000), ([6, 9, 9, 4, 1], [3, 8, 8, 0, 6]), 5_000),
    }[name]
    assert tuple(len(part) for part in (d.train, d.val, d.test)) == sizes
    assert (d.train.labels[:5].tolist(), d.test.labels[:5].tolist()) == firsts
    counts = np.bincount(np.concatenate([d.train.labels, d.val.labels]), minlength=10)
    assert per_class is None or (counts == per_class).all()
    # the means that every tutorial gives
    mean = np.concatenate([d.train.images, d.val.images]).mean(axis=(0, 2, 3)) / 255
    known = {"mnist": [0.1307], "fashion-mnist": [0.2860], "cifar10": [0.4914, 0.4822, 0.4465]}[name]
    assert mean == pytest.approx(known, abs=1e-4)


def test_nearest_neighbours_on_real_pictures(real):
    """CS231n's count: of the first 500 test pictures, 137 have a nearest neighbour of their class in the first 5,000."""
    real("cifar10")
    d = data.load("cifar10", train=5000, val=0, test=500, dtype="uint8")
    x, t = (part.images.reshape(len(part), -1).astype(np.float64) for part in (d.train, d.test))
    distances = (x**2).sum(1) - 2 * t @ x.T
    assert (d.train.labels[distances.argmin(1)] == d.test.labels).sum() == 137

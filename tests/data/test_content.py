"""A file is read whole and right, or named with what is wrong and what to do."""

import gzip
import os
import random

import pytest

from byhand.data import DataError, content, idx, pickles
from byhand.data.source import File

RIGHT = idx.START + random.Random(5).randbytes(4000)
ROGUE = b"cos\nsystem\n(S'touch /tmp/byhand-ran'\ntR."


@pytest.fixture
def file():
    import hashlib

    return File("train-images", len(RIGHT), hashlib.sha256(RIGHT).hexdigest(), idx.START)


def broken(data):
    return data[:2000] + bytes([data[2000] ^ 4]) + data[2001:]


def test_as_it_is_or_gzipped(file, tmp_path):
    (tmp_path / "train-images.gz").write_bytes(gzip.compress(RIGHT))
    assert content.read(tmp_path, file, of="toy") == RIGHT
    (tmp_path / "train-images").write_bytes(RIGHT)
    assert content.read(tmp_path, file, of="toy") == RIGHT


FAULTS = {
    "truncated": ("", RIGHT[:3000], r"is truncated: 3,000 of 4,003 bytes"),
    "one bit": ("", broken(RIGHT), r"is altered: SHA-256 [0-9a-f]{16}..., the official one begins with [0-9a-f]{16}"),
    "longer": ("", RIGHT + b"x", r"is altered: there is more in it than the official 4,003 bytes"),
    "empty": ("", b"", r"is empty; 4,003 bytes were expected"),
    "page": ("", b"<!DOCTYPE html>" * 300, r"is of another format: it begins with b'<!DOCTYPE ht', and b'\\x00\\x00\\x08' was"),
    "rogue": ("", ROGUE, r"is not the official file: its pickle asks for os.system, which was refused; nothing of it was run"),
    "gzip truncated": (".gz", gzip.compress(RIGHT)[:3000], r"is truncated: the gzip data ends early"),
    "gzip bit": (".gz", broken(gzip.compress(RIGHT)), r"is altered"),
    "gzip page": (".gz", b"<html>", r"is altered, or no gzip file \(Not a gzipped file"),
    "gzip of less": (".gz", gzip.compress(RIGHT[:3000]), r"is truncated: 3,000 of 4,003 bytes"),
    "gzip bomb": (".gz", gzip.compress(idx.START + bytes(50_000_000)), r"is altered: there is more in it"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_has_its_words(file, tmp_path, fault):
    suffix, data, says = FAULTS[fault]
    (tmp_path / f"train-images{suffix}").write_bytes(data)
    with pytest.raises(DataError, match=says) as caught:
        content.read(tmp_path, file, of="toy", check=pickles.load)
    assert str(caught.value).startswith(str(tmp_path / f"train-images{suffix}"))
    assert str(caught.value).endswith("Delete it. Then `byhand data toy` fetches it again.")
    assert not os.path.exists("/tmp/byhand-ran")


def test_every_cut_is_seen(file, tmp_path):
    rng = random.Random(6)
    whole = gzip.compress(RIGHT)
    for _ in range(50):
        (tmp_path / "train-images.gz").write_bytes(whole[: rng.randrange(len(whole))])
        with pytest.raises(DataError, match="truncated|no gzip file|is empty"):
            content.read(tmp_path, file, of="toy")


def test_missing_and_unreadable(file, tmp_path, monkeypatch):
    with pytest.raises(DataError, match=r"train-images is missing. Then `byhand data toy` fetches it again"):
        content.read(tmp_path, file, of="toy")
    (tmp_path / "train-images").write_bytes(RIGHT)

    def no(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(content, "_bytes", no)
    with pytest.raises(DataError, match=r"train-images: no permission to read it. Change its mode, or delete it."):
        content.read(tmp_path, file, of="toy")


def test_a_bomb_is_not_unpacked(tmp_path):
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(bytes(10_000_000)))
    assert len(content._bytes(tmp_path / "bomb.gz", 100)) == 101

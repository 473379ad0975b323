import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from byhand import data
from byhand.data import digits


def test_digits_are_scikit_learns_each_once():
    from sklearn.datasets import load_digits

    theirs: Any = load_digits()
    ours = data.load("digits")
    parts = (ours.train, ours.val, ours.test)
    assert [len(part) for part in parts] == [1257, 180, 360]
    images = np.concatenate([part.images for part in parts])
    labels = np.concatenate([part.labels for part in parts])
    assert images.dtype == np.float32 and labels.dtype == np.int64 and images.shape == (1797, 1, 8, 8)
    rows = np.column_stack([images.reshape(1797, 64) * 16, labels])
    expected = np.column_stack([theirs.data, theirs.target])
    assert sorted(map(tuple, rows.tolist())) == sorted(map(tuple, expected.tolist()))


def test_every_class_is_in_every_part_and_the_order_is_fixed():
    ours, again = data.load("digits"), data.load("digits")
    for part in (ours.train, ours.val, ours.test):
        share = np.bincount(part.labels, minlength=10) / len(part)
        assert share.min() > 0.05
    assert (ours.test.labels == again.test.labels).all() and (ours.test.images == again.test.images).all()
    assert ours.test.labels[:12].tolist() == [2, 3, 9, 4, 1, 7, 7, 3, 2, 3, 3, 7]


def test_digits_do_not_wait_for_scikit_learn():
    code = "import sys; from byhand import data; data.load('digits'); print({'sklearn', 'torch'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["set()"]


def test_missing_scikit_learn_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(digits.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(FileNotFoundError, match="come with scikit-learn, which is not installed"):
        data.load("digits")


def test_unknown_name():
    with pytest.raises(
        ValueError, match=r"one of digits, shapes, mnist, fashion-mnist, cifar10; got 'digit'\. Did you mean digits\?"
    ):
        data.load("digit")
    with pytest.raises(ValueError, match=r"got 'xyz'\.$"):
        data.load("xyz")
    assert set(data.DATASETS) == {"digits", "shapes", "mnist", "fashion-mnist", "cifar10"}
    assert all(info.summary and info.licence and info.size and info.source for info in data.DATASETS.values())

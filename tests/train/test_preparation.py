"""What is fitted is fitted on training examples alone, and kept with the run."""

import numpy as np
import pytest

from byhand import data, train
from byhand.arrays import load_tree, save_tree
from byhand.data import DataError
from byhand.train import preparation


def test_statistics_are_those_of_the_training_examples():
    raw, dataset = preparation.load("digits"), preparation.load("digits")
    fitted = preparation.fit("standardize", dataset.train.images)
    prepared = preparation.apply(fitted, dataset)
    x = raw.train.images.astype(np.float64)
    std = np.where(x.std(axis=0) == 0, 1, x.std(axis=0))
    for part in ("train", "val", "test"):
        expected = (getattr(raw, part).images - x.mean(axis=0)) / std
        np.testing.assert_allclose(getattr(prepared, part).images, expected, atol=1e-4)
        assert getattr(prepared, part).images.dtype == np.float32
    assert (dataset.test.images == raw.test.images).all()  # pictures still show them
    assert preparation.apply({}, raw) is raw


def test_a_run_keeps_what_it_fitted_and_goes_on_with_it(small_run):
    def ask(event):
        if event["kind"] == "step" and event["step"] == 30:
            (train.runs(parts)[0].path / "stop").touch()

    whole = small_run(overrides={"preparation": "standardize"}, folder="whole")
    parts = whole.path.parent.parent / "parts"
    run = small_run(overrides={"preparation": "standardize"}, progress=ask, folder="parts")
    fitted, facts = load_tree(run.path / "preparation.safetensors")
    assert facts == {"preparation": "standardize"} and fitted["mean"].shape == (1, 8, 8)
    assert train.run(resume=run.path).metrics() == whole.metrics()
    save_tree(run.path / "preparation.safetensors", {**fitted, "mean": fitted["mean"] + 1}, facts)
    assert train.run(resume=run.path).result != whole.result  # it is this file that counts


def test_a_part_of_the_examples():
    assert len(preparation.load("digits", examples=100).train) == 100
    with pytest.raises(ValueError, match="setting examples: expected at most 1257, the number of training examples, got 2000"):
        preparation.load("digits", examples=2000)


def test_data_that_is_not_there_says_what_to_do(monkeypatch, tmp_path):
    def absent(name, **options):
        raise DataError("cifar10 could not be fetched.")

    monkeypatch.setattr(data, "load", absent)
    with pytest.raises(DataError, match="cifar10 could not be fetched.\nThe recipes' short form needs no download: add --quick"):
        train.run("fc-cifar10", folder=tmp_path)
    monkeypatch.setattr(data, "where", lambda name: None)
    assert train.missing_data("fc-cifar10", quick=False).startswith(
        "cifar10 is not on this machine yet. Fetch it with: byhand data cifar10 (60,000 images"
    )
    assert train.missing_data("fc-cifar10", quick=True) == ""

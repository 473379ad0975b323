"""The run without training: its counts are exact, and it says what it cannot do."""

import numpy as np
import pytest

from byhand import data, train
from byhand.procedures import neighbours


def test_exact_counts_on_cifar10(tmp_path, monkeypatch):
    if data.where("cifar10") is None:
        pytest.skip("CIFAR-10 is not on this machine (set BYHAND_DATA to the folder that holds it)")
    # which takes most of the time, and is no part of the counts
    monkeypatch.setattr(neighbours, "cross_validate", lambda x, y, folds, ks: np.zeros((len(ks), len(folds))))
    run = train.run("knn-cifar10", overrides={"ks": "1,5,10"}, folder=tmp_path)
    assert [run.result[f"right_k{k}"] for k in (1, 5, 10)] == [137, 139, 141]
    assert run.reached and [goal.reached for goal in run.goals] == ["137/500", "139/500", "141/500"]


def test_counts_are_those_of_a_plain_search_pictures(tmp_path):
    run = train.run("knn-cifar10", quick=True, overrides={"train": 300, "test": 40, "ks": "1,4"}, folder=tmp_path)
    digits = data.load("digits")
    x, t = digits.test.images[:40].reshape(40, -1), digits.train.images[:300].reshape(300, -1)
    labels = digits.train.labels[:300]
    right = {1: 0, 4: 0}
    for query, truth in zip(x, digits.test.labels, strict=False):
        order = np.argsort(((t.astype(float) - query) ** 2).sum(axis=1), kind="stable")
        for k in right:
            right[k] += int(np.bincount(labels[order[:k]]).argmax() == truth)
    assert {k: run.result[f"right_k{k}"] for k in right} == right
    assert [row["k"] for row in run.table] == [1, 4] and len(run.table[0]["folds"]) == 5
    assert run.table[0]["cross_validation"] == pytest.approx(np.mean(run.table[0]["folds"]), abs=1e-4)
    assert {path.name for path in run.path.glob("*.png")} == {"accuracy.png", "neighbours.png"}


def test_it_is_the_module_that_is_asked(tmp_path, monkeypatch):
    """So that a learner's own function, put in the place of ours, is the one that runs."""
    monkeypatch.setattr(neighbours, "knn_predict", lambda distances, labels, *, k: np.full(len(distances), -1))
    run = train.run("knn-cifar10", quick=True, folder=tmp_path, mine=["knn_predict"])
    assert run.result["right_k1"] == 0 and not run.reached


def test_stopped_it_begins_anew(tmp_path):
    def ask(event):
        if event["kind"] == "work" and event["done"] == 100:
            (train.runs(tmp_path)[0].path / "stop").touch()

    run = train.run("knn-cifar10", quick=True, folder=tmp_path, progress=ask)
    assert run.status == "stopped" and run.result == {}
    again = train.run(resume=run.path)
    assert again.reached and again.id == run.id


def test_bad_requests(tmp_path):
    def refused(message, **options):
        with pytest.raises(ValueError, match=message):
            train.run("knn-cifar10", quick=True, folder=tmp_path / "never", **options)

    refused("recipe knn-cifar10 is computed in NumPy: expected engine numpy, got 'torch'", engine="torch")
    refused("setting train: expected at most 1257, got 2000", overrides={"train": 2000})
    refused("setting ks: expected numbers from 1 to 800, got", overrides={"ks": "900"})
    refused("setting folds: expected from 2 to 1000, the number of training pictures, got 1", overrides={"folds": 1})
    refused("there is no setting 'lr'; there are data, threads, train, test, ks, folds", overrides={"lr": 1})
    assert not (tmp_path / "never").exists()

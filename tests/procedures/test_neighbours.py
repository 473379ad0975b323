"""Distances, votes and cross-validation against scikit-learn and plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import pairwise
from sklearn.model_selection import PredefinedSplit, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

from byhand.procedures import neighbours

DISTANCES = (
    neighbours.euclidean_distances_two_loops,
    neighbours.euclidean_distances_one_loop,
    neighbours.euclidean_distances,
)


def points(m, n, d, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(m, d)), rng.normal(size=(n, d))


@pytest.mark.parametrize("distances", DISTANCES)
@pytest.mark.parametrize(("m", "n", "d"), [(4, 7, 3), (5, 2, 40), (1, 1, 1), (3, 3, 3), (0, 4, 2)])
def test_distances_are_those_of_an_independent_library(distances, m, n, d):
    x, train = points(m, n, d)
    before = x.copy(), train.copy()
    found = distances(x, train)
    expected = pairwise.pairwise_distances(x, train, metric="minkowski", p=2) if m else np.zeros((0, n))
    assert found.shape == (m, n) and found.dtype == np.float64
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(train, before[1])
    single = distances(x.astype(np.float32), train.astype(np.float32))
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("offset", [0.0, 1.0, 255.0, 1e6])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_points_that_nearly_agree_never_give_nan(offset, dtype):
    rng = np.random.default_rng(0)
    train = (rng.normal(size=(400, 30)) + offset).astype(dtype)
    x = (train + rng.normal(size=train.shape) * np.finfo(dtype).eps * max(offset, 1)).astype(dtype)
    xx, tt = np.sum(x**2, axis=1), np.sum(train**2, axis=1)
    assert np.any(xx[:, None] - 2 * x @ train.T + tt < 0), "these points do not need the clip"
    found = neighbours.euclidean_distances(x, train)
    assert np.all(found >= 0)
    exact = np.sqrt(np.sum((x[:, None].astype(float) - train) ** 2, axis=2))
    noise = np.sqrt(8 * np.finfo(dtype).eps * np.max(xx))
    assert np.max(np.abs(found - exact)) < noise


def test_distances_of_views_and_of_points_equal_to_themselves():
    x, train = points(40, 60, 9)
    expected = neighbours.euclidean_distances(x[::2, ::-3].copy(), train[::-1, ::-3].copy())
    np.testing.assert_allclose(neighbours.euclidean_distances(x[::2, ::-3], train[::-1, ::-3]), expected)
    assert np.max(np.diag(neighbours.euclidean_distances(x, x))) < 1e-6


@pytest.mark.parametrize("k", [1, 2, 3, 4, 10, 50])
def test_votes_are_those_of_scikit_learn(k):
    x, train = points(200, 50, 2)
    labels = np.random.default_rng(1).integers(3, 7, size=50)
    found = neighbours.knn_predict(neighbours.euclidean_distances(x, train), labels, k=k)
    expected = KNeighborsClassifier(k, algorithm="brute").fit(train, labels).predict(x)  # the smaller label wins there too
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == labels.dtype


def test_ties_go_to_the_smaller_label_and_equal_distances_to_the_earlier_example():
    distances = np.array([[1.0, 2.0, 3.0, 4.0]])
    assert neighbours.knn_predict(distances, np.array([9, 4, 4, 9]), k=4) == [4]
    assert neighbours.knn_predict(distances, np.array([9, 4, 0, 0]), k=2) == [4]
    assert neighbours.knn_predict(distances, np.array([9, 4, 9, 0]), k=3) == [9]
    rng = np.random.default_rng(0)
    level, labels = rng.integers(0, 3, size=(30, 100)) * 1.0, rng.integers(0, 10, size=100)
    for k in (1, 7, 40):
        order = [sorted(range(100), key=lambda n, row=row: (row[n], n))[:k] for row in level]
        expected = [min(set(labels[o]), key=lambda c, o=o: (-np.sum(labels[o] == c), c)) for o in order]
        np.testing.assert_array_equal(neighbours.knn_predict(level, labels, k=k), expected)


def test_cross_validation_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 4, size=61)
    x = rng.normal(size=(61, 3)) + y[:, None]
    folds, ks = np.array_split(rng.permutation(61), 5), [1, 4, 9]
    accuracies = neighbours.cross_validate(x, y, folds, ks)
    assert accuracies.shape == (3, 5)
    number = np.empty(61, dtype=int)
    for f, fold in enumerate(folds):
        number[fold] = f
    for k, row in zip(ks, accuracies, strict=True):
        expected = cross_val_score(KNeighborsClassifier(k, algorithm="brute"), x, y, cv=PredefinedSplit(number))
        np.testing.assert_allclose(row, expected)


def test_cross_validation_calls_what_stands_in_its_module(monkeypatch):
    seen = []
    monkeypatch.setattr(neighbours, "euclidean_distances", lambda x, train: seen.append(len(x)) or np.ones((len(x), len(train))))
    monkeypatch.setattr(neighbours, "knn_predict", lambda distances, labels, *, k: np.full(len(distances), k))
    x, y = np.zeros((5, 1)), np.array([1, 1, 2, 2, 2])
    accuracies = neighbours.cross_validate(x, y, [np.array([0, 2]), np.array([1, 3, 4])], [1, 2])
    np.testing.assert_allclose(accuracies, [[1 / 2, 1 / 3], [1 / 2, 2 / 3]])
    assert seen == [2, 3], "the distances are computed once for each fold"

"""Drills: with the loop and without it the same comes out, and it is what plain Python says, number by number."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest

from byhand.procedures import drills_broadcasting, drills_indices, drills_rows, drills_searching


def row_shares(x):
    return [[v / math.fsum(row) for v in row] for row in x.tolist()]


def standard_scores(x, eps):
    columns = []
    for column in x.T.tolist():
        mean, variance = statistics.fmean(column), float(statistics.pvariance(column))
        columns.append([(v - mean) / math.sqrt(variance + eps) for v in column])
    return [list(row) for row in zip(*columns, strict=True)]


def indicators(y, classes):
    return [[float(c == label) for c in range(classes)] for label in y.tolist()]


def named_rows(x, index):
    rows = x.tolist()
    return [rows[i] for i in index.tolist()]


def differences(a, b):
    return [[[v - w for v, w in zip(p, q, strict=True)] for q in b.tolist()] for p in a.tolist()]


def window_means(x, window):
    numbers = x.tolist()
    return [math.fsum(numbers[i : i + window]) / window for i in range(len(numbers) - window + 1)]


def best_places(scores, k):
    return [[j for _, j in sorted((-v, j) for j, v in enumerate(row))[:k]] for row in scores.tolist()]


def best_members(values, group, groups):
    members = [[(-v, i) for i, v in enumerate(values.tolist()) if group[i] == g] for g in range(groups)]
    return [min(pairs)[1] if pairs else -1 for pairs in members]


def positive(rng, *shape):
    return rng.uniform(0.1, 3.0, shape)


def few_levels(rng, *shape):
    """Return numbers of which many are equal, with both signs, and both kinds of zero."""
    return rng.choice([-2.0, -0.0, 0.0, 1.5], shape)


DRAWN = {
    "row_normalize": lambda rng, n, m, d: {"x": positive(rng, n, d)},
    "standardize_columns": lambda rng, n, m, d: {"x": rng.normal(size=(n, d)), "eps": 10.0 ** -rng.integers(1, 9)},
    "one_hot": lambda rng, n, m, d: {"y": rng.integers(0, d, n), "classes": d},
    "gather_rows": lambda rng, n, m, d: {"x": rng.normal(size=(n, d)), "index": rng.integers(0, n, m)},
    "pairwise_difference": lambda rng, n, m, d: {"a": rng.normal(size=(n, d)), "b": rng.normal(size=(m, d))},
    "running_mean": lambda rng, n, m, d: {"x": rng.normal(size=n), "window": min(n, d)},
    "top_k_indices": lambda rng, n, m, d: {"scores": few_levels(rng, n, d), "k": min(m, d)},
    "argmax_per_group": lambda rng, n, m, d: {"values": few_levels(rng, n), "group": rng.integers(0, d, n), "groups": d},
}
DRILLS = {
    "row_normalize": (drills_rows, row_shares),
    "standardize_columns": (drills_rows, standard_scores),
    "one_hot": (drills_indices, indicators),
    "gather_rows": (drills_indices, named_rows),
    "pairwise_difference": (drills_broadcasting, differences),
    "running_mean": (drills_broadcasting, window_means),
    "top_k_indices": (drills_searching, best_places),
    "argmax_per_group": (drills_searching, best_members),
}
EXTREMES = {
    "standardize_columns, far from zero": ("standardize_columns", {"x": 1e8 + np.arange(12.0).reshape(4, 3) ** 2, "eps": 1e-5}),
    "standardize_columns, constant": ("standardize_columns", {"x": np.full((3, 2), 0.1), "eps": 1e-8}),
    "standardize_columns, one example": ("standardize_columns", {"x": np.array([[7.0, -1e9]]), "eps": 1e-5}),
    "one_hot, more than a byte": ("one_hot", {"y": np.array([299, 0]), "classes": 300}),
    "gather_rows, large": ("gather_rows", {"x": np.array([[1e300], [-1e300]]), "index": np.array([1, 1, 0])}),
    "pairwise_difference, near": (
        "pairwise_difference",
        {"a": 2.0**53 - np.array([[1.0], [2.0]]), "b": 2.0**53 - np.array([[3.0]])},
    ),
    "running_mean, far from zero": ("running_mean", {"x": 1e8 + np.arange(9.0) ** 2, "window": 4}),
    "running_mean, after a large number": ("running_mean", {"x": np.array([1e17, 1.0, 2.0, 4.0, 8.0]), "window": 2}),
    "top_k_indices, near": ("top_k_indices", {"scores": 2.0**53 - np.array([[3.0, 1.0, 2.0, 1.0]]), "k": 4}),
    "top_k_indices, far below zero": ("top_k_indices", {"scores": -1e300 * np.array([[3.0, 1.0, 2.0]]), "k": 3}),
    "top_k_indices, long and equal": ("top_k_indices", {"scores": np.tile([1.0, 0.0, 1.0], (2, 100)), "k": 250}),
    "argmax_per_group, near": (
        "argmax_per_group",
        {"values": 2.0**53 - np.array([2.0, 1.0, 1.0]), "group": np.array([0, 0, 0]), "groups": 1},
    ),
    "argmax_per_group, far below zero": (
        "argmax_per_group",
        {"values": -1e300 * np.array([3.0, 1.0, 2.0]), "group": np.array([2, 2, 0]), "groups": 4},
    ),
}


def both(name):
    """Return the drill without loops, and the loop."""
    module, _ = DRILLS[name]
    return getattr(module, name), getattr(module, f"{name}_loop")


def agree(name, arguments):
    """Assert that both do as the oracle says, number by number, and leave their arguments alone."""
    expected = np.array(DRILLS[name][1](**arguments))
    for function in both(name):
        before = {key: np.copy(value) for key, value in arguments.items()}
        found = function(**arguments)
        assert found.shape == expected.shape and found.dtype.kind == expected.dtype.kind
        if expected.dtype.kind == "i":
            np.testing.assert_array_equal(found, expected)
        else:
            np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
        for key, value in before.items():
            np.testing.assert_array_equal(arguments[key], value)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", DRILLS)
def test_with_and_without_the_loop_it_is_what_plain_python_says(name, seed):
    rng = np.random.default_rng(seed)
    n, m, d = (int(size) for size in rng.integers(1, 9, 3))
    agree(name, DRAWN[name](rng, n, m, d))


@pytest.mark.parametrize("sizes", [(1, 1, 1), (1, 5, 3), (4, 1, 6), (5, 3, 1), (3, 3, 3), (40, 30, 60)])
@pytest.mark.parametrize("name", DRILLS)
def test_sizes_of_one_equal_sizes_and_long_ones(name, sizes):
    agree(name, DRAWN[name](np.random.default_rng(0), *sizes))


@pytest.mark.parametrize("case", EXTREMES)
def test_numbers_that_break_careless_forms(case):
    name, arguments = EXTREMES[case]
    if name == "standardize_columns":  # from 1e8 on, a mean in floats is known to 1e-8
        expected = standard_scores(**arguments)
        for function in both(name):
            np.testing.assert_allclose(function(**arguments), expected, rtol=1e-6, atol=1e-6)
    else:
        agree(name, arguments)


def test_an_empty_group_has_no_index_and_an_empty_class_keeps_its_column():
    found = drills_searching.argmax_per_group(np.array([-5.0, -7.0]), np.array([1, 1]), 4)
    assert found.tolist() == [-1, 0, -1, -1]
    assert drills_indices.one_hot(np.array([0, 0]), 3).tolist() == [[1, 0, 0], [1, 0, 0]]


@pytest.mark.parametrize("name", ["row_normalize", "standardize_columns", "gather_rows", "pairwise_difference", "running_mean"])
def test_single_precision_stays(name):
    arguments = DRAWN[name](np.random.default_rng(1), 5, 4, 3)
    single = {k: v.astype(np.float32) if getattr(v, "dtype", None) == np.float64 else v for k, v in arguments.items()}
    for function in both(name):
        found = function(**single)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, function(**arguments), rtol=1e-4, atol=1e-5)


def test_a_long_sequence_in_single_precision_keeps_its_digits():
    x = (100 + np.random.default_rng(0).normal(size=5000)).astype(np.float32)
    expected = window_means(x.astype(float), 4)
    for function in both("running_mean"):
        np.testing.assert_allclose(function(x, 4), expected, rtol=1e-6)
    totals = np.append(np.float32(0), np.cumsum(x))
    assert np.max(np.abs((totals[4:] - totals[:-4]) / 4 - expected)) > 1e-3  # what the notes say of running totals


def test_an_unstable_sort_shows_on_a_long_row_of_equal_scores():
    scores = few_levels(np.random.default_rng(0), 2, 60)
    assert not np.array_equal(np.argsort(-scores, axis=1), np.argsort(-scores, axis=1, kind="stable"))


def test_columns_have_mean_zero_and_variance_one():
    x = 50 + 7 * np.random.default_rng(0).normal(size=(200, 3))
    out = drills_rows.standardize_columns(x)
    np.testing.assert_allclose(out.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(out.var(axis=0), 1, atol=1e-6)


def test_one_hot_rows_gather():
    rng = np.random.default_rng(0)
    x, index = rng.normal(size=(5, 3)), rng.integers(0, 5, 8)
    np.testing.assert_allclose(drills_indices.one_hot(index, 5) @ x, drills_indices.gather_rows(x, index))

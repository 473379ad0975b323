"""The drills on axes, masks, products and windows: the loop, the form without it and an oracle agree, on shapes of all kinds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax

from byhand.procedures import drills_masks, drills_products, drills_scattering, drills_softmax, drills_windows

sizes = st.integers(1, 5)
seeds = st.integers(0, 10_000)


def agree(module, name, oracle, *arguments):
    """Assert that the loop, the vectorised form and the oracle give the same, in both precisions, and change no argument."""
    for dtype, rtol in ((np.float64, 1e-12), (np.float32, 1e-4)):
        args = [a.astype(dtype) if isinstance(a, np.ndarray) and a.dtype == float else a for a in arguments]
        before = [np.copy(a) for a in args]
        expected = oracle(*arguments)
        for function in (getattr(module, name), getattr(module, f"{name}_loop")):
            out = function(*args)
            assert out.shape == np.shape(expected)
            assert out.dtype == (bool if np.asarray(expected).dtype == bool else dtype)
            np.testing.assert_allclose(out, expected, rtol=rtol, atol=rtol * np.max(np.abs(expected), initial=0.0))
            for argument, copy in zip(args, before, strict=True):
                np.testing.assert_array_equal(argument, copy)


@given(sizes, sizes, seeds)
def test_softmax_of_rows(n, c, seed):
    scores = 5 * np.random.default_rng(seed).normal(size=(n, c))
    agree(drills_softmax, "stable_softmax_rows", lambda s: softmax(s, axis=1), scores)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("function", [drills_softmax.stable_softmax_rows, drills_softmax.stable_softmax_rows_loop])
def test_softmax_of_any_scores_is_finite_and_adds_up_to_one(function, dtype):
    scores = np.array([[1e4, 0, -1e4], [-1e4, -1e4, -1e4], [1e4, 1e4, 1e4], [3e4, 3e4 - 1, -3e4], [0, 0, 0]], dtype=dtype)
    third, sigmoid = 1 / 3, 1 / (1 + np.exp(-1))
    expected = [[1, 0, 0], [third] * 3, [third] * 3, [sigmoid, 1 - sigmoid, 0], [third] * 3]
    p = function(scores)
    assert p.dtype == dtype
    np.testing.assert_allclose(p, expected, rtol=1e-6)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-6)


@given(sizes, sizes, sizes, sizes, seeds)
def test_sums_of_blocks(n, rows, columns, size, seed):
    def oracle(x, size):
        cut = [np.split(band, columns, axis=2) for band in np.split(x, rows, axis=1)]
        return np.array([[[block[i].sum() for block in band] for band in cut] for i in range(n)])

    x = np.random.default_rng(seed).normal(size=(n, rows * size, columns * size))
    agree(drills_windows, "block_sum", oracle, x, size)


def test_sums_of_blocks_by_hand():
    x = np.arange(1.0, 25.0).reshape(1, 4, 6)
    np.testing.assert_array_equal(drills_windows.block_sum(x, 2), [[[18, 26, 34], [66, 74, 82]]])


@given(sizes, sizes, sizes, seeds)
def test_windows_of_rows(n, t, size, seed):
    size = min(size, t)
    x = np.random.default_rng(seed).normal(size=(n, t))
    oracle = lambda x, size: np.lib.stride_tricks.sliding_window_view(x, size, axis=1)  # noqa: E731
    agree(drills_windows, "sliding_windows", oracle, x, size)


def test_windows_of_whole_numbers_stay_whole():
    words = np.array([[4, 0, 7, 7]])
    for function in (drills_windows.sliding_windows, drills_windows.sliding_windows_loop):
        windows = function(words, 2)
        assert windows.dtype == words.dtype and windows.tolist() == [[[4, 0], [0, 7], [7, 7]]]


@given(sizes, sizes, sizes, seeds)
def test_outer_products_of_rows(n, d, m, seed):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(n, d)), rng.normal(size=(n, m))
    agree(drills_products, "batched_outer", lambda a, b: np.array([np.outer(u, v) for u, v in zip(a, b, strict=True)]), a, b)
    np.testing.assert_allclose(drills_products.batched_outer(a, b).sum(axis=0), a.T @ b)


@given(sizes, sizes, sizes, seeds)
def test_bilinear_forms_of_rows(n, d, m, seed):
    rng = np.random.default_rng(seed)
    x, weights, y = rng.normal(size=(n, d)), rng.normal(size=(d, m)), rng.normal(size=(n, m))
    agree(drills_products, "bilinear_form", lambda x, A, y: np.diag(x @ A @ y.T), x, weights, y)


def test_a_bilinear_form_of_unit_vectors_reads_off_the_weights():
    weights = np.arange(6.0).reshape(2, 3)
    j, k = np.divmod(np.arange(6), 3)
    np.testing.assert_array_equal(drills_products.bilinear_form(np.eye(2)[j], weights, np.eye(3)[k]), weights.ravel())


@given(sizes, st.integers(0, 8), sizes, seeds)
def test_rows_added_into_a_table(v, m, d, seed):
    rng = np.random.default_rng(seed)
    x, index, values = rng.normal(size=(v, d)), rng.integers(0, v, m), rng.normal(size=(m, d))
    agree(drills_scattering, "scatter_add", lambda x, index, values: x + np.eye(v)[:, index] @ values, x, index, values)


def test_a_row_that_is_named_three_times_is_added_to_three_times():
    x, ones = np.zeros((2, 1)), np.ones((4, 1))
    assert drills_scattering.scatter_add(x, np.array([1, 1, 0, 1]), ones).tolist() == [[1], [3]]


@given(sizes, sizes, sizes, seeds)
def test_means_of_what_counts(n, t, d, seed):
    def oracle(x, mask):
        return np.array([s[m].mean(axis=0) if m.any() else np.zeros(d) for s, m in zip(x, mask, strict=True)])

    rng = np.random.default_rng(seed)
    agree(drills_masks, "masked_mean", oracle, rng.normal(size=(n, t, d)), rng.random((n, t)) < rng.random())


@pytest.mark.parametrize("function", [drills_masks.masked_mean, drills_masks.masked_mean_loop])
def test_where_nothing_counts_the_mean_is_zero_and_nothing_warns(function):
    x = np.full((2, 3, 2), 7.0)
    out = function(x, np.array([[False] * 3, [False, True, False]]))
    assert out.tolist() == [[0, 0], [7, 7]]


@pytest.mark.parametrize("length", [1, 2, 3, 8])
def test_a_step_sees_itself_and_the_past(length):
    agree(drills_masks, "causal_mask", lambda length: np.tri(length, dtype=bool), length)
    mask = drills_masks.causal_mask(length)
    assert mask.diagonal().all() and mask[-1].all() and mask[0].sum() == 1

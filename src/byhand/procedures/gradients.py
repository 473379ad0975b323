"""Gradients by trying: move an input a little, and see how far the output moves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def numerical_gradient(f: Callable, x: np.ndarray, *, h: float = 1e-5):
    """Return the gradient of a function of an array by centred differences.

        grad[i] = (f(x + h at i) - f(x - h at i)) / (2 * h)

    Derivation: f(x + h) = f + h f' + h^2 f'' / 2 + ... and f(x - h) = f - h f' + h^2 f'' / 2 - ...; in the difference
    the even terms cancel, so the error is of the order h^2. One-sided differences err by h.

    Args:
        f: takes an array of x's shape and returns a number.
        x: any shape, floats; not changed.
        h: the step.

    Returns:
        grad: the shape of x.

    >>> grad = numerical_gradient(lambda x: (x**2).sum(), np.array([[1.0, 2.0, 3.0]]))
    >>> grad.round(6).tolist()
    [[2.0, 4.0, 6.0]]
    """
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        plus = x.copy()
        plus[i] += h
        minus = x.copy()
        minus[i] -= h
        grad[i] = (f(plus) - f(minus)) / (2 * h)
    return grad


def gradient_check(f: Callable, x: np.ndarray, dx: np.ndarray, indices: np.ndarray, *, h: float = 1e-5):
    """Compare a gradient with centred differences at a few places and return the relative errors.

        errors[k] = |a - n| / max(|a| + |n|, 1e-12)

    where a is the element of dx at the k-th place and n the centred difference there. About 1e-7 is right, 1e-2 is
    wrong, 1 has the wrong sign or is missing. Checking every place would call f twice for each element of x; a few
    random ones find most mistakes.

    Args:
        f: takes an array of x's shape and returns a number.
        x: any shape, floats; not changed.
        dx: the shape of x, the gradient to check.
        indices: (K,), places in x, counted as if it lay flat.
        h: the step.

    Returns:
        errors: (K,).

    >>> x = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> errors = gradient_check(lambda x: (x**2).sum(), x, np.array([[2.0, 4.0], [-6.0, 0.0]]), np.array([0, 2, 3]))
    >>> errors.round(6).tolist()
    [0.0, 1.0, 1.0]
    """
    errors = np.zeros(len(indices), dtype=x.dtype)
    for k, index in enumerate(indices):
        i = np.unravel_index(index, x.shape)
        plus = x.copy()
        plus[i] += h
        minus = x.copy()
        minus[i] -= h
        numerical = (f(plus) - f(minus)) / (2 * h)
        errors[k] = abs(dx[i] - numerical) / max(abs(dx[i]) + abs(numerical), 1e-12)
    return errors

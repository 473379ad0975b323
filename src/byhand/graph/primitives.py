"""The operations of the tracer, one at a time and in plain NumPy; the chain rule is elsewhere.

Each returns its value and, for every operand, the vjp: the map from the gradient of the value to what it adds to the
gradient of that operand. In a tie (max, maximum, clip at its border) the gradient is one member of the set of
subgradients: `max`, `min`, `maximum` and `minimum` share it equally among those that tie, `clip` passes it on.
"""

# ruff: noqa: D103 (the functions are NumPy's, described there)

from __future__ import annotations

import math
import string

import numpy as np

from byhand.arrays import numpy_namespace


def unbroadcast(g, shape: tuple[int, ...]):
    """Sum a gradient over the axes that broadcasting added or stretched, back to the operand's shape."""
    g = np.asarray(g)
    if g.shape == shape:
        return g
    if g.ndim < len(shape):  # out[i] = v takes a v with more axes of length 1 than out[i] has
        return np.broadcast_to(g, shape)
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    stretched = tuple(i for i, n in enumerate(shape) if n == 1 and g.shape[i] != 1)
    return g.sum(axis=stretched, keepdims=True)


# --- element by element ---------------------------------------------------------------------------------------------


def add(a, b):
    return a + b, (lambda g: unbroadcast(g, np.shape(a)), lambda g: unbroadcast(g, np.shape(b)))


def subtract(a, b):
    return a - b, (lambda g: unbroadcast(g, np.shape(a)), lambda g: unbroadcast(-g, np.shape(b)))


def multiply(a, b):
    return a * b, (lambda g: unbroadcast(g * b, np.shape(a)), lambda g: unbroadcast(g * a, np.shape(b)))


def divide(a, b):
    return a / b, (lambda g: unbroadcast(g / b, np.shape(a)), lambda g: unbroadcast(-g * a / b / b, np.shape(b)))


def power(x, *, exponent):
    def vjp(g):  # the powers 0 and 1 have finite slopes at 0, which the general formula makes 0 * inf
        if exponent in (0, 1):
            return g * exponent
        return g * exponent * x ** (exponent - 1)

    return x**exponent, (vjp,)


def negative(x):
    return -x, (lambda g: -g,)


def abs(x):
    return np.abs(x), (lambda g: g * np.sign(x),)


def sign(x):
    return np.sign(x), ()


def exp(x):
    y = np.exp(x)
    return y, (lambda g: g * y,)


def log(x):
    return np.log(x), (lambda g: g / x,)


def log1p(x):
    return np.log1p(x), (lambda g: g / (1 + x),)


def sqrt(x):
    y = np.sqrt(x)
    return y, (lambda g: g / (2 * y),)


def sin(x):
    return np.sin(x), (lambda g: g * np.cos(x),)


def cos(x):
    return np.cos(x), (lambda g: -g * np.sin(x),)


def tanh(x):
    y = np.tanh(x)
    return y, (lambda g: g * (1 - y**2),)


def erf(x):
    return numpy_namespace.erf(x), (lambda g: g * (2 / math.sqrt(math.pi)) * np.exp(-(x**2)),)


def clip(x, *, a_min=None, a_max=None):
    inside = np.ones(np.shape(x), dtype=bool)
    if a_min is not None:
        inside &= x >= a_min
    if a_max is not None:
        inside &= x <= a_max
    return np.clip(x, a_min, a_max), (lambda g: np.where(inside, g, 0.0),)


def _choose(y, a, b):
    """Return the vjps of an operation that takes the one operand or the other."""
    first, second = np.asarray(a == y, float), np.asarray(b == y, float)
    tied = first + second
    return (
        lambda g: unbroadcast(np.where(first > 0, g * first / tied, 0.0), np.shape(a)),
        lambda g: unbroadcast(np.where(second > 0, g * second / tied, 0.0), np.shape(b)),
    )


def maximum(a, b):
    y = np.maximum(a, b)
    return y, _choose(y, a, b)


def minimum(a, b):
    y = np.minimum(a, b)
    return y, _choose(y, a, b)


def where(a, b, *, condition):
    condition = np.asarray(condition, dtype=bool)
    return np.where(condition, a, b), (
        lambda g: unbroadcast(np.where(condition, g, 0.0), np.shape(a)),
        lambda g: unbroadcast(np.where(condition, 0.0, g), np.shape(b)),
    )


# --- products -------------------------------------------------------------------------------------------------------


def matmul(a, b):
    y = np.matmul(a, b)
    # a vector on the left is a row, on the right a column, and the result has that axis taken out again
    rows = a[None, :] if a.ndim == 1 else a
    columns = b[:, None] if b.ndim == 1 else b

    def whole(g):
        g = np.expand_dims(g, -1) if b.ndim == 1 else np.asarray(g)
        return np.expand_dims(g, -2) if a.ndim == 1 else g

    return y, (
        lambda g: unbroadcast(whole(g) @ np.swapaxes(columns, -1, -2), rows.shape).reshape(a.shape),
        lambda g: unbroadcast(np.swapaxes(rows, -1, -2) @ whole(g), columns.shape).reshape(b.shape),
    )


def einsum(*arrays, subscripts):
    terms, result = _subscripts(subscripts, arrays)

    def vjp(i):
        def back(g):
            letters = "".join(dict.fromkeys(terms[i]))
            others = [(t, a) for j, (t, a) in enumerate(zip(terms, arrays, strict=True)) if j != i]
            seen = set(result).union(*(t for t, _ in others))
            kept = "".join(c for c in letters if c in seen)
            inputs = ",".join([result, *(t for t, _ in others)])
            partial = np.einsum(f"{inputs}->{kept}", g, *(a for _, a in others))
            # a letter that stands in this term alone was summed over: its gradient is the same all along
            at = tuple(slice(None) if c in seen else None for c in letters)
            shape = tuple(arrays[i].shape[terms[i].index(c)] for c in letters)
            partial = unbroadcast(partial[at], tuple(1 if c not in seen else n for c, n in zip(letters, shape, strict=True)))
            dx = np.zeros(arrays[i].shape)
            np.einsum(f"{terms[i]}->{letters}", dx)[...] = partial  # a view: the diagonal where a letter repeats
            return dx

        return back

    return np.einsum(subscripts, *arrays), tuple(vjp(i) for i in range(len(arrays)))


def _subscripts(subscripts: str, arrays) -> tuple[list[str], str]:
    """Return the terms and the result of an einsum with the ellipsis written out and the result made explicit."""
    text, arrow, result = subscripts.replace(" ", "").partition("->")
    terms = text.split(",")
    free = [c for c in string.ascii_letters if c not in subscripts]
    longest = ""
    for i, (term, array) in enumerate(zip(terms, arrays, strict=True)):
        if "..." in term:
            n = array.ndim - (len(term) - 3)
            letters = "".join(free[len(free) - n :])
            longest = letters if len(letters) > len(longest) else longest
            terms[i] = term.replace("...", letters)
    if not arrow:
        joined = "".join(terms)
        result = "..." + "".join(c for c in sorted(set(joined) - set(longest)) if joined.count(c) == 1)
    return terms, result.replace("...", longest)


# --- along axes -----------------------------------------------------------------------------------------------------


def _axes(ndim: int, axis) -> tuple[int, ...]:
    axes = range(ndim) if axis is None else axis if isinstance(axis, tuple | list) else (axis,)
    return tuple(int(i) % ndim for i in axes)


def _spread(g, x, axis, keepdims):
    """Lay a reduced gradient out over the axes that were reduced."""
    g = np.asarray(g)
    return np.broadcast_to(g if keepdims else np.expand_dims(g, _axes(x.ndim, axis)), x.shape)


def sum(x, *, axis=None, keepdims=False):
    return np.sum(x, axis=axis, keepdims=keepdims), (lambda g: _spread(g, x, axis, keepdims),)


def mean(x, *, axis=None, keepdims=False):
    y = np.mean(x, axis=axis, keepdims=keepdims)
    return y, (lambda g: _spread(g, x, axis, keepdims) * (np.size(y) / np.size(x)),)


def _extreme(x, y, axis, keepdims):
    def vjp(g):
        at = x == _spread(y, x, axis, keepdims)
        tied = np.sum(at, axis=_axes(x.ndim, axis), keepdims=True)
        return np.where(at, _spread(g, x, axis, keepdims) / np.maximum(tied, 1), 0.0)

    return y, (vjp,)


def max(x, *, axis=None, keepdims=False):
    return _extreme(x, np.max(x, axis=axis, keepdims=keepdims), axis, keepdims)


def min(x, *, axis=None, keepdims=False):
    return _extreme(x, np.min(x, axis=axis, keepdims=keepdims), axis, keepdims)


def prod(x, *, axis=None, keepdims=False):
    def vjp(g):  # the product of all others, without dividing: a factor may be 0
        axes = _axes(x.ndim, axis)
        last = tuple(range(x.ndim - len(axes), x.ndim))
        moved = np.moveaxis(x, axes, last)
        rows = moved.reshape(*moved.shape[: x.ndim - len(axes)], -1)
        one = np.ones((*rows.shape[:-1], 1))
        before = np.cumprod(np.concat([one, rows[..., :-1]], axis=-1), axis=-1)
        after = np.cumprod(np.concat([one, rows[..., :0:-1]], axis=-1), axis=-1)[..., ::-1]
        others = np.moveaxis((before * after).reshape(moved.shape), last, axes)
        return _spread(g, x, axis, keepdims) * others

    return np.prod(x, axis=axis, keepdims=keepdims), (vjp,)


def cumsum(x, *, axis):
    return np.cumsum(x, axis=axis), (lambda g: np.flip(np.cumsum(np.flip(g, axis), axis), axis),)


# --- places ---------------------------------------------------------------------------------------------------------


def reshape(x, *, shape):
    return np.reshape(x, shape), (lambda g: np.reshape(g, x.shape),)


def permute_dims(x, *, axes):
    return np.permute_dims(x, axes), (lambda g: np.permute_dims(g, np.argsort(np.asarray(axes) % x.ndim)) if x.ndim else g,)


def moveaxis(x, *, source, destination):
    return np.moveaxis(x, source, destination), (lambda g: np.moveaxis(g, destination, source),)


def expand_dims(x, *, axis):
    return np.expand_dims(x, axis), (lambda g: np.reshape(g, x.shape),)


def flip(x, *, axis):
    return np.flip(x, axis), (lambda g: np.flip(g, axis),)


def broadcast_to(x, *, shape):
    return np.broadcast_to(x, shape), (lambda g: unbroadcast(g, x.shape),)


def concat(*arrays, axis=0):
    starts = [int(n) for n in np.cumsum([0, *(a.shape[axis] for a in arrays)])]

    def vjp(i):
        return lambda g: np.take(g, np.arange(starts[i], starts[i + 1]), axis=axis)

    return np.concat(arrays, axis=axis), tuple(vjp(i) for i in range(len(arrays)))


def stack(*arrays, axis=0):
    def vjp(i):
        return lambda g: np.take(g, i, axis=axis)

    return np.stack(arrays, axis=axis), tuple(vjp(i) for i in range(len(arrays)))


def pad(x, *, pad_width):
    pairs = np.broadcast_to(np.asarray(pad_width), (x.ndim, 2))
    inner = tuple(slice(before, before + n) for (before, _), n in zip(pairs, x.shape, strict=True))
    return np.pad(x, pad_width), (lambda g: g[inner],)


def tril(x, *, k=0):
    return np.tril(x, k), (lambda g: np.tril(g, k),)


def _gather(x, pick):
    """Return an operation that only picks elements: what is picked twice gets the gradient of both places."""

    def vjp(g):
        places = pick(np.arange(x.size).reshape(x.shape))
        return np.bincount(np.ravel(places), weights=np.ravel(g), minlength=x.size).reshape(x.shape)

    return pick(x), (vjp,)


def repeat(x, *, repeats, axis=None):
    return _gather(x, lambda a: np.repeat(a, repeats, axis=axis))


def sliding_windows(x, *, size):
    return _gather(x, lambda a: numpy_namespace.sliding_windows(a, size))


def take_along_axis(x, *, indices, axis=-1):
    return _gather(x, lambda a: np.take_along_axis(a, indices, axis=axis))


def is_basic(index) -> bool:
    """Whether an index is made of slices and whole numbers alone, so that NumPy returns a view."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(p is None or p is Ellipsis or isinstance(p, slice | int | np.integer) and not isinstance(p, bool) for p in parts)


def getitem(x, *, index):
    if not is_basic(index):
        return _gather(x, lambda a: a[index])

    def vjp(g):
        dx = np.zeros(x.shape)
        dx[index] = g
        return dx

    return x[index], (vjp,)


def setitem(x, value, *, index):
    y = np.array(x)
    y[index] = value

    def vjp_x(g):
        dx = np.array(g)
        dx[index] = 0.0
        return dx

    def vjp_value(g):
        taken = g[index]
        if not is_basic(index):  # of the values written to one place, the last one stayed
            turn = np.arange(np.size(taken)).reshape(np.shape(taken))
            owner = np.zeros(x.shape, dtype=int)
            owner[index] = turn
            taken = np.where(owner[index] == turn, taken, 0.0)
        return unbroadcast(taken, np.shape(value))

    return y, (vjp_x, vjp_value)


def scatter_add(x, values, *, index):
    return numpy_namespace.scatter_add(x, index, values), (
        lambda g: g,
        lambda g: unbroadcast(g[index], np.shape(values)),
    )

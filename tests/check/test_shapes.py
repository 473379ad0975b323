"""What does not fit in a statement is named in the learner's own words; a plain statement that fits is never blamed."""

import ast

import numpy as np
import pytest

from byhand.check.diagnosis import shapes

ARRAYS = {"x": (4, 3), "w": (3, 5), "b": (5,), "row": (3,), "cube": (2, 4, 3), "out": (4, 5), "i": (), "one": (1, 3)}
NUMBERS = {"n": 4, "d": 3}


def explain(text):
    return shapes.explain(ast.parse(text).body[0], ARRAYS, NUMBERS)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("y = x @ b", "x has shape (4, 3), b has shape (5,): the last axis of x (3) and the only axis of b (5) must be equal"),
        ("y = x.T @ w", "x.T has shape (3, 4), w has shape (3, 5): the last axis of x.T (4) and the first axis of w (3) must"),
        ("y = np.dot(w, x)", "w has shape (3, 5), x has shape (4, 3): the last axis of w (5) and the first axis of x (4)"),
        ("y = x.dot(w.T)", "w.T has shape (5, 3): the last axis of x (3) and the first axis of w.T (5)"),
        (
            "return x @ w + row",
            "x @ w has shape (4, 5), row has shape (3,): counted from the last, axis 1 is 5 in x @ w and 3 in row",
        ),
        ("y = np.exp(x - b) / 2", "x has shape (4, 3), b has shape (5,): counted from the last, axis 1 is 3 in x and 5 in b"),
        ("y = x / x.sum(axis=1)", "x.sum(axis=1) has shape (4,): counted from the last, axis 1 is 3 in x and 4 in x.sum(axis=1)"),
        ("y = np.maximum(0, x) * w", "np.maximum(0, x) has shape (4, 3), w has shape (3, 5)"),
        ("y = x[:, None] - w", "x[:, None] has shape (4, 1, 3), w has shape (3, 5)"),
        ("y = np.where(x > b, x, 0)", "x has shape (4, 3), b has shape (5,)"),
        ("out[0] = row", "out[0] has shape (5,), and cannot take row, of shape (3,)"),
        ("out[:, :d] = x @ w", "out[:, :d] has shape (4, 3), and cannot take x @ w, of shape (4, 5)"),
        ("row += x", "row has shape (3,), and cannot take x, of shape (4, 3)"),
        ("n, d = cube.shape", "cube has shape (2, 4, 3): 3 axes, but 2 names are to take them (n, d)"),
        ("n, d = b.shape", "b has shape (5,): one axis, but 2 names are to take them (n, d)"),
        ("y = b[:, 0]", "b has shape (5,): one axis, but b[:, 0] asks for 2"),
        ("y = x[n]", "x has shape (4, 3), and x[n] lies outside: index 4 is out of bounds for axis 0 with size 4"),
        ("y = b.shape[1]", "b has shape (5,): one axis, so it has no shape[1]"),
        ("y = np.sum(b, axis=1)", "b has shape (5,): one axis, so it has no axis 1"),
        ("y = x.mean(2, keepdims=True)", "x has shape (4, 3): 2 axes, so it has no axis 2"),
        ("y = cube.reshape(n, 5)", "cube has shape (2, 4, 3), 24 numbers, which (4, 5) cannot hold"),
        ("y = np.reshape(x, (n, -1)) + b", "np.reshape(x, (n, -1)) has shape (4, 3), b has shape (5,)"),
        ("for j in range(n): y = x @ b", "the only axis of b (5)"),
        ("if (x @ b).sum() > 0: pass", "the only axis of b (5)"),
    ],
)
def test_what_does_not_fit_is_named(statement, told):
    node = ast.parse(statement).body[0]
    node = node.body[0] if isinstance(node, ast.For) else node
    assert told in (shapes.explain(node, ARRAYS, NUMBERS) or "")


@pytest.mark.parametrize(
    "statement",
    [
        "y = x @ w + b",
        "y = cube @ w",
        "y = x - x.mean(axis=1, keepdims=True)",
        "y = (x[:, None] - one[None]).sum(-1)",
        "out[1:, ...] = b",
        "out[:, 1] += x[:, 0]",
        "n, d = x.shape",
        "a, c = f(x), x.shape[1]",
        "y = np.sum(x, axis=(0, 1)) * b",
        "y = x[unknown] + b",
        "y = np.einsum('ij,jk->ik', x, w) + row",
        "y = [x @ w for x in things][0]",
        "y = x.reshape(2, -1) * np.ones((2, 6))",
        "y = cube[0, :, 1:] if n > 3 else b",
        "y = x ** 2 + x[0] - row[::-1]",
        "y = np.tanh(x)[:2] * np.newaxis",
    ],
)
def test_what_fits_is_not_blamed(statement):
    assert explain(statement) is None
    if "unknown" not in statement and "f(x)" not in statement and "things" not in statement and "einsum" not in statement:
        values = {name: np.zeros(shape) for name, shape in ARRAYS.items()} | NUMBERS | {"np": np}
        if "newaxis" not in statement:
            exec(statement, values)  # it does fit

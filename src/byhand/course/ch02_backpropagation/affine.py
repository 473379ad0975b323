"""The affine layer."""

from byhand.layers import linear
from byhand.spec import Misconception, edge, exercise, extreme, odd, ordinary


def _affine(draw, n=4, k=2, j=3, m=5, scale=1.0, flat=False):
    x = draw.normal(n, k * j, scale=scale) if flat else draw.normal(n, k, j, scale=scale)
    return {"x": x, "w": draw.normal(k * j, m), "b": draw.normal(m)}


_CASES = [
    ordinary("a batch of vectors", n=4, k=2, j=3, m=5, flat=True),
    odd("a batch of small images", n=5, k=2, j=3, m=4),
    edge("a batch of one", n=1, k=2, j=2, m=3),
    edge("one output", n=3, k=2, j=2, m=1),
    extreme("large inputs", n=4, k=2, j=2, m=3, scale=1e4),
]

EXERCISES = (
    exercise(
        linear.affine_forward,
        inputs=_affine,
        cases=_CASES,
        hints=[
            "An example may be an image of any shape; the weights want a row of D numbers.",
            "Lay every example out flat with `np.reshape(x, (x.shape[0], -1))`: N rows. Then one matrix product does it all.",
            "`out = rows @ w + b`. The bias is added to every row by broadcasting.",
        ],
        misconceptions=[
            Misconception(
                "affine-not-flattened",
                {"rows = np.reshape(x, (x.shape[0], -1))": "rows = x"},
                "Examples with more than one axis are not laid out flat.",
                "What shape has one example, and how many rows has `w`?",
                "wrong-shape",
                "rows",
            ),
            Misconception(
                "affine-no-bias",
                {"rows @ w + b\n    cache": "rows @ w\n    cache"},
                "The bias is not added.",
                "What should come out when all inputs are zero?",
                "missing-term",
                "out",
            ),
            Misconception(
                "affine-axes-mixed",
                {"np.reshape(x, (x.shape[0], -1))": "np.reshape(x, (-1, x.shape[0])).T"},
                "The rows are cut across the examples: each mixes numbers of several.",
                "Which numbers of `x` belong to the first example, and where are they in memory?",
                "wrong-order",
                "rows",
            ),
            Misconception(
                "affine-bias-subtracted",
                {"rows @ w + b\n    cache": "rows @ w - b\n    cache"},
                "The bias is subtracted.",
                "What should come out when all inputs are zero?",
                "wrong-sign",
                "out",
            ),
        ],
        minutes=8,
        equivalent={"rows = np.reshape(x, (x.shape[0], -2))": "NumPy takes any negative number for the rest"},
    ),
    exercise(
        linear.affine_backward,
        inputs=_affine,
        cases=_CASES,
        forward=linear.affine_forward,
        hints=[
            "Start with the shapes: `dx` has the shape of `x`, `dw` that of `w`, `db` that of `b`. Which products of `dout`, "
            "`x` and `w` have them?",
            "Write one element: `out[n, m] = sum over d of rows[n, d] * w[d, m] + b[m]`. For `dw[d, m]`, which index is kept "
            "and which is summed?",
            "`dx` is `dout @ w.T` in the shape of `x`, `dw` is `rows.T @ dout`, and `db` is the sum of `dout` over the batch.",
        ],
        misconceptions=[
            Misconception(
                "dx-left-flat",
                {"np.reshape(dout @ w.T, x.shape)": "dout @ w.T"},
                "dx is right, but still laid out flat.",
                "What shape had `x` before it was flattened?",
                "wrong-shape",
                "dx",
            ),
            Misconception(
                "db-averaged",
                {"np.sum(dout, axis=0)": "np.mean(dout, axis=0)"},
                "db is the mean over the batch; the bias serves every example, and its uses add up. (The loss has divided by N "
                "already.)",
                "Where, if anywhere, does the forward of this layer divide by N?",
                "wrong-scale",
                "db",
            ),
            Misconception(
                "db-over-outputs",
                {"np.sum(dout, axis=0)": "np.sum(dout, axis=1)"},
                "db is summed over the outputs, not over the batch.",
                "Which axis of `out` does `b` run along, and along which is it repeated?",
                "wrong-axis",
                "db",
            ),
            Misconception(
                "db-axis-kept",
                {"np.sum(dout, axis=0)": "np.sum(dout, axis=0, keepdims=True)"},
                "db keeps an axis that b does not have.",
                "What shape has `b`?",
                "wrong-shape",
                "db",
            ),
            Misconception(
                "dw-averaged",
                {"rows.T @ dout\n    db": "rows.T @ dout / x.shape[0]\n    db"},
                "dw is divided by N, which the forward does not do. (The loss has divided by N already.)",
                "Where, if anywhere, does the forward of this layer divide by N?",
                "wrong-scale",
                "dw",
            ),
            Misconception(
                "dw-forgets-dout",
                {"rows.T @ dout\n    db": "rows.T @ np.ones_like(dout)\n    db"},
                "dw is the layer's own slope; the upstream gradient is not multiplied in.",
                "By the chain rule, what is the layer's own slope multiplied with?",
                "missing-term",
                "dw",
            ),
        ],
        minutes=20,
        equivalent={"rows = np.reshape(x, (x.shape[0], -2))": "NumPy takes any negative number for the rest"},
        after=("affine_forward", "broadcast_backward"),
    ),
)

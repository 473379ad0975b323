"""Products: two rows at a time, with all pairs of their numbers kept, or all summed."""

from byhand.procedures import drills_products
from byhand.spec import Misconception, edge, extreme, odd, ordinary, vectorise


def _pair(draw, n=4, d=3, m=2, scale=1.0):
    return {"a": draw.normal(n, d) * scale, "b": draw.normal(n, m)}


def _form(draw, n=4, d=3, m=2, scale=1.0):
    return {"x": draw.normal(n, d) * scale, "A": draw.normal(d, m), "y": draw.normal(n, m) * scale}


_CASES = [
    ordinary("a batch", n=4, d=3, m=2),
    odd("no two sizes equal", n=2, d=3, m=5),
    edge("a batch of one", n=1, d=2, m=3),
    edge("one column each", n=3, d=1, m=1),
    edge("all sizes equal", n=3, d=3, m=3),
    extreme("large numbers", n=3, d=2, m=4, scale=1e6),
]

EXERCISES = (
    vectorise(
        drills_products.batched_outer,
        loop=drills_products.batched_outer_loop,
        data=("n", "d", "m"),
        inputs=_pair,
        cases=_CASES,
        hints=[
            "In `out[i, j, k] = a[i, j] * b[i, k]`, all three indices are kept, and nothing is summed. Which of the three axes "
            "does `a` lack, and which does `b`?",
            "An axis that an array lacks is put in with size 1, by `None` in its index, and broadcasting stretches it.",
            "`a[:, :, None]` has shape (N, D, 1), `b[:, None, :]` has shape (N, 1, M).",
        ],
        misconceptions=[
            Misconception(
                "outer-transposed",
                {"a[:, :, None] * b[:, None, :]": "a[:, None, :] * b[:, :, None]"},
                "Each table is transposed: `b` runs down and `a` across.",
                "In row i, which array does the second index of the result belong to?",
                "wrong-transpose",
                "out",
            ),
            Misconception(
                "outer-summed-over-the-batch",
                {"a[:, :, None] * b[:, None, :]": "a.T @ b"},
                "A matrix product sums over the batch: this is the sum of all the tables.",
                "Is the index i kept by the result, or summed over?",
                "wrong-axis",
                "out",
            ),
            Misconception(
                "outer-of-all-rows",
                {"a[:, :, None] * b[:, None, :]": "np.multiply.outer(a, b)"},
                "Each row of `a` meets every row of `b`, not only its own.",
                "Which row of `b` does row i of `a` go with?",
                "extra-term",
                "out",
            ),
            Misconception(
                "outer-added",
                {"a[:, :, None] * b": "a[:, :, None] + b"},
                "The pairs are added, not multiplied.",
                "What becomes of a pair in which one number is 0?",
                "wrong-formula",
                "out",
            ),
        ],
        minutes=6,
        after="pairwise_difference",
    ),
    vectorise(
        drills_products.bilinear_form,
        loop=drills_products.bilinear_form_loop,
        data=("n", "d", "m"),
        inputs=_form,
        cases=_CASES,
        hints=[
            "In `out[i] = sum over j, k of x[i, j] * A[j, k] * y[i, k]`, which index is kept, and which two are summed over? "
            "Do the sum over j first, by itself.",
            "The sum over j of `x[i, j] * A[j, k]` is a matrix product, of shape (N, M). What is left is a sum over k of "
            "products of two arrays of that shape.",
            "`np.sum((x @ A) * y, axis=1)`.",
        ],
        misconceptions=[
            Misconception(
                "form-of-all-pairs",
                {"np.sum(xA * y, axis=1)": "xA @ y.T"},
                "Each row of `x` meets every row of `y`: N times N numbers, of which the diagonal is wanted.",
                "Which row of `y` does row i of `x` go with?",
                "extra-term",
                "out",
            ),
            Misconception(
                "form-summed-over-the-batch",
                {"axis=1": "axis=0"},
                "The sum runs over the batch, and the column stays.",
                "Which index of `xA * y` does the result keep?",
                "wrong-axis",
                "out",
            ),
            Misconception(
                "form-one-number",
                {"axis=1": ""},
                "All the batch is summed into one number.",
                "How many numbers does the loop return?",
                "wrong-axis",
                "out",
            ),
            Misconception(
                "form-not-summed",
                {"np.sum(xA * y, axis=1)": "xA * y"},
                "The sum over k is missing: each of its summands is returned.",
                "Which indices stand on the left of the formula?",
                "missing-term",
                "out",
            ),
            Misconception(
                "form-weights-transposed",
                {"x @ A ": "x @ A.T "},
                "`A` is transposed: its rows belong to `x`, its columns to `y`. Where it is square, nothing complains.",
                "Over which index of `A` does the sum with `x[i, j]` run?",
                "wrong-transpose",
                "out",
            ),
        ],
        minutes=8,
        after="row_normalize",
    ),
)

"""Masks: what counts and what is left out."""

import numpy as np

from byhand.procedures import drills_masks
from byhand.spec import Misconception, edge, extreme, odd, ordinary, vectorise


def _sequences(draw, n=4, t=5, d=3, share=0.6, empty=False, scale=1.0):
    """Draw sequences and which of their steps count: at least one of each sequence or, if `empty`, none of the first."""
    mask = draw.uniform(n, t) < share
    mask[np.arange(n), draw.integers(t, n)] = True
    if empty:
        mask[0] = False
    return {"x": draw.normal(n, t, d) * scale, "mask": mask}


EXERCISES = (
    vectorise(
        drills_masks.masked_mean,
        loop=drills_masks.masked_mean_loop,
        data=("n", "t", "d"),
        inputs=_sequences,
        cases=[
            ordinary("some steps left out", n=4, t=5, d=3),
            odd("no two sizes equal", n=3, t=7, d=2),
            edge("every step counts", n=2, t=4, d=3, share=1.0),
            edge("one step each", n=3, t=4, d=2, share=0.0),
            edge("a sequence in which nothing counts", n=3, t=4, d=2, empty=True),
            edge("nothing counts at all", n=1, t=3, d=2, empty=True),
            edge("sequences of one step", n=4, t=1, d=3),
            edge("all sizes equal", n=3, t=3, d=3),
            extreme("large numbers", n=3, t=4, d=2, scale=1e6),
        ],
        hints=[
            "Two sums over the steps: of the numbers that count, and of how many count. Which indices does each keep?",
            "True counts as 1 and False as 0, so `x` times the mask leaves what counts; for that the mask needs a third axis, "
            "`mask[:, :, None]`. The number of steps that count is a sum of the mask, of shape (N, 1). What if it is 0?",
            "`np.sum(x * mask[:, :, None], axis=1) / np.maximum(count, 1)`, with "
            "`count = np.sum(mask, axis=1, keepdims=True)`: where nothing counts, 0 is divided by 1.",
        ],
        misconceptions=[
            Misconception(
                "masked-mean-zero-by-zero",
                {"np.maximum(count, 1)": "count"},
                "Where no step counts, 0 is divided by 0, which is NaN; and a NaN spreads to everything it meets.",
                "What is `count` for a sequence that is all padding?",
                "unstable",
                "out",
            ),
            Misconception(
                "masked-mean-over-all-steps",
                {"np.maximum(count, 1)": "mask.shape[1]"},
                "The sum is divided by the number of all steps, those left out included: short sequences get too little.",
                "What is the mean of [2, 4] and two steps of padding?",
                "wrong-scale",
                "out",
            ),
            Misconception(
                "masked-mean-inverted",
                {"x * mask[:, :, None]": "x * ~mask[:, :, None]", "np.sum(mask, axis=1": "np.sum(~mask, axis=1"},
                "The steps that count are left out, and the others averaged.",
                "What does True say: take it, or leave it out?",
                "wrong-mask",
                "out",
            ),
            Misconception(
                "masked-mean-one-count",
                {"np.sum(mask, axis=1, keepdims=True, dtype=x.dtype)": "np.sum(mask)"},
                "Every sequence is divided by the number of steps that count in the whole batch.",
                "Which index does the number of steps that count keep?",
                "wrong-axis",
                "out",
            ),
            Misconception(
                "masked-mean-unmasked-sum",
                {"x * mask[:, :, None]": "x"},
                "The sum runs over all steps, and only the division minds the mask.",
                "What does a step that is left out add to the sum?",
                "wrong-mask",
                "total",
            ),
            Misconception(
                "masked-mean-one-too-many",
                {"np.maximum(count, 1)": "(count + 1)"},
                "Adding 1 avoids 0 / 0, but makes every other mean too small.",
                "What does your function return for a single step of 5?",
                "off-by-one",
                "out",
            ),
        ],
        minutes=10,
        after="row_normalize",
    ),
    vectorise(
        drills_masks.causal_mask,
        loop=drills_masks.causal_mask_loop,
        data="t",
        inputs=lambda draw, t=4: {"length": t},
        cases=[
            ordinary("four steps", t=4),
            odd("seven steps", t=7),
            edge("one step, which sees itself", t=1),
            edge("two steps", t=2),
        ],
        hints=[
            "In `mask[t, s] = (s <= t)`, both indices are kept. Each is a row of numbers 0, 1, 2, ...: along which axis does s "
            "run, and along which does t?",
            "A comparison broadcasts like a sum: an array of shape (T,) against one of shape (T, 1) gives (T, T).",
            "With `step = np.arange(length)`: `step <= step[:, None]`.",
        ],
        misconceptions=[
            Misconception(
                "causal-mask-without-itself",
                {"step <= step[:, None]": "step < step[:, None]"},
                "No step sees itself, and the first sees nothing at all: a mean over nothing.",
                "What may step 0 look at?",
                "off-by-one",
                "mask",
            ),
            Misconception(
                "causal-mask-of-the-future",
                {"step <= step[:, None]": "step >= step[:, None]"},
                "Every step sees itself and the future, not the past: the two axes are swapped.",
                "In row 0, which steps come later?",
                "wrong-transpose",
                "mask",
            ),
            Misconception(
                "causal-mask-inverted",
                {"step <= step[:, None]": "step > step[:, None]"},
                "True stands where a step may not look.",
                "What does True say: take it, or leave it out?",
                "wrong-mask",
                "mask",
            ),
            Misconception(
                "causal-mask-of-itself-alone",
                {"step <= step[:, None]": "step == step[:, None]"},
                "Every step sees itself alone.",
                "What may the last step look at?",
                "wrong-mask",
                "mask",
            ),
        ],
        minutes=5,
        after="pairwise_difference",
    ),
)

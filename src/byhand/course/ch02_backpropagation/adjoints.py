"""What sums, means, copies and several uses become on the way back."""

from byhand.layers import adjoints
from byhand.spec import Misconception, edge, exercise, odd, ordinary


def _along_axis(draw, n=4, d=3, m=2, *, axis, flat=False):
    return {"x": draw.normal(n, d) if flat else draw.normal(n, d, m), "axis": axis}


def _broadcast(draw, n=4, d=3, m=2, *, form):
    small, shape = {
        "row": ((d,), (n, d)),
        "kept row": ((1, d), (n, d)),
        "column": ((n, 1), (n, d)),
        "channels": ((d, 1), (n, d, m)),
        "number": ((), (n, d)),
        "nothing to do": ((n, d), (n, d)),
    }[form]
    return {"x": draw.normal(*small), "shape": shape}


def _copies(draw, n=3, d=2, copies=3):
    return {"x": draw.normal(n, d), "copies": copies}


_ALONG = [
    ordinary("a matrix, along its rows", n=4, d=3, axis=0, flat=True),
    odd("the middle one of three axes", n=4, d=3, m=2, axis=1),
    odd("the last axis", n=5, d=3, axis=-1, flat=True),
    edge("an axis of size 1", n=1, d=3, axis=0, flat=True),
]

EXERCISES = (
    exercise(
        adjoints.sum_backward,
        inputs=_along_axis,
        cases=_ALONG,
        hints=[
            "If one element of `x` grows by 1, which element of `out` grows, and by how much?",
            "Every element that was summed gets the whole upstream gradient. The summed axis must come back first: "
            "`np.expand_dims(dout, axis)`.",
            "`dx = np.broadcast_to(np.expand_dims(dout, axis), shape)`.",
        ],
        misconceptions=[
            Misconception(
                "sum-shares-the-gradient",
                {"np.expand_dims(dout, axis), shape)\n": "np.expand_dims(dout, axis) / shape[axis], shape)\n"},
                "The upstream gradient is shared out among the summed elements; but each of them moves the sum by all of itself.",
                "If one of the summed elements grows by 1, by how much does the sum grow?",
                "wrong-scale",
                "dx",
            ),
            Misconception(
                "sum-axis-not-put-back",
                {"np.expand_dims(dout, axis), shape)\n": "dout, shape)\n"},
                "The summed axis is not put back where it was, so dout is laid along another one.",
                "Where was the axis that the sum took away?",
                "wrong-axis",
                "dx",
            ),
            Misconception(
                "sum-not-copied",
                {"dx = np.broadcast_to(np.expand_dims(dout, axis), shape)\n": "dx = np.expand_dims(dout, axis)\n"},
                "The axis is back, but with size 1: every element that was summed needs its own copy.",
                "How many elements of `x` share one element of `dout`?",
                "wrong-shape",
                "dx",
            ),
        ],
        minutes=8,
        forward=adjoints.sum_forward,
        given=True,
        after="numerical_gradient",
    ),
    exercise(
        adjoints.mean_backward,
        inputs=_along_axis,
        cases=_ALONG,
        hints=[
            "A mean is a sum and a division. What does the division do on the way back?",
            "Each of the N elements moves the mean by an N-th of its own move. N is the size of the averaged axis.",
            "`dx = np.broadcast_to(np.expand_dims(dout / shape[axis], axis), shape)`.",
        ],
        misconceptions=[
            Misconception(
                "sum-for-mean",
                {"dout / shape[axis], axis)": "dout, axis)"},
                "This is the gradient of a sum: the division by N is missing.",
                "If one of N elements grows by 1, by how much does their mean grow?",
                "wrong-scale",
                "dx",
            ),
            Misconception(
                "mean-over-the-batch-always",
                {"dout / shape[axis], axis)": "dout / shape[0], axis)"},
                "It divides by the size of the first axis, whichever axis was averaged.",
                "Over how many elements was the mean taken?",
                "wrong-axis",
                "dx",
            ),
            Misconception(
                "mean-over-everything",
                {"dout / shape[axis], axis)": "dout / np.prod(shape), axis)"},
                "It divides by the number of all elements, not of those that share a mean.",
                "How many elements of `x` enter one element of `out`?",
                "wrong-scale",
                "dx",
            ),
            Misconception(
                "mean-axis-not-put-back",
                {"np.expand_dims(dout / shape[axis], axis), shape)": "dout / shape[axis], shape)"},
                "The averaged axis is not put back where it was.",
                "Where was the axis that the mean took away?",
                "wrong-axis",
                "dx",
            ),
        ],
        minutes=5,
        forward=adjoints.mean_forward,
        given=True,
        after="sum_backward",
    ),
    exercise(
        adjoints.broadcast_backward,
        inputs=_broadcast,
        cases=[
            ordinary("a row, added to every row", n=4, d=3, form="row"),
            odd("a number for each channel", n=5, d=3, m=2, form="channels"),
            odd("a row with its axis kept", n=5, d=3, form="kept row"),
            edge("a column", n=5, d=3, form="column"),
            edge("a single number", n=4, d=3, form="number"),
            edge("nothing to broadcast", n=2, d=3, form="nothing to do"),
        ],
        hints=[
            "One element of `x` stands in several places of `out`. What comes back to it?",
            "Sum over the places. An axis that broadcasting put in front goes; an axis that it stretched from size 1 stays, "
            "with size 1.",
            "While `dx.ndim > len(shape)`, sum over axis 0. Then for every axis of `shape` with size 1, `dx = np.sum(dx, "
            "axis=axis, keepdims=True)`.",
        ],
        misconceptions=[
            Misconception(
                "mean-of-copies",
                {"np.sum(dx, axis=0)": "np.mean(dx, axis=0)", "np.sum(dx, axis=axis": "np.mean(dx, axis=axis"},
                "What comes back from the copies is averaged; but each copy moves the loss, and the moves add up.",
                "If `x` is used in four places, does the loss feel its move once or four times?",
                "wrong-scale",
                "dx",
            ),
            Misconception(
                "stretched-axis-lost",
                {"keepdims=True": "keepdims=False"},
                "A stretched axis is summed away, though `x` has it, with size 1.",
                "Which axes does `x` itself have?",
                "wrong-shape",
                "dx",
            ),
            Misconception(
                "stretched-axis-forgotten",
                {
                    "    for axis, size in enumerate(shape):\n"
                    "        if size == 1:\n"
                    "            dx = np.sum(dx, axis=axis, keepdims=True)\n": ""
                },
                "Axes that came in front are summed, stretched ones are not.",
                "Which axes does broadcasting change besides adding some in front?",
                "wrong-shape",
                "dx",
            ),
            Misconception(
                "first-copy-only",
                {"np.sum(dx, axis=0)": "dx[0]"},
                "Only what comes back from the first copy is kept.",
                "Along how many places of `out` does one element of `x` reach the loss?",
                "missing-term",
                "dx",
            ),
        ],
        minutes=12,
        forward=adjoints.broadcast_forward,
        given=True,
        after="sum_backward",
    ),
    exercise(
        adjoints.fan_out_backward,
        inputs=_copies,
        cases=[
            ordinary("two places", copies=2),
            odd("four places", n=3, d=5, copies=4),
            edge("one place", copies=1),
        ],
        hints=[
            "If `x` grows a little, every copy grows as much. How much does the loss move in all?",
            "The chain rule for several variables: the gradients of all uses add up.",
            "Start with `dx = douts[0]` and add the others, each time into a new array: `dx = dx + dout`.",
        ],
        misconceptions=[
            Misconception(
                "first-use-only",
                {"    for dout in douts[1:]:\n        dx = dx + dout\n": ""},
                "Only the first use is counted.",
                "What becomes of the gradients of the other uses?",
                "missing-term",
                "dx",
            ),
            Misconception(
                "uses-averaged",
                {"    return dx": "    dx = dx / len(douts)\n    return dx"},
                "The gradients of the uses are averaged, not added.",
                "If two branches each lose 1 when `x` grows by 1, how much is lost in all?",
                "wrong-scale",
                "dx",
            ),
            Misconception(
                "adds-into-the-first",
                {"dx = dx + dout": "dx += dout"},
                "`dx += ...` adds into the first upstream gradient itself, which belongs to the caller.",
                "After `dx = douts[0]`, are there two arrays, or two names for one?",
                "mutates-input",
                "douts",
            ),
            Misconception(
                "last-use-only",
                {"dx = dx + dout": "dx = dout"},
                "Each use takes the place of the one before.",
                "What is left of the first use after the loop?",
                "overwrites",
                "dx",
            ),
        ],
        minutes=5,
        forward=adjoints.fan_out_forward,
        given=True,
        after="sum_backward",
    ),
)

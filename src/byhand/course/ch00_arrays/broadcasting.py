"""Two indices that meet: all pairs, and all windows."""

from byhand.procedures import drills_broadcasting
from byhand.spec import Case, Misconception, edge, extreme, odd, ordinary, vectorise


def _points(draw, n=4, m=3, d=2, offset=0.0, scale=1.0):
    return {"a": draw.normal(n, d, scale=scale, offset=offset), "b": draw.normal(m, d, scale=scale, offset=offset)}


def _sequence(draw, n=7, window=3, offset=0.0):
    return {"x": draw.normal(n, offset=offset), "window": min(window, n)}


EXERCISES = (
    vectorise(
        drills_broadcasting.pairwise_difference,
        loop=drills_broadcasting.pairwise_difference_loop,
        data=("n", "m", "d"),
        inputs=_points,
        cases=[
            ordinary("points in the plane", n=4, m=3, d=2),
            odd("few points of many coordinates", n=2, m=3, d=5),
            edge("all sizes equal", n=3, m=3, d=3),
            edge("one point and many", n=1, m=4, d=2),
            edge("many points and one", n=4, m=1, d=2),
            edge("numbers on a line", n=3, m=2, d=1),
            extreme("close together, far from zero", n=3, m=4, d=2, offset=1e8, scale=1e-3),
        ],
        hints=[
            "`out[i, j, k] = a[i, k] - b[j, k]` keeps all three indices; nothing is summed. Which of them does `a` lack? Which "
            "does `b` lack?",
            "Give each an axis of length 1 for the index that it lacks: `a` becomes (N, 1, D), `b` becomes (1, M, D). "
            "Broadcasting stretches the ones. `a[:, None, :]` puts an axis in.",
            "`a[:, None, :] - b[None, :, :]`.",
        ],
        misconceptions=[
            Misconception(
                "pairs-other-way-round",
                {"a[:, None, :] - b[None, :, :]": "a[None, :, :] - b[:, None, :]"},
                "The points of b come first: `out[j, i]` is what `out[i, j]` should be.",
                "Which axis of `out` belongs to a?",
                "wrong-transpose",
                "out",
            ),
            Misconception(
                "pairs-sign",
                {"a[:, None, :] - b[None, :, :]": "b[None, :, :] - a[:, None, :]"},
                "a is subtracted from b.",
                "Which of the two points is subtracted?",
                "wrong-sign",
                "out",
            ),
            Misconception(
                "pairs-row-by-row",
                {"a[:, None, :] - b[None, :, :]": "a - b"},
                "The rows are matched one to one; every row of a was to meet every row of b.",
                "How many differences are there between 4 points and 3 points?",
                "wrong-shape",
                "out",
            ),
            Misconception(
                "pairs-distances",
                {"a[:, None, :] - b[None, :, :]": "np.sqrt(((a[:, None, :] - b[None, :, :]) ** 2).sum(axis=2))"},
                "These are the distances: squared and summed over the coordinates. The differences themselves are asked for.",
                "Which index is summed over in the formula of the docstring?",
                "extra-term",
                "out",
            ),
            Misconception(
                "pairs-coordinates-first",
                {"a[:, None, :] - b[None, :, :]": "a.T[:, :, None] - b.T[:, None, :]"},
                "The coordinates have become the first axis; they belong last.",
                "In which order do i, j and k stand in `out[i, j, k]`?",
                "wrong-transpose",
                "out",
            ),
        ],
        minutes=8,
        after="row_normalize",
    ),
    vectorise(
        drills_broadcasting.running_mean,
        loop=drills_broadcasting.running_mean_loop,
        data="n",
        inputs=_sequence,
        cases=[
            ordinary("a short sequence", n=7, window=3),
            odd("a long window", n=9, window=5),
            edge("an even window", n=6, window=2),
            edge("a window of one", n=4, window=1),
            edge("one window over all", n=5, window=5),
            edge("one number", n=1, window=1),
            extreme("far from zero", n=8, window=3, offset=1e8),
            Case("float32", "a long sequence far from zero, in single precision", {"n": 3000, "window": 4, "offset": 100.0}),
        ],
        hints=[
            "`out[i]` is a mean of `x[i + k]` over k. Which index is kept, which is summed over, and how far does each go?",
            "All the places i + k at once are a table: the starts as a column, (N - window + 1, 1), plus the steps, (window,). "
            "An array may be indexed by a table of places.",
            "`places = np.arange(len(x) - window + 1)[:, None] + np.arange(window)`; then `np.mean(x[places], axis=1)`.",
        ],
        misconceptions=[
            Misconception(
                "running-mean-last-window-lost",
                {"np.arange(len(x) - window + 1)": "np.arange(len(x) - window)"},
                "The last window is missing.",
                "At how many places does a window of 3 fit into a sequence of 3?",
                "off-by-one",
                "out",
            ),
            Misconception(
                "running-mean-first-window-lost",
                {
                    "out = np.mean(x[places], axis=1)": "total = np.cumsum(x)\n"
                    "    out = (total[window:] - total[:-window]) / window"
                },
                "The first window is missing: before the first sum there is one of nothing, 0, to be subtracted.",
                "The sum of the first window is `total[window - 1]` minus what?",
                "off-by-one",
                "out",
            ),
            Misconception(
                "running-mean-hangs-over",
                {"out = np.mean(x[places], axis=1)": 'out = np.convolve(x, np.ones(window) / window, mode="same")'},
                "The result is as long as x: at its ends the window hangs over, and what is beyond counts as zero.",
                "How many whole windows fit into the sequence?",
                "wrong-shape",
                "out",
            ),
            Misconception(
                "running-mean-sums",
                {"np.mean(x[places], axis=1)": "np.sum(x[places], axis=1)"},
                "The windows are summed, not averaged.",
                "What should come out where all numbers of a window are equal?",
                "wrong-scale",
                "out",
            ),
            Misconception(
                "running-mean-blocks",
                {"np.arange(len(x) - window + 1)": "np.arange(0, len(x) - window + 1, window)"},
                "Each window begins where the one before it ends; it was to begin one further.",
                "Where does the second window begin?",
                "wrong-index",
                "out",
            ),
            Misconception(
                "running-mean-of-all-so-far",
                {"out = np.mean(x[places], axis=1)": "out = np.cumsum(x) / np.arange(1, len(x) + 1)"},
                "Each number is the mean of all that came so far; only `window` of them were to count.",
                "How many numbers are averaged in the last place of `out`?",
                "wrong-formula",
                "out",
            ),
        ],
        minutes=10,
        after=("gather_rows", "pairwise_difference"),
    ),
)

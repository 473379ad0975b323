"""Whole numbers that say where: writing at places, reading from places."""

from byhand.procedures import drills_indices
from byhand.spec import Misconception, edge, extreme, odd, ordinary, vectorise


def _labels(draw, n=5, classes=4, used=None, last=False):
    y = draw.integers(min(used or classes, classes), n)
    if last:
        y[-1] = classes - 1
    return {"y": y, "classes": classes}


def _rows(draw, n=5, d=3, m=4, scale=1.0, order=None):
    index = {
        None: lambda: draw.integers(n, m),
        "shuffled": lambda: draw.permutation(n),
        "one": lambda: draw.integers(n, 1).repeat(m),
    }[order]()
    return {"x": draw.normal(n, d, scale=scale), "index": index}


EXERCISES = (
    vectorise(
        drills_indices.one_hot,
        loop=drills_indices.one_hot_loop,
        data=("n", "classes"),
        inputs=_labels,
        cases=[
            ordinary("a few labels", n=5, classes=4),
            odd("more examples than classes", n=7, classes=3),
            edge("as many examples as classes", n=4, classes=4),
            edge("one example", n=1, classes=5),
            edge("one class", n=3, classes=1),
            edge("classes that nobody has", n=4, classes=7, used=3),
            extreme("very many classes", n=3, classes=300, last=True),
        ],
        hints=[
            "`out[i, c]` keeps both indices; nothing is summed. In row i, in which column does the one stand?",
            "An array can be indexed by two arrays of whole numbers at once: `out[rows, columns]` names the places "
            "(rows[0], columns[0]), (rows[1], columns[1]), and so on. Or compare: y as a column, (N, 1), with the classes, (C,).",
            "`out = np.zeros((n, classes))`, then `out[np.arange(n), y] = 1.0`.",
        ],
        misconceptions=[
            Misconception(
                "one-hot-whole-columns",
                {"out[np.arange(n), y] = 1.0": "out[:, y] = 1.0"},
                "The colon names every row, so each label puts its one into all of them.",
                "How many ones should there be in each row?",
                "wrong-index",
                "out",
            ),
            Misconception(
                "one-hot-classes-from-labels",
                {"np.zeros((n, classes))": "np.zeros((n, y.max() + 1))"},
                "The number of columns is read off the labels; but the largest class need not occur among them.",
                "How many columns are there if nobody has the last class?",
                "wrong-shape",
                "out",
            ),
            Misconception(
                "one-hot-ten-classes",
                {"np.zeros((n, classes))": "np.zeros((n, 10))"},
                "There are always ten columns, whatever `classes` says.",
                "Where is `classes` used?",
                "hard-coded",
                "out",
            ),
            Misconception(
                "one-hot-classes-down",
                {"np.zeros((n, classes))": "np.zeros((classes, n))", "out[np.arange(n), y] = 1.0": "out[y, np.arange(n)] = 1.0"},
                "The classes go down and the examples across.",
                "Which index of `out` is the example's: the first or the second?",
                "wrong-transpose",
                "out",
            ),
            Misconception(
                "one-hot-counts-from-one",
                {"out[np.arange(n), y] = 1.0": "out[np.arange(n), y - 1] = 1.0"},
                "The ones stand one column too far left, and those of class 0 in the last column: an index of -1 counts from the "
                "end.",
                "In which column does the one of class 0 stand?",
                "off-by-one",
                "out",
            ),
        ],
        minutes=6,
    ),
    vectorise(
        drills_indices.gather_rows,
        loop=drills_indices.gather_rows_loop,
        data=("m", "d"),
        inputs=_rows,
        cases=[
            ordinary("some rows", n=5, d=3, m=4),
            odd("more rows than there are", n=4, d=2, m=7),
            edge("all rows in another order", n=6, d=6, order="shuffled"),
            edge("one row", n=3, d=4, m=1),
            edge("the same row again and again", n=4, d=3, m=4, order="one"),
            edge("one column", n=5, d=1, m=3),
            extreme("large numbers", n=4, d=3, m=5, scale=1e300),
        ],
        hints=[
            "`out[i, j] = x[index[i], j]` keeps i and j. j stands where it stood; what has become of i?",
            "An array of whole numbers may stand where an index stands: then the result has the array's shape in the place of "
            "that axis.",
            "`x[index]`: the rows `x[index[0]]`, `x[index[1]]`, and so on.",
        ],
        misconceptions=[
            Misconception(
                "gather-columns",
                {"out = x[index]": "out = x[:, index]"},
                "The index picks columns; it was to pick rows.",
                "Which axis of x does `index` count along?",
                "wrong-axis",
                "out",
            ),
            Misconception(
                "gather-one-number-a-row",
                {"out = x[index]": "out = x[np.arange(len(index)), index]"},
                "Two indices at once name single places: one number is picked from each row, not one row for each index.",
                "How many indices has `out`, and how many has `x[rows, columns]`?",
                "wrong-index",
                "out",
            ),
            Misconception(
                "gather-as-a-mask",
                {"out = x[index]": "out = x[np.isin(np.arange(len(x)), index)]"},
                "Each row that is named comes out once, in the order of the table. That is what a mask would do: it knows which "
                "rows are wanted, but not in which order, and how often.",
                "If `index` is [2, 0, 2], how many rows should come out, and which is the first?",
                "wrong-index",
                "out",
            ),
            Misconception(
                "gather-scatters",
                {"out = x[index]": "out = np.zeros_like(x)\n    out[index] = x"},
                "The rows are put where the index says; they were to be taken from there.",
                "On which side of the equation does `index[i]` stand?",
                "wrong-index",
                "out",
            ),
            Misconception(
                "gather-counts-from-one",
                {"out = x[index]": "out = x[index - 1]"},
                "Each row is the one above the one that was asked for.",
                "Which row does the index 0 ask for?",
                "off-by-one",
                "out",
            ),
        ],
        minutes=5,
        after="one_hot",
    ),
)

"""Blocks and windows: an index that is made of two.

The size of a block or window is not among the data's sizes: a loop over the few places in it, with whole arrays inside, is a
fair solution, and often the fastest.
"""

from byhand.procedures import drills_windows
from byhand.spec import Misconception, edge, extreme, odd, ordinary, vectorise


def _images(draw, n=2, rows=3, columns=4, size=2, scale=1.0):
    """Draw images that are `rows` by `columns` blocks large."""
    return {"x": draw.normal(n, rows * size, columns * size) * scale, "size": size}


def _sequences(draw, n=3, t=6, size=3, scale=1.0):
    return {"x": draw.normal(n, t) * scale, "size": min(size, t)}


EXERCISES = (
    vectorise(
        drills_windows.block_sum,
        loop=drills_windows.block_sum_loop,
        data=("n", "rows", "columns"),
        inputs=_images,
        cases=[
            ordinary("blocks of two by two", n=2, rows=3, columns=4, size=2),
            odd("no two sizes equal", n=4, rows=2, columns=5, size=3),
            edge("blocks of one", n=2, rows=3, columns=2, size=1),
            edge("one block, the whole image", n=3, rows=1, columns=1, size=4),
            edge("one image", n=1, rows=2, columns=3, size=2),
            edge("as many blocks as places in one", n=2, rows=3, columns=3, size=3),
            extreme("large numbers", n=2, rows=2, columns=3, size=2, scale=1e6),
        ],
        hints=[
            "A row of the image is row `a` of block row `r`: its index is `r * size + a`. Which of the two does the result keep?",
            "Reshape so that the two are axes of their own: H becomes (H // size, size), and W likewise. NumPy counts the last "
            "axis fastest, so which of a pair must come first?",
            "`np.reshape(x, (n, h // size, size, w // size, size))`, and then a sum over axes 2 and 4.",
        ],
        misconceptions=[
            Misconception(
                "blocks-read-in-a-row",
                {
                    "(n, h // size, size, w // size, size))": "(n, h // size, w // size, size, size))",
                    "axis=(2, 4)": "axis=(3, 4)",
                },
                "A reshape moves no number: it reads them row by row. Cut this way, a block is size * size neighbours of one "
                "row, not a square.",
                "Where in memory does the second row of the first block begin?",
                "wrong-order",
                "out",
            ),
            Misconception(
                "blocks-added-to-each-other",
                {"axis=(2, 4)": "axis=(1, 3)"},
                "The blocks are added to one another, place by place; wanted is the sum within each.",
                "Which axes count the blocks, and which the places within one?",
                "wrong-axis",
                "out",
            ),
            Misconception(
                "blocks-averaged",
                {"np.sum(": "np.mean("},
                "Each block is averaged, not added up.",
                "What comes out for a block of ones?",
                "wrong-scale",
                "out",
            ),
            Misconception(
                "blocks-corner-alone",
                {"np.sum(blocks, axis=(2, 4))": "blocks[:, :, 0, :, 0]"},
                "Only the first number of each block is taken.",
                "How many numbers of `x` does one number of the result depend on?",
                "missing-term",
                "out",
            ),
            Misconception(
                "blocks-of-two",
                {"(n, h // size, size, w // size, size))": "(n, h // 2, 2, w // 2, 2))"},
                "The blocks are always two by two.",
                "Where does your code look at `size`?",
                "hard-coded",
                "out",
            ),
        ],
        minutes=10,
        after="row_normalize",
    ),
    vectorise(
        drills_windows.sliding_windows,
        loop=drills_windows.sliding_windows_loop,
        data=("n", "t"),
        inputs=_sequences,
        cases=[
            ordinary("windows of three", n=3, t=6, size=3),
            odd("no two sizes equal", n=2, t=8, size=3),
            edge("windows of one", n=2, t=4, size=1),
            edge("a window as long as the row", n=3, t=4, size=4),
            edge("one row", n=1, t=5, size=2),
            edge("as many windows as places in one", n=3, t=5, size=3),
            extreme("large numbers", n=2, t=5, size=2, scale=1e6),
        ],
        hints=[
            "Window `s` begins at step `s`; which steps are in it? At which step does the last window begin?",
            "`x[:, steps]` with an array of whole numbers takes those steps, and the result has its shape. Make `steps` so that "
            "`steps[s, k]` is `s + k`.",
            "`steps = np.arange(t - size + 1)[:, None] + np.arange(size)`, of shape (T - size + 1, size).",
        ],
        misconceptions=[
            Misconception(
                "windows-last-one-lost",
                {"np.arange(t - size + 1)": "np.arange(t - size)"},
                "The last window is lost.",
                "At which step does the last window begin, and at which does it end?",
                "off-by-one",
                "out",
            ),
            Misconception(
                "windows-side-by-side",
                {"np.arange(t - size + 1)": "np.arange(0, t - size + 1, size)"},
                "Each window begins where the last one ended; they should begin at every step, and overlap.",
                "At which step does the second window begin?",
                "wrong-index",
                "out",
            ),
            Misconception(
                "windows-backwards",
                {"+ np.arange(size)": "+ np.arange(size)[::-1]"},
                "Every window is read backwards.",
                "Which step stands first in the window that begins at step 0?",
                "wrong-order",
                "out",
            ),
            Misconception(
                "windows-transposed",
                {"starts[:, None] + np.arange(size)": "np.arange(size)[:, None] + starts"},
                "The places within a window come first, and the windows second.",
                "Which of the two indices goes down, and which across, in `starts[:, None] + np.arange(size)`?",
                "wrong-transpose",
                "out",
            ),
            Misconception(
                "windows-around-the-end",
                {"np.arange(t - size + 1)": "np.arange(t)", "x[:, steps]": "x[:, steps % t]"},
                "A window begins at the very last steps too, and goes on at the row's beginning.",
                "How many windows of three fit into a row of six?",
                "extra-term",
                "out",
            ),
        ],
        minutes=10,
        after="gather_rows",
    ),
)

"""Scattering: rows added into a table at given places."""

import numpy as np

from byhand.procedures import drills_scattering
from byhand.spec import Misconception, edge, odd, ordinary, vectorise


def _table(draw, v=4, m=6, d=2, rows="repeated"):
    """Draw a table, and which of its rows are added to. The table's size counts as data too: a loop over it is a loop."""
    if rows == "different":
        index = draw.permutation(v)[:m]
    elif rows == "one":
        index = np.full(m, v - 1)
    else:
        index = draw.integers(v, m)
        index[-1] = index[0]
    return {"x": draw.normal(v, d), "index": index, "values": draw.normal(len(index), d)}


EXERCISES = (
    vectorise(
        drills_scattering.scatter_add,
        loop=drills_scattering.scatter_add_loop,
        data=("v", "m", "d"),
        inputs=_table,
        cases=[
            ordinary("rows named twice", v=4, m=6, d=2),
            odd("a larger table", v=7, m=5, d=3),
            edge("every row once", v=4, m=4, d=3, rows="different"),
            edge("one row alone", v=3, m=5, d=2, rows="one"),
            edge("one to add", v=3, m=1, d=2),
            edge("one column", v=3, m=4, d=1),
            edge("a table of one row", v=1, m=3, d=2),
        ],
        hints=[
            "What does the loop do when `index` names the same row twice? And `x[index] += values`, which takes the rows out, "
            "adds to them, and puts them back?",
            "There are two ways. NumPy's `add` can work in place, place by place: `np.add.at`. Or: in row v, the sum over i runs "
            "over those with `index[i] == v`. As a table of zeros and ones (V, M), that is a matrix product.",
            "`out = x.copy()` and then `np.add.at(out, index, values)`; or `x + (np.arange(len(x))[:, None] == index) @ values`.",
        ],
        misconceptions=[
            Misconception(
                "scatter-repeats-lost",
                {"np.add.at(out, index, values)": "out[index] += values"},
                "Of several values for the same row the last one stays. `out[index] += values` does that: it takes the rows out, "
                "adds, and puts them back one after the other.",
                "If `index` is [1, 1], how often is row 1 added to?",
                "overwrites",
                "out",
            ),
            Misconception(
                "scatter-replaces",
                {"np.add.at(out, index, values)": "out[index] = values"},
                "The rows of the table are replaced, not added to.",
                "Where does the number go that stood in the table before?",
                "overwrites",
                "out",
            ),
            Misconception(
                "scatter-from-zero",
                {"x.copy()": "np.zeros_like(x)"},
                "The values are added up, but the table that they are added to is missing.",
                "What should a row be that `index` never names?",
                "missing-term",
                "out",
            ),
            Misconception(
                "scatter-changes-the-table",
                {"x.copy()": "x"},
                "The values are added into the caller's own table; with `out = x` too, for that is a second name, not a copy.",
                "What does the table hold after the call, if somebody wants to add to it again?",
                "mutates-input",
                "x",
            ),
            Misconception(
                "scatter-gathers",
                {"np.add.at(out, index, values)": "out = out[index] + values"},
                "The named rows are taken out of the table, and the values added to those.",
                "How many rows does the result have?",
                "wrong-index",
                "out",
            ),
        ],
        minutes=10,
        after="gather_rows",
    ),
)

"""An index that is searched: the largest few of each row, the largest of each group."""

from byhand.procedures import drills_searching
from byhand.spec import Misconception, edge, extreme, odd, ordinary, vectorise


def _scores(draw, n=3, c=5, k=2, levels=None, scale=1.0, offset=0.0):
    """Draw scores; with `levels`, so many different ones, and so a great many equal ones."""
    scores = draw.normal(n, c, scale=scale, offset=offset) if levels is None else 1.0 * draw.integers(levels, n, c)
    return {"scores": scores, "k": min(k, c)}


def _groups(draw, n=7, groups=3, used=None, levels=None, offset=0.0):
    values = draw.normal(n, offset=offset) if levels is None else 1.0 * draw.integers(levels, n)
    return {"values": values, "group": draw.integers(min(used or groups, groups), n), "groups": groups}


EXERCISES = (
    vectorise(
        drills_searching.top_k_indices,
        loop=drills_searching.top_k_indices_loop,
        data=("n", "c"),
        inputs=_scores,
        cases=[
            ordinary("a few rows", n=3, c=5, k=2),
            odd("more rows than columns", n=7, c=4, k=3),
            edge("as many rows as columns", n=4, c=4, k=2),
            edge("the largest alone", n=3, c=6, k=1),
            edge("all of them", n=2, c=5, k=5),
            edge("one row of one", n=1, c=1, k=1),
            edge("all of a long row", n=1, c=300, k=300),  # short ones come out of argpartition sorted
            edge("equal scores", n=4, c=6, k=4, levels=3),
            edge("a long row of equal scores", n=2, c=60, k=25, levels=3),
            edge("nothing but equal scores", n=2, c=20, k=3, levels=1),
            extreme("close together, far from zero", n=3, c=6, k=3, offset=1e8),
            extreme("far below zero", n=3, c=4, k=4, offset=-1e12),
        ],
        hints=[
            "i is kept, j is searched, and there are k places: the result is (N, k). What would the whole row look like, sorted?",
            "`np.argsort(scores, axis=1)` gives the indices that sort each row, the smallest first. What do you sort instead so "
            "that the largest comes first? And where do equal scores go: does the sort leave them in their order?",
            '`np.argsort(-scores, axis=1, kind="stable")[:, :k]`.',
        ],
        misconceptions=[
            Misconception(
                "top-k-smallest",
                {'np.argsort(-scores, axis=1, kind="stable")': "np.argsort(scores, axis=1)"},
                "The smallest come first.",
                "In which order does `argsort` sort?",
                "wrong-order",
                "out",
            ),
            Misconception(
                "top-k-reversed",
                {
                    'np.argsort(-scores, axis=1, kind="stable")': "np.argsort(scores, axis=1)",
                    "order[:, :k]": "order[:, ::-1][:, :k]",
                },
                "The sorted row is turned round, and equal scores with it: the larger index comes first.",
                "In which order do two equal scores stand before you turn the row, and in which after it?",
                "wrong-order",
                "out",
            ),
            Misconception(
                "top-k-largest-last",
                {'np.argsort(-scores, axis=1, kind="stable")': "np.argsort(scores, axis=1)", "order[:, :k]": "order[:, -k:]"},
                "These are the largest, but the largest of them comes last.",
                "Which of the k comes first?",
                "wrong-order",
                "out",
            ),
            Misconception(
                "top-k-unstable",
                {', kind="stable"': ""},
                "The sort that NumPy uses unless told otherwise may put equal scores in any order.",
                "Which kind of sort promises to leave equal ones in the order in which they stood?",
                "wrong-order",
                "out",
            ),
            Misconception(
                "top-k-unsorted",
                {'np.argsort(-scores, axis=1, kind="stable")': "np.argpartition(-scores, k - 1, axis=1)"},
                "`argpartition` brings the k largest to the front, but in no order among themselves.",
                "Which of the k comes first?",
                "wrong-order",
                "out",
            ),
            Misconception(
                "top-k-ranks",
                {'np.argsort(-scores, axis=1, kind="stable")': "np.argsort(np.argsort(-scores, axis=1), axis=1)"},
                "Sorted twice, these say at which place each score would come; asked for is which score comes at each place.",
                "Does `out[i, 0]` say where column 0 comes, or which column comes first?",
                "wrong-index",
                "out",
            ),
        ],
        minutes=9,
        after="gather_rows",
    ),
    vectorise(
        drills_searching.argmax_per_group,
        loop=drills_searching.argmax_per_group_loop,
        data=("n", "groups"),
        inputs=_groups,
        cases=[
            ordinary("three groups", n=7, groups=3),
            odd("more groups than values", n=5, groups=8),
            edge("one group", n=4, groups=1),
            edge("one value", n=1, groups=3),
            edge("as many groups as values", n=5, groups=5),
            edge("the last groups are empty", n=6, groups=7, used=3),
            edge("equal values", n=20, groups=3, levels=2),
            extreme("close together, far from zero", n=8, groups=3, offset=1e8),
            extreme("far below zero", n=8, groups=3, offset=-1e12),
        ],
        hints=[
            "g is kept, i is searched. A table with a row for each group and a column for each value has both: what should stand "
            "where a value is of another group, so that it never wins?",
            "`member = group == np.arange(groups)[:, None]` is (G, N): true where value i belongs to group g. `np.where` puts "
            "the value there, and minus infinity elsewhere; `np.argmax` along axis 1 finds the first of the largest.",
            "`first = np.argmax(np.where(member, values, -np.inf), axis=1)`, and `np.where(np.any(member, axis=1), first, -1)`, "
            "for in an empty group nothing was found.",
        ],
        misconceptions=[
            Misconception(
                "group-others-count-as-zero",
                {"np.where(member, values, -np.inf)": "np.where(member, values, 0.0)"},
                "The values of other groups count as zero, which wins where all of a group are negative.",
                "Which number can never be larger than a value of the group?",
                "wrong-mask",
                "out",
            ),
            Misconception(
                "group-empty-not-told",
                {"np.where(np.any(member, axis=1), first, -1)": "first"},
                "In an empty group all candidates are equal, and the first of them, 0, is returned.",
                "What does `np.argmax` say of a row in which nothing is?",
                "missing-term",
                "out",
            ),
            Misconception(
                "group-last-of-equals",
                {
                    "np.argmax(candidates, axis=1)": "len(values) - 1 - np.argmax(candidates[:, ::-1], axis=1)",
                },
                "Of equal values the last is taken.",
                "If two values are equal, which index is smaller?",
                "wrong-order",
                "out",
            ),
            Misconception(
                "group-place-within",
                {"np.argmax(candidates, axis=1)": "np.array([np.argmax(values[m]) if m.any() else -1 for m in member])"},
                "This counts places within the group: the first of its members is 0, and so on. Asked for are indices into "
                "`values`.",
                "What does `values[out[g]]` give?",
                "wrong-index",
                "out",
            ),
            Misconception(
                "group-largest-values",
                {"np.argmax(candidates, axis=1)": "np.max(candidates, axis=1)"},
                "These are the largest values; asked for is where they stand.",
                "What does `argmax` return that `max` does not?",
                "wrong-index",
                "out",
            ),
            Misconception(
                "group-groups-from-labels",
                {"np.arange(groups)": "np.arange(group.max() + 1)"},
                "The number of groups is read off `group`; but the last groups may be empty.",
                "How long is the result if nothing belongs to the last group?",
                "wrong-shape",
                "out",
            ),
        ],
        minutes=12,
        after="gather_rows",
    ),
)

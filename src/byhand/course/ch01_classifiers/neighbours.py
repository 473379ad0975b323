"""Distances, the vote of the nearest, and the choice of how many."""

import numpy as np

from byhand.procedures import neighbours
from byhand.spec import Misconception, edge, exercise, extreme, odd, ordinary


def _points(draw, m=3, n=4, d=2, scale=1.0, offset=0.0):
    return {"x": draw.normal(m, d, scale=scale, offset=offset), "train": draw.normal(n, d, scale=scale, offset=offset)}


def _met_again(draw, m=12, n=13, d=3, offset=0.0, apart=0.0):
    """Draw queries each of which lies next to a training example."""
    train = draw.normal(n, d, offset=offset)
    return {"x": train[np.arange(m) % n] + draw.normal(m, d, scale=apart), "train": train}


def _either(draw, m=3, n=4, d=2, scale=1.0, offset=0.0, again=False, apart=0.0):
    return _met_again(draw, m, n, d, offset, apart) if again else _points(draw, m, n, d, scale, offset)


def _vote(draw, m=4, n=9, k=3, classes=3, first=0, all_differ=False):
    """Draw distances of which no two in a row are equal, and labels from `first` on."""
    places = np.stack([draw.permutation(n) for _ in range(m)]) + 1.0
    labels = draw.permutation(n) if all_differ else draw.integers(classes, n)
    return {"distances": places + draw.uniform(m, n) / 2, "labels": labels + first, "k": k}


def _folded(draw, n=11, d=2, folds=3, classes=3, ks=(1, 2, 4)):
    """Draw examples of classes that overlap, shuffled into folds."""
    y = draw.integers(classes, n)
    x = draw.normal(n, d) + y[:, None]
    return {"x": x, "y": y, "folds": np.array_split(draw.permutation(n), folds), "ks": list(ks)}


_PAIRS = [
    ordinary("a few points in the plane", m=3, n=4, d=2),
    odd("more queries than training examples", m=5, n=2, d=3),
    odd("many features", m=2, n=3, d=17, scale=3.0),
    edge("as many queries as training examples", m=3, n=3, d=2),
    edge("a single pair of numbers", m=1, n=1, d=1),
    extreme("queries next to training examples", m=12, n=13, d=3, again=True, apart=1e-9),
]

EXERCISES = (
    exercise(
        neighbours.euclidean_distances_two_loops,
        inputs=_either,
        cases=_PAIRS,
        hints=[
            "Begin with one pair, `x[0]` and `train[0]`. What does Pythagoras say if they have two numbers each, and what if "
            "they have three?",
            "`x[i] - train[j]` is an array of differences, one for each feature. Square them, add them up, take the root; the "
            "result belongs in row i, column j.",
            "In the inner loop: `distances[i, j] = np.sqrt(np.sum((x[i] - train[j]) ** 2))`.",
        ],
        misconceptions=[
            Misconception(
                "two-loops-no-root",
                {"np.sqrt(np.sum((x[i] - train[j]) ** 2))": "np.sum((x[i] - train[j]) ** 2)"},
                "These are the squared distances: the root is missing.",
                "How far is (3, 4) from the origin?",
                "missing-term",
                "distances",
            ),
            Misconception(
                "two-loops-city-blocks",
                {"np.sqrt(np.sum((x[i] - train[j]) ** 2))": "np.sum(np.abs(x[i] - train[j]))"},
                "This adds up the differences along each axis, as if one could only walk along streets (the L1 distance).",
                "How far is (3, 4) from the origin as the crow flies?",
                "wrong-formula",
                "distances",
            ),
            Misconception(
                "two-loops-square-of-the-sum",
                {"np.sum((x[i] - train[j]) ** 2)": "np.sum(x[i] - train[j]) ** 2"},
                "The differences are added up before they are squared, so that those of unlike sign cancel.",
                "How far apart are (0, 1) and (1, 0), and what does your formula say?",
                "wrong-order",
                "distances",
            ),
            Misconception(
                "two-loops-mean",
                {"np.sum((x[i] - train[j]) ** 2)": "np.mean((x[i] - train[j]) ** 2)"},
                "The squares are averaged, not summed.",
                "Is (1, 1, 1, 1) as far from the origin as (1)?",
                "wrong-scale",
                "distances",
            ),
            Misconception(
                "two-loops-transposed",
                {"np.zeros((m, n)": "np.zeros((n, m)", "distances[i, j]": "distances[j, i]"},
                "The rows are the training examples; they should be the queries.",
                "Whose distances should stand in the first row?",
                "wrong-transpose",
                "distances",
            ),
        ],
        minutes=10,
    ),
    exercise(
        neighbours.euclidean_distances_one_loop,
        inputs=_either,
        cases=_PAIRS,
        hints=[
            "`x[i]` has the shape (D,) and `train` the shape (N, D). What is the shape of `x[i] - train`?",
            "You have all differences of one query, (N, D). Which axis has to be summed away, so that N distances are left?",
            "`distances[i] = np.sqrt(np.sum((x[i] - train) ** 2, axis=1))`.",
        ],
        misconceptions=[
            Misconception(
                "one-loop-no-axis",
                {"np.sum(difference**2, axis=1)": "np.sum(difference**2)"},
                "The sum runs over all training examples at once, and gives the whole row one number.",
                "How many numbers should the sum leave for one query?",
                "wrong-axis",
                "distances",
            ),
            Misconception(
                "one-loop-other-axis",
                {"np.sum(difference**2, axis=1)": "np.sum(difference**2, axis=0)"},
                "The sum runs over the training examples; it should run over the features.",
                "Of the shape (N, D), which axis is to go?",
                "wrong-axis",
                "distances",
            ),
            Misconception(
                "one-loop-square-of-the-sum",
                {"np.sum(difference**2, axis=1)": "np.sum(difference, axis=1) ** 2"},
                "The differences are added up before they are squared, so that those of unlike sign cancel.",
                "How far apart are (0, 1) and (1, 0), and what does your formula say?",
                "wrong-order",
                "distances",
            ),
            Misconception(
                "one-loop-no-root",
                {"np.sqrt(np.sum(difference**2, axis=1))": "np.sum(difference**2, axis=1)"},
                "These are the squared distances: the root is missing.",
                "How far is (3, 4) from the origin?",
                "missing-term",
                "distances",
            ),
        ],
        minutes=8,
        after="euclidean_distances_two_loops",
    ),
    exercise(
        neighbours.euclidean_distances,
        inputs=_either,
        cases=[
            *_PAIRS,
            extreme("points that nearly agree, far from the origin", m=12, n=13, d=3, offset=1e3, again=True, apart=1e-7),
        ],
        hints=[
            "Work out (a - b)^2 for two numbers. What becomes of its three terms when a and b are vectors, and the square a sum "
            "of squares?",
            "All dot products of queries with training examples are one product of matrices, `x @ train.T`. The squared lengths "
            "are one number for each row of `x` and each row of `train`: give them shapes that line up, (M, 1) and (N,).",
            "`squared = np.sum(x**2, axis=1)[:, None] - 2 * x @ train.T + np.sum(train**2, axis=1)`. Before the root, think of "
            "two equal points, and of rounding: `np.maximum(squared, 0)`.",
        ],
        misconceptions=[
            Misconception(
                "distances-nan",
                {"    np.maximum(squared, 0, out=squared)\n": ""},
                "For points that nearly agree, rounding leaves the square a little below zero, and its root is nan.",
                "What is 0.1 + 0.2 - 0.3 in floats, and what if it comes out negative?",
                "unstable",
                "distances",
            ),
            Misconception(
                "distances-product-added",
                {"squared *= -2": "squared *= 2"},
                "The product of the two points is added; in (a - b)^2 it is subtracted.",
                "How far is a point from itself, by your formula?",
                "wrong-sign",
                "distances",
            ),
            Misconception(
                "distances-product-once",
                {"squared *= -2": "squared *= -1"},
                "The product of the two points stands in (a - b)^2 twice.",
                "What is (a - b)^2, multiplied out?",
                "wrong-scale",
                "distances",
            ),
            Misconception(
                "distances-lengths-exchanged",
                {"squared += xx[:, None]": "squared += tt[:, None]", "squared += tt\n": "squared += xx\n"},
                "The training examples' lengths are added along the axis of the queries, and the queries' along theirs.",
                "Which of the two axes counts the queries?",
                "wrong-axis",
                "distances",
            ),
            Misconception(
                "distances-no-query-length",
                {"    squared += xx[:, None]\n": ""},
                "The squared lengths of the queries are missing. (The order of the neighbours would be the same; the distances "
                "are not.)",
                "How far is a point from itself, by your formula?",
                "missing-term",
                "distances",
            ),
            Misconception(
                "distances-no-root",
                {"np.sqrt(squared, out=squared)": "squared"},
                "These are the squared distances: the root is missing.",
                "How far is (3, 4) from the origin?",
                "missing-term",
                "the root",
            ),
        ],
        minutes=20,
        after="euclidean_distances_two_loops",
    ),
    exercise(
        neighbours.knn_predict,
        inputs=_vote,
        cases=[
            ordinary("three of nine vote", m=5, n=9, k=3),
            odd("an even number votes", m=7, n=12, k=4, classes=3),
            odd("two vote", m=9, n=6, k=2, classes=4),
            edge("a tie of all: every neighbour is of another class", m=4, n=8, k=5, all_differ=True),
            edge("the nearest alone", m=6, n=5, k=1, classes=4),
            edge("all of them vote", m=3, n=7, k=7),
            edge("a single query", m=1, n=5, k=2),
            edge("one class", m=3, n=4, k=2, classes=1, first=2),
            edge("labels beyond ten", m=5, n=10, k=3, classes=8, first=7),
        ],
        hints=[
            "Take one query. How do you find the places of its k smallest distances, and from the places their labels?",
            "`np.argsort` gives places, the nearest first; `labels[...]` takes an array of places. Then count each label: "
            "`np.bincount` does it for whole numbers. Which label should win a tie, and which of several largest counts does "
            "`np.argmax` return?",
            "`nearest = np.argsort(distances, axis=1)[:, :k]`; for each row of `labels[nearest]`: `np.argmax(np.bincount(row))`.",
        ],
        misconceptions=[
            Misconception(
                "knn-tie-to-the-nearest",
                {"np.argmax(np.bincount(row))": "max(row, key=list(row).count)"},
                "Where classes have equally many votes, the one that is met first wins: that of the nearer neighbour.",
                "Which class should win if the labels are 2, 0?",
                "wrong-order",
                "predicted",
            ),
            Misconception(
                "knn-tie-to-the-larger",
                {"np.argmax(np.bincount(row))": "max(sorted(set(row), reverse=True), key=list(row).count)"},
                "Where classes have equally many votes, the larger label wins.",
                "Which class should win if the labels are 2, 0?",
                "wrong-order",
                "the tie",
            ),
            Misconception(
                "knn-farthest",
                {"[:, :k]": "[:, -k:]"},
                "The k farthest vote.",
                "Does `np.argsort` put the smallest first or the largest?",
                "wrong-sign",
                "nearest",
            ),
            Misconception(
                "knn-skips-the-nearest",
                {"[:, :k]": "[:, 1 : k + 1]"},
                "The nearest is left out, as if it were the query itself; the queries are not among the training examples.",
                "If k is 1, who should decide?",
                "off-by-one",
                "nearest",
            ),
            Misconception(
                "knn-places-for-labels",
                {"votes = labels[nearest]": "votes = nearest"},
                "The votes are the places of the neighbours among the training examples, not their labels.",
                "What does `np.argsort` return?",
                "wrong-index",
                "votes",
            ),
            Misconception(
                "knn-mean-of-labels",
                {"np.argmax(np.bincount(row))": "np.round(np.mean(row))"},
                "The labels are averaged. They are names: the mean of a cat (3) and a dog (5) is no deer (4).",
                "What should the labels 0, 0, 9 give?",
                "wrong-formula",
                "predicted",
            ),
        ],
        minutes=15,
        after="euclidean_distances",
    ),
    exercise(
        neighbours.cross_validate,
        inputs=_folded,
        cases=[
            ordinary("three folds", n=12, d=2, folds=3, ks=(1, 3)),
            odd("folds of unlike length", n=17, d=3, folds=4, classes=4, ks=(1, 2, 5)),
            odd("many folds, one k", n=13, d=4, folds=6, ks=(3,)),
            edge("two folds", n=9, d=1, folds=2, ks=(2, 1, 4)),
            edge("every fold is one example", n=5, d=2, folds=5, classes=2, ks=(1, 3)),
        ],
        parts=[neighbours.euclidean_distances, neighbours.knn_predict],
        hints=[
            "Each fold is the test once. Which examples are then the training set, and how do you put their indices into one "
            "array?",
            "The distances do not depend on k: compute them once for each fold, `euclidean_distances(x[fold], x[others])`, and "
            "let `knn_predict` vote for each k.",
            "In the loop over `f, fold in enumerate(folds)`: `others = np.concatenate(folds[:f] + folds[f + 1 :])`. In the loop "
            "over the ks: `accuracies[i, f] = np.mean(knn_predict(distances, y[others], k=k) == y[fold])`.",
        ],
        misconceptions=[
            Misconception(
                "folds-tested-on-itself",
                {"[*folds[:f], *folds[f + 1 :]]": "[*folds]"},
                "The fold is among its own training examples: every query finds itself at distance zero.",
                "For k = 1, what is the accuracy, and can it be wrong at all?",
                "extra-term",
                "others",
            ),
            Misconception(
                "folds-exchanged",
                {
                    "euclidean_distances(x[fold], x[others])": "euclidean_distances(x[others], x[fold])",
                    "y[others], k=k": "y[fold], k=k",
                    "predicted == y[fold]": "predicted == y[others]",
                },
                "The fold is the training set and the others are the test.",
                "On how many of the examples should a classifier be trained?",
                "wrong-order",
                "others",
            ),
            Misconception(
                "folds-labels-out-of-line",
                {"y[others], k=k": "y[: len(others)], k=k"},
                "The labels are not those of the training examples: these are the first ones, in the order of the file.",
                "Which label belongs to the example `x[others[0]]`?",
                "wrong-index",
                "y",
            ),
            Misconception(
                "folds-error-for-accuracy",
                {"np.mean(predicted == y[fold])": "np.mean(predicted != y[fold])"},
                "This is the share that is wrong.",
                "What should a classifier without mistakes get?",
                "wrong-formula",
                "accuracies",
            ),
            Misconception(
                "folds-one-k",
                {"y[others], k=k": "y[others], k=ks[0]"},
                "Every row is computed with the first k.",
                "How often does your code look at `ks[1]`?",
                "wrong-index",
                "k",
            ),
            Misconception(
                "folds-transposed",
                {
                    "np.zeros((len(ks), len(folds))": "np.zeros((len(folds), len(ks))",
                    "accuracies[i, f] = np": "accuracies[f, i] = np",
                },
                "The rows are the folds; they should be the ks.",
                "What should the mean along a row be the accuracy of?",
                "wrong-transpose",
                "accuracies",
            ),
        ],
        minutes=20,
        after="knn_predict",
    ),
)

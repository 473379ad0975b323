"""Losses on class scores."""

import numpy as np

from byhand.layers import losses
from byhand.spec import Misconception, edge, exercise, extreme, odd, ordinary


def _scores(draw, n=5, c=4, offset=0.0, apart=0.0, rows=False, sure=False):
    """Draw scores and labels. No margin is exactly zero: there the gradient of the SVM loss is a set."""
    scores, y = draw.normal(n, c), draw.integers(c, n)
    own = np.arange(n), y
    scores[own] += 0.5
    if rows:  # whole rows far from one another
        scores = scores + apart * np.arange(n)[:, None]
    elif apart:  # one class far above the others, seldom the right one
        scores[np.arange(n), (y + np.arange(n)) % c] += apart
    if sure:  # the right class wins by far
        scores[own] += 12.0
    return {"scores": scores + offset, "y": y}


_CASES = [
    ordinary("a batch of scores", n=5, c=4),
    odd("more classes than examples", n=3, c=7),
    edge("a batch of one", n=1, c=4),
    edge("one class", n=4, c=1),
    edge("twelve classes", n=6, c=12),
    edge("the right class far ahead", n=4, c=3, sure=True),
    extreme("scores far from zero", n=4, c=3, offset=1e4),
    extreme("scores far apart", n=4, c=3, apart=1e4),
    extreme("examples far apart", n=4, c=3, apart=1e4, rows=True),
]

EXERCISES = (
    exercise(
        losses.svm_loss,
        inputs=_scores,
        cases=_CASES,
        hints=[
            "For one example: every other class should score at least 1 less than the right one. What does it cost if not?",
            "Take the right scores with `scores[np.arange(n), y]`, and subtract them from every column. The right class does "
            "not compete with itself: set its margin to zero.",
            "The gradient is 1 / N for every positive margin, and for the right class minus the sum of its row.",
        ],
        misconceptions=[
            Misconception(
                "svm-own-class-counted",
                {"    margins[rows, y] = 0.0  # the right class competes with the others only\n": ""},
                "The right class competes with itself, and always loses by 1.",
                "What is the margin of the right class against itself?",
                "extra-term",
                "loss",
            ),
            Misconception(
                "svm-own-class-in-the-mask",
                {
                    "    margins[rows, y] = 0.0  # the right class competes with the others only\n": "",
                    "np.sum(margins) / n\n": "np.sum(margins) / n - 1\n",
                },
                "The loss subtracts the right class's own margin again, but the gradient's mask still counts it.",
                "Which entries of `margins` are positive, and should each of them pass a gradient?",
                "extra-term",
                "dscores",
            ),
            Misconception(
                "svm-all-columns",
                {"right = scores[rows, y]": "right = scores[:, y]"},
                "`scores[:, y]` takes whole columns; one score is wanted for each row.",
                "What shape has `scores[:, y]`, and what shape has `scores[np.arange(n), y]`?",
                "wrong-index",
                "right",
            ),
            Misconception(
                "svm-gradient-not-averaged",
                {"(margins > 0) / n  # (N, C)": "(margins > 0)  # (N, C)"},
                "The loss is a mean over the batch, its gradient is not.",
                "By what is the loss divided?",
                "wrong-scale",
                "dscores",
            ),
            Misconception(
                "svm-right-class-once",
                {"dscores[rows, y] = -np.sum(dscores, axis=1)": "dscores[rows, y] = -1 / n"},
                "The right class is pulled up once, however many margins it violates.",
                "In how many margins of its row does the right score stand?",
                "wrong-scale",
                "dscores",
            ),
            Misconception(
                "svm-no-hinge",
                {"np.maximum(scores - right[:, None] + 1, 0.0)": "scores - right[:, None] + 1"},
                "Margins below zero are counted too: being right by far pays for being wrong elsewhere.",
                "What does a class cost that scores far below the right one?",
                "missing-term",
                "loss",
            ),
            Misconception(
                "svm-no-margin",
                {"scores - right[:, None] + 1,": "scores - right[:, None],"},
                "The margin of 1 is missing: being ahead by a hair costs nothing.",
                "By how much should the right class be ahead?",
                "missing-term",
                "loss",
            ),
        ],
        minutes=30,
        after=("relu_backward", "sum_backward"),
        equivalent={"dscores = (margins > 0) / n": "the same numbers, in double precision whatever the scores are in"},
    ),
    exercise(
        losses.softmax_loss,
        inputs=_scores,
        cases=_CASES,
        hints=[
            "Probabilities depend only on differences of scores. Which number can you take away from a row, so that no "
            "exponential overflows?",
            "Shift every row by its own maximum. Then log p is the shifted score minus the log of the sum of the exponentials; "
            "never take the log of p itself.",
            "`dscores = (p - 1 at the right class) / N`, with `p = np.exp(logp)`.",
        ],
        misconceptions=[
            Misconception(
                "softmax-no-shift",
                {"shifted = scores - np.max(scores, axis=1, keepdims=True)": "shifted = scores"},
                "The scores are not shifted: exp overflows above 709.",
                "What is `np.exp(1000.0)`, and which number could you subtract from a whole row for free?",
                "unstable",
                "loss",
            ),
            Misconception(
                "softmax-log-of-p",
                {"logp = shifted - np.log(total)": "logp = np.log(np.exp(shifted) / total)"},
                "The logarithm is taken of a probability that was rounded to zero.",
                "What is the log of exp(-1000), computed in that order, and what is it on paper?",
                "unstable",
                "loss",
            ),
            Misconception(
                "softmax-epsilon-in-the-log",
                {"loss = -np.sum(logp[rows, y]) / n": "loss = -np.sum(np.log(np.exp(logp[rows, y]) + 1e-6)) / n"},
                "A small number added inside the log keeps it finite, and makes every loss a little wrong.",
                "Which loss comes out when the right class has probability exactly 1?",
                "wrong-eps",
                "loss",
            ),
            Misconception(
                "softmax-one-shift-for-all",
                {"np.max(scores, axis=1, keepdims=True)": "np.max(scores)"},
                "All rows are shifted by the largest score of the whole batch; in a row far below it everything underflows.",
                "What is left of a row whose scores all lie 10,000 below the largest of the batch?",
                "unstable",
                "loss",
            ),
            Misconception(
                "softmax-over-the-batch",
                {"np.sum(np.exp(shifted), axis=1, keepdims=True)": "np.sum(np.exp(shifted), axis=0, keepdims=True)"},
                "The probabilities add up to 1 over the batch, not over the classes of one example.",
                "Which numbers should add up to 1?",
                "wrong-axis",
                "loss",
            ),
            Misconception(
                "softmax-forgets-the-one",
                {"    dscores[rows, y] -= 1 / n\n": ""},
                "dscores is p alone: the 1 that the right class should have is not subtracted.",
                "What is the gradient when the right class already has probability 1?",
                "missing-term",
                "dscores",
            ),
            Misconception(
                "softmax-gradient-not-averaged",
                {
                    "np.exp(logp) / n  # (N, C)": "np.exp(logp)  # (N, C)",
                    "dscores[rows, y] -= 1 / n": "dscores[rows, y] -= 1",
                },
                "The loss is a mean over the batch, its gradient is not.",
                "By what is the loss divided?",
                "wrong-scale",
                "dscores",
            ),
            Misconception(
                "softmax-changes-scores",
                {"shifted = scores - np.max(": "scores -= np.max(", "    total =": "    shifted = scores\n    total ="},
                "The scores are shifted in place, in the caller's array.",
                "Does `-=` make a new array?",
                "mutates-input",
                "scores",
            ),
        ],
        minutes=30,
        after="scores_gradient",
    ),
)

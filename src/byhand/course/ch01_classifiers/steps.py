"""The steps of the softmax loss: shift, loss, gradient in the scores."""

import numpy as np

from byhand.layers import softmax_steps
from byhand.spec import Misconception, edge, exercise, extreme, odd, ordinary


def _scores(draw, n=5, c=4, offset=0.0, apart=0.0, spread=0.0):
    scores = draw.normal(n, c) + offset
    return {"scores": scores + apart * np.arange(n)[:, None] + spread * np.arange(c)}


def _shifted(draw, n=5, c=4, apart=0.0, sure=False):
    scores, y = draw.normal(n, c), draw.integers(c, n)
    scores[np.arange(n), (y + (0 if sure else np.arange(n))) % c] += apart  # a class far above the others, seldom the right one
    return {"shifted": scores - np.max(scores, axis=1, keepdims=True), "y": y}


_CASES = [
    ordinary("a batch of shifted scores", n=5, c=4),
    odd("more classes than examples", n=3, c=7),
    edge("a batch of one", n=1, c=4),
    edge("one class", n=4, c=1),
    edge("twelve classes", n=6, c=12),
    edge("the right class far ahead", n=4, c=3, apart=12.0, sure=True),
    extreme("scores far apart", n=4, c=3, apart=1e4),
]

EXERCISES = (
    exercise(
        softmax_steps.shift_scores,
        inputs=_scores,
        cases=[
            ordinary("a batch of scores", n=5, c=4),
            odd("more classes than examples", n=3, c=7),
            edge("a batch of one", n=1, c=4),
            edge("one class", n=4, c=1),
            extreme("scores far from zero", n=4, c=3, offset=1e4),
            extreme("examples far apart", n=4, c=3, apart=1e4),
            extreme("classes far apart", n=4, c=3, spread=1e4),
        ],
        hints=[
            "Each row has a largest score of its own. Which shape must these have, so that NumPy takes each away from its own "
            "row?",
            "`np.max(scores, axis=1)` has shape (N,), and NumPy lines that up with the last axis, the classes. `keepdims=True` "
            "leaves it (N, 1).",
            "`shifted = scores - np.max(scores, axis=1, keepdims=True)`.",
        ],
        misconceptions=[
            Misconception(
                "shift-by-the-largest-of-all",
                {"np.max(scores, axis=1, keepdims=True)": "np.max(scores)"},
                "All rows are shifted by the largest score of the whole batch, not each by its own.",
                "What is left of a row whose scores all lie 10,000 below the largest of the batch?",
                "wrong-axis",
                "shifted",
            ),
            Misconception(
                "shift-down-the-columns",
                {"axis=1": "axis=0"},
                "The largest of each column is taken away; a row is one example, and its scores belong together.",
                "Which index is kept: the example or the class?",
                "wrong-axis",
                "shifted",
            ),
            Misconception(
                "shift-loses-the-axis",
                {"axis=1, keepdims=True": "axis=1"},
                "The maxima have shape (N,), and NumPy lines them up with the classes, not with the examples.",
                "Which shape have the maxima, and with which axis of the scores does broadcasting line it up?",
                "wrong-shape",
                "shifted",
            ),
            Misconception(
                "shift-by-the-mean",
                {"np.max(scores": "np.mean(scores"},
                "The mean is taken away, so that the largest score may still be far above zero.",
                "For which of the numbers in a row does the exponential overflow first?",
                "wrong-formula",
                "shifted",
            ),
            Misconception(
                "shift-by-the-smallest",
                {"np.max(scores": "np.min(scores"},
                "The smallest is taken away: now all scores are above zero, on the side where exponentials overflow.",
                "Should the shifted scores be above or below zero?",
                "wrong-formula",
                "shifted",
            ),
            Misconception(
                "shift-in-place",
                {"shifted = scores - np.max(": "scores -= np.max(", "    return": "    shifted = scores\n    return"},
                "The scores are shifted in the caller's own array.",
                "Does `-=` make a new array?",
                "mutates-input",
                "scores",
            ),
        ],
        minutes=4,
    ),
    exercise(
        softmax_steps.cross_entropy,
        inputs=_shifted,
        cases=_CASES,
        hints=[
            "Do not compute p. Write down log p of the right class on paper first: what is the logarithm of a quotient, and what "
            "is the logarithm of exp?",
            "Two numbers for each example: the log of the sum of the exponentials of its row, and its own score, the one of the "
            "right class: `shifted[np.arange(n), y]`.",
            "`loss = np.mean(np.log(np.sum(np.exp(shifted), axis=1)) - shifted[np.arange(n), y])`.",
        ],
        misconceptions=[
            Misconception(
                "entropy-log-of-p",
                {"np.mean(np.log(total) - own)": "np.mean(-np.log(np.exp(own) / total))"},
                "The logarithm is taken of a probability that was rounded to zero.",
                "What is the log of exp(-1000), computed in that order, and what is it on paper?",
                "unstable",
                "loss",
            ),
            Misconception(
                "entropy-epsilon-in-the-log",
                {"np.mean(np.log(total) - own)": "np.mean(-np.log(np.exp(own) / total + 1e-6))"},
                "A small number added inside the log keeps it finite, and makes every loss a little wrong.",
                "Which loss comes out when the right class has probability exactly 1?",
                "wrong-eps",
                "loss",
            ),
            Misconception(
                "entropy-forgets-the-denominator",
                {"np.mean(np.log(total) - own)": "np.mean(-own)"},
                "The right class's score alone is counted; how the others score does not come in.",
                "If two classes share the largest score, is the right one certain?",
                "missing-term",
                "loss",
            ),
            Misconception(
                "entropy-not-averaged",
                {"loss = np.mean": "loss = np.sum"},
                "The losses of the examples are added up; the loss is their mean.",
                "Should the loss double when every example is there twice?",
                "wrong-scale",
                "loss",
            ),
            Misconception(
                "entropy-all-columns",
                {"shifted[np.arange(n), y]": "shifted[:, y]"},
                "`shifted[:, y]` takes whole columns; one score is wanted for each row.",
                "What shape has `shifted[:, y]`, and what shape has `shifted[np.arange(n), y]`?",
                "wrong-index",
                "loss",
            ),
            Misconception(
                "entropy-over-the-batch",
                {"np.sum(np.exp(shifted), axis=1)": "np.sum(np.exp(shifted))"},
                "The sum runs over all examples; the probabilities of each example add up to 1 by themselves.",
                "Which numbers should add up to 1?",
                "wrong-axis",
                "loss",
            ),
        ],
        minutes=6,
        after="shift_scores",
    ),
    exercise(
        softmax_steps.scores_gradient,
        inputs=_shifted,
        cases=_CASES,
        hints=[
            "The loss of an example is log(total) minus its own score. What is the slope of each of the two in one score?",
            "The slope of log(total) in a score is exp(score) / total, which is the probability p of that class. The second term "
            "has slope -1, and at the right class only.",
            "`p = np.exp(shifted) / np.sum(np.exp(shifted), axis=1, keepdims=True)`; take 1 away at `[np.arange(n), y]`; divide "
            "all of it by n.",
        ],
        misconceptions=[
            Misconception(
                "scores-gradient-forgets-the-one",
                {"    dscores[np.arange(n), y] -= 1 / n\n": ""},
                "This is p alone: the 1 that the right class should have is not subtracted.",
                "What is the gradient when the right class already has probability 1?",
                "missing-term",
                "dscores",
            ),
            Misconception(
                "scores-gradient-not-averaged",
                {"dscores = p / n": "dscores = p", "-= 1 / n": "-= 1"},
                "The loss is a mean over the batch, its gradient is not.",
                "By what is the loss divided?",
                "wrong-scale",
                "dscores",
            ),
            Misconception(
                "scores-gradient-half-averaged",
                {"-= 1 / n": "-= 1"},
                "p is divided by N, but the 1 is not.",
                "What should the gradients of one example add up to?",
                "wrong-scale",
                "dscores",
            ),
            Misconception(
                "scores-gradient-all-columns",
                {"dscores[np.arange(n), y] -= 1 / n": "dscores[:, y] -= 1 / n"},
                "The 1 is subtracted in whole columns, for all examples; each example has one right class.",
                "How many numbers does `dscores[:, y]` pick out?",
                "wrong-index",
                "dscores",
            ),
            Misconception(
                "scores-gradient-sign",
                {"dscores = p / n": "dscores = -p / n", "-= 1 / n": "+= 1 / n"},
                "The sign is turned: this is the way in which the loss falls.",
                "If the score of a wrong class grows, does the loss grow or fall?",
                "wrong-sign",
                "dscores",
            ),
            Misconception(
                "scores-gradient-over-the-batch",
                {"np.sum(e, axis=1, keepdims=True)": "np.sum(e, axis=0, keepdims=True)"},
                "The probabilities add up to 1 over the batch, not over the classes of one example.",
                "Which numbers should add up to 1?",
                "wrong-axis",
                "dscores",
            ),
        ],
        minutes=6,
        after=("cross_entropy", "scalar_circuit_backward"),
    ),
)

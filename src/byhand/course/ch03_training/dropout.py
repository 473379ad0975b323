"""Dropout."""

from byhand.layers import dropout
from byhand.spec import Misconception, edge, exercise, odd, ordinary


def _dropout(draw, n=4, d=5, m=2, keep=0.75, train=True, matrix=True):
    shape = (n, d) if matrix else (n, d, m)
    return {"x": draw.normal(*shape), "noise": draw.uniform(*shape), "keep": keep, "train": train}


_CASES = [
    ordinary("a matrix, in training", n=4, d=5),
    odd("three axes, most dropped", n=3, d=5, m=2, keep=0.35, matrix=False),
    edge("in testing", n=4, d=3, train=False),
    edge("everything kept", n=4, d=3, keep=1.0),
    edge("a batch of one", n=1, d=6, keep=0.55),
]

EXERCISES = (
    exercise(
        dropout.dropout_forward,
        inputs=_dropout,
        cases=_CASES,
        hints=[
            "`noise` is uniform between 0 and 1. Which share of it lies below `keep`?",
            "Keep where `noise < keep`. What was dropped is missing in every sum that follows: make the rest larger to make up "
            "for it. In testing, change nothing.",
            "In training `mask = noise < keep` and `out = x * mask / keep`; in testing `out = x`.",
        ],
        misconceptions=[
            Misconception(
                "dropout-not-scaled",
                {"out = x * mask / keep\n": "out = x * mask\n"},
                "What is kept is not scaled up: in training every sum is smaller by the factor keep than in testing.",
                "What is the mean of the output, if every input is 1 and `keep` is 0.5?",
                "wrong-scale",
                "out",
            ),
            Misconception(
                "dropout-scaled-in-testing",
                {"        out = x\n": "        out = x * keep\n"},
                "The output is scaled in testing as well; training has made up for the loss already.",
                "What should change in testing, if training makes up for what it drops?",
                "wrong-mode",
                "out",
            ),
            Misconception(
                "dropout-keep-for-drop",
                {"mask = noise < keep\n        out": "mask = noise > keep\n        out"},
                "What should be kept is dropped: `keep` is taken for the probability of dropping.",
                "Which share of uniform numbers lies above 0.75?",
                "wrong-mask",
                "mask",
            ),
            Misconception(
                "dropout-in-testing",
                {"    if train:": "    if True:"},
                "Testing drops too.",
                "What does `train` say?",
                "wrong-mode",
                "out",
            ),
            Misconception(
                "dropout-times-keep",
                {"out = x * mask / keep\n": "out = x * mask * keep\n"},
                "What is kept is made smaller, not larger.",
                "Should what is left grow or shrink, so that the sum stays what it was?",
                "wrong-scale",
                "out",
            ),
        ],
        minutes=8,
        equivalent={"mask = noise <= keep": "the noise equals `keep` with probability zero"},
    ),
    exercise(
        dropout.dropout_backward,
        inputs=_dropout,
        cases=_CASES,
        forward=dropout.dropout_forward,
        hints=[
            "The forward multiplies every element by a number that does not depend on `x`. Which?",
            "In training that number is `mask / keep`, in testing it is 1.",
            "`dx = dout * mask / keep` in training, `dx = dout` in testing.",
        ],
        misconceptions=[
            Misconception(
                "dropout-gradient-not-scaled",
                {"dx = dout * mask / keep\n": "dx = dout * mask\n"},
                "The scale of the forward is missing on the way back.",
                "By how much does `out` move when a kept `x` moves by 1?",
                "wrong-scale",
                "dx",
            ),
            Misconception(
                "dropout-gradient-not-masked",
                {"dx = dout * mask / keep\n": "dx = dout / keep\n"},
                "What was dropped gets a gradient, though it does not reach the output.",
                "By how much does `out` move when a dropped `x` moves by 1?",
                "wrong-mask",
                "dx",
            ),
            Misconception(
                "dropout-gradient-as-in-testing",
                {"dx = dout * mask / keep\n": "dx = dout\n"},
                "The gradient passes as if nothing had been dropped.",
                "What does `train` say, and what did the forward do?",
                "wrong-mode",
                "dx",
            ),
            Misconception(
                "dropout-changes-dout",
                {"dx = dout * mask / keep\n": "dout[~mask] = 0\n        dx = dout / keep\n"},
                "The zeros are written into the upstream gradient, which others may still need.",
                "Whose array is `dout`?",
                "mutates-input",
                "dout",
            ),
        ],
        minutes=5,
        after="dropout_forward",
    ),
)

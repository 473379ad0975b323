"""Initial weights."""

from byhand.layers import initializers
from byhand.spec import Misconception, edge, exercise, odd, ordinary


def _noise(draw, fan_in=4, fan_out=3):
    return {"noise": draw.normal(fan_in, fan_out)}


_CASES = [
    ordinary("a small layer", fan_in=4, fan_out=3),
    odd("few in, many out", fan_in=2, fan_out=7),
    edge("one input", fan_in=1, fan_out=5),
    edge("one output", fan_in=6, fan_out=1),
]

EXERCISES = (
    exercise(
        initializers.xavier_init,
        inputs=_noise,
        cases=_CASES,
        hints=[
            "Each output is a sum of `fan_in` products. How does the variance of a sum grow with the number of its terms?",
            "You are given numbers of variance 1 and want a variance of `2 / (fan_in + fan_out)`. By what must they be "
            "multiplied?",
            "`w = noise * (2 / (fan_in + fan_out)) ** 0.5`.",
        ],
        misconceptions=[
            Misconception(
                "xavier-variance-for-deviation",
                {" ** 0.5": ""},
                "The numbers are multiplied by the variance wanted; it is the standard deviation that scales.",
                "If every number is multiplied by c, by what is the variance multiplied?",
                "wrong-scale",
                "w",
            ),
            Misconception(
                "xavier-one-way",
                {"(2 / (fan_in + fan_out)) **": "(1 / fan_in) **"},
                "This keeps the signal's size on the way forward only.",
                "How many products are summed on the way back?",
                "wrong-scale",
                "w",
            ),
            Misconception(
                "xavier-without-the-two",
                {"(2 / (fan_in + fan_out)) **": "(1 / (fan_in + fan_out)) **"},
                "The mean of fan_in and fan_out is half their sum.",
                "What should the variance be when `fan_in` and `fan_out` are equal?",
                "wrong-scale",
                "w",
            ),
            Misconception(
                "he-for-xavier",
                {"(2 / (fan_in + fan_out)) **": "(2 / fan_in) **"},
                "This is the scale for layers that follow a relu.",
                "Which half of the numbers does the 2 in He's formula make up for?",
                "wrong-formula",
                "w",
            ),
        ],
        minutes=6,
    ),
    exercise(
        initializers.he_init,
        inputs=_noise,
        cases=_CASES,
        hints=[
            "Relu sets about half of its inputs to zero. What does that do to the mean square of what comes out?",
            "So the variance of the weights must be twice as large as `1 / fan_in`.",
            "`w = noise * (2 / fan_in) ** 0.5`, with `fan_in = noise.shape[0]`.",
        ],
        misconceptions=[
            Misconception(
                "he-variance-for-deviation",
                {" ** 0.5": ""},
                "The numbers are multiplied by the variance wanted; it is the standard deviation that scales.",
                "If every number is multiplied by c, by what is the variance multiplied?",
                "wrong-scale",
                "w",
            ),
            Misconception(
                "he-fan-out",
                {"noise.shape[0]": "noise.shape[1]"},
                "The number of outputs is used; a sum has as many terms as there are inputs.",
                "How many products are summed in one output?",
                "wrong-axis",
                "w",
            ),
            Misconception(
                "he-without-the-two",
                {"(2 / fan_in) **": "(1 / fan_in) **"},
                "Relu's halving is not made up for.",
                "Which share of the mean square is left after relu?",
                "wrong-scale",
                "w",
            ),
        ],
        minutes=4,
        after="xavier_init",
    ),
)

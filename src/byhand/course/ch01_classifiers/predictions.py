"""A prediction: the loss before the first step."""

import math

import numpy as np

from byhand.layers import losses
from byhand.spec import Misconception, Outcome, predict


def predict_initial_loss():
    """Predict the softmax loss of a classifier that has not learnt anything yet.

    There are ten classes. The weights are small random numbers (standard deviation 0.0001), there is no regularisation, and
    not a single step has been made. The loss is the mean of -log p, where p is the probability that the classifier gives to
    the right class. About how large is it?

        "a"  0: it has made no mistake yet
        "b"  0.1: it is right in one case of ten
        "c"  2.3: the logarithm of 10
        "d"  10 or more: it knows nothing, so the loss is large

    Returns:
        choice: "a", "b", "c" or "d".
    """
    choice = "c"
    return choice


def _outcome() -> Outcome:
    rng = np.random.default_rng(0)
    x = rng.random((1000, 3072))
    found = {}
    for classes in (10, 100):
        w, y = 1e-4 * rng.standard_normal((3072, classes)), rng.integers(0, classes, 1000)
        loss, _ = losses.softmax_loss(x @ w, y)
        found[classes] = float(loss)
    nearest = {"a": 0.0, "b": 0.1, "c": math.log(10), "d": 10.0}
    choice = min(nearest, key=lambda letter: abs(found[10] - nearest[letter]))
    says = (
        f"It was run, on 1,000 pictures: the loss is {found[10]:.4f}, and log 10 = {math.log(10):.4f}. "
        f"With 100 classes it is {found[100]:.4f}, and log 100 = {math.log(100):.4f}. "
        "A first loss that is anything else means that something is wrong before the training has begun."
    )
    return Outcome(choice, says)


EXERCISES = (
    predict(
        predict_initial_loss,
        outcome=_outcome,
        hints=[
            "All weights are next to zero. What are the scores, then?",
            "Ten equal scores make ten equal probabilities. How large is each?",
            "p = 1/10 whatever the right class is. What is -log(1/10)?",
        ],
        misconceptions=[
            Misconception(
                "no-step-no-loss",
                {'"c"\n    return': '"a"\n    return'},
                "A loss of zero would mean a probability of 1 for every right class.",
                "Which probabilities do ten equal scores give?",
                "wrong-formula",
                "choice",
            ),
            Misconception(
                "probability-for-loss",
                {'"c"\n    return': '"b"\n    return'},
                "One tenth is the probability of the right class; the loss is minus its logarithm.",
                "What is -log(0.1)?",
                "wrong-formula",
                "choice",
            ),
            Misconception(
                "knowing-nothing-costs-much",
                {'"c"\n    return': '"d"\n    return'},
                "A large loss takes more than knowing nothing: it takes being sure of the wrong class.",
                "How small must p be for -log p to be 10?",
                "wrong-formula",
                "choice",
            ),
        ],
        minutes=4,
    ),
)

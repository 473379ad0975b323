"""Experiments: settings to be found, judged from the record of the run."""

from byhand.spec import experiment


def overfit_fifty():
    """Find settings with which a small network learns fifty pictures by heart.

    Whoever builds a network first lets it learn a handful of examples by heart: if it cannot do that, it will not learn many
    either, and something is broken. The budget is 20 epochs of 50 handwritten digits in batches of 10, which makes 100 steps, and
    one hidden layer. Reach a training accuracy of 1.

    Yours to choose are lr, optimizer ("sgd", "sgd_momentum", "adam", ...), hidden (the width of the layer, as in (32,)), reg,
    initializer and clip. `byhand train overfit-fifty` makes the run with what you return here, and `byhand check` judges it.

    Returns:
        settings: a dict, such as {"lr": 0.001, "optimizer": "sgd"}, with which the run misses.
    """
    settings = {"lr": 0.01, "optimizer": "adam"}
    return settings


def tune_rate_and_reg():
    """Find a learning rate and a regularisation for a network that has few examples to learn from.

    Both spoil a training when they are far off, and the learning rate that is good with one regularisation need not be with
    another: so search them together, on a grid of powers of ten at first, or let `byhand sweep rate-and-reg` do it. The budget is
    15 epochs of 200 handwritten digits. Reach a validation accuracy of 0.9.

    Yours to choose are lr and reg. `byhand train rate-and-reg` makes the run with what you return here, and `byhand check`
    judges it.

    Returns:
        settings: a dict, such as {"lr": 0.0001, "reg": 1.0}, with which the run misses.
    """
    settings = {"lr": 0.1, "reg": 0.001}
    return settings


EXERCISES = (
    experiment(
        overfit_fifty,
        recipe="overfit-fifty",
        free=("lr", "optimizer", "hidden", "reg", "initializer", "clip"),
        hints=[
            "Make one run with the settings as they are, and look at its curve in the lab. Does the loss fall, and how far?",
            "With plain sgd and a rate of 0.001 the weights hardly leave their places in a hundred steps. Multiply the rate by "
            "ten, and again, until it gets worse.",
            "Momentum or Adam get further in as many steps: try Adam with a rate of 0.01.",
        ],
        minutes=15,
        after="solver",
    ),
    experiment(
        tune_rate_and_reg,
        recipe="rate-and-reg",
        free=("lr", "reg"),
        hints=[
            "Which of the two is to blame can be seen by setting the regularisation to 0: does it learn now?",
            "Try every pair of a few rates (0.001, 0.01, 0.1, 1) and a few regularisations (0, 0.001, 0.01, 0.1).",
            "The best rates lie between 0.05 and 0.3; the regularisation must be small, at most 0.03.",
        ],
        minutes=20,
        after="overfit_fifty",
    ),
)

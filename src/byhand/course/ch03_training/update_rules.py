"""Update rules with one learning rate for all weights: sgd, momentum, Nesterov."""

import numpy as np

from byhand.optim import momentum, nesterov, sgd
from byhand.spec import Misconception, edge, exercise, extreme, odd, ordinary


def _plain(draw, n=4, d=3, lr=0.125, scale=1.0):
    return {"w": draw.normal(n, d), "dw": draw.normal(n, d, scale=scale), "state": {}, "lr": lr}


def _moving(draw, n=4, d=3, lr=0.125, scale=1.0, momentum=None, first=False):
    v = np.zeros((n, d)) if first else draw.normal(n, d)
    options = {} if momentum is None else {"momentum": momentum}
    return {"w": draw.normal(n, d), "dw": draw.normal(n, d, scale=scale), "state": {"v": v}, "lr": lr, **options}


EXERCISES = (
    exercise(
        sgd.sgd,
        inputs=_plain,
        cases=[
            ordinary("a matrix of weights", n=4, d=3),
            odd("another learning rate", n=2, d=5, lr=0.75),
            edge("a gradient of zero", n=2, d=3, scale=0.0),
            extreme("a large gradient", n=3, d=2, scale=1e4),
        ],
        hints=[
            "The gradient points to where the loss grows. Which way do you want to go?",
            "Go against it, by `lr` times its length, and make a new array of it.",
            "`w = w - lr * dw`, then return `w` and `state` as it came.",
        ],
        misconceptions=[
            Misconception(
                "sgd-uphill",
                {"w = w - lr * dw\n    return": "w = w + lr * dw\n    return"},
                "The step goes uphill.",
                "Which way does the loss change if you move along the gradient?",
                "wrong-sign",
                "w",
            ),
            Misconception(
                "sgd-in-place",
                {"w = w - lr * dw\n    return": "w -= lr * dw\n    return"},
                "`w -= ...` writes into the caller's weights.",
                "Does `-=` make a new array?",
                "mutates-input",
                "w",
            ),
            Misconception(
                "sgd-no-rate",
                {"w = w - lr * dw\n    return": "w = w - dw\n    return"},
                "The learning rate is not used.",
                "How long is the step when `lr` is 0?",
                "missing-term",
                "w",
            ),
            Misconception(
                "sgd-step-only",
                {"w = w - lr * dw\n    return": "w = -lr * dw\n    return"},
                "What is returned is the step, not where it leads to.",
                "What should come back when the gradient is zero?",
                "missing-term",
                "w",
            ),
        ],
        minutes=3,
    ),
    exercise(
        momentum.sgd_momentum,
        inputs=_moving,
        cases=[
            ordinary("a moving matrix of weights", n=4, d=3),
            odd("other numbers", n=2, d=5, lr=0.75, momentum=0.5),
            edge("the first step", n=3, d=2, first=True),
            edge("no momentum", n=3, d=2, momentum=0.0),
            extreme("a large gradient", n=3, d=2, scale=1e4),
        ],
        hints=[
            "Think of a ball: its velocity keeps a part of what it was, and the slope adds to it. Then the velocity moves the "
            "ball.",
            "The new velocity is `momentum` times the old one minus `lr` times the gradient.",
            "`v = momentum * state['v'] - lr * dw`; `w = w + v`; `state = {'v': v}`.",
        ],
        misconceptions=[
            Misconception(
                "momentum-other-sign",
                {"- lr * dw\n    w = w + v": "+ lr * dw\n    w = w - v"},
                "The weights are right, but the velocity has the other sign: here v points the way that the weights go.",
                "In your code, does `w` move along `v` or against it?",
                "wrong-sign",
                "v",
            ),
            Misconception(
                "momentum-forgets-the-weights",
                {"w = w + v\n    state": "w = v\n    state"},
                "The velocity is returned in place of the weights.",
                "Where does the ball start from?",
                "missing-term",
                "w",
            ),
            Misconception(
                "momentum-rate-outside",
                {"- lr * dw\n    w = w + v": "+ dw\n    w = w - lr * v"},
                "This is PyTorch's form: the velocity is kept without the learning rate.",
                "Is the learning rate inside your `v` or outside it?",
                "wrong-formula",
                "v",
            ),
            Misconception(
                "momentum-averaged",
                {'v = momentum * state["v"] - lr * dw\n': 'v = momentum * state["v"] - (1 - momentum) * lr * dw\n'},
                "The velocity is an average of steps; here the new step counts in full.",
                "With which weight does the newest gradient enter?",
                "wrong-scale",
                "v",
            ),
            Misconception(
                "momentum-old-state",
                {'    state = {"v": v}\n': ""},
                "The new velocity is not returned: the next step starts from the old one.",
                "Which velocity will the next step find?",
                "missing-term",
                "state",
            ),
            Misconception(
                "momentum-in-place",
                {
                    'v = momentum * state["v"] - lr * dw\n': 'v = state["v"]\n    v *= momentum\n    v -= lr * dw\n',
                },
                "The velocity is changed in the caller's state.",
                "After `v = state['v']`, are there two arrays, or two names for one?",
                "mutates-input",
                "state",
            ),
        ],
        minutes=8,
        after="sgd",
    ),
    exercise(
        nesterov.nesterov,
        inputs=_moving,
        cases=[
            ordinary("a moving matrix of weights", n=4, d=3),
            odd("other numbers", n=2, d=5, lr=0.75, momentum=0.5),
            edge("the first step", n=3, d=2, first=True),
            edge("no momentum", n=3, d=2, momentum=0.0),
            edge("a gradient of zero", n=3, d=2, scale=0.0),
            extreme("a large gradient", n=3, d=2, scale=1e4),
        ],
        hints=[
            "The velocity is that of `sgd_momentum`. What differs is where the weights stand: one look ahead of the ball.",
            "Keep the old velocity as `v_prev`. Take the old look ahead back, `momentum * v_prev`; move by `v`; look ahead by "
            "`momentum * v`.",
            "`v = momentum * v_prev - lr * dw`; `w = w - momentum * v_prev + (1 + momentum) * v`; `state = {'v': v}`.",
        ],
        misconceptions=[
            Misconception(
                "nesterov-does-not-look-ahead",
                {"w = w - momentum * v_prev + (1 + momentum) * v\n": "w = w + v\n"},
                "This is the step of plain momentum: it looks neither back nor ahead.",
                "Where will the next gradient be taken: where the ball is, or where its velocity is about to take it?",
                "missing-term",
                "w",
            ),
            Misconception(
                "nesterov-look-ahead-not-taken-back",
                {"w = w - momentum * v_prev + (1": "w = w + (1"},
                "The weights that come in stand one look ahead already; it is not taken back before the next is made.",
                "By how much is `w` ahead of the ball when the step begins?",
                "missing-term",
                "w",
            ),
            Misconception(
                "nesterov-old-look-ahead-added",
                {"w = w - momentum * v_prev": "w = w + momentum * v_prev"},
                "The old look ahead is added once more, not taken back.",
                "Which way leads from the weights back to the ball?",
                "wrong-sign",
                "w",
            ),
            Misconception(
                "nesterov-rate-outside",
                {
                    "v = momentum * v_prev - lr * dw\n": "v = momentum * v_prev + dw\n",
                    "w = w - momentum * v_prev + (1 + momentum) * v\n": "w = w - lr * (dw + momentum * v)\n",
                },
                "This is PyTorch's form: the velocity is kept without the learning rate, and points uphill.",
                "Is the learning rate inside your `v` or outside it?",
                "wrong-formula",
                "v",
            ),
            Misconception(
                "nesterov-old-state",
                {'    state = {"v": v}\n': ""},
                "The new velocity is not returned: the next step starts from the old one.",
                "Which velocity will the next step find?",
                "missing-term",
                "state",
            ),
            Misconception(
                "nesterov-in-place",
                {"v = momentum * v_prev - lr * dw\n": "v = v_prev\n    v *= momentum\n    v -= lr * dw\n"},
                "`v` and `v_prev` are one array here: the old velocity is gone when it is needed, and so is the caller's.",
                "After `v = v_prev`, are there two arrays, or two names for one?",
                "mutates-input",
                "state",
            ),
        ],
        minutes=10,
        after="sgd_momentum",
    ),
)

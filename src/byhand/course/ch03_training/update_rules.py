"""Update rules: sgd, momentum, Adam."""

import numpy as np

from byhand.optim import adam, momentum, sgd
from byhand.spec import Misconception, edge, exercise, extreme, odd, ordinary


def _plain(draw, n=4, d=3, lr=0.125, scale=1.0):
    return {"w": draw.normal(n, d), "dw": draw.normal(n, d, scale=scale), "state": {}, "lr": lr}


def _moving(draw, n=4, d=3, lr=0.125, scale=1.0, momentum=None, first=False):
    v = np.zeros((n, d)) if first else draw.normal(n, d)
    options = {} if momentum is None else {"momentum": momentum}
    return {"w": draw.normal(n, d), "dw": draw.normal(n, d, scale=scale), "state": {"v": v}, "lr": lr, **options}


def _adaptive(draw, n=4, d=3, *, steps, lr=0.125, scale=1.0, **options):
    shape = (n, d)
    m, v = (np.zeros(shape), np.zeros(shape)) if steps == 0 else (draw.normal(*shape), draw.positive(*shape))
    state = {"m": m * scale, "v": v * scale**2, "t": steps}
    return {"w": draw.normal(*shape), "dw": draw.normal(*shape, scale=scale), "state": state, "lr": lr, **options}


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
        adam.adam,
        inputs=_adaptive,
        cases=[
            ordinary("the fourth step", n=4, d=3, steps=3),
            odd("other constants", n=2, d=5, steps=7, lr=0.75, beta1=0.5, beta2=0.75, eps=0.125),
            edge("the first step", n=3, d=2, steps=0),
            edge("a late step", n=3, d=2, steps=5000),
            edge("a tiny gradient, where eps matters", n=3, d=2, steps=2, scale=1e-8),
            extreme("a large gradient", n=3, d=2, steps=1, scale=1e4),
        ],
        hints=[
            "Two running means: `m` of the gradient, `v` of its square. What is each divided by before it is used, and why?",
            "Count first: `t = state['t'] + 1`. Then `m`, `v`, then `mhat = m / (1 - beta1**t)` and `vhat` likewise.",
            "`w = w - lr * mhat / (np.sqrt(vhat) + eps)`; return `m`, `v` (not the hats) and `t` in the state.",
        ],
        misconceptions=[
            Misconception(
                "adam-counts-late",
                {'t = state["t"] + 1': 't = state["t"]', '"t": t}': '"t": t + 1}'},
                "t is counted up after it is used: the first step divides by 1 - beta^0 = 0.",
                "Which number should the first step have?",
                "off-by-one",
                "t",
            ),
            Misconception(
                "adam-no-correction",
                {"m / (1 - beta1**t)": "m", "v / (1 - beta2**t)": "v"},
                "The moments start at zero and are not corrected for it: the first steps are far too small or too large.",
                "After one step from zero, what is `m` if every gradient is 1?",
                "missing-term",
                "mhat",
            ),
            Misconception(
                "adam-eps-inside",
                {"(np.sqrt(vhat) + eps)": "np.sqrt(vhat + eps)"},
                "eps is inside the square root.",
                "How large is `sqrt(1e-8)`, next to `1e-8`?",
                "wrong-eps",
                "w",
            ),
            Misconception(
                "adam-not-squared",
                {"(1 - beta2) * dw**2": "(1 - beta2) * np.abs(dw)"},
                "v is a mean of sizes, not of squares.",
                "Of what is `v` the running mean?",
                "wrong-formula",
                "v",
            ),
            Misconception(
                "adam-no-root",
                {"(np.sqrt(vhat) + eps)": "(vhat + eps)"},
                "The step is divided by the mean square, not by its root.",
                "If all gradients were ten times larger, how much longer should the step be?",
                "missing-term",
                "w",
            ),
            Misconception(
                "adam-keeps-the-hats",
                {'state = {"m": m, "v": v, "t": t}': 'state = {"m": mhat, "v": vhat, "t": t}'},
                "The corrected moments are put into the state, and will be corrected once more.",
                "Which of `m` and `mhat` does the next step's mean build on?",
                "overwrites",
                "state",
            ),
        ],
        minutes=15,
        after="sgd_momentum",
    ),
)

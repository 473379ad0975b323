"""Update rules that give every weight a learning rate of its own: AdaGrad, RMSProp, Adam, AdamW."""

import numpy as np

from byhand.optim import adagrad, adam, adamw, rmsprop
from byhand.spec import Misconception, edge, exercise, extreme, odd, ordinary


def _squares(draw, n=4, d=3, lr=0.125, scale=1.0, first=False, **options):
    s = np.zeros((n, d)) if first else draw.positive(n, d) * scale**2
    return {"w": draw.normal(n, d), "dw": draw.normal(n, d, scale=scale), "state": {"s": s}, "lr": lr, **options}


def _adaptive(draw, n=4, d=3, *, steps, lr=0.125, scale=1.0, **options):
    shape = (n, d)
    m, v = (np.zeros(shape), np.zeros(shape)) if steps == 0 else (draw.normal(*shape), draw.positive(*shape))
    state = {"m": m * scale, "v": v * scale**2, "t": steps}
    return {"w": draw.normal(*shape), "dw": draw.normal(*shape, scale=scale), "state": state, "lr": lr, **options}


EXERCISES = (
    exercise(
        adagrad.adagrad,
        inputs=_squares,
        cases=[
            ordinary("some steps on", n=4, d=3),
            odd("other constants", n=2, d=5, lr=0.75, eps=0.125),
            edge("the first step", n=3, d=2, first=True),
            edge("a first gradient of zero", n=3, d=2, scale=0.0),
            edge("tiny gradients, where eps matters", n=3, d=2, scale=1e-8),
            extreme("large gradients", n=3, d=2, scale=1e4),
        ],
        hints=[
            "A weight whose gradients have been large so far should make small steps. Which number remembers how large they "
            "were, whatever their signs?",
            "Add the square of the gradient to the sum first; then divide the gradient by the root of the new sum.",
            "`s = state['s'] + dw**2`; `w = w - lr * dw / (np.sqrt(s) + eps)`; `state = {'s': s}`.",
        ],
        misconceptions=[
            Misconception(
                "adagrad-no-root",
                {"(np.sqrt(s) + eps)": "(s + eps)"},
                "The gradient is divided by the sum of the squares, not by its root.",
                "If all gradients were ten times larger, how much longer should the step be?",
                "missing-term",
                "w",
            ),
            Misconception(
                "adagrad-eps-inside",
                {"(np.sqrt(s) + eps)": "np.sqrt(s + eps)"},
                "eps is inside the square root.",
                "How large is `sqrt(1e-8)`, next to `1e-8`?",
                "wrong-eps",
                "w",
            ),
            Misconception(
                "adagrad-old-sum",
                {"np.sqrt(s)": 'np.sqrt(state["s"])'},
                "The gradient is divided by the root of the sum before this step: at the first step, that is zero.",
                "Which gradients are in your sum when the first step is made?",
                "wrong-order",
                "w",
            ),
            Misconception(
                "adagrad-not-squared",
                {'state["s"] + dw**2': 'state["s"] + np.abs(dw)'},
                "s is a sum of sizes, not of squares.",
                "Of what is `s` the sum?",
                "wrong-formula",
                "s",
            ),
            Misconception(
                "adagrad-forgets",
                {'state["s"] + dw**2': "dw**2"},
                "Only the newest gradient is in the sum: every step has the length lr.",
                "What has become of the gradients before?",
                "missing-term",
                "s",
            ),
            Misconception(
                "adagrad-in-place",
                {'s = state["s"] + dw**2': 's = state["s"]\n    s += dw**2'},
                "The sum is changed in the caller's state.",
                "After `s = state['s']`, are there two arrays, or two names for one?",
                "mutates-input",
                "state",
            ),
        ],
        minutes=8,
        after="sgd",
    ),
    exercise(
        rmsprop.rmsprop,
        inputs=_squares,
        cases=[
            ordinary("some steps on", n=4, d=3),
            odd("other constants", n=2, d=5, lr=0.75, decay_rate=0.75, eps=0.125),
            edge("the first step", n=3, d=2, first=True),
            edge("a first gradient of zero", n=3, d=2, scale=0.0),
            edge("tiny gradients, where eps matters", n=3, d=2, scale=1e-8),
            edge("no memory", n=3, d=2, decay_rate=0.0),
            extreme("large gradients", n=3, d=2, scale=1e4),
        ],
        hints=[
            "A sum of squares only grows, and the steps die away. What, like a sum, remembers the squares, but lets the old ones "
            "fade?",
            "A running mean: `decay_rate` of what it was, and `1 - decay_rate` of the new square. Then divide the gradient by "
            "its root.",
            "`s = decay_rate * state['s'] + (1 - decay_rate) * dw**2`; `w = w - lr * dw / (np.sqrt(s) + eps)`.",
        ],
        misconceptions=[
            Misconception(
                "rmsprop-shares-swapped",
                {'decay_rate * state["s"] + (1 - decay_rate) * dw**2': '(1 - decay_rate) * state["s"] + decay_rate * dw**2'},
                "The two shares are swapped: decay_rate is what stays of the mean.",
                "With `decay_rate` 0.99, how much of the old mean is left after your step?",
                "wrong-order",
                "s",
            ),
            Misconception(
                "rmsprop-sum-for-mean",
                {"(1 - decay_rate) * dw**2": "dw**2"},
                "The new square enters in full: s is a fading sum, not a mean.",
                "If every gradient is 1, what does your `s` come to?",
                "wrong-scale",
                "s",
            ),
            Misconception(
                "rmsprop-never-forgets",
                {'decay_rate * state["s"] + (1 - decay_rate) * dw**2': 'state["s"] + dw**2'},
                "This is AdaGrad's sum: nothing fades.",
                "What is `decay_rate` for?",
                "missing-term",
                "s",
            ),
            Misconception(
                "rmsprop-eps-inside",
                {"(np.sqrt(s) + eps)": "np.sqrt(s + eps)"},
                "eps is inside the square root.",
                "How large is `sqrt(1e-8)`, next to `1e-8`?",
                "wrong-eps",
                "w",
            ),
            Misconception(
                "rmsprop-no-root",
                {"(np.sqrt(s) + eps)": "(s + eps)"},
                "The gradient is divided by the mean square, not by its root.",
                "If all gradients were ten times larger, how much longer should the step be?",
                "missing-term",
                "w",
            ),
            Misconception(
                "rmsprop-old-mean",
                {"np.sqrt(s)": 'np.sqrt(state["s"])'},
                "The gradient is divided by the root of the mean before this step: at the first step, that is zero.",
                "Is the newest gradient in the mean that you divide by?",
                "wrong-order",
                "w",
            ),
        ],
        minutes=6,
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
    exercise(
        adamw.adamw,
        inputs=_adaptive,
        cases=[
            ordinary("the fourth step", n=4, d=3, steps=3),
            odd("other constants", n=2, d=5, steps=7, lr=0.75, beta1=0.5, beta2=0.75, eps=0.125, weight_decay=0.25),
            edge("the first step", n=3, d=2, steps=0, weight_decay=0.5),
            edge("a first gradient of zero", n=3, d=2, steps=0, scale=0.0, weight_decay=0.5),
            edge("no decay", n=3, d=2, steps=4, weight_decay=0.0),
            edge("a rate of zero", n=3, d=2, steps=4, lr=0.0),
            extreme("a large gradient, next to which the weights are small", n=3, d=2, steps=1, scale=1e4, weight_decay=0.5),
        ],
        parts=[adam.adam],
        hints=[
            "Two things happen to a weight: Adam's step, which knows nothing of the decay, and a shrinking, which knows nothing "
            "of the gradient.",
            "By which share of itself does a weight shrink? And of which weight: the one before Adam's step, or the one after?",
            "`shrink = lr * weight_decay * w`, before `w` is replaced; then `w, state = adam(...)`; then `w = w - shrink`.",
        ],
        misconceptions=[
            Misconception(
                "adamw-decay-in-the-gradient",
                {"shrink = lr * weight_decay * w\n": "shrink = 0.0\n", "adam(w, dw,": "adam(w, dw + weight_decay * w,"},
                "The decay is added to the gradient, as in L2 regularisation: there Adam divides it by the root of the mean "
                "square, and weights with large gradients hardly shrink.",
                "Which of `m`, `v` and `w` should know of the decay?",
                "extra-term",
                "w",
            ),
            Misconception(
                "adamw-decay-without-rate",
                {"shrink = lr * weight_decay * w\n": "shrink = weight_decay * w\n"},
                "The learning rate does not multiply the decay: the weights shrink even where the rate is 0.",
                "How much should a weight shrink when `lr` is 0?",
                "missing-term",
                "w",
            ),
            Misconception(
                "adamw-shrinks-afterwards",
                {"    shrink = lr * weight_decay * w\n": "", "w = w - shrink\n": "w = w - lr * weight_decay * w\n"},
                "The share is taken of the weight after Adam's step, not of the one before.",
                "Which `w` stands in your last line?",
                "wrong-order",
                "w",
            ),
            Misconception(
                "adamw-grows",
                {"w = w - shrink": "w = w + shrink"},
                "The weights grow by what they should shrink by.",
                "With a gradient of zero, which way should a weight go?",
                "wrong-sign",
                "w",
            ),
            Misconception(
                "adamw-is-adam",
                {"    w = w - shrink\n": ""},
                "This is Adam: nothing shrinks.",
                "With a gradient of zero, what should become of a weight?",
                "missing-term",
                "w",
            ),
            Misconception(
                "adamw-in-place",
                {"    shrink = lr * weight_decay * w\n": "    w *= 1 - lr * weight_decay\n", "    w = w - shrink\n": ""},
                "The numbers are right, but `w *= ...` writes into the caller's weights.",
                "Does `*=` make a new array?",
                "mutates-input",
                "w",
            ),
        ],
        minutes=8,
        after="adam",
    ),
)

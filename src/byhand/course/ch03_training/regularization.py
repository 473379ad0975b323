"""L2 regularisation."""

from byhand.layers import regularization
from byhand.spec import Misconception, edge, exercise, extreme, odd, ordinary


def _network(draw, n=4, d=3, m=2, reg=0.25, scale=1.0, deep=False, others=False, inside=False):
    shapes = {"w1": (n, d), "b1": (d,)}
    if deep:
        shapes |= {"b2": (m,), "w2": (d, m, 2), "w3": (m, n)}
    if others:
        shapes |= {"gamma1": (d,), "beta1": (d,), "running1": (d,)}
    if inside:
        shapes |= {"shadow": (d,), "w": (d, n)}
    params = {name: draw.normal(*shape, scale=scale) for name, shape in shapes.items()}
    grads = {name: draw.normal(*shape) for name, shape in shapes.items()}
    return {"params": params, "grads": grads, "loss": float(draw.normal(1)[0]), "reg": reg}


EXERCISES = (
    exercise(
        regularization.l2_regularization,
        inputs=_network,
        cases=[
            ordinary("one layer", n=4, d=3),
            odd("three layers, scales and shifts", n=5, d=2, m=3, reg=0.75, deep=True, others=True),
            edge("a name with a w inside, and one that is all w", n=3, d=2, m=2, inside=True),
            edge("a strength of zero", n=3, d=2, reg=0.0),
            edge("weights of zero", n=3, d=2, scale=0.0),
            extreme("large weights", n=3, d=4, m=2, scale=1e4, reg=1e-3, deep=True),
        ],
        hints=[
            "What is added to the loss has a gradient of its own, and a gradient is added where a loss is. Which parameters pay?",
            "Go through the names of `params`. For one that begins with w, `0.5 * reg * np.sum(w**2)` is added to the loss. What "
            "is the slope of that in one number of w?",
            "Begin with `grads = dict(grads)`. For every weight: `loss = loss + 0.5 * reg * np.sum(w**2)` and `grads[name] = "
            "grads[name] + reg * w`.",
        ],
        misconceptions=[
            Misconception(
                "l2-loss-alone",
                {"        grads[name] = grads[name] + reg * w\n": ""},
                "The loss is regularised, its gradient is not: training does not notice.",
                "What is the gradient of the term that you added to the loss?",
                "missing-term",
                "grads",
            ),
            Misconception(
                "l2-gradient-alone",
                {"            loss = loss + 0.5 * reg * np.sum(w**2)\n": ""},
                "The gradient is regularised, the loss is not.",
                "Of which loss are these the gradients?",
                "missing-term",
                "loss",
            ),
            Misconception(
                "l2-no-half",
                {"0.5 * reg * np": "reg * np", "= grads[name] + reg * w": "= grads[name] + 2 * reg * w"},
                "Loss and gradient agree, but the half is missing: everything counts twice.",
                "What is the factor in front of the sum in the formula?",
                "wrong-scale",
                "loss",
            ),
            Misconception(
                "l2-half-in-the-loss-alone",
                {"= grads[name] + reg * w": "= grads[name] + 2 * reg * w"},
                "The gradient is twice that of the loss: the half is in the loss only.",
                "What is the slope of `0.5 * w**2`?",
                "wrong-scale",
                "grads",
            ),
            Misconception(
                "l2-half-in-both",
                {"= grads[name] + reg * w": "= grads[name] + 0.5 * reg * w"},
                "The half has been carried over into the gradient, where the 2 of the square's slope takes it away.",
                "What is the slope of `0.5 * w**2`?",
                "wrong-scale",
                "grads",
            ),
            Misconception(
                "l2-biases-too",
                {'if name.startswith("w"):': "if True:"},
                "Every parameter pays, biases too.",
                "Which names belong to weights?",
                "extra-term",
                "loss",
            ),
            Misconception(
                "l2-first-layer-alone",
                {'if name.startswith("w"):': 'if name == "w1":'},
                "Only the first layer's weights are regularised.",
                "How many weights can a network have, and how do their names begin?",
                "hard-coded",
                "loss",
            ),
            Misconception(
                "l2-in-place",
                {"    grads = dict(grads)\n": ""},
                "The new gradients are put into the caller's dict.",
                "Whose dict is `grads`?",
                "mutates-input",
                "grads",
            ),
        ],
        minutes=6,
        after="two_layer_net_loss",
    ),
)

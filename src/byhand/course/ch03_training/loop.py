"""Batches, one step, the loop."""

import numpy as np

from byhand.procedures import training
from byhand.spec import Misconception, edge, exercise, odd, ordinary


def _least_squares(params, batch):
    """Fit y by x @ w + b. The state tells which batch was seen."""
    x, y = batch
    difference = x @ params["w"] + params["b"] - y
    loss = np.sum(difference**2) / len(y)
    grads = {"w": 2 * x.T @ difference / len(y), "b": 2 * np.sum(difference, axis=0) / len(y)}
    return loss, grads, {"seen": np.mean(x, axis=0)}


def _rule(w, dw, moment, *, lr):
    """Half of the last step again, and one against the gradient."""
    v = 0.5 * moment["v"] - lr * dw
    return w + v, {"v": v}


def _start(draw, d, m):
    params = {"w": draw.normal(d, m), "b": draw.normal(m)}
    moments = {"w": {"v": draw.normal(d, m)}, "b": {"v": draw.normal(m)}}
    return {"loss_and_grad": _least_squares, "rule": _rule, "params": params, "moments": moments}


def _order(draw, n=9, batch=3):
    return {"order": draw.permutation(n), "batch_size": batch}


def _step(draw, n=5, d=3, m=2, lr=0.0625):
    return {**_start(draw, d, m), "batch": (draw.normal(n, d), draw.normal(n, m)), "lr": lr}


def _epochs(draw, n=7, d=3, m=2, batch=2, epochs=2, lr=0.0625, decay=0.5):
    x, y = draw.normal(n, d), draw.normal(n, m)
    orders = [draw.permutation(n) for _ in range(epochs)]
    return {**_start(draw, d, m), "x": x, "y": y, "orders": orders, "batch_size": batch, "lr": lr, "decay": decay}


EXERCISES = (
    exercise(
        training.minibatches,
        inputs=_order,
        cases=[
            ordinary("three full batches", n=9, batch=3),
            odd("some left over", n=11, batch=4),
            edge("batches of one", n=3, batch=1),
            edge("one batch of all", n=5, batch=5),
            edge("fewer examples than a batch", n=3, batch=4),
        ],
        hints=[
            "How many full batches are there? What happens to the rest?",
            "`len(order) // batch_size` batches. The first is `order[0:batch_size]`; where does the second begin?",
            "`[order[i * batch_size : (i + 1) * batch_size] for i in range(len(order) // batch_size)]`.",
        ],
        misconceptions=[
            Misconception(
                "batches-with-the-rest",
                {"len(order) // batch_size": "-(-len(order) // batch_size)"},
                "What is left over at the end makes a smaller batch; here it is left out, so that all batches have one shape.",
                "How many examples are in your last batch?",
                "extra-term",
                "batches",
            ),
            Misconception(
                "batches-in-file-order",
                {"order[i * batch_size : (i + 1) * batch_size]": "np.arange(i * batch_size, (i + 1) * batch_size)"},
                "The batches hold positions in the order, not the indices that stand there: the shuffling is lost.",
                "If `order` is `[4, 0, 3, 1]`, what is the first batch of two?",
                "wrong-index",
                "batches",
            ),
            Misconception(
                "batches-overlap",
                {"order[i * batch_size : (i + 1) * batch_size]": "order[i : i + batch_size]"},
                "Each batch begins one further, not one batch further: they overlap.",
                "Where does the second batch begin?",
                "wrong-index",
                "batches",
            ),
            Misconception(
                "batches-last-one-lost",
                {"range(count)": "range(count - 1)"},
                "The last full batch is lost.",
                "How many batches of 3 are in 9 examples?",
                "off-by-one",
                "batches",
            ),
            Misconception(
                "batches-dealt-out",
                {"order[i * batch_size : (i + 1) * batch_size]": "order[i : count * batch_size : count]"},
                "The examples are dealt out to the batches in turn, like cards.",
                "Which examples are in the first batch?",
                "wrong-order",
                "batches",
            ),
        ],
        minutes=6,
    ),
    exercise(
        training.train_step,
        inputs=_step,
        cases=[
            ordinary("two parameters", n=5, d=3, m=2),
            odd("another shape and rate", n=4, d=2, m=5, lr=0.25),
            edge("a batch of one", n=1, d=3, m=2),
            edge("a rate of zero", n=3, d=2, m=2, lr=0.0),
        ],
        hints=[
            "Three things happen: the loss and its gradients are computed, every parameter is updated, and everything new is "
            "returned.",
            "Every parameter has its own gradient and its own moment, under its name. Collect the new ones in new dicts.",
            "For each `name`: `new_w, new_moment = rule(params[name], grads[name], moments[name], lr=lr)`.",
        ],
        misconceptions=[
            Misconception(
                "step-forgets-moments",
                {"    moments = {name: moment for name, (_, moment) in updated.items()}\n": ""},
                "The new moments are not kept: every step starts from the old ones.",
                "What does the next step find in `moments`?",
                "missing-term",
                "moments",
            ),
            Misconception(
                "step-uphill",
                {"rule(params[name], grads[name],": "rule(params[name], -grads[name],"},
                "The gradient's sign is turned; the rule itself goes against the gradient.",
                "Who is to know about the sign: the rule, or whoever calls it?",
                "wrong-sign",
                "params",
            ),
            Misconception(
                "step-loss-afterwards",
                {"    return params, moments": "    loss, _, _ = loss_and_grad(params, batch)\n    return params, moments"},
                "The loss is that of the new parameters; the old ones' is known already and costs nothing.",
                "At which parameters were the gradients taken?",
                "wrong-order",
                "loss",
            ),
            Misconception(
                "step-in-place",
                {
                    "    params = {name: w for name, (w, _) in updated.items()}\n": "    for name in updated:\n"
                    "        params[name] = updated[name][0]\n"
                },
                "The new parameters are put into the caller's dict.",
                "Can the caller still go back to the parameters before the step?",
                "mutates-input",
                "params",
            ),
            Misconception(
                "step-weights-only",
                {"lr=lr) for name": 'lr=lr) if name == "w" else (params[name], moments[name]) for name'},
                "Only one of the parameters is updated.",
                "Which parameters have a gradient?",
                "hard-coded",
                "params",
            ),
        ],
        minutes=12,
        after=("sgd_momentum", "minibatches"),
    ),
    exercise(
        training.solver,
        inputs=_epochs,
        cases=[
            ordinary("two epochs", n=7, batch=2, epochs=2),
            odd("three epochs of larger batches", n=10, d=2, m=3, batch=4, epochs=3, decay=0.75),
            edge("one epoch, one batch", n=4, batch=4, epochs=1),
            edge("batches of one", n=3, d=2, m=2, batch=1, epochs=2),
            edge("a rate that stays", n=6, batch=3, epochs=3, decay=1.0),
        ],
        parts=[training.minibatches, training.train_step],
        hints=[
            "Two loops: over the epochs, and in each over its batches.",
            "A batch of indices `i` gives the examples `x[i]` and their targets `y[i]`. Take on `params` and `moments` from "
            "every step, and note the loss.",
            "In the inner loop: `params, moments, loss, _ = train_step(loss_and_grad, rule, params, moments, (x[i], y[i]), "
            "lr=lr)`. After it: `lr = lr * decay`.",
        ],
        misconceptions=[
            Misconception(
                "solver-decays-every-step",
                {"        lr *= decay\n": "            lr *= decay\n"},
                "The learning rate is lowered after every step, not after every epoch.",
                "How often in an epoch does your `lr` change?",
                "wrong-scale",
                "lr",
            ),
            Misconception(
                "solver-never-decays",
                {"        lr *= decay\n": ""},
                "The learning rate is never lowered.",
                "Where is `decay` used?",
                "missing-term",
                "lr",
            ),
            Misconception(
                "solver-forgets-moments",
                {"params, moments, loss, _ = train_step": "params, _, loss, _ = train_step"},
                "The moments start anew with every step.",
                "What does the update rule remember from step to step?",
                "missing-term",
                "moments",
            ),
            Misconception(
                "solver-one-order",
                {"minibatches(order, batch_size)": "minibatches(orders[0], batch_size)"},
                "Every epoch goes through the examples in the first epoch's order.",
                "How often does your code look at `orders[1]`?",
                "wrong-index",
                "order",
            ),
            Misconception(
                "solver-targets-misaligned",
                {"(x[i], y[i])": "(x[i], y[: len(i)])"},
                "The targets are not those of the examples.",
                "Which target belongs to the example `x[i[0]]`?",
                "wrong-index",
                "y",
            ),
            Misconception(
                "solver-loss-once-an-epoch",
                {"            losses.append(loss)\n": "        losses.append(loss)\n"},
                "Only the last loss of each epoch is noted.",
                "How many steps are there, and how many losses?",
                "wrong-shape",
                "losses",
            ),
        ],
        minutes=15,
        after="train_step",
    ),
)

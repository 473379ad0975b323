"""The pieces of training, plugged together: batches, one step, the loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from byhand.arrays import Array


def minibatches(order: Array, batch_size: int):
    """Cut a sequence of indices into batches, in order. What is left over at the end is left out.

    Args:
        order: (N,), indices, usually 0 to N - 1 shuffled.
        batch_size: how many make a batch.

    Returns:
        batches: a list of arrays of batch_size indices.

    >>> import numpy as np
    >>> [batch.tolist() for batch in minibatches(np.array([4, 0, 3, 1, 2]), 2)]
    [[4, 0], [3, 1]]
    """
    count = len(order) // batch_size
    batches = [order[i * batch_size : (i + 1) * batch_size] for i in range(count)]
    return batches


def train_step(loss_and_grad: Callable, rule: Callable, params: dict, moments: dict, batch, *, lr):
    """Make one step of training: the loss and its gradients on a batch, then the update of every parameter.

    Args:
        loss_and_grad: takes params, batch and returns loss, grads, state; grads has the names of params.
        rule: an update rule: takes w, dw, moment, lr=lr and returns the new w, moment.
        params: {name: array}, the parameters.
        moments: {name: what the rule remembers of that parameter}.
        batch: what loss_and_grad wants.
        lr: the learning rate, a number.

    Returns:
        params: the new parameters.
        moments: the new moments.
        loss: the loss before the step.
        state: what loss_and_grad returned.

    >>> import numpy as np
    >>> rule = lambda w, dw, moment, *, lr: (w - lr * dw, moment)
    >>> halve = lambda params, batch: ((params["w"] ** 2).sum() / 2, {"w": params["w"]}, None)
    >>> params, moments, loss, state = train_step(halve, rule, {"w": np.array([4.0])}, {"w": {}}, None, lr=0.5)
    >>> params["w"].tolist(), float(loss)
    ([2.0], 8.0)
    """
    loss, grads, state = loss_and_grad(params, batch)
    updated = {name: rule(params[name], grads[name], moments[name], lr=lr) for name in params}
    params = {name: w for name, (w, _) in updated.items()}
    moments = {name: moment for name, (_, moment) in updated.items()}
    return params, moments, loss, state


def solver(
    loss_and_grad: Callable,
    rule: Callable,
    params: dict,
    moments: dict,
    x: Array,
    y: Array,
    orders: Sequence,
    *,
    batch_size: int,
    lr: float,
    decay: float,
):
    """Train: for every epoch, go through the batches in the given order, one step each; then lower the learning rate.

    Args:
        loss_and_grad: takes params, batch and returns loss, grads, state.
        rule: an update rule.
        params: {name: array}, the parameters to start from.
        moments: {name: what the rule remembers of that parameter}.
        x: (N, ...), the examples.
        y: (N,), their classes.
        orders: for each epoch, the order in which to go through the examples: (N,) indices.
        batch_size: how many examples make a batch.
        lr: the learning rate of the first epoch.
        decay: what the learning rate is multiplied by after each epoch.

    Returns:
        params: the trained parameters.
        losses: a list of the loss at every step.

    >>> import numpy as np
    >>> rule = lambda w, dw, moment, *, lr: (w - lr * dw, moment)
    >>> halve = lambda params, batch: ((params["w"] ** 2).sum() / 2, {"w": params["w"]}, None)
    >>> x, y, orders = np.zeros((4, 1)), np.zeros(4, dtype=int), [np.arange(4)]
    >>> start = {"w": np.array([4.0])}
    >>> params, losses = solver(halve, rule, start, {"w": {}}, x, y, orders, batch_size=2, lr=0.5, decay=1.0)
    >>> params["w"].tolist(), [float(loss) for loss in losses]
    ([1.0], [8.0, 2.0])
    """
    losses = []
    for order in orders:
        for i in minibatches(order, batch_size):
            params, moments, loss, _ = train_step(loss_and_grad, rule, params, moments, (x[i], y[i]), lr=lr)
            losses.append(loss)
        lr *= decay
    return params, losses

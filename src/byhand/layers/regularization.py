"""L2 regularisation: a price on large weights."""

from __future__ import annotations

from byhand.arrays import namespace


def l2_regularization(params: dict, grads: dict, loss, *, reg: float):
    """Add half the sum of the squares of all weights, times reg, to the loss, and its gradient to the gradients.

        loss <- loss + 0.5 * reg * sum of w^2    over every number in every weight
        dw <- dw + reg * w                       for every weight; other gradients stay

    A parameter is a weight if its name begins with "w". All others (biases, scales, shifts) are left out.

    Derivation: the slope of w^2 is 2w, and the half takes the 2 away.

    Args:
        params: {name: array}, the parameters.
        grads: {name: array}, the gradient of the loss by every parameter, under the parameter's name.
        loss: a number, the loss without regularisation.
        reg: the strength of the regularisation.

    Returns:
        loss: a number, the new loss.
        grads: the gradients of the new loss, under the same names.

    >>> import numpy as np
    >>> params = {"w1": np.array([[2.0, -1.0]]), "b1": np.array([7.0, 7.0])}
    >>> loss, grads = l2_regularization(params, {"w1": np.ones((1, 2)), "b1": np.ones(2)}, 3.0, reg=0.4)
    >>> float(loss), grads["w1"].tolist(), grads["b1"].tolist()
    (4.0, [[1.8, 0.6]], [1.0, 1.0])

    Differs from PyTorch's weight_decay, which changes the gradients only, and those of biases too.
    """
    xp = namespace(next(iter(params.values())))
    grads = dict(grads)
    for name, w in params.items():
        if name.startswith("w"):
            loss = loss + 0.5 * reg * xp.sum(w**2)
            grads[name] = grads[name] + reg * w
    return loss, grads

"""The two-layer network: the smallest that learns features of its own."""

from __future__ import annotations

from jaxtyping import Float, Int

from byhand.arrays import Array, namespace
from byhand.layers import activations, linear, losses


def two_layer_net_loss(params: dict, x: Float[Array, "n *k"], y: Int[Array, "n"], *, reg: float):
    """Return the loss of affine - relu - affine - softmax on a batch, and its gradients.

        loss = softmax_loss(scores, y) + 0.5 * reg * (sum(w1^2) + sum(w2^2))

    where scores = relu(x @ w1 + b1) @ w2 + b2. The biases are not regularised.

    Args:
        params: {"w1": (D, H), "b1": (H,), "w2": (H, C), "b2": (C,)}.
        x: (N, k1, k2, ...), a batch of examples of D numbers each.
        y: (N,), the right class of each, from 0 to C - 1.
        reg: the strength of the regularisation.

    Returns:
        loss: a scalar.
        grads: the gradient of every parameter, under the parameter's name.

    >>> import numpy as np
    >>> params = {"w1": np.ones((6, 5)), "b1": np.zeros(5), "w2": np.ones((5, 3)), "b2": np.zeros(3)}
    >>> loss, grads = two_layer_net_loss(params, np.ones((4, 6)), np.array([0, 1, 2, 0]), reg=0.0)
    >>> round(float(loss), 4), grads["w2"].shape
    (1.0986, (5, 3))
    """
    xp = namespace(x)
    w1, b1, w2, b2 = params["w1"], params["b1"], params["w2"], params["b2"]
    hidden, hidden_cache = linear.affine_forward(x, w1, b1)  # (N, H)
    active, active_cache = activations.relu_forward(hidden)  # (N, H)
    scores, scores_cache = linear.affine_forward(active, w2, b2)  # (N, C)
    loss, dscores = losses.softmax_loss(scores, y)
    loss = loss + 0.5 * reg * (xp.sum(w1**2) + xp.sum(w2**2))
    dactive, dw2, db2 = linear.affine_backward(dscores, scores_cache)
    dhidden = activations.relu_backward(dactive, active_cache)
    _, dw1, db1 = linear.affine_backward(dhidden, hidden_cache)
    grads = {"w1": dw1 + reg * w1, "b1": db1, "w2": dw2 + reg * w2, "b2": db2}
    return loss, grads

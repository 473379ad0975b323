"""The fully connected network of any depth, with normalisation and dropout."""

from __future__ import annotations

from jaxtyping import Float, Int

from byhand.arrays import Array
from byhand.layers import activations, batchnorm, dropout, layernorm, linear, losses, regularization


def fully_connected_net_loss(
    params: dict,
    state: dict,
    x: Float[Array, "n *k"],
    y: Int[Array, "n"],
    noise: list | None,
    *,
    normalization: str | None,
    keep: float,
    reg: float,
    train: bool,
):
    """Return the loss of a network of L affine layers on a batch, its gradients, and the new running statistics.

        (affine - [normalisation] - relu - [dropout]) x (L - 1) - affine - softmax

    The loss is softmax_loss(scores, y) + 0.5 * reg * (sum of the squares of every w). Biases, scales and shifts are not
    regularised.

    Args:
        params: w1, b1 to wL, bL; with normalisation also gamma1, beta1 to gamma{L-1}, beta{L-1}, one pair a hidden
            layer.
        state: with "batchnorm", {"running1": {"mean": ..., "var": ...}, ...}, one entry a hidden layer; else {}.
        x: (N, k1, k2, ...), a batch of examples.
        y: (N,), the right class of each.
        noise: with keep < 1, a list of one (N, H) array a hidden layer, uniform in [0, 1); else None.
        normalization: None, "batchnorm" or "layernorm".
        keep: the probability that dropout keeps a number; 1 for no dropout.
        reg: the strength of the regularisation.
        train: whether batch norm uses the batch's own statistics and dropout drops.

    Returns:
        loss: a scalar.
        grads: the gradient of every parameter, under the parameter's name.
        state: the new state.
    """
    depth = sum(name.startswith("w") for name in params)
    state = dict(state)

    out, caches = x, []
    for i in range(1, depth):
        out, affine_cache = linear.affine_forward(out, params[f"w{i}"], params[f"b{i}"])
        norm_cache = dropout_cache = None
        if normalization == "batchnorm":
            out, norm_cache, state[f"running{i}"] = batchnorm.batchnorm_forward(
                out, params[f"gamma{i}"], params[f"beta{i}"], state[f"running{i}"], train=train
            )
        elif normalization == "layernorm":
            out, norm_cache = layernorm.layernorm_forward(out, params[f"gamma{i}"], params[f"beta{i}"])
        out, relu_cache = activations.relu_forward(out)
        if noise is not None:
            out, dropout_cache = dropout.dropout_forward(out, noise[i - 1], keep=keep, train=train)
        caches.append((affine_cache, norm_cache, relu_cache, dropout_cache))
    scores, scores_cache = linear.affine_forward(out, params[f"w{depth}"], params[f"b{depth}"])
    loss, dscores = losses.softmax_loss(scores, y)

    grads = {}
    dout, grads[f"w{depth}"], grads[f"b{depth}"] = linear.affine_backward(dscores, scores_cache)
    for i in range(depth - 1, 0, -1):
        affine_cache, norm_cache, relu_cache, dropout_cache = caches[i - 1]
        if noise is not None:
            dout = dropout.dropout_backward(dout, dropout_cache)
        dout = activations.relu_backward(dout, relu_cache)
        if normalization == "batchnorm":
            dout, grads[f"gamma{i}"], grads[f"beta{i}"] = batchnorm.batchnorm_backward(dout, norm_cache)
        elif normalization == "layernorm":
            dout, grads[f"gamma{i}"], grads[f"beta{i}"] = layernorm.layernorm_backward(dout, norm_cache)
        dout, grads[f"w{i}"], grads[f"b{i}"] = linear.affine_backward(dout, affine_cache)

    loss, grads = regularization.l2_regularization(params, grads, loss, reg=reg)
    return loss, grads, state

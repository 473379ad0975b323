"""Batch normalisation of pictures."""

from __future__ import annotations

from jaxtyping import Float

from byhand.arrays import Array, namespace

from . import batchnorm


def spatial_batchnorm_forward(
    x: Float[Array, "n c h w"],
    gamma: Float[Array, "c"],
    beta: Float[Array, "c"],
    running: dict,
    *,
    train: bool,
    momentum: float = 0.9,
    eps: float = 1e-5,
):
    """Standardise every channel over the batch and over all pixels, then scale and shift it.

        out[n, c, h, w] = gamma[c] * (x[n, c, h, w] - mu[c]) / sqrt(var[c] + eps) + beta[c]

    where, in training, mu and var are the mean and the (biased) variance of each channel over all N * H * W places in
    which it occurs, and the running statistics move toward them as in `batchnorm_forward`; in testing, mu and var are the
    running statistics. It is batch norm with every pixel for an example and every channel for a feature.

    Args:
        x: (N, C, H, W), a batch of pictures.
        gamma: (C,), the scale, one number a channel.
        beta: (C,), the shift, one number a channel.
        running: {"mean": (C,), "var": (C,)}, the running statistics so far.
        train: whether to use (and learn from) the batch's own statistics.
        momentum: how much of the running statistics stays.
        eps: added to the variance, against division by zero.

    Returns:
        out: (N, C, H, W).
        cache: that of `batchnorm_forward` on the pixels, what `spatial_batchnorm_backward` needs.
        running: the new running statistics; in testing, the old ones.

    >>> import numpy as np
    >>> running = {"mean": np.zeros(3), "var": np.ones(3)}
    >>> x = np.arange(48.0).reshape(2, 3, 4, 2)
    >>> out, cache, running = spatial_batchnorm_forward(x, np.ones(3), np.zeros(3), running, train=True)
    >>> out.shape, running["mean"].shape
    ((2, 3, 4, 2), (3,))

    Ioffe and Szegedy, "Batch Normalization", 2015, section 3.2. Differs from PyTorch's `BatchNorm2d`: the running
    variance is the biased one, and momentum is what stays, not what comes.
    """
    xp = namespace(x)
    n, c, h, w = x.shape
    rows = xp.reshape(xp.moveaxis(x, 1, -1), (n * h * w, c))  # a row for each pixel, a column for each channel
    scaled, cache, running = batchnorm.batchnorm_forward(rows, gamma, beta, running, train=train, momentum=momentum, eps=eps)
    out = xp.moveaxis(xp.reshape(scaled, (n, h, w, c)), -1, 1)  # (N, C, H, W)
    return out, cache, running


def spatial_batchnorm_backward(dout: Float[Array, "n c h w"], cache):
    """Return the gradients of batch normalisation of pictures.

    Derivation: the forward lays the pictures out as rows of pixels, (N * H * W, C), standardises them, and lays them out
    as pictures again. Where numbers are only moved, their gradients are moved the other way: dout is laid out as rows,
    batch norm's gradients are taken, and drows is laid out as pictures. What were sums and means over N examples now run
    over N * H * W pixels, and dx is the sum of what comes back along three routes:

        directly:     dxhat / std, with dxhat = dout * gamma
        through var:  -xhat * mean(dxhat * xhat) / std
        through mu:   -mean(dxhat) / std

    while dgamma = sum(dout * xhat) and dbeta = sum(dout) over all pixels, for each is used in every one of them. In
    testing mu and var are constants and only the direct route is left.

    Args:
        dout: (N, C, H, W), the upstream gradient.
        cache: (xhat, std, gamma, train), from `spatial_batchnorm_forward`: that of `batchnorm_forward` on the pixels;
            xhat is (N * H * W, C), the pixels of the first picture row by row, then those of the next.

    Returns:
        dx: (N, C, H, W).
        dgamma: (C,).
        dbeta: (C,).
    """
    xp = namespace(dout)
    n, c, h, w = dout.shape
    rows = xp.reshape(xp.moveaxis(dout, 1, -1), (n * h * w, c))  # a row for each pixel, as in the forward
    drows, dgamma, dbeta = batchnorm.batchnorm_backward(rows, cache)
    dx = xp.moveaxis(xp.reshape(drows, (n, h, w, c)), -1, 1)  # (N, C, H, W)
    return dx, dgamma, dbeta

"""Group normalisation of pictures."""

from __future__ import annotations

from jaxtyping import Float

from byhand.arrays import Array, namespace


def spatial_groupnorm_forward(
    x: Float[Array, "n c h w"], gamma: Float[Array, "c"], beta: Float[Array, "c"], *, groups: int, eps: float = 1e-5
):
    """Standardise every group of channels of every picture over its channels and pixels, then scale and shift each channel.

        out = gamma * (x - mu) / sqrt(var + eps) + beta

    where mu and var are the mean and the (biased) variance of one picture over the K = C / groups channels of one group
    and all H * W pixels. The first group is the first K channels. No picture sees another, so training and testing are
    the same.

    Args:
        x: (N, C, H, W), a batch of pictures.
        gamma: (C,), the scale, one number a channel.
        beta: (C,), the shift, one number a channel.
        groups: the number of groups G; it divides C.
        eps: added to the variance, against division by zero.

    Returns:
        out: (N, C, H, W).
        cache: (xhat, std, gamma), what `spatial_groupnorm_backward` needs; xhat is (N, G, K * H * W) and std (N, G, 1).

    >>> import numpy as np
    >>> x = np.arange(48.0).reshape(2, 4, 3, 2)
    >>> out, (xhat, std, gamma) = spatial_groupnorm_forward(x, np.ones(4), np.zeros(4), groups=2)
    >>> out.shape, xhat.shape, std.shape
    ((2, 4, 3, 2), (2, 2, 12), (2, 2, 1))

    Wu and He, "Group Normalization", 2018. Differs from CS231n: gamma and beta are (C,), not (1, C, 1, 1).
    """
    xp = namespace(x)
    n, c, h, w = x.shape
    grouped = xp.reshape(x, (n, groups, c // groups * h * w))  # (N, G, K * H * W)
    mu = xp.mean(grouped, axis=-1, keepdims=True)  # (N, G, 1)
    xc = grouped - mu  # (N, G, K * H * W)
    var = xp.mean(xc**2, axis=-1, keepdims=True)  # (N, G, 1)
    std = xp.sqrt(var + eps)  # (N, G, 1)
    xhat = xc / std  # (N, G, K * H * W)
    out = gamma[:, None, None] * xp.reshape(xhat, x.shape) + beta[:, None, None]  # (C, 1, 1) meets (N, C, H, W)
    cache = (xhat, std, gamma)
    return out, cache


def spatial_groupnorm_backward(dout: Float[Array, "n c h w"], cache):
    """Return the gradients of group normalisation of pictures.

    Derivation: out = gamma * xhat + beta, channel by channel, gives dbeta, dgamma (each sums over the examples and the
    pixels, for each is used in every one of them) and dxhat. Laid out in groups, (N, G, M) with M = K * H * W numbers in
    a group, x reaches xhat by three routes, all within one group, and dx is the sum of what comes back along them:

        directly:     xhat = xc / std with xc = x - mu         dxhat / std
        through var:  std = sqrt(var + eps), var = mean(xc^2)  dxc gains dvar * 2 * xc / M,  dvar = dstd / (2 * std)
        through mu:   xc = x - mu, mu = mean(x)                dx gains dmu / M,  dmu = -sum(dxc)

    with dstd = -sum(dxhat * xhat) / std. These sums run over the channels and the pixels of one group of one picture.

    Args:
        dout: (N, C, H, W), the upstream gradient.
        cache: (xhat, std, gamma), from `spatial_groupnorm_forward`; xhat is (N, G, K * H * W) and std (N, G, 1).

    Returns:
        dx: (N, C, H, W).
        dgamma: (C,).
        dbeta: (C,).
    """
    xp = namespace(dout)
    xhat, std, gamma = cache
    m = xhat.shape[-1]
    dbeta = xp.sum(dout, axis=(0, 2, 3))  # (C,)
    dgamma = xp.sum(dout * xp.reshape(xhat, dout.shape), axis=(0, 2, 3))  # (C,)
    dxhat = xp.reshape(dout * gamma[:, None, None], xhat.shape)  # (N, G, K * H * W)
    dstd = -xp.sum(dxhat * xhat, axis=-1, keepdims=True) / std  # (N, G, 1)
    dvar = dstd / (2 * std)  # (N, G, 1)
    dxc = dxhat / std + dvar * 2 * (xhat * std) / m  # (N, G, K * H * W)
    dmu = -xp.sum(dxc, axis=-1, keepdims=True)  # (N, G, 1)
    dx = xp.reshape(dxc + dmu / m, dout.shape)  # (N, C, H, W)
    return dx, dgamma, dbeta

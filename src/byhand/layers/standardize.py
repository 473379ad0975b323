"""Centring, variance, standardising over the batch: the steps that lead up to batch normalisation's backward pass."""

from __future__ import annotations

from jaxtyping import Float

from byhand.arrays import Array, namespace


def center_forward(x: Float[Array, "n d"]):
    """Subtract from every column its mean.

        out = x - mu,    mu = mean over the batch of x

    Args:
        x: (N, D), a batch.

    Returns:
        out: (N, D).
        cache: (), for `center_backward` needs nothing.

    >>> import numpy as np
    >>> out, cache = center_forward(np.array([[1.0], [3.0]]))
    >>> out.tolist()
    [[-1.0], [1.0]]
    """
    xp = namespace(x)
    mu = xp.mean(x, axis=0)  # (D,)
    out = x - mu
    cache = ()
    return out, cache


def center_backward(dout: Float[Array, "n d"], cache):
    """Return the gradient of centring. x reaches out by more routes than one.

        directly:    out = x - mu             dout
        through mu:  mu = sum of x over n / N  dmu / N,  dmu = -sum of dout over n

    Derivation: mu is subtracted in every row, so dmu is minus the sum of dout over the batch; and mu is a mean, so each
    row of x gets an N-th of it. Together dx = dout - mean(dout): the gradient of centring is centring.

    Args:
        dout: (N, D), the upstream gradient.
        cache: (), from `center_forward`.

    Returns:
        dx: (N, D).
    """
    xp = namespace(dout)
    n = dout.shape[0]
    dmu = -xp.sum(dout, axis=0)  # (D,)
    dx = dout + dmu / n
    return dx


def variance_forward(x: Float[Array, "n d"]):
    """Compute the (biased) variance of every column.

        out = mean over the batch of (x - mu)^2,    mu = mean over the batch of x

    Args:
        x: (N, D), a batch.

    Returns:
        out: (D,).
        cache: (xc,), what `variance_backward` needs.

    >>> import numpy as np
    >>> out, cache = variance_forward(np.array([[1.0], [3.0]]))
    >>> out.tolist()
    [1.0]

    Differs from PyTorch's `var`: divided by N, not N - 1.
    """
    xp = namespace(x)
    mu = xp.mean(x, axis=0)  # (D,)
    xc = x - mu  # (N, D)
    var = xp.mean(xc**2, axis=0)  # (D,)
    out = var
    cache = (xc,)
    return out, cache


def variance_backward(dout: Float[Array, "d"], cache):
    """Return the gradient of the variance.

        directly:    xc = x - mu, var = mean(xc^2)   dout * 2 * xc / N
        through mu:  dmu = -sum of the above over n   0

    Derivation: each xc[n, d] enters var[d] as xc^2 / N, with slope 2 * xc / N. The route through mu brings minus the
    mean of that, and that is nothing, because xc sums to zero over the batch.

    Args:
        dout: (D,), the upstream gradient.
        cache: (xc,), from `variance_forward`.

    Returns:
        dx: (N, D).
    """
    (xc,) = cache
    n = xc.shape[0]
    dx = dout * 2 * xc / n  # (N, D)
    return dx


def standardize_forward(x: Float[Array, "n d"], *, eps: float = 1e-5):
    """Give every column mean 0 and standard deviation 1.

        out = (x - mu) / sqrt(var + eps)

    where mu and var are the mean and the (biased) variance of each column over the batch.

    Args:
        x: (N, D), a batch.
        eps: added to the variance, against division by zero.

    Returns:
        out: (N, D).
        cache: (xc, std), what `standardize_backward` needs.

    >>> import numpy as np
    >>> out, cache = standardize_forward(np.array([[1.0], [3.0]]), eps=0.0)
    >>> out.tolist()
    [[-1.0], [1.0]]
    """
    xp = namespace(x)
    mu = xp.mean(x, axis=0)  # (D,)
    xc = x - mu  # (N, D)
    var = xp.mean(xc**2, axis=0)  # (D,)
    std = xp.sqrt(var + eps)  # (D,)
    out = xc / std  # (N, D)
    cache = (xc, std)
    return out, cache


def standardize_backward(dout: Float[Array, "n d"], cache):
    """Return the gradient of standardising. x reaches out by more routes than one.

        directly:     out = xc / std                               dxc = dout / std
        through var:  std = sqrt(var + eps), var = mean(xc^2)      dxc gains dvar * 2 * xc / N,  dvar = dstd / (2 * std)
        through mu:   xc = x - mu, mu = mean(x)                    dx gains dmu / N,  dmu = -sum(dxc)

    Derivation: out = xc / std gives dxc = dout / std and, since std serves every row and the slope of 1 / std is
    -1 / std^2, dstd = -sum(dout * xc) / std^2. The slope of sqrt is 1 / (2 * std). Then `variance_backward` and
    `center_backward`.

    Args:
        dout: (N, D), the upstream gradient.
        cache: (xc, std), from `standardize_forward`.

    Returns:
        dx: (N, D).
    """
    xp = namespace(dout)
    xc, std = cache
    n = dout.shape[0]
    dstd = -xp.sum(dout * xc, axis=0) / std**2  # (D,)
    dvar = dstd / (2 * std)  # (D,)
    dxc = dout / std + dvar * 2 * xc / n  # (N, D)
    dmu = -xp.sum(dxc, axis=0)  # (D,)
    dx = dxc + dmu / n
    return dx

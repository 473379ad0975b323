"""Initial weights: how large the random numbers that a network starts from should be."""

from __future__ import annotations

from jaxtyping import Float

from byhand.arrays import Array


def xavier_init(noise: Float[Array, "fan_in fan_out"]):
    """Scale standard normal numbers so that signals keep their size through a linear or tanh layer, both ways.

        w = noise * sqrt(2 / (fan_in + fan_out))

    Derivation: out is a sum of fan_in products, so its variance is fan_in * var(w) times that of x; dx is a sum of
    fan_out products, so its variance is fan_out * var(w) times that of dout. Both should be 1: var(w) = 2 / (fan_in +
    fan_out) is the compromise.

    Args:
        noise: (fan_in, fan_out), standard normal.

    Returns:
        w: (fan_in, fan_out).

    >>> import numpy as np
    >>> xavier_init(np.ones((3, 5))).tolist()[0]
    [0.5, 0.5, 0.5, 0.5, 0.5]

    Glorot and Bengio, "Understanding the Difficulty of Training Deep Feedforward Neural Networks", 2010.
    """
    fan_in, fan_out = noise.shape
    w = noise * (2 / (fan_in + fan_out)) ** 0.5  # a Python number, so that w keeps the dtype of noise
    return w


def he_init(noise: Float[Array, "fan_in fan_out"]):
    """Scale standard normal numbers so that signals keep their size through a layer that follows a relu.

        w = noise * sqrt(2 / fan_in)

    Derivation: out is a sum of fan_in products; relu sets half of what it is given to zero and so halves the mean
    square of its output. fan_in * var(w) / 2 should be 1.

    Args:
        noise: (fan_in, fan_out), standard normal.

    Returns:
        w: (fan_in, fan_out).

    >>> import numpy as np
    >>> he_init(np.ones((8, 2))).tolist()[0]
    [0.5, 0.5]

    He et al., "Delving Deep into Rectifiers", 2015.
    """
    fan_in = noise.shape[0]
    w = noise * (2 / fan_in) ** 0.5
    return w

"""Activations: relu, leaky relu, sigmoid, tanh. Each acts on every element by itself."""

from __future__ import annotations

from jaxtyping import Float

from byhand.arrays import Array, namespace


def relu_forward(x: Float[Array, "*s"]):
    """Keep what is positive and put zero in place of the rest.

        out = max(x, 0)

    Args:
        x: any shape.

    Returns:
        out: the shape of x.
        cache: (x,), what `relu_backward` needs.

    >>> import numpy as np
    >>> out, cache = relu_forward(np.array([-1.0, 2.0]))
    >>> out.tolist()
    [0.0, 2.0]

    Nair and Hinton, "Rectified Linear Units Improve Restricted Boltzmann Machines", 2010.
    """
    xp = namespace(x)
    out = xp.maximum(x, 0.0)
    cache = (x,)
    return out, cache


def relu_backward(dout: Float[Array, "*s"], cache):
    """Return the gradient of relu.

        dx = dout * (x > 0)

    Derivation: where x > 0, out = x and the slope is 1; where x < 0, out = 0 and the slope is 0. At x = 0 any slope
    from 0 to 1 will do; this one takes 0.

    Args:
        dout: any shape, the upstream gradient.
        cache: (x,), from `relu_forward`.

    Returns:
        dx: the shape of dout.
    """
    (x,) = cache
    dx = dout * (x > 0)
    return dx


def leaky_relu_forward(x: Float[Array, "*s"], *, slope: float = 0.01):
    """Keep what is positive and make the rest small, without losing it.

        out = x where x > 0, slope * x elsewhere

    Args:
        x: any shape.
        slope: what negative numbers are multiplied by, a number between 0 and 1.

    Returns:
        out: the shape of x.
        cache: (x, slope), what `leaky_relu_backward` needs.

    >>> import numpy as np
    >>> out, cache = leaky_relu_forward(np.array([-4.0, 2.0]), slope=0.25)
    >>> out.tolist()
    [-1.0, 2.0]

    Maas, Hannun and Ng, "Rectifier Nonlinearities Improve Neural Network Acoustic Models", 2013.
    """
    xp = namespace(x)
    out = xp.where(x > 0, x, slope * x)
    cache = (x, slope)
    return out, cache


def leaky_relu_backward(dout: Float[Array, "*s"], cache):
    """Return the gradient of leaky relu.

        dx = dout where x > 0, slope * dout elsewhere

    Derivation: where x > 0, out = x and passes dout on as it is; where x < 0, out = slope * x and passes on slope times
    dout. At x = 0 anything between the two will do; this one takes the latter.

    Args:
        dout: any shape, the upstream gradient.
        cache: (x, slope), from `leaky_relu_forward`.

    Returns:
        dx: the shape of dout.
    """
    xp = namespace(dout)
    x, slope = cache
    dx = xp.where(x > 0, dout, slope * dout)
    return dx


def sigmoid_forward(x: Float[Array, "*s"]):
    """Squash every element to between 0 and 1.

        out = 1 / (1 + exp(-x))  =  exp(x) / (1 + exp(x))

    The two forms are equal; each is used where its exponential is at most 1, so that nothing overflows.

    Args:
        x: any shape.

    Returns:
        out: the shape of x.
        cache: (out,), what `sigmoid_backward` needs.

    >>> import numpy as np
    >>> out, cache = sigmoid_forward(np.array([-1000.0, 0.0, 1000.0]))
    >>> out.tolist()
    [0.0, 0.5, 1.0]
    """
    xp = namespace(x)
    z = xp.exp(xp.where(x >= 0, -x, x))  # at most 1
    out = xp.where(x >= 0, 1.0, z) / (1 + z)
    cache = (out,)
    return out, cache


def sigmoid_backward(dout: Float[Array, "*s"], cache):
    """Return the gradient of the sigmoid.

        dx = dout * out * (1 - out)

    Derivation: out = 1 / (1 + e) with e = exp(-x). The slope is e / (1 + e)^2, which is 1 / (1 + e) times e / (1 + e):
    the first is out, the second is 1 - out.

    Args:
        dout: any shape, the upstream gradient.
        cache: (out,), from `sigmoid_forward`.

    Returns:
        dx: the shape of dout.
    """
    (out,) = cache
    dx = dout * out * (1 - out)
    return dx


def tanh_forward(x: Float[Array, "*s"]):
    """Squash every element to between -1 and 1.

        out = tanh(x) = (exp(x) - exp(-x)) / (exp(x) + exp(-x))

    Args:
        x: any shape.

    Returns:
        out: the shape of x.
        cache: (out,), what `tanh_backward` needs.

    >>> import numpy as np
    >>> out, cache = tanh_forward(np.array([-1000.0, 0.0, 1000.0]))
    >>> out.tolist()
    [-1.0, 0.0, 1.0]
    """
    xp = namespace(x)
    out = xp.tanh(x)
    cache = (out,)
    return out, cache


def tanh_backward(dout: Float[Array, "*s"], cache):
    """Return the gradient of tanh.

        dx = dout * (1 - out^2)

    Derivation: out = sinh(x) / cosh(x). By the quotient rule the slope is (cosh^2 - sinh^2) / cosh^2 = 1 - out^2.

    Args:
        dout: any shape, the upstream gradient.
        cache: (out,), from `tanh_forward`.

    Returns:
        dx: the shape of dout.
    """
    (out,) = cache
    dx = dout * (1 - out**2)
    return dx

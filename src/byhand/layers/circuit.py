"""A circuit of three gates, on which gradients are first met: one adds, one picks the larger, one multiplies."""

from __future__ import annotations

from jaxtyping import Float

from byhand.arrays import Array, namespace


def scalar_circuit_forward(x: Float[Array, "*s"], y: Float[Array, "*s"], z: Float[Array, "*s"]):
    """Send three numbers through three gates; or many triples at once, each through its own.

        out = total * larger,    total = x + y,    larger = max(y, z)

    Args:
        x, y, z: of one shape; a triple of numbers for each place.

    Returns:
        out: the same shape.
        cache: (y, z, total, larger), what `scalar_circuit_backward` needs.

    >>> import numpy as np
    >>> out, cache = scalar_circuit_forward(np.array([1.0]), np.array([2.0]), np.array([-4.0]))
    >>> out.tolist()
    [6.0]
    """
    xp = namespace(x)
    total = x + y
    larger = xp.maximum(y, z)
    out = total * larger
    cache = (y, z, total, larger)
    return out, cache


def scalar_circuit_backward(dout: Float[Array, "*s"], cache):
    """Return the gradients of the circuit's three inputs. y reaches out by two routes.

        dx = dout * larger
        dy = dout * larger                               through total = x + y
             + dout * total where y > z, 0 elsewhere     through larger = max(y, z)
        dz = 0 where y > z, dout * total elsewhere

    Derivation: out = total * larger moves by larger when total moves by 1, so total is sent larger times dout; and larger is
    sent total times dout. total = x + y moves by 1 when x or y does: each of them is sent all that total was. larger = max(y,
    z) moves with the larger of the two and not with the other: the larger one is sent all that it was, the other nothing.
    What comes to y by its two routes adds up. Where y and z are equal, either may have it.

    Args:
        dout: the shape of out, the upstream gradient.
        cache: (y, z, total, larger), from `scalar_circuit_forward`.

    Returns:
        dx, dy, dz: the same shape each.
    """
    y, z, total, larger = cache
    dtotal = dout * larger  # a product swaps
    dlarger = dout * total
    dx = dtotal  # a sum distributes
    dy = dtotal + dlarger * (y > z)  # a maximum routes
    dz = dlarger * (y <= z)
    return dx, dy, dz

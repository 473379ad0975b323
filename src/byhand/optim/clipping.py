"""Clipping: gradients that are too long are made shorter, all by one factor."""

from __future__ import annotations

from byhand.arrays import namespace


def clip_gradient_norm(grads: dict, *, most: float):
    """Shorten the gradients together, so that the norm of all their numbers is at most `most`.

        norm = sqrt(sum of the squares of all numbers in all gradients)
        grads <- grads / max(1, norm / most)

    All are divided by one number: the direction of the step stays; and by 1, so that nothing changes, where the norm is at
    or below `most`. The numbers are divided by the largest of them before they are squared, and the root is multiplied by
    it again, so that no square overflows or is rounded to zero: the norm is right wherever the dtype can hold it. Where a
    gradient is infinite or no number, all become NaN: a fault is passed on, not covered up.

    Args:
        grads: {name: array}, the gradient of every parameter, all of one dtype.
        most: the largest norm, above 0.

    Returns:
        grads: the clipped gradients, under the same names.
        norm: a number, the norm before.

    >>> import numpy as np
    >>> grads, norm = clip_gradient_norm({"w": np.array([[3.0, 0.0]]), "b": np.array([-4.0])}, most=1.0)
    >>> float(norm), grads["w"].round(4).tolist(), grads["b"].round(4).tolist()
    (5.0, [[0.6, 0.0]], [-0.8])

    Pascanu, Mikolov and Bengio, "On the Difficulty of Training Recurrent Neural Networks", 2013. Differs from PyTorch's
    `clip_grad_norm_`: it divides by norm + 1e-6 and changes the gradients in place, and its squares may overflow.
    """
    xp = namespace(next(iter(grads.values())))
    largest = xp.max(xp.stack([xp.max(xp.abs(g)) for g in grads.values()]))
    unit = xp.where(largest > 0, largest, 1.0)  # where all are zero, any unit will do
    total = sum([xp.sum((g / unit) ** 2) for g in grads.values()])
    norm = unit * xp.sqrt(total)
    excess = xp.maximum(norm / most, 1.0)  # how many times too long
    grads = {name: g / excess for name, g in grads.items()}
    return grads, norm

"""A tape of one's own: what was computed, written down entry by entry, and the walk back that finds every gradient.

It has nothing to do with the tracer of this package, and is what one writes to see how such a thing works. A tape is a
list of entries `(operation, inputs, value, cache)`: the operation's name, the places on the tape of what it was applied
to, what came out, and what its backward needs. "leaf" is a value that was not computed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from byhand.arrays import Array, namespace

Entry = tuple[str, tuple[int, ...], Array, tuple]
"""(operation, inputs, value, cache)."""


def tape_broadcast_forward(a: Float[Array, "..."], b: Float[Array, "..."]):
    """Stretch two arrays to the one shape that both broadcast to.

        outs[0][i, j] = a[j],    outs[1][i, j] = b[i, 0]    (for a of shape (D,), b of shape (N, 1))

    Args:
        a, b: any shapes that broadcast together.

    Returns:
        outs: a list of two arrays of the common shape.
        cache: (shape of a, shape of b), what `tape_broadcast_backward` needs.

    >>> import numpy as np
    >>> outs, cache = tape_broadcast_forward(np.array([1.0, 2.0]), np.array([[3.0], [4.0]]))
    >>> [out.tolist() for out in outs]
    [[[1.0, 2.0], [1.0, 2.0]], [[3.0, 3.0], [4.0, 4.0]]]
    """
    xp = namespace(a)
    shape = np.broadcast_shapes(a.shape, b.shape)
    outs = [xp.broadcast_to(a, shape), xp.broadcast_to(b, shape)]
    cache = (a.shape, b.shape)
    return outs, cache


def tape_broadcast_backward(douts: list[Float[Array, "..."]], cache):
    """Return the gradients of two arrays that were stretched to one shape.

        da[j] = sum over i of douts[0][i, j]    (for a of shape (D,))

    Derivation: an element that was copied is used in every copy, so its gradient is the sum over the copies. Of each of
    the two: axes that came in front are summed away, axes of size 1 are summed and kept.

    Args:
        douts: a list of two arrays of the common shape, the upstream gradients.
        cache: (shape of a, shape of b), the shapes before they were stretched.

    Returns:
        da: the shape of a.
        db: the shape of b.
    """
    xp = namespace(douts[0])
    shrunk = []
    for dout, shape in zip(douts, cache, strict=True):
        while dout.ndim > len(shape):
            dout = xp.sum(dout, axis=0)
        for axis, size in enumerate(shape):
            if size == 1:
                dout = xp.sum(dout, axis=axis, keepdims=True)
        shrunk.append(dout)
    da, db = shrunk
    return da, db


def tape_add_forward(a: Float[Array, "..."], b: Float[Array, "..."]):
    """Add two arrays, which may broadcast.

        out = a + b

    Args:
        a, b: any shapes that broadcast together.

    Returns:
        out: the common shape.
        cache: (shape of a, shape of b), what `tape_add_backward` needs.

    >>> import numpy as np
    >>> out, cache = tape_add_forward(np.array([[1.0], [2.0]]), np.array([3.0, 4.0]))
    >>> out.tolist(), cache
    ([[4.0, 5.0], [5.0, 6.0]], ((2, 1), (2,)))
    """
    out = a + b
    cache = (a.shape, b.shape)
    return out, cache


def tape_add_backward(dout: Float[Array, "..."], cache):
    """Return the gradients of a sum of two arrays.

        da = dout,    db = dout    (each brought back to its own shape)

    Derivation: out = a + b, after both were stretched to the shape of out. Each stretched array enters out with weight
    1, so its gradient is dout; what the stretching did, `tape_broadcast_backward` undoes.

    Args:
        dout: the common shape, the upstream gradient.
        cache: (shape of a, shape of b).

    Returns:
        da: the shape of a.
        db: the shape of b.
    """
    da, db = tape_broadcast_backward([dout, dout], cache)
    return da, db


def tape_multiply_forward(a: Float[Array, "..."], b: Float[Array, "..."]):
    """Multiply two arrays element by element; they may broadcast.

        out = a * b

    Args:
        a, b: any shapes that broadcast together.

    Returns:
        out: the common shape.
        cache: (a, b), what `tape_multiply_backward` needs.

    >>> import numpy as np
    >>> out, cache = tape_multiply_forward(np.array([[1.0], [2.0]]), np.array([3.0, 4.0]))
    >>> out.tolist()
    [[3.0, 4.0], [6.0, 8.0]]
    """
    out = a * b
    cache = (a, b)
    return out, cache


def tape_multiply_backward(dout: Float[Array, "..."], cache):
    """Return the gradients of a product of two arrays, element by element.

        da = dout * b,    db = dout * a    (each brought back to its own shape)

    Derivation: out = a * b, after both were stretched to the shape of out. A stretched a enters out with weight b, and a
    stretched b with weight a; what the stretching did, `tape_broadcast_backward` undoes.

    Args:
        dout: the common shape, the upstream gradient.
        cache: (a, b), the two factors.

    Returns:
        da: the shape of a.
        db: the shape of b.
    """
    a, b = cache
    da, db = tape_broadcast_backward([dout * b, dout * a], (a.shape, b.shape))
    return da, db


def tape_matmul_forward(a: Float[Array, "n d"], b: Float[Array, "d m"]):
    """Multiply two matrices.

        out[n, m] = sum over d of a[n, d] * b[d, m]

    Args:
        a: (N, D).
        b: (D, M).

    Returns:
        out: (N, M).
        cache: (a, b), what `tape_matmul_backward` needs.

    >>> import numpy as np
    >>> out, cache = tape_matmul_forward(np.ones((2, 3)), np.ones((3, 4)))
    >>> out.shape
    (2, 4)
    """
    out = a @ b
    cache = (a, b)
    return out, cache


def tape_matmul_backward(dout: Float[Array, "n m"], cache):
    """Return the gradients of a product of two matrices.

        da = dout @ b.T,    db = a.T @ dout

    Derivation: out[n, m] sees a[n, d] with weight b[d, m], for every m, so da[n, d] = sum over m of dout[n, m] * b[d, m];
    it sees b[d, m] with weight a[n, d], for every n, so db[d, m] = sum over n of a[n, d] * dout[n, m].

    Args:
        dout: (N, M), the upstream gradient.
        cache: (a, b), the two matrices, (N, D) and (D, M).

    Returns:
        da: (N, D).
        db: (D, M).
    """
    a, b = cache
    da = dout @ b.T
    db = a.T @ dout
    return da, db


def tape_reduce_forward(a: Float[Array, "..."], *, axis: int | None = None):
    """Sum along one axis, which disappears, or over all elements.

        out[j] = sum over i of a[i, j]    (for axis 0; for axis None, over i and j)

    Args:
        a: any shape.
        axis: which axis to sum, or None for all.

    Returns:
        out: the shape of a without that axis; a single number for axis None.
        cache: (shape of a, axis), what `tape_reduce_backward` needs.

    >>> import numpy as np
    >>> out, cache = tape_reduce_forward(np.ones((2, 3)), axis=1)
    >>> out.tolist()
    [3.0, 3.0]
    """
    xp = namespace(a)
    out = xp.sum(a, axis=axis)
    cache = (a.shape, axis)
    return out, cache


def tape_reduce_backward(dout: Float[Array, "..."], cache):
    """Return the gradient of a sum along one axis or over everything.

        da[i, j] = dout[j]    (for a sum over i; for a sum over all, dout itself everywhere)

    Derivation: each a[i, j] enters its sum once, with weight 1, so it gets the whole of that sum's dout. The axis that
    disappeared is put back and filled with copies; where all axes did, the one number is copied everywhere.

    Args:
        dout: the shape of a without the summed axis, the upstream gradient; a single number where axis is None.
        cache: (shape of a, axis); axis is a whole number, counted from the last where it is negative, or None where
            everything was summed.

    Returns:
        da: the shape of a.
    """
    xp = namespace(dout)
    shape, axis = cache
    if axis is not None:
        dout = xp.expand_dims(dout, axis)
    da = xp.broadcast_to(dout, shape)
    return da


def tape_elementwise_forward(a: Float[Array, "..."], *, function: str):
    """Apply exp, log or relu to every element.

        out = exp(a),    out = log(a)    or    out = max(a, 0)

    Args:
        a: any shape; positive for log.
        function: "exp", "log" or "relu".

    Returns:
        out: the shape of a.
        cache: (function, a), what `tape_elementwise_backward` needs.

    >>> import numpy as np
    >>> out, cache = tape_elementwise_forward(np.array([-1.0, 2.0]), function="relu")
    >>> out.tolist()
    [0.0, 2.0]
    """
    xp = namespace(a)
    if function == "exp":
        out = xp.exp(a)
    elif function == "log":
        out = xp.log(a)
    else:
        out = xp.maximum(a, 0.0)
    cache = (function, a)
    return out, cache


def tape_elementwise_backward(dout: Float[Array, "..."], cache):
    """Return the gradient of exp, log or relu.

        da = dout * exp(a),    da = dout / a    or    da = dout * (a > 0)

    Derivation: an element of out depends on the same element of a alone, so the gradient is dout times the slope there:
    exp(a) for exp, 1 / a for log, 1 or 0 for relu.

    Args:
        dout: any shape, the upstream gradient.
        cache: (function, a): "exp", "log" or "relu", and what it was applied to.

    Returns:
        da: the shape of a.
    """
    function, a = cache
    xp = namespace(a)
    if function == "exp":
        slope = xp.exp(a)
    elif function == "log":
        slope = 1 / a
    else:
        slope = a > 0
    da = dout * slope
    return da


def topological_order(inputs: Sequence[Sequence[int]], output: int):
    """List the nodes that an output is computed from, each after all that it is computed from itself.

    The order is that of a walk that begins at the output and goes depth first: before a node is put on the list, its
    inputs are, the first one first, each with all that it needs before the next one's turn. What is on the list already is
    not put there again. That leaves one order only.

    Args:
        inputs: for each node, numbered from 0, the numbers of those that it is computed from; () for one that is not.
            They may stand in any order; none is computed from itself, not even by a detour.
        output: the number of the node to arrive at.

    Returns:
        order: a list of numbers, the output's the last.

    >>> topological_order([(2, 1), (3,), (3,), (), (0,)], 0)
    [3, 2, 1, 0]

    Differs from a recursive walk, which is shorter and as right, in that chains of any length can be followed: Python
    stops a recursion at a depth of about a thousand.
    """
    order, listed, waiting = [], set(), [output]
    while waiting:
        node = waiting[-1]
        missing = [i for i in inputs[node] if i not in listed]
        if missing:
            waiting.append(missing[0])
        else:
            waiting.pop()
            listed.add(node)
            order.append(node)
    return order


def tape_backward(tape: Sequence[Entry], output: int, dout: Float[Array, "..."]):
    """Go back over a tape and return the gradient of every value on it.

    Every entry of the tape is `(operation, inputs, value, cache)`. Its operation is one of

        "leaf"                  a value that was not computed; no inputs, cache ()
        "add"                   of two; cache for `tape_add_backward`
        "multiply"              of two; cache for `tape_multiply_backward`
        "matmul"                of two; cache for `tape_matmul_backward`
        "sum"                   of one; cache for `tape_reduce_backward`
        "exp", "log", "relu"    of one; cache for `tape_elementwise_backward`

    The backward of an operation on two values returns two gradients, that of an operation on one value returns one.

    Derivation: begin with dout at the output and zero everywhere else, and go through `topological_order` from its end.
    When an entry's turn comes, everything that uses it has had its own, so its gradient is complete: the operation's
    backward turns it into what comes back to each input. It is added there, because a value that is used several times
    gets the sum over its uses.

    Args:
        tape: a list of entries; the inputs of each are the places of earlier ones.
        output: the place of the value to go back from.
        dout: the shape of that value, the upstream gradient.

    Returns:
        gradients: a list of arrays, one for each entry, of the shape of its value; zeros where the output does not depend
            on it.

    >>> import numpy as np
    >>> three, four = np.array(3.0), np.array(4.0)
    >>> leaves = [("leaf", (), three, ()), ("leaf", (), four, ())]
    >>> tape = [*leaves, ("multiply", (0, 1), three * four, (three, four)), ("add", (2, 0), three * four + three, ((), ()))]
    >>> [float(gradient) for gradient in tape_backward(tape, 3, np.array(1.0))]
    [5.0, 3.0, 1.0, 1.0]
    """
    rules = {
        "add": tape_add_backward,
        "multiply": tape_multiply_backward,
        "matmul": tape_matmul_backward,
        "sum": tape_reduce_backward,
        "exp": tape_elementwise_backward,
        "log": tape_elementwise_backward,
        "relu": tape_elementwise_backward,
    }
    gradients = [np.zeros_like(value) for _, _, value, _ in tape]
    gradients[output] = dout
    for i in reversed(topological_order([inputs for _, inputs, _, _ in tape], output)):
        operation, inputs, _, cache = tape[i]
        if operation != "leaf":
            back = rules[operation](gradients[i], cache)
            back = back if len(inputs) > 1 else (back,)
            for j, gradient in zip(inputs, back, strict=True):
                gradients[j] = gradients[j] + gradient
    return gradients


def tape_two_layer_net_loss(params: dict, x: Float[Array, "n *k"], y: Int[Array, "n"], *, reg: float):
    """Return the loss of affine - relu - affine - softmax on a batch, and its gradients, found by a tape.

        loss = softmax_loss(scores, y) + 0.5 * reg * (sum(w1^2) + sum(w2^2))

    where scores = relu(x @ w1 + b1) @ w2 + b2. The biases are not regularised. The result is that of `two_layer_net_loss`;
    but the loss is written with the tape's operations alone, and its gradients come from one call of `tape_backward`.

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
    >>> loss, grads = tape_two_layer_net_loss(params, np.ones((4, 6)), np.array([0, 1, 2, 0]), reg=0.0)
    >>> round(float(loss), 4), grads["w2"].shape
    (1.0986, (5, 3))
    """
    forwards = {
        "add": lambda a, b: (a + b, (a.shape, b.shape)),
        "multiply": lambda a, b: (a * b, (a, b)),
        "matmul": lambda a, b: (a @ b, (a, b)),
        "sum": lambda a, axis=None: (np.sum(a, axis=axis), (a.shape, axis)),
        "exp": lambda a: (np.exp(a), ("exp", a)),
        "log": lambda a: (np.log(a), ("log", a)),
        "relu": lambda a: (np.maximum(a, 0), ("relu", a)),
    }
    tape = []

    def leaf(value):
        tape.append(("leaf", (), np.asarray(value, dtype=x.dtype), ()))
        return len(tape) - 1

    def record(operation, *inputs, **options):
        value, cache = forwards[operation](*[tape[i][2] for i in inputs], **options)
        tape.append((operation, inputs, value, cache))
        return len(tape) - 1

    w1, b1, w2, b2 = [leaf(params[name]) for name in ("w1", "b1", "w2", "b2")]
    rows = leaf(x.reshape(len(x), -1))  # (N, D)
    active = record("relu", record("add", record("matmul", rows, w1), b1))  # (N, H)
    scores = record("add", record("matmul", active, w2), b2)  # (N, C)
    largest = np.max(tape[scores][2], axis=1, keepdims=True)  # (N, 1), a constant
    shifted = record("add", scores, leaf(-largest))  # (N, C), at most 0
    total = record("sum", record("exp", shifted), axis=1)  # (N,)
    classes = np.arange(len(params["b2"]))
    right = record("multiply", leaf(classes == y[:, None]), shifted)  # (N, C), zero but at the right class
    surplus = record("add", record("sum", record("log", total)), record("multiply", record("sum", right), leaf(-1)))
    output = record("multiply", surplus, leaf(1 / len(x)))
    for w in (w1, w2):
        squares = record("sum", record("multiply", w, w))
        output = record("add", output, record("multiply", squares, leaf(0.5 * reg)))
    loss = tape[output][2]
    gradients = tape_backward(tape, output, np.ones_like(loss))
    grads = {"w1": gradients[w1], "b1": gradients[b1], "w2": gradients[w2], "b2": gradients[b2]}
    return loss, grads

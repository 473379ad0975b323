"""A tape of one's own: the rule of every operation, the order to go back in, the walk, and a network on it."""

import numpy as np

from byhand.graph import tape
from byhand.layers import adjoints
from byhand.spec import Misconception, edge, exercise, extreme, odd, ordinary

from . import network

_SHAPES = {
    "row": (("n", "d"), ("d",)),
    "column and row": (("n", 1), ("d",)),
    "channels": (("d", 1), ("n", "d", "m")),
    "kept row": ((1, "d"), ("n", "d")),
    "number": (("n", "d"), ()),
    "alike": (("n", "d"), ("n", "d")),
    "two numbers": ((), ()),
}


def _pair(draw, n=4, d=3, m=2, *, form, scale=1.0):
    sizes = {"n": n, "d": d, "m": m}
    a, b = (draw.normal(*[sizes.get(axis, axis) for axis in shape], scale=scale) for shape in _SHAPES[form])
    return {"a": np.asarray(a), "b": np.asarray(b)}


def _matrices(draw, n=4, d=3, m=2):
    return {"a": draw.normal(n, d), "b": draw.normal(d, m)}


def _sum(draw, n=4, d=3, m=2, *, axis, flat=False):
    return {"a": draw.normal(n, d) if flat else draw.normal(n, d, m), "axis": axis}


def _elementwise(draw, n=4, d=3, m=2, *, function, flat=True, scale=1.0):
    shape = (n, d) if flat else (n, d, m)
    return {"a": draw.positive(*shape) if function == "log" else draw.normal(*shape, scale=scale), "function": function}


def _graph(draw, n=8, *, form):
    """Draw a graph; in the random one, node k is made of two earlier ones, and then all get other numbers."""
    if form == "random":
        before = [tuple(draw.permutation(k)[:2]) if k >= 2 else () for k in range(n)]
        number = draw.permutation(n).tolist()
        inputs = [()] * n
        for k, sources in enumerate(before):
            inputs[number[k]] = tuple(number[i] for i in sources)
        return {"inputs": inputs, "output": number[max(n - 2, 0)]}  # what the last one is made for is not asked
    inputs, output = {
        "diamond": ([(1, 2), (3,), (3,), ()], 0),
        "leaf": ([(), (0,), ()], 2),
        "middle": ([(), (), (0, 1), (2, 0), (3, 1)], 2),
        "three inputs": ([(4, 1, 3), (2,), (), (1, 2), (3, 2, 1)], 0),
        "ladder": ([()] + [(k, k) for k in range(n - 1)], n - 1),
        "chain": ([(k + 1,) for k in range(n - 1)] + [()], 0),
    }[form]
    return {"inputs": inputs, "output": output}


_FORWARDS = {
    "add": tape.tape_add_forward,
    "multiply": tape.tape_multiply_forward,
    "matmul": tape.tape_matmul_forward,
    "sum": tape.tape_reduce_forward,
}


def _leaf(entries, value):
    entries.append(("leaf", (), np.array(value), ()))
    return len(entries) - 1


def _record(entries, operation, *inputs, **options):
    values = [entries[i][2] for i in inputs]
    with np.errstate(all="ignore"):
        if operation in _FORWARDS:
            value, cache = _FORWARDS[operation](*values, **options)
        else:
            value, cache = tape.tape_elementwise_forward(*values, function=operation)
    entries.append((operation, inputs, np.array(value), cache))
    return len(entries) - 1


def _tape(draw, n=4, d=3, m=2, *, form):
    entries = []
    if form == "layer":
        x, w, b = _leaf(entries, draw.normal(n, d)), _leaf(entries, draw.normal(d, m)), _leaf(entries, draw.normal(m))
        active = _record(entries, "relu", _record(entries, "add", _record(entries, "matmul", x, w), b))
        gain = _leaf(entries, draw.positive(n, 1))
        output = _record(entries, "sum", _record(entries, "multiply", active, gain))
    elif form == "shared":
        a, b = _leaf(entries, draw.normal(n, d)), _leaf(entries, draw.positive(d))
        square = _record(entries, "multiply", a, a)
        both = _record(entries, "add", square, a)
        scaled = _record(entries, "multiply", both, _record(entries, "log", b))
        again = _record(entries, "add", scaled, square)
        output = _record(entries, "sum", _record(entries, "add", again, b), axis=1)
    elif form == "crossing":  # the last thing recorded is used by none, and what is used first was recorded late
        a = _leaf(entries, draw.normal(n, d))
        small = _record(entries, "multiply", a, _leaf(entries, 0.25))
        power = _record(entries, "exp", small)
        total = _record(entries, "sum", power, axis=0)
        output = _record(entries, "multiply", _record(entries, "log", total), _record(entries, "sum", small, axis=0))
        _record(entries, "add", output, power)
    elif form == "leaf":
        a, output = _leaf(entries, draw.normal(n, d)), _leaf(entries, draw.normal(d))
        _record(entries, "add", a, output)
    elif form == "twice":
        a = _leaf(entries, draw.normal(n, d))
        output = _record(entries, "add", a, a)
    else:  # a logarithm of zero beside the way
        zero, b = _leaf(entries, np.zeros((n, d))), _leaf(entries, draw.normal(d))
        _record(entries, "sum", _record(entries, "log", zero))
        output = _record(entries, "multiply", zero, b)
    return {"tape": entries, "output": output, "dout": np.array(draw.normal(*entries[output][2].shape))}


_PAIRS = [
    ordinary("a matrix and a row", n=4, d=3, form="row"),
    odd("a number for each channel", n=5, d=3, m=2, form="channels"),
    odd("a column and a row, both stretched", n=5, d=3, form="column and row"),
    edge("a row with its axis kept", n=5, d=3, form="kept row"),
    edge("a matrix and a number", n=4, d=3, form="number"),
    edge("nothing to stretch", n=2, d=3, form="alike"),
    edge("two numbers", form="two numbers"),
]

EXERCISES = (
    exercise(
        tape.tape_broadcast_backward,
        inputs=_pair,
        cases=_PAIRS,
        forward=tape.tape_broadcast_forward,
        given=True,
        parts=[adjoints.broadcast_backward],
        hints=[
            "You have gone back through broadcasting before, for one array. Here are two, each with a shape of its own.",
            "For each: while `dout` has more axes than the shape, sum over axis 0; then sum over every axis that has size 1 in "
            "the shape, and keep it.",
            "`broadcast_backward(dout, (shape,))` does it for one. Call it with `douts[0]` and the first shape, and with "
            "`douts[1]` and the second.",
        ],
        misconceptions=[
            Misconception(
                "tape-stretched-axes-forgotten",
                {
                    "        for axis, size in enumerate(shape):\n"
                    "            if size == 1:\n"
                    "                dout = np.sum(dout, axis=axis, keepdims=True)\n": ""
                },
                "Axes that came in front are summed, stretched ones are not.",
                "Which axes does broadcasting change besides adding some in front?",
                "wrong-shape",
                "da",
            ),
            Misconception(
                "tape-stretched-axes-lost",
                {"keepdims=True": "keepdims=False"},
                "A stretched axis is summed away, though the array has it, with size 1.",
                "Which axes does the array itself have?",
                "wrong-shape",
                "da",
            ),
            Misconception(
                "tape-copies-averaged",
                {"np.sum(dout, axis=0)": "np.mean(dout, axis=0)", "np.sum(dout, axis=axis": "np.mean(dout, axis=axis"},
                "What comes back from the copies is averaged; but each copy moves the loss, and the moves add up.",
                "If an element is used in four places, does the loss feel its move once or four times?",
                "wrong-scale",
                "da",
            ),
            Misconception(
                "tape-second-left-stretched",
                {"da, db = shrunk": "da, db = shrunk[0], douts[1]"},
                "The first array's gradient is brought back to its shape, the second one's is not.",
                "Which of the two may have been stretched?",
                "wrong-shape",
                "db",
            ),
        ],
        minutes=6,
        after="broadcast_backward",
    ),
    exercise(
        tape.tape_add_backward,
        inputs=_pair,
        cases=_PAIRS,
        forward=tape.tape_add_forward,
        given=True,
        parts=[tape.tape_broadcast_backward],
        hints=[
            "If `a` grows by 1, by how much does `a + b` grow? And if `b` does?",
            "Both get `dout` as it is. Then each has to be brought back to its own shape: which function of yours does that?",
            "`tape_broadcast_backward` takes a list of two gradients and a cache of two shapes, and `cache` is those shapes.",
        ],
        misconceptions=[
            Misconception(
                "tape-add-shapes-forgotten",
                {"da, db = tape_broadcast_backward([dout, dout], cache)": "da, db = dout, dout"},
                "Both gradients have the shape of the sum; an array that was stretched has another.",
                "What is the shape of `a`, and what of `a + b`?",
                "wrong-shape",
                "da",
            ),
            Misconception(
                "tape-add-shared-out",
                {"[dout, dout]": "[dout / 2, dout / 2]"},
                "The upstream gradient is shared out between the two; but each moves the sum by all of its own move.",
                "If `a` grows by 1 and `b` stays, by how much does the sum grow?",
                "wrong-scale",
                "da",
            ),
            Misconception(
                "tape-add-as-difference",
                {"[dout, dout]": "[dout, -dout]"},
                "This is the gradient of a - b.",
                "Does the sum grow or shrink when `b` grows?",
                "wrong-sign",
                "db",
            ),
        ],
        minutes=3,
        after="tape_broadcast_backward",
    ),
    exercise(
        tape.tape_multiply_backward,
        inputs=_pair,
        cases=_PAIRS,
        forward=tape.tape_multiply_forward,
        given=True,
        parts=[tape.tape_broadcast_backward],
        hints=[
            "If one element of `a` grows by 1, by how much does the product grow?",
            "The slope for `a` is `b`, and for `b` it is `a`. Multiply with `dout` first, while all have the shape of the "
            "product; only then bring each back to its own shape.",
            "The two gradients before they are brought back are `dout * b` and `dout * a`; the shapes are `a.shape` and "
            "`b.shape`.",
        ],
        misconceptions=[
            Misconception(
                "tape-multiply-own-factor",
                {"[dout * b, dout * a]": "[dout * a, dout * b]"},
                "Each factor gets its own value as its slope; it is the other one that it is multiplied with.",
                "If `a` grows by 1, does `a * b` grow by `a` or by `b`?",
                "wrong-formula",
                "da",
            ),
            Misconception(
                "tape-multiply-forgets-dout",
                {"[dout * b, dout * a]": "[0 * dout + b, 0 * dout + a]"},
                "These are the slopes; the upstream gradient is not multiplied in.",
                "By the chain rule, what is the slope multiplied with?",
                "missing-term",
                "da",
            ),
            Misconception(
                "tape-multiply-shapes-forgotten",
                {"tape_broadcast_backward([dout * b, dout * a], (a.shape, b.shape))": "dout * b, dout * a"},
                "Both gradients have the shape of the product; a factor that was stretched has another.",
                "What is the shape of `a`, and what of `a * b`?",
                "wrong-shape",
                "da",
            ),
            Misconception(
                "tape-multiply-sums-too-early",
                {
                    "tape_broadcast_backward([dout * b, dout * a], (a.shape, b.shape))\n": "tape_broadcast_backward("
                    "[dout, dout], (a.shape, b.shape))\n    da, db = da * b, db * a\n"
                },
                "The gradient is summed over the copies before it is multiplied; but each copy met another factor.",
                "Is a sum of products the product of the sums?",
                "wrong-order",
                "da",
            ),
        ],
        minutes=5,
        after="tape_add_backward",
    ),
    exercise(
        tape.tape_matmul_backward,
        inputs=_matrices,
        cases=[
            ordinary("two matrices", n=4, d=3, m=2),
            odd("flat and wide", n=2, d=3, m=7),
            edge("square ones", n=3, d=3, m=3),
            edge("a row and a column", n=1, d=5, m=1),
            edge("a column and a row", n=4, d=1, m=3),
        ],
        forward=tape.tape_matmul_forward,
        given=True,
        hints=[
            "`affine_backward` holds both. Which of its two inputs is `a`, and which is `b`?",
            "`out[n, m]` sees `a[n, d]` with weight `b[d, m]`: the index that is not in `a` is summed. The same for `b`.",
            "`da = dout @ b.T`; find `db` by its shape.",
        ],
        misconceptions=[
            Misconception(
                "tape-matmul-da-transposed",
                {"da = dout @ b.T\n    db": "da = b @ dout.T\n    db"},
                "The two are multiplied the other way round, which gives the transpose.",
                "What is the shape of `a`, and what is the shape of yours?",
                "wrong-transpose",
                "da",
            ),
            Misconception(
                "tape-matmul-db-transposed",
                {"db = a.T @ dout\n    return": "db = dout.T @ a\n    return"},
                "The two are multiplied the other way round, which gives the transpose.",
                "What is the shape of `b`, and what is the shape of yours?",
                "wrong-transpose",
                "db",
            ),
            Misconception(
                "tape-matmul-averaged",
                {"db = a.T @ dout\n    return": "db = a.T @ dout / len(a)\n    return"},
                "It is averaged over the rows; but the product is no mean, and whoever took one has put it into dout.",
                "Where in the forward is something divided?",
                "wrong-scale",
                "db",
            ),
            Misconception(
                "tape-matmul-swapped",
                {"return da, db": "return db, da"},
                "The two gradients are returned in the other order.",
                "In which order are the two matrices in the cache?",
                "wrong-order",
                "da",
            ),
        ],
        minutes=5,
        after="affine_backward",
    ),
    exercise(
        tape.tape_reduce_backward,
        inputs=_sum,
        cases=[
            ordinary("a matrix, along its rows", n=4, d=3, axis=0, flat=True),
            odd("the middle one of three axes", n=4, d=3, m=2, axis=1),
            odd("the last axis", n=5, d=3, axis=-1, flat=True),
            edge("everything", n=4, d=3, m=2, axis=None),
            edge("an axis of size 1", n=3, d=1, axis=1, flat=True),
            edge("everything, where that is one number", n=1, d=1, axis=None, flat=True),
        ],
        forward=tape.tape_reduce_forward,
        given=True,
        hints=[
            "It is `sum_backward`, but for sums over everything. What does each element get then?",
            "Put the summed axis back with `np.expand_dims`, unless there is none (`axis is None`); then copy to `shape`.",
            "`np.broadcast_to(dout, shape)` makes the copies, of one number too.",
        ],
        misconceptions=[
            Misconception(
                "tape-sum-shared-out",
                {"np.broadcast_to(dout, shape)": "np.broadcast_to(dout, shape) * np.size(dout) / np.prod(shape)"},
                "The upstream gradient is shared out among the summed elements; but each of them moves the sum by all of itself.",
                "If one of the summed elements grows by 1, by how much does the sum grow?",
                "wrong-scale",
                "da",
            ),
            Misconception(
                "tape-sum-axis-not-put-back",
                {"    if axis is not None:\n        dout = np.expand_dims(dout, axis)\n": ""},
                "The summed axis is not put back where it was, so dout is laid along another one.",
                "Where was the axis that the sum took away?",
                "wrong-axis",
                "da",
            ),
            Misconception(
                "tape-sum-not-copied",
                {"da = np.broadcast_to(dout, shape)": "da = dout"},
                "Every element that was summed needs its own copy of what comes back.",
                "How many elements of `a` share one element of `dout`?",
                "wrong-shape",
                "da",
            ),
            Misconception(
                "tape-sum-copies-summed",
                {"da = np.broadcast_to(dout, shape)": "da = np.broadcast_to(np.sum(dout), shape)"},
                "Every element gets the gradients of all sums, not of the one that it went into.",
                "In how many of the sums does one element stand?",
                "extra-term",
                "da",
            ),
        ],
        minutes=6,
        after="sum_backward",
    ),
    exercise(
        tape.tape_elementwise_backward,
        inputs=_elementwise,
        cases=[
            ordinary("exponentials of a matrix", n=4, d=3, function="exp"),
            odd("logarithms, three axes", n=4, d=3, m=2, function="log", flat=False),
            odd("relu of a matrix", n=5, d=3, function="relu"),
            edge("the logarithm of one number", n=1, d=1, function="log"),
            extreme("exponentials that vanish or are large", n=3, d=4, function="exp", scale=100.0),
            extreme("relu of large numbers", n=3, d=4, function="relu", scale=1e4),
        ],
        forward=tape.tape_elementwise_forward,
        given=True,
        hints=[
            "Each output depends on one input alone. How steep is exp at `a`? And log, and relu?",
            "The slopes are `np.exp(a)`, `1 / a`, and 1 where `a > 0`, 0 elsewhere. Which one it is, the cache tells.",
            'Choose the slope: `if function == "exp": slope = np.exp(a)`, and so on. Then `da = dout * slope`.',
        ],
        misconceptions=[
            Misconception(
                "tape-exp-as-a-power",
                {"slope = np.exp(a)": "slope = a * np.exp(a - 1)"},
                "This is the rule for a power, where the base moves; in exp it is the exponent that moves.",
                "What is the derivative of the exponential function?",
                "wrong-formula",
                "da",
            ),
            Misconception(
                "tape-log-slope-inverted",
                {"slope = 1 / a": "slope = a"},
                "The slope of the logarithm is 1 / a, not a: it grows more and more slowly.",
                "How steep is the logarithm at 100, and how steep at 1?",
                "wrong-formula",
                "da",
            ),
            Misconception(
                "tape-relu-mask-from-dout",
                {"slope = a > 0": "slope = dout > 0"},
                "The mask is taken from the upstream gradient, not from the input.",
                "On what does the slope of relu depend?",
                "wrong-mask",
                "da",
            ),
            Misconception(
                "tape-elementwise-forgets-dout",
                {"da = dout * slope": "da = 1.0 * slope"},
                "This is the slope; the upstream gradient is not multiplied in.",
                "By the chain rule, what is the slope multiplied with?",
                "missing-term",
                "da",
            ),
        ],
        minutes=6,
        after=("relu_backward", "softmax_loss"),
        equivalent={"slope = a >= 0": "at a = 0 any slope from 0 to 1 is right"},
    ),
    exercise(
        tape.topological_order,
        inputs=_graph,
        cases=[
            ordinary("a diamond", form="diamond"),
            odd("numbers in any order, some not needed", n=9, form="random"),
            odd("three inputs each", form="three inputs"),
            edge("an output that was not computed", form="leaf"),
            edge("an output that others use", form="middle"),
            edge("each made of the one before, twice", n=12, form="ladder"),
            edge("a chain of 300", n=300, form="chain"),
        ],
        hints=[
            "Before a node may be listed, its inputs must be. How do you list an input? By the same rule.",
            "A function that calls itself does it: list all inputs of a node, one after the other, then the node. Remember "
            "which nodes are listed, so that a node that two others use is listed once.",
            "`def visit(node): if node in listed: return`; then `for i in inputs[node]: visit(i)`; then put `node` into "
            "`listed` and on `order`. Begin with `visit(output)`.",
        ],
        misconceptions=[
            Misconception(
                "topology-output-first",
                {"    return order": "    order = order[::-1]\n    return order"},
                "The list runs from the output to what it is computed from; it is asked for the other way.",
                "Which node can be computed first?",
                "wrong-order",
                "order",
            ),
            Misconception(
                "topology-shared-nodes-repeated",
                {
                    "waiting = [], set(), [output]\n": "waiting = [], set(), []\n\n    def visit(node):\n"
                    "        for i in inputs[node]:\n            visit(i)\n        order.append(node)\n\n    visit(output)\n"
                },
                "A node is listed once for each use; it is computed once.",
                "What do you remember of the nodes that are listed already?",
                "extra-term",
                "order",
            ),
            Misconception(
                "topology-node-before-inputs",
                {
                    "waiting = [], set(), [output]\n": "waiting = [], set(), []\n\n    def visit(node):\n"
                    "        if node not in listed:\n            listed.add(node)\n            order.insert(0, node)\n"
                    "            for i in inputs[node]:\n                visit(i)\n\n    visit(output)\n"
                },
                "Each node is noted when it is met, and the list turned round: a node that is needed twice stands too late.",
                "In your list, does every node come after all of its inputs?",
                "wrong-order",
                "order",
            ),
            Misconception(
                "topology-breadth-first",
                {
                    "waiting = [], set(), [output]\n    while waiting:\n        node = waiting[-1]\n": "waiting = [], set(), "
                    "[output]\n    while waiting:\n        node = waiting.pop(0)\n        if node not in listed:\n"
                    "            listed.add(node)\n            order.insert(0, node)\n            waiting += inputs[node]\n"
                    "        continue\n"
                },
                "The nodes are listed by their distance from the output; one that is near by one way may be needed far away.",
                "Which is the longest way from the output to that node, and which did you take?",
                "wrong-order",
                "order",
            ),
            Misconception(
                "topology-of-everything",
                {
                    "waiting = [], set(), [output]\n": "waiting = [], set(), []\n\n    def visit(node):\n"
                    "        if node not in listed:\n            listed.add(node)\n            for i in inputs[node]:\n"
                    "                visit(i)\n            order.append(node)\n\n    for node in range(len(inputs)):\n"
                    "        visit(node)\n"
                },
                "All nodes are listed, also those that the output is not computed from.",
                "From which node does the walk begin?",
                "extra-term",
                "order",
            ),
            Misconception(
                "topology-last-input-first",
                {"missing[0]": "missing[-1]"},
                "The inputs are gone through from the last to the first: an order that would do, but not the one that is asked.",
                "Which input of the output has its turn first?",
                "wrong-order",
                "order",
            ),
            Misconception(
                "topology-without-the-output",
                {"    return order": "    order = order[:-1]\n    return order"},
                "The output itself is not listed.",
                "Which node comes last?",
                "off-by-one",
                "order",
            ),
        ],
        minutes=15,
        after="fan_out_backward",
    ),
    exercise(
        tape.tape_backward,
        inputs=_tape,
        cases=[
            ordinary("a layer", n=4, d=3, m=2, form="layer"),
            odd("values that are used several times", n=5, d=3, form="shared"),
            odd("an output that is not the last", n=5, d=2, form="crossing"),
            edge("the same value twice in one sum", n=3, d=2, form="twice"),
            edge("an output that was not computed", n=3, d=4, form="leaf"),
            extreme("a logarithm of zero that the output does not need", n=3, d=2, form="beside"),
        ],
        parts=[
            tape.tape_add_backward,
            tape.tape_multiply_backward,
            tape.tape_matmul_backward,
            tape.tape_reduce_backward,
            tape.tape_elementwise_backward,
            tape.topological_order,
        ],
        hints=[
            "A gradient for every entry: zeros at first, `dout` at the output. Then entry by entry, from the output on back, "
            "each hands its gradient on to its inputs.",
            "A dict from operations to functions says which backward to call. It takes the entry's gradient and the entry's "
            "cache. Add what comes back to what the inputs have already.",
            "`for i in reversed(topological_order([entry[1] for entry in tape], output))`; leaves hand on nothing. A backward of "
            "an operation with one input returns one array, not a tuple of one.",
        ],
        misconceptions=[
            Misconception(
                "tape-gradient-overwritten",
                {"gradients[j] = gradients[j] + gradient": "gradients[j] = gradient"},
                "Each use of a value takes the place of the one before.",
                "If a value is used twice, what becomes of the first gradient that comes back to it?",
                "overwrites",
                "gradients",
            ),
            Misconception(
                "tape-goes-forward",
                {"reversed(topological_order(": "(topological_order("},
                "The entries are gone through in the order in which they were computed; their gradients come from the other end.",
                "When an entry has its turn, what does it need to know?",
                "wrong-order",
                "gradients",
            ),
            Misconception(
                "tape-begins-with-one",
                {"gradients[output] = dout": "gradients[output] = np.ones_like(dout)"},
                "It begins with ones at the output; the upstream gradient is not used.",
                "Where does `dout` come in?",
                "missing-term",
                "gradients",
            ),
            Misconception(
                "tape-one-gradient-per-input",
                {"zip(inputs, back, strict=True)": "dict(zip(inputs, back, strict=True)).items()"},
                "Where an operation takes the same value twice, only one of its two gradients arrives.",
                "How many gradients does `a + a` send back to `a`?",
                "missing-term",
                "gradients",
            ),
            Misconception(
                "tape-first-input-only",
                {"zip(inputs, back, strict=True)": "zip(inputs[:1], back)"},
                "Only the first input gets its gradient.",
                "How many inputs does a product have?",
                "missing-term",
                "gradients",
            ),
            Misconception(
                "tape-every-entry-back",
                {"reversed(topological_order([inputs for _, inputs, _, _ in tape], output))": "reversed(range(output + 1))"},
                "Entries that the output does not depend on are gone through too: zero times an infinite slope is not a number.",
                "Which entries can hand on nothing but zero?",
                "unstable",
                "gradients",
            ),
        ],
        minutes=15,
        after=("tape_multiply_backward", "tape_matmul_backward", "tape_reduce_backward", "tape_elementwise_backward")
        + ("topological_order",),
    ),
    exercise(
        tape.tape_two_layer_net_loss,
        inputs=network.EXERCISES[0].inputs,
        cases=list(network.EXERCISES[0].cases),
        parts=[
            tape.tape_broadcast_backward,
            tape.tape_add_backward,
            tape.tape_multiply_backward,
            tape.tape_matmul_backward,
            tape.tape_reduce_backward,
            tape.tape_elementwise_backward,
            tape.topological_order,
            tape.tape_backward,
        ],
        hints=[
            "Two small functions inside of yours make it readable: one that puts a leaf on the tape, one that applies an "
            "operation to places on the tape and records it. Both return the new place.",
            "The loss is the mean of log(total) minus the mean of the right class's shifted score. Leaves are also: minus the "
            "largest score of each row, a matrix with 1 at the right classes, and the numbers that you multiply with.",
            "`scores = record('add', record('matmul', active, w2), b2)`, and so on to `output`. Then "
            "`tape_backward(tape, output, np.ones_like(tape[output][2]))` has the gradients of all leaves, `w1` to `b2` among "
            "them.",
        ],
        misconceptions=[
            Misconception(
                "tape-net-back-from-the-data-loss",
                {
                    "    for w in (w1, w2):\n": "    data = output\n    for w in (w1, w2):\n",
                    "tape_backward(tape, output, np": "tape_backward(tape, data, np",
                },
                "The walk back begins before the regularisation, which is then in the loss but not in the gradient.",
                "At which place on the tape is the whole loss?",
                "missing-term",
                "grads",
            ),
            Misconception(
                "tape-net-not-averaged",
                {"leaf(1 / len(x))": "leaf(1)"},
                "The loss is summed over the batch, not averaged.",
                "What does twice as large a batch do to your loss?",
                "wrong-scale",
                "loss",
            ),
            Misconception(
                "tape-net-not-shifted",
                {"leaf(-largest)": "leaf(0 * largest)"},
                "The scores are not shifted, and the exponentials of large ones overflow.",
                "What is `np.exp(1000.0)`?",
                "unstable",
                "loss",
            ),
            Misconception(
                "tape-net-half-forgotten",
                {"leaf(0.5 * reg)": "leaf(reg)"},
                "The regularisation has no half in front of it.",
                "Which number does the formula have in front of `reg`?",
                "wrong-scale",
                "loss",
            ),
            Misconception(
                "tape-net-biases-regularised",
                {"    for w in (w1, w2):": "    for w in (w1, b1, w2, b2):"},
                "The biases are regularised too.",
                "Which parameters does the exercise ask you to keep small?",
                "extra-term",
                "loss",
            ),
            Misconception(
                "tape-net-without-relu",
                {'active = record("relu", record("add"': 'active = (record("add"'},
                "There is no relu between the two layers.",
                "What are two affine layers on top of each other?",
                "missing-term",
                "loss",
            ),
        ],
        minutes=25,
        after=("tape_backward", "two_layer_net_loss"),
        equivalent={"rows = leaf(x.reshape(len(x), -2))": "NumPy takes any negative size for the one to be worked out"},
    ),
)

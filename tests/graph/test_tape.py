"""The tape of chapter 2: its rules and its walk against torch.func.vjp, its order against the definition, and faults planted."""

from __future__ import annotations

import inspect
import types

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from byhand.graph import tape
from byhand.models import two_layer_net

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch

seeds = st.integers(0, 10**6)
widths = st.permutations([2, 3, 4, 5, 6, 7]).map(lambda sizes: sizes[:4])


def shapes(rng):
    """Draw two shapes that broadcast together: of one shape, leave out axes in front and shrink some to 1."""
    common = rng.integers(1, 5, rng.integers(0, 4)).tolist()

    def part():
        kept = common[rng.integers(0, len(common) + 1) :]
        return [1 if rng.random() < 0.3 else size for size in kept]

    return part(), part()


def theirs(function, arrays, dout):
    out, vjp = torch.func.vjp(function, *[torch.from_numpy(np.array(a)) for a in arrays])
    dout = [torch.from_numpy(np.array(d)) for d in dout] if isinstance(dout, list) else torch.from_numpy(np.array(dout))
    return out, vjp(dout)


def close(ours, expected):
    assert len(ours) == len(expected)
    for a, b in zip(ours, expected, strict=True):
        assert np.shape(a) == tuple(b.shape)
        np.testing.assert_allclose(a, b.numpy(), rtol=1e-10, atol=1e-12)


@given(seed=seeds)
def test_rules_for_two_arrays_that_broadcast(seed):
    rng = np.random.default_rng(seed)
    a, b = (np.array(rng.normal(size=shape)) for shape in shapes(rng))
    outs, cache = tape.tape_broadcast_forward(a, b)
    douts = [np.array(rng.normal(size=out.shape)) for out in outs]
    expected = theirs(lambda a, b: list(torch.broadcast_tensors(a, b)), (a, b), douts)[1]
    close(tape.tape_broadcast_backward(douts, cache), expected)
    for forward, backward, peer in (
        (tape.tape_add_forward, tape.tape_add_backward, torch.add),
        (tape.tape_multiply_forward, tape.tape_multiply_backward, torch.mul),
    ):
        out, cache = forward(a, b)
        value, expected = theirs(peer, (a, b), douts[0])
        close([out], [value])
        close(backward(douts[0], cache), expected)


@given(sizes=widths, seed=seeds)
def test_the_rule_for_matrices(sizes, seed):
    rng, (n, d, m, _) = np.random.default_rng(seed), sizes
    a, b, dout = rng.normal(size=(n, d)), rng.normal(size=(d, m)), rng.normal(size=(n, m))
    out, cache = tape.tape_matmul_forward(a, b)
    value, expected = theirs(torch.matmul, (a, b), dout)
    close([out], [value])
    close(tape.tape_matmul_backward(dout, cache), expected)


@pytest.mark.parametrize("axis", [None, 0, 1, 2, -1, -3])
def test_the_rule_for_sums(axis):
    rng = np.random.default_rng(0)
    a = rng.normal(size=(2, 3, 4))
    out, cache = tape.tape_reduce_forward(a, axis=axis)
    dout = np.array(rng.normal(size=out.shape))
    value, expected = theirs(lambda a: torch.sum(a) if axis is None else torch.sum(a, dim=axis), (a,), dout)
    close([out], [value])
    close([tape.tape_reduce_backward(dout, cache)], expected)


@pytest.mark.parametrize("function", ["exp", "log", "relu"])
def test_the_rule_for_functions_of_each_element(function):
    rng = np.random.default_rng(1)
    a = rng.uniform(0.1, 3, (2, 3, 4)) if function == "log" else rng.normal(size=(2, 3, 4))
    dout = rng.normal(size=a.shape)
    out, cache = tape.tape_elementwise_forward(a, function=function)
    value, expected = theirs(getattr(torch, function), (a,), dout)
    close([out], [value])
    close([tape.tape_elementwise_backward(dout, cache)], expected)


# -- the order


def graph(rng, n):
    """Draw a graph of n nodes, numbered in any order, in which a node may use another twice."""
    number = rng.permutation(n).tolist()
    inputs = [()] * n
    for k in range(1, n):
        inputs[number[k]] = tuple(number[i] for i in rng.integers(0, k, rng.integers(0, 4)))
    return inputs, number[rng.integers(0, n)]


def walk(inputs, node, order):
    """The contract, read aloud: before a node is listed, its inputs are; what is listed is left."""
    for i in inputs[node]:
        if i not in order:
            walk(inputs, i, order)
    order.append(node)
    return order


@given(seed=seeds, n=st.integers(1, 12))
def test_the_order_is_the_one_that_the_contract_determines(seed, n):
    inputs, output = graph(np.random.default_rng(seed), n)
    order = tape.topological_order(inputs, output)
    assert order == walk(inputs, output, [])
    assert order[-1] == output and len(set(order)) == len(order)
    for place, node in enumerate(order):
        assert set(inputs[node]) <= set(order[:place])
    needed = {output}
    for _ in range(n):
        needed |= {i for node in needed for i in inputs[node]}
    assert set(order) == needed


def test_deep_chains_and_wide_sharing_end():
    deep = 5000
    assert tape.topological_order([(k + 1,) for k in range(deep)] + [()], 0) == list(range(deep, -1, -1))
    assert tape.topological_order([(), *((k, k) for k in range(200))], 200) == list(range(201))


# -- the walk


def program(rng, steps=12):
    """Draw a tape of matrices, rows and numbers, and the same computation as a function of its leaves in torch."""
    n, d = 3, 4
    entries, lines = [], []
    leaves = [rng.normal(size=shape) for shape in ((n, d), (n, 1), (d,), (), (d, d))]
    for value in leaves:
        entries.append(("leaf", (), np.array(value), ()))
    for _ in range(steps):
        kind = rng.choice(["add", "multiply", "matmul", "sum", "exp", "log", "relu"])
        i, j = (int(k) for k in rng.integers(0, len(entries), 2))
        a, b = entries[i][2], entries[j][2]
        if kind in ("add", "multiply"):
            try:
                np.broadcast_shapes(a.shape, b.shape)
            except ValueError:
                continue
            forward = tape.tape_add_forward if kind == "add" else tape.tape_multiply_forward
            (value, cache), inputs, peer = forward(a, b), (i, j), torch.add if kind == "add" else torch.mul
        elif kind == "matmul":
            if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0]:
                continue
            (value, cache), inputs, peer = tape.tape_matmul_forward(a, b), (i, j), torch.matmul
        elif kind == "sum":
            axis = None if a.ndim == 0 or rng.random() < 0.5 else int(rng.integers(0, a.ndim))
            (value, cache), inputs = tape.tape_reduce_forward(a, axis=axis), (i,)
            peer = (lambda a, axis=axis: torch.sum(a)) if axis is None else (lambda a, axis=axis: torch.sum(a, dim=axis))
        else:
            if (kind == "log" and (a <= 0.01).any()) or (kind == "exp" and (np.abs(a) > 3).any()):
                continue
            (value, cache), inputs, peer = tape.tape_elementwise_forward(a, function=kind), (i,), getattr(torch, kind)
        if np.max(np.abs(value), initial=0) > 1e6:
            continue
        entries.append((str(kind), inputs, np.array(value), cache))
        lines.append((inputs, peer))
    return entries, lines


@given(seed=seeds)
def test_gradients_of_any_program_against_torch(seed):
    rng = np.random.default_rng(seed)
    entries, lines = program(rng)
    output = int(rng.integers(0, len(entries)))
    dout = np.array(rng.normal(size=entries[output][2].shape))
    leaves = [entry[2] for entry in entries if entry[0] == "leaf"]

    def run(*values):
        values = list(values)
        for inputs, peer in lines:
            values.append(peer(*[values[i] for i in inputs]))
        return values[output] * 1

    gradients = tape.tape_backward(entries, output, dout)
    value, expected = theirs(run, leaves, dout)
    close([entries[output][2]], [value])
    close(gradients[: len(leaves)], expected)
    assert [g.shape for g in gradients] == [entry[2].shape for entry in entries]


def test_what_the_output_does_not_need_is_zero_and_is_not_touched():
    zero = np.zeros(2)
    with np.errstate(divide="ignore"):
        log, cache = tape.tape_elementwise_forward(zero, function="log")
    entries = [("leaf", (), zero, ()), ("log", (0,), log, cache), ("add", (0, 0), zero + zero, ((2,), (2,)))]
    before = [entry[2].copy() for entry in entries]
    dout = np.array([1.0, -3.0])
    gradients = tape.tape_backward(entries, 2, dout)  # a warning would be an error here
    for ours, expected in zip(gradients, [2 * dout, zero, dout], strict=True):
        np.testing.assert_array_equal(ours, expected)
    assert dout.tolist() == [1, -3]
    for entry, value in zip(entries, before, strict=True):
        np.testing.assert_array_equal(entry[2], value)


def compare_with_the_two_layer_network(module, sizes, seed, n, reg, scale):
    rng, (k, d, h, c) = np.random.default_rng(seed), sizes
    params = {
        "w1": rng.normal(size=(k * d, h)) * scale,
        "b1": rng.normal(size=h),
        "w2": rng.normal(size=(h, c)) * scale,
        "b2": rng.normal(size=c),
    }
    x, y = rng.normal(size=(n, k, d)), rng.integers(0, c, n)
    loss, grads = module.tape_two_layer_net_loss(params, x, y, reg=reg)
    expected, expected_grads = two_layer_net.two_layer_net_loss(params, x, y, reg=reg)
    np.testing.assert_allclose(loss, expected, rtol=1e-12)
    assert grads.keys() == expected_grads.keys()
    for name, dw in grads.items():
        size = np.max(np.abs(expected_grads[name]))
        np.testing.assert_allclose(dw, expected_grads[name], rtol=1e-9, atol=1e-13 * (1 + scale) * (1 + size), err_msg=name)


@given(sizes=widths, seed=seeds, n=st.integers(1, 6), reg=st.sampled_from([0.0, 0.3]), scale=st.sampled_from([1.0, 50.0]))
def test_the_tape_reproduces_the_two_layer_networks_gradients(sizes, seed, n, reg, scale):
    compare_with_the_two_layer_network(tape, sizes, seed, n, reg, scale)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_stays_and_nothing_is_changed(dtype):
    rng = np.random.default_rng(3)
    params = {
        name: rng.normal(size=shape).astype(dtype) for name, shape in (("w1", (4, 5)), ("b1", 5), ("w2", (5, 3)), ("b2", 3))
    }
    before = {name: value.copy() for name, value in params.items()}
    x, y = rng.normal(size=(6, 4)).astype(dtype), rng.integers(0, 3, 6)
    loss, grads = tape.tape_two_layer_net_loss(params, x, y, reg=0.1)
    assert all(array.dtype == dtype for array in (loss, *grads.values()))
    assert all((params[name] == value).all() for name, value in before.items())


# -- faults, planted: the comparison with the two-layer network must see each

FAULTS = {
    "tape_broadcast_backward": ("dout = xp.sum(dout, axis=0)", "dout = xp.sum(dout, axis=-1)"),
    "tape_add_backward": ("[dout, dout]", "[dout, -dout]"),
    "tape_multiply_backward": ("[dout * b, dout * a]", "[dout * a, dout * b]"),
    "tape_matmul_backward": ("db = a.T @ dout\n    return", "db = a.T @ dout / len(a)\n    return"),
    "tape_reduce_backward": ("xp.broadcast_to(dout, shape)", "xp.broadcast_to(dout, shape) / 2"),
    "tape_elementwise_backward": ("slope = 1 / a", "slope = a"),
    "topological_order": ("return order", "return order[::-1]"),
    "tape_backward": ("gradients[j] = gradients[j] + gradient", "gradients[j] = gradient"),
    "tape_two_layer_net_loss": ("leaf(0.5 * reg)", "leaf(reg)"),
}


def planted(name, old, new):
    """Return the module with one line of one function changed."""
    whole, function = inspect.getsource(tape), inspect.getsource(getattr(tape, name))
    assert function.count(old) == 1
    module = types.ModuleType("planted")
    exec(compile(whole.replace(function, function.replace(old, new)), "planted", "exec"), vars(module))
    return module


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_seen(name):
    old, new = FAULTS[name]
    settings = ([2, 3, 4, 5], 0, 6, 0.3, 1.0)
    compare_with_the_two_layer_network(planted(name, old, old), *settings)
    with pytest.raises((AssertionError, ValueError)):
        compare_with_the_two_layer_network(planted(name, old, new), *settings)

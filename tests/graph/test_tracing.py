import sys

import numpy as np
import pytest

from byhand.arrays import namespace
from byhand.graph import Tensor, gradient, routes, trace
from byhand.layers import batchnorm, linear


def batch(n=6, d=4, seed=0):
    rng = np.random.default_rng(seed)
    running = {"mean": np.zeros(d), "var": np.ones(d)}
    return {
        "x": rng.standard_normal((n, d)) * 2 + 1,
        "gamma": rng.uniform(0.5, 2, d),
        "beta": rng.standard_normal(d),
        "running": running,
        "train": True,
    }


def recurrence(x, w):
    xp = namespace(x)
    h = xp.zeros((x.shape[1],))
    for t in range(x.shape[0]):
        h = xp.tanh(h @ w + x[t])
    return h


def two_layers(x, params):
    h, _ = linear.affine_forward(x, params["w1"], params["b1"])
    a = namespace(h).maximum(h, 0.0)
    scores, _ = linear.affine_forward(a, params["w2"], params["b2"])
    return scores


def layers_arguments():
    rng = np.random.default_rng(1)
    shapes = {"w1": (4, 5), "b1": (5,), "w2": (5, 2), "b2": (2,)}
    params = {name: rng.standard_normal(shape) for name, shape in shapes.items()}
    return {"x": rng.standard_normal((3, 4)), "params": params}


def test_names_lines_and_labels_come_from_the_source():
    graph = trace(batchnorm.batchnorm_forward, batch())
    named = {node.name: node for node in graph.nodes if node.function == "batchnorm_forward" and node.name}
    assert list(named) == ["mu", "xc", "var", "std", "xhat", "out"]
    assert {"xc**2", "var + eps", "gamma * xhat"} <= {node.label for node in graph.nodes if not node.name}
    with open(batchnorm.__file__) as file:
        lines = file.readlines()
    for name, node in named.items():
        assert lines[node.line - 1].strip().startswith(f"{name} = ")
        assert node.file == batchnorm.__file__
    assert graph.inputs["running"].keys() == {"mean", "var"}


def test_values_are_those_of_the_plain_call_and_arguments_stay_as_they_were():
    arguments = batch()
    kept = {name: np.array(arguments[name]) for name in ("x", "gamma", "beta")}
    graph = trace(batchnorm.batchnorm_forward, arguments)
    out, _, running = batchnorm.batchnorm_forward(**arguments)
    np.testing.assert_array_equal(graph.returned[0].value, out)
    np.testing.assert_array_equal(graph.returned[2]["var"].value, running["var"])
    for name, array in kept.items():
        np.testing.assert_array_equal(arguments[name], array)


def test_float32_is_traced_in_float64():
    graph = trace(linear.affine_forward, {"x": np.ones((2, 3), "f4"), "w": np.ones((3, 4), "f4"), "b": np.ones(4, "f4")})
    assert all(node.value.dtype == np.float64 for node in graph.nodes)


def test_routes():
    graph = trace(batchnorm.batchnorm_forward, batch())
    assert [routes(graph, name) for name in ("x", "gamma", "beta", "running")] == [3, 1, 1, 0]
    assert routes(trace(batchnorm.batchnorm_forward, batch() | {"train": False}), "x") == 1
    assert routes(trace(lambda x: x * x, {"x": np.ones(3)}), "x") == 1


def test_a_called_function_is_traced_too_and_the_outer_name_counts():
    graph = trace(two_layers, layers_arguments())
    assert [n.name for n in graph.nodes if n.name not in ("x", "w1", "b1", "w2", "b2", "")] == [
        "rows",
        "h",
        "a",
        "rows",
        "scores",
    ]
    outer = [node for node in graph.nodes if node.name in ("h", "scores")]
    assert [node.function for node in outer] == ["affine_forward"] * 2
    assert [node.aliases for node in outer] == [["out", "h"], ["out", "scores"]]
    assert len({node.position for node in outer}) == 2, "two calls are two places"


def test_gradients_are_trees_where_inputs_are():
    arguments = layers_arguments()
    graph = trace(two_layers, arguments)
    dout = np.random.default_rng(2).standard_normal((3, 2))
    found = gradient(graph, dout)
    p = arguments["params"]
    h = arguments["x"] @ p["w1"] + p["b1"]
    np.testing.assert_allclose(found["params"]["w2"], np.maximum(h, 0).T @ dout)
    np.testing.assert_allclose(found["params"]["b1"], ((dout @ p["w2"].T) * (h > 0)).sum(0))
    alone = gradient(graph, dout, wrt=("params/w2",))
    np.testing.assert_array_equal(alone["params/w2"], found["params"]["w2"])


def test_a_loop_is_one_class_of_edges():
    arguments = {"x": np.random.default_rng(0).standard_normal((5, 3)), "w": np.eye(3) / 2}
    graph = trace(recurrence, arguments)
    assert [node.name for node in graph.nodes if node.op == "tanh"] == ["h"] * 5
    keys = {edge.key for edge in graph.edges if edge.target.op == "tanh"}
    assert len(keys) == 1
    assert routes(graph, "x") == 5


def test_a_name_given_twice_stays_with_its_first_array():
    def function(x):
        y = x * 2
        y = y + 1
        z = y
        y = y * z
        return y

    graph = trace(function, {"x": np.ones(2)})
    assert [(node.op, node.name) for node in graph.nodes[1:]] == [("multiply", "y"), ("add", "y"), ("multiply", "y")]
    assert graph.nodes[2].aliases == ["y", "z"]


def test_writing_into_an_array_made_inside():
    def function(x):
        xp = namespace(x)
        out = xp.zeros(x.shape)
        kept = out
        for i in range(3):
            out[i] = x[2 - i] * i
        out[0] += x[0]
        assert kept is out
        return out

    graph = trace(function, {"x": np.arange(6.0).reshape(3, 2)})
    np.testing.assert_array_equal(graph.returned.value, [[0, 1], [2, 3], [0, 2]])
    np.testing.assert_array_equal(gradient(graph, np.ones((3, 2)))["x"], [[3, 3], [1, 1], [0, 0]])
    assert {node.name for node in graph.nodes if node.op == "setitem"} == {"out"}


def test_arrays_and_tensors_mix_on_either_side():
    a = np.array([[1.0, 2.0, 3.0]])
    mask = np.array([True, False, True])

    def function(x):
        return a * x + x / a - a @ (a.T * x[0, 0]) + np.float64(2.0) * x + mask * x + (x > 0) * x + x**2 + -x + abs(x)

    x = np.array([[0.5, -1.5, 2.0]])
    graph = trace(function, {"x": x})
    np.testing.assert_allclose(graph.returned.value, function(x))
    assert isinstance(graph.returned, Tensor)


def test_only_the_chosen_arguments_are_differentiated():
    graph = trace(batchnorm.batchnorm_forward, batch(), wrt=("gamma",))
    assert gradient(graph, np.ones((6, 4))).keys() == {"gamma"}
    assert len(graph.edges) == 2
    graph = trace(lambda x, scale: x * scale, {"x": np.ones(3), "scale": 2.0}, wrt=("scale",))
    assert gradient(graph, np.ones(3))["scale"] == 3.0


def test_outputs_are_picked_by_place_and_may_be_trees():
    graph = trace(batchnorm.batchnorm_forward, batch())
    found = gradient(graph, {"mean": np.ones(4), "var": np.zeros(4)}, out=2)
    np.testing.assert_allclose(found["x"], np.full((6, 4), 0.1 / 6))
    np.testing.assert_allclose(found["running"]["mean"], np.full(4, 0.9))
    np.testing.assert_array_equal(found["gamma"], np.zeros(4))


def test_the_trace_function_that_was_there_is_put_back():
    seen = []

    def watcher(frame, event, arg):
        seen.append(frame.f_code.co_name)

    before = sys.gettrace()
    sys.settrace(watcher)
    try:
        trace(lambda x: x * 2, {"x": np.ones(2)})
        with pytest.raises(ZeroDivisionError):
            trace(lambda x: x * (1 // 0), {"x": np.ones(2)})
        assert sys.gettrace() is watcher
    finally:
        sys.settrace(before)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (
            lambda: trace(lambda x: x, {"x": np.ones(2)}, wrt=("y",)),
            ValueError,
            r"among the arguments \['x'\], got 'y'",
        ),
        (lambda: trace(lambda y: y, {"y": np.ones(2, int)}, wrt=("y",)), TypeError, "'y' holds no real numbers"),
        (lambda: trace(lambda x: bool(x > 0) or x, {"x": np.ones(2)}), ValueError, "truth value"),
        (lambda: trace(lambda x: float(x), {"x": np.ones(2)}), TypeError, r"got x of shape \(2,\)"),
        (lambda: trace(lambda x: 1 if x else 0, {"x": np.ones(2)}), TypeError, "reduce it first"),
        (lambda: trace(lambda x: np.exp(x), {"x": np.ones(2)}), TypeError, "ufunc"),
        (lambda: trace(lambda x: np.asarray(x), {"x": np.ones(2)}), TypeError, "would cut the graph"),
        (lambda: trace(lambda x: x.__setitem__(0, 1.0), {"x": np.ones(2)}), ValueError, "x is an argument, or a view"),
        (lambda: trace(lambda x: (x * 1)[0].__setitem__(0, 1.0), {"x": np.ones((2, 2))}), ValueError, "or a view"),
        (lambda: trace(lambda x: x[x], {"x": np.ones(2)}), TypeError, r"got real numbers \(x\)"),
        (lambda: gradient(trace(lambda x: x, {"x": np.ones(2)}), np.ones(3)), ValueError, r"\(2,\), got \(3,\)"),
        (lambda: gradient(trace(lambda x: x, {"x": np.ones(2)}), np.ones(2), out=1), ValueError, r"1 value\(s\)"),
        (lambda: gradient(trace(lambda x: x, {"x": np.ones(2)}), np.ones(2), wrt=("w",)), ValueError, "got 'w'"),
        (lambda: routes(trace(lambda x: x["a"], {"x": {"a": np.ones(2)}}), "x/b"), ValueError, "no part 'x/b'"),
        (lambda: gradient(trace(lambda x: 3.0, {"x": np.ones(2)}), 1.0), ValueError, "does not depend"),
    ],
)
def test_what_is_wrong_is_said(call, error, says):
    with pytest.raises(error, match=says):
        call()


def test_single_numbers_convert():
    def function(x):
        total = namespace(x).sum(x)
        assert float(total) == 6.0 and int(total) == 6 and total > 5 and total == 6 and len(x) == 3
        return total if total else x

    assert gradient(trace(function, {"x": np.arange(1.0, 4.0)}), 1.0)["x"].tolist() == [1, 1, 1]

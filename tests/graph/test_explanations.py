"""From the numbers of a wrong gradient alone: which way, or which variable, is wrong."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from byhand.arrays import namespace
from byhand.graph import gains, gradient, implied, trace
from byhand.graph.classes import classes
from byhand.graph.gradient import backward, seeds
from byhand.layers import batchnorm, groupnorm, layernorm, rmsnorm, spatial_batchnorm, spatial_groupnorm

N, D = 6, 4
EPS = 1e-5


@dataclass(frozen=True)
class Norm:
    """A normalisation, and how a learner lays its numbers out to take the statistics."""

    function: Callable
    shape: tuple[int, ...]
    axes: int | tuple[int, ...]
    """The axes of the layout that a mean runs over."""
    count: int
    """How many numbers are in a mean."""
    other: int
    """Another size, which could be taken for it."""
    options: dict[str, Any] = field(default_factory=dict)
    layout: tuple[int, ...] | None = None
    """The shape of x in which the statistics are taken; None: its own."""
    scale: tuple[int, ...] = (-1,)
    """The shape of gamma beside that."""
    start: str = "x"
    """What x is called once it is laid out."""
    centred: bool = True


def _running(d):
    return {"running": {"mean": np.zeros(d), "var": np.ones(d)}, "train": True}


NORMS = {
    "batchnorm": Norm(batchnorm.batchnorm_forward, (N, D), 0, N, D, _running(D)),
    "layernorm": Norm(layernorm.layernorm_forward, (N, D), 1, D, N),
    "rmsnorm": Norm(rmsnorm.rmsnorm_forward, (N, D), 1, D, N, centred=False),
    "groupnorm": Norm(groupnorm.groupnorm_forward, (N, 15), 2, 5, 3, {"groups": 3}, (N, 3, 5), (3, 5), "grouped"),
    "spatial_batchnorm": Norm(
        spatial_batchnorm.spatial_batchnorm_forward, (3, D, 5, 7), (0, 2, 3), 105, D, _running(D), None, (D, 1, 1), "rows"
    ),
    "spatial_groupnorm": Norm(
        spatial_groupnorm.spatial_groupnorm_forward, (N, D, 3, 5), (2, 3, 4), 30, D, {"groups": 2}, (N, 2, 2, 3, 5),
        (2, 2, 1, 1), "grouped",
    ),
}  # fmt: skip
every_norm = pytest.mark.parametrize("which", NORMS)


def forward(which, n=N, d=D, seed=0):
    norm = NORMS[which]
    shape = (n, d) if norm.shape == (N, D) else norm.shape
    rng = np.random.default_rng(seed)
    arguments: dict[str, Any] = {
        "x": rng.standard_normal(shape) * 2 + 1,
        "gamma": rng.uniform(0.5, 2, shape[1]),
        "beta": rng.standard_normal(shape[1]),
    }
    if not norm.centred:
        del arguments["beta"]
    dout = rng.standard_normal(shape)
    arguments |= _running(d) if which == "batchnorm" else norm.options
    return trace(norm.function, arguments), arguments, dout


def by_hand(which, arguments, dout, direct=1.0, var=1.0, mu=1.0, straight=1.0, whole=1.0, slope=lambda std: 1 / (2 * std)):
    """A learner's backward pass, written apart from ours, with a weight on each of the ways."""
    norm = NORMS[which]
    axis = norm.axes
    x, gamma = arguments["x"], arguments["gamma"].reshape(norm.scale)
    shape = x.shape
    if norm.layout is not None:
        x, dout = x.reshape(norm.layout), dout.reshape(norm.layout)
    xc = x - x.mean(axis, keepdims=True) if norm.centred else x
    n = x.size / xc.mean(axis).size
    std = np.sqrt((xc * xc).mean(axis, keepdims=True) + EPS)
    dxhat = whole * dout * gamma
    dstd = -np.sum(dxhat * xc / std**2, axis, keepdims=True)
    dvar = dstd * slope(std)
    dxc = direct * dxhat / std + var * (2 / n) * xc * dvar
    dmu = -np.sum(dxc, axis, keepdims=True)
    dx = straight * dxc + mu * np.broadcast_to(dmu / n, x.shape) if norm.centred else dxc
    return dx.reshape(shape)


PATHS = {
    "direct": ("xc", "xhat"),
    "var": ("xc", "var", "std", "xhat"),
    "mu": ("x", "mu", "xc"),
    "straight": ("x", "xc"),
    "whole": ("xhat", "out"),
}


def ways(which):
    """Return the ways of a normalisation with their names, those left out that the numbers cannot tell from others."""
    norm = NORMS[which]
    if not norm.centred:
        return {"direct": ("x", "xhat"), "var": ("x", "ms", "rms", "xhat"), "whole": ("xhat", "out")}
    if norm.start == "x":
        return PATHS
    named = {way: tuple(norm.start if name == "x" else name for name in path) for way, path in PATHS.items()}
    return {way: path for way, path in named.items() if way != "whole"}


def factors(which):
    n, other = NORMS[which].count, NORMS[which].other
    return [
        (0.0, "0"),
        (2.0, "2"),
        (-1.0, "-1"),
        (0.5, "1/2"),
        (n, "N"),
        (1 / n, "1/N"),
        (n / (n - 1), "N/(N-1)"),
        (other, "N"),
    ]


@every_norm
def test_the_hand_written_backward_is_right_when_nothing_is_wrong(which):
    graph, arguments, dout = forward(which)
    np.testing.assert_allclose(by_hand(which, arguments, dout), gradient(graph, dout)["x"], rtol=1e-12)
    assert gains(graph, dout, "x", by_hand(which, arguments, dout)) == []
    assert implied(graph, dout, "x", by_hand(which, arguments, dout)) is None


@pytest.mark.parametrize(("which", "way"), [(which, way) for which in NORMS for way in ways(which)])
def test_one_wrong_way_comes_back_as_exactly_that_way(which, way):
    graph, arguments, dout = forward(which)
    path = ways(which)[way]
    for factor, symbol in factors(which):
        found = gains(graph, dout, "x", by_hand(which, arguments, dout, **{way: factor}))
        assert [gain.path for gain in found] == [path], (factor, found)
        (gain,) = found
        assert (gain.factor, gain.symbol) == (pytest.approx(factor), symbol)
        assert gain.residual < 1e-10 and gain.partner is None and gain.alternatives == ()
        assert gain.kind == {"0": "missing-term", "-1": "wrong-sign"}.get(symbol, "wrong-scale")
        assert gain.line == next(n.line for n in graph.nodes if n.line and n.name in path[1:])


@pytest.mark.parametrize("which", ["groupnorm", "spatial_batchnorm", "spatial_groupnorm"])
def test_laying_out_and_scaling_are_in_series(which):
    graph, arguments, dout = forward(which)
    found = gains(graph, dout, "x", by_hand(which, arguments, dout, whole=2.0))
    scaled = ("xhat", "scaled", "out") if which == "spatial_batchnorm" else ("xhat", "out")
    assert {gain.path for gain in found} == {("x", NORMS[which].start), scaled}
    assert all(gain.symbol == "2" and len(gain.alternatives) == 1 for gain in found)


def test_the_size_is_named():
    graph, arguments, dout = forward("batchnorm")
    (gain,) = gains(graph, dout, "x", by_hand("batchnorm", arguments, dout, mu=N))
    assert gain.meaning == "times N = 6, the size of axis 0 of x: a sum where a mean belongs"


def test_a_factor_without_a_meaning_stays_a_number():
    graph, arguments, dout = forward("batchnorm")
    (gain,) = gains(graph, dout, "x", by_hand("batchnorm", arguments, dout, var=1.37))
    assert gain.factor == pytest.approx(1.37) and gain.symbol is None and gain.meaning is None


@every_norm
def test_a_mean_that_is_divided_by_another_size(which):
    graph, arguments, dout = forward(which)
    n, m = NORMS[which].count, NORMS[which].other
    averaged = {way: path for way, path in ways(which).items() if way in ("var", "mu")}
    for way, path in averaged.items():
        (gain,) = gains(graph, dout, "x", by_hand(which, arguments, dout, **{way: n / m}))
        assert (gain.path, gain.symbol, gain.kind) == (path, "N/M", "wrong-scale")
        assert gain.factor == pytest.approx(n / m) and gain.meaning is not None
        assert gain.meaning.startswith(f"divided by M = {m}, ") and f"where N = {n}, " in gain.meaning
    if len(averaged) == 2:
        first, *_ = gains(graph, dout, "x", by_hand(which, arguments, dout, **dict.fromkeys(averaged, n / m)))
        assert first.partner is not None
        assert {(g.path, g.symbol) for g in (first, first.partner)} == {(path, "N/M") for path in averaged.values()}


def test_pixels_are_counted_over_two_axes():
    graph, arguments, dout = forward("spatial_groupnorm")
    (gain,) = gains(graph, dout, "x", by_hand("spatial_groupnorm", arguments, dout, mu=30 / 15))
    assert gain.symbol == "2"
    (gain,) = gains(graph, dout, "x", by_hand("spatial_groupnorm", arguments, dout, mu=1 / 15))
    assert gain.meaning == "divided by N = 15, the sizes of axes 2 and 3 of x: a mean where a sum belongs"


@pytest.mark.parametrize("which", [which for which, norm in NORMS.items() if norm.centred])
def test_two_wrong_ways_come_back_as_a_pair_with_their_cross_term(which):
    graph, arguments, dout = forward(which)
    for first, second, a, b in [
        ("mu", "var", 0, 0),
        ("mu", "var", -1, 2),
        ("var", "direct", -1, 2),
        ("mu", "direct", 0, -1),
    ]:
        dx = by_hand(which, arguments, dout, **{first: a, second: b})
        found = [{(g.path, g.factor) for g in (gain, gain.partner) if g} for gain in gains(graph, dout, "x", dx)]
        assert found[0] == {(ways(which)[first], a), (ways(which)[second], b)}, found
        assert gains(graph, dout, "x", dx, pairs=False) == []


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("which", ["batchnorm", "layernorm", "rmsnorm"])
def test_every_cut_edge_comes_back_as_its_class(which, seed):
    graph, _, dout = forward(which, n=5, d=7, seed=seed)
    section = graph.section("x")
    for members in classes(section):
        for factor in (0.0, 2.0, -1.0):
            weighted = backward(section, seeds(graph, dout), dict.fromkeys(members.heads, factor))
            (gain,) = gains(graph, dout, "x", weighted.get(graph.inputs["x"], np.zeros((5, 7))))
            assert (gain.edges, gain.factor, gain.path) == (members.edges, factor, members.path)


@every_norm
def test_a_wrong_local_derivative_is_found_at_its_variable(which):
    graph, arguments, dout = forward(which)
    dx = by_hand(which, arguments, dout, slope=lambda std: 1 / (2 * std**2))
    assert gains(graph, dout, "x", dx) == []
    found = implied(graph, dout, "x", dx)
    assert found is not None
    var, std_name = ("var", "std") if NORMS[which].centred else ("ms", "rms")
    rank = arguments["x"].size // NORMS[which].count
    assert (found.name, found.rank, found.equivalent) == (var, rank, (std_name,))
    norm, x, gamma = NORMS[which], arguments["x"], arguments["gamma"].reshape(NORMS[which].scale)
    layout, axis = norm.layout or x.shape, norm.axes
    x, dxhat = x.reshape(layout), dout.reshape(layout) * gamma
    xc = x - x.mean(axis, keepdims=True) if norm.centred else x
    std = np.sqrt((xc**2).mean(axis, keepdims=True) + EPS)
    dstd = -np.sum(dxhat * xc / std**2, axis, keepdims=True)
    np.testing.assert_allclose(found.learner, (dstd / (2 * std**2)).reshape(found.true.shape), rtol=1e-9)
    np.testing.assert_allclose(found.true, (dstd / (2 * std)).reshape(found.true.shape), rtol=1e-9)
    assert found.line == next(n.line for n in graph.nodes if n.name == var and n.line)


def test_a_gradient_wrong_all_over_is_explained_by_nothing():
    graph, _, dout = forward("batchnorm")
    dx = np.random.default_rng(9).standard_normal((N, D))
    assert gains(graph, dout, "x", dx) == [] and implied(graph, dout, "x", dx) is None
    assert gains(graph, dout, "x", np.full((N, D), np.nan)) == []


@pytest.mark.parametrize(("offset", "scale"), [(1e4, 1.0), (0.0, 1e-6), (0.0, 1e6)])
def test_rounding_is_judged_by_the_gradients_involved(offset, scale):
    graph, arguments, dout = forward("batchnorm")
    arguments["x"] = arguments["x"] * scale + offset
    graph = trace(batchnorm.batchnorm_forward, arguments)
    (gain,) = gains(graph, dout, "x", by_hand("batchnorm", arguments, dout, var=0.0))
    assert gain.path == PATHS["var"] and gain.factor == 0
    assert gains(graph, dout, "x", by_hand("batchnorm", arguments, dout)) == []


def test_a_gradient_in_float32_is_judged_as_one():
    graph, arguments, dout = forward("batchnorm")
    right = by_hand("batchnorm", arguments, dout).astype(np.float32)
    assert gains(graph, dout, "x", right) == []
    (gain,) = gains(graph, dout, "x", by_hand("batchnorm", arguments, dout, mu=0.0).astype(np.float32))
    assert gain.path == PATHS["mu"] and gain.symbol == "0"


def test_ways_that_explain_equally_are_all_told():
    def function(x):
        y = x * 3.0
        z = y * y
        return z

    graph = trace(function, {"x": np.arange(1.0, 5.0)})
    dout = np.ones(4)
    found = gains(graph, dout, "x", gradient(graph, dout)["x"] / 2)
    assert [(g.path, g.symbol) for g in found] == [(("y", "z"), "0"), (("y", "z"), "0"), (("x", "y", "z"), "1/2")]
    assert all(len(gain.alternatives) == 2 and gain not in gain.alternatives for gain in found)


def recurrence(x, w):
    xp = namespace(x)
    h = xp.zeros((x.shape[1],))
    hs = []
    for t in range(x.shape[0]):
        a = h @ w + x[t]
        h = xp.tanh(a)
        hs.append(h)
    out = xp.stack(hs)
    return out


def through_time(x, w, hs, dout, carry=1.0, slope=1.0):
    """The backward pass of the recurrence, by hand."""
    dx, dh = np.zeros(x.shape), np.zeros(x.shape[1])
    for t in reversed(range(len(x))):
        da = slope * (dout[t] + carry * dh) * (1 - hs[t] ** 2)
        dx[t] = da
        dh = da @ w.T
    return dx


def test_a_loop_is_wrong_on_every_turn():
    rng = np.random.default_rng(4)
    x, w = rng.standard_normal((4, 3)), rng.standard_normal((3, 3)) / 2
    graph = trace(recurrence, {"x": x, "w": w})
    hs, dout = graph.returned.value, rng.standard_normal((4, 3))
    np.testing.assert_allclose(through_time(x, w, hs, dout), gradient(graph, dout)["x"], rtol=1e-12)
    for factor, symbol in [(0.0, "0"), (-1.0, "-1"), (2.0, "2"), (0.5, "1/2")]:
        best = gains(graph, dout, "x", through_time(x, w, hs, dout, carry=factor))[0]
        assert (best.symbol, best.path) == (symbol, ("h", "a")), (factor, best)
    best = gains(graph, dout, "x", through_time(x, w, hs, dout, slope=2.0))[0]
    assert (best.symbol, best.path) == ("2", ("a", "h"))


def test_an_input_may_be_a_tree():
    graph, _, _ = forward("batchnorm")
    dout = {"mean": np.arange(1.0, 5.0), "var": np.arange(2.0, 6.0)}
    found = gradient(graph, dout, out=2)
    learner = {"mean": np.zeros(4), "var": found["running"]["var"]}
    (gain,) = gains(graph, dout, "running", learner, out=2)
    assert gain.symbol == "0" and gain.path[0] == "mean"
    with pytest.raises(ValueError, match="expected the form"):
        gains(graph, dout, "running", np.zeros(4), out=2)


def test_a_wrong_shape_is_said():
    graph, _, dout = forward("batchnorm")
    with pytest.raises(ValueError, match=r"expected the shape of x, \(6, 4\), got \(4, 6\)"):
        gains(graph, dout, "x", np.ones((D, N)))

"""Every layer function with a maker of its inputs, for all the suites that run over all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from byhand.layers import (
    activations,
    adjoints,
    batchnorm,
    circuit,
    dropout,
    groupnorm,
    initializers,
    layernorm,
    linear,
    linear_losses,
    losses,
    regularization,
    rmsnorm,
    softmax_steps,
    spatial_batchnorm,
    spatial_groupnorm,
    standardize,
)
from byhand.optim import adagrad, adam, adamw, clipping, momentum, nesterov, rmsprop, sgd


@dataclass(frozen=True)
class Entry:
    """A forward with its backwards (or a loss, or a plain function without any)."""

    name: str
    forward: Callable
    inputs: Callable[..., dict]
    """inputs(rng, a, b, c) -> arguments, from three sizes."""
    wrt: tuple[str, ...]
    """The arguments that have a gradient, in the order in which the backward returns it."""
    backwards: tuple[Callable, ...] = ()


def _between(low, high):
    """Return an option that is another number in every draw."""
    return lambda rng: float(rng.uniform(low, high))


def _whole(low, high):
    """Return an option that is another whole number in every draw, from low to high."""
    return lambda rng: int(rng.integers(low, high + 1))


def _eps(rng):
    return float(10.0 ** rng.uniform(-6, -1))


def _drawn(rng, options):
    return {name: option(rng) if callable(option) else option for name, option in options.items()}


def _batchnorm(train, **options):
    def inputs(rng, a, b, c):
        return {
            "x": rng.normal(3.0, 2.0, (a + 1, b)),
            "gamma": rng.uniform(0.5, 2.0, b),
            "beta": rng.normal(size=b),
            "running": {"mean": rng.normal(size=b), "var": rng.uniform(0.5, 2.0, b)},
            "train": train,
            **_drawn(rng, options),
        }

    return inputs


def _one(*axes, **options):
    """Return a maker of one array x whose axes are named by letters."""

    def inputs(rng, a, b, c):
        sizes = {"a": a, "b": b, "c": c}
        return {"x": rng.normal(size=[sizes[axis] for axis in axes]), **_drawn(rng, options)}

    return inputs


def _dropout(train):
    return lambda rng, a, b, c: {
        "x": rng.normal(size=(a, b, c)),
        "noise": rng.random((a, b, c)),
        "keep": float(rng.uniform(0.2, 1.0)),
        "train": train,
    }


def _scores(rng, a, b, c):
    return {"scores": rng.normal(size=(a, b + 1)) * 2, "y": rng.integers(0, b + 1, a)}


def _classifier(rng, a, b, c):
    W, X = rng.normal(size=(b, c + 1)), rng.normal(size=(a, b))
    return {"W": W, "X": X, "y": rng.integers(0, c + 1, a), "reg": float(rng.uniform(0, 2))}


def _shifted(rng, a, b, c):
    scores = rng.normal(size=(a, b)) * 2
    return {"shifted": scores - scores.max(axis=1, keepdims=True), "y": rng.integers(0, b, a)}


def _layernorm(shape, **options):
    return lambda rng, a, b, c: {
        "x": rng.normal(size=(*shape(a, c), b + 1)),
        "gamma": rng.uniform(0.5, 2.0, b + 1),
        "beta": rng.normal(size=b + 1),
        **_drawn(rng, options),
    }


def _rmsnorm(shape, **options):
    return lambda rng, a, b, c: {
        "x": rng.normal(1.0, 2.0, (*shape(a, c), b + 1)),
        "gamma": rng.uniform(0.5, 2.0, b + 1),
        **_drawn(rng, options),
    }


def _groupnorm(shape, **options):
    """Return a maker of x with its channels in one to four groups of b + 1."""

    def inputs(rng, a, b, c):
        groups = int(rng.integers(1, 5))
        channels = groups * (b + 1)
        return {
            "x": rng.normal(1.0, 2.0, (a, channels, *shape(c))),
            "gamma": rng.uniform(0.5, 2.0, channels),
            "beta": rng.normal(size=channels),
            "groups": groups,
            **_drawn(rng, options),
        }

    return inputs


def _spatial_batchnorm(train, **options):
    def inputs(rng, a, b, c):
        return {**_batchnorm(train, **options)(rng, a, b, c), "x": rng.normal(3.0, 2.0, (a, b, c, 2))}

    return inputs


LAYERS = (
    Entry(
        "affine",
        linear.affine_forward,
        lambda rng, a, b, c: {
            "x": rng.normal(size=(a, b, 2)),
            "w": rng.normal(size=(b * 2, c)),
            "b": rng.normal(size=c),
        },
        ("x", "w", "b"),
        (linear.affine_backward,),
    ),
    Entry("relu", activations.relu_forward, _one("a", "b", "c"), ("x",), (activations.relu_backward,)),
    Entry(
        "leaky_relu",
        activations.leaky_relu_forward,
        _one("a", "b", "c", slope=_between(0.001, 0.9)),
        ("x",),
        (activations.leaky_relu_backward,),
    ),
    Entry("sigmoid", activations.sigmoid_forward, _one("a", "b", "c"), ("x",), (activations.sigmoid_backward,)),
    Entry("tanh", activations.tanh_forward, _one("a", "b", "c"), ("x",), (activations.tanh_backward,)),
    Entry(
        "scalar_circuit",
        circuit.scalar_circuit_forward,
        lambda rng, a, b, c: {name: rng.normal(size=(a, b, c)) for name in "xyz"},
        ("x", "y", "z"),
        (circuit.scalar_circuit_backward,),
    ),
    Entry("sum", adjoints.sum_forward, _one("a", "b", "c", axis=_whole(0, 2)), ("x",), (adjoints.sum_backward,)),
    Entry("sum-last", adjoints.sum_forward, _one("a", "b", axis=-1), ("x",), (adjoints.sum_backward,)),
    Entry("mean", adjoints.mean_forward, _one("a", "b", "c", axis=_whole(-3, 2)), ("x",), (adjoints.mean_backward,)),
    Entry(
        "broadcast",
        adjoints.broadcast_forward,
        lambda rng, a, b, c: {"x": rng.normal(size=(1, b)), "shape": (c, a, b)},
        ("x",),
        (adjoints.broadcast_backward,),
    ),
    Entry("fan_out", adjoints.fan_out_forward, _one("a", "b", copies=_whole(1, 4)), ("x",), (adjoints.fan_out_backward,)),
    Entry("center", standardize.center_forward, _one("a", "b"), ("x",), (standardize.center_backward,)),
    Entry("variance", standardize.variance_forward, _one("a", "b"), ("x",), (standardize.variance_backward,)),
    Entry(
        "standardize",
        standardize.standardize_forward,
        _one("a", "b", eps=_eps),
        ("x",),
        (standardize.standardize_backward,),
    ),
    Entry(
        "batchnorm",
        batchnorm.batchnorm_forward,
        _batchnorm(True, momentum=_between(0, 1), eps=_eps),
        ("x", "gamma", "beta"),
        (batchnorm.batchnorm_backward, batchnorm.batchnorm_backward_alt),
    ),
    Entry(
        "batchnorm-test",
        batchnorm.batchnorm_forward,
        _batchnorm(False),
        ("x", "gamma", "beta"),
        (batchnorm.batchnorm_backward, batchnorm.batchnorm_backward_alt),
    ),
    Entry(
        "layernorm",
        layernorm.layernorm_forward,
        _layernorm(lambda a, c: (a,)),
        ("x", "gamma", "beta"),
        (layernorm.layernorm_backward,),
    ),
    Entry(
        "layernorm-3d",
        layernorm.layernorm_forward,
        _layernorm(lambda a, c: (a, c), eps=_eps),
        ("x", "gamma", "beta"),
        (layernorm.layernorm_backward,),
    ),
    Entry("rmsnorm", rmsnorm.rmsnorm_forward, _rmsnorm(lambda a, c: (a,)), ("x", "gamma"), (rmsnorm.rmsnorm_backward,)),
    Entry(
        "rmsnorm-3d",
        rmsnorm.rmsnorm_forward,
        _rmsnorm(lambda a, c: (a, c), eps=_eps),
        ("x", "gamma"),
        (rmsnorm.rmsnorm_backward,),
    ),
    Entry(
        "groupnorm",
        groupnorm.groupnorm_forward,
        _groupnorm(lambda c: ()),
        ("x", "gamma", "beta"),
        (groupnorm.groupnorm_backward,),
    ),
    Entry(
        "spatial_batchnorm",
        spatial_batchnorm.spatial_batchnorm_forward,
        _spatial_batchnorm(True, momentum=_between(0, 1), eps=_eps),
        ("x", "gamma", "beta"),
        (spatial_batchnorm.spatial_batchnorm_backward,),
    ),
    Entry(
        "spatial_batchnorm-test",
        spatial_batchnorm.spatial_batchnorm_forward,
        _spatial_batchnorm(False),
        ("x", "gamma", "beta"),
        (spatial_batchnorm.spatial_batchnorm_backward,),
    ),
    Entry(
        "spatial_groupnorm",
        spatial_groupnorm.spatial_groupnorm_forward,
        _groupnorm(lambda c: (c, 2), eps=_eps),
        ("x", "gamma", "beta"),
        (spatial_groupnorm.spatial_groupnorm_backward,),
    ),
    Entry("dropout", dropout.dropout_forward, _dropout(True), ("x",), (dropout.dropout_backward,)),
    Entry("dropout-test", dropout.dropout_forward, _dropout(False), ("x",), (dropout.dropout_backward,)),
)

LOSSES = (
    Entry("svm_loss", losses.svm_loss, _scores, ("scores",)),
    Entry("softmax_loss", losses.softmax_loss, _scores, ("scores",)),
    Entry("linear_svm_loss", linear_losses.linear_svm_loss, _classifier, ("W",)),
    Entry("linear_softmax_loss", linear_losses.linear_softmax_loss, _classifier, ("W",)),
)


def _weights(state):
    def inputs(rng, a, b, c):
        w = rng.normal(size=(a, b))
        return {"w": w, "dw": rng.normal(size=(a, b)), "state": state(rng, w), "lr": 0.125}

    return inputs


def _moments(rng, w):
    return {"m": rng.normal(size=w.shape), "v": rng.uniform(0.1, 1, w.shape), "t": 3}


def _named(rng, a, b, c):
    """Return arrays under the names of a network's parameters."""
    return {"w1": rng.normal(size=(a, b)), "b1": rng.normal(size=b), "w2": rng.normal(size=(b, c)), "b2": rng.normal(size=c)}


PLAIN = (
    Entry("shift_scores", softmax_steps.shift_scores, lambda rng, a, b, c: {"scores": rng.normal(size=(a, b))}, ()),
    Entry("cross_entropy", softmax_steps.cross_entropy, _shifted, ()),
    Entry("scores_gradient", softmax_steps.scores_gradient, _shifted, ()),
    Entry("xavier_init", initializers.xavier_init, lambda rng, a, b, c: {"noise": rng.normal(size=(a, b))}, ()),
    Entry("he_init", initializers.he_init, lambda rng, a, b, c: {"noise": rng.normal(size=(a, b))}, ()),
    Entry("sgd", sgd.sgd, _weights(lambda rng, w: {}), ()),
    Entry("sgd_momentum", momentum.sgd_momentum, _weights(lambda rng, w: {"v": rng.normal(size=w.shape)}), ()),
    Entry("nesterov", nesterov.nesterov, _weights(lambda rng, w: {"v": rng.normal(size=w.shape)}), ()),
    Entry("adagrad", adagrad.adagrad, _weights(lambda rng, w: {"s": rng.uniform(0.1, 1, w.shape)}), ()),
    Entry("rmsprop", rmsprop.rmsprop, _weights(lambda rng, w: {"s": rng.uniform(0.1, 1, w.shape)}), ()),
    Entry("adam", adam.adam, _weights(_moments), ()),
    Entry("adamw", adamw.adamw, _weights(_moments), ()),
    Entry(
        "clip_gradient_norm", clipping.clip_gradient_norm, lambda rng, a, b, c: {"grads": _named(rng, a, b, c), "most": 1.5}, ()
    ),
    Entry(
        "clip_gradient_norm-short",
        clipping.clip_gradient_norm,
        lambda rng, a, b, c: {"grads": _named(rng, a, b, c), "most": 1e3},
        (),
    ),
    Entry(
        "l2_regularization",
        regularization.l2_regularization,
        lambda rng, a, b, c: {
            "params": _named(rng, a, b, c),
            "grads": _named(rng, a, b, c),
            "loss": np.asarray(rng.normal()),
            "reg": 0.25,
        },
        (),
    ),
)


def convert(tree, function) -> Any:
    """Return the tree with every array replaced; whatever is no array stays."""
    if isinstance(tree, dict):
        return {key: convert(value, function) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return type(tree)(convert(value, function) for value in tree)
    return function(tree) if hasattr(tree, "dtype") else tree


def arrays(tree) -> list:
    """Return the arrays of a tree, in order."""
    found = []
    convert(tree, found.append)
    return found


def as_float32(array):
    """Return a floating array in single precision, any other as it is."""
    return array.astype(np.float32) if array.dtype == np.float64 else array


def call(entry: Entry, arguments: dict, dout=None) -> list:
    """Run the forward and every backward and return all that comes out, caches left out."""
    results = entry.forward(**arguments)
    if not entry.backwards:
        return list(results) if isinstance(results, tuple) else [results]
    out, cache, *rest = results
    returned = [out, *rest]
    for backward in entry.backwards:
        gradients = backward(dout, cache)
        returned += gradients if isinstance(gradients, tuple) else [gradients]
    return returned


def upstream(entry: Entry, arguments: dict, rng):
    """Draw an upstream gradient of the form of what the forward returns, or None for a loss."""
    if not entry.backwards:
        return None
    return convert(entry.forward(**arguments)[0], lambda out: rng.normal(size=out.shape).astype(out.dtype))

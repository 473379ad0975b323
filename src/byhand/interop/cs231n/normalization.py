"""Batch norm with its bn_param, in which the running statistics are left; layer norm; both on pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from byhand.spec import Answer, Arguments, Call, Definition, Entry, Spelling

from .plain import as_they_come

_ROBUST = frozenset({"a batch of one", "a constant batch", "constant examples", "one picture of a single pixel"})


def _bn_param(a: Arguments) -> dict:
    running = {f"running_{name}": value for name, value in a["running"].items()}
    options = {name: a[name] for name in ("eps", "momentum") if name in a}
    return {"mode": "train" if a["train"] else "test", **options, **running}


def _batch(a: Arguments, d: Definition) -> list[Call]:
    return [Call([a["x"], a["gamma"], a["beta"], _bn_param(a)])]


def _with_running(a: Arguments, answers: Sequence[Answer]):
    out, cache = answers[0].value
    left = answers[0].args[3]
    return out, cache, {"mean": left["running_mean"], "var": left["running_var"]}


def _layer(a: Arguments, d: Definition) -> list[Call] | None:
    if np.ndim(a["x"]) != 2:
        return None
    return [Call([a["x"], a["gamma"], a["beta"], {name: a[name] for name in ("eps",) if name in a}])]


def _grouped(a: Arguments, d: Definition) -> list[Call]:
    options = {name: a[name] for name in ("eps",) if name in a}
    gamma, beta = (a[name].reshape(1, -1, 1, 1) for name in ("gamma", "beta"))
    return [Call([a["x"], gamma, beta, a["groups"], options])]


def _backward(a: Arguments, d: Definition) -> list[Call] | None:
    """In testing there is no backward, and sequences are not asked for."""
    if not a.get("train", True) or (np.ndim(a["x"]) not in (2, 4)):
        return None
    return [Call([a["dout"], a["cache"]])]


def _of_channels(a: Arguments, answers: Sequence[Answer]):
    """Take dgamma and dbeta as (C,): they may be (1, C, 1, 1), as gamma and beta are."""
    dx, dgamma, dbeta = answers[0].value
    shapes = ((1, a["gamma"].size, 1, 1), (a["gamma"].size,))
    return dx, *(v.reshape(-1) if np.shape(v) in shapes else v for v in (dgamma, dbeta))


def _entry(name: str, calls, results, **options) -> Entry:
    return Entry(name, name, (Spelling(calls, results),), robust=_ROBUST, **options)


_RUNNING: dict[str, Any] = {
    "places": {"running": "bn_param"},
    "names": {"running": "bn_param"},
    "keys": {"mean": "running_mean", "var": "running_var"},
}

ENTRIES = (
    _entry("batchnorm_forward", _batch, _with_running, keeps=True, **_RUNNING),
    _entry("batchnorm_backward", _backward, as_they_come),
    _entry("batchnorm_backward_alt", _backward, as_they_come),
    _entry("layernorm_forward", _layer, as_they_come, keeps=True),
    _entry("layernorm_backward", _backward, as_they_come),
    _entry("spatial_batchnorm_forward", _batch, _with_running, keeps=True, **_RUNNING),
    _entry("spatial_batchnorm_backward", _backward, as_they_come),
    _entry("spatial_groupnorm_forward", _grouped, as_they_come, keeps=True),
    _entry("spatial_groupnorm_backward", _backward, _of_channels),
)

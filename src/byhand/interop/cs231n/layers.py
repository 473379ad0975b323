"""The layers that have nothing to normalise, and dropout, whose mask they draw."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from byhand.spec import Answer, Arguments, Call, Definition, Entry, Spelling

from .plain import plain

ENOUGH = 6000
"""Numbers that dropout is shown, so that the share it keeps can be told."""


def _kept(a: Arguments) -> dict:
    return {"mode": "train" if a["train"] else "test", "p": a["keep"], "seed": 231}


def _dropped(a: Arguments) -> dict:
    return {**_kept(a), "p": 1 - a["keep"]}


def says_drop(d: Definition) -> bool:
    """Return whether a definition says that p is the probability of dropping, as in 2017."""
    return "drop each neuron" in " ".join(d.docstring.split())


def _many(x: np.ndarray) -> np.ndarray:
    """Return an array again and again, below itself, until it has enough numbers."""
    return np.concatenate([x] * (ENOUGH // x.size + 1))


def _forward(parameters):
    def calls(a: Arguments, d: Definition) -> list[Call]:
        return [Call([_many(a["x"]), parameters(a)])]

    return calls


def _factors(out, x) -> np.ndarray:
    """Return by what each number was multiplied."""
    with np.errstate(all="ignore"):
        return np.where(x != 0, np.asarray(out) / x, 0.0)


def _on_our_noise(a: Arguments, value: np.ndarray, kept: float, share: float, expected_kept: float) -> np.ndarray:
    """Return what a dropout that keeps such a share, and multiplies by such a number, makes of our noise."""
    keep = a["keep"]
    allowed = 6 * np.sqrt(max(keep * (1 - keep), 1e-12) / ENOUGH)
    q = keep if abs(share - keep) <= allowed else share
    factor = 1 / keep if abs(kept - expected_kept) <= 1e-9 * expected_kept else kept
    return value * (a["noise"] < q) * factor


def _dropout(a: Arguments, answers: Sequence[Answer]):
    out, cache = answers[0].value
    x = a["x"]
    if not a["train"] or np.shape(out) != np.shape(_many(x)):
        return out[: len(x)], cache
    factors = _factors(out, _many(x))
    kept = factors[factors != 0]
    if kept.size == 0 or np.ptp(kept) > 1e-6 * abs(kept[0]):
        return out[: len(x)], cache
    ours = _on_our_noise(a, x, float(np.median(kept)), float(np.mean(factors != 0)), 1 / a["keep"])
    return ours.astype(np.asarray(out).dtype), cache


def _backward_calls(a: Arguments, d: Definition) -> list[Call]:
    if a["forward"] is None:
        return [Call([a["dout"], a["cache"]])]
    return [Call([_many(a["dout"]), a["cache"]])]


def _backward(a: Arguments, answers: Sequence[Answer]):
    dx, dout = answers[0].value, a["dout"]
    if a["forward"] is None or not a["train"]:
        return dx[: len(dout)]
    forward = _factors(a["forward"].value[0], _many(a["x"]))
    if np.shape(dx) != np.shape(_many(dout)) or not np.any(forward):
        return dx[: len(dout)]
    factors = _factors(dx, _many(dout))
    kept = float(np.median(forward[forward != 0]))
    with np.errstate(all="ignore"):
        right = np.allclose(factors, forward, rtol=1e-6, atol=1e-9 * abs(kept))
    mask = a["noise"] < a["keep"]
    if right:
        return (dout * mask / a["keep"]).astype(dx.dtype)
    there, gone = factors[forward != 0], factors[forward == 0]
    low = float(np.median(gone)) if gone.size else 0.0
    return dout * np.where(mask, float(np.median(there)), low)


_SCORES = {"scores": "x", "dscores": "dx"}

ENTRIES = (
    plain("affine_forward", "affine_forward", "x", "w", "b", keeps=True, cache=lambda a: (a["x"], a["w"], a["b"])),
    plain("affine_backward", "affine_backward", "dout", "cache"),
    plain("relu_forward", "relu_forward", "x", keeps=True, cache=lambda a: a["x"]),
    plain("relu_backward", "relu_backward", "dout", "cache"),
    plain("svm_loss", "svm_loss", "scores", "y", robust=frozenset({"one class"}), sizes={"c": 10}, names=_SCORES),
    plain("softmax_loss", "softmax_loss", "scores", "y", robust=frozenset({"one class"}), sizes={"c": 10}, names=_SCORES),
    Entry(
        "dropout_forward",
        "dropout_forward",
        (
            Spelling(_forward(_kept), _dropout, when=lambda d: not says_drop(d)),
            Spelling(_forward(_dropped), _dropout, says="p is the probability of dropping, as in 2017.", when=says_drop),
        ),
        keeps=True,
        draws=True,
        cache=lambda a: (_kept(a), (a["noise"] < a["keep"]) / a["keep"] if a["train"] else None),
    ),
    Entry("dropout_backward", "dropout_backward", (Spelling(_backward_calls, _backward),)),
)

"""The networks: their parts are CS231n's layers, dropout's noise is ours, and their parameters have capital letters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from byhand.layers import losses
from byhand.models import fully_connected_net
from byhand.spec import Answer, Arguments, Call, Definition, Entry, Made, Spelling


def _theirs(params: dict) -> dict:
    return {_capital(name): value for name, value in params.items()}


def _capital(name: str) -> str:
    return name.replace("w", "W", 1) if name.startswith("w") else name


def _ours(grads: dict) -> dict:
    return {name.replace("W", "w", 1) if name.startswith("W") else name: value for name, value in grads.items()}


def _loss_and_grads(a: Arguments, answers: Sequence[Answer]):
    loss, grads = answers[0].value
    return loss, _ours(grads)


# ---- the parts, as CS231n calls them --------------------------------------------------------------------------------


Ours = Mapping[str, Callable]
"""The functions that stand in for the parts, by name."""


def _batchnorm_forward(ours: Ours, x, gamma, beta, bn_param):
    d, train = x.shape[1], bn_param["mode"] == "train"
    running = {
        name: bn_param.get(f"running_{name}", np.zeros(d)) if bn_param.get(f"running_{name}") is not None else np.zeros(d)
        for name in ("mean", "var")
    }
    options = {name: bn_param[name] for name in ("eps", "momentum") if name in bn_param}
    out, cache, running = ours["batchnorm_forward"](x, gamma, beta, running, train=train, **options)
    bn_param["running_mean"], bn_param["running_var"] = running["mean"], running["var"]
    return out, cache


def _layernorm_forward(ours: Ours, x, gamma, beta, ln_param):
    return ours["layernorm_forward"](x, gamma, beta, **({"eps": ln_param["eps"]} if "eps" in ln_param else {}))


def _affine_relu_forward(ours: Ours, x, w, b):
    hidden, affine_cache = ours["affine_forward"](x, w, b)
    out, relu_cache = ours["relu_forward"](hidden)
    return out, (affine_cache, relu_cache)


def _affine_relu_backward(ours: Ours, dout, cache):
    affine_cache, relu_cache = cache
    return ours["affine_backward"](ours["relu_backward"](dout, relu_cache), affine_cache)


_PLAIN: dict[str, Callable] = {
    "affine_forward": lambda ours, x, w, b: ours["affine_forward"](x, w, b),
    "affine_backward": lambda ours, dout, cache: ours["affine_backward"](dout, cache),
    "relu_forward": lambda ours, x: ours["relu_forward"](x),
    "relu_backward": lambda ours, dout, cache: ours["relu_backward"](dout, cache),
    "softmax_loss": lambda ours, x, y: ours["softmax_loss"](x, y),
    "affine_relu_forward": _affine_relu_forward,
    "affine_relu_backward": _affine_relu_backward,
}


def _parts(a: Arguments, dropped: list[int]) -> dict[str, Callable]:
    """Return the parts of the deep network; dropout takes the next layer's noise at each call, and is counted."""
    noise = iter(a["noise"] or ())

    def dropout_forward(ours: Ours, x, dropout_param):
        dropped.append(1)
        train = dropout_param["mode"] == "train"
        return ours["dropout_forward"](x, next(noise) if train else None, keep=a["keep"], train=train)

    return _PLAIN | {
        "batchnorm_forward": _batchnorm_forward,
        "batchnorm_backward": lambda ours, dout, cache: ours["batchnorm_backward"](dout, cache),
        "batchnorm_backward_alt": lambda ours, dout, cache: ours["batchnorm_backward"](dout, cache),
        "layernorm_forward": _layernorm_forward,
        "layernorm_backward": lambda ours, dout, cache: ours["layernorm_backward"](dout, cache),
        "dropout_forward": dropout_forward,
        "dropout_backward": lambda ours, dout, cache: ours["dropout_backward"](dout, cache),
    }


# ---- two layers -----------------------------------------------------------------------------------------------------


def _two_layer(reg_in_the_call: bool, times: float = 1.0):
    def calls(a: Arguments, d: Definition) -> list[Call] | None:
        params = _theirs(a["params"])
        (inputs, hidden), classes = params["W1"].shape, params["W2"].shape[1]
        if reg_in_the_call and np.ndim(a["x"]) != 2:
            return None
        attributes = {"params": params} if reg_in_the_call else {"params": params, "reg": a["reg"]}
        made = Made([inputs, hidden, classes], attributes=attributes)
        reg = {"reg": times * a["reg"]} if reg_in_the_call else {}
        return [Call([a["x"], a["y"]], reg, made, parts=_PLAIN)]

    return calls


def _old(d: Definition) -> bool:
    """Return whether it is the network of neural_net.py, to which reg is passed with each call."""
    return "reg" in d.parameters


_HALF = "It regularises by half of reg times the sum of squares, as older years did; neural_net.py asks for the whole."

# ---- any depth ------------------------------------------------------------------------------------------------------


def _deep(a: Arguments, d: Definition) -> list[Call] | None:
    known = d.constructor
    normalization, keep, depth = a["normalization"], a["keep"], sum(name.startswith("w") for name in a["params"])
    old = "use_batchnorm" in known
    if old and normalization == "layernorm":
        return None
    params = _theirs(a["params"])
    hidden = [params[f"W{i}"].shape[1] for i in range(1, depth)]
    rate = "dropout_keep_ratio" if "dropout_keep_ratio" in known else "dropout"
    kwargs = {
        "input_dim": params["W1"].shape[0],
        "num_classes": params[f"W{depth}"].shape[1],
        "reg": a["reg"],
        "dtype": "float64",
        rate: 1 - keep if old else keep,
        **({"use_batchnorm": normalization == "batchnorm"} if old else {"normalization": normalization}),
    }
    running = [a["state"].get(f"running{i}", {}) for i in range(1, depth)]
    bn_params = [{"mode": "train", **{f"running_{name}": value for name, value in r.items()}} for r in running]
    attributes = {
        "params": params,
        "reg": a["reg"],
        "num_layers": depth,
        "dtype": "float64",
        "normalization": normalization,
        "use_dropout": keep < 1,
        "bn_params": bn_params if normalization == "batchnorm" else [{} for _ in hidden] if normalization else [],
        "dropout_param": {"mode": "train", "p": 1 - keep if old else keep} if keep < 1 else {},
        **({"use_batchnorm": normalization == "batchnorm"} if old else {}),
    }
    made = Made([hidden], {k: v for k, v in kwargs.items() if k in known}, attributes, read=["bn_params"])
    given = [a["x"], a["y"]] if a["train"] else [a["x"]]
    always = frozenset({"dropout_forward", "dropout_backward"})
    dropped: list[int] = []
    calls = [Call(given, on=made, parts=_parts(a, dropped), always=always)]
    if a["train"] and keep < 1:  # twice more, a little to either side: should it drop by itself, only that can be checked
        for step in (STEP, -STEP):
            moved = {name: value + step * along for (name, value), along in zip(params.items(), _direction(a), strict=True)}
            aside = replace(made, attributes={**made.attributes, "params": moved}, read=())
            calls.append(Call(given, on=aside, parts=_parts(a, []), always=always, needed=lambda: not dropped))
    return calls


STEP = 1e-6
"""How far the parameters are moved to either side."""


def _direction(a: Arguments) -> list[np.ndarray]:
    """Return some direction in which to move the parameters."""
    rng = np.random.default_rng(0)
    return [rng.standard_normal(np.shape(value)) for value in a["params"].values()]


def _fits_itself(a: Arguments, answers: Sequence[Answer]) -> bool:
    """Return whether the gradients are the slope of the loss, in one direction; the same numbers are drawn in every call."""
    (loss, grads), (above, _), (below, _) = (answer.value for answer in answers)
    shapes = {name: np.shape(value) for name, value in _theirs(a["params"]).items()}
    if shapes != {name: np.shape(value) for name, value in grads.items()} or not np.isfinite(loss):
        return False
    told = sum(float(np.sum(grads[_capital(name)] * along)) for name, along in zip(a["params"], _direction(a), strict=True))
    return bool(abs((above - below) / (2 * STEP) - told) <= 1e-4 * max(abs(told), 1.0))


def _deep_results(a: Arguments, answers: Sequence[Answer]):
    state = dict(a["state"])
    for i, left in enumerate(answers[0].attributes["bn_params"] or [], 1):
        if f"running{i}" in state:
            state[f"running{i}"] = {"mean": left["running_mean"], "var": left["running_var"]}
    if a["train"]:
        loss, grads = answers[0].value
        if len(answers) > 1 and _fits_itself(a, answers):
            return fully_connected_net.fully_connected_net_loss(**a)  # it drops by itself, by other noise than ours
        return loss, _ours(grads), state
    # in testing it returns the scores; from them follows the loss, and its gradients are not asked for
    _, grads, _ = fully_connected_net.fully_connected_net_loss(**a)
    loss, _ = losses.softmax_loss(np.asarray(answers[0].value), a["y"])
    squares = sum(float(np.sum(value**2)) for name, value in a["params"].items() if name.startswith("w"))
    return loss + 0.5 * a["reg"] * squares, grads, state


_NAMES = {"x": "X", "params": "self.params", "reg": "self.reg"}
_KEYS = {r"w(\d+)": r"W\1"}

ENTRIES = (
    Entry(
        "TwoLayerNet.loss",
        "two_layer_net_loss",
        (
            Spelling(_two_layer(False), _loss_and_grads, when=lambda d: not _old(d)),
            Spelling(_two_layer(True, 0.5), _loss_and_grads, when=_old, differs_in="reg"),
            Spelling(_two_layer(True), _loss_and_grads, says=_HALF, when=_old, differs_in="reg"),
        ),
        names=_NAMES,
        keys=_KEYS,
    ),
    Entry(
        "FullyConnectedNet.loss",
        "fully_connected_net_loss",
        (Spelling(_deep, _deep_results),),
        draws=True,
        places={"state": "self['bn_params']"},
        names=_NAMES | {"state": "self.bn_params"},
        keys=_KEYS,
    ),
)

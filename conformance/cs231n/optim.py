"""`cs231n/optim.py`: rules that keep their settings and moments in config."""

import numpy as np

from byhand.optim import adam as adam_module
from byhand.optim import momentum
from byhand.optim import rmsprop as rmsprop_module
from byhand.optim import sgd as sgd_module


def sgd(w, dw, config=None):
    """Return next_w, config."""
    config = {"learning_rate": 1e-2} | (config or {})
    return sgd_module.sgd(w, dw, {}, lr=config["learning_rate"])[0], config


def sgd_momentum(w, dw, config=None):
    """Return next_w, config with the new velocity."""
    config = {"learning_rate": 1e-2, "momentum": 0.9, "velocity": np.zeros_like(w)} | (config or {})
    state = {"v": config["velocity"]}
    w, state = momentum.sgd_momentum(w, dw, state, lr=config["learning_rate"], momentum=config["momentum"])
    return w, config | {"velocity": state["v"]}


def rmsprop(w, dw, config=None):
    """Return next_w, config with the new mean square."""
    config = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, "cache": np.zeros_like(w)} | (config or {})
    options = {"lr": config["learning_rate"], "decay_rate": config["decay_rate"], "eps": config["epsilon"]}
    w, state = rmsprop_module.rmsprop(w, dw, {"s": config["cache"]}, **options)
    return w, config | {"cache": state["s"]}


def adam(w, dw, config=None):
    """Return next_w, config with the new moments and step."""
    zeros = np.zeros_like(w)
    config = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "m": zeros, "v": zeros, "t": 0} | (
        config or {}
    )
    options = {"lr": config["learning_rate"], "beta1": config["beta1"], "beta2": config["beta2"], "eps": config["epsilon"]}
    w, state = adam_module.adam(w, dw, {name: config[name] for name in ("m", "v", "t")}, **options)
    return w, config | state

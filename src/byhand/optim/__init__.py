"""Floor 1: update rules, pure functions on one array of weights.

A rule takes `w, dw, state, *, lr` and returns the new `w, state`; its NAME_state(w) is the state before the first step.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType

from . import adagrad, adam, adamw, momentum, nesterov, rmsprop, sgd

_MODULES: dict[str, ModuleType] = {
    "sgd": sgd,
    "sgd_momentum": momentum,
    "nesterov": nesterov,
    "adagrad": adagrad,
    "rmsprop": rmsprop,
    "adam": adam,
    "adamw": adamw,
}


class _Optimizers(Mapping[str, tuple[Callable, Callable]]):
    """Looks the functions up when asked, so that one put in a module's place later is the one found."""

    def __getitem__(self, name: str) -> tuple[Callable, Callable]:
        module = _MODULES[name]
        return getattr(module, name), getattr(module, f"{name}_state")

    def __iter__(self) -> Iterator[str]:
        return iter(_MODULES)

    def __len__(self) -> int:
        return len(_MODULES)


OPTIMIZERS: Mapping[str, tuple[Callable, Callable]] = _Optimizers()
"""Name -> (the rule, the function that makes its initial state)."""


def optimizer(name: str) -> tuple[Callable, Callable]:
    """Return (the rule, the function that makes its initial state).

    Raises:
        ValueError: there is no optimizer of that name; the message says which there are.
    """
    if name not in _MODULES:
        near = difflib.get_close_matches(name, _MODULES, n=1)
        ask = f" Did you mean {near[0]}?" if near else ""
        raise ValueError(f"expected an optimizer, one of {', '.join(_MODULES)}; got {name!r}.{ask}")
    return OPTIMIZERS[name]

"""A worker without a process: for code of our own that follows the dialect and may call byhand, as no learner's may."""

from __future__ import annotations

import copy
import importlib
import sys
from pathlib import Path

import numpy as np

from byhand.check.process import Loaded, Outcome
from byhand.check.worker import Handle


class InProcess:
    """Does in this process what `Worker` asks its child to do, as far as right code needs it."""

    def __init__(self):
        self.kept = {}

    def load(self, file, source=None, place=None):
        assert place is not None
        if str(place.root) not in sys.path:
            sys.path.insert(0, str(place.root))
        self.module = importlib.import_module(place.module)
        return Loaded(names=tuple(n for n, v in vars(self.module).items() if callable(v)))

    def substitute(self, functions):
        """Leave everything as it is but what draws: the noise is ours."""
        self.put_back()
        for name in {"dropout_forward", "dropout_backward"} & functions.keys() & vars(self.module).keys():
            self.kept[("was", name)] = getattr(self.module, name)
            setattr(self.module, name, functions[name])

    def put_back(self):
        for _, name in [k for k in self.kept if isinstance(k, tuple)]:
            setattr(self.module, name, self.kept.pop(("was", name)))

    def call(self, name, args, kwargs, *, opaque=frozenset(), keep="", **how):
        keeper, _, method = name[1:].rpartition(".") if name.startswith("@") else ("", "", name)
        function = getattr(self.kept[keeper] if keeper else self.module, method)
        args = [self.kept[a.number] if isinstance(a, Handle) else copy.deepcopy(a) for a in args]
        value = function(*args, **kwargs)
        if opaque:
            self.kept[keep] = value[1]
            value = (value[0], Handle(keep), *value[2:])
        return Outcome(value=value, after={"args": args, "kwargs": kwargs})

    def make(self, kind, made, keep):
        self.kept[keep] = getattr(self.module, kind)(*made.args, **made.kwargs)
        for name, value in made.attributes.items():
            setattr(self.kept[keep], name, value if callable(value) else copy.deepcopy(value))
        for name, given in made.first:
            if hasattr(self.kept[keep], name):
                getattr(self.kept[keep], name)(*given)
        return Outcome()

    def read(self, keep, names):
        return {name: getattr(self.kept[keep], name, None) for name in names}

    def seed(self, number):
        np.random.seed(number)

    def notes(self):
        return {"missing": [], "broken": [], "removed": []}


class Pool:
    """Hands out workers without a process."""

    def take(self):
        self.worker = InProcess()
        return self.worker

    def give_back(self, worker):
        worker.put_back()


CONFORMANCE = Path(__file__).parents[2] / "conformance" / "cs231n"

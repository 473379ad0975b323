"""What a dialect is: another course's names for our exercises, and how a call of ours becomes one of theirs."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Made:
    """An object of a class of the learner's, made before one of its methods is called."""

    args: Sequence[Any] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    """The constructor's arguments. Where the constructor fails, the object is made without it."""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """What is set on the object then. A function is called back in our process."""
    first: Sequence[tuple[str, Sequence[Any]]] = ()
    """Methods to call first, with their arguments, where the class has them."""
    read: Sequence[str] = ()
    """The attributes that come back after the call."""


def _always_needed() -> bool:
    return True


@dataclass(frozen=True)
class Call:
    """One call in the dialect."""

    args: Sequence[Any] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    on: Made | None = None
    """For a method, its object."""
    parts: Mapping[str, Callable] = field(default_factory=dict)
    """What stands in for the functions of those names that it calls: it takes ours by name, and then what theirs takes."""
    needed: Callable[[], bool] = _always_needed
    """Whether it is made after all, once those before it are done."""
    always: frozenset[str] = frozenset()
    """Those of `parts` for which the learner's own cannot stand: they draw at random."""


@dataclass(frozen=True)
class Answer:
    """What came of one call: the value, the arguments as they are then, and the attributes asked for."""

    value: Any
    args: Sequence[Any] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    call: Call = field(default_factory=Call)
    """What was called."""


@dataclass(frozen=True)
class Definition:
    """What can be read off a definition in the learner's file."""

    function: ast.FunctionDef
    constructor: tuple[str, ...] = ()
    """The parameters of its class's constructor."""

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of its parameters."""
        arguments = self.function.args
        return tuple(a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs))

    @property
    def docstring(self) -> str:
        """What it says about itself."""
        return ast.get_docstring(self.function) or ""


Arguments = Mapping[str, Any]
"""The exercise's arguments by name. For a backward: its forward's, with `dout`, `cache`, and `forward`, the answer of theirs."""


def _always(definition: Definition) -> bool:
    return True


@dataclass(frozen=True, eq=False)
class Spelling:
    """One way in which a name of the dialect does what the exercise asks for."""

    calls: Callable[[Arguments, Definition], Sequence[Call] | None]
    """The calls that stand for one of ours. None: the dialect does not ask for this case."""
    results: Callable[[Arguments, Sequence[Answer]], Any]
    """Our results, made of the answers."""
    says: str = ""
    """What is said where this one is right and the usual one is not."""
    differs_in: str = ""
    """The argument of ours by which it differs from the others."""
    when: Callable[[Definition], bool] = _always
    """Whether a definition may be meant so."""


@dataclass(frozen=True, eq=False)
class Entry:
    """A name of the dialect and the exercise that it is."""

    name: str
    """A function's name, or Class.method."""
    exercise: str
    spellings: tuple[Spelling, ...]
    keeps: bool = False
    """Whether its second result is a cache, which stays on the other side."""
    cache: Callable[[Arguments], Any] | None = None
    """For a forward whose cache the dialect lays down, that cache."""
    robust: frozenset[str] = frozenset()
    """Names of cases that the dialect does not ask for: what fails there is advice. The extreme ones and float32 are too."""
    sizes: Mapping[str, int] = field(default_factory=dict)
    """The sizes that are always the same in the dialect: code that is right for these alone is right there."""
    may_change: frozenset[str] = frozenset()
    """Parameters that the dialect itself changes."""
    draws: bool = False
    """Whether it draws at random."""
    places: Mapping[str, str] = field(default_factory=dict)
    """Results of ours -> where they are, as a recorder writes it: "return[1]", "self['W']", "bn_param"."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Our arguments and results -> the dialect's: "running" -> "bn_param"."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Patterns of the keys in them -> the dialect's: "mean" -> "running_mean"."""

    def place(self, returned: str, usual: str, keys: str) -> str:
        """Return where a result is, of which `usual` is the usual place, or an item of it."""
        return self.places.get(returned, usual) + self._keys(keys)

    def say(self, name: str, own: Collection[str] = ()) -> str:
        """Return a name of ours in the dialect's words, but for what the learner's own code calls so."""
        there = {ours: theirs for ours, theirs in self.names.items() if ours not in own}
        if there:
            name = re.sub(rf"(?<![\w.'])({'|'.join(map(re.escape, there))})(?![\w'])", lambda m: there[m[1]], name)
        return self._keys(name)

    def _keys(self, text: str) -> str:
        for ours, theirs in self.keys.items():
            text = re.sub(rf"\['{ours}'\]", f"['{theirs}']", text)
        return text


@dataclass(frozen=True, eq=False)
class Dialect:
    """Another course's names and conventions."""

    name: str
    title: str
    package: str
    """The name of the package in which the files of an assignment lie."""
    entries: tuple[Entry, ...]
    others: tuple[str, ...]
    """Its names that have no exercise yet."""
    untouched: Callable[[ast.FunctionDef], bool]
    """Whether a definition is as it was handed out."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Our names in texts -> the dialect's."""

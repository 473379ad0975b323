"""What a dialect is: another course's names for our exercises, and how a call of ours becomes one of theirs."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
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


@dataclass(frozen=True)
class Call:
    """One call in the dialect."""

    args: Sequence[Any] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    on: Made | None = None
    """For a method, its object."""
    parts: Mapping[str, Callable] = field(default_factory=dict)
    """Functions of ours, in the dialect's conventions, for the ones of those names that it calls."""
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

"""What a learner's variables are: each array that they held, recognised among what is known, on two problems."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from ..learner import Attempt
from ..process import Step
from .factors import readings
from .known import Knowledge, Known, plain

EXACT = 1e-8
"""How near numbers must be, relative to the largest, to be called the same."""
ENOUGH = 4
"""Numbers in an array that is evidence on its own."""
FORMS = ("whole", "summed", "row", "part")
"""What is rather told, if several are equal."""


@dataclass(frozen=True)
class Relation:
    """What an array is: a multiple of something known, in some layout."""

    known: Known = field(repr=False)
    factor: float = 1.0
    symbol: str = "1"
    """The factor in letters: "-1", "N"."""
    layout: str = ""
    """"", "transposed", "reshaped", or "unsummed": it is that once it is summed over an axis."""

    @property
    def right(self) -> bool:
        """Whether it is the thing itself."""
        return self.symbol == "1" and self.layout != "unsummed"

    @property
    def words(self) -> str:
        """Say what the array is, to follow "`dvar` is"."""
        base = self.known.words
        if self.layout == "unsummed":
            return f"{base} before it is summed"
        layout = {"transposed": ", transposed", "reshaped": ", in another layout"}.get(self.layout, "")
        true = f"the true {base.removeprefix('the ')}" if base.startswith("the ") else base
        if self.symbol == "1":
            return base + layout
        if self.symbol == "-1":
            return f"{true} with its sign flipped{layout}"
        return f"{self.symbol} times {true}{layout}"


@dataclass(eq=False)
class Held:
    """What a variable held after a line, and what is known about it."""

    step: Step
    position: int
    """Its place among all, in the order in which they happened."""
    relations: tuple[Relation, ...] = ()
    given: bool = False
    """Whether it says nothing: an argument, zeros, ones, whole numbers."""

    @property
    def right(self) -> bool:
        """Whether it is something known itself."""
        return any(r.right for r in self.relations)

    @property
    def best(self) -> Relation | None:
        """What is told about it."""
        return self.relations[0] if self.relations else None


def identify(attempts: list[Attempt], knowledge: list[Knowledge]) -> list[Held]:
    """Return what the variables held on the first of some problems, recognised where it is the same on all of them."""
    others = [{_key(step): step.value for step in attempt.outcome.steps} for attempt in attempts[1:]]
    constants = [k.problem.constants for k in knowledge]
    found = []
    for position, step in enumerate(attempts[0].outcome.steps):
        held = Held(step, position, given=_says_nothing(step.value, knowledge[0]))
        values = [step.value, *(other[_key(step)] for other in others if _key(step) in other)]
        if not held.given and len(values) == len(knowledge):
            held.relations = tuple(sorted(_relations(step, values, knowledge, constants), key=_rank(step)))
        found.append(held)
    return found


def _key(step: Step) -> tuple:
    return step.function, step.line, step.name, step.turn


def _rank(step: Step):
    def rank(relation: Relation):
        named = plain(step.name) in map(plain, relation.known.names)
        return not relation.right, relation.symbol != "1", not named, FORMS.index(relation.known.form), relation.layout != ""

    return rank


def _says_nothing(value: np.ndarray, knowledge: Knowledge) -> bool:
    """Return whether an array is no evidence: an argument, in whatever shape, or all one and the same number."""
    flat = np.asarray(value).ravel()
    if flat.size == 0 or (value.ndim > 0 and np.all(flat == flat[0])):
        return True
    if value.ndim == 0:
        number = float(value)
        return number in knowledge.settings or (np.isfinite(number) and number == round(number * 4) / 4)
    if value.dtype.kind in "biu" and flat.size < 6:
        return True
    return any(flat.size == given.size and np.array_equal(flat, given.ravel()) for given in knowledge.inputs)


def _relations(step, values, knowledge, constants) -> Iterator[Relation]:
    for key, known in knowledge[0].near(values[0]):
        found = []
        for value, one in zip(values, knowledge, strict=True):
            target = one.by_key.get(key)
            found.append(None if target is None else relate(value, target.value))
        if any(f is None for f in found):
            continue
        symbol = _symbol([c for c, _ in found], constants, single=values[0].size < ENOUGH)
        if symbol is not None:
            yield Relation(known, found[0][0], symbol, found[0][1])
    if values[0].ndim > 1 and values[0].dtype.kind == "f":
        yield from _unsummed(values, knowledge)


def _unsummed(values, knowledge) -> Iterator[Relation]:
    for axis in range(values[0].ndim):
        summed = values[0].sum(axis=axis)
        for key, known in knowledge[0].near(summed):
            if known.form != "whole" or summed.size < 2:
                continue
            found = [
                key in one.by_key and value.ndim > axis and relate(value.sum(axis=axis), one.by_key[key].value) == (1.0, "")
                for value, one in zip(values, knowledge, strict=True)
            ]
            if all(found):
                yield Relation(known, layout="unsummed")


def relate(value: np.ndarray, target: np.ndarray) -> tuple[float, str] | None:
    """Return (the factor, the layout) by which an array is another, or None."""
    if value.size != target.size or target.size == 0:
        return None
    if value.dtype.kind in "biu":
        value = value.astype(float)
    for layout, other in _layouts(value, target):
        c = multiple(other, target)
        if c is not None:
            return c, layout
    return None


def _layouts(value: np.ndarray, target: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    if value.shape == target.shape:
        yield "", value
        if value.ndim == 2 and value.shape[0] == value.shape[1]:
            yield "transposed", value.T
        return
    if [n for n in value.shape if n > 1] == [n for n in target.shape if n > 1]:
        yield "", value.reshape(target.shape)
        return
    if sorted(value.shape) == sorted(target.shape):
        for axes in itertools.permutations(range(value.ndim)):
            if tuple(value.shape[a] for a in axes) == target.shape:
                yield "transposed", value.transpose(axes)
    yield "reshaped", value.reshape(target.shape)
    if value.ndim == 2 and target.ndim == 4:  # the pixels of a picture as rows
        n, c, h, w = target.shape
        if value.shape == (n * h * w, c):
            yield "reshaped", value.reshape(n, h, w, c).transpose(0, 3, 1, 2)
    if value.ndim == 4 and target.ndim == 2 and target.shape == (value.size // value.shape[1], value.shape[1]):
        yield "reshaped", value.transpose(0, 2, 3, 1).reshape(target.shape)


def multiple(value: np.ndarray, target: np.ndarray) -> float | None:
    """Return the c with value = c * target, both of one size, 1.0 exactly where they are equal, or None."""
    mine, theirs = value.ravel(), target.ravel()
    at = int(np.abs(theirs).argmax())
    unit, there = float(theirs[at]), float(mine[at])
    if not math.isfinite(unit) or not math.isfinite(there) or unit == 0:
        return None
    c = there / unit
    if c == 0 or not math.isfinite(c) or not float(np.abs(mine - c * theirs).max()) <= EXACT * abs(there):  # nor where it is nan
        return None
    return 1.0 if float(np.abs(mine - theirs).max()) <= EXACT * abs(unit) else c


def _symbol(factors: list[float], constants: list[dict[str, float]], *, single: bool) -> str | None:
    """Return a factor in letters: the one reading that it has on every problem."""
    if all(c == 1.0 for c in factors):
        return "1"
    if single:  # a number or two are a multiple of anything: a sign or a half must do
        plain_ones = {-1.0: "-1", 2.0: "2", 0.5: "1/2"}
        return next((s for c, s in plain_ones.items() if all(abs(f - c) < EXACT for f in factors)), None)
    shared = readings(factors[0], constants[0], exact=1e-7)
    for c, named in zip(factors[1:], constants[1:], strict=True):
        there = readings(c, named, exact=1e-7)
        shared = [name for name in shared if name in there]
    if shared:
        return shared[0]
    return f"{factors[0]:.6g}" if max(factors) - min(factors) <= EXACT * abs(factors[0]) and len(factors) > 1 else None

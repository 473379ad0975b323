"""A case made concrete: the arguments, the upstream gradient, what is expected, and how exactly."""

from __future__ import annotations

import inspect
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from byhand import graph
from byhand.arrays import leaves, tree_map
from byhand.spec import Case, Draw, Exercise


@dataclass(frozen=True)
class Tier:
    """How exact a result must be, and how exactly its inputs are known."""

    relative: float
    epsilon: float


TIERS = {"float64": Tier(1e-8, 2.0**-52), "float32": Tier(2e-5, 2.0**-23)}
FINITE_DIFFERENCES = 1e-5
"""Relative error within which a gradient in float64 may be the result of finite differences."""


@dataclass(frozen=True)
class Problem:
    """One case of one exercise with its numbers. For a backward exercise `arguments` are its forward's."""

    exercise: Exercise
    case: Case
    arguments: dict[str, Any]
    upstream: Any
    sizes: dict[str, int]
    reference_cache: Any = None

    @property
    def tier(self) -> Tier:
        """The exactness asked for."""
        return TIERS["float32" if self.case.kind == "float32" else "float64"]

    @cached_property
    def expected(self) -> dict[str, Any]:
        """What the reference returns, by name, computed in float64; caches are left out."""
        return self.evaluate(self.exercise.function)

    @cached_property
    def tolerance(self) -> dict[str, Any]:
        """How far a result may be from the expected one, a number for each leaf.

        A relative error of the tier, and as much more as the result itself moves when every input is rounded: an
        ill-conditioned case forgives what no code could do better. Among several arrays (the gradients of all parameters)
        each may also be off by the rounding of the largest: the gradient of a bias before batch norm is zero on paper, and
        in floats whatever is left when large numbers cancel.
        """
        base, tier = self.expected, self.tier
        moved = tree_map(lambda leaf: 0.0, base)
        for seed in range(2):
            shaken = self.evaluate(self.exercise.function, shake=np.random.default_rng(seed))
            moved = tree_map(lambda m, a, b: max(m, _distance(a, b)), moved, shaken, base)

        def allow(leaf, move, whole):
            scale = _largest(leaf)
            return tier.relative * (scale or 1.0) + min(64 * move, 1e-3 * scale) + 64 * tier.epsilon * whole

        def allow_all(tree, moves):
            whole = max((_largest(leaf) for _, leaf in leaves(tree)), default=0.0)
            return tree_map(lambda leaf, move: allow(leaf, move, whole), tree, moves)

        return {name: allow_all(base[name], moved[name]) for name in base}

    def evaluate(self, function: Callable, *, shake: np.random.Generator | None = None) -> dict[str, Any]:
        """Return what a function of the exercise's kind returns on this problem in float64, by name, without caches."""
        function_of_exercise = self.exercise.function
        arguments = tree_map(lambda leaf: _double(leaf, shake, self.tier.epsilon), self.arguments)
        if self.exercise.forward is None:
            result = function(**arguments)
        else:
            forward = self.exercise.forward(**arguments)
            upstream = tree_map(lambda leaf: _double(leaf, shake, self.tier.epsilon), self.upstream)
            result = function(upstream, *([forward[1]] if takes_cache(function_of_exercise) else []))
        return by_name(self.exercise.returns, result)

    @cached_property
    def traced(self) -> graph.Graph | None:
        """The graph of the forward (or of a loss) with respect to what gradients are asked of; None where there is none."""
        wrt = tuple(name for name in map(self.exercise.gradient_of, self.exercise.returns) if name is not None)
        if not wrt:
            return None
        try:
            return graph.trace(self.exercise.forward or self.exercise.function, self.arguments, wrt=wrt)
        except (TypeError, ValueError, NotImplementedError):
            return None

    @cached_property
    def constants(self) -> dict[str, float]:
        """The numbers that a factor may turn out to be, by the name the learner knows: sizes and scalar options."""
        named = {size.upper(): float(value) for size, value in self.sizes.items()}
        options = {n: v for n, v in self.arguments.items() if isinstance(v, float) and v not in (0.0, 1.0)}
        return named | options

    @cached_property
    def positional(self) -> list[str]:
        """The parameters of the exercise's function that are passed by position."""
        parameters = inspect.signature(self.exercise.function).parameters.values()
        return [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY and p.name in self.arguments]


def takes_cache(backward: Callable) -> bool:
    """Return whether a backward takes a cache beside the upstream gradient."""
    return len(inspect.signature(backward).parameters) > 1


def by_name(returns: tuple[str, ...], result: Any) -> dict[str, Any]:
    """Return a function's results by name, the caches left out."""
    values = result if len(returns) > 1 else (result,)
    return {name: value for name, value in zip(returns, values, strict=True) if name != "cache"}


_KEPT: dict[tuple, Problem] = {}
"""Problems by what they are made from: while somebody watches a file, the same ones come again with every save."""
MOST_KEPT = 64


def build(exercise: Exercise, case: Case, seed: int, *, sizes: dict[str, int] | None = None, small: bool = False) -> Problem:
    """Draw a case's inputs. `sizes` replaces some of its sizes; small=True draws small integers.

    What comes back for the same case is the same object, with what was computed on it: its arrays are not to be changed.
    """
    if sizes is not None and not small:  # as large as may be
        return _build(exercise, case, seed, sizes, small)
    key = (exercise, case.kind, case.name, *map(repr, sorted(case.options.items())), seed, *sorted((sizes or {}).items()), small)
    if key not in _KEPT:
        if len(_KEPT) >= MOST_KEPT:
            _KEPT.pop(next(iter(_KEPT)))
        _KEPT[key] = _build(exercise, case, seed, sizes, small)
    return _KEPT[key]


def _build(exercise: Exercise, case: Case, seed: int, sizes: dict[str, int] | None, small: bool) -> Problem:
    options = {**size_options(exercise), **case.options, **(sizes or {})}
    draw = Draw(seed, zlib.crc32(f"{exercise.name}/{case.name}".encode()), small=small)
    arguments = exercise.inputs(draw, **options)
    if case.kind == "float32":
        arguments = tree_map(single, arguments)
    upstream = cache = None
    if exercise.forward is not None:
        out, cache, *_ = exercise.forward(**arguments)
        upstream = tree_map(lambda leaf: draw.normal(*np.shape(leaf)), out)
        if case.kind == "float32":
            upstream = tree_map(single, upstream)
    return Problem(exercise, case, arguments, upstream, {k: options[k] for k in size_options(exercise)}, cache)


def size_options(exercise: Exercise) -> dict[str, int]:
    """Return the sizes that an exercise's inputs have, with their defaults: the whole-number options."""
    parameters = inspect.signature(exercise.inputs).parameters.values()
    return {p.name: p.default for p in parameters if type(p.default) is int}


@lru_cache(maxsize=512)
def cases_of(exercise: Exercise) -> tuple[Case, ...]:
    """Return the declared cases, and the first of them in single precision if it has real numbers in it."""
    first = exercise.cases[0]
    inputs = exercise.inputs(Draw(0), **{**size_options(exercise), **first.options})
    has_floats = any(isinstance(leaf, np.ndarray) and leaf.dtype == float for _, leaf in leaves(inputs))
    has_functions = any(callable(leaf) for _, leaf in leaves(inputs))  # and finite differences in single precision say nothing
    extra = (Case("float32", f"{first.name}, in single precision", first.options),) if has_floats and not has_functions else ()
    return exercise.cases + extra


def single(leaf: Any) -> Any:
    """Return an array of doubles in single precision, and anything else as it is."""
    return leaf.astype(np.float32) if isinstance(leaf, np.ndarray) and leaf.dtype == np.float64 else leaf


def _double(leaf, shake, epsilon):
    if not (isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f"):
        return leaf
    leaf = leaf.astype(np.float64)
    if shake is not None:
        leaf = leaf * (1 + epsilon * shake.choice([-1.0, 1.0], size=leaf.shape))
    return leaf


def _largest(leaf) -> float:
    leaf = np.asarray(leaf)
    return float(np.max(np.abs(leaf), initial=0.0)) if leaf.dtype.kind == "f" else 0.0


def _distance(a, b) -> float:
    a, b = np.asarray(a), np.asarray(b)
    if a.dtype.kind != "f" or a.shape != b.shape:
        return 0.0
    return float(np.max(np.abs(a - b), initial=0.0))

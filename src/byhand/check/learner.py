"""The learner's file, read (never run) here and run in a worker."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from byhand.arrays import leaves
from byhand.spec import Exercise, syntax
from byhand.spec.exercise import returned_names

from .problem import Problem, takes_cache
from .process import Outcome, Worker, WorkerDied, locate
from .worker import Handle


@dataclass(frozen=True)
class Source:
    """The text of a learner's file, and what can be read off it."""

    file: Path
    text: str

    @cached_property
    def tree(self) -> ast.Module | None:
        """The syntax tree, or None where the text is not Python."""
        try:
            return syntax.parse(self.text)
        except (SyntaxError, ValueError):
            return None

    def function(self, name: str) -> ast.FunctionDef | None:
        """Return the last definition of a function at the top of the file."""
        found = [n for n in (self.tree.body if self.tree else []) if isinstance(n, ast.FunctionDef) and n.name == name]
        return found[-1] if found else None

    def started(self, name: str) -> bool:
        """Return whether the function is there with more in it than a docstring and `raise NotImplementedError`."""
        definition = self.function(name)
        return definition is not None and not syntax.is_stub(definition)

    def line_of(self, name: str, variable: str, position: int) -> int | None:
        """Return the line that last decides a returned value: the last assignment to it, or the return statement."""
        definition = self.function(name)
        if definition is None:
            return None
        returns = [n for n in ast.walk(definition) if isinstance(n, ast.Return) and n.value is not None]
        if not returns:
            return definition.lineno
        last = max(returns, key=lambda n: n.lineno)
        value = last.value
        if isinstance(value, ast.Tuple) and position < len(value.elts):
            value = value.elts[position]
        if not isinstance(value, ast.Name):
            return last.lineno if value is None else value.lineno
        return self.last_assignment(definition, value.id) or last.lineno

    def last_assignment(self, definition: ast.FunctionDef, variable: str) -> int | None:
        """Return the line of the last assignment to a variable (or to items of it) in a function."""
        lines = [node.lineno for node in ast.walk(definition) if isinstance(node, ast.stmt) and variable in _assigned(node)]
        return max(lines, default=None)

    def changes(self, name: str, variable: str) -> int | None:
        """Return the first line that changes a parameter in place: `x[...] = `, `x += `, `x.sort()`."""
        definition = self.function(name)
        if definition is None:
            return None
        lines = []
        for node in ast.walk(definition):
            if not isinstance(node, ast.Assign | ast.AugAssign):
                continue
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                item = isinstance(target, ast.Subscript) and _root(target) == variable
                if item or (isinstance(node, ast.AugAssign) and _root(target) == variable):
                    lines.append(node.lineno)
        return min(lines, default=None)


def read_source(file: Path) -> Source:
    """Read a learner's file.

    Raises:
        ValueError: it is not UTF-8 text.
    """
    try:
        return Source(file, file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise ValueError(f"{file} is not UTF-8 text: save it as UTF-8") from None


def _assigned(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        targets = [node.target]
    else:
        return set()
    flat = [e for t in targets for e in (t.elts if isinstance(t, ast.Tuple | ast.List) else [t])]
    return {name for name in map(_root, flat) if name}


def _root(target: ast.AST) -> str | None:
    while isinstance(target, ast.Subscript | ast.Attribute):
        target = target.value
    return target.id if isinstance(target, ast.Name) else None


@dataclass
class Attempt:
    """What the learner's code did on one problem."""

    outcome: Outcome = field(default_factory=Outcome)
    forward: Outcome | None = None
    """What their own forward did before, where a backward was asked for and they have one."""
    changed: tuple[str, ...] = ()
    """The arguments that are not as they were before the call."""
    died: str | None = None
    """Why the worker ended instead of answering."""
    during: str = ""
    """The function that was running then."""

    @property
    def error(self) -> dict[str, Any] | None:
        """The exception of the function asked for, as data."""
        return self.outcome.error


@dataclass
class Learner:
    """A learner's module, loaded in a worker."""

    worker: Worker
    source: Source
    own: frozenset[str]
    """The functions that they have written, in this file or another of their package."""

    def run(self, problem: Problem, *, forward: bool = True) -> Attempt:
        """Run the exercise's function on a problem.

        A backward gets the cache of the learner's own forward, if they have written one and forward=True, else the
        reference's cache.
        """
        exercise = problem.exercise
        try:
            if exercise.forward is None:
                return self._plain(problem)
            return self._backward(problem, own_forward=forward and exercise.forward.__name__ in self.own)
        except WorkerDied as died:
            return Attempt(died=died.reason, during=exercise.name)

    def forward(self, problem: Problem, arguments: dict[str, Any], keep: str = "probe") -> Outcome:
        """Call the learner's forward of a backward exercise on other arguments."""
        assert problem.exercise.forward is not None
        return self._call(problem.exercise.forward, arguments, keep)

    def _plain(self, problem):
        outcome = self._call(problem.exercise.function, problem.arguments, "c")
        return Attempt(outcome, changed=_changed(problem, outcome))

    def _backward(self, problem, *, own_forward):
        exercise = problem.exercise
        args, forward = [problem.upstream], None
        if takes_cache(exercise.function):
            cache = problem.reference_cache
            if own_forward:
                try:
                    forward = self.forward(problem, problem.arguments, "f")
                except WorkerDied as died:
                    return Attempt(died=died.reason, during=exercise.forward.__name__)
                if forward.error is not None and forward.error["type"] == "timeout":
                    self.own -= {exercise.forward.__name__}  # a forward that hangs is not waited for case by case
                value = forward.value
                if forward.error is None and isinstance(value, tuple) and len(value) > 1 and isinstance(value[1], Handle):
                    cache = value[1]
            args.append(cache)
        outcome = self.worker.call(exercise.name, args, {})
        changed = []
        if outcome.after is not None:
            names = exercise.parameters
            before = {names[0]: problem.upstream} | (
                {names[1]: args[1]} if len(args) > 1 and not isinstance(args[1], Handle) else {}
            )
            changed = [n for i, n in enumerate(names) if n in before and not _same(before[n], outcome.after["args"][i])]
        return Attempt(outcome, forward, tuple(changed))

    def _call(self, function: Callable, arguments: dict[str, Any], keep: str) -> Outcome:
        args, kwargs = bind(function, arguments)
        opaque = frozenset(i for i, name in enumerate(returned_names(function)) if name == "cache")
        return self.worker.call(function.__name__, args, kwargs, opaque=opaque, keep=keep)


def bind(function: Callable, arguments: dict[str, Any]) -> tuple[list, dict[str, Any]]:
    """Split arguments by name into those passed by position and those passed by keyword."""
    import inspect

    args, kwargs = [], {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name in arguments:
            if parameter.kind is parameter.KEYWORD_ONLY:
                kwargs[parameter.name] = arguments[parameter.name]
            else:
                args.append(arguments[parameter.name])
    return args, kwargs


def reference_parts(worker: Worker, exercise: Exercise, names: frozenset[str]) -> dict[str, Callable]:
    """Return stand-ins for a composite's parts of these names: the references, their caches kept on this side."""

    def stand_in(part: Callable) -> Callable:
        opaque = {i for i, name in enumerate(returned_names(part)) if name == "cache"}

        def call(*args, **kwargs):
            result = part(*_resolve(worker, list(args)), **_resolve(worker, kwargs))
            if not opaque:
                return result
            return tuple(worker.keep(v) if i in opaque else v for i, v in enumerate(result))

        return call

    return {part.__name__: stand_in(part) for part in exercise.parts if part.__name__ in names}


def written(source: Source) -> frozenset[str]:
    """Return the functions that a learner has started, in their file and its siblings of the same package."""
    found = set()
    package = (source.file.parent / "__init__.py").exists()
    for file in locate(source.file)[2] if package else [source.file]:
        other = source if file == source.file.resolve() else _readable(file)
        if other is not None and other.tree is not None:
            found |= {n.name for n in other.tree.body if isinstance(n, ast.FunctionDef) and not syntax.is_stub(n)}
    return frozenset(found)


def _readable(file: Path) -> Source | None:
    try:
        return read_source(file)
    except (OSError, ValueError):
        return None


def _resolve(worker, value):
    if isinstance(value, Handle):
        return worker.kept(value)
    if isinstance(value, dict):
        return {k: _resolve(worker, v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_resolve(worker, v) for v in value)
    return value


def _changed(problem: Problem, outcome: Outcome) -> tuple[str, ...]:
    if outcome.after is None:
        return ()
    args, kwargs = bind(problem.exercise.function, problem.arguments)
    after = dict(zip(problem.positional, outcome.after["args"], strict=True)) | outcome.after["kwargs"]
    before = dict(zip(problem.positional, args, strict=True)) | kwargs
    return tuple(name for name in before if not _same(before[name], after[name]))


def _same(before, after) -> bool:
    """Return whether an argument came back as it went. Functions and what stays on the other side are not compared."""
    a, b = list(leaves(before)), list(leaves(after))
    if [path for path, _ in a] != [path for path, _ in b]:
        return False
    return all(
        np.array_equal(x, y, equal_nan=True) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else np.array_equal(x, y)
        for (_, x), (_, y) in zip(a, b, strict=True)
        if isinstance(x, np.ndarray | np.generic | int | float)
    )

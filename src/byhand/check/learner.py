"""The learner's file, read (never run) here and run in a worker."""

from __future__ import annotations

import ast
import inspect
import io
import tokenize
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from byhand.arrays import leaves
from byhand.course import rendering
from byhand.spec import Exercise, syntax
from byhand.spec.exercise import returned_names

from . import lines, watching
from .parts import Part
from .problem import Problem, takes_cache
from .process import Outcome, Worker, WorkerDied, locate
from .watching import Watched
from .worker import Handle


@dataclass(frozen=True)
class Source:
    """The text of a learner's file, and what can be read off it."""

    file: Path
    text: str
    named: Mapping[str, str] = field(default_factory=dict)
    """Exercises whose function has another name here: "f", or "Class.f" for a method."""

    @cached_property
    def tree(self) -> ast.Module | None:
        """The syntax tree, or None where the text is not Python."""
        try:
            return syntax.parse(self.text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None

    @cached_property
    def names(self) -> dict[str, list[ast.stmt]]:
        """The statements of the file, outside of functions and classes, that bind each name, in order: the last counts."""
        found: dict[str, list[ast.stmt]] = {}
        for node in _statements(self.tree.body if self.tree else []):
            for name in _bound(node):
                found.setdefault(name, []).append(node)
        return found

    def function(self, name: str) -> ast.FunctionDef | None:
        """Return the definition of a function, if that is what the name stands for in the end."""
        kind, _, name = self.named.get(name, name).rpartition(".")
        if kind:
            owner = self.class_(kind)
            last = next(
                (m for m in reversed(owner.body if owner else []) if isinstance(m, ast.FunctionDef) and m.name == name), None
            )
        else:
            last = self.names[name][-1] if name in self.names else None
        return last if isinstance(last, ast.FunctionDef) else None

    def class_(self, name: str) -> ast.ClassDef | None:
        """Return the definition of a class, if that is what the name stands for in the end."""
        last = self.names[name][-1] if name in self.names else None
        return last if isinstance(last, ast.ClassDef) else None

    def started(self, name: str) -> bool:
        """Return whether the function is there and no longer as the stub had it."""
        return not self.functions.get(name, True)

    @cached_property
    def functions(self) -> dict[str, bool]:
        """The functions of the file, and for each whether it is untouched: a stub, or the loop as it was given."""
        found = {name: self.function(name) for name in self.names}
        return {name: rendering.is_untouched(definition) for name, definition in found.items() if definition is not None}

    def called(self, name: str) -> str:
        """Return the name that the function of an exercise has in the file, of a method without its class."""
        return self.named.get(name, name).rpartition(".")[2]

    def line_of(self, name: str, position: int, keys: tuple[str, ...] = (), ran: Collection[int] = ()) -> int | None:
        """Return the line that last decides a result of a function, or an item of it; see `lines.deciding`."""
        definition = self.function(name)
        return lines.deciding(definition, position, keys, ran) if definition is not None else None

    def statement(self, line: int) -> ast.stmt | None:
        """Return the innermost statement that a line belongs to; of one with a body, such as a loop, its head."""
        return self._by_line.get(line)

    @cached_property
    def _by_line(self) -> dict[int, ast.stmt]:
        """The innermost statement of each line, the first where there are several."""
        nodes = [n for n in ast.walk(self.tree) if isinstance(n, ast.stmt)] if self.tree else []
        found: dict[int, ast.stmt] = {}
        for node in sorted(reversed(nodes), key=lambda n: (n.lineno, -(n.end_lineno or n.lineno))):  # the outer ones first
            found |= dict.fromkeys(range(node.lineno, (node.end_lineno or node.lineno) + 1), node)
        return found

    def given(self, line: int | None) -> list[str]:
        """Return the variables to which the statement of a line may give a value, but for `_`."""
        statement = self.statement(line) if line is not None else None
        return [name for name in watching.names(statement) if name != "_"] if statement is not None else []

    def around(self, line: int) -> tuple[str, ast.FunctionDef] | None:
        """Return (name, definition) of the function that a line is in, "Class.name" of a method; not one inside of another."""
        for name, nodes in self.names.items():
            last = nodes[-1]
            owned = (
                [(f"{name}.{m.name}", m) for m in last.body if isinstance(m, ast.FunctionDef)]
                if isinstance(last, ast.ClassDef)
                else []
            )
            for path, definition in [(name, last), *owned]:
                if isinstance(definition, ast.FunctionDef) and definition.lineno <= line <= (definition.end_lineno or 0):
                    return path, definition
        return None

    @cached_property
    def stored(self) -> frozenset[str]:
        """The names that are given a value somewhere in the file, parameters too."""
        return watching.stored(self.tree) if self.tree is not None else frozenset()

    @cached_property
    def watched(self) -> Watched:
        """What to watch for where the file is followed line by line."""
        return watching.watched(self.tree) if self.tree is not None else {}

    def loops(self, name: str) -> bool:
        """Return whether there is a loop in a function."""
        definition = self.function(name)
        kinds = ast.For | ast.While | ast.comprehension
        return definition is not None and any(isinstance(n, kinds) for n in ast.walk(definition))

    def first_global(self, name: str) -> int | None:
        """Return the first line of a function that may keep something from call to call, or draws at random.

        It says `global`, uses a variable of the module that is no mere constant, has a default that can be changed, such as
        `order=[]`, or takes something from a module named random.
        """
        definition = self.function(name)
        kept = {
            variable
            for variable, nodes in self.names.items()
            if isinstance(nodes[-1], ast.Assign) and not isinstance(nodes[-1].value, ast.Constant | ast.Lambda)
        }
        nodes = list(ast.walk(definition)) if definition is not None else []
        defaults = [d for d in (*definition.args.defaults, *definition.args.kw_defaults) if d] if definition else []
        kept_defaults = [d.lineno for d in defaults if not isinstance(d, ast.Constant | ast.UnaryOp | ast.Name | ast.Attribute)]
        drawn = [n.lineno for n in nodes if isinstance(n, ast.Attribute) and n.attr == "random"]
        drawn += [n.lineno for n in nodes if isinstance(n, ast.Name) and n.id == "random"]
        found = [n.lineno for n in nodes if isinstance(n, ast.Global) or (isinstance(n, ast.Name) and n.id in kept)]
        return min(found + kept_defaults + drawn, default=None)

    def changes(self, name: str, variable: str) -> int | None:
        """Return the first line of a function that changes a parameter in place; see `lines.writing`."""
        definition = self.function(name)
        return lines.writing(definition, variable) if definition is not None else None


def read_source(file: Path) -> Source:
    """Read a learner's file.

    It is decoded as Python does it: as UTF-8, with or without a byte order mark, or as its first lines say. What cannot be
    decoded is left for Python itself to complain about.
    """
    data = file.read_bytes()
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError:
        encoding = "utf-8"
    text = data.decode(encoding, errors="replace")
    return _source(file, io.IncrementalNewlineDecoder(None, translate=True).decode(text, final=True))


@lru_cache(maxsize=32)
def _source(file: Path, text: str) -> Source:
    """Return the source; where many functions of one file are checked, what is read off it is read once."""
    return Source(file, text)


def _statements(body: Iterable[ast.AST]) -> Iterator[ast.stmt]:
    """Yield statements, and those inside of `if`, `try`, `with` and loops, but not those of functions and classes."""
    for node in body:
        if isinstance(node, ast.stmt):
            yield node
        if isinstance(node, ast.If | ast.Try | ast.With | ast.For | ast.While | ast.ExceptHandler):
            yield from _statements(ast.iter_child_nodes(node))


def _bound(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.partition(".")[0] for alias in node.names}
    return set() if isinstance(node, ast.AugAssign) else _assigned(node)


def _assigned(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        targets = [node.target]
    else:
        return set()
    flat = [e for t in targets for e in (t.elts if isinstance(t, ast.Tuple | ast.List) else [t])]
    return {name for name in map(lines.root, flat) if name}


@dataclass
class Attempt:
    """What the learner's code did on one problem."""

    outcome: Outcome = field(default_factory=Outcome)
    forward: Outcome | None = None
    """What their own forward did before, where a backward was asked for and they have one."""
    changed: tuple[str, ...] = ()
    """The arguments that are not as they were before the call."""
    after: Mapping[str, Any] = field(default_factory=dict)
    """The arguments after the call, by name, but for what stays on the other side."""
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
    names: frozenset[str]
    """What can be called by its name in this file."""
    patience: ClassVar[float] = 1.0
    """How much longer than usual may be looked for what is wrong: nobody waits for it while they type."""

    def run(self, problem: Problem, *, forward: bool = True, **how: Any) -> Attempt:
        """Run the exercise's function on a problem.

        A backward gets the cache of the learner's own forward, if they have written one and forward=True, else the
        reference's cache. `how` are options of `Worker.call` for the exercise's own function, not for the forward before.
        """
        exercise = problem.exercise
        try:
            if exercise.forward is None:
                return self._plain(problem, how)
            return self._backward(problem, forward, how)
        except WorkerDied as died:
            return Attempt(died=died.reason, during=exercise.name)

    def held(self, problem: Problem) -> list[np.ndarray]:
        """Return what the variables hold on the way, where the code is followed on a problem."""
        return [step.value for step in self.run(problem, watched=self.source.watched).outcome.steps]

    def tries(self, problem: Problem, part: Part, texts: Sequence[str], *, forward: bool = True) -> list[Any]:
        """Run the exercise's function on a problem with each of some texts in the place of a part of a function of the file.

        Returns what comes out, None where it does not run; nothing for what there was no time for.
        """
        exercise = problem.exercise
        if exercise.forward is None:
            args, kwargs = bind(exercise.function, problem.arguments)
        else:
            args, kwargs = self._backward_arguments(problem, forward)[0], {}
        tried = self.worker.tries(texts, part, exercise.name, args, kwargs, opaque=_caches(exercise.function))
        return [one if one is None else one[0] for one in tried]

    def result(self, exercise: Exercise, returned: str, keys: Sequence[str] = ()) -> str:
        """Return where a result of an exercise, or an item of it, is: "return[1]['w1']"; or the variable that holds it."""
        place = f"[{exercise.returns.index(returned)}]" if len(exercise.returns) > 1 else ""
        return "".join(["return", place, *(f"[{key if key.isdigit() else repr(key)}]" for key in keys)])

    def use_reference(self, exercise: Exercise, but: frozenset[str]) -> None:
        """Put the references in place of all parts of a composite, but for some."""
        self.worker.substitute({part.__name__: part for part in exercise.parts if part.__name__ not in but})

    def helper(self, name: str) -> ast.FunctionDef | None:
        """Return the definition of a function of theirs, in this file or another of their package."""
        sources = [self.source, *(read_source(file) for file in self.siblings())]
        return next((found for source in sources if (found := source.function(name)) is not None), None)

    def siblings(self) -> Sequence[Path]:
        """Return the other files of the learner's package."""
        return locate(self.source.file)[2][1:] if (self.source.file.parent / "__init__.py").exists() else []

    def use(self, functions: Mapping[str, Callable]) -> None:
        """Put functions in the place of parts of a composite."""
        self.worker.substitute(functions)

    def first_trap(self, problem: Problem) -> tuple[int, str] | None:
        """Return the first line on which a number overflows, is divided by zero, or is none; and what NumPy calls that."""
        exercise = problem.exercise
        try:
            if exercise.forward is None:
                args, kwargs = bind(exercise.function, problem.arguments)
                error = self.worker.call(exercise.name, args, kwargs, strict=True).error
            else:
                args = [problem.upstream, *([problem.reference_cache] if takes_cache(exercise.function) else [])]
                error = self.worker.call(exercise.name, args, {}, strict=True).error
        except WorkerDied:
            return None
        if error is None or error["type"] != "FloatingPointError" or error["line"] is None:
            return None
        return error["line"], error["message"]

    def again(self, problem: Problem, between: Problem, *, forward: bool) -> list[Attempt]:
        """Run the exercise's function on a problem again; forward=True: twice, on one cache of the learner's own forward.

        The forward runs on another problem in between.
        """
        exercise = problem.exercise
        if not forward:
            return [self.run(problem, forward=False)]
        values = [self.forward(p, p.arguments, keep).value for p, keep in ((problem, "again"), (between, "between"))]
        if not all(isinstance(v, tuple | list) and len(v) > 1 and isinstance(v[1], Handle) for v in values):
            return [self.run(problem, forward=False)]
        args = [problem.upstream, values[0][1]]
        return [Attempt(self.worker.call(exercise.name, args, {})) for _ in range(2)]

    def forward(self, problem: Problem, arguments: dict[str, Any], keep: str = "probe") -> Outcome:
        """Call the learner's forward of a backward exercise on other arguments."""
        assert problem.exercise.forward is not None
        return self._call(problem.exercise.forward, arguments, keep)

    def _plain(self, problem, how):
        outcome = self._call(problem.exercise.function, problem.arguments, "c", **how)
        args, kwargs = bind(problem.exercise.function, problem.arguments)
        before = dict(zip(problem.positional, args, strict=True)) | kwargs
        after = _after(outcome, problem.positional)
        return Attempt(outcome, changed=_changed(before, after), after=after)

    def _backward(self, problem, forward, how):
        exercise = problem.exercise
        try:
            args, ran = self._backward_arguments(problem, forward)
        except WorkerDied as died:
            return Attempt(died=died.reason, during=exercise.forward.__name__)
        outcome = self.worker.call(exercise.name, args, {}, **how)
        names = exercise.parameters[: len(args)]
        before = {name: value for name, value in zip(names, args, strict=True) if not isinstance(value, Handle)}
        after = _after(outcome, names)
        return Attempt(outcome, ran, _changed(before, after), after)

    def _backward_arguments(self, problem, forward):
        """Return (the arguments of a backward, what their own forward did if it was run)."""
        exercise = problem.exercise
        args, ran = [problem.upstream], None
        if takes_cache(exercise.function):
            cache = problem.reference_cache
            if forward and exercise.forward.__name__ in self.own & self.names:
                ran = self.forward(problem, problem.arguments, "f")
                if ran.error is not None and ran.error["type"] == "timeout":
                    self.own -= {exercise.forward.__name__}  # a forward that hangs is not waited for case by case
                value = ran.value
                if ran.error is None and isinstance(value, tuple | list) and len(value) > 1 and isinstance(value[1], Handle):
                    cache = value[1]
            args.append(cache)
        return args, ran

    def _call(self, function: Callable, arguments: dict[str, Any], keep: str, **how: Any) -> Outcome:
        args, kwargs = bind(function, arguments)
        return self.worker.call(function.__name__, args, kwargs, opaque=_caches(function), keep=keep, **how)


def _caches(function: Callable) -> frozenset[int]:
    """Return the places of the caches among what a function returns."""
    return frozenset(i for i, name in enumerate(returned_names(function)) if name == "cache")


def bind(function: Callable, arguments: dict[str, Any]) -> tuple[list, dict[str, Any]]:
    """Split arguments by name into those passed by position and those passed by keyword."""
    args, kwargs = [], {}
    for name, by_name in _parameters(function):
        if name in arguments:
            if by_name:
                kwargs[name] = arguments[name]
            else:
                args.append(arguments[name])
    return args, kwargs


@lru_cache(maxsize=512)
def _parameters(function: Callable) -> tuple[tuple[str, bool], ...]:
    """Return for each parameter its name, and whether it is passed by that alone."""
    return tuple((p.name, p.kind is p.KEYWORD_ONLY) for p in inspect.signature(function).parameters.values())


def load(worker: Worker, source: Source, names: Iterable[str]) -> Learner:
    """Return the learner whose module, with these callables in it, a worker has loaded.

    Their own is what the file and its siblings of the same package define, stubs left out, and what else the file can call
    by its name: it was assigned, or imported from elsewhere.
    """
    found, stubs = set(names), set()
    package = (source.file.parent / "__init__.py").exists()
    siblings = locate(source.file)[2][1:] if package else []
    for other in [source, *(read_source(file) for file in siblings)]:
        for name, untouched in other.functions.items():
            (stubs if untouched else found).add(name)
    return Learner(worker, source, frozenset(found - stubs), frozenset(names))


def _after(outcome: Outcome, positional: Sequence[str]) -> dict[str, Any]:
    """Return the arguments as they are after a call, by name."""
    if outcome.after is None:
        return {}
    return dict(zip(positional, outcome.after["args"], strict=True)) | outcome.after["kwargs"]


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(name for name in before if name in after and not same(before[name], after[name]))


def same(before, after) -> bool:
    """Return whether an argument came back as it went. Functions and what stays on the other side are not compared."""
    a, b = list(leaves(before)), list(leaves(after))
    if [path for path, _ in a] != [path for path, _ in b]:
        return False
    return all(
        np.array_equal(x, y, equal_nan=True) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else np.array_equal(x, y)
        for (_, x), (_, y) in zip(a, b, strict=True)
        if isinstance(x, np.ndarray | np.generic | int | float)
    )

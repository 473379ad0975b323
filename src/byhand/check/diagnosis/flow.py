"""How the values of a call hang together: which line read what, as far as its statements and its recorded values tell."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from ..learner import Source
from .matching import Held


@dataclass(eq=False)
class Value:
    """What a line last gave a variable, over all the times that it was executed."""

    function: str
    line: int
    """The first line of its statement."""
    name: str
    held: Held
    """The last time."""
    reads: list[Value] = field(default_factory=list, repr=False)
    readers: list[Value] = field(default_factory=list, repr=False)
    last: bool = True
    """Whether nothing was assigned to the variable later."""

    @property
    def label(self) -> str:
        """The name by which it is known: "w1" for "grads['w1']"."""
        keys = _keys(self.name)
        return keys[-1] if keys and keys[-1].isidentifier() and not self.name.startswith("return") else self.name

    @property
    def variable(self) -> str:
        """The variable that it is in: "grads" for "grads['w1']"."""
        return self.name.partition("[")[0]


class Flow:
    """All values of a call, in the order in which they were last given."""

    def __init__(self, source: Source, found: list[Held]):
        self.source = source
        self.statements: dict[int, ast.stmt | None] = {}
        self._read_by_calls: dict[tuple[int, str], set[str]] = {}
        self.values: list[Value] = []
        groups: dict[tuple, Value] = {}
        frames: dict[int, dict[str, list[Value]]] = {}
        callers: dict[int, tuple[int, int]] = {}
        self.links: set[tuple[int, int]] = set()
        for held in found:
            step = held.step
            line = self.start(step.line)
            key = (step.function, line, step.name)
            value = groups.get(key)
            if value is None:
                value = groups[key] = Value(step.function, line, step.name, held)
            value.held = held
            here = frames.setdefault(step.frame, {})
            callers[step.frame] = (step.caller, step.called_from)
            read = self.read(step.line, step.name)
            for name in read:
                for other in _held(here, name) or self._before(name, step, frames, callers):
                    self._link(value, other)
            for frame, (caller, called_from) in callers.items():  # what functions called from this line gave back
                if caller == step.frame and self.start(called_from) == line:
                    for other in frames[frame].get("return", ()):
                        self._link(value, other)
            variable = step.name.partition("[")[0]
            if "[" in step.name:
                kept = [v for v in here.get(variable, []) if v.name != step.name]
                here[variable] = [*kept, value]
            else:
                here[variable] = [value]
        self.values = sorted(groups.values(), key=lambda v: v.held.position)
        latest: dict[tuple[str, str], Value] = {}
        for value in self.values:
            before = latest.get((value.function, value.name))
            if before is not None:
                before.last = False
            latest[value.function, value.name] = value

    def _link(self, value: Value, other: Value) -> None:
        if other is not value and (id(value), id(other)) not in self.links:
            self.links.add((id(value), id(other)))
            value.reads.append(other)
            other.readers.append(value)

    def _before(self, name, step, frames, callers):
        """Return what a parameter may hold: all that the arguments of the call read."""
        if step.caller < 0:
            return []
        there = frames.get(step.caller, {})
        return [v for read in self._passed(step.called_from, step.function) for v in _held(there, read)]

    def _passed(self, line: int, function: str) -> set[str]:
        """Return the variables that the arguments read in calls of a function on a line."""
        if (line, function) not in self._read_by_calls:
            found: set[str] = set()
            statement = self.statement(line)
            for node in ast.walk(statement) if statement is not None else ():
                if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == function:
                    for argument in [*node.args, *(k.value for k in node.keywords)]:
                        _loaded(argument, found)
            self._read_by_calls[line, function] = found
        return self._read_by_calls[line, function]

    def statement(self, line: int) -> ast.stmt | None:
        """Return the statement that a line belongs to."""
        if line not in self.statements:
            self.statements[line] = self.source.statement(line)
        return self.statements[line]

    def start(self, line: int) -> int:
        """Return the first line of the statement that a line belongs to."""
        statement = self.statement(line)
        return statement.lineno if statement is not None else line

    def read(self, line: int, name: str) -> set[str]:
        """Return the variables that a line reads for what it gives one name: "x", or "state['m']" where it is one item alone."""
        statement = self.statement(line)
        if statement is None:
            return set()
        nodes: list[ast.AST] = [statement]
        if isinstance(statement, ast.Return):
            item, rest = _within(statement.value, _keys(name)) if statement.value is not None else (None, [])
            if isinstance(item, ast.Name) and rest:
                return {item.id + "".join(f"[{key if key.isdigit() else repr(key)}]" for key in rest)}
            nodes = [item] if item is not None else []
        elif isinstance(statement, ast.Assign):
            nodes = [_assigned(statement, name)]
            nodes += [t for t in statement.targets if isinstance(t, ast.Subscript | ast.Attribute)]
        elif isinstance(statement, ast.For | ast.While | ast.If | ast.With | ast.Try | ast.FunctionDef | ast.ClassDef):
            nodes = [child for child in ast.iter_child_nodes(statement) if not isinstance(child, ast.stmt)]
        elif isinstance(statement, ast.AugAssign):
            way = _way(statement.target)
            if "[" in way:
                nodes = [statement.value, statement.target]
            else:
                nodes = [statement, ast.Name(_base(statement.target), ast.Load())]
        found: set[str] = set()
        for node in nodes:
            _loaded(node, found)
        return found

    def slice(self, ends: list[Value]) -> list[Value]:
        """Return all values that some were made of, and those themselves, in order."""
        found = self.above(ends)
        return [v for v in self.values if id(v) in found]

    def above(self, ends: list[Value]) -> set[int]:
        """Return the identities of all values that some were made of, and of those themselves."""
        found, todo = set(), list(ends)
        while todo:
            value = todo.pop()
            if id(value) not in found:
                found.add(id(value))
                todo.extend(value.reads)
        return found


def _held(here: dict[str, list[Value]], name: str) -> list[Value]:
    """Return what a variable holds, or what is in one item of it."""
    held = here.get(name.partition("[")[0], [])
    return [v for v in held if v.name == name or v.name.startswith(f"{name}[") or "[" not in v.name] if "[" in name else held


def _assigned(statement: ast.Assign, name: str) -> ast.expr:
    """Return the part of the right side that one variable, or one item of it, is given."""
    variable, _, _ = name.partition("[")
    target, value = statement.targets[0], statement.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        at = [i for i, t in enumerate(target.elts) if isinstance(t, ast.Name) and t.id == variable]
        if at:
            return _item(value.elts[at[0]], _keys(name))
    return _item(value, _keys(name)) if isinstance(target, ast.Name) else value


def _item(value: ast.expr, keys: list[str]) -> ast.expr:
    """Return the expression of an item of tuples, lists and dicts that are written out."""
    return _within(value, keys)[0]


def _within(value: ast.expr, keys: list[str]) -> tuple[ast.expr, list[str]]:
    """Return the expression of an item, as far as tuples, lists and dicts are written out; and the rest of the way."""
    for at, key in enumerate(keys):
        if isinstance(value, ast.Tuple | ast.List) and key.isdigit() and int(key) < len(value.elts):
            value = value.elts[int(key)]
        elif isinstance(value, ast.Dict):
            written = (v for k, v in zip(value.keys, value.values, strict=True) if isinstance(k, ast.Constant) and k.value == key)
            value = next(written, value)
        else:
            return value, keys[at:]
    return value, []


def _keys(name: str) -> list[str]:
    """Return the way to an item: ["1", "m"] of "return[1]['m']"."""
    return [part.strip("'\"") for part in re.findall(r"\[([^\]]*)\]", name)]


def _loaded(node: ast.AST, found: set[str]) -> None:
    way = _way(node)
    if "[" in way:
        found.add(way)
        return
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        found.add(node.id)
    for child in ast.iter_child_nodes(node):
        _loaded(child, found)


def _way(node: ast.AST) -> str:
    """Return how an item is written: "state['m']", or "self['W']" for an attribute; "" for what is none, or not all of it is."""
    if isinstance(node, ast.Name):
        return node.id
    inner = _way(node.value) if isinstance(node, ast.Subscript | ast.Attribute) else ""
    if isinstance(node, ast.Attribute) and inner.partition("[")[0] == "self":
        return f"{inner}[{node.attr!r}]"
    if inner and isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return f"{inner}[{node.slice.value!r}]"
    return ""


def _base(target: ast.AST) -> str:
    while isinstance(target, ast.Subscript | ast.Attribute):
        target = target.value
    return target.id if isinstance(target, ast.Name) else ""

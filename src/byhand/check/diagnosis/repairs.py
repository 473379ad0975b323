"""Small changes to single lines of the learner's code, tried in the worker: one that puts everything right marks the line.

Nothing that is expected is sent: the worker runs the changed code on the inputs, and the results are compared here. How many
changes are tried depends on how much the code does, never on the clock, so that the same code gets the same answer everywhere.
"""

from __future__ import annotations

import ast
import time
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

import numpy as np

from ..compare import differences
from ..learner import Learner
from ..parts import Part, changed, part
from ..problem import Problem
from ..process import WorkerDied
from ..watching import COMPOUND
from .edit import ADDED, LOCAL, SCALED, TIERS, Edit, heads, wrapped
from .edits import edits
from .scope import Scope

WORK, WORK_WHEN_KNOWN = 250_000, 100_000
"""Microseconds of work that all tries may take, as they are reckoned; and where the code does what a wrong function that is
known does."""
ONE_TRY, ONE_NODE, ONE_LINE, ONE_CALL = 140, 0.6, 1, 60
"""Microseconds for a try, for an expression or statement that is compiled for it, for a line that it executes, and for a
function of ours that it calls over the wire: many of the answers are known."""
SECONDS = 1.0
"""The last resort, for functions of ours that take long over what they are given: then no more is tried."""
BATCH = 40


@dataclass
class Mended:
    """A change of one line with which a quantity is right in every case."""

    line: int
    edit: Edit
    everything: bool
    """Whether all other quantities are right as well then."""


@dataclass
class Tries:
    """What was tried for a trial so far, for whichever quantity: it is not done again for the next."""

    count: int = 0
    seconds: float = 0.0
    known: bool = False
    """Whether the code does what a wrong function that is known does, and the line is told by that: then less is tried."""
    seen: dict[tuple[Part, str], set[str] | None] = field(default_factory=dict)
    """What is wrong on the first problem with each text in the place of a part; None where it does not run."""
    begun: set[int] = field(default_factory=set)
    """The lines of which changes were tried."""
    changes: dict[tuple[int, int | None, int], dict[Part, dict[str, Edit]]] = field(default_factory=dict)
    """The changes of a line (of a return, for one thing that it gives back) of a tier: by the part, and by its text with them."""


@dataclass
class Search:
    """The changes to some lines of a learner's code, tried in the order of how likely they are."""

    learner: Learner
    problems: Sequence[Problem]
    """Those on which it fails, the cheapest first, and then the others."""
    wrong: Sequence[set[str] | None]
    """What is wrong on each; None where the code does not run."""
    forward: bool
    lines: Mapping[int, tuple[ast.stmt, Scope]]
    """Statements by their first line, the suspicious ones first."""
    executed: int
    """How many lines a call executes."""
    calls: int
    """How often it calls a function of ours, over the wire."""
    tries: Tries
    """Those of the searches before; its own are added."""
    suspects: frozenset[int] = frozenset()
    """Lines on which a value is not known to be right."""
    telling: int | None = None
    """The one that is known to give a variable another value than its name says."""
    roots: frozenset[int] = frozenset()
    """Those of them that are made of nothing but what is right."""
    feeding: frozenset[int] = frozenset()
    """Lines that make what those are made of."""
    complete: bool = False
    """Whether every change of the tiers that were begun was tried."""

    @cached_property
    def written(self) -> int:
        """How many expressions and statements the longest of the functions has."""
        definitions = {id(scope.definition): scope.definition for _, scope in self.lines.values()}.values()
        return max((sum(isinstance(n, ast.expr | ast.stmt) for n in ast.walk(d)) for d in definitions), default=0)

    def most(self) -> int:
        """Return how many tries there is room for."""
        one = ONE_TRY + ONE_NODE * self.written + ONE_LINE * self.executed + ONE_CALL * self.calls
        work = WORK_WHEN_KNOWN if self.tries.known else WORK
        return int(work * self.learner.patience / one)

    @property
    def room(self) -> int:
        """How many more tries there is room for."""
        return max(0, self.most() - self.tries.count) if self.tries.seconds <= SECONDS * self.learner.patience else 0

    def run(self, quantity: str | None) -> list[Mended]:
        """Return changes, one a line, with which a quantity (None: everything) is right; of the first tier that has any."""
        found: list[Mended] = []
        scaled: set[int] = set()
        self.complete = True
        for stage in self._stages(by_value=quantity is not None):
            for tier, line in ((tier, line) for tier, lines in stage for line in lines):
                if not self.room and line not in self.tries.begun:  # in long code most lines are never come to
                    self.complete = False
                    continue
                scaled |= {line} if tier == SCALED else set()
                mended = self._line(line, self._changes(line, tier), quantity)
                found += [mended] if mended is not None else []
            if found:
                break
        return found + self._likewise(found, self.lines.keys() - scaled, quantity)

    def _stages(self, *, by_value: bool) -> list[list[tuple[int, list[int]]]]:
        """Return what is tried together, tiers of lines, before the next; by what the variables held, if that tells much."""
        telling = [line for line in self.lines if line == self.telling]
        roots = [line for line in self.lines if line in self.roots]
        suspects = [line for line in self.lines if line in self.suspects and line not in self.roots]
        others = [line for line in self.lines if line not in self.suspects]
        feeding = [line for line in others if line in self.feeding]
        heads = [line for line, (statement, _) in self.lines.items() if isinstance(statement, ast.FunctionDef)]
        first = [(LOCAL, heads), (LOCAL, telling), (SCALED, telling)]
        if not by_value:  # code that stops
            return [first, [(ADDED, telling)], *([(tier, [*roots, *suspects, *others])] for tier in TIERS)]
        return [
            first,
            [(LOCAL, roots), (LOCAL, suspects), (LOCAL, others), *([] if telling else [(SCALED, roots)])],
            [(ADDED, telling)],
            [(SCALED, roots)],
            [(ADDED, roots), (SCALED, suspects)],
            [(SCALED, feeding)],
            [(ADDED, suspects), (SCALED, others)],
            [(ADDED, others)],
        ]

    def _likewise(self, found: list[Mended], lines: Set[int], quantity: str | None) -> list[Mended]:
        """Return other lines that the same would mend: a factor that was left out may as well have been left out there."""
        put = {_behind(m.edit) for m in found if m.edit.tier == SCALED} - {""}
        more: list[Mended] = []
        for line in sorted(lines) if put else ():
            same = {
                place: {text: edit for text, edit in by_text.items() if _behind(edit) in put}
                for place, by_text in self._changes(line, SCALED).items()
            }
            mended = self._line(line, same, quantity)
            more += [mended] if mended is not None else []
        return more

    def _changes(self, line: int, tier: int) -> dict[Part, dict[str, Edit]]:
        """Return the changes of a line that belong to a tier, those of a named kind first, by the text that they make."""
        statement, scope = self.lines[line]
        position = scope.position if isinstance(statement, ast.Return) else None
        key, text, around = (line, position, tier), self.learner.source.text, self.learner.source.around(line)
        assert around is not None  # a line that is outside of all functions is not searched
        if key not in self.tries.changes:
            found = self.tries.changes[key] = {}
            wholes = (
                {id(node): head for head in heads(statement) for node in ast.walk(head)}
                if isinstance(statement, COMPOUND)
                else {}
            )
            parts: dict[int, Part] = {}
            for edit in sorted(_edits(statement, scope, tier, self.most()), key=lambda e: e.kind == "wrong-formula"):
                if edit.until is not None:
                    found.setdefault(part(text, *around, statement, edit.until), {})[edit.text] = edit
                    continue
                whole = wholes.get(id(edit.node), edit.node if isinstance(statement, ast.FunctionDef) else statement)
                place = parts[id(whole)] = parts.get(id(whole)) or part(text, *around, whole)
                found.setdefault(place, {}).setdefault(changed(text, whole, edit.node, edit.text), edit)
        return self.tries.changes[key]

    def _line(self, line: int, todo: Mapping[Part, Mapping[str, Edit]], quantity: str | None) -> Mended | None:
        self.tries.begun.add(line)
        found = (self._part(line, place, by_text, quantity) for place, by_text in todo.items())
        return next((mended for mended in found if mended is not None), None)

    def _part(self, line: int, place: Part, todo: Mapping[str, Edit], quantity: str | None) -> Mended | None:
        texts = list(todo)
        for start in range(0, len(texts), BATCH):
            batch = self._affordable(place, texts[start : start + BATCH])
            if not batch:
                return None
            started = time.perf_counter()
            try:
                good = self._working(place, batch, quantity)
            except WorkerDied:
                self.complete = False
                return None
            self.tries.seconds += time.perf_counter() - started
            if good:  # several changes may do: one that says what is wrong is rather told
                text, everything = min(good, key=lambda g: (not g[1], todo[g[0]].kind == "wrong-formula", _size(todo[g[0]].node)))
                return Mended(line, todo[text], everything)
        return None

    def _affordable(self, place: Part, texts: list[str]) -> list[str]:
        """Return those of the texts that were tried before, and the new ones that there is room for, which are counted."""
        new = [text for text in texts if (place, text) not in self.tries.seen]
        left_out = set(new[self.room :])
        self.tries.count += len(new) - len(left_out)
        self.complete = self.complete and not left_out
        return [text for text in texts if text not in left_out]

    def _working(self, place: Part, texts: list[str], quantity: str | None) -> list[tuple[str, bool]]:
        """Return those of the texts with which a quantity is right on all problems, and whether all others are too."""
        first, *others = self.problems
        new = [text for text in texts if (place, text) not in self.tries.seen]
        self.tries.seen |= {(place, text): wrong for text, wrong in self._tried(first, place, new).items()}
        found = {text: self.tries.seen[place, text] for text in texts}
        good = [(text, not wrong) for text, wrong in found.items() if _mends(wrong, quantity, self.wrong[0])]
        for problem, wrong in zip(others, self.wrong[1:], strict=True):
            if not good:
                break
            found = self._tried(problem, place, [text for text, _ in good])
            good = [(text, all_ and not found[text]) for text, all_ in good if _mends(found.get(text), quantity, wrong)]
        return good

    def _tried(self, problem: Problem, place: Part, texts: list[str]) -> dict[str, set[str] | None]:
        values = self.learner.tries(problem, place, texts, forward=self.forward) if texts else []
        found = [None if value is None else _wrong(problem, value) for value in values]
        self.complete = self.complete and len(found) == len(texts)
        return dict(zip(texts, [*found, *[None] * (len(texts) - len(found))], strict=True))


def _behind(edit: Edit) -> str:
    """Return what an edit puts behind an expression: " / n)"."""
    before = f"({wrapped(edit.node)}" if isinstance(edit.node, ast.expr) else edit.text
    return edit.text.removeprefix(before) if edit.text.startswith(before) else ""


def _edits(statement: ast.stmt, scope: Scope, tier: int, most: int) -> list[Edit]:
    try:
        return list(islice(edits(statement, scope, tier), most))
    except RecursionError:  # too deep to be written out again
        return []


def _size(node: ast.expr | ast.stmt) -> tuple[int, int]:
    """Return how much a node is in the text, in lines and in columns: what changes less is likelier meant."""
    assert node.end_lineno is not None and node.end_col_offset is not None
    return node.end_lineno - node.lineno, node.end_col_offset - node.col_offset


def _mends(wrong: set[str] | None, quantity: str | None, before: set[str] | None) -> bool:
    """Return whether a quantity is right (None: all are), and none is wrong that was right before."""
    if wrong is None:
        return False
    return not wrong if quantity is None else quantity not in wrong and (before is None or wrong <= before)


def _wrong(problem: Problem, value: object) -> set[str] | None:
    """Return the quantities that are not as expected, or None where something else was returned than promised."""
    with np.errstate(all="ignore"):
        found = differences(problem, value)
    return None if any(d.rung == "type" for d in found) else {d.quantity for d in found}

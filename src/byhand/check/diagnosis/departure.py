"""Step 4: the first line that departs from what is right.

What the variables held tells which values are not right and made of nothing but what is (`traced`). Then small changes to
the lines are tried on the learner's own code, the suspicious ones first (`repairs`): a line with whose change everything
comes out right is where the fault is.
"""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from .. import watching
from ..compare import Difference
from .edit import ADDED, Edit
from .flow import Flow, Value
from .known import plain
from .matching import multiple
from .repairs import Mended, Search, Tries
from .scope import Scope
from .traced import is_same

if TYPE_CHECKING:
    from .context import Context, Trial

ENOUGH = 4
"""Numbers in an array that is evidence on its own."""


@dataclass(frozen=True)
class Departure:
    """The first line that departs from what is right."""

    line: int
    name: str
    """The variable that it gives a wrong value."""
    words: str
    """What the variable holds instead, to follow "`dvar` is"; "" where nothing is recognised."""
    confidence: str
    edit: Edit | None = None
    """A change of the line that puts the quantity right."""
    everything: bool = False
    """Whether with that change everything is right."""
    elsewhere: bool = False
    """Whether another line may be at fault as well: one that can be changed, or a function that gives back what this makes."""
    lacks: tuple[str, str] | None = None
    """(kind, what it is about) where the value is the right one but for something known that is missing, or too much."""

    @property
    def sure(self) -> bool:
        """Whether a change of this line is known that puts right what it should."""
        return self.edit is not None and (self.everything or self.confidence == "certain")


@dataclass
class _Suspects:
    """The values that may be at fault for a quantity."""

    inside: list[Value]
    """All that it is made of."""
    wrong: list[Value]
    """Those not known to be right, in their order."""
    roots: list[Value]
    """Those of them that are made of nothing but what is right."""
    doubtful: list[Value]
    """Those that are a variation of something right, though something right came of them."""
    strong: Value | None
    """The first of the roots that says that it is wrong; where a function of the learner's gave that back, what it gave."""
    misnamed: bool
    """Whether it is not what its name says."""


class Departures:
    """Where the quantities of a failing trial depart from what is right."""

    def __init__(self, context: Context):
        self.context, self.traced = context, context.traced
        self.found: dict[str | None, Departure | None] = {}
        self.tries = Tries()

    @property
    def _flow(self) -> Flow:
        assert self.traced.flow is not None
        return self.traced.flow

    def made_as(self, steps: list[tuple[str, np.ndarray]]) -> Departure | None:
        """Return the first line that makes what a wrong function of ours makes, and no right one does.

        Where the code does just what that function does, this is where the two agree on what is wrong.
        """
        if self.traced.flow is None:
            return None
        wrong = [a.astype(float) for _, a in steps if a.size and np.isfinite(a).all() and not self._known(a)]
        counts = {plain(name): float(a) for name, a in steps if a.ndim == 0 and not self._meant(name, a)}
        for value in sorted(self._flow.values, key=lambda v: v.held.position):
            mine = value.held.step.value
            if value.line in self.traced.heads or not np.isfinite(mine).all():
                continue
            named = mine.ndim == 0 and counts.get(plain(value.name)) == float(mine)
            if named or (not value.held.given and any(w.size == mine.size and is_same(mine, w) for w in wrong)):
                made = self.traced.before_return(value)
                return Departure(made.line, _variable(made.name), "", "likely")
        return None

    def _meant(self, name: str, number: np.ndarray) -> bool:
        """Whether a variable of a name may be meant to hold a number: no other is known."""
        known = [float(k.value) for k in self.traced.known[0].by_name.get(plain(name), ()) if k.value.ndim == 0]
        return not known or float(number) in known

    def _known(self, array: np.ndarray) -> bool:
        """Whether an array is one of those that are right, or says nothing."""
        if array.size < ENOUGH and bool(np.all(array == np.round(array))):
            return True
        return any(is_same(array, known.value) for _, known in self.traced.known[0].near(array))

    @property
    def solved(self) -> bool:
        """Whether a small change to one line was found, in what was asked so far, that puts everything right."""
        return any(d is not None and d.sure for d in self.found.values())

    @property
    def everything(self) -> bool:
        """Whether such a change puts everything right."""
        return any(d is not None and d.everything for d in self.found.values())

    def of(self, difference: Difference | None) -> Departure | None:
        """Return where a quantity departs from what is right (None: where the code does, before it stops)."""
        quantity = difference.quantity if difference is not None else None
        known = next((d for d in self.found.values() if d is not None and d.everything), None)
        if known is not None:  # one change puts everything right
            return known
        if quantity not in self.found:
            self.found[quantity] = self._departure(difference) if self.traced.flow is not None else None
        return self.found[quantity]

    def _departure(self, difference: Difference | None) -> Departure | None:
        suspects = self._suspects(difference)
        search = self._search(difference, suspects)
        mended = search.run(difference.quantity if difference is not None else None)
        if mended:
            return self._mended(mended, search, suspects)
        return self._matched(suspects) if suspects.roots else None

    def _suspects(self, difference: Difference | None) -> _Suspects:
        traced = self.traced
        whole = not any(a.outcome.full for a in traced.attempts)
        inside = self._flow.slice(traced.ends(difference))
        wrong = [v for v in inside if id(v) not in traced.fine] if whole else []
        doubtful = traced.doubtful(wrong)
        roots = traced.roots(wrong)
        strong = next((v for v in roots if traced.telling(v)), None)
        misnamed = strong is not None and traced.meant[id(strong)] is False
        if strong is not None and traced.given_back(strong) is not strong:
            strong = traced.given_back(strong)
            roots, wrong = [strong, *roots], [strong, *wrong]
        return _Suspects(inside, sorted([*wrong, *doubtful], key=lambda v: v.held.position), roots, doubtful, strong, misnamed)

    def _search(self, difference: Difference | None, suspects: _Suspects) -> Search:
        context, traced = self.context, self.traced
        order = [*(v.line for v in suspects.wrong), *(v.line for v in reversed(suspects.inside)), *reversed(traced.executed)]
        proved, strong = traced.proved(), suspects.strong
        lines: dict[int, tuple[ast.stmt, Scope]] = {}
        scopes: dict[str, Scope] = {}
        for line in dict.fromkeys([*(n for n in order if n not in proved), *traced.heads]):
            around, statement = context.learner.source.around(line), self._flow.statement(line)
            if around is not None and statement is not None:
                name, definition = around
                scopes[name] = scopes.get(name) or self._scope(definition, difference)
                lines[line] = (statement, scopes[name])
        failing = [p for p in traced.problems if p.case.kind != "float32"] or traced.problems
        rest = [t.problem for t in context.trials if not any(t.problem is p for p in failing)]
        executed = sum(traced.attempts[0].outcome.lines.values())
        problems = [*failing, *rest]
        trials = {id(t.problem): t for t in context.trials}
        roots = [*suspects.roots, *suspects.doubtful, *filter(traced.copied, suspects.wrong)]
        return Search(
            context.learner,
            problems,
            [_wrong(trials[id(p)]) for p in problems],
            traced.forward,
            lines,
            executed,
            traced.calls,
            self.tries,
            suspects=frozenset(v.line for v in suspects.wrong),
            telling=strong.line if strong is not None and suspects.misnamed else None,
            roots=frozenset(v.line for v in roots),
            feeding=frozenset(read.line for v in roots for read in v.reads),
        )

    def _scope(self, definition: ast.FunctionDef, difference: Difference | None) -> Scope:
        exercise = self.context.exercise
        mine = [v for v in self._flow.values if v.function == definition.name and not v.name.startswith("return")]
        shapes = {re.sub(r"^self\['(\w+)'\]", r"self.\1", v.name): v.held.step.value.shape for v in mine}
        meant = {p.name: p.default for p in inspect.signature(exercise.function).parameters.values()}
        defaults = {n: d for n, d in meant.items() if d is not inspect.Parameter.empty}
        asked = definition is self.context.learner.source.function(exercise.name) and len(exercise.returns) > 1
        place = self.context.place(difference) if asked and difference is not None else ("", 0, ())
        position = place[1] if place[0] == "return" else None
        return Scope(definition, shapes, defaults, position)

    def _mended(self, mended: list[Mended], search: Search, suspects: _Suspects) -> Departure:
        """Return the one of the lines with whose change all is right that departs first."""
        wrong, strong = suspects.wrong, suspects.strong
        departing = [v.line for v in wrong]

        def rank(m: Mended) -> tuple:
            telling = strong is not None and strong.line == m.line
            first = departing.index(m.line) if m.line in departing else len(departing)
            statement = self._flow.statement(m.line)
            copied = isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Name)  # a step is left out there
            return not telling, not m.everything, m.line not in departing, m.edit.tier, not copied, first

        best = min(mended, key=rank)
        value = next((v for v in wrong if v.line == best.line), None)
        if value is not None and isinstance(best.edit.node, ast.Name):
            made = self.traced.before_return(value)
            later = [v for v in self._flow.values if v.name == best.edit.quantity and v.held.position > made.held.position]
            if not later:  # what is put in is there already where that was made
                value, best = made, replace(best, line=made.line)
        lines = {m.line for m in mended}
        telling = strong is not None and strong.line == best.line
        alone = len(lines) == 1 and search.complete and best.everything and best.edit.tier != ADDED
        alone = alone and best.edit.kind != "extra-term"  # taking away may make up for what is missing elsewhere
        handed = value is not None and self.traced.given_back(value) is not value
        elsewhere = handed or len(lines) > 1
        departs = best.line in {*departing, *search.feeding}
        sure = best.everything and ((telling and wrong[0].line == best.line) or (alone and not elsewhere and departs))
        value = value or next((v for v in reversed(suspects.inside) if v.line == best.line), None)
        name = _variable(value.name) if value is not None else ""
        words = self._words(value) if value is not None and value in wrong else ""
        name = name or next(iter(watching.names(statement)) if (statement := self._flow.statement(best.line)) else iter(()), "")
        return Departure(best.line, name, words, "certain" if sure else "likely", best.edit, best.everything, elsewhere)

    def _matched(self, suspects: _Suspects) -> Departure:
        """Return the departure that the values alone show."""
        value = self.traced.before_return(suspects.strong or suspects.roots[0])
        relation = value.held.best
        strong = suspects.strong
        telling = suspects.misnamed and value.held.step.value.size >= ENOUGH
        recognised = (
            relation is not None and relation.known.form == "whole" and plain(value.name) in map(plain, relation.known.names)
        )
        only = len({v.line for v in suspects.roots}) == 1
        confidence = "certain" if telling and recognised else "likely" if telling or strong is not None or only else "possible"
        lacks = self._lacks(value)
        return Departure(value.line, _variable(value.name), self._words(value), confidence, lacks=lacks)

    def _lacks(self, value: Value) -> tuple[str, str] | None:
        """Return ("missing-term", "std") where a value times, over, plus or minus something known is what it is meant to be."""
        mine = value.held.step.value
        meant = [k.value for k in self.traced.known[0].by_name.get(plain(value.label), ()) if k.value.shape == mine.shape]
        if value.name.startswith("return") or not meant or mine.dtype.kind != "f" or mine.size < ENOUGH:
            return None
        if self.traced.copied(value):
            return "missing-term", value.name
        with np.errstate(all="ignore"):
            for known in self.traced.known[0].by_key.values():
                other = known.value
                if known.form != "whole" or not known.names or other.size < 2 or _broadcast(other, mine) != mine.shape:
                    continue
                for target in meant:
                    for kind, a, b in (("missing-term", mine, target), ("extra-term", target, mine)):
                        if _put_together(a, b, np.broadcast_to(other, a.shape)):
                            return kind, known.names[0]
        return None

    def _words(self, value: Value) -> str:
        relation = value.held.best
        if relation is None:
            return ""
        if relation.right and relation.known.form == "part":
            return f"only {relation.words}"
        if relation.right and relation.known.form == "whole" and self.traced.meant[id(value)] is not False:
            return ""
        return relation.words


def _broadcast(a: np.ndarray, b: np.ndarray) -> tuple[int, ...] | None:
    try:
        return np.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        return None


def _put_together(a: np.ndarray, b: np.ndarray, other: np.ndarray) -> bool:
    """Return whether an array times, over, plus or minus another one is a third, but for a number."""
    if np.all(other == other.flat[0]):
        return False
    return any(np.isfinite(one).all() and multiple(one, other) is not None for one in (b / a, a / b, b - a))


def _wrong(trial: Trial) -> set[str] | None:
    unknown = trial.attempt.error is not None or any(d.rung == "type" for d in trial.differences)
    return None if unknown else {d.quantity for d in trial.differences}


def _variable(name: str) -> str:
    return "" if name.startswith("return") else name

"""Step 4: how far the code is right, and the first line that departs, from what its variables held line by line.

What a variable held is recognised among all that is known (`known`, `matching`), and the values hang together as the
statements say (`flow`). Then small changes to the lines are tried on the learner's own code, the suspicious ones first
(`repairs`): a line with whose change everything comes out right is where the fault is.
"""

from __future__ import annotations

import ast
import inspect
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from byhand.arrays import leaves

from .. import watching
from ..compare import Difference
from ..problem import Problem
from .edits import ADDED, Edit, Scope
from .flow import Flow, Value
from .known import knowledge, plain
from .matching import EXACT, Relation, identify, relate
from .repairs import Mended, Search

if TYPE_CHECKING:
    from .context import Context, Trial

_KINDS = ("odd", "ordinary", "edge", "extreme", "float32")
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
    relation: Relation | None = None
    lacks: tuple[str, str] | None = None
    """(kind, what it is about) where the value is the right one but for something known that is missing, or too much."""

    @property
    def sure(self) -> bool:
        """Whether a change of this line is known that puts right what it should."""
        return self.edit is not None and (self.everything or self.confidence == "certain")


class Traced:
    """What the learner's variables held on a failing problem, and what follows from it."""

    def __init__(self, context: Context):
        self.context = context
        self.flow: Flow | None = None
        self.strict = context.trial.rung in ("runs", "shape")
        """Whether a shape counts too."""
        self.found: dict[str | None, Departure | None] = {}
        self.tried, self.spent, self.seen = 0, 0.0, {}
        self.problems = self._problems()
        if not self.problems:
            return
        watched, asked = context.learner.source.watched, context.learner.worker.asked
        attempts = [context.learner.run(p, forward=self.forward, watched=watched) for p in self.problems[:2]]
        if any(a.died is not None or not a.outcome.lines for a in attempts):
            return
        self.attempts, self.calls = attempts, (context.learner.worker.asked - asked) // len(attempts)
        self.known = [knowledge(p) for p in self.problems[:2]]
        with np.errstate(all="ignore"):
            self.flow = Flow(context.learner.source, identify(attempts, self.known))
            self.meant = {id(v): self._meant(v) for v in self.flow.values}
        self.fine = self._fine()

    @property
    def forward(self) -> bool:
        """Whether a backward is run on the cache of the learner's own forward."""
        return self.context.trial.attempt.forward is not None

    def _problems(self) -> list[Problem]:
        """Return the problems on which it fails as it does on the first, the cheapest first, of different sizes if there are."""
        context = self.context
        told = context.exercise.kind in ("implement", "vectorise") and context.trial.attempt.died is None
        if not told or not context.follow:
            return []
        failing = [t.problem for t in context.trials if t.rung == context.trial.rung and (not t.passed or context.trial.passed)]
        failing.sort(key=lambda p: (_KINDS.index(p.case.kind) > 1, _size(p)))
        first = next((p for p in failing if p is context.problem), context.problem)
        if _KINDS.index(first.case.kind) > 1 and failing:
            first = failing[0]
        others = [p for p in failing if p is not first]
        return [first, *sorted(others, key=lambda p: p.sizes == first.sizes)]

    # -- which values are right

    def _meant(self, value: Value) -> bool | None:
        """Return whether a variable holds what one of its name is meant to hold in the end; None where no name says."""
        known = self.known[0].by_name.get(plain(value.label))
        if known is None or value.name.startswith("return") or value.line in self.heads:
            return None
        if not value.last and not self._copied(value):
            return None
        mine = value.held.step.value
        if mine.ndim and all(k.value.ndim == 0 for k in known):  # "d" is the number of features there, and a gradient here
            return None
        return any(_is(mine, k.value) and (mine.shape == k.value.shape or not self.strict) for k in known)

    def _taken(self, value: Value) -> bool:
        """Whether a variable is just an argument, or what is in one, under the name that it has there."""
        given = self.known[0].arguments.get(plain(value.label), ())
        mine = value.held.step.value
        if value.held.given and mine.size > 1 and not any(a.shape == mine.shape for a in self.known[0].inputs):
            return True  # in another shape
        return any(value.held.step.value.shape == a.shape and np.array_equal(value.held.step.value, a) for a in given)

    def _copied(self, value: Value) -> bool:
        """Whether a line gives a variable just what another holds."""
        mine = value.held.step.value
        return any(
            other.variable != value.variable and mine.size > 1 and np.array_equal(other.held.step.value, mine)
            for other in value.reads
        )

    def _right(self, value: Value) -> bool:
        if value.name.startswith("return"):
            return self._returned_right(value)
        straight = any(r.right and not (self.strict and r.layout) for r in value.held.relations)
        return straight and self.meant[id(value)] is not False

    def _returned_right(self, value: Value) -> bool:
        if value.function != self.own:
            return self._right_in_helper(value)
        target = self.targets.get(value.name)
        if target is not None:
            return _is(value.held.step.value, target)
        of_a_result = any(value.name.startswith(name) or name.startswith(f"{value.name}[") for name in self.targets)
        return not of_a_result and self._right_in_helper(value)  # a cache: what is in it is the learner's own business

    @property
    def own(self) -> str:
        """The name of the function asked for, as the learner has it."""
        return self.context.learner.source.called(self.context.exercise.name)

    @cached_property
    def targets(self) -> dict[str, np.ndarray]:
        """What ought to be returned, by the place where it is."""
        learner, exercise = self.context.learner, self.context.exercise
        found = {}
        for path, leaf in leaves(self.known[0].problem.expected):
            returned, *keys = path.split("/")
            if leaf is not None:
                found[learner.result(exercise, returned, keys)] = np.asarray(leaf)
        return found

    def _right_in_helper(self, value: Value) -> bool:
        return any(r.right and not (self.strict and r.layout) for r in value.held.relations)

    def _fine(self) -> set[int]:
        """Return the values that are right, or lead to something that is, or say nothing."""
        assert self.flow is not None
        right, fine = {id(v) for v in self.flow.values if self._right(v)}, set()
        for value in reversed(self.flow.values):
            best = value.held.best
            whole = best is not None and best.right and best.known.form != "part" and not self._copied(value)
            may_be = self.meant[id(value)] is not False or whole or (value.held.given and value.held.step.value.ndim == 0)
            if id(value) in right or (may_be and any(id(r) in fine and not r.held.given for r in value.readers)):
                fine.add(id(value))
        return fine | {id(v) for v in self.flow.values if not v.name.startswith("return") and self._quiet(v)}

    def _quiet(self, value: Value) -> bool:
        """Whether a value is no one's fault: an argument, or what is in one."""
        mine, best = value.held.step.value, value.held.best
        if value.line in self.heads or self._taken(value) or (value.held.given and self.meant[id(value)] is True):
            return True
        if best is not None and best.known.form != "whole" and best.symbol in ("1", "-1") and self.meant[id(value)] is None:
            return True  # a sum of something right, say, perhaps with the sign that it will need
        if mine.ndim == 0 and value.held.given and float(mine) in self.known[0].numbers:
            return True
        if isinstance(self.flow.statement(value.line), ast.For):  # it takes what is there
            return True
        return mine.ndim > 0 and value.held.given and not value.last  # a copy, or zeros, made to be filled

    # -- what is asked

    def right(self) -> list[dict[str, Any]]:
        """Return [{name, line, is}] for the variables that are right, in order, each once."""
        if self.flow is None:
            return []
        found = {}
        for value in self.flow.values:
            relation = value.held.best
            if id(value) not in self.fine or relation is None or not relation.right or value.name.startswith("return"):
                continue
            if value.held.step.value.size < ENOUGH and relation.known.form != "whole":
                continue
            if value.function != self.own or value.line in self.heads:
                continue
            if self.context.exercise.is_backward and relation.words.strip("`") == value.name:
                continue  # taken out of the cache
            told = {"name": value.name, "line": value.line, "is": relation.words.replace("`", "")}
            if plain(relation.words.strip("`")) != plain(value.name) or self.meant[id(value)]:
                found[value.name] = told
        return list(found.values())

    def to_come(self) -> list[str]:
        """Return the variables of the forward whose gradients have not been computed yet, from the output to the input."""
        if self.flow is None or not self.context.exercise.is_backward:
            return []
        have = {r.known.words for v in self.flow.values for r in v.held.relations if r.right}
        names = []
        for known in self.known[0].by_key.values():
            name = known.words.removeprefix("the gradient of ").strip("`")
            if known.words.startswith("the gradient of `") and name.isidentifier() and known.words not in have:
                names.append(name)
        own = set(self.known[0].problem.arguments)
        return [n for n in names if n not in own and n != "out"]

    def made_as(self, steps: list[tuple[str, np.ndarray]]) -> Departure | None:
        """Return the first line that makes what a wrong function of ours makes, and no right one does.

        Where the code does just what that function does, this is where the two agree on what is wrong.
        """
        if self.flow is None:
            return None
        wrong = [a.astype(float) for _, a in steps if a.size and np.isfinite(a).all() and not self._known(a)]
        for value in sorted(self.flow.values, key=lambda v: v.held.position):
            mine = value.held.step.value
            if value.line in self.heads or value.held.given or not np.isfinite(mine).all():
                continue
            if any(w.size == mine.size and _is(mine, w) for w in wrong):
                made = self._before_return(value)
                return Departure(made.line, _variable(made.name), "", "likely")
        return None

    def _known(self, array: np.ndarray) -> bool:
        """Whether an array is one of those that are right, or says nothing."""
        if array.size < ENOUGH and bool(np.all(array == np.round(array))):
            return True
        return any(_is(array, known.value) for _, known in self.known[0].near(array))

    @property
    def solved(self) -> bool:
        """Whether a small change to one line was found, in what was asked so far, that puts everything right."""
        return any(d is not None and d.sure for d in self.found.values())

    @property
    def everything(self) -> bool:
        """Whether such a change puts everything right."""
        return any(d is not None and d.everything for d in self.found.values())

    def departure(self, difference: Difference | None) -> Departure | None:
        """Return where a quantity departs from what is right (None: where the code does, before it stops)."""
        quantity = difference.quantity if difference is not None else None
        known = next((d for d in self.found.values() if d is not None and d.everything), None)
        if known is not None:  # one change puts everything right
            return known
        if quantity not in self.found:
            self.found[quantity] = self._departure(difference) if self.flow is not None else None
        return self.found[quantity]

    def _departure(self, difference: Difference | None) -> Departure | None:
        assert self.flow is not None
        whole = not any(a.outcome.full for a in self.attempts)
        inside = self.flow.slice(self._ends(difference))
        wrong = [v for v in inside if id(v) not in self.fine] if whole else []
        doubtful = self._doubtful(wrong)
        roots = [v for v in wrong if not self._above(v, wrong)]
        strong = next((v for v in roots if self._telling(v)), None)
        wrong = sorted([*wrong, *doubtful], key=lambda v: v.held.position)
        order = [*(v.line for v in wrong), *(v.line for v in reversed(inside)), *reversed(self._executed)]
        proved = self._proved()
        search = self._search(
            difference, [n for n in dict.fromkeys(order) if n not in proved], wrong, [*roots, *doubtful], strong
        )
        mended = search.run(difference.quantity if difference is not None else None)
        self.tried, self.spent = search.tried, search.spent
        if mended:
            return self._mended(mended, search, wrong, strong, inside)
        return self._matched(roots, strong) if roots else None

    def _doubtful(self, wrong: list[Value]) -> list[Value]:
        """Return what the wrong values were made of that is a variation of something right, though something right came of it.

        What is right may not depend on it: the gradient of a mean does not on the part that comes through the variance.
        """
        assert self.flow is not None
        above = self.flow.slice(wrong)
        return [
            v
            for v in above
            if id(v) in self.fine and v.held.best is not None and not v.held.best.right and not self._quiet(v) and v not in wrong
        ]

    def _above(self, value: Value, wrong: list[Value]) -> bool:
        """Whether a wrong value was made of another one, that says something."""
        assert self.flow is not None
        inside = self.flow.slice([value])
        others = [v for v in wrong if v is not value and v in inside]
        return any(value not in self.flow.slice([v]) or v.held.position < value.held.position for v in others)

    def _proved(self) -> set[int]:
        """Return the lines that give every variable just what one of its name is meant to hold."""
        assert self.flow is not None
        by_line: dict[int, list[Value]] = {}
        for value in self.flow.values:
            by_line.setdefault(value.line, []).append(value)
        return {line for line, values in by_line.items() if all(self.meant[id(v)] for v in values)}

    def _search(
        self, difference: Difference | None, order: list[int], wrong: list[Value], roots: list[Value], strong: Value | None
    ) -> Search:
        context, flow = self.context, self.flow
        assert flow is not None
        lines: dict[int, tuple[ast.stmt, Scope]] = {}
        for line in [*order, *self.heads]:
            around, statement = context.learner.source.around(line), flow.statement(line)
            if around is not None and statement is not None:
                lines[line] = (statement, self._scope(around[1], difference))
        failing = [p for p in self.problems if p.case.kind != "float32"] or self.problems
        rest = [t.problem for t in context.trials if not any(t.problem is p for p in failing)]
        executed = sum(self.attempts[0].outcome.lines.values())
        problems = [*failing, *rest]
        trials = {id(t.problem): t for t in context.trials}
        return Search(
            context.learner,
            problems,
            [_wrong(trials[id(p)]) for p in problems],
            self.forward,
            lines,
            executed,
            self.calls,
            suspects=frozenset(v.line for v in wrong),
            telling=strong.line if strong is not None and self.meant[id(strong)] is False else None,
            roots=frozenset(v.line for v in roots),
            tried=self.tried,
            spent=self.spent,
            seen=self.seen,
        )

    def _scope(self, definition: ast.FunctionDef, difference: Difference | None) -> Scope:
        assert self.flow is not None
        exercise = self.context.exercise
        mine = [v for v in self.flow.values if v.function == definition.name and v.name.isidentifier()]
        shapes = {v.name: v.held.step.value.shape for v in mine if not v.name.startswith("return")}
        meant = {p.name: p.default for p in inspect.signature(exercise.function).parameters.values()}
        defaults = {n: d for n, d in meant.items() if d is not inspect.Parameter.empty}
        asked = definition is self.context.learner.source.function(exercise.name) and difference is not None
        position = exercise.returns.index(difference.returned) if asked and len(exercise.returns) > 1 else None
        return Scope(definition, shapes, defaults, position)

    @cached_property
    def _executed(self) -> list[int]:
        assert self.flow is not None
        return sorted({self.flow.start(line) for line in self.attempts[0].outcome.lines})

    @cached_property
    def heads(self) -> frozenset[int]:
        """The lines on which the functions of the file begin."""
        tree = self.context.learner.source.tree
        return frozenset(n.lineno for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)) if tree is not None else frozenset()

    def _mended(self, mended: list[Mended], search: Search, wrong, strong: Value | None, inside) -> Departure:
        """Return the one of the lines with whose change all is right that departs first."""
        departing = [v.line for v in wrong]

        def rank(m: Mended) -> tuple:
            telling = strong is not None and strong.line == m.line
            first = departing.index(m.line) if m.line in departing else len(departing)
            statement = self.flow.statement(m.line)
            copied = isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Name)  # a step is left out there
            return not telling, not m.everything, m.line not in departing, m.edit.tier, not copied, first

        best = min(mended, key=rank)
        value = next((v for v in wrong if v.line == best.line), None)
        if value is not None and isinstance(best.edit.node, ast.Name):
            made = self._before_return(value)
            later = [v for v in self.flow.values if v.name == best.edit.quantity and v.held.position > made.held.position]
            if not later:  # what is put in is there already where that was made
                value, best = made, replace(best, line=made.line)
        lines = {m.line for m in mended}
        telling = strong is not None and strong.line == best.line
        alone = len(lines) == 1 and search.complete and best.everything and best.edit.tier != ADDED
        sure = (telling and wrong[0].line == best.line) or (alone and best.line in departing)
        value = value or next((v for v in reversed(inside) if v.line == best.line), None)
        name = _variable(value.name) if value is not None else ""
        words = self._words(value) if value is not None and value in wrong else ""
        relation = value.held.best if value is not None else None
        name = name or next(iter(watching.names(statement)) if (statement := self.flow.statement(best.line)) else iter(()), "")
        return Departure(best.line, name, words, "certain" if sure else "likely", best.edit, best.everything, relation)

    def _matched(self, roots: list[Value], strong: Value | None) -> Departure | None:
        """Return the departure that the values alone show."""
        value = self._before_return(strong or roots[0])
        relation = value.held.best
        telling = strong is not None and self.meant[id(value)] is False and value.held.step.value.size >= ENOUGH
        recognised = (
            relation is not None and relation.known.form == "whole" and plain(value.name) in map(plain, relation.known.names)
        )
        only = len({v.line for v in roots}) == 1
        confidence = "certain" if telling and recognised else "likely" if telling or strong is not None or only else "possible"
        lacks = self._lacks(value)
        return Departure(value.line, _variable(value.name), self._words(value), confidence, relation=relation, lacks=lacks)

    def _lacks(self, value: Value) -> tuple[str, str] | None:
        """Return ("missing-term", "std") where a value times, over, plus or minus something known is what it is meant to be."""
        mine = value.held.step.value
        meant = [k.value for k in self.known[0].by_name.get(plain(value.label), ()) if k.value.shape == mine.shape]
        if value.name.startswith("return") or not meant or mine.dtype.kind != "f" or mine.size < ENOUGH:
            return None
        if self._copied(value):
            return "missing-term", value.name
        with np.errstate(all="ignore"):
            for known in self.known[0].by_key.values():
                other = known.value
                if known.form != "whole" or not known.names or other.size < 2 or _broadcast(other, mine) != mine.shape:
                    continue
                for target in meant:
                    for kind, a, b in (("missing-term", mine, target), ("extra-term", target, mine)):
                        if any(_close(made, b) for made in (a * other, a / other, a + other, a - other)):
                            return kind, known.names[0]
        return None

    def _before_return(self, value: Value) -> Value:
        """Return for what a return gives back under a name where that was made; or else the value itself."""
        mine = value.held.step.value
        same = [v for v in value.reads if v.held.step.value.shape == mine.shape and np.array_equal(v.held.step.value, mine)]
        alone = value.name.startswith("return") and len(value.reads) == 1 and same
        if not alone or same[0].line in self.heads or self._taken(same[0]):  # an argument is given back as it came
            return value
        return same[0]

    def _words(self, value: Value) -> str:
        relation = value.held.best
        if relation is None:
            return ""
        if relation.right and relation.known.form == "part":
            return f"only {relation.words}"
        if relation.right and relation.known.form == "whole" and self.meant[id(value)] is not False:
            return ""
        return relation.words

    def _telling(self, value: Value) -> bool:
        """Whether a wrong value is recognised as a variation of something right, or is not what its name says."""
        best = value.held.best
        known = best is not None and best.known.form == "whole" and not value.name.startswith("return")
        return known or self.meant[id(value)] is False

    def _ends(self, difference: Difference | None) -> list[Value]:
        assert self.flow is not None
        if difference is None:
            return list(self.flow.values)
        exercise, own = self.context.exercise, [v for v in self.flow.values if v.function == self.own]
        returned = [v for v in own if v.name.startswith("return")]
        for keys in (difference.keys, ()):
            place = self.context.learner.result(exercise, difference.returned, keys)
            ends = [v for v in own if v.name == place or v.name.startswith(f"{place}[")]
            if not place.startswith("return"):  # it is kept in a variable: what that holds in the end
                ends = [v for v in ends if v.last]
            if ends:
                break
        else:
            ends = returned
        return [v for v in ends if not v.name.startswith("return") or not self._returned_right(v)] or ends


def _broadcast(a: np.ndarray, b: np.ndarray) -> tuple[int, ...] | None:
    try:
        return np.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        return None


def _close(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(np.all(np.abs(a - b) <= 1e-9 * np.max(np.abs(b), initial=0.0)))


def _wrong(trial: Trial) -> set[str] | None:
    unknown = trial.attempt.error is not None or any(d.rung == "type" for d in trial.differences)
    return None if unknown else {d.quantity for d in trial.differences}


def _variable(name: str) -> str:
    return "" if name.startswith("return") else name


def _size(problem: Problem) -> int:
    return sum(int(np.size(leaf)) for _, leaf in leaves(problem.arguments))


def _is(value: np.ndarray, target: np.ndarray) -> bool:
    if value.shape == target.shape and target.dtype.kind in "biu":
        return bool(np.array_equal(value, target))
    found = relate(value, np.asarray(target, dtype=float))
    if found is None and value.shape == target.shape:  # all zeros
        return bool(np.all(np.abs(value - target) <= EXACT * (np.max(np.abs(target), initial=0.0))))
    return found is not None and found[0] == 1.0 and (found[1] == "" or value.shape != target.shape)

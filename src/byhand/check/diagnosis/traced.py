"""What the learner's variables held on a failing problem, and which of it is right, as far as names and numbers tell."""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from byhand.arrays import leaves

from ..compare import Difference
from ..problem import Problem
from .flow import Flow, Value
from .known import Known, knowledge, plain
from .matching import EXACT, identify, relate

if TYPE_CHECKING:
    from .context import Context

_KINDS = ("odd", "ordinary", "edge", "extreme", "float32")


class Traced:
    """The values of a call on a failing problem, in their order, and what is known about each.

    Where the code cannot be followed there is no flow.
    """

    def __init__(self, context: Context):
        self.context = context
        self.flow: Flow | None = None
        self.strict = context.trial.rung in ("runs", "shape")
        """Whether a shape counts too."""
        self.own = context.learner.source.called(context.exercise.name)
        """The name of the function that is checked, in the learner's file."""
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
        """The values (by identity) that are right, or lead to something that is, or say nothing."""

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

    @cached_property
    def executed(self) -> list[int]:
        """The statements that were executed, by their first line."""
        assert self.flow is not None
        return sorted({self.flow.start(line) for line in self.attempts[0].outcome.lines})

    @cached_property
    def heads(self) -> frozenset[int]:
        """The lines on which the functions of the file begin."""
        tree = self.context.learner.source.tree
        return frozenset(n.lineno for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)) if tree is not None else frozenset()

    def _meant(self, value: Value) -> bool | None:
        """Return whether a variable holds what one of its name is meant to hold in the end; None where no name says."""
        known = self.known[0].by_name.get(plain(value.label)) or self._gradient_of(value)
        if known is None or value.name.startswith("return") or value.line in self.heads:
            return None
        if not value.last and (self._worked_on(value) or not self.copied(value)):
            return None
        mine = value.held.step.value
        if value.held.given and mine.ndim and self.context.trial.attempt.error is not None:  # it stops before that is filled
            return None
        if mine.ndim and all(k.value.ndim == 0 for k in known):  # "d" is the number of features there, and a gradient here
            return None
        if mine.ndim == 0 and value.held.step.turn and all(k.value.ndim for k in known):  # a number after the other of an array
            return None
        return any(is_same(mine, k.value) and (mine.shape == k.value.shape or not self.strict) for k in known)

    def _gradient_of(self, value: Value) -> list[Known] | None:
        """Return what `dz` is meant to hold by what `z` does, where it is a copy of something else."""
        assert self.flow is not None
        if not value.label.startswith("d") or not self.copied(value):
            return None
        forward = [r for v in self.flow.values if v.name == value.label[1:] for r in v.held.relations]
        words = {f"the gradient of {r.known.words}" for r in forward if r.right and r.known.form == "whole"}
        return [known for known in self.known[0].by_key.values() if known.words in words] or None

    def _worked_on(self, value: Value) -> bool:
        """Whether what a variable holds is changed in place next."""
        assert self.flow is not None
        later = (v for v in self.flow.values if (v.function, v.name) == (value.function, value.name))
        following = next((v for v in later if v.held.position > value.held.position), None)
        statement = self.flow.statement(following.line) if following is not None else None
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        return isinstance(statement, ast.AugAssign) or any(isinstance(t, ast.Subscript) for t in targets)

    def taken(self, value: Value) -> bool:
        """Whether a variable is just an argument, or what is in one, under the name that it has there."""
        given = self.known[0].arguments.get(plain(value.label), ())
        mine = value.held.step.value
        if value.held.given and mine.size > 1 and not any(a.shape == mine.shape for a in self.known[0].inputs):
            return True  # in another shape
        return any(value.held.step.value.shape == a.shape and np.array_equal(value.held.step.value, a) for a in given)

    def copied(self, value: Value) -> bool:
        """Whether a line gives a variable just what another holds."""
        mine = value.held.step.value
        return any(
            other.variable != value.variable and mine.size > 1 and np.array_equal(other.held.step.value, mine)
            for other in value.reads
        )

    def right(self, value: Value) -> bool:
        """Whether a value is something known itself, and not another thing than its name says."""
        if value.name.startswith("return"):
            return self.returned_right(value)
        straight = any(r.right and not (self.strict and r.layout) for r in value.held.relations)
        return straight and self.meant[id(value)] is not False

    def returned_right(self, value: Value) -> bool:
        """Whether what a return gives is what is expected there."""
        if value.function != self.own:
            return self._recognised(value)
        target = self._targets.get(value.name)
        if target is not None:
            mine = value.held.step.value
            return mine.shape == target.shape and is_same(mine, target)
        places = (self.context.learner.result(self.context.exercise, returned) for returned in self.known[0].problem.expected)
        of_a_result = any(value.name == place or value.name.startswith(f"{place}[") for place in places)
        return not of_a_result and self._recognised(value)  # a cache: what is in it is the learner's own business

    @cached_property
    def _targets(self) -> dict[str, np.ndarray]:
        """What ought to be returned, by the place where it is."""
        found = {}
        for path, leaf in leaves(self.known[0].problem.expected):
            returned, *keys = path.split("/")
            if leaf is not None:
                found[self.context.learner.result(self.context.exercise, returned, keys)] = np.asarray(leaf)
        return found

    def _recognised(self, value: Value) -> bool:
        return any(r.right and not (self.strict and r.layout) for r in value.held.relations)

    def _fine(self) -> set[int]:
        """Return the values that are right, or lead to something that is, or say nothing."""
        assert self.flow is not None
        right, fine = {id(v) for v in self.flow.values if self.right(v)}, set()
        for value in reversed(self.flow.values):
            best = value.held.best
            whole = best is not None and best.right and best.known.form != "part" and not self.copied(value)
            may_be = self.meant[id(value)] is not False or whole or (value.held.given and value.held.step.value.ndim == 0)
            if id(value) in right or (may_be and any(id(r) in fine and not r.held.given for r in value.readers)):
                fine.add(id(value))
        own = {id(v) for v in self.flow.values if v.name.startswith("return") and v.function == self.own}
        return fine | {id(v) for v in self.flow.values if id(v) not in own and self.quiet(v)}

    def quiet(self, value: Value) -> bool:
        """Whether a value is no one's fault: an argument, or what is in one."""
        mine, best = value.held.step.value, value.held.best
        if value.line in self.heads or self.taken(value) or (value.held.given and self.meant[id(value)] is True):
            return True
        if best is not None and best.known.form != "whole" and best.symbol in ("1", "-1") and self.meant[id(value)] is None:
            return True  # a sum of something right, say, perhaps with the sign that it will need
        if mine.ndim == 0 and value.held.given and float(mine) in self.known[0].numbers:
            return True
        assert self.flow is not None
        statement = self.flow.statement(value.line)
        made = statement.value if isinstance(statement, ast.Assign) else None
        if isinstance(made, ast.Call) and "empty" in ast.unparse(made.func):
            return True  # whatever was in memory
        if isinstance(statement, ast.For):  # it takes what is there
            return True
        if any(plain(r.label) == plain(value.label) and r.line in self.heads and _equal(r, value) for r in value.reads):
            return True  # taken out of what is given, under its name there
        constant = mine.ndim > 0 and bool(np.all(mine == mine.flat[0])) if mine.size else True
        unfinished = self.context.trial.attempt.error is not None
        made_to_be_filled = constant or unfinished or not value.last  # a copy, or zeros
        return mine.ndim > 0 and value.held.given and made_to_be_filled

    def telling(self, value: Value) -> bool:
        """Whether a wrong value is recognised as a variation of something right, or is not what its name says."""
        best = value.held.best
        known = best is not None and best.known.form == "whole" and not value.name.startswith("return")
        return known or self.meant[id(value)] is False

    def before_return(self, value: Value) -> Value:
        """Return for what a return gives back under a name where that was made; or else the value itself."""
        mine = value.held.step.value
        same = [v for v in value.reads if v.held.step.value.shape == mine.shape and np.array_equal(v.held.step.value, mine)]
        alone = value.name.startswith("return") and len(value.reads) == 1 and same
        if not alone or same[0].line in self.heads or self.taken(same[0]):  # an argument is given back as it came
            return value
        return same[0]

    def given_back(self, value: Value) -> Value:
        """Return for what a function of the learner's gave back where it does so, and for any other value that itself."""
        mine = value.held.step.value
        for other in value.reads:
            given = other.name.startswith("return") and other.function != value.function
            if given and np.array_equal(other.held.step.value, mine):
                return other
        return value

    def doubtful(self, wrong: list[Value]) -> list[Value]:
        """Return what the wrong values were made of that is a variation of something right, though something right came of it.

        What is right may not depend on it: the gradient of a mean does not on the part that comes through the variance.
        """
        assert self.flow is not None
        above = self.flow.slice(wrong)
        return [
            v
            for v in above
            if id(v) in self.fine and v.held.best is not None and not v.held.best.right and not self.quiet(v) and v not in wrong
        ]

    def roots(self, wrong: list[Value]) -> list[Value]:
        """Return the wrong values that were made of no other one that says something."""
        assert self.flow is not None
        inside = {id(v): self.flow.above([v]) for v in wrong}

        def comes_after(value: Value, other: Value) -> bool:
            before = id(value) not in inside[id(other)] or other.held.position < value.held.position
            return other is not value and id(other) in inside[id(value)] and before

        return [v for v in wrong if not any(comes_after(v, other) for other in wrong)]

    def proved(self) -> set[int]:
        """Return the lines that give every variable just what one of its name is meant to hold."""
        assert self.flow is not None
        by_line: dict[int, list[Value]] = {}
        for value in self.flow.values:
            if not isinstance(self.flow.statement(value.line), ast.For):  # one that counts right may begin or end wrong
                by_line.setdefault(value.line, []).append(value)
        return {line for line, values in by_line.items() if all(self.meant[id(v)] for v in values)}

    def ends(self, difference: Difference | None) -> list[Value]:
        """Return the values in which a quantity goes out; where there is none to speak of, all that there are."""
        assert self.flow is not None
        if difference is None:
            return list(self.flow.values)
        own = [v for v in self.flow.values if v.function == self.own]
        for keys in (difference.keys, ()):
            place = self.context.learner.result(self.context.exercise, difference.returned, keys)
            ends = [v for v in own if v.name == place or v.name.startswith(f"{place}[")]
            if not place.startswith("return"):  # a variable: what it holds in the end
                ends = [v for v in ends if v.last]
            if ends:
                break
        else:
            ends = [v for v in own if v.name.startswith("return")]
        return [v for v in ends if not v.name.startswith("return") or not self.returned_right(v)] or ends


def _equal(value: Value, other: Value) -> bool:
    return np.array_equal(value.held.step.value, other.held.step.value)


def _size(problem: Problem) -> int:
    return sum(int(np.size(leaf)) for _, leaf in leaves(problem.arguments))


def is_same(value: np.ndarray, target: np.ndarray) -> bool:
    """Return whether an array is another one to about eight digits, in whatever layout."""
    if value.shape == target.shape and target.dtype.kind in "biu":
        return bool(np.array_equal(value, target))
    found = relate(value, np.asarray(target, dtype=float))
    if found is None and value.shape == target.shape:  # all zeros
        return bool(np.all(np.abs(value - target) <= EXACT * (np.max(np.abs(target), initial=0.0))))
    return found is not None and found[0] == 1.0 and (found[1] == "" or value.shape != target.shape)

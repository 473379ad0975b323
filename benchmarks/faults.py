"""The wrong sources, each with what may be said of it.

Mechanical mutants and declared misconceptions, all of them; of the further operators' faults a few of each for each function;
faults in a helper, in code written in other words, and two at once. What is chosen is always the same.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from byhand.check.diagnosis import variants
from byhand.check.mutants import mutants_of
from byhand.check.variations import variations
from byhand.course import rendering
from byhand.spec import Exercise, syntax

from .behaviour import behaviour
from .edits import assigned, changed_lines, difference, names, plain, shown
from .expected import Spot, spot
from .operators import planted, replacements
from .scope import scope

EACH = 1
"""Faults of each further operator in each function."""
FORMS, IN_EACH_FORM = 3, 2
"""Other ways of writing a function in which faults are planted, and how many in each."""
HELPERS = 1
HELPER = "helper"


@dataclass(frozen=True)
class Fault:
    """A source with something wrong in it; or with nothing, where the edit turns out to compute the same."""

    exercise: str
    operator: str
    source: str
    spots: tuple[Spot, ...]
    """Where it is wrong, two for two faults; none where it is meant to be right."""
    form: str = ""
    """In which other words the function is written."""


def faults(exercise: Exercise, pairs: int) -> Iterator[Fault]:
    """Yield every fault of an exercise: in its solution, in its solution in other words, in a helper, and two at once."""
    before = plain(exercise)
    single = list(_mutants(exercise, before))
    yield from single
    yield from _misconceptions(exercise)
    further = list(_few(exercise, _operators(exercise, before), EACH))
    yield from further
    yield from _in_helpers(exercise, before, single)
    yield from _in_other_words(exercise)
    yield from _pairs(exercise, single + further, pairs)


def _mutants(exercise: Exercise, before: str, form: str = "") -> Iterator[Fault]:
    tree, variables = syntax.parse(before), scope(exercise, before)
    for mutant in mutants_of(before):
        edit = difference(tree, syntax.parse(mutant.source))
        told = spot(edit, variables, changed_lines(before, mutant.source), shown(before, mutant.source))
        yield Fault(exercise.name, mutant.what, mutant.source, (told,), form)


def _operators(exercise: Exercise, before: str, form: str = "") -> Iterator[Fault]:
    for what, tree, replacement in replacements(before, scope(exercise, before)):
        source = planted(tree, replacement)
        lines = changed_lines(before, source)
        if lines:
            statements = [n for n in ast.walk(syntax.parse(source)) if isinstance(n, ast.stmt) and n.lineno in lines]
            said = replacement.words.union(*map(assigned, statements))
            told = Spot(lines, frozenset(replacement.kinds), frozenset(said), shown(before, source))
            yield Fault(exercise.name, what, source, (told,), form)


def _few(exercise: Exercise, found: Iterable[Fault], each: int) -> Iterator[Fault]:
    """Yield up to so many faults of each operator, in different places where there are."""
    by_operator: dict[str, dict[str, Fault]] = {}
    for fault in found:
        by_operator.setdefault(fault.operator, {})[fault.source] = fault
    for operator, sources in by_operator.items():
        chosen = random.Random(f"{exercise.name}/{operator}")
        yield from chosen.sample(list(sources.values()), min(each, len(sources)))


def _in_helpers(exercise: Exercise, before: str, single: list[Fault]) -> Iterator[Fault]:
    """Yield mutants whose line is a call of a function beside, in which the fault is."""
    found = (outsourced(exercise, before, fault) for fault in single)
    yield from _few(exercise, (fault for fault in found if fault is not None), HELPERS)


def outsourced(exercise: Exercise, before: str, fault: Fault) -> Fault | None:
    """Return a fault with the value of its line computed by a helper, where the line gives a variable a value; else None."""
    tree = syntax.parse(fault.source)
    (told,) = fault.spots
    statement = next((n for n in ast.walk(tree) if isinstance(n, ast.Assign) and (n.lineno,) == told.lines), None)
    if statement is None or any(isinstance(n, ast.Lambda | ast.ListComp | ast.DictComp) for n in ast.walk(statement)):
        return None
    known = scope(exercise, before).values
    used = sorted(name for name in names(statement.value) if name in known)
    if not used or isinstance(statement.value, ast.Name | ast.Tuple | ast.Constant):
        return None
    ast.copy_location(call := ast.Call(ast.Name(HELPER, ast.Load()), [ast.Name(n, ast.Load()) for n in used], []), statement)
    body = statement.value
    statement.value = call
    source = (
        f"{ast.unparse(ast.fix_missing_locations(tree))}\n\n\ndef {HELPER}({', '.join(used)}):\n    return {ast.unparse(body)}"
    )
    moved = replace(told, lines=(len(source.splitlines()),), words=told.words | {HELPER})
    return Fault(fault.exercise, "in a helper", source, (moved,))


def _in_other_words(exercise: Exercise) -> Iterator[Fault]:
    """Yield the same faults in sources that are written in other ways, a few in each of a few."""
    chosen = random.Random(exercise.name)
    right = [v for v in variations(exercise) if behaviour(exercise, v.source).verdict == "same"]
    for variation in chosen.sample(right, min(FORMS, len(right))):
        found = [*_mutants(exercise, variation.source, variation.what), *_operators(exercise, variation.source, variation.what)]
        yield from chosen.sample(found, min(IN_EACH_FORM, len(found)))


def _misconceptions(exercise: Exercise) -> Iterator[Fault]:
    """Yield the declared misconceptions, with the kind and the quantity that are declared with them."""
    before = rendering.solution(exercise)
    for slip in exercise.misconceptions:
        source = variants.edited(exercise, slip)
        lines = changed_lines(before, source)
        statements = [n for n in ast.walk(syntax.parse(source)) if isinstance(n, ast.stmt) and n.lineno in lines]
        said = set(re.findall(r"\w+", slip.quantity)) - {"the", "path", "through"}
        said |= {name for statement in statements for name in assigned(statement)}
        text = f"{slip.name}: {'; '.join(f'{old.strip()}  ->  {new.strip()}' for old, new in slip.edits.items())}"
        yield Fault(exercise.name, "misconception", source, (Spot(lines, frozenset({slip.kind}), frozenset(said), text),))


def _pairs(exercise: Exercise, single: list[Fault], count: int) -> Iterator[Fault]:
    """Yield sources with two faults each, on different lines."""
    chosen = random.Random(exercise.name)
    before = plain(exercise).splitlines()
    by_line: dict[int, list[Fault]] = {}
    for fault in single:
        lines = fault.spots[0].lines
        if len(lines) == 1 and len(fault.source.splitlines()) == len(before):
            by_line.setdefault(lines[0], []).append(fault)
    for _ in range(count if len(by_line) > 1 else 0):
        both = [chosen.choice(by_line[line]) for line in chosen.sample(sorted(by_line), 2)]
        lines = list(before)
        for fault in both:
            at = fault.spots[0].lines[0] - 1
            lines[at] = fault.source.splitlines()[at]
        yield Fault(exercise.name, "two at once", "\n".join(lines), tuple(fault.spots[0] for fault in both))

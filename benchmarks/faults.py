"""The wrong sources, each with what may be said of it.

Mechanical mutants and declared misconceptions, all of them; of the further operators' faults a few of each for each function;
faults in a helper, in code written in other words, and two at once. What is chosen is always the same.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from byhand.check.diagnosis import variants
from byhand.check.mutants import Mutant, mutants_of
from byhand.check.variations import variations
from byhand.course import rendering
from byhand.spec import Exercise, syntax

from .behaviour import behaviour
from .edits import assigned, changed_lines, difference, plain, shown
from .expected import Spot, spot
from .operators import Replacement, planted, replacements
from .scope import scope

FORMS = 3
"""Other ways of writing a function in which faults are planted: one mutant in each, and one fault of a further operator."""
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
    before, chosen = plain(exercise), random.Random(exercise.name)
    single = [_of_mutant(exercise, before, mutant) for mutant in mutants_of(before)]
    yield from single
    yield from _misconceptions(exercise)
    further = [_first(exercise, before, what, found, chosen) for what, found in _by_operator(exercise, before).items()]
    told = [fault for fault in further if fault is not None]
    yield from told
    outside = (outsourced(exercise, before, fault) for fault in chosen.sample(single, len(single)))
    yield from [fault for fault in outside if fault is not None][:1]
    yield from _in_other_words(exercise, chosen)
    yield from _pairs(exercise, single + told, pairs, chosen)


def _of_mutant(exercise: Exercise, before: str, mutant: Mutant, form: str = "") -> Fault:
    edit = difference(syntax.parse(before), syntax.parse(mutant.source))
    told = spot(edit, scope(exercise, before), changed_lines(before, mutant.source), shown(before, mutant.source))
    return Fault(exercise.name, mutant.what, mutant.source, (told,), form)


def _by_operator(exercise: Exercise, before: str) -> dict[str, list[tuple[ast.Module, Replacement]]]:
    """Return what each further operator could do to a source."""
    found: dict[str, list[tuple[ast.Module, Replacement]]] = {}
    for what, tree, replacement in replacements(before, scope(exercise, before)):
        found.setdefault(what, []).append((tree, replacement))
    return found


def _first(exercise: Exercise, before: str, what: str, found: list, chosen: random.Random, form: str = "") -> Fault | None:
    """Plant one of these replacements, the first in a random order that changes the text."""
    for tree, replacement in chosen.sample(found, len(found)):
        source = planted(tree, replacement)
        lines = changed_lines(before, source)
        if lines:
            statements = [n for n in ast.walk(syntax.parse(source)) if isinstance(n, ast.stmt) and n.lineno in lines]
            said = replacement.words.union(*map(assigned, statements))
            told = Spot(lines, frozenset(replacement.kinds), frozenset(said), shown(before, source))
            return Fault(exercise.name, what, source, (told,), form)
    return None


def outsourced(exercise: Exercise, before: str, fault: Fault) -> Fault | None:
    """Return a fault with the value of its line computed by a helper, where the line gives a variable a value; else None."""
    tree = syntax.parse(fault.source)
    (told,) = fault.spots
    statement = next((n for n in ast.walk(tree) if isinstance(n, ast.Assign) and (n.lineno,) == told.lines), None)
    if statement is None or any(isinstance(n, ast.Lambda | ast.ListComp | ast.DictComp) for n in ast.walk(statement)):
        return None
    value, known = statement.value, scope(exercise, before).values
    used = sorted({n.id for n in ast.walk(value) if isinstance(n, ast.Name) and n.id in known})
    if not used or isinstance(value, ast.Name | ast.Tuple | ast.Constant):
        return None
    statement.value = ast.Call(ast.Name(HELPER, ast.Load()), [ast.Name(n, ast.Load()) for n in used], [])
    helper = f"def {HELPER}({', '.join(used)}):\n    return {ast.unparse(value)}"
    source = f"{ast.unparse(ast.fix_missing_locations(tree))}\n\n\n{helper}"
    moved = replace(told, lines=(len(source.splitlines()),), words=told.words | {HELPER})
    return Fault(fault.exercise, "in a helper", source, (moved,))


def _in_other_words(exercise: Exercise, chosen: random.Random) -> Iterator[Fault]:
    """Yield the same faults in sources that are written in other ways."""
    ways = list(variations(exercise))
    right = (way for way in chosen.sample(ways, len(ways)) if behaviour(exercise, way.source).verdict == "same")
    for way in islice(right, FORMS):
        before = way.source
        yield from (_of_mutant(exercise, before, m, way.what) for m in _some(list(mutants_of(before)), chosen))
        found = _by_operator(exercise, before)
        for what in _some(sorted(found), chosen):
            fault = _first(exercise, before, what, found[what], chosen, way.what)
            yield from [fault] if fault is not None else []


def _some(found: list, chosen: random.Random) -> list:
    """Return one of these, or none where there are none."""
    return chosen.sample(found, min(1, len(found)))


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


def _pairs(exercise: Exercise, single: list[Fault], count: int, chosen: random.Random) -> Iterator[Fault]:
    """Yield sources with two faults each, on different lines."""
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

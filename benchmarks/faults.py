"""The wrong sources: mechanical mutants, declared misconceptions, two faults at once; each with what may be said of it."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from byhand.check.diagnosis import variants
from byhand.check.mutants import mutants
from byhand.course import rendering
from byhand.spec import Exercise, syntax

from .edits import assigned, changed_lines, difference, plain
from .expected import Spot, spot


@dataclass(frozen=True)
class Fault:
    """A source with something wrong in it; or with nothing, where the edit turns out to compute the same."""

    exercise: str
    operator: str
    source: str
    spots: tuple[Spot, ...]


def faults(exercise: Exercise, pairs: int) -> Iterator[Fault]:
    """Yield every fault of an exercise, pairs of them last."""
    single = list(_mutants(exercise))
    yield from single
    yield from _misconceptions(exercise)
    yield from _pairs(exercise, single, pairs)


def _mutants(exercise: Exercise) -> Iterator[Fault]:
    before = plain(exercise)
    tree = syntax.parse(before)
    for mutant in mutants(exercise):
        edit = difference(tree, syntax.parse(mutant.source))
        told = spot(exercise, edit, changed_lines(before, mutant.source), f"{mutant.before}  ->  {mutant.after}")
        yield Fault(exercise.name, mutant.what, mutant.source, (told,))


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

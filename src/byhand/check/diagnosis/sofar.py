"""What of the code is right so far, and what is still to come: for one that is not finished, or goes wrong later."""

from __future__ import annotations

from typing import Any

from .departure import ENOUGH
from .known import plain
from .traced import Traced


def right(traced: Traced) -> list[dict[str, Any]]:
    """Return [{name, line, is}] for the variables that are right, in order, each once."""
    if traced.flow is None:
        return []
    found = {}
    for value in traced.flow.values:
        relation = value.held.best
        if id(value) not in traced.fine or relation is None or not relation.right or value.name.startswith("return"):
            continue
        if value.held.step.value.size < ENOUGH and relation.known.form != "whole":
            continue
        if value.function != traced.own or value.line in traced.heads:
            continue
        if traced.context.exercise.is_backward and relation.words.strip("`") == value.name:
            continue  # taken out of the cache
        told = {"name": value.name, "line": value.line, "is": relation.words.replace("`", "")}
        if plain(relation.words.strip("`")) != plain(value.name) or traced.meant[id(value)]:
            found[value.name] = told
    return list(found.values())


def to_come(traced: Traced) -> list[str]:
    """Return the variables of the forward whose gradients have not been computed yet, from the output to the input."""
    if traced.flow is None or not traced.context.exercise.is_backward:
        return []
    have = {r.known.words for v in traced.flow.values for r in v.held.relations if r.right}
    names = []
    for known in traced.known[0].by_key.values():
        name = known.words.removeprefix("the gradient of ").strip("`")
        if known.words.startswith("the gradient of `") and name.isidentifier() and known.words not in have:
            names.append(name)
    own = set(traced.known[0].problem.arguments)
    return [n for n in names if n not in own and n != "out"]

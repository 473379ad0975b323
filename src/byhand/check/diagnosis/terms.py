"""Losses are sums: one of its terms is missing, repeated or weighted wrongly; or an argument comes in that should not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from byhand import graph
from byhand.arrays import leaves
from byhand.graph.gradient import backward, seeds
from byhand.spec import Finding

from ..compare import Difference
from .context import Context, Trial
from .factors import kind_of, readings
from .where import only_in, place

MOST = 5
"""Trials whose graphs are looked at."""
NEAR = 1e-3
"""A weight so near to 1 is something small that was added."""
EXACT = 1e-7
"""How exactly a weight must explain a difference, relative to the right value."""


@dataclass(frozen=True)
class _Term:
    """A part of a number that is a sum of several."""

    title: str
    after: int
    """How near to the result it comes in."""
    value: float


def explain(context: Context, difference: Difference) -> Finding | None:
    """Explain a number as the right one with one of its terms weighted by the same factor in every case, or return None."""
    if context.exercise.forward is not None or difference.rung != "values" or not _is_real_number(difference.expected):
        return None
    first = [(key, term, c) for key, term, c in _weights(context.trial, difference) if c is not None and abs(c - 1) > NEAR]
    known = {key: (term, readings(c, context.problem.constants)) for key, term, c in first}
    told = {key: [c] for key, _, c in first}
    others = [t for t in context.trials if t is not context.trial and t.problem.case.kind not in ("extreme", "float32")]
    seen = [context.problem.constants]
    for trial in [t for t in others if t.attempt.error is None and t.attempt.died is None][: MOST - 1]:
        elsewhere = Context(context.exercise, context.learner, trial, context.trials).problem.constants
        there = {key: c for key, _, c in _weights(trial, difference)}
        for key in list(known):
            c = there.get(key)
            if c is None and all(d.quantity != difference.quantity for d in trial.differences):
                continue  # it is zero here, or not there, and so says nothing
            c = np.nan if c is None else c
            term, names = known[key]
            names = [n for n in names if n in readings(c, elsewhere, exact=1e-5, ones=True)]
            told[key].append(c)
            known[key] = (term, names)
            if not names and not np.allclose(told[key], told[key][0], rtol=1e-5):
                del known[key]
        seen.append(elsewhere)
    fitting = [(term, names, told[key][0]) for key, (term, names) in known.items() if len(told[key]) > 1]
    if not fitting:
        return None
    term, names, c = max(fitting, key=lambda f: (bool(f[1]), f[0].after))
    return _finding(context, difference, term, names, c)


def _finding(context: Context, difference: Difference, term: _Term, names: list[str], c: float) -> Finding:
    quantity, kind = difference.quantity, kind_of(c)
    name = names[0] if names else f"{c:.6g}"
    words, question, how = {
        "missing-term": ("lacks one of its terms", "Of which terms is it the sum? Which is missing?", "without it"),
        "wrong-sign": (
            "has one of its terms with the wrong sign",
            "Which of its terms is added, and which taken off?",
            "with the sign of it flipped",
        ),
        "wrong-scale": (
            f"has one of its terms {name} times",
            "Which of its terms has a factor too many or too few?",
            f"with {name} times it",
        ),
    }[kind]
    return Finding(
        code="term",
        title=f"`{quantity}` {words}{only_in(context)}.",
        question=question,
        detail=f"The term is `{term.title}`: your `{quantity}` is the right one {how}.",
        kind=kind,
        quantity=quantity,
        confidence="certain" if len(names) == 1 else "likely",
        evidence=(f"in this case the term is {term.value:.6g}, and yours has {round(c, 9) + 0:.6g} times that",),
    )


def _weights(trial: Trial, difference: Difference) -> Iterator[tuple[tuple, _Term, float | None]]:
    """Yield each term with the weight that makes the right number the learner's; None where it is zero and so is the error."""
    mine, right = _number(trial.values, difference), _number(trial.problem.expected, difference)
    if mine is None or right is None:
        return
    error, scale = mine - right, EXACT * max(abs(right), abs(mine))
    for key, term in _terms(trial, difference).items():
        if abs(term.value) <= scale:
            if abs(error) <= scale:
                yield key, term, None
            continue
        yield key, term, 1 + error / term.value


def _terms(trial: Trial, difference: Difference) -> dict[tuple, _Term]:
    """Return what comes in by each edge of the graph, as if all after it were a sum; by where it is, the same in every trial."""
    exercise = trial.problem.exercise
    try:
        traced = graph.trace(exercise.function, trial.problem.arguments)
        out = exercise.returns.index(difference.returned)
        section = traced.section(None, out)
        adjoints = backward(section, seeds(traced, 1.0, out))
    except (TypeError, ValueError, NotImplementedError):
        return {}
    parts: dict[tuple, list[_Term]] = {}
    with np.errstate(all="ignore"):
        for edge in section.edges:
            if edge.target in adjoints:
                value = float(np.sum(edge.vjp(adjoints[edge.target]) * edge.source.value))
                parts.setdefault(edge.key, []).append(_Term(edge.source.title, edge.target.id, value))
    found: dict[tuple, _Term] = {}
    for key, each in parts.items():
        whole = sum(part.value for part in each)
        found[key, "all"] = replace(each[-1], value=whole)
        if len(each) > 1:  # the turns of a loop: in all of them, in the first, in the last
            found[key, "first"], found[key, "last"] = each[0], each[-1]
    return {key: term for key, term in found.items() if np.isfinite(term.value)}


def _number(values: dict[str, Any], difference: Difference) -> float | None:
    value = values.get(difference.returned)
    if value is None or difference.quantity != difference.returned or not _is_real_number(value):
        return None
    return float(value)


def _is_real_number(value: Any) -> bool:
    return isinstance(value, float | np.ndarray | np.generic) and np.ndim(value) == 0 and np.asarray(value).dtype.kind == "f"


def shifted(context: Context, difference: Difference) -> Finding | None:
    """Explain a quantity that is off by one number, the same in size in every case, in some of its places; or return None."""
    if difference.rung != "values" or np.asarray(difference.expected).dtype.kind != "f" or np.ndim(difference.expected) == 0:
        return None
    names: list[str] | None = None
    more = False
    for trial in [context.trial, *(t for t in context.trials if t is not context.trial)]:
        wrong = next((d for d in trial.differences if d.quantity == difference.quantity), None)
        if wrong is None or trial.problem.case.kind in ("extreme", "float32"):
            continue
        if wrong.rung != "values":
            return None
        gap = np.asarray(wrong.yours, dtype=float) - np.asarray(wrong.expected, dtype=float)
        gap = gap[wrong.wrong]
        if gap.size < 2 and trial is context.trial or np.ptp(gap) > 1e-9 * np.max(np.abs(gap)):
            return None
        constants = Context(context.exercise, context.learner, trial, context.trials).problem.constants
        first = names is None
        found = readings(abs(float(gap[0])), constants, ones=not first, exact=1e-6 if first else 1e-5)
        names = found if names is None else [n for n in names if n in found]
        if first:
            more = gap[0] > 0
    if not names:
        return None
    size = f"by {names[0]} too {'large' if more else 'small'}"
    return Finding(
        code="offset",
        title=f"`{difference.quantity}` is {size}, {place(context, difference)}{only_in(context)}.",
        question="What is added or taken off there, and is it divided by what the rest is divided by?",
        kind="extra-term" if more else "missing-term",
        quantity=difference.quantity,
        confidence="likely",
        evidence=("the same number in every wrong place",),
    )


def by_argument(context: Context, difference: Difference) -> Finding | None:
    """Explain a quantity that is right, in every case, when an argument is 0, and wrong when it is not; or return None.

    The learner's code runs again with the argument 0: what it makes of it is what is wrong, and nothing else.
    """
    if difference.rung != "values" or np.asarray(difference.expected).dtype.kind != "f":
        return None
    failing = [t for t in context.trials if any(d.quantity == difference.quantity for d in t.differences)]
    failing = [t for t in failing if t.problem.case.kind not in ("extreme", "float32")][:MOST]
    for name, value in context.problem.arguments.items():
        if isinstance(value, float) and value and failing and all(_right_without(context, t, difference, name) for t in failing):
            return _of_argument(context, difference, name)
    return None


def _right_without(context: Context, trial: Trial, difference: Difference, name: str) -> bool:
    """Return whether a quantity is right in a trial with an argument of 0."""
    if not trial.problem.arguments.get(name):
        return False
    problem = replace(trial.problem, arguments={**trial.problem.arguments, name: 0.0})
    try:
        with np.errstate(all="ignore"):
            right = _leaf(problem.expected, difference)
        attempt = context.learner.run(problem)
    except Exception:  # it may be none that the reference, or the other course, takes
        return False
    if attempt.error is not None or attempt.died is not None:
        return False
    mine = _leaf(Trial(problem, attempt).values, difference)
    if (
        not np.all(np.isfinite(right))
        or not isinstance(mine, np.ndarray | np.generic | float)
        or np.shape(mine) != np.shape(right)
    ):
        return False
    return bool(np.max(np.abs(mine - right), initial=0.0) <= 1e-8 * np.max(np.abs(right), initial=0.0))


def _leaf(values: Any, difference: Difference) -> Any:
    flat = dict(leaves(values.get(difference.returned)))
    return flat.get("/".join(difference.keys))


def _of_argument(context: Context, difference: Difference, name: str) -> Finding:
    problem, quantity = context.problem, difference.quantity
    without = replace(problem, arguments={**problem.arguments, name: 0.0})
    with np.errstate(all="ignore"):
        rest = np.asarray(_leaf(without.expected, difference), dtype=float)
    added = np.asarray(difference.expected, dtype=float) - rest
    mine, largest = np.asarray(difference.yours, dtype=float), np.max(np.abs(difference.expected), initial=0.0)
    enough = 1e-12 * largest
    free = not np.any(np.abs(added) > enough)
    wrong = np.abs(mine - rest - added) > 1e-8 * largest
    lacking = not free and bool(np.all(np.abs(mine - rest)[wrong] <= enough))
    if lacking:
        places = "" if np.all(wrong) else " in some of its places"
        title = f"`{quantity}` lacks what `{name}` adds to it{places}{only_in(context)}."
    elif free:
        title = f"`{quantity}` should not depend on `{name}`, and yours does{only_in(context)}."
    else:
        title = f"`{quantity}` is right where `{name}` is 0: what is wrong is what `{name}` adds to it{only_in(context)}."
    return Finding(
        code="argument",
        title=title,
        question=f"Which terms is `{name}` a factor of?"
        if free
        else f"What does `{name}` multiply, and what should it multiply, on the way to `{quantity}`?",
        kind="missing-term" if lacking else "extra-term" if free else "wrong-formula",
        quantity=quantity,
        confidence="likely",
        evidence=(f"run again with `{name}` = 0, it is right in every case",),
    )

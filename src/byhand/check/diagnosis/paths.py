"""Step 3: which edge of the computation graph, or else which node, explains the error (`graph.gains`, `graph.implied`)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from byhand import graph
from byhand.spec import Finding

from ..compare import Difference
from .context import Context
from .factors import kind_of, readings, recognise

_COUNTS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}


def explain(context: Context, difference: Difference) -> tuple[Finding | None, dict[str, Any] | None]:
    """Explain a gradient by a path or a node of its forward's graph; return (finding, the marked picture), or (None, None)."""
    traced = context.problem.traced
    if traced is None or difference.rung != "values":
        return None, None
    wrt = context.exercise.gradient_of(difference.returned)
    if wrt is None or difference.quantity != difference.returned:
        return None, None
    problem, picture = context.problem, graph.picture(traced, wrt=(wrt,))
    upstream = 1.0 if problem.upstream is None else problem.upstream
    mine = np.asarray(difference.yours, dtype=float)
    gains = graph.gains(traced, upstream, wrt, mine)
    if gains:
        return _path(context, difference, traced, wrt, _sure(context, difference, wrt, gains)), graph.mark(picture, gains[0])
    implied = graph.implied(traced, upstream, wrt, mine)
    if implied is not None:
        return _node(context, difference, implied), graph.mark(picture, implied)
    return None, None


def _sure(context: Context, difference: Difference, wrt: str, gains: list) -> list:
    """Return the explanations, the best one's weights without the names that do not hold in another case.

    A weight of 4 may be N = 4, or the inverse of a slope of 1/4: with other sizes it shows.
    """
    best = gains[0]
    if best.kind != "wrong-scale":
        return gains
    for trial in context.trials:
        case, sizes = trial.problem.case, trial.problem.sizes
        wrong = next((d for d in trial.differences if d.quantity == difference.quantity and d.rung == "values"), None)
        if wrong is None or case.kind in ("extreme", "float32") or sizes == context.problem.sizes:
            continue
        try:
            traced = graph.trace(context.exercise.forward or context.exercise.function, trial.problem.arguments, wrt=(wrt,))
        except (TypeError, ValueError, NotImplementedError):
            continue
        upstream = 1.0 if trial.problem.upstream is None else trial.problem.upstream
        found = graph.gains(traced, upstream, wrt, np.asarray(wrong.yours, dtype=float))
        there = next((g for g in found if g.path == best.path), None)
        if there is not None:
            other = Context(context.exercise, context.learner, trial, context.trials)
            partner = best.partner and _named(context, other, best.partner, there.partner)
            return [replace(_named(context, other, best, there), partner=partner), *gains[1:]]
    return gains


def _named(context: Context, other: Context, gain: graph.Gain, there: graph.Gain | None) -> graph.Gain:
    """Return a weight under a name that holds in another case too, or as a bare number where there is none."""
    if there is None:
        return replace(gain, symbol=None, meaning="")
    common = set(readings(there.factor, other.problem.constants, exact=1e-5, ones=True))
    if _weight(context, gain) in common:
        return gain
    name = next((name for name in readings(gain.factor, context.problem.constants) if name in common), None)
    return replace(gain, symbol=name, meaning="")


def _path(context, difference, traced, wrt, gains) -> Finding:
    gain, quantity = gains[0], difference.quantity
    routes = graph.routes(traced, wrt)
    path, weight = " -> ".join(gain.path), _weight(context, gain)
    many = f"{wrt} reaches the output by {_COUNTS.get(routes, 'many')} routes"
    if routes < 2:
        many = f"{wrt} reaches the output along {path}"
    few = routes in _COUNTS  # where the forward has a loop, each turn is one
    if gain.kind == "missing-term":
        title = f"`{quantity}`: {many}; " + (f"you have {_COUNTS.get(routes - 1, 'none')}." if few else "one is missing.")
        question, detail = "Which is missing?", f"Your `{quantity}` is the true gradient without the path {path}."
    elif gain.kind == "wrong-sign":
        title = f"`{quantity}`: {many}; one of them comes back with the wrong sign."
        question, detail = (
            "Which one is subtracted in the forward?",
            f"Your `{quantity}` is the true gradient with the sign of the path {path} flipped.",
        )
    else:
        title = f"`{quantity}`: {many}; one of them comes back with the wrong weight."
        question = "Which of them is a sum, or a mean, or counted more than once?"
        detail = f"Your `{quantity}` is the true gradient with the path {path} weighted by {weight}."
    if gain.partner is not None:
        other = f"the path {' -> '.join(gain.partner.path)} by {_weight(context, gain.partner)}"
        title = f"`{quantity}`: {many}; two of them come back wrong."
        detail = f"Your `{quantity}` is the true gradient with the path {path} weighted by {weight} and {other}."
    if gain.alternatives:
        detail += f" The numbers cannot tell it from: {'; '.join(' -> '.join(g.path) for g in gain.alternatives)}."
    middle = gain.path[len(gain.path) // 2] if len(gain.path) > 2 else None
    return Finding(
        code="path",
        title=title,
        question=question,
        detail=detail,
        kind=gain.kind,
        quantity=f"the path through {middle}" if middle else f"the path {path}",
        confidence="certain" if not gain.alternatives and gain.symbol is not None else "likely",
        evidence=(
            f"weight {gain.factor:.9g} on {path}" + (f" ({gain.meaning})" if gain.meaning else ""),
            f"what is left over is {gain.residual:.1e} of the difference",
        ),
    )


def _weight(context, gain) -> str:
    constants, sized = context.problem.constants, gain.symbol in ("N", "1/N", "N/M")
    if gain.meaning == "":  # what it might be called does not hold in another case
        return gain.symbol or f"{gain.factor:.6g}"
    name = recognise(gain.factor, constants, sized=sized)
    if name is None and gain.symbol is not None:  # of more than one size, and not as they are: N*H*W/(N*H*W-1)
        name = recognise(gain.factor, constants, sized=True)
    return name or gain.symbol or f"{gain.factor:.6g}"


def _node(context, difference, implied) -> Finding:
    quantity = difference.quantity
    given, true = np.asarray(implied.learner), np.asarray(implied.true)
    norm = float(np.sum(true * true))
    c = float(np.sum(given * true)) / norm if norm else float("nan")
    name = None
    if norm and float(np.max(np.abs(given - c * true))) <= 1e-6 * float(np.max(np.abs(given))):
        name = recognise(c, context.problem.constants)
    detail = f"Everything in your `{quantity}` is right but the gradient at `{implied.name}`"
    detail += (
        f" (or, which looks the same from here, at {' or '.join(f'`{n}`' for n in implied.equivalent)})."
        if implied.equivalent
        else "."
    )
    if name not in (None, "1"):
        detail += f" You have {name} times the true d{implied.name}."
    return Finding(
        code="node",
        title=f"`{quantity}`: the error sits in one place, the gradient of one intermediate value.",
        question="Which of the forward's lines has a derivative that you have not checked on its own?",
        detail=detail,
        kind=kind_of(c) if name is not None else "wrong-formula",
        quantity=f"d{implied.name}",
        line=context.line_of_variable(f"d{implied.name}", *(f"d{n}" for n in implied.equivalent)),
        confidence="certain" if name is not None else "likely",
        evidence=(
            f"your d{implied.name} = {np.array2string(given.ravel()[:6], precision=4)}; "
            f"the true one = {np.array2string(true.ravel()[:6], precision=4)}",
            f"the rest is explained to {implied.residual:.1e}",
        ),
    )

"""An argument that is not as it was before the call."""

from __future__ import annotations

from byhand.spec import Finding

from .context import Context


def explain(context: Context, *, besides: bool = False) -> Finding:
    """Return a finding for the first argument that the learner's function changed; with besides=True, beside wrong results."""
    name = context.trial.attempt.changed[0]
    line = context.learner.source.changes(context.exercise.name, name)
    return Finding(
        code="changed-argument",
        title=f"Besides, the caller's `{name}` is changed by the call."
        if besides
        else f"The results are right, but the caller's `{name}` is changed by the call.",
        question=f"Which line writes into `{name}`, and who "
        + ("reads it afterwards: the function itself, too?" if besides else "else may still need it?"),
        detail=f"What is written into `{name}`, under whatever name, is written into the caller's array.",
        kind="mutates-input",
        quantity=name,
        line=line,
        confidence="certain",
        evidence=(f'seen in the case "{context.problem.case.name}": `{name}` before and after the call differ',),
    )

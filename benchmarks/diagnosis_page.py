"""docs/DIAGNOSIS.md: what the checker makes of generated code, in tables. `python -m benchmarks.diagnosis --write` writes it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from .outcomes import COLUMNS, Outcome, in_words, rows

PAGE = Path(__file__).parent.parent / "docs" / "DIAGNOSIS.md"
_INTRODUCTION = """\
# What the checker makes of wrong code, and of right code

Generated faults in every function, and right code in other words; each is checked as a learner's file would be. Made by

    python -m benchmarks.diagnosis{sample} --write

`--sample 200 --misses` is a quick look at what is missed, `--only NAME --misses` at one function.

**Wrong** are all mechanical mutants of every solution (a sign, a factor, a term, an axis, an index, a comparison, ...), all
declared misconceptions, some faults of each further operator for each function (a term twice, a step lost, exchanged or out
of its loop, another variable of the same shape, a mode ignored, float32, ...), faults inside of a helper, faults in code that
is written in other words, and two faults at once. **Right** is the solution in other words (other names, loops, einsum,
helpers, float64 inside, results that lie otherwise in memory, ...). Whether a source is right is decided without the checker:
it is run beside the reference on every case, on numbers that the checker does not draw. So a mutant that computes the same
counts as right; a variation that does not is left out, and so is what differs by less than anyone could ask a checker to see.

What a finding should say is read off the edit, and off the numbers that come out, never off the checker:

- **line**: the line that was edited, or the one beside it; for a step that is gone, where it was;
- **kind**: one of those that name the edit (a term dropped: `missing-term`; a factor dropped: that or `wrong-scale`), or what
  the edit makes of the results: an `exception`, another shape, numbers that are not finite, an argument that is changed;
- **quantity**: names a variable that is assigned on the line, one in the part that was edited, or a result that is wrong by it.

Only the first finding counts, and of two faults at once it has to fit one. *Certain* counts the findings that say so, and
*of these right* those among them whose line, kind and quantity are all right.
"""
_LISTED = """\
The misconceptions are listed, with what to say of them, where the checker can look them up. **Without them**:"""


def page(outcomes: list[Outcome], sample: int | None) -> str:
    """Return the page's text; sample: of so many sources, chosen by a fixed seed, and not of all."""
    unlisted = [outcome for outcome in outcomes if outcome.fault.operator != "misconception"]
    introduction = _INTRODUCTION.replace("{sample}", f" --sample {sample}" if sample else "")
    parts = [introduction, f"**In all**: {in_words(outcomes)}.\n", f"{_LISTED} {in_words(unlisted)}.\n"]
    parts += ["## What is missed\n", _table(("reason", "times"), _reasons(outcomes))]
    titles = {"fault": "By fault", "written": "By how the function is written", "function": "By function"}
    for view in ("fault", "written", "function"):
        parts += [f"## {titles[view]}\n", _table((view, *COLUMNS), rows(view, outcomes))]
    return "\n".join(parts)


def _reasons(outcomes: list[Outcome]) -> list[list[str]]:
    """Return each reason for which something was missed, and how often; a finding may have several."""
    times = Counter(reason for outcome in outcomes for reason in outcome.reasons)
    return [[reason, str(count)] for reason, count in sorted(times.items(), key=lambda item: (-item[1], item[0]))]


def _table(heads: tuple[str, ...], lines: list[list[str]]) -> str:
    rule = ["---", *["---:"] * (len(heads) - 1)]
    return "\n".join(f"| {' | '.join(line)} |" for line in [list(heads), rule, *lines]) + "\n"

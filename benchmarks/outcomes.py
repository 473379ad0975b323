"""How the checker did on one source, and on many: counts, shares, and why something was missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from byhand.check.proof import HEADER
from byhand.spec import Finding, Report

from .expected import Spot, judge
from .faults import Fault

HEAD = HEADER.count("\n")
COLUMNS = ("wrong", "caught", "line", "kind", "quantity", "certain", "of these right", "right", "false alarms")


@dataclass(frozen=True)
class Outcome:
    """How the checker did on one source."""

    fault: Fault
    counts: tuple[str, ...]
    """The columns in which it counts; none for a source that is neither right nor wrong."""
    reasons: tuple[str, ...] = ()
    """Why a finding is not right in its line, its kind, its quantity; or "passed", or "false alarm"."""
    told: str = ""
    """What was missed, to read."""

    @property
    def fatal(self) -> bool:
        """Whether something wrong passed, or something right was called wrong."""
        return bool({"passed", "false alarm"}.intersection(self.reasons))


VIEWS: dict[str, Callable[[Outcome], str]] = {
    "function": lambda outcome: outcome.fault.exercise,
    "fault": lambda outcome: outcome.fault.operator,
    "written": lambda outcome: outcome.fault.form or "as the solution",
}
"""What the outcomes are grouped by, a table for each."""


def of_right(fault: Fault, report: Report) -> Outcome:
    """Return how the checker did on a source that is right."""
    if report.verdict == "pass":
        return Outcome(fault, ("right",))
    told = f"false alarm: {_shown(fault)}\n{report.summary}\n{fault.source}"
    return Outcome(fault, ("right", "false alarms"), ("false alarm",), told)


def of_wrong(fault: Fault, report: Report, spots: tuple[Spot, ...]) -> Outcome:
    """Hold the first finding on a source that is wrong to what may be said of its fault."""
    if report.verdict == "pass":
        return Outcome(fault, ("wrong",), ("passed",), f"passed: {_shown(fault)}\n{report.summary}\n{fault.source}")
    finding = report.findings[0]
    right = dict(zip(("line", "kind", "quantity"), judge(finding, spots, HEAD), strict=True))
    counts = ["wrong", "caught", *(what for what, held in right.items() if held)]
    if finding.confidence == "certain":
        counts += ["certain"] + ["of these right"] * all(right.values())
    missed = [what for what, held in right.items() if not held]
    if not missed:
        return Outcome(fault, tuple(counts))
    expected = "; ".join(
        f"line {' or '.join(str(n + HEAD) for n in s.lines)}, {' or '.join(sorted(s.kinds))}, {' or '.join(sorted(s.words))}"
        for s in spots
    )
    got = f"line {finding.line}, {finding.kind}, {finding.quantity} ({finding.code}, {finding.confidence})"
    told = f"{' '.join(missed)}: {_shown(fault)}\n  expected  {expected}\n  got       {got}\n  title     {finding.title}"
    return Outcome(fault, tuple(counts), tuple(_REASONS[what](fault, finding, spots) for what in missed), told)


def _shown(fault: Fault) -> str:
    form = f" ({fault.form})" if fault.form else ""
    return f"{fault.exercise}{form}, {fault.operator}: {' and '.join(spot.text for spot in fault.spots)}"


def _of_line(fault: Fault, finding: Finding, spots: tuple[Spot, ...]) -> str:
    if finding.line is None:
        return "line: none is named"
    lines = [n + HEAD for spot in spots for n in spot.lines]
    if fault.operator == "in a helper" and finding.line < min(lines):
        return "line: in the function, where the fault is in its helper"
    where = "an earlier one" if finding.line < min(lines) else "a later one"
    return f"line: {where}, where the code stops" if finding.kind == "exception" else f"line: {where}"


def _of_kind(fault: Fault, finding: Finding, spots: tuple[Spot, ...]) -> str:
    if finding.kind == "wrong-formula":
        return "kind: wrong-formula, where something nearer fits"
    return f"kind: {finding.kind}, where it is another"


def _of_quantity(fault: Fault, finding: Finding, spots: tuple[Spot, ...]) -> str:
    if finding.quantity == fault.exercise:
        return "quantity: the function alone"
    if finding.code in ("path", "node"):
        return f"quantity: a {finding.code} of the graph that is not on the line"
    return "quantity: another variable" if finding.quantity else "quantity: none is named"


_REASONS = {"line": _of_line, "kind": _of_kind, "quantity": _of_quantity}


def counted(outcomes: Iterable[Outcome]) -> Counter[str]:
    """Return the number in each column."""
    return Counter(column for outcome in outcomes for column in outcome.counts)


def rows(view: str, outcomes: list[Outcome]) -> list[list[str]]:
    """Return a table's rows: the name of a group, and the number in each column; all together last."""
    key, groups = VIEWS[view], {}
    for outcome in outcomes:
        groups.setdefault(key(outcome), []).append(outcome)
    groups["all"] = outcomes
    numbers = {name: counted(group) for name, group in groups.items()}
    return [[name, *(str(n[column]) for column in COLUMNS)] for name, n in numbers.items()]


def in_words(outcomes: list[Outcome]) -> str:
    """Return the totals in a sentence."""
    n = counted(outcomes)

    def share(part: str, whole: str) -> str:
        return f"{n[part] / n[whole]:.1%}" if n[whole] else "none"

    return (
        f"{n['caught']} of {n['wrong']} wrong ones caught; "
        f"{n['false alarms']} of {n['right']} right ones called wrong; "
        f"right line (within one) {share('line', 'caught')}, kind {share('kind', 'caught')}, "
        f"quantity {share('quantity', 'caught')}; "
        f"of {n['certain']} certain findings {share('of these right', 'certain')} are right in all three"
    )

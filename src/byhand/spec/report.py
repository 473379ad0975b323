"""The one record of a check. Terminal, page, notebook and grader render it and add nothing of their own."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

VERSION = 1

VERDICTS = ("pass", "fail", "not-started", "error", "timeout", "memory", "blocked", "checker-error")
RUNGS = ("imports", "signature", "runs", "type", "shape", "dtype", "finite", "values", "edge", "purity")
KINDS = (
    "missing-term", "extra-term", "wrong-scale", "wrong-sign", "wrong-axis", "wrong-transpose", "wrong-shape", "unstable",
    "mutates-input", "wrong-index", "wrong-order", "off-by-one", "wrong-mask", "wrong-formula", "wrong-mode", "wrong-eps",
    "overwrites", "hard-coded", "dtype", "exception",
)  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong (or could be better), told in three depths.

    First `title` and `question` (what differs, and where to think), then `line` and `where` (what that line makes, and which
    sort of change mends it), then `detail` (the term and its factor, the likely reason) and `evidence` (what shows it). What a
    depth shows is `Report.opened`.
    """

    code: str
    """A stable name, explained by `byhand explain CODE`."""
    title: str
    severity: str = "error"
    where: str = ""
    detail: str = ""
    kind: str = "wrong-formula"
    quantity: str = ""
    line: int | None = None
    """1-based, in the learner's own file."""
    lines: tuple[int, ...] = ()
    confidence: str = "possible"
    evidence: tuple[str, ...] = ()
    question: str = ""
    notes: str = ""
    """Where in the notes this is explained, as chapter#exercise."""


@dataclass(frozen=True)
class CaseResult:
    """How one case went."""

    name: str
    kind: str
    shapes: dict[str, Any]
    passed: bool
    max_error: float | None = None
    worst_index: str | None = None


@dataclass(frozen=True)
class Report:
    """What a check found. All values are JSON data."""

    exercise: str
    verdict: str
    summary: str
    file: str = ""
    rung: str | None = None
    findings: tuple[Finding, ...] = ()
    right_so_far: tuple[dict[str, Any], ...] = ()
    """[{name, line, is}]: what is already right."""
    example: dict[str, Any] | None = None
    """{case, inputs, yours, expected}: the failing case, shrunk. Each maps a name to nested lists, numbers or text."""
    printed: str = ""
    cases: tuple[CaseResult, ...] = ()
    graph: dict[str, Any] | None = None
    """{nodes: [{name, shape, line, verdict}], edges: [{source, target, operand, line, verdict, factor}]}: see `graph.picture`."""
    ticks: dict[str, bool] = field(default_factory=dict)
    """Where more than being right is asked for, what is reached: {"right": True, "vectorised": False}."""
    speedup: float | None = None
    """How many times as fast as the given loop it is. Told, not judged."""
    chosen: dict[str, Any] = field(default_factory=dict)
    """What a prediction or an experiment chose: {"choice": "b"}, or its settings by name."""
    outcome: str = ""
    """What a run showed that was to be predicted, or found by experiment."""
    timings: dict[str, float] = field(default_factory=dict)
    """Seconds by stage."""
    replay: str = ""
    """The command that repeats this check."""
    dialect: str = "byhand"
    dialect_name: str = ""
    file_sha256: str = ""
    seed: int = 0
    isolation: str = "process"
    tool: str = ""
    version: int = VERSION

    def opened(self, finding: Finding, depth: int) -> tuple[int | None, str]:
        """Return the line that a finding shows at a depth of 1, 2 or 3, and what is said there besides title and question.

        Of an exception the line and the shapes are shown at once, as Python itself would; the line that brought it about is
        not. Where there is no line to show, the second depth has what the third would have.
        """
        stopped = self.rung in ("imports", "runs") or finding.kind == "exception"
        if depth < 2:
            return (finding.lines[-1] if finding.lines else finding.line, finding.detail) if stopped else (None, "")
        doubt = "I suspect this line." if finding.line is not None and finding.confidence != "certain" else ""
        bare = finding.line is None and not finding.where
        told = (doubt, finding.where, finding.detail if depth > 2 or stopped or bare else "")
        return finding.line, "\n".join(filter(None, told))

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain JSON data."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Report:
        """Rebuild a report from its JSON data.

        Raises:
            ValueError: the record is of another version.
        """
        if record.get("version") != VERSION:
            raise ValueError(f"expected a report of version {VERSION}, got version {record.get('version')}: check again")
        record = dict(record)
        record["findings"] = tuple(
            Finding(**{**f, "lines": tuple(f["lines"]), "evidence": tuple(f["evidence"])}) for f in record["findings"]
        )
        record["cases"] = tuple(CaseResult(**c) for c in record["cases"])
        record["right_so_far"] = tuple(record["right_so_far"])
        return cls(**record)

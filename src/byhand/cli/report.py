"""A check's report in the terminal, in three depths."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from byhand import course
from byhand.spec import Finding, Report

MARKS = {
    "pass": ("✓", "green"),
    "fail": ("✗", "red"),
    "not-started": ("○", "dim"),
    "error": ("!", "red"),
    "timeout": ("!", "yellow"),
    "memory": ("!", "yellow"),
    "blocked": ("–", "dim"),
    "checker-error": ("?", "magenta"),
}
DEEPEST = 3
_BAR = "│"
"""Between matrices that stand side by side."""


def show(console: Console, report: Report, *, depth: int = 1, keys: str = "") -> None:
    """Print a report. Depth 1: what differs, a question and the small case; 2: the line; 3: the term, and what shows it."""
    console.print(render(report, depth=depth))
    if depth >= DEEPEST and report.verdict != "pass":
        # not broken into lines by us, so that it can be copied
        console.print(Text(f"  Again: {report.replay}\n", "dim"), soft_wrap=True)
    if keys:
        console.print(Padding(Text(keys + "\n", "dim"), (0, 2)))


def render(report: Report, *, depth: int = 1) -> RenderableType:
    """Return a report as something to print."""
    mark, style = MARKS[report.verdict]
    head = Text.assemble((f"{mark} {report.dialect_name or report.exercise}", f"bold {style}"), ("  " + _place(report), "dim"))
    parts: list[RenderableType] = [head]
    if report.ticks:
        parts.append(_indented(_ticks(report.ticks)))
    if report.verdict in ("pass", "not-started", "blocked"):
        parts.append(_indented(code_text(report.summary)))
        if report.verdict == "not-started":
            parts.append(_indented(Text("Write it in the file above, save, and check again.", "dim")))
    if report.outcome:
        parts.append(_indented(code_text(report.outcome)))
    shown = [f for f in report.findings if report.verdict != "pass" or f.question]
    for number, finding in enumerate(shown[: 1 if depth == 1 else len(shown)]):
        parts += [Text("")] * (number > 0) + _finding(finding, report, depth)
    if report.example is not None:
        parts += [Text(""), _example(report.example)]
    if report.printed.strip():
        parts += [Text(""), _indented(Text("What it printed:", "dim")), Padding(Text(_clipped(report.printed)), (0, 4))]
    if depth >= DEEPEST and report.graph is not None and report.verdict != "pass":
        parts += [Text(""), _way(report.graph)]
    if depth >= DEEPEST and report.cases:
        parts += [Text(""), _indented(Text("All cases:", "dim")), _cases(report)]
    return Group(*parts, Text(""))


def code_text(text: str) -> Text:
    """Return text with what stands between backquotes set off, as code."""
    shown = Text()
    for i, piece in enumerate(text.split("`")):
        shown.append(piece, "bold cyan" if i % 2 else "")
    return shown


def notes_place(notes: str) -> str:
    """Return where in the notes something stands, in words: chapter#exercise is the chapter's number, and the exercise."""
    name, _, exercise = notes.partition("#")
    chapter = next(c for c in course.chapters() if c.name == name)
    return f"chapter {chapter.number}, {exercise}"


def _ticks(ticks: dict[str, bool]) -> Text:
    marks = [("✓ ", "green") if reached else ("○ ", "yellow") for reached in ticks.values()]
    return Text("   ").join(Text.assemble(mark, name) for mark, name in zip(marks, ticks, strict=True))


def _place(report: Report) -> str:
    total = report.timings.get("total")
    rung = f"{report.rung} · " if report.rung and report.verdict == "fail" else ""
    return rung + Path(report.file).name + (f" · {total * 1000:.0f} ms" if total is not None else "")


def _finding(finding: Finding, report: Report, depth: int) -> list[RenderableType]:
    parts: list[RenderableType] = []
    if report.verdict != "pass":
        parts.append(_indented(code_text(finding.title)))
    if finding.question:
        parts.append(_indented(code_text(finding.question).copy(), style="italic"))
    line, told = report.opened(finding, depth)
    if line is not None:
        parts += [Text(""), _excerpt(report.file, line)]
    if told:
        parts.append(_indented(code_text(told)))
    if depth >= DEEPEST:
        parts += [_indented(Text(f"· {shown.replace('`', '')}", "dim")) for shown in finding.evidence]
        more = [
            finding.confidence,
            f"byhand explain {finding.code}",
            finding.kind,
            *([f"notes: {notes_place(finding.notes)}"] if finding.notes else []),
        ]
        parts.append(_indented(Text(" · ".join(more), "dim")))
    return parts


def _excerpt(file: str, line: int) -> RenderableType:
    try:
        lines = Path(file).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return _indented(Text(f"line {line}"))
    text = Text(no_wrap=True, overflow="ellipsis")
    for number in range(max(1, line - 1), min(len(lines), line + 1) + 1):
        here = number == line
        text.append(f"{'→' if here else ' '} {number:>4} ", "bold red" if here else "dim")
        text.append(lines[number - 1] + "\n", "bold" if here else "dim")
    text.rstrip()
    return _indented(text)


def _example(example: dict[str, Any]) -> RenderableType:
    blocks = [_block(name, value, None) for name, value in example["inputs"].items() if _worth_showing(value)]
    parts: list[RenderableType] = [
        Text(f'The smallest case found ("{example["case"]}"):', "dim"),
        Columns(blocks, padding=(0, 3)),
    ]
    for name, expected in example["expected"].items():
        yours = example["yours"].get(name)
        if yours == expected or name not in example["yours"]:
            continue
        if isinstance(yours, dict) and isinstance(expected, dict) and yours.keys() == expected.keys():
            odd = [key for key in expected if yours[key] != expected[key]]  # the others are right
            yours, expected = {key: yours[key] for key in odd}, {key: expected[key] for key in odd}
        parts.append(
            Columns([_block(f"your {name}", yours, expected), _block(f"expected {name}", expected, None)], padding=(0, 3))
        )
    return _indented(Group(*parts))


def _worth_showing(value: Any) -> bool:
    return not (isinstance(value, str) and value.startswith("<"))


def _block(name: str, value: Any, other: Any) -> Text:
    """Return a named array as rows of numbers, those that differ from `other` in red."""
    text = Text.assemble((f"{name}\n", "cyan"))
    rows, other_rows = _rows(value), _rows(other) if other is not None else None
    width = max((len(_number(v)) for row in rows for v in row if v is not _BAR), default=1)
    for i, row in enumerate(rows):
        for j, item in enumerate(row):
            if item is _BAR:
                text.append(f"{_BAR} ", "dim")
                continue
            same = other_rows is None or (i < len(other_rows) and j < len(other_rows[i]) and _alike(other_rows[i][j], item))
            text.append(f"{_number(item):>{width}} ", "" if same else "bold red")
        text.append("\n")
    text.rstrip()
    return text


def _rows(value: Any) -> list[list[Any]]:
    """Return a value as rows of items: matrices one below the other, and the channels of pictures side by side."""
    if isinstance(value, dict):
        return [[f"{k}:", *_flat(v)] for k, v in value.items()]
    if not isinstance(value, list):
        return [[value]]
    depth = _depth(value)
    if depth > 3:
        alike = depth == 4 and all(len({len(matrix) for matrix in block}) == 1 for block in value)
        return _below([_beside(block) if alike else _rows(block) for block in value])
    if depth == 3:
        return _below([_rows(matrix) for matrix in value])
    return [_flat(row) for row in value] if depth > 1 else [value]


def _below(blocks: list[list[list[Any]]]) -> list[list[Any]]:
    return blocks[0] + [row for block in blocks[1:] for row in ([], *block)]


def _beside(matrices: list[list[list[Any]]]) -> list[list[Any]]:
    return [[item for part in row for item in (_BAR, *part)][1:] for row in zip(*matrices, strict=True)]


def _depth(value: Any) -> int:
    return 1 + min((_depth(item) for item in value), default=0) if isinstance(value, list) else 0


def _flat(value: Any) -> list[Any]:
    if isinstance(value, list):
        return [x for item in value for x in _flat(item)]
    if isinstance(value, dict):
        return [x for k, v in value.items() for x in (f"{k}:", *_flat(v))]
    return [value]


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _alike(a: Any, b: Any) -> bool:
    if isinstance(a, float | int) and isinstance(b, float | int):
        return abs(a - b) <= 1e-3 * max(abs(a), abs(b), 1e-9)
    return a == b


def graph_text(picture: dict[str, Any]) -> Text:
    """Return a picture as lines of text, without the line numbers, which are those of our source."""
    from byhand import graph

    nodes = [{**node, "line": None} for node in picture["nodes"]]
    return Text(graph.text({**picture, "nodes": nodes}))


def _way(picture: dict[str, Any]) -> RenderableType:
    wrong = any(edge["verdict"] == "wrong" for edge in picture["edges"])
    title = "The way from the input to the output" + (", ! where it goes wrong:" if wrong else ":")
    return Group(_indented(Text(title, "dim")), Padding(graph_text(picture), (0, 4)))


def _cases(report: Report) -> RenderableType:
    text = Text()
    for case in report.cases:
        text.append("✓ " if case.passed else "✗ ", "green" if case.passed else "red")
        error = ""
        if case.max_error is not None and not case.passed:
            error = f"  off by {case.max_error:.3g}" + (f" at {case.worst_index}" if case.worst_index else "")
        text.append(f"{case.name}{error}\n", "dim")
    text.rstrip()
    return _indented(text)


def _clipped(text: str, most: int = 12) -> str:
    lines = text.rstrip().splitlines()
    return "\n".join(lines[:most] + ([f"... and {len(lines) - most} lines more"] if len(lines) > most else []))


def _indented(content: RenderableType, style: str = "") -> RenderableType:
    return Padding(content, (0, 2), style=style)

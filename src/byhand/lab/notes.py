"""The chapters' notes as HTML."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from pathlib import Path

from markdown_it import MarkdownIt
from markupsafe import Markup
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer, TextLexer

_FORMATTER = HtmlFormatter(nowrap=True, classprefix="hl-")

_LOOSE_POINT = re.compile(r'(<span class="math inline">[^<]{1,24}</span>)([,.;:?!)]+)')
"""A short formula and the mark behind it, which browsers would let begin the next line."""
DERIVATION = re.compile(r"^###[ \t]+Derivation[ \t]*$", flags=re.MULTILINE)


def statement(notes: Path, exercise: str) -> Markup:
    """Return what the notes' section on an exercise (`## name`) says before its derivation; empty where there is none."""
    return render(_split(notes, exercise)[0])


def derivation(notes: Path, exercise: str) -> Markup:
    """Return what the section says from `### Derivation` on, which gives the answer; empty where there is none."""
    return render(_split(notes, exercise)[1])


def opening(notes: Path) -> Markup:
    """Return what the notes say before the first exercise."""
    return render(sections(notes).get("", ""))


def sections(notes: Path) -> dict[str, str]:
    """Return the notes' parts by heading, backticks removed; "" is what comes before the first `##`."""
    if not notes.exists():
        return {}
    text = re.sub(r"\A---\n.*?\n---\n", "", notes.read_text(encoding="utf-8"), flags=re.DOTALL)
    parts = re.split(r"^##[ \t]+(.+?)[ \t]*$", text, flags=re.MULTILINE)
    opening = re.sub(r"^#[ \t].*$", "", parts[0], count=1, flags=re.MULTILINE)
    return {"": opening, **{name.strip("`"): body for name, body in zip(parts[1::2], parts[2::2], strict=True)}}


def _split(notes: Path, exercise: str) -> tuple[str, str]:
    before, *after = DERIVATION.split(sections(notes).get(exercise, ""), maxsplit=1)
    return before, "".join(after)


@lru_cache(maxsize=512)
def render(text: str) -> Markup:
    """Return Markdown as HTML; formulas become elements of class `math`, which the page hands to KaTeX."""
    return Markup(_LOOSE_POINT.sub(r'<span class="together">\1\2</span>', _markdown().render(text)))


def line(text: str) -> Markup:
    """Return a text of ours in which `code` and formulas may stand, as one line of HTML."""
    return Markup(_markdown().renderInline(text))


def code(text: str) -> Markup:
    """Return Python as HTML."""
    return Markup(highlight(text, PythonLexer(), _FORMATTER))


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "highlight": _highlight}).enable(["table", "strikethrough"])
    return markdown.use(dollarmath_plugin, renderer=_formula, double_inline=True)


def _formula(text: str, options: dict) -> str:
    return html.escape(text.strip())  # the plugin puts it into an element of class "math block" or "math inline"


def _highlight(text: str, language: str, _attributes: str) -> str:
    lexer = PythonLexer() if re.fullmatch(r"python|py|\{code-cell\}.*", language or "") else TextLexer()
    return highlight(text, lexer, _FORMATTER)

"""Finding and changing single functions in a learner's module, everything else left as it is to the byte."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import lru_cache

from byhand.course import rendering
from byhand.spec import syntax


@dataclass(frozen=True)
class Located:
    """Where a function stands: from its first decorator to its last line, 1-based, both included."""

    name: str
    start: int
    end: int
    text: str
    stub: bool
    """Whether it is still as it was given: it raises NotImplementedError, or is the slow loop."""


def functions(source: str) -> dict[str, Located]:
    """Return a module's top-level functions, by name; of two with one name the last, for that is the one that counts.

    Raises:
        SyntaxError: the module cannot be read at present.
    """
    lines = source.splitlines(keepends=True)
    found = {}
    for node in syntax.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            start = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            end = node.end_lineno or node.lineno
            found[node.name] = Located(node.name, start, end, "".join(lines[start - 1 : end]), rendering.is_untouched(node))
    return found


def locate(source: str, name: str) -> Located | None:
    """Return where a function stands, or None; in a module that cannot be read it is looked for line by line."""
    try:
        return functions(source).get(name)
    except SyntaxError:
        return _scan(source, name)


def replace(source: str, located: Located, text: str) -> str:
    """Put another text in a function's place."""
    lines = source.splitlines(keepends=True)
    return "".join([*lines[: located.start - 1], _ends(text, source), *lines[located.end :]])


def remove(source: str, located: Located) -> str:
    """Take a function out, with the blank lines above it."""
    lines = source.splitlines(keepends=True)
    before, after = lines[: located.start - 1], lines[located.end :]
    while before and not before[-1].strip():
        before.pop()
    return "".join([*before, *after])


def append(source: str, text: str) -> str:
    """Add a function at the end, two blank lines below what is there."""
    body = source.rstrip()
    return _ends((body + "\n\n\n" if body else "") + text.rstrip() + "\n", source)


def imported(source: str) -> set[str]:
    """Return the names that a module has at its top level: imported, defined or assigned."""
    names = set()
    for node in syntax.parse(source).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


@lru_cache(maxsize=32)
def siblings(source: str) -> frozenset[str]:
    """Return the modules of the same package that a module imports from (`from .losses import ...`)."""
    names = set()
    for node in ast.walk(syntax.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            names |= {node.module.split(".")[0]} if node.module else {alias.name for alias in node.names}
    return frozenset(names)


def add_imports(source: str, wanted: dict[str, list[str]]) -> str:
    """Add `from .module import names` for the names that are missing, below the imports that are there."""
    here = imported(source)
    missing = {module: [n for n in names if n not in here] for module, names in wanted.items()}
    statements = [import_line(module, names) for module, names in missing.items() if names]
    if not statements:
        return source
    tree = syntax.parse(source).body
    heads = [n for n in tree if isinstance(n, ast.Import | ast.ImportFrom)]
    documented = tree[:1] if tree and isinstance(tree[0], ast.Expr) and isinstance(tree[0].value, ast.Constant) else []
    last = max((n.end_lineno or 0 for n in [*heads, *documented]), default=0)
    lines = source.splitlines(keepends=True)
    return "".join([*lines[:last], _ends("".join(statements), source), *lines[last:]])


def drop_imports(source: str, gone: set[str]) -> str:
    """Take names out of the module's imports from its own package."""
    lines = source.splitlines(keepends=True)
    for node in reversed(syntax.parse(source).body):
        if isinstance(node, ast.ImportFrom) and node.level == 1 and any(alias.name in gone for alias in node.names):
            kept = [ast.unparse(alias) for alias in node.names if alias.name not in gone]
            text = import_line(node.module or "", kept) if kept else ""
            lines[node.lineno - 1 : node.end_lineno] = [_ends(text, source)] if text else []
    return "".join(lines)


def import_line(module: str, names: list[str]) -> str:
    """Return `from .module import a, b`, in lines of at most 100 characters."""
    line = f"from .{module} import {', '.join(names)}\n"
    if len(line) <= 100:
        return line
    return f"from .{module} import (\n" + "".join(f"    {name},\n" for name in names) + ")\n"


def _ends(text: str, like: str) -> str:
    """Return the text with the line ends of the file that it goes into."""
    return re.sub(r"\r?\n", "\r\n", text) if "\r\n" in like else text


def _scan(source: str, name: str) -> Located | None:
    lines = source.splitlines(keepends=True)
    starts = [i for i, line in enumerate(lines) if re.match(rf"def\s+{re.escape(name)}\s*\(", line)]
    if not starts:
        return None
    start = end = starts[-1]
    while start > 0 and lines[start - 1].startswith("@"):
        start -= 1
    while end + 1 < len(lines) and (not lines[end + 1].strip() or lines[end + 1][0] in " \t)#"):
        end += 1
    while not lines[end].strip() or lines[end].startswith("#"):
        end -= 1
    return Located(name, start + 1, end + 1, "".join(lines[start : end + 1]), False)

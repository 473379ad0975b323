"""The learner's package with nothing of ours in it, to keep and to show."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path

from byhand import course
from byhand.course import rendering
from byhand.spec import syntax

from . import files, source
from .script import training_script
from .workspace import Workspace

README = """# {package}

A small neural network library, written by hand in NumPy: forward passes, backward passes, losses, optimizers.

    pip install numpy scikit-learn
    python train_digits.py

{listing}
"""


@dataclass(frozen=True)
class Exported:
    """What went into an export."""

    folder: Path
    functions: tuple[str, ...]
    """The learner's own."""
    filled: tuple[str, ...] = ()
    """Ours, where they asked for it."""
    left_out: tuple[str, ...] = ()
    """Not written yet, so not there."""
    waiting: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The learner's functions that call some that are left out: name -> those."""
    script: Path | None = None
    """The script that trains the digits, where there are functions enough for it."""


def export(workspace: Workspace, folder: Path | str, *, fill: bool = False) -> Exported:
    """Copy the learner's package, as they wrote it, without the stubs, with a script that trains digits on it.

    Functions that are not written yet are left out, and named; with fill=True ours are put there, each marked as such.

    Raises:
        ValueError: the folder has something in it; nothing is written yet; or a module cannot be read.
    """
    folder = Path(folder).resolve()
    if folder.exists() and any(folder.iterdir()):
        raise ValueError(f"expected a new or an empty folder to export to; {folder} has something in it")
    if folder.is_relative_to(workspace.modules):
        raise ValueError(f"expected a folder outside of the package itself, got {folder}")
    texts = _read(workspace)
    standing = {module: source.functions(text) for module, text in texts.items()}
    stubs = {name for found in standing.values() for name, f in found.items() if f.stub}
    answers = course.exercises().keys() - course.functions().keys()  # to predictions and experiments: no part of a library
    mine = tuple(n for n in course.functions() if any(n in found for found in standing.values()) and n not in stubs)
    if not mine:
        raise ValueError(f"there is nothing to export yet: no function in {workspace.modules} is written")
    filled = tuple(n for n in course.functions() if n in stubs) if fill else ()
    gone = (stubs | answers) - set(filled)
    for module, found in standing.items():
        texts[module] = _strip(texts[module], found, filled, gone)
    texts = {module: text for module, text in texts.items() if not _is_empty(text) or module == "__init__"}
    present = (*mine, *filled)
    for module, text in texts.items():
        files.write(folder / workspace.package / f"{module}.py", text)
    where = {name: module for module, text in texts.items() for name in source.functions(text)}
    script = training_script(workspace.package, {n: where[n] for n in present if n in where})
    if script:
        files.write(folder / "train_digits.py", script)
    listing = "\n".join(f"- `{m}.py`: {', '.join(n for n in where if where[n] == m)}" for m in texts if m in where.values())
    files.write(folder / "README.md", README.format(package=workspace.package, listing=listing))
    return Exported(
        folder,
        mine,
        filled,
        tuple(n for n in course.functions() if n in gone),
        {n: lacks for n in mine if (lacks := _calls(standing, n, gone))},
        folder / "train_digits.py" if script else None,
    )


def _read(workspace: Workspace) -> dict[str, str]:
    texts = {path.stem: files.read(path) for path in sorted(workspace.modules.glob("*.py"))}
    for module, text in texts.items():
        try:
            syntax.parse(text)
        except SyntaxError as problem:
            raise ValueError(
                f"{workspace.modules / module}.py cannot be read: line {problem.lineno}, {problem.msg}. Mend it first"
            ) from None
    return texts


def _strip(text: str, found: dict[str, source.Located], filled: tuple[str, ...], gone: set[str]) -> str:
    """Take the stubs out of a module, or put ours in their place."""
    for name in sorted(found, key=lambda n: found[n].start, reverse=True):
        if name not in gone and name not in filled:
            continue
        if name in filled:
            ours = f"# Not written by hand yet: this one is byhand's.\n{rendering.solution(course.find(name))}"
            text = source.replace(text, found[name], ours)
        else:
            text = source.remove(text, found[name])
    return source.drop_imports(text, gone)


def _is_empty(text: str) -> bool:
    """Return whether a module has nothing but a docstring and imports."""
    return not any(
        not isinstance(n, ast.Import | ast.ImportFrom) and not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))
        for n in syntax.parse(text).body
    )


def _calls(standing: dict[str, dict[str, source.Located]], name: str, gone: set[str]) -> tuple[str, ...]:
    text = next(found[name].text for found in standing.values() if name in found)
    used = {node.id for node in ast.walk(syntax.parse(text)) if isinstance(node, ast.Name)}
    return tuple(sorted(used & gone))

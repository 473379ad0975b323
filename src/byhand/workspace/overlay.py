"""Putting the learner's functions in the place of ours, so that their code is what trains."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable
from types import ModuleType

from byhand import check, course
from byhand.spec import Exercise

from .workspace import Workspace


def overlay(workspace: Workspace, *, engine: str = "numpy", tell: Callable[[str], None] | None = None) -> list[str]:
    """Replace our functions by the learner's that pass their checks, in this process, and return their names.

    Functions that share a cache (a forward and its backward) are replaced together or not at all. Call it once, in a
    process that trains and does nothing else: the learner's code is imported and stays.

    Args:
        workspace: whose functions.
        engine: what trains; learner code is plain NumPy.
        tell: is told, in a sentence each, which functions are left to ours, and why.

    Raises:
        ValueError: the engine is not NumPy.
    """
    if engine != "numpy":
        raise ValueError(
            f"your functions are written in NumPy, and the {engine} engine would hand them other arrays: "
            "train with the numpy engine, or without your own code"
        )
    tell = tell or (lambda text: None)
    good = _passing(workspace, tell)
    modules = _imported(workspace, {workspace.file(name).stem for name in good}, tell)
    good = {n for n in good if callable(getattr(modules.get(workspace.file(n).stem), n, None))}
    exercises = course.functions()
    mine = complete(good, tell)
    originals = {name: exercise.function for name, exercise in exercises.items()}
    theirs = {name: getattr(modules[workspace.file(name).stem], name) for name in mine}
    for name, function in theirs.items():
        _replace_ours(originals[name], function)
    _lend_ours(workspace, modules.values(), {n: f for n, f in originals.items() if n not in mine})
    for family in families(exercises.values()):
        _stand_in([n for n in family if n not in mine], family, theirs, originals)
    return [name for name in exercises if name in mine]


def complete(good: set[str], tell: Callable[[str], None] | None = None) -> set[str]:
    """Return those of the passing functions that can be put in place: those whose whole family passes.

    A closed form (`_alt`) is not needed for that: the plain backward answers for it.
    """
    mine: set[str] = set()
    for family in families(course.functions().values()):
        passing = [n for n in family if n in good]
        lacking = [n for n in family if n not in good and not n.endswith("_alt")]
        if not lacking:
            mine.update(passing)
        elif passing and tell:
            tell(
                f"{' and '.join(passing)}: ours, because {' and '.join(lacking)} "
                f"{'is' if len(lacking) == 1 else 'are'} still to pass (they share a cache)"
            )
    return mine


def families(exercises: Iterable[Exercise]) -> list[tuple[str, ...]]:
    """Return the functions that go together: those that make or read one cache. Others are alone."""
    groups: dict[str, list[str]] = {}
    for exercise in exercises:
        forward = exercise.forward or exercise.function
        key = forward.__name__ if exercise.forward is None or not exercise.given else exercise.name
        groups.setdefault(key, []).append(exercise.name)
    return [tuple(names) for names in groups.values()]


def _passing(workspace: Workspace, tell: Callable[[str], None]) -> set[str]:
    """Return the written functions that pass: on record and unchanged since, or checked now."""
    progress, good, unsure = workspace.progress(), set(), []
    for name in course.functions().keys() & workspace.written().keys():
        known = progress[name]
        if known.state == "passed" and known.fingerprint and known.fingerprint == workspace.fingerprint(name):
            good.add(name)
        else:
            unsure.append(name)
    if unsure:
        with check.WorkerPool() as pool:
            for name in unsure:
                pool.refill(2)  # the next one gets ready meanwhile
                report = check.check(course.find(name), workspace.file(name), pool=pool)
                workspace.record(report)
                if report.verdict == "pass":
                    good.add(name)
                else:
                    tell(f"{name}: ours, because yours does not pass yet ({report.summary})")
    return good


def _imported(workspace: Workspace, stems: set[str], tell: Callable[[str], None]) -> dict[str, ModuleType]:
    """Import the learner's modules; one that cannot be imported is left out and said so."""
    folder = str(workspace.folder)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    modules = {}
    for stem in sorted(stems):
        try:
            modules[stem] = importlib.import_module(f"{workspace.package}.{stem}")
        except Exception as problem:  # whatever a learner's module raises
            tell(f"{stem}.py: ours throughout, because it cannot be imported ({type(problem).__name__}: {problem})")
    return modules


def _replace_ours(original: Callable, theirs: Callable) -> None:
    """Put a function in the place of ours: in its module, and wherever a package re-exports it."""
    name = original.__name__
    for module in list(sys.modules.values()):
        known = getattr(module, "__name__", "")
        if known.startswith("byhand.") and not known.startswith("byhand.course") and vars(module).get(name) is original:
            setattr(module, name, theirs)


def _lend_ours(workspace: Workspace, modules: Iterable[ModuleType], ours: dict[str, Callable]) -> None:
    """Put ours in the learner's modules for what they have not written, or not right: their networks call it there."""
    loaded = [m for n, m in list(sys.modules.items()) if n.split(".")[0] == workspace.package]
    for module in {id(m): m for m in (*modules, *loaded)}.values():
        for name, function in ours.items():
            if callable(vars(module).get(name)):
                setattr(module, name, function)


def _stand_in(others, family, theirs, originals) -> None:
    """Let their backward answer for a closed form that is still ours: it could not read their cache."""
    for name in others:
        plain = name.removesuffix("_alt")
        if name.endswith("_alt") and plain in theirs and plain in family:
            _replace_ours(originals[name], theirs[plain])

"""`--pdb`: run a learner's function on a failing case in the debugger, stopped on the line at fault. Decides nothing."""

from __future__ import annotations

import importlib
import inspect
import pdb
import sys
from pathlib import Path

from byhand import course

from .learner import bind
from .problem import build, cases_of, takes_cache
from .process import locate


def main(file: str, name: str, case_name: str, seed: str, line: str) -> None:
    """Load the file, set a breakpoint, and call the function on the case."""
    exercise = course.find(name)
    case = next(c for c in cases_of(exercise) if c.name == case_name)
    problem = build(exercise, case, int(seed))
    module_name, root, _ = locate(Path(file))
    sys.path.insert(0, str(root))
    module = importlib.import_module(module_name)
    function = getattr(module, name)
    debugger = pdb.Pdb(readrc=False)
    if int(line):
        debugger.set_break(str(Path(file).resolve()), int(line))
        if int(line) != _first_line(function):  # where it stops in any case
            debugger.rcLines = ["continue"]
    if exercise.forward is None:
        args, kwargs = bind(exercise.function, problem.arguments)
        debugger.runcall(function, *args, **kwargs)
    else:
        own = getattr(module, exercise.forward.__name__, None)
        try:
            cache = own(**problem.arguments)[1] if own else problem.reference_cache
        except NotImplementedError:
            cache = problem.reference_cache
        debugger.runcall(function, problem.upstream, *([cache] if takes_cache(exercise.function) else []))


def _first_line(function) -> int | None:
    code = inspect.unwrap(function).__code__
    return next((line for _, _, line in code.co_lines() if line is not None and line > code.co_firstlineno), None)


if __name__ == "__main__":
    main(*sys.argv[1:])

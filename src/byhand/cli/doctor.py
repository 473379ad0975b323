"""`byhand doctor`: what works on this machine."""

from __future__ import annotations

import importlib.util
import platform
import shutil
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

import byhand

from .common import console, here_or_none, print_json

TRIES = {
    "exits": ("import os; os._exit(0)", {"error"}),
    "imports byhand": ("import byhand.layers.activations as a; return a.relu_forward(x)", {"error"}),
    "reads frames": ("import sys; sys._getframe(1); return x, x", {"error"}),
    "takes all memory": ("y = bytearray(2**40); return x, x", {"memory"}),
}
"""What learner code may try -> (its body, the verdicts that are right then)."""


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    what: str
    ok: bool
    says: str
    needed: bool = True
    """Whether byhand is incomplete without it."""


def doctor_command(as_json: Annotated[bool, typer.Option("--json", help="Print as JSON, for programs.")] = False) -> None:
    """Look at what works here: engines, the checker's isolation (by trying to escape), data, the lab's assets."""
    found = [_python(), _isolation(), _engine_torch(), _compiler(), _assets(), _data(), _workspace()]
    if as_json:
        print_json([asdict(f) for f in found])
    else:
        table = Table(box=None, show_header=False, pad_edge=False)
        for f in found:
            mark = "[green]✓[/]" if f.ok else "[red]✗[/]" if f.needed else "[yellow]–[/]"
            table.add_row(mark, f.what, escape(f.says))
        console.print(table)
    raise typer.Exit(0 if all(f.ok or not f.needed for f in found) else 1)


def _python() -> Finding:
    import numpy

    says = f"byhand {byhand.__version__}, Python {platform.python_version()}, NumPy {numpy.__version__}, {platform.system()}"
    return Finding("versions", sys.version_info >= (3, 11), says)


def _isolation() -> Finding:
    """Run learner code that tries to get away, and see that each try gets its verdict."""
    from byhand import course
    from byhand.check import check

    exercise = course.find("relu_forward")
    escaped = []
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for name, (body, verdicts) in TRIES.items():
            file = Path(folder) / "escape.py"
            file.write_text(f"def relu_forward(x):\n    {body}\n")
            if check(exercise, file).verdict not in verdicts:
                escaped.append(name)
    took = time.perf_counter() - started
    says = f"learner code runs in a process of its own; {len(TRIES) - len(escaped)} of {len(TRIES)} escapes caught ({took:.1f} s)"
    return Finding("isolation: process", not escaped, says + (f"; NOT caught: {', '.join(escaped)}" if escaped else ""))


def _engine_torch() -> Finding:
    if importlib.util.find_spec("torch") is None:
        return Finding(
            "engine: torch", False, "not installed: pip install 'byhand[torch]' (the NumPy engine needs nothing)", needed=False
        )
    import torch

    devices = ["cpu"] + ["cuda"] * torch.cuda.is_available() + ["mps"] * torch.backends.mps.is_available()
    return Finding("engine: torch", True, f"PyTorch {torch.__version__} on {', '.join(devices)}", needed=False)


def _compiler() -> Finding:
    found = next((c for c in ("g++", "clang++", "c++", "cl") if shutil.which(c)), None)
    says = f"{found}: the torch engine can compile its step" if found else "none: the torch engine runs without compiling, slower"
    return Finding("C++ compiler", found is not None, says, needed=False)


def _assets() -> Finding:
    vendor = Path(byhand.__file__).parent / "lab" / "static" / "vendor"
    files = [f for f in vendor.rglob("*") if f.is_file()] if vendor.exists() else []
    if not files:
        return Finding(
            "lab assets", False, "KaTeX and uPlot are missing: install byhand again (pip install --force-reinstall --no-deps ...)"
        )
    return Finding("lab assets", True, f"KaTeX and uPlot are here ({len(files)} files)")


def _data() -> Finding:
    from byhand import data

    bundled = [info.name for info in data.DATASETS.values() if info.source_files is None]
    real = [name for name in data.DATASETS if name not in bundled]
    try:
        states = [f"{name} {'found' if data.where(name) else 'not fetched'}" for name in real]
    except data.DataError as problem:
        return Finding("data", False, str(problem), needed=False)
    return Finding("data", True, f"bundled: {', '.join(bundled)}; {', '.join(states)}")


def _workspace() -> Finding:
    space = here_or_none()
    if space is None:
        return Finding("workspace", False, "none in this folder: byhand init makes one", needed=False)
    progress = space.progress().values()
    passed = sum(p.state == "passed" for p in progress)
    return Finding("workspace", True, f"{space.folder}: {passed} of {len(progress)} exercises right")

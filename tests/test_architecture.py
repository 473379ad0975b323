"""The rules of the house, read off the source: floors, calls through modules, no autodiff; and the examples run."""

from __future__ import annotations

import ast
import doctest
import importlib
import re
from pathlib import Path

import pytest

from byhand import course

PACKAGE = Path(__file__).parents[1] / "src" / "byhand"

FLOORS = (
    {"arrays", "spec"},
    {"layers", "optim", "procedures", "graph", "data"},
    {"nn"},
    {"models"},
    {"train", "course"},
    {"check"},
    {"workspace", "interop"},
    {"grade", "lab"},
    {"cli"},
)
FLOOR = {name: floor for floor, names in enumerate(FLOORS) for name in names}
BY_HAND = ("layers", "nn", "models", "optim", "train", "procedures")
FUNCTIONS = ("layers", "optim", "procedures", "models")
"""Packages whose functions a learner's may replace: to be called through their modules."""

SOURCES = sorted(PACKAGE.rglob("*.py"))


def where(path: Path) -> str:
    """Return the floor's package in which a file lies, or "" at the root."""
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else ""


def imports(tree: ast.AST, path: Path):
    """Yield (line, absolute dotted module, names taken from it) of every import, at the top or inside a function."""
    package = ("byhand", *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, ()
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *(node.module or "").split("."))).rstrip(".")
            yield node.lineno, module, tuple(alias.name for alias in node.names)


def floor_faults(source: str, path: Path) -> list[str]:
    """Return the imports of a floor that is not below."""
    here, faults = where(path), []
    for line, module, names in imports(ast.parse(source), path):
        targets = [f"byhand.{name}" for name in names] if module == "byhand" else [module]
        for target in targets:
            there = target.split(".")[1] if target.startswith("byhand.") else None
            if there in FLOOR and here in FLOOR and there != here and FLOOR[there] >= FLOOR[here]:
                faults.append(f"{path}:{line}: {here} (floor {FLOOR[here]}) imports {there} (floor {FLOOR[there]})")
            elif there in FLOOR and here and here not in FLOOR:
                faults.append(f"{path}:{line}: {here} is on no floor")
    return faults


def is_module(dotted: str) -> bool:
    """Return whether byhand.a.b is a module or package, not a name inside one."""
    path = PACKAGE.joinpath(*dotted.split(".")[1:])
    return path.is_dir() or path.with_suffix(".py").exists()


def call_faults(source: str, path: Path) -> list[str]:
    """Return the functions of replaceable packages that are imported by name. Packages may re-export in __init__.py."""
    if path.name == "__init__.py":
        return []
    return [
        f"{path}:{line}: import {module}, not {name} from it: a function put in its place would not be called"
        for line, module, names in imports(ast.parse(source), path)
        for name in names
        if module.split(".")[1:2]
        and module.startswith("byhand.")
        and module.split(".")[1] in FUNCTIONS
        and len(module.split(".")) > 2
        and not is_module(f"{module}.{name}")
        and name.islower()
        and (module.split(".")[1] != "models" or name in course.exercises())  # the models' helpers are nobody's exercise
    ]


AUTOGRAD_MODULES = re.compile(r"torch\.(autograd|func|nn|optim|utils\.checkpoint)\b|functorch|jax\b|autograd$")
AUTOGRAD_NAMES = {"requires_grad", "requires_grad_", "enable_grad", "grad_fn", "vjp", "jvp", "jacrev"}
ALLOWED = {"torch.nn.functional.pad"}


def dotted(node: ast.AST) -> str:
    """Return "a.b.c" of an attribute chain, or ""."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return f"{base}.{node.attr}" if base else f".{node.attr}"
    return ""


def autograd_faults(source: str, path: Path) -> list[str]:
    """Return the uses of automatic differentiation, of whatever library."""
    tree, faults = ast.parse(source), []
    for line, module, names in imports(tree, path):
        if not module.startswith("byhand") and any(
            AUTOGRAD_MODULES.match(m) for m in [module, *(f"{module}.{n}" for n in names)]
        ):
            faults.append(f"{path}:{line}: imports {module}")
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            name = dotted(node)
            if AUTOGRAD_MODULES.match(name) and name not in ALLOWED and not any(a.startswith(name + ".") for a in ALLOWED):
                faults.append(f"{path}:{node.lineno}: uses {name}")
            elif node.attr in AUTOGRAD_NAMES:
                faults.append(f"{path}:{node.lineno}: uses .{node.attr}")
        elif isinstance(node, ast.Call):
            function = node.func
            # a layer's own backward takes arguments; a tensor's takes none, or only keywords
            if isinstance(function, ast.Attribute) and function.attr == "backward" and not node.args:
                faults.append(f"{path}:{node.lineno}: calls .backward()")
            faults += [f"{path}:{node.lineno}: passes {k.arg}" for k in node.keywords if k.arg in AUTOGRAD_NAMES]
    return faults


def all_faults(check, sources) -> list[str]:
    return [fault for path in sources for fault in check(path.read_text(), path)]


def test_floors_import_only_from_floors_below():
    assert all_faults(floor_faults, SOURCES) == []


@pytest.mark.parametrize(
    ("package", "line"),
    [
        ("layers", "from byhand.graph import trace"),
        ("layers", "from byhand import optim"),
        ("arrays", "from ..layers import linear"),
        ("models", "def f():\n    import byhand.train.solver"),
        ("train", "from byhand.course import chapters"),
        ("attic", "from byhand.layers import linear"),
    ],
)
def test_a_planted_import_from_above_is_found(package, line):
    assert floor_faults(line, PACKAGE / package / "planted.py")


@pytest.mark.parametrize(
    ("package", "line"),
    [
        ("layers", "from byhand.arrays import namespace"),
        ("arrays", "from .tree import Tree"),
        ("cli", "import byhand.lab"),
    ],
)
def test_an_import_from_below_is_not(package, line):
    assert floor_faults(line, PACKAGE / package / "planted.py") == []


def test_functions_are_called_through_their_modules():
    assert all_faults(call_faults, SOURCES) == []


def test_a_planted_function_import_is_found():
    planted = PACKAGE / "models" / "planted.py"
    assert call_faults("from byhand.layers.linear import affine_forward", planted)
    assert call_faults("from .two_layer_net import two_layer_net_loss", planted)
    assert call_faults("from ..layers.linear import affine_forward as forward", planted)
    assert not call_faults("from byhand.layers import linear", planted)
    assert not call_faults("from byhand.optim import OPTIMIZERS", planted)


def test_nothing_is_differentiated_automatically():
    assert all_faults(autograd_faults, [path for path in SOURCES if where(path) in BY_HAND or where(path) == "arrays"]) == []


@pytest.mark.parametrize(
    "line",
    [
        "loss.backward()",
        "loss.backward(retain_graph=True)",
        "import torch.autograd",
        "from torch import autograd",
        "from torch import nn",
        "from torch.func import vjp",
        "torch.func.vjp(f, x)",
        "w.requires_grad_(True)",
        "torch.tensor(1.0, requires_grad=True)",
        "w.requires_grad = True",
        "torch.nn.functional.cross_entropy(scores, y)",
        "import jax",
    ],
)
def test_planted_differentiation_is_found(line):
    assert autograd_faults(line, PACKAGE / "train" / "planted.py")


def test_our_own_backward_is_not_taken_for_it():
    assert autograd_faults("dx, grads = layer.backward(dout, cache)", PACKAGE / "nn" / "planted.py") == []


def test_every_namespace_offers_the_same_names():
    from byhand.arrays import numpy_namespace

    names = set(numpy_namespace.__all__)
    assert all(callable(getattr(numpy_namespace, name)) for name in names)
    offered = ["byhand.graph.namespace"]
    try:
        import torch  # noqa: F401

        offered.append("byhand.arrays.torch_namespace")
    except ImportError:
        pass
    for module in map(importlib.import_module, offered):
        assert set(module.__all__) == names, module.__name__
        assert all(callable(getattr(module, name)) for name in names)


@pytest.mark.parametrize(
    "path",
    [p for p in SOURCES if ">>>" in p.read_text()],
    ids=lambda path: str(path.relative_to(PACKAGE).with_suffix("")),
)
def test_the_examples_in_docstrings_run(path):
    module = importlib.import_module("byhand." + ".".join(path.relative_to(PACKAGE).with_suffix("").parts))
    results = doctest.testmod(module, report=False)
    assert not results.failed


def test_nothing_committed_names_a_machine():
    for path in SOURCES:
        found = re.search(r"/(home|Users|root|work)/\w+", path.read_text())
        assert found is None, f"{path}: {found}"

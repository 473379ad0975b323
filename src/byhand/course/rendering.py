"""Stubs and solutions in plain NumPy, made from the references: what learners read and write, generated and never stored."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from functools import cache
from types import ModuleType

from byhand import course
from byhand.arrays import numpy_namespace
from byhand.spec import Exercise, syntax

SECTIONS = ("Args:", "Returns:", "Raises:", ">>>", "Differs from")


def stub(exercise: Exercise) -> str:
    """Return the exercise's signature and docstring, without the derivation, and `raise NotImplementedError`.

    A backward's docstring keeps neither its derivation nor its formula: they are the answer. Where a slow loop is given, it
    stands in the place of the error.
    """
    body = "    raise NotImplementedError\n" if exercise.loop is None else _body(exercise, exercise.loop)
    return _signature(exercise) + _docstring(exercise, answer=False) + body


def is_untouched(definition: ast.FunctionDef) -> bool:
    """Return whether a learner's function has nothing of theirs in it: a stub, or the loop as it was given."""
    if syntax.is_stub(definition):
        return True
    exercise = course.exercises().get(definition.name)
    return exercise is not None and exercise.loop is not None and _code(definition) == _given_loop(exercise)


@cache
def _given_loop(exercise: Exercise) -> str:
    definition = syntax.parse(stub(exercise)).body[0]
    assert isinstance(definition, ast.FunctionDef)
    return _code(definition)


def _code(definition: ast.FunctionDef) -> str:
    """Return a function's parameters and body as text, without its docstring, comments and layout."""
    body = definition.body[1:] if ast.get_docstring(definition) is not None else definition.body
    return ast.dump(definition.args) + "".join(map(ast.dump, body))


@cache
def solution(exercise: Exercise) -> str:
    """Return the reference as a learner would write it: `np.`, no annotations, no `xp`, the names of other exercises bare."""
    return _signature(exercise) + _docstring(exercise, answer=True) + _body(exercise, exercise.function)


@cache
def short_solution(exercise: Exercise) -> str:
    """Return the solution under the stub's docstring, which gives nothing away."""
    return _signature(exercise) + _docstring(exercise, answer=False) + _body(exercise, exercise.function)


def solution_module(exercises: list[Exercise], *, answer: bool = True) -> str:
    """Return a module with these exercises' solutions (or, with answer=False, their stubs), which runs alone."""
    blocks = [solution(e) if answer else stub(e) for e in exercises]
    return "import numpy as np\n\n\n" + "\n\n".join(blocks)


@cache
def needs(exercise: Exercise) -> tuple[str, ...]:
    """Return the names of the other exercises' functions that the solution calls, in order of appearance."""
    parts = {part.__name__ for part in exercise.parts}
    definition, _ = _parsed(exercise.function)
    bare = [n for n in ast.walk(definition) if isinstance(n, ast.Name) and n.id in parts]
    calls = [(n.lineno, n.col_offset, n.id) for n in bare]
    calls += [(n.lineno, n.col_offset, n.attr) for n in _parts(definition, exercise.function)]
    return tuple(dict.fromkeys(name for _, _, name in sorted(calls)))


def _parsed(function):
    source = textwrap.dedent(inspect.getsource(function))
    definition = syntax.parse(source).body[0]
    assert isinstance(definition, ast.FunctionDef)
    return definition, source.splitlines()


def _parts(definition, function) -> list[ast.Attribute]:
    """Return the nodes that are other exercises' functions, as in `linear.affine_forward`."""
    names = inspect.unwrap(function).__globals__

    def is_part(node: ast.Attribute):
        module = names.get(node.value.id) if isinstance(node.value, ast.Name) else None
        return isinstance(module, ModuleType) and module.__name__.startswith("byhand.")

    return [node for node in ast.walk(definition) if isinstance(node, ast.Attribute) and is_part(node)]


def _signature(exercise) -> str:
    definition, _ = _parsed(exercise.function)
    arguments = definition.args
    for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]:
        argument.annotation = None
    text = re.sub(r"e-0(\d)", r"e-\1", ast.unparse(arguments))  # 1e-5, as people write it
    return f"def {definition.name}({text}):\n"


def _docstring(exercise, *, answer: bool) -> str:
    paragraphs = (inspect.getdoc(exercise.function) or "").split("\n\n")
    kept = [paragraphs[0]]
    if not answer and exercise.is_backward:
        kept += _forward_formula(exercise)
    past_answer = False
    for paragraph in paragraphs[1:]:
        past_answer = past_answer or paragraph.startswith(SECTIONS)
        if answer or past_answer or (not exercise.is_backward and not _is_derivation(paragraphs, paragraph)):
            kept.append(paragraph)
    text = textwrap.indent("\n\n".join(kept), "    ")
    if "\\" in text:
        return f'    r"""{text.strip()}\n    """\n'
    return f'    """{text.strip()}\n    """\n' if len(kept) > 1 else f'    """{text.strip()}"""\n'


def _forward_formula(exercise) -> list[str]:
    """Return what a backward's forward computes, as paragraphs of a docstring: the formulas of the forward's own."""
    paragraphs = (inspect.getdoc(exercise.forward) or "").split("\n\n")
    formulas = [p for p in paragraphs[1:] if p.startswith("    ")][:1]
    return [f"The forward, `{exercise.forward.__name__}`, computes", *formulas] if formulas else []


def _is_derivation(paragraphs, paragraph) -> bool:
    """Return whether a paragraph belongs to the derivation: from "Derivation:" up to the next section."""
    inside = False
    for candidate in paragraphs:
        if candidate.startswith("Derivation:"):
            inside = True
        elif candidate.startswith(SECTIONS):
            inside = False
        if candidate is paragraph:
            return inside
    return False


def _body(exercise, function) -> str:
    definition, lines = _parsed(function)
    body = definition.body[1:] if ast.get_docstring(definition) is not None else definition.body
    namespaces, edits = set(), []
    for node in ast.walk(definition):
        if isinstance(node, ast.stmt) and _is_namespace_line(node):
            namespaces.add(node.lineno)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "xp":
            if getattr(numpy_namespace, node.attr).__module__ == numpy_namespace.__name__:
                raise ValueError(f"{exercise.name}: NumPy has no {node.attr}; say in rendering.py how a learner writes it")
            edits.append((node.value.lineno, node.value.col_offset, node.value.end_col_offset, "np"))
    edits += [(n.lineno, n.col_offset, n.end_col_offset, n.attr) for n in _parts(definition, function)]
    for line, start, end, text in sorted(edits, reverse=True):
        row = lines[line - 1].encode()
        lines[line - 1] = (row[:start] + text.encode() + row[end:]).decode()
    first = min(body[0].lineno, *(_leading_comments(lines, body[0].lineno)))
    kept = [row for number, row in enumerate(lines[first - 1 :], first) if number not in namespaces]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).rstrip() + "\n"


def _leading_comments(lines, first):
    """Yield the numbers of the comment lines right above the first statement."""
    yield first
    while lines[first - 2].strip().startswith("#"):
        first -= 1
        yield first


def _is_namespace_line(node) -> bool:
    return (
        isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id == "xp"
        and isinstance(node.value, ast.Call)
        and getattr(node.value.func, "id", "") == "namespace"
    )

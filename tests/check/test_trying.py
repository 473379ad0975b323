"""Texts in the place of a part of a function: each does what it says, wherever the part stands and whatever the others are."""

import ast

import pytest

from byhand.check.parts import changed, part
from byhand.check.trying import CHOSEN, compiled
from byhand.spec import syntax

PLACES = {
    "a statement": ("def f(x):\n    y = x\n    return y\n", ast.Assign, "y = {}"),
    "the last statement, without a line end": ("def f(x):\n    return x", ast.Return, "return {}"),
    "a comment behind it": ("def f(x):\n    y = x  # not x + 1\n    return y\n", ast.Assign, "y = {}"),
    "over several lines": ("def f(x):\n    y = (\n  x\n    )\n    return y\n", ast.Assign, "y = (\n {}\n)"),
    "two on a line": ("def f(x):\n    y = x; z = y\n    return z\n", ast.Assign, "y = {}"),
    "behind a colon": ("def f(x):\n    if True: y = x\n    return y\n", ast.Assign, "y = {}"),
    "deep inside": ("def f(x):\n\tfor _ in (1, 2):\n\t\tif True:\n\t\t\ty = x\n\treturn y\n", ast.Assign, "y = {}"),
    "in a method": ("class A:\n    def f(self, x):\n        y = x\n        return y\n", ast.Assign, "y = {}"),
    "letters of two bytes before it": ("def f(x):\n    é = 'ö'; y = x\n    return y\n", "y = x", "y = {}"),
    "the head of a loop": ("def f(x):\n    for y in (x,):\n        pass\n    return y\n", ast.Tuple, "[{}]"),
    "a default": ("def f(x, y=1):\n    return x if y == 1 else y\n", ast.Constant, "{}"),
    "decorated": ("@(lambda g: g)\ndef f(x):\n    y = x\n    return y\n", ast.Assign, "y = {}"),
}
TEXTS = ["2", "3 +", "x + 4", ")", "[", "6", "7", "8"]
"""Some of them are no Python there."""
WORKS = {0: 2, 2: 9, 5: 6, 7: 8}


def _function(source):
    tree = syntax.parse(source)
    return tree, next(n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef))


def _result(code, number):
    module, defined = {CHOSEN: number}, {}
    exec(code, module, defined)
    function = defined["f"]
    return function(5) if function.__code__.co_argcount == 1 or function.__defaults__ else function(None, 5)


@pytest.mark.parametrize("name", PLACES)
def test_each_text_does_what_it_says(name):
    source, kind, form = PLACES[name]
    tree, definition = _function(source)
    node = next(
        n
        for n in ast.walk(definition)
        if (isinstance(n, kind) if isinstance(kind, type) else isinstance(n, ast.stmt) and ast.unparse(n) == kind)
    )
    assert isinstance(node, ast.stmt | ast.expr)
    place = part(source, "f", definition, node)
    texts = [form.format(text) for text in TEXTS if "x" not in text or name != "a default"]
    codes = compiled(place.before, place.behind, place.statement, texts, "f.py")
    assert len(codes) == len(texts)
    numbers = {texts.index(form.format(TEXTS[i])): expected for i, expected in WORKS.items() if form.format(TEXTS[i]) in texts}
    assert {number: _result(codes[number], number) for number in numbers} == numbers
    bad = [i for i, text in enumerate(texts) if text in (form.format("3 +"), form.format(")"), form.format("["))]
    assert [codes[i] for i in bad] == [None] * 3


def test_texts_that_all_are_python_share_one_code_object():
    source = "def f(x):\n    y = x\n    return y\n"
    _, definition = _function(source)
    place = part(source, "f", definition, definition.body[0])
    codes = compiled(place.before, place.behind, place.statement, [f"y = {i}" for i in range(37)], "f.py")
    assert len({id(code) for code in codes}) == 1
    assert [_result(code, i) for i, code in enumerate(codes)] == list(range(37))
    assert compiled(place.before, place.behind, place.statement, [], "f.py") == []


def test_the_text_of_a_part_with_a_node_changed():
    source = "def f(x):\n    é = (x +\n         'ö' * 2)\n"
    _, definition = _function(source)
    (statement,) = definition.body
    assert isinstance(statement, ast.Assign) and isinstance(statement.value, ast.BinOp)
    assert isinstance(statement.value.right, ast.BinOp)
    assert changed(source, statement, statement.value.right.right, "37") == "é = (x +\n         'ö' * 37)"
    assert changed(source, statement, statement.value.left, "y") == "é = (y +\n         'ö' * 2)"
    assert changed(source, statement, statement, "pass") == "pass"

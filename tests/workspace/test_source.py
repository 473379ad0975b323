"""Finding and changing single functions, everything else left to the byte."""

import pytest

from byhand.workspace import source


def there(text, name):
    """Return where a function stands, which must be there."""
    located = source.locate(text, name)
    assert located is not None
    return located


MODULE = '''"""My module."""

import numpy as np
from .losses import softmax_loss


SCALE = 2  # mine


@decorated
@twice(1)
def first(x, *, eps=1e-5):
    """Say."""
    y = """
def second(): not this one
"""
    return x


async def other():
    pass


def second(x):
    """Not yet."""
    raise NotImplementedError


def third(x):
    raise ValueError("no stub")


# the end
'''


def test_a_function_is_found_with_its_decorators_and_its_last_line():
    found = source.functions(MODULE)
    assert list(found) == ["first", "second", "third"]
    assert found["first"].text.startswith("@decorated\n@twice(1)\ndef first")
    assert found["first"].text.endswith("    return x\n")
    assert MODULE.splitlines()[found["first"].start - 1] == "@decorated"


def test_only_a_function_that_does_nothing_but_raise_is_a_stub():
    found = source.functions(MODULE)
    assert {name: f.stub for name, f in found.items()} == {"first": False, "second": True, "third": False}
    for body, stub in {
        "    raise NotImplementedError": True,
        '    """Doc."""\n    raise NotImplementedError("later")': True,
        "    x = 1\n    raise NotImplementedError": False,
        "    raise NotImplementedError\n    return 1": False,
        "    raise": False,
        "    pass": True,  # as in the check: nothing is in it yet
    }.items():
        assert source.functions(f"def f(x):\n{body}\n")["f"].stub is stub, body


def test_the_last_of_two_definitions_is_the_one_that_counts():
    assert source.functions("def f():\n    return 1\n\n\ndef f():\n    return 2\n")["f"].start == 5


def test_replacing_leaves_everything_else_to_the_byte():
    located = there(MODULE, "second")
    changed = source.replace(MODULE, located, "def second(x):\n    return 2\n")
    assert changed.replace("    return 2\n", '    """Not yet."""\n    raise NotImplementedError\n') == MODULE


def test_removing_and_appending():
    text = source.remove(MODULE, there(MODULE, "second"))
    assert "def second(x)" not in text and "pass\n\n\ndef third" in text
    assert source.append("import numpy as np\n", "def f(): pass\n") == "import numpy as np\n\n\ndef f(): pass\n"


@pytest.mark.parametrize("broken", ["def g(:\n", "x = (\n", '"""never closed\n'])
def test_in_a_module_that_cannot_be_read_a_function_is_still_found(broken):
    text = "import a\n\n\n@d\ndef f(x):\n    y = x\n\n    return y\n\n\ndef f2(x):\n    return 1\n\n\n" + broken
    assert there(text, "f").text == "@d\ndef f(x):\n    y = x\n\n    return y\n"
    assert source.locate(text, "absent") is None


def test_imports_are_added_below_those_that_are_there_and_only_if_missing():
    text = source.add_imports(MODULE, {"losses": ["softmax_loss", "svm_loss"], "linear": ["affine_forward"]})
    expected = "from .losses import softmax_loss\nfrom .losses import svm_loss\nfrom .linear import affine_forward\n"
    assert expected in text
    assert source.add_imports(text, {"losses": ["svm_loss"]}) == text
    assert source.add_imports('"""Doc."""\nx = 1\n', {"a": ["b"]}) == '"""Doc."""\nfrom .a import b\nx = 1\n'


def test_imports_are_dropped_name_by_name():
    text = "from .a import b, c as d\nfrom .e import f\nfrom g import b\n"
    assert source.drop_imports(text, {"b", "f"}) == "from .a import c as d\nfrom g import b\n"


def test_line_ends_of_the_file_are_kept():
    text = MODULE.replace("\n", "\r\n")
    changed = source.replace(text, there(text, "second"), "def second(x):\n    return 2\n")
    assert "\n" not in changed.replace("\r\n", "")
    assert "\n" not in source.append(text, "def f():\n    pass\n").replace("\r\n", "")


def test_a_long_import_is_broken_into_lines():
    names = [f"some_long_function_name_{i}" for i in range(6)]
    line = source.import_line("module", names)
    assert max(map(len, line.splitlines())) <= 100
    compile(line.replace("from .module", "from module"), "x", "exec")

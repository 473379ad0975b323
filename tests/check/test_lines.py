"""The line that decides a result, and the line that writes into an argument, read off the text of a function."""

import ast
import textwrap

import pytest

from byhand.check import lines


def _function(text):
    function = ast.parse("def f(x, params, state, n):\n" + textwrap.indent(textwrap.dedent(text).strip("\n"), "    ")).body[0]
    assert isinstance(function, ast.FunctionDef)
    return function


def _marked(text):
    """Return the line of the one that ends in `#<`."""
    return next(i for i, line in enumerate(["", "", *textwrap.dedent(text).strip("\n").splitlines()]) if line.endswith("#<"))


@pytest.mark.parametrize(
    ("position", "keys", "text"),
    [
        (0, ("w1",), 'grads = {}\ngrads["w1"] = x  #<\ngrads["b1"] = n\nreturn grads'),
        (0, ("w1",), 'grads = {}\ngrads["w1"] = x\ngrads["w1"] += n  #<\ngrads["b1"] = n\nreturn grads'),
        (0, ("w1",), 'for i in range(n):\n    grads[f"w{i}"] = x  #<\n    grads[f"b{i}"] = n\nreturn grads'),
        (0, ("w1",), 'for i in range(n):\n    _, grads["w%d" % i] = x  #<\n    grads["b" + str(i)] = n\nreturn grads'),
        (0, ("w1",), 'return {\n    "b1": n,\n    "w1": x,  #<\n}'),
        (0, ("v",), 'v = x  #<\nw = n\nreturn {"v": v, "m": w}'),
        (1, ("v",), "v = x  #<\nnew = dict(v=v, t=n)\nreturn n, new"),
        (1, ("run", "mean"), 'mean = x  #<\nnew = {}\nnew["run"] = {"mean": mean, "var": n}\nreturn n, new'),
        (1, ("run", "mean"), 'new["run"] = {}\nnew["run"]["mean"] = x  #<\nnew["run"]["var"] = n\nreturn n, new'),
        (0, ("0",), "order = []\nfor i in x:\n    order.append(i)  #<\nreturn order"),
        (0, ("1",), "da = x\ndb = n  #<\nreturn [da, db]"),
        (0, (), "def inner():\n    return n\nout = x  #<\nreturn out"),
        (1, (), "a = x\nb = n  #<\nreturn a, b"),
    ],
)
def test_an_item_is_found_where_it_is_made(position, keys, text):
    assert lines.deciding(_function(text), position, keys) == _marked(text)


def test_of_several_branches_the_one_that_ran():
    text = "if n:\n    out = x\nelse:\n    out = -x\nreturn out"
    assert lines.deciding(_function(text), 0, ran={2, 3, 6}) == 3
    assert lines.deciding(_function(text), 0, ran={2, 5, 6}) == 5
    text = "if n:\n    return x\nreturn -x"
    assert lines.deciding(_function(text), 0, ran={2, 3}) == 3


@pytest.mark.parametrize(
    "text",
    [
        "x[0] = n  #<",
        "out = x\nout[x < 0] = 0  #<\nreturn out",
        "out = x.copy()\nview = x.reshape(n, -1).T\nview -= n  #<",
        'v = state["v"]\nw = x + 1\nw += n\nv *= n  #<',
        'mean, var = state["mean"], state["var"]\nmean[0] = n  #<',
        'new = {k: v for k, v in state.items()}\nnew["t"] = n\nnew["m"] *= n  #<',
        "new = dict(params)\nnew[n] = x\nfor k in new:\n    new[k] += x  #<",
        "for k, g in params.items():\n    g /= n  #<",
        "np.add.at(x, n, 1)  #<",
        "params.update(w=x)  #<",
    ],
)
def test_an_argument_is_also_changed_under_another_name(text):
    function = _function(text)
    found = [lines.writing(function, name) for name in ("x", "params", "state")]
    assert [line for line in found if line is not None] == [_marked(text)]


@pytest.mark.parametrize(
    "text",
    [
        "out = x.copy()\nout += n",
        "new = dict(params)\nnew[n] = x",
        "new = [*x]\nnew.append(n)",
        "x = x + n\nout = x * 2\nout -= 1",
    ],
)
def test_a_copy_may_be_changed(text):
    assert lines.writing(_function(text), "x") is None and lines.writing(_function(text), "params") is None


def test_what_a_result_is_computed_from():
    function = _function('m = x * n\nw = m + 1\nw -= params["b"]\nreturn w, {"m": m}')
    name, used = lines.sources(function, 0)
    assert name == "w" and {"m", "x", "n", "params"} <= used
    assert lines.sources(function, 1, ("m",)) == ("m", {"m", "x", "n"})

"""Odd code is followed line by line, and its changed texts are tried, without harm: to the verdict, the worker, the learner's time."""

import ast
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from byhand import course
from byhand.check import WorkerPool, check
from byhand.check.parts import part
from byhand.check.process import Worker, WorkerDied, _within
from byhand.check.recorder import MOST_ARRAYS, MOST_BYTES, MOST_EVENTS, Recorder
from byhand.check.watching import watched
from byhand.spec import syntax

EXERCISE = "relu_forward"
LONGEST = 15.0
"""Seconds for a failing check, on a machine that does other things as well."""
WRONG = "out = np.maximum(x, 0) * 2\n    return out, x"
EVIL = (
    "class Evil:\n"
    "        {0} = __len__ = __bool__ = __iter__ = __getitem__ = __hash__ = __float__ = __repr__ = lambda *a, **k: {1}\n"
    "        __eq__ = __array__ = __array_ufunc__ = __array_function__ = __copy__ = __deepcopy__ = __getattr__ = {0}\n"
    "    evil = Evil()\n"
    "    held = [evil, {{'e': evil}}, (evil,)]\n"
    "    "
)

# what it does -> the body of a function that returns twice what it should
ODD = {
    "huge arrays": "big = np.zeros(10**7)\n    big = big + 1\n    " + WRONG,
    "an array that grows": "a = x.ravel()\n    for i in range(2000): a = np.append(a, i)\n    " + WRONG,
    "a list that grows": "a = []\n    for i in range(5000):\n        a.append(x.copy())\n    " + WRONG,
    "objects that raise at everything": EVIL.format("__ne__", "1 / 0") + WRONG,
    "objects that exit at everything": EVIL.format("__ne__", "__import__('sys').exit(0)") + WRONG,
    "objects that hang at everything": EVIL.format("__ne__", "__import__('time').sleep(60)") + WRONG,
    "a dict with such keys": "class K:\n        def __hash__(self): return 1\n        def __eq__(self, other): 1 / 0\n    d = {K(): x}\n    " + WRONG,
    "a dict that is changed by being read": "class D(dict):\n        def items(self): 1 / 0\n        def __len__(self): 1 / 0\n    d = D(a=x)\n    " + WRONG,
    "thousands of variables": "".join(f"v{i} = x + {i}\n    " for i in range(3000)) + WRONG,
    "a variable in a hundred parts": "d = {str(i): x * i for i in range(100)}\n    t = tuple(d.values())\n    " + WRONG,
    "names in locals() that are no text": "locals()[3] = x\n    globals()[None] = x\n    " + WRONG,
    "itself again and again": "def down(n):\n        y = x + n\n        return down(n - 1) if n else y\n    down(900)\n    " + WRONG,
    "too deep": "def down(n):\n        y = x + n\n        return down(n + 1)\n    try: down(0)\n    except RecursionError: pass\n    " + WRONG,
    "generators": "def rows():\n        for row in x:\n            y = row * 2\n            yield y\n    got = list(rows())\n    " + WRONG,
    "a generator that is left open": "def rows():\n        try:\n            while True: yield 1\n        finally:\n            while True: break\n    g = rows(); next(g)\n    " + WRONG,
    "lists that hold themselves": "a = [x]\n    a.append(a)\n    d = {'x': x}\n    d['d'] = d\n    " + WRONG,
    "a subclass of arrays": "class A(np.ndarray):\n        def __array_finalize__(self, other): 1 / 0 if other is None else 0\n        def copy(self): 1 / 0\n        def tobytes(self): 1 / 0\n    a = x.view(A)\n    a = a + 1\n    " + WRONG,
    "no following, please": "import sys\n    sys.settrace(None)\n    y = x + 1\n    " + WRONG,
    "a trace function of its own": "import sys\n    sys.settrace(lambda *a: None)\n    y = x + 1\n    sys.settrace(None)\n    " + WRONG,
    "one that hangs, for whoever comes later": "import sys\n    def hang(*a):\n        while True: pass\n    sys.setprofile(None)\n    h = hang\n    " + WRONG,
    "objects, complex numbers, dates, texts": "o = np.array([x, None, 'a'], dtype=object)\n    c = x + 1j\n    d = np.array('2020-01-01', dtype='M8[D]')\n    t = np.array(['a', 'b'])\n    v = np.zeros(3, dtype=[('a', 'f8')])\n    f = np.float16(1) + np.longdouble(2)\n    " + WRONG,
    "loops of 20,000 turns": "n = 0\n    for i in range(20000):\n        n = n + 1\n        y = n * 2.0\n    " + WRONG,
    "right when it is followed": "import sys\n    out = np.maximum(x, 0) * (2 if sys.gettrace() is None else 1)\n    return out, x",
    "an exception when it is followed": "import sys\n    if sys.gettrace() is not None: 1 / 0\n    " + WRONG,
    "an exit when it is followed": "import sys\n    if sys.gettrace() is not None: sys.exit()\n    " + WRONG,
    "the process ended when it is followed": "import os, sys\n    if sys.gettrace() is not None: os._exit(0)\n    " + WRONG,
    "a hang when it is followed": "import sys\n    while sys.gettrace() is not None: pass\n    " + WRONG,
    "the process ended by a change": "import os\n    k = 2\n    if k != 2: os._exit(0)\n    out = np.maximum(x, 0) * k\n    return out, x",
    "an exit by a change": "k = 2\n    if k != 2: exit()\n    out = np.maximum(x, 0) * k\n    return out, x",
    "a loop that a change makes endless": "n = 0\n    while n < 3: n += 1\n    k = n - 1\n    out = np.maximum(x, 0) * k\n    return out, x",
    "and that swallows what would end it": "n = 0\n    while n < 3:\n        try: n += 1\n        except BaseException: pass\n    k = n - 1\n    out = np.maximum(x, 0) * k\n    return out, x",
    "memory that a change takes": "k = 2\n    a = np.zeros(1 if k == 2 else 10**12)\n    out = np.maximum(x, 0) * k\n    return out, x",
    "the module changed by every call": "global np, relu_forward\n    import numpy as np\n    np.extra = x\n    globals()['more'] = x\n    " + WRONG,
    "a random number": "y = np.random.normal(size=x.shape)\n    " + WRONG,
    "prints": "for i in range(3000): print('x' * 1000)\n    " + WRONG,
    "warnings": "import warnings\n    warnings.simplefilter('error')\n    " + WRONG,
    "floating-point errors raised": "np.seterr(all='raise')\n    " + WRONG,
    "a with, a match, a walrus": "match x.ndim:\n        case 1 | 2: k = 2\n        case _: k = 2\n    with np.errstate(all='ignore'):\n        if (m := np.maximum(x, 0)) is not None: out = m * k\n    return out, x",
    "star, del, lambda, comprehension": "a, *b = [x, x, x]\n    del a\n    f = lambda y: [z * 2 for z in y]\n    f(x.ravel())\n    " + WRONG,
    "a finally that returns": "try:\n        return 1 / 0\n    finally:\n        return np.maximum(x, 0) * 2, x",
}  # fmt: skip

HEAD = "import numpy as np\n\n\n"
# what the file is -> its text, of a function that returns twice what it should
FILES = {
    "a decorated function": HEAD + f"def twice(f):\n    def g(x):\n        out, c = f(x)\n        return out * 2, c\n    return g\n\n\n@twice\ndef {EXERCISE}(x):\n    out = np.maximum(x, 0)\n    return out, x\n",
    "a method of a class": HEAD + f"class A:\n    k = 2\n    def f(self, x):\n        y = np.maximum(x, 0)\n        return y * self.k, x\n    @staticmethod\n    def g(x): return x\n    @property\n    def p(self): 1 / 0\n\n\n{EXERCISE} = A().f\n",
    "an object that is called": HEAD + f"class A:\n    def __call__(self, x):\n        y = np.maximum(x, 0)\n        return y * 2, x\n\n\n{EXERCISE} = A()\n",
    "a class": HEAD + f"class {EXERCISE}(tuple):\n    def __new__(cls, x): return (np.maximum(x, 0) * 2, x)\n",
    "a class that cannot be changed": HEAD + f"class M(type):\n    def __setattr__(cls, *a): 1 / 0\nclass A(metaclass=M):\n    @staticmethod\n    def f(x):\n        out = np.maximum(x, 0) * 2\n        return out\n\n\ndef {EXERCISE}(x):\n    out = A.f(x)\n    return out, x\n",
    "nested functions": HEAD + f"def {EXERCISE}(x):\n    k = 2\n    def outer(y):\n        def inner(z):\n            nonlocal k\n            k = 2\n            return np.maximum(z, 0) * k\n        return inner(y)\n    return outer(x), x\n",
    "one line": "import numpy as np; " + f"{EXERCISE} = lambda x: (np.maximum(x, 0) * 2, x)\n",
    "statements on one line": HEAD + f"def {EXERCISE}(x): y = np.maximum(x, 0); y = y * 2; return y, x\n",
    "two of one name": HEAD + f"def {EXERCISE}(x):\n    return x, x\n\n\ndef {EXERCISE}(x):\n    out = np.maximum(x, 0) * 2\n    return out, x\n",
    "a function that puts another in its place": HEAD + f"def {EXERCISE}(x):\n    global {EXERCISE}\n    def {EXERCISE}(x): return np.maximum(x, 0) * 2, x\n    return np.maximum(x, 0) * 2, x\n",
    "not UTF-8": ("# -*- coding: latin-1 -*-\n" + HEAD + f"def {EXERCISE}(x):\n    \u00e9 = '\u00e9'\n    out = np.maximum(x, 0) * 2  # \u00e9\n    return out, x\n").encode("latin-1"),
    "tabs and form feeds": HEAD + f"def {EXERCISE}(x):\n\tout = np.maximum(x, 0) * 2\n\x0c\n\treturn out, x\n",
    "carriage returns": (HEAD + f"def {EXERCISE}(x):\n    out = np.maximum(x, 0) * 2\n    return out, x\n").replace("\n", "\r\n"),
    "one very long line": HEAD + f"def {EXERCISE}(x):\n    out = np.maximum(x, 0) * 2" + " * 1" * 900 + "\n    return out, x\n",
    "very many lines": HEAD + f"def {EXERCISE}(x):\n    out = np.maximum(x, 0)\n" + "    out = out * 1\n" * 3000 + "    out = out * 2\n    return out, x\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def pool():
    with WorkerPool(seconds=1.0) as pool:
        yield pool


def _both(file, pool):
    """Return the report, and the one without an explanation, for which nothing is followed."""
    pool.refill(2)
    started = time.perf_counter()
    report = check(course.find(EXERCISE), file, pool=pool)
    assert time.perf_counter() - started < LONGEST
    return report, check(course.find(EXERCISE), file, pool=pool, explain=False)


def _is_the_failure_it_is(file, pool):
    report, plain = _both(file, pool)
    assert plain.verdict == "fail", plain.summary
    assert (report.verdict, report.rung, report.cases) == (plain.verdict, plain.rung, plain.cases), report.summary
    assert report.findings and report.findings[0].title
    report.to_json()


@pytest.mark.parametrize("name", ODD)
def test_following_and_trying_does_no_harm(name, pool, tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(HEAD + f"def {EXERCISE}(x):\n    {ODD[name]}\n")
    _is_the_failure_it_is(file, pool)


@pytest.mark.parametrize("name", FILES)
def test_odd_files_are_followed_without_harm(name, pool, tmp_path):
    text = FILES[name]
    file = tmp_path / "mine.py"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    _is_the_failure_it_is(file, pool)


def test_right_code_that_is_wrong_when_it_is_followed_passes(pool, tmp_path):
    file = tmp_path / "mine.py"
    body = "    import sys\n    if sys.gettrace() is not None: 1 / 0\n    return np.maximum(x, 0), x\n"
    file.write_text(HEAD + f"def {EXERCISE}(x):\n{body}")
    report, plain = _both(file, pool)
    assert report.verdict == plain.verdict == "pass"


def _followed(text, *args):
    """Return what a recorder has kept of a call of the function `f` of a text."""
    scope: dict = {"np": np}
    exec(compile(text, "<followed>", "exec"), scope)
    recorder, before = Recorder("<followed>", watched(syntax.parse(text))), sys.gettrace()
    sys.settrace(recorder.call)
    try:
        scope["f"](*args)
    finally:
        sys.settrace(before)
    return recorder


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    for i in range(10**5):\n        y = i * 1.5\n",
        "def f():\n    a = np.zeros(2**15)\n    for i in range(1000):\n        a = a + 1\n",
        "def f():\n" + "".join(f"    v{i} = np.full(2**10, {i}.5)\n" for i in range(2500)),
        "def g(n):\n    y = n + 0.5\n    return y\ndef f():\n    for i in range(3000):\n        y = g(i)\n",
        "def f():\n    a = [np.ones(2**14) for _ in range(32)]\n    for i in range(100):\n        a = [x + 1 for x in a]\n",
    ],
    ids=["many lines", "large arrays", "many arrays", "many calls", "large lists"],
)
def test_what_is_kept_is_bounded_and_the_same_each_time(text):
    recorder = _followed(text)
    rows, arrays = recorder.rows()
    assert 0 < len(arrays) == len(rows) <= MOST_ARRAYS
    assert sum(a.nbytes for a in arrays) == recorder.bytes <= MOST_BYTES
    assert recorder.events <= MOST_EVENTS + 1
    again, same = _followed(text).rows()
    assert again == rows and all(np.array_equal(a, b) for a, b in zip(arrays, same, strict=True))


def test_what_is_kept_is_a_copy():
    recorder = _followed("def f(x):\n    y = x\n    y += 1\n    x[:] = 0\n    return y\n", np.ones(3))
    values = [(row[1], row[2], array[0]) for row, array in zip(*recorder.rows(), strict=True)]
    assert values == [(1, "x", 1.0), (2, "y", 1.0), (3, "y", 2.0), (4, "x", 0.0), (5, "return", 0.0)]


CYCLE = [("add", (1, 0), np.ones(1), ((1,), (1,))), ("add", (0, 1), np.ones(1), ((1,), (1,)))]


def test_a_function_of_ours_that_goes_round_for_ever_is_stopped():
    tape_backward, before = course.find("tape_backward").function, sys.gettrace()
    started = time.perf_counter()
    with pytest.raises(TimeoutError, match="too long"):
        _within(0.2, tape_backward, [CYCLE, 0, np.ones(1)], {})
    assert time.perf_counter() - started < 2
    assert sys.gettrace() is before
    assert _within(0.2, lambda a, *, b: a + b, [1], {"b": 2}) == 3


def test_a_cyclic_tape_is_refused_and_the_learner_hears_of_it(pool):
    text = "tape = [('add', (0, 0), np.ones(1), ((1,), (1,)))]\n    tape_backward(tape, 0, np.ones(1))\n"
    source = HEAD + f"def tape_two_layer_net_loss(params, x, y, *, reg):\n    {text}    return 0.0, params\n"
    pool.refill(2)
    started = time.perf_counter()
    report = check(course.find("tape_two_layer_net_loss"), "mine.py", source=source, pool=pool)
    assert time.perf_counter() - started < LONGEST
    assert (report.verdict, report.rung, report.findings[0].line) == ("fail", "runs", 6)
    report = check(course.find("tape_two_layer_net_loss"), "mine.py", source=source, pool=pool, explain=False)
    assert (report.verdict, report.rung) == ("fail", "runs")


def test_the_worker_is_as_it_was_after_texts_were_tried():
    source = HEAD + "def f(x):\n    y = x + 1\n    return y\n\n\nclass A:\n    def f(self, x):\n        return f(x)\n"
    with Worker(seconds=1.0) as worker:
        worker.load(Path("mine.py"), source)
        definition = syntax.parse(source).body[1]
        assert isinstance(definition, ast.FunctionDef)
        statement = part(source, "f", definition, definition.body[0])
        texts = ["y = x + 2", "x[:] = 0; y = x", "1 / 0", "y = (", "pass", "while True: pass", "raise SystemExit", "y = x + 3"]
        tried = worker.tries(texts, statement, "f", [np.ones(2)], {})
        assert [None if each is None else each[0].tolist() for each in tried] == [
            [3, 3],
            [0, 0],
            None,
            None,
            None,
            None,
            None,
            [4, 4],
        ]
        assert worker.call("f", [np.ones(2)], {}).value.tolist() == [2, 2]
        started = time.perf_counter()
        assert len(worker.tries(["while True: pass"] * 50, statement, "f", [np.ones(2)], {})) < 10
        assert time.perf_counter() - started < 2
        with pytest.raises(WorkerDied):
            worker.tries(["import os; os._exit(0)"], statement, "f", [np.ones(2)], {})

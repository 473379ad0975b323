"""Learner code that loops, hoards, exits, shouts, lies or spies gets a verdict of its own, never a pass, and the checker lives."""

import pytest

from byhand import course
from byhand.check import WorkerPool, check
from byhand.course import rendering

EXERCISE = "relu_forward"
RIGHT = "out = np.maximum(x, 0)\n    return out, x\n"

# what it does -> (the body, acceptable verdicts, the first finding's code)
HOSTILE = {
    "loops for ever": ("while True: pass", "timeout", "timeout"),
    "loops through every exception": ("while True:\n        try:\n            while True: pass\n        except BaseException: pass", "timeout", "timeout"),
    "sleeps": ("import time; time.sleep(60)", "timeout", "timeout"),
    "exhausts memory": ("a = bytearray(2**40)", "memory", "memory"),
    "hoards arrays": ("a = []\n    while True: a.append(np.zeros(10**7))", "memory", "memory"),
    "calls exit": ("import sys; sys.exit(0)", "fail", "exception"),
    "exits the process": ("import os; os._exit(0)", "error", "ends-the-process"),
    "kills itself": ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "error", "ends-the-process"),
    "imports byhand": ("from byhand.layers import activations", "error", "imports-byhand"),
    "imports byhand and hides it": ("try:\n        import byhand\n    except Exception: pass\n    " + RIGHT, "error", "imports-byhand"),
    "reads its caller's frames": ("import sys; f = sys._getframe(1)\n    " + RIGHT, "error", "reads-frames"),
    "inspects its caller": ("import inspect; f = inspect.currentframe().f_back\n    " + RIGHT, "error", "reads-frames"),
    "walks a traceback": (
        "try:\n        1 / 0\n    except ZeroDivisionError as e:\n        f = e.__traceback__.tb_frame.f_back\n    " + RIGHT, "error", "reads-frames",
    ),
    "writes to every descriptor": ("import os\n    for fd in range(3, 20):\n        try: os.write(fd, b'x' * 64)\n        except OSError: pass", "error", "garbage"),
}  # fmt: skip


def _source(body: str) -> str:
    return f"import numpy as np\n\n\ndef relu_forward(x):\n    {body}\n"


@pytest.fixture
def impatient():
    """A pool whose workers wait one second, so that the tests do."""
    with WorkerPool(seconds=1.0) as pool:
        yield pool


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_code_gets_its_own_verdict(name, tmp_path, impatient):
    body, verdict, code = HOSTILE[name]
    file = tmp_path / "mine.py"
    file.write_text(_source(body))
    report = check(course.find(EXERCISE), file, pool=impatient)
    assert (report.verdict, report.findings[0].code) == (verdict, code), report.summary
    assert report.summary


def test_byhands_own_files_are_refused(tmp_path):
    from byhand.layers import activations

    file = tmp_path / "mine.py"
    file.write_text(_source(f"text = open({activations.__file__!r}).read()\n    {RIGHT}"))
    report = check(course.find(EXERCISE), file)
    assert (report.verdict, report.findings[0].code) == ("error", "reads-byhand")


def test_a_module_that_misbehaves_while_imported(tmp_path, impatient):
    for line, verdict in (
        ("while True: pass", "timeout"),
        ("import os; os._exit(0)", "error"),
        ("1 / 0", "fail"),
        ("import byhand", "error"),
    ):
        file = tmp_path / "mine.py"
        file.write_text(line + "\n\n\n" + _source(RIGHT))
        assert check(course.find(EXERCISE), file, pool=impatient).verdict == verdict, line


def test_objects_that_claim_to_equal_everything(tmp_path):
    body = """class Yes:
        shape, dtype, ndim = x.shape, x.dtype, x.ndim
        def __eq__(self, other): return True
        def __array__(self, *a, **k): return np.maximum(x, 0) * 0
        def __sub__(self, other): return 0
        __rsub__ = __abs__ = __sub__
    return Yes(), x"""
    file = tmp_path / "mine.py"
    file.write_text(_source(body))
    report = check(course.find(EXERCISE), file)
    assert report.verdict == "fail"
    assert report.rung == "type"


def test_an_array_subclass_is_taken_as_its_numbers(tmp_path):
    body = """class Yes(np.ndarray):
        def __eq__(self, other): return True
        def __array_ufunc__(self, *a, **k): return np.zeros(())
    return (x * 0).view(Yes), x"""
    file = tmp_path / "mine.py"
    file.write_text(_source(body))
    assert check(course.find(EXERCISE), file).verdict == "fail"


def test_a_megabyte_of_prints_is_cut_and_right_code_still_passes(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(_source("print('x' * 10**6)\n    " + RIGHT))
    report = check(course.find(EXERCISE), file)
    assert report.verdict == "pass"
    assert 1000 < len(report.printed) < 50_000
    assert "characters more" in report.printed


def test_looking_at_frames_from_a_library_is_no_offence(tmp_path):
    file = tmp_path / "mine.py"
    body = "import collections, warnings, dataclasses\n    collections.namedtuple('P', 'a b')\n    warnings.simplefilter('ignore'); warnings.warn('x')\n    "
    file.write_text(_source(body + RIGHT))
    assert check(course.find(EXERCISE), file).verdict == "pass"


def test_the_answer_is_not_on_the_workers_path(tmp_path):
    file = tmp_path / "mine.py"
    body = "import sys\n    sys.meta_path[:] = [f for f in sys.meta_path if type(f).__name__ != '_RefuseByhand']\n    from byhand.layers import activations\n    return activations.relu_forward(x)"
    file.write_text(_source(body))
    assert check(course.find(EXERCISE), file).verdict != "pass"


def test_the_solution_passes_here(tmp_path):
    """The tests above mean nothing if right code would fail too."""
    file = tmp_path / "mine.py"
    file.write_text("import numpy as np\n\n\n" + rendering.solution(course.find(EXERCISE)))
    assert check(course.find(EXERCISE), file).verdict == "pass"


RELU = "import numpy as np\n\n\ndef relu_forward(x):\n    return np.maximum(x, 0), x\n"
EMPTY = "def relu_forward(x):\n    raise NotImplementedError\n"

# odd files -> (text or bytes, verdict, a part of the summary)
ODD = {
    "a byte order mark": ("\ufeff" + RELU, "pass", "right"),
    "carriage returns": (RELU.replace("\n", "\r\n"), "pass", "right"),
    "another declared encoding": (("# -*- coding: latin-1 -*-\n# \u00e9\n" + RELU).encode("latin-1"), "pass", "right"),
    "an undeclared one": ("\u00e9 = 1\n".encode("latin-1") + RELU.encode(), "fail", "not Python yet"),
    "null bytes": (RELU.encode("utf-16"), "fail", "not Python yet"),
    "nothing": ("", "fail", "no function"),
    "mixed tabs": ("def relu_forward(x):\n\ty = x\n        return y, x\n", "fail", "not Python yet"),
    "deep brackets": ("(" * 5000 + ")" * 5000 + "\n" + RELU, "fail", "not Python yet"),
    "the stub once more, below": (RELU + EMPTY, "not-started", "defined twice; the second time, on line 6"),
    "the stub above": (EMPTY + RELU, "pass", "right"),
    "a stub, then a lambda": (EMPTY + "import numpy as np\nrelu_forward = lambda x: (np.maximum(x, 0), x)\n", "pass", "right"),
    "a partial": ("import functools, numpy as np\ndef f(k, x): return np.maximum(x, k), x\nrelu_forward = functools.partial(f, 0)\n", "pass", "right"),
    "a definition under if": (EMPTY + "if True:\n    " + RELU.replace("\n", "\n    ").rstrip() + "\n", "pass", "right"),
    "async": (RELU.replace("def", "async def"), "fail", "is there an `async`?"),
    "a generator": (RELU.replace("return", "yield"), "fail", "is there a `yield`?"),
    "half a character in an exception": ("def relu_forward(x):\n    raise ValueError('\\udc80')\n", "fail", "ValueError: ?"),
    "an exception that cannot be told": ("class E(Exception):\n    def __str__(self): return 3\ndef relu_forward(x):\n    raise E\n", "fail", "stopped with E"),
    "half a character printed": (RELU.replace("return", "print('\\udc80'); return"), "pass", "right"),
    "input": (RELU.replace("return", "input('?'); return"), "fail", "EOFError"),
    "a stack printed": (RELU.replace("return", "import traceback; traceback.print_stack(); return"), "pass", "right"),
    "bytes written to stdout": (RELU.replace("return", "import sys; sys.stdout.buffer.write(b'x'); return"), "pass", "right"),
    "floating-point errors raised": ("import numpy as np\nnp.seterr(all='raise')\n" + RELU, "pass", "right"),
    "numpy overwritten": (RELU + "np.array = np.asarray = np.ascontiguousarray = None\n", "error", "ended the whole process"),
    "a name deleted": (RELU.replace("return", "global np\n    np, p = None, np\n    return p.zeros(1), p.sum; return"), "fail", ""),
    "a thread left behind": (RELU.replace("return", "import threading, time; threading.Thread(target=time.sleep, args=(99,)).start(); return"), "pass", "right"),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_odd_files_are_judged_by_what_python_makes_of_them(name, tmp_path, impatient):
    text, verdict, told = ODD[name]
    file = tmp_path / "mine.py"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    report = check(course.find(EXERCISE), file, pool=impatient)
    assert report.verdict == verdict, report.summary
    assert told in report.summary
    report.summary.encode(), report.printed.encode()


def test_a_forward_in_another_file_of_the_package_keeps_its_cache(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "__init__.py").touch()
    (tmp_path / "mine" / "there.py").write_text(
        "def affine_forward(x, w, b):\n    return x.reshape(len(x), -1) @ w + b, dict(x=x, w=w)\n"
    )
    backward = "def affine_backward(dout, c):\n    x, w = {}\n    return (dout @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.sum(0)\n"
    for lines, cache in (("from .there import affine_forward\n", "c['x'], c['w']"), ("", "c")):
        file = tmp_path / "mine" / "here.py"
        file.write_text(lines + backward.format(cache))
        report = check(course.find("affine_backward"), file)
        assert report.verdict == "pass", report.summary


def test_right_code_that_hangs_while_it_is_timed_is_right_all_the_same(tmp_path, impatient):
    file = tmp_path / "mine.py"
    file.write_text(
        "import signal\nimport numpy as np\n\n\ndef row_normalize(x):\n"
        "    if x.size > 10_000:\n        signal.signal(signal.SIGALRM, signal.SIG_IGN)\n        while True: pass\n"
        "    return x / x.sum(axis=1, keepdims=True)\n"
    )
    report = check(course.find("row_normalize"), file, pool=impatient)
    assert report.verdict == "pass" and report.speedup is None

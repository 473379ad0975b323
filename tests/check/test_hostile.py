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

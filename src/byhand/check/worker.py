"""The process in which learner code runs: it loads a file, calls functions on the arrays it is sent, and sends arrays back.

Run as `python -I -S worker.py`; imports only the standard library and NumPy. It holds no reference, no expected value and no
verdict: whatever it sends is data, and the parent decides. The wire format, used by both sides, is defined here too:
4 bytes of length, a JSON header, then the raw bytes of the arrays that the header lists.
"""

from __future__ import annotations

import json
import math
import os
import struct
import sys
import time
from typing import Any

MAX_BYTES = 256 * 2**20
MAX_PRINTED = 20_000
MAX_DEPTH = 12
LOOPS_OF_NUMPY = ("apply_along_axis", "apply_over_axes")
"""Functions of NumPy that go through an array in Python."""
KEPT_ANSWERS = 500
"""Answers of the parent's functions that are kept while changed texts are tried."""
SLOW_TRIES = 3
"""Changed texts of one lot that may take too long, each half as long as the last one: then no more are tried."""
LENT = "_byhand_number"
"""The attribute that holds the number of a function of the parent's."""


# ---- the wire -------------------------------------------------------------------------------------------------------


class Handle:
    """Something that stays on the other side of the wire; it can only be passed back."""

    def __init__(self, number):
        self.number = number

    def __repr__(self):
        return "<kept by the checker>"


class Function:
    """A function on the other side of the wire."""

    def __init__(self, number):
        self.number = number


class Foreign:
    """What the parent sees of a value that is no array, number, text or container of those."""

    def __init__(self, type_name):
        self.type_name = type_name


def encode(value, arrays, depth=0):
    """Return JSON data for a value; the arrays in it are appended to `arrays`."""
    import numpy as np

    if depth > MAX_DEPTH:
        return {"$o": "containers nested too deep"}
    kind = type(value)
    if value is None or kind in (bool, str):
        return value
    if kind is int:
        return value if abs(value) < 2**62 else {"$o": "an integer beyond 64 bits"}
    if kind is float:
        return {"$n": repr(value)}
    if isinstance(value, np.generic):
        return {"$s": _encode_array(np.asarray(value), arrays)} if value.dtype.kind in "biuf" else {"$o": kind.__name__}
    if isinstance(value, np.ndarray):
        plain = np.array(value, copy=True, subok=False)
        if plain.dtype.kind not in "biuf":
            return {"$o": f"an array of dtype {plain.dtype}"}
        return {"$a": _encode_array(plain, arrays)}
    if isinstance(value, dict):
        if not all(type(k) is str for k in dict.keys(value)):
            return {"$o": "a dict whose keys are not all text"}
        return {"$d": [[k, encode(v, arrays, depth + 1)] for k, v in dict.items(value)]}
    if isinstance(value, list):
        return {"$l": [encode(v, arrays, depth + 1) for v in list.__iter__(value)]}
    if isinstance(value, tuple):
        return {"$t": [encode(v, arrays, depth + 1) for v in tuple.__iter__(value)]}
    if kind is Handle:
        return {"$h": value.number}
    if kind is Function:
        return {"$f": value.number}
    lent = getattr(value, LENT, None) if kind is type(encode) else None
    if type(lent) is int:  # a function of the parent's on its way back, as an argument of another
        return {"$f": lent}
    return {"$o": kind.__name__}


def _encode_array(array, arrays):
    import numpy as np

    array = np.ascontiguousarray(array).reshape(array.shape)
    if array.dtype.byteorder == ">":
        array = array.astype(array.dtype.newbyteorder("<"))
    arrays.append(array)
    return len(arrays) - 1


def decode(data, arrays, resolve=lambda handle: handle, bind=lambda function: function) -> Any:
    """Rebuild a value. `resolve` and `bind` say what a handle and a function become on this side."""
    if not isinstance(data, dict):
        return data
    ((tag, body),) = data.items()
    if tag == "$n":
        return float(body)
    if tag == "$a":
        return arrays[body]
    if tag == "$s":
        return arrays[body][()]
    if tag == "$d":
        return {k: decode(v, arrays, resolve, bind) for k, v in body}
    if tag == "$l":
        return [decode(v, arrays, resolve, bind) for v in body]
    if tag == "$t":
        return tuple(decode(v, arrays, resolve, bind) for v in body)
    if tag == "$h":
        return resolve(Handle(body))
    if tag == "$f":
        return bind(Function(body))
    if tag == "$o":
        return Foreign(str(body))
    raise ValueError(f"unknown tag {tag!r} on the wire")


def pack(message, **values):
    """Return one frame: a message (JSON data) with named values."""
    arrays = []
    header = dict(message)
    header["values"] = {name: encode(value, arrays) for name, value in values.items()}
    header["arrays"] = [[a.dtype.str, list(a.shape)] for a in arrays]
    text = json.dumps(header).encode()
    size = len(text) + sum(a.nbytes for a in arrays)
    if size > MAX_BYTES:
        raise ValueError(f"a message of {size} bytes is over the limit of {MAX_BYTES}")
    return b"".join([struct.pack("<I", len(text)), text, *(a.tobytes() for a in arrays)])


def unpack(read):
    """Read one frame with `read(n) -> n bytes` and return (header, arrays).

    Raises:
        EOFError: the other side is gone.
        ValueError: what came is no frame.
    """
    import numpy as np

    (length,) = struct.unpack("<I", read(4))
    if length > MAX_BYTES:
        raise ValueError("a header of impossible length")
    header = json.loads(read(length))
    if not isinstance(header, dict):
        raise ValueError("a header that is no object")
    arrays, total = [], 0
    for dtype, shape in header["arrays"]:
        dtype = np.dtype(dtype)
        if dtype.kind not in "biuf" or not all(type(n) is int and n >= 0 for n in shape):
            raise ValueError("an array of an impossible kind")
        size = dtype.itemsize * math.prod(shape)
        total += size
        if total > MAX_BYTES:
            raise ValueError("arrays of impossible size")
        arrays.append(np.frombuffer(read(size), dtype=dtype).reshape(shape).copy())
    return header, arrays


def _fresh(value):
    """Return a copy of what came over the wire, that one call after the other may change."""
    import numpy as np

    if isinstance(value, dict):
        return {k: _fresh(v) for k, v in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_fresh(v) for v in value)
    return value.copy() if type(value) is np.ndarray else value


# ---- the child ------------------------------------------------------------------------------------------------------


class Deadline(BaseException):
    """Raised inside learner code when its time is up."""


def _name_of(caught):
    """Return what an exception is called on the wire."""
    return "timeout" if isinstance(caught, Deadline) else type(caught).__name__


class _Capture:
    """A standard output that keeps the first part of what is printed."""

    encoding = "utf-8"

    def __init__(self):
        self.parts, self.length = [], 0

    @property
    def buffer(self):
        return self

    def write(self, text):
        text = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
        if self.length < MAX_PRINTED:
            self.parts.append(text[: MAX_PRINTED - self.length])
        self.length += len(text)
        return len(text)

    def flush(self):
        pass

    def isatty(self):
        return False

    def take(self):
        text = "".join(self.parts)
        if self.length > MAX_PRINTED:
            text += f"\n... and {self.length - MAX_PRINTED:,} characters more"
        self.parts, self.length = [], 0
        return text


class _RefuseByhand:
    """An import hook that turns byhand away by name."""

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "byhand":
            VIOLATIONS.append("imports-byhand")
            raise ImportError("this file imports byhand, which holds the answer: write the function yourself")
        return None


VIOLATION_CODES = ("imports-byhand", "reads-byhand", "reads-frames", "stops-the-count")
VIOLATIONS: list[str] = []
"""What the learner's code did that the exercise rules out, by code."""


class _Child:
    """Answers the parent's requests, one after the other, until the pipe closes."""

    def __init__(self):
        self.read_from = os.fdopen(os.dup(0), "rb")
        self.write_to = os.fdopen(os.dup(1), "wb")
        devnull = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(devnull, fd)
        self.printed = _Capture()
        sys.stdout = sys.stderr = self.printed
        self.modules = {}
        self.files = frozenset()
        self.file = ""
        self.kept = {}
        self.replaced = []
        self.running = False
        self.counting = False
        self.late = False
        self.trying = False
        self.answers = {}
        self.byhand = ""

    # -- talking

    def read(self, n):
        data = self.read_from.read(n)
        if len(data) < n:
            raise EOFError
        return data

    def send(self, message, **values):
        self.write_to.write(pack(message, **values))
        self.write_to.flush()

    def serve(self):
        while True:
            try:
                header, arrays = unpack(self.read)
            except EOFError:
                return
            request = {name: decode(v, arrays, self.resolve, self.bind) for name, v in header["values"].items()}
            getattr(self, "do_" + header["op"])(**request)

    def resolve(self, handle):
        return self.kept.get(handle.number, handle)

    def bind(self, function):
        """Make a Python function that asks the parent for its value."""

        def ask(*args, **kwargs):
            was_running, self.running = self.running, False
            asked = pack({"op": "callback", "function": function.number}, args=list(args), kwargs=kwargs)
            header, arrays = self.answer_to(asked)
            self.running = was_running
            if self.late and self.trying and was_running:
                raise Deadline
            if header["op"] == "refuse":
                raise ValueError(header["why"])
            changed = decode(header["values"]["changed"], arrays, self.resolve, self.bind)
            for mine, theirs in zip(args, changed, strict=True):
                if isinstance(mine, dict) and isinstance(theirs, dict):
                    mine.update(theirs)  # it may leave something in a dict, as a function called here could
            return decode(header["values"]["value"], arrays, self.resolve, self.bind)

        setattr(ask, LENT, function.number)
        return ask

    def answer_to(self, asked):
        """Return the parent's answer to a packed request; while changed texts are tried, one that came before at once.

        Its functions are pure, and nearly all calls of one try are those of the last.
        """
        if self.trying and asked in self.answers:
            header, arrays = self.answers[asked]
            return header, [array.copy() for array in arrays]
        self.write_to.write(asked)
        self.write_to.flush()
        header, arrays = unpack(self.read)
        if self.trying and len(self.answers) < KEPT_ANSWERS:
            self.answers[asked] = header, [array.copy() for array in arrays]
        return header, arrays

    # -- requests

    def do_configure(self, byhand, memory, cpu):
        self.byhand = byhand
        sys.meta_path.insert(0, _RefuseByhand())
        sys.addaudithook(self.audit)
        try:
            import resource
        except ImportError:  # Windows: the parent watches the memory
            return
        for name, value in (("RLIMIT_AS", memory), ("RLIMIT_CPU", cpu), ("RLIMIT_FSIZE", 2**24), ("RLIMIT_CORE", 0)):
            limit = getattr(resource, name)
            hard = resource.getrlimit(limit)[1]
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            try:
                resource.setrlimit(limit, (value, hard))
            except (ValueError, OSError):
                pass  # macOS refuses some of these; the parent's own deadline and memory watch remain

    def do_load(self, module, root, files, source, seconds, package):
        """Import a learner's module by name, or run a source text as a module of that name.

        `package` = (name, {module: file}) of another course: what its files import and is not here is stood in for.
        """
        import importlib
        import types

        self.files, self.file = frozenset(files), files[0]
        self.kept.clear()
        self.replaced.clear()
        self.answers.clear()
        VIOLATIONS.clear()

        def load():
            if source is not None:
                loaded = types.ModuleType(module)
                loaded.__file__ = files[0]
                code = compile(source, files[0], "exec")
                exec(code, loaded.__dict__)
                return loaded
            if root not in sys.path:
                sys.path.insert(0, root)
            if package is not None:
                self.stand_ins().start(package[0], package[1], root, module)
            return importlib.import_module(module)

        loaded, error, _ = self.guard(load, seconds)
        if package is not None:
            self.stand_ins().loaded()
        if error is None:
            self.modules[""] = loaded
        names = {k: callable(v) for k, v in vars(loaded).items()} if error is None else {}
        self.send(
            {"op": "loaded", "error": error, "violations": list(VIOLATIONS)},
            printed=self.printed.take(),
            names=sorted(k for k, ok in names.items() if ok),
            others=sorted(k for k, ok in names.items() if not ok and not k.startswith("__")),
        )

    def stand_ins(self):
        """Return the module that stands in for what is not here."""
        return self.beside("standins")

    def beside(self, name):
        """Return a module of ours that lies beside this one."""
        if name not in self.modules:
            import importlib.util

            file = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"{name}.py")
            spec = importlib.util.spec_from_file_location(name, file)
            assert spec is not None and spec.loader is not None
            self.modules[name] = importlib.util.module_from_spec(spec)
            was_running, self.running = self.running, False  # it is ours that is opened here
            spec.loader.exec_module(self.modules[name])
            self.running = was_running
        return self.modules[name]

    def do_seed(self, number):
        """Let NumPy's own random numbers start from here."""
        import numpy as np

        np.random.seed(number)
        self.send({"op": "seeded"})

    def do_notes(self):
        """Send what was stood in for so far."""
        self.send({"op": "notes"}, notes=self.stand_ins().notes())

    def do_make(self, name, args, kwargs, attributes, first, keep, seconds):
        """Make an object of a learner's class, set attributes, call the methods of `first` that it has, and keep it.

        Where its constructor fails, it is made without.
        """
        VIOLATIONS.clear()
        self.kept[keep], error, _ = self.guard(lambda: self.made(name, args, kwargs, attributes, first), seconds)
        self.answer(error, None)

    def made(self, name, args, kwargs, attributes, first):
        """Make an object as `do_make` says."""
        kind = self.lookup(name)
        try:
            made = kind(*args, **kwargs)
        except Exception:
            made = kind.__new__(kind)
        for attribute, value in attributes.items():
            setattr(made, attribute, value)
        for method, given in first:
            if hasattr(made, method):
                getattr(made, method)(*given)
        return made

    def do_read(self, keep, names):
        """Send attributes of an object that was made."""
        value, error, _ = self.guard(lambda: {name: getattr(self.kept[keep], name, None) for name in names}, 1.0)
        self.answer(error, value)

    def answer(self, error, value):
        message = {"op": "answered", "error": error, "violations": list(VIOLATIONS)}
        self.send(message, value=value, printed=self.printed.take())

    def do_signature(self, name, positional, keywords):
        """Say whether a function takes these arguments, without calling it."""
        import inspect

        function = self.lookup(name)
        why, signature = "", None
        try:
            signature = inspect.signature(function)
            signature.bind(*[None] * positional, **dict.fromkeys(keywords))
        except TypeError as error:
            why = str(error)
        except ValueError:  # a function that has none, such as one of NumPy's own
            pass
        self.send({"op": "signature", "why": why, "signature": str(signature) if signature else ""})

    def do_substitute(self, functions):
        """Put the parent's functions in place of the learner's, wherever a learner's module has that name; {} puts all back."""
        for module, name, original in reversed(self.replaced):
            if original is None:
                delattr(module, name)
            else:
                setattr(module, name, original)
        self.replaced.clear()
        own = self.modules[""]
        for module in {id(m): m for m in [own, *sys.modules.values()] if getattr(m, "__file__", None) in self.files}.values():
            for name, function in functions.items():
                original = vars(module).get(name)
                if original is not None or module is own:
                    self.replaced.append((module, name, original))
                    setattr(module, name, function)
        self.send({"op": "substituted"})

    def do_try(self, texts, replaced, before, behind, statement, name, args, kwargs, opaque, seconds, after, on, seed):
        """Call a function with other texts in the place of a part of one of the learner's, one after the other; see trying.py.

        What each returns is sent, with the arguments at some places as they are then, and attributes; None where it does not
        run. A method is called on an object made anew each time: `on` = {keep, make: the arguments of `made`, read: names}.
        The module is left as it was.
        """
        owner, _, attribute = replaced.rpartition(".")
        module, trying = vars(self.modules[""]), self.beside("trying")
        holder = module[owner] if owner else self.modules[""]
        original, results = vars(holder)[attribute], []
        codes = trying.compiled(before, behind, statement, texts, self.file)

        def run(number):
            defined, given, read = {}, [_fresh(a) for a in args], {}
            module[trying.CHOSEN] = number
            exec(codes[number], module, defined)
            setattr(holder, attribute, defined[attribute])
            if on is not None:
                self.kept[on["keep"]] = self.made(**{n: _fresh(v) for n, v in on["make"].items()})
            if seed is not None:
                import numpy as np

                np.random.seed(seed)
            value = self.lookup(name)(*given, **{n: _fresh(v) for n, v in kwargs.items()})
            if on is not None:
                read = {n: getattr(self.kept[on["keep"]], n, None) for n in on["read"]}
            return value, [given[i] for i in after], read

        slow = 0
        self.trying = True
        for number, code in enumerate(codes):
            value = ended = None
            if code is not None:
                value, ended, _ = self.guard(lambda n=number: run(n), seconds, told=_name_of)
            setattr(holder, attribute, original)
            if value is not None and opaque and isinstance(value[0], tuple | list):
                value = (tuple(None if i in opaque else item for i, item in enumerate(value[0])), *value[1:])
            results.append(value)
            if ended == "timeout":
                slow, seconds = slow + 1, seconds / 2
            if slow > SLOW_TRIES:
                break
        self.trying = False
        module.pop(trying.CHOSEN, None)
        self.printed.take()
        try:
            self.send({"op": "tried"}, results=results)
        except ValueError:  # too much to send
            self.send({"op": "tried"}, results=[])

    def do_call(self, name, args, kwargs, opaque, keep, seconds, count, watched, strict):
        """Call a learner's function and send what it returned, the arguments as they are now, and what it printed.

        With `watched`, what its variables held is sent too, line by line; see recorder.py.
        """
        function = self.lookup(name)
        VIOLATIONS.clear()
        lines, steps, traced, full = {}, [], [], False
        recorder = self.beside("recorder").Recorder(self.file, watched) if watched else None

        def call():
            if not strict:
                return function(*args, **kwargs)
            import numpy as np

            with np.errstate(over="raise", divide="raise", invalid="raise"):
                return function(*args, **kwargs)

        follow = recorder.call if recorder else self.counter(lines) if count else None
        value, error, took = self.guard(call, seconds, follow)
        if recorder:
            (steps, traced), lines, full = recorder.rows(), recorder.lines, recorder.full
        if opaque and isinstance(value, tuple | list):
            shown = []
            for i, item in enumerate(value):
                if i in opaque:
                    self.kept[f"{keep}.{i}"] = item
                    item = Handle(f"{keep}.{i}")
                shown.append(item)
            value = tuple(shown)
        message = {"op": "result", "error": error, "seconds": took, "violations": list(VIOLATIONS)}
        message["lines"] = [[line, times] for line, times in sorted(lines.items())]
        message |= {"steps": steps, "full": full}
        after = {"args": args, "kwargs": kwargs}
        try:
            self.send(message, value=value, after=after, printed=self.printed.take(), traced=traced)
        except ValueError as problem:
            message["error"] = {
                "type": "ValueError",
                "bases": [],
                "message": str(problem),
                "line": None,
                "shapes": {},
                "numbers": {},
                "text": "",
            }
            message["steps"] = []
            self.send(message, value=None, after=None, printed="", traced=[])

    # -- running learner code

    def lookup(self, name):
        """Return a function of the module; for "@keep.method" a method of an object that was made."""
        if name.startswith("@"):
            keep, _, method = name[1:].rpartition(".")
            return getattr(self.kept[keep], method)
        return getattr(self.modules[""], name)

    def counter(self, lines):
        """Return a trace function that counts, in `lines`, how often each line of the learner's own files is executed.

        NumPy's own loops in Python over a function of the learner's count too, as line 0.
        """

        def per_line(frame, event, arg):
            if event == "line":
                line = frame.f_lineno if frame.f_code.co_filename in self.files else 0
                lines[line] = lines.get(line, 0) + 1
            return per_line

        def per_call(frame, event, arg):
            mine = frame.f_code.co_filename in self.files or frame.f_code.co_name in LOOPS_OF_NUMPY
            return per_line if mine else None

        return per_call

    def guard(self, run, seconds, trace=None, told=None):
        """Run learner code under a deadline and return (value, error as data or None, seconds).

        `told` makes data of an exception, where less is needed than `describe` tells.
        """
        started = time.perf_counter()
        try:
            import signal

            signal.signal(signal.SIGALRM, self.on_alarm)
            signal.setitimer(signal.ITIMER_REAL, seconds, 0.1)  # again and again: an `except:` may swallow the first
        except (ImportError, AttributeError):
            signal = None  # Windows: the parent's own deadline remains
        value = error = None
        try:
            sys.settrace(trace)
            self.running, self.counting, self.late = True, trace is not None, False
            value = run()
        except BaseException as caught:  # SystemExit and KeyboardInterrupt too: a learner's exit must not end the worker
            self.running = False
            error = (told or self.describe)(caught)
        finally:
            self.running = False
            sys.settrace(None)
            if signal is not None:
                signal.setitimer(signal.ITIMER_REAL, 0)
        return value, error, time.perf_counter() - started

    def on_alarm(self, number, frame):
        if self.running:
            raise Deadline
        self.late = True  # it waits for the parent, and hears of it then

    def describe(self, caught):
        """Return an exception as data: its text, the learner's line, and the shapes of the arrays in sight there."""
        import linecache

        import numpy as np

        try:
            message = str(caught)
        except BaseException:
            message = "(an exception without a readable message)"
        line, text, shapes, numbers = None, "", {}, {}
        trace = caught.__traceback__
        while trace is not None:
            filename = trace.tb_frame.f_code.co_filename
            if filename in self.files:
                line = trace.tb_lineno
                text = linecache.getline(filename, line).strip()
                shapes = {
                    name: list(v.shape) for name, v in trace.tb_frame.f_locals.items() if isinstance(v, np.ndarray | np.generic)
                }
                numbers = {n: v for n, v in trace.tb_frame.f_locals.items() if type(v) is int and abs(v) < 2**31}
            trace = trace.tb_next
        if isinstance(caught, SyntaxError):
            line, text = caught.lineno, (caught.text or "").strip()
            message = caught.msg
        return {
            "type": _name_of(caught),
            "bases": [base.__name__ for base in type(caught).__mro__],
            "message": message[:2000],
            "line": line,
            "text": text,
            "shapes": shapes,
            "numbers": numbers,
        }

    def audit(self, event, args):
        """Note when the learner's own code looks at its caller's frames, or opens byhand's files."""
        if not self.running:
            return
        if event == "open":
            path = os.path.realpath(args[0]) if isinstance(args[0], str) else ""
            # a printed stack quotes this file, which holds no answer
            if self.byhand and path.startswith(self.byhand + os.sep) and path != os.path.realpath(__file__):
                VIOLATIONS.append("reads-byhand")
                raise PermissionError("this file opens byhand's own files, which hold the answer")
        elif event == "sys.settrace" and self.counting:
            VIOLATIONS.append("stops-the-count")
        elif event == "sys._getframe" or (event == "object.__getattr__" and args[1] in ("tb_frame", "gi_frame", "f_back")):
            self.running = False  # looking at frames here must not be noticed
            try:
                frame = sys._getframe(1)
                while frame is not None and os.path.basename(frame.f_code.co_filename) == "inspect.py":
                    frame = frame.f_back
                if frame is not None and frame.f_code.co_filename in self.files:
                    VIOLATIONS.append("reads-frames")
            finally:
                self.running = True


if __name__ == "__main__":
    # -I -S leaves no site-packages on the path: the parent names the folders, NumPy's among them
    sys.path[:] = json.loads(sys.argv[1])
    # pandas-like classes and enums look at frames while they are made: import NumPy before the audit begins
    import numpy  # noqa: F401

    # compiled files are told apart by second and size: two saves within a second (a + made a -) would look the same
    sys.dont_write_bytecode = True
    _Child().serve()

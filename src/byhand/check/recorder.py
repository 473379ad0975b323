"""Following a call line by line: what the variables that a statement gives a value held after it.

Used in the worker on the learner's code, and by the parent on its own; imports only the standard library and NumPy. What is
kept is bounded by counts, never by the clock, so that the same code gives the same record on every machine.
"""

from __future__ import annotations

import numpy as np

MOST_EVENTS = 20_000
"""Lines that are followed; in longer runs the rest is not."""
MOST_FRAMES = 400
MOST_ARRAYS = 1_500
MOST_BYTES = 2**23
FIRST_TURNS = 3
"""Of a line that is executed again and again, what it gave the first few times is kept, and the last."""
ONE = 2**19
"""Bytes of one array that is still kept."""
GENERATOR = 0x20
"""The flag of a code object that is a generator's."""


class Recorder:
    """A trace function that keeps copies of what one file's functions give their variables.

    `watched` tells for every line (as text, for it may have come as JSON) the first line of its statement, the variables that
    the statement gives a value, and whether it surely does. `full` is set where something had to be left out.
    """

    def __init__(self, file, watched):
        self.file = file
        self.watched = {int(line): told for line, told in watched.items()}
        self.steps = {}
        """(function, line, name) -> [(sequence, frame, array), ...]: the first few, and the last."""
        self.lines = {}
        """How often each statement was executed."""
        self.frames = []
        """For each frame, the number of the frame that called it (-1: none of this file) and the line from which."""
        self.stack = []
        self.sequence = self.bytes = self.arrays = self.events = 0
        self.full = False

    def call(self, frame, event, arg):
        """Follow a call of a function in the file."""
        code = frame.f_code
        if code.co_filename != self.file or code.co_name.startswith("<") or code.co_flags & GENERATOR or not code.co_flags & 1:
            return None
        if len(self.frames) >= MOST_FRAMES or self.full:
            self.full = True
            return None
        number, caller = len(self.frames), self.stack[-1] if self.stack else (-1, 0)
        self.frames.append(tuple(caller))
        here = [number, frame.f_lineno]
        self.stack.append(here)
        held = {}
        for name in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]:
            self.note(frame, here, name, held, code.co_firstlineno, True)
        state = {"names": (), "surely": True, "raised": False}

        def line(frame, event, arg):
            if self.full:
                return line
            if event == "exception":
                state["raised"] = True
                return line
            start, names, surely = self.watched.get(frame.f_lineno, (frame.f_lineno, (), True))
            same = event == "line" and start == here[1] and frame.f_lineno > start
            if not same and not state["raised"]:
                for name in state["names"]:
                    self.note(frame, here, name, held, here[1], state["surely"])
            if event == "line":
                self.events += 1
                self.full = self.full or self.events > MOST_EVENTS
                if not same:
                    self.lines[start] = self.lines.get(start, 0) + 1
                here[1] = start
                state.update(names=names, surely=surely, raised=False)
            elif event == "return":
                if not state["raised"]:
                    for name, array in parts("return", arg):
                        self.keep(code.co_name, here[1], number, name, array.copy())
                if self.stack and self.stack[-1] is here:
                    self.stack.pop()
            return line

        return line

    def note(self, frame, here, variable, held, line, surely):
        """Keep what a variable of a frame holds, and what is in it, where a line gave it that."""
        value = frame.f_locals.get(variable)
        for name, array in parts(variable, value):
            before = held.get(name)
            unchanged = before is not None and same(before[0], array)
            if before is not None and unchanged and (before[1] == line or (before[2] is value and "[" in name) or not surely):
                continue  # a line that is executed again and gives the same, or has not changed it, or not this part of it
            copy = array.copy()
            held[name] = (copy, line, value)
            self.keep(frame.f_code.co_name, line, here[0], name, copy)

    def keep(self, function, line, frame, name, array):
        """Keep an array as what a variable holds after a line."""
        if self.arrays >= MOST_ARRAYS or self.bytes + array.nbytes > MOST_BYTES:
            self.full = True
            return
        turns = self.steps.setdefault((function, line, name), [])
        if len(turns) > FIRST_TURNS:
            self.bytes -= turns.pop()[2].nbytes
            self.arrays -= 1
        self.sequence += 1
        self.arrays += 1
        self.bytes += array.nbytes
        turns.append((self.sequence, frame, array))

    def rows(self):
        """Return (what was kept, in the order in which it happened, as JSON data; the arrays)."""
        found = []
        for (function, line, name), turns in self.steps.items():
            for turn, (sequence, frame, array) in enumerate(turns):
                caller, called_from = self.frames[frame]
                found.append((sequence, [function, line, name, turn, frame, caller, called_from], array))
        found.sort(key=lambda row: row[0])
        return [row for _, row, _ in found], [array for _, _, array in found]


def same(a, b):
    """Return whether two arrays are the same to the bit."""
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def parts(name, value, depth=0):
    """Yield (name, array) for an array or a real number, and for those in a dict, list or tuple."""
    kind = type(value)
    if kind is np.ndarray:
        if value.dtype.kind in "biuf" and value.nbytes <= ONE:
            yield name, value
    elif kind in (bool, np.bool_, float, np.float64, np.float32, np.int64) or (kind is int and abs(value) < 2**53):
        yield name, np.array(value)
    elif depth < 2 and (kind in (dict, list, tuple) or name == "self") and len(inside := _inside(value)) <= 32:
        for key, item in inside:
            if type(key) in (str, int):
                yield from parts(f"{name}[{key!r}]", item, depth + 1)


def _inside(value):
    """Return the items of a dict or list, or the attributes of an object."""
    if type(value) in (list, tuple):
        return list(enumerate(value))
    return list((value if type(value) is dict else getattr(value, "__dict__", {})).items())

"""The traced array: it computes as NumPy does, in float64, and every operation leaves a node behind."""

from __future__ import annotations

import itertools
import linecache
import sys
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType, FrameType, ModuleType
from typing import Any

import numpy as np

from . import primitives

_PACKAGE = __name__.rpartition(".")[0]
_ids = itertools.count()
tape: ContextVar[list[Node] | None] = ContextVar("tape", default=None)
"""Where new nodes are noted while a trace is running."""


@dataclass(eq=False, slots=True)
class Node:
    """One array of the computation, and how it came about."""

    id: int
    op: str
    value: np.ndarray
    parents: tuple[Node, ...] = ()
    operands: tuple[int, ...] = ()
    """The position of each parent among the operation's operands."""
    vjps: tuple[Callable[[Any], Any], ...] = ()
    """For each parent, the map from this node's gradient to what it adds to the parent's."""
    active: bool = False
    """Whether it depends on an input of the trace."""
    position: tuple = ()
    """Where in the source it was made, with the calls that led there: the same on every turn of a loop."""
    file: str = ""
    function: str = ""
    line: int = 0
    label: str = ""
    """The source expression, as in "xc**2"."""
    name: str = ""
    """The variable it was first bound to, in the outermost function that holds it."""
    aliases: list[str] = field(default_factory=list)
    """Every variable it was bound to."""
    depth: int = sys.maxsize
    """How deep in the calls the function lies that gave it its name."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the value."""
        return self.value.shape

    @property
    def title(self) -> str:
        """What to call it: its name, or else its source expression."""
        return self.name or self.label or self.op

    def __repr__(self) -> str:
        return f"<{self.title} {self.shape}, line {self.line}>"


def make(op: str, value, parents=(), operands=(), vjps=(), active: bool = False) -> Node:
    """Return a new node that knows the source line being run, and note it on the running tape."""
    position, file, function, line, label = _whereabouts()
    value = np.asarray(value, dtype=np.float64)
    node = Node(next(_ids), op, value, parents, operands, vjps, active, position, file, function, line, label)
    notes = tape.get()
    if notes is not None:
        notes.append(node)
    return node


def _whereabouts() -> tuple:
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and frame.f_globals.get("__name__", "").startswith(_PACKAGE):
        if frame.f_code.co_name == "trace":  # what is traced is of this package itself: further out is whoever asked
            return (), "", "", 0, ""
        frame = frame.f_back
    if frame is None or tape.get() is None:
        return (), "", "", 0, ""
    source = _source(frame.f_code, frame.f_lasti)
    calls = []
    while frame is not None and not frame.f_globals.get("__name__", "").startswith(_PACKAGE):
        calls.append((frame.f_code, frame.f_lasti))
        frame = frame.f_back
    return tuple(calls), *source


@lru_cache(maxsize=4096)
def _source(code: CodeType, instruction: int) -> tuple[str, str, int, str]:
    """Return the file, function, line and expression of one instruction."""
    line, last, start, end = next(itertools.islice(code.co_positions(), instruction // 2, None))
    line = line or code.co_firstlineno
    lines = [linecache.getline(code.co_filename, i).encode() for i in range(line, (last or line) + 1)]
    if lines and start is not None and end is not None:
        lines[-1] = lines[-1][:end]  # columns count bytes
        lines[0] = lines[0][start:]
    label = " ".join(b" ".join(lines).decode(errors="replace").split())
    return code.co_filename, code.co_name, line, label.replace("xp.", "").replace("np.", "")


class Tensor:
    """A traced array of float64 numbers."""

    __slots__ = ("node", "writable")
    __array_ufunc__ = None  # so that `ndarray * Tensor` is left to Tensor.__rmul__
    __byhand_namespace__: ModuleType

    def __init__(self, node: Node, writable: bool = True):
        self.node = node
        self.writable = writable

    @property
    def value(self) -> np.ndarray:
        """The numbers."""
        return self.node.value

    @property
    def shape(self) -> tuple[int, ...]:
        """As NumPy's."""
        return self.node.value.shape

    @property
    def ndim(self) -> int:
        """As NumPy's."""
        return self.node.value.ndim

    @property
    def size(self) -> int:
        """As NumPy's."""
        return self.node.value.size

    @property
    def dtype(self) -> np.dtype:
        """Always float64."""
        return self.node.value.dtype

    @property
    def T(self) -> Tensor:
        """The axes in reverse."""
        return apply(primitives.permute_dims, self, axes=tuple(reversed(range(self.ndim))))

    def __repr__(self) -> str:
        return f"Tensor({self.node.title}, shape={self.shape})"

    def __len__(self) -> int:
        return len(self.value)

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __add__(self, other):
        return _binary(primitives.add, self, other)

    def __radd__(self, other):
        return _binary(primitives.add, other, self)

    def __sub__(self, other):
        return _binary(primitives.subtract, self, other)

    def __rsub__(self, other):
        return _binary(primitives.subtract, other, self)

    def __mul__(self, other):
        return _binary(primitives.multiply, self, other)

    def __rmul__(self, other):
        return _binary(primitives.multiply, other, self)

    def __truediv__(self, other):
        return _binary(primitives.divide, self, other)

    def __rtruediv__(self, other):
        return _binary(primitives.divide, other, self)

    def __matmul__(self, other):
        return _binary(primitives.matmul, self, other)

    def __rmatmul__(self, other):
        return _binary(primitives.matmul, other, self)

    def __pow__(self, exponent):
        if np.ndim(exponent) or isinstance(exponent, Tensor):
            raise TypeError(f"expected a number as the exponent of {self.node.title}, got {exponent!r}")
        return apply(primitives.power, self, exponent=exponent)

    def __neg__(self):
        return apply(primitives.negative, self)

    def __abs__(self):
        return apply(primitives.abs, self)

    def __lt__(self, other):
        return self.value < plain(other)

    def __le__(self, other):
        return self.value <= plain(other)

    def __gt__(self, other):
        return self.value > plain(other)

    def __ge__(self, other):
        return self.value >= plain(other)

    def __eq__(self, other):  # pyright: ignore[reportIncompatibleMethodOverride]
        return self.value == plain(other)

    def __ne__(self, other):  # pyright: ignore[reportIncompatibleMethodOverride]
        return self.value != plain(other)

    __hash__ = object.__hash__

    def _scalar(self, wanted: str):
        if self.size != 1:
            raise TypeError(
                f"expected a single number to make a {wanted} of, got {self.node.title} of shape {self.shape}: "
                "reduce it first, for example with xp.sum, or compare with .all() or .any()"
            )
        return self.value.item()

    def __float__(self) -> float:
        return float(self._scalar("float"))

    def __int__(self) -> int:
        return int(self._scalar("whole number"))

    def __bool__(self) -> bool:
        return bool(self._scalar("truth value"))

    def __array__(self, *args, **kwargs):
        raise TypeError(
            f"a traced Tensor ({self.node.title}, shape {self.shape}) went to a plain NumPy function, which would cut "
            "the graph: call the function through xp = namespace(x), or take the numbers with .value"
        )

    def __getitem__(self, index) -> Tensor:
        index = _index(index)
        result = apply(primitives.getitem, self, index=index)
        result.writable = not primitives.is_basic(index)
        return result

    def __setitem__(self, index, value) -> None:
        if not self.writable:
            raise ValueError(
                f"{self.node.title} is an argument, or a view of another array: a pure function writes only into whole "
                "arrays that it made itself, as in out = xp.zeros(...); out[i] = v"
            )
        # the arrays never change: the handle moves on to a new one
        self.node = apply(primitives.setitem, self, value, index=_index(index)).node


VIEWS = frozenset({"permute_dims", "reshape", "broadcast_to", "expand_dims", "flip", "moveaxis", "sliding_windows"})


def plain(x):
    """Return the numbers of a Tensor; anything else as it is."""
    return x.node.value if isinstance(x, Tensor) else x


def _index(index):
    for part in index if isinstance(index, tuple) else (index,):
        if isinstance(part, Tensor):
            raise TypeError(f"expected whole numbers or truth values as an index, got real numbers ({part.node.title})")
    return index


def _binary(primitive, a, b):
    kinds = (Tensor, np.ndarray, np.generic, int, float)
    if not (isinstance(a, kinds) and isinstance(b, kinds)):
        return NotImplemented
    return apply(primitive, a, b)


def apply(primitive: Callable, *operands, **options) -> Any:
    """Compute a primitive on Tensors, arrays and numbers. Where none of them is a Tensor, the result is plain NumPy."""
    values = [x.node.value if isinstance(x, Tensor) else x for x in operands]
    value, vjps = primitive(*values, **options)
    tensors = [i for i, x in enumerate(operands) if isinstance(x, Tensor)]
    if not tensors:
        return value
    used = [i for i in tensors if i < len(vjps)]
    node = make(
        primitive.__name__,
        value,
        tuple(operands[i].node for i in used),
        tuple(used),
        tuple(vjps[i] for i in used),
        any(operands[i].node.active for i in used),
    )
    return Tensor(node, writable=primitive.__name__ not in VIEWS)


def constant(value) -> Tensor:
    """Return a Tensor that depends on nothing, into which a function may write."""
    return Tensor(make("constant", np.array(value, dtype=np.float64)))

"""Run a function on Tensors and keep what it computed, under the names of its own local variables."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

import numpy as np

from byhand.arrays import leaves, tree_map

from .structure import Graph
from .tensor import Node, Tensor, make, tape

_MACHINERY = ("byhand.graph", "byhand.arrays", "numpy", "jaxtyping", "beartype")


def trace(function: Callable, arguments: dict[str, Any], wrt: tuple[str, ...] | None = None) -> Graph:
    """Call a function with Tensors in place of its real arrays and return the graph of what it computed.

    Args:
        function: any function written for `xp = namespace(x)`, with all the functions that it calls.
        arguments: its arguments by name; arrays may sit in trees (dicts, lists, tuples). They are copied.
        wrt: the arguments to differentiate with respect to; by default all that hold real arrays.

    Raises:
        ValueError: `wrt` names no argument.
        TypeError: an argument in `wrt` holds no real numbers.
    """
    for name in wrt or ():
        if name not in arguments:
            raise ValueError(f"wrt: expected names among the arguments {sorted(arguments)}, got {name!r}")
    nodes: list[Node] = []
    token = tape.set(nodes)
    before = sys.gettrace()
    try:
        inputs, values = {}, {}
        for name, value in arguments.items():
            values[name], inputs[name] = _wrap(name, value, active=wrt is None or name in wrt, numbers=name in (wrt or ()))
        chosen = {name: inputs[name] for name in wrt or inputs if any(n is not None for _, n in leaves(inputs[name]))}
        for name in wrt or ():
            if name not in chosen:
                raise TypeError(f"wrt: {name!r} holds no real numbers, so nothing can be differentiated with respect to it")
        names = _Names()
        with np.errstate(all="ignore"):
            sys.settrace(names.call)
            try:
                returned = function(**values)
            finally:
                sys.settrace(before)
    finally:
        tape.reset(token)
    return Graph(tuple(nodes), chosen, returned)


def _wrap(name: str, tree: Any, active: bool, numbers: bool) -> tuple[Any, Any]:
    """Return the tree with Tensors for its real arrays, and the tree of their nodes (None elsewhere)."""
    single = not isinstance(tree, dict | list | tuple)
    titles = iter([(name if single else path, leaf) for path, leaf in leaves(tree)])

    def wrap(leaf):
        path, _ = next(titles)
        real = isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f"
        if not real and not (numbers and isinstance(leaf, float | np.floating)):
            return leaf
        node = make("input", np.array(leaf, dtype=np.float64), active=active)
        node.name = f"{name}/{path}" if path[:1].isdigit() else path
        node.label, node.depth = node.name, -1
        node.position, node.file, node.function, node.line = (), "", "", 0
        node.aliases.append(node.name)
        return Tensor(node, writable=False)

    wrapped = tree_map(wrap, tree)
    return wrapped, tree_map(lambda leaf: leaf.node if isinstance(leaf, Tensor) else None, wrapped)


class _Names:
    """A trace function that gives nodes the names of the variables that hold them.

    A node takes its name from the outermost function that binds it, and there from the first variable; a function's
    parameters name nothing, for what they hold was made elsewhere.
    """

    def __init__(self):
        self.depth = 0
        self.machinery: dict[CodeType, bool] = {}

    def call(self, frame: FrameType, event: str, arg):
        code = frame.f_code
        skip = self.machinery.get(code)
        if skip is None:
            module = frame.f_globals.get("__name__") or ""
            skip = module.startswith(_MACHINERY) or code.co_filename.startswith("<@beartype")
            self.machinery[code] = skip
        if skip:
            return None
        seen = {name: value.node for name, value in frame.f_locals.items() if isinstance(value, Tensor)}
        depth = self.depth
        self.depth += 1

        def line(frame: FrameType, event: str, arg):
            for name, value in frame.f_locals.items():
                if type(value) is Tensor and seen.get(name) is not value.node:
                    seen[name] = value.node
                    _name(value.node, name, depth)
            if event == "return":
                self.depth -= 1
            return line

        return line


def _name(node: Node, name: str, depth: int) -> None:
    if name not in node.aliases:
        node.aliases.append(name)
    if depth < node.depth:
        node.name, node.depth = name, depth

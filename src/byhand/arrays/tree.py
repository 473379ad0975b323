"""Trees: nested dicts, lists and tuples with arrays (or anything else) at the leaves, such as parameters and gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Tree = Any


def tree_map(function: Callable, tree: Tree, *others: Tree) -> Tree:
    """Apply the function leaf by leaf to trees of one structure and return a tree of the results.

    Raises:
        ValueError: the structures differ; the message says where.
    """
    return _map(function, "", tree, *others)


def _map(function, path, tree, *others):
    if isinstance(tree, dict):
        for other in others:
            if not isinstance(other, dict) or other.keys() != tree.keys():
                raise ValueError(f"trees differ at {path or 'the root'}: {_describe(tree)} against {_describe(other)}")
        return {k: _map(function, f"{path}/{k}" if path else str(k), v, *(o[k] for o in others)) for k, v in tree.items()}
    if isinstance(tree, list | tuple):
        for other in others:
            if type(other) is not type(tree) or len(other) != len(tree):
                raise ValueError(f"trees differ at {path or 'the root'}: {_describe(tree)} against {_describe(other)}")
        items = (_map(function, f"{path}/{i}" if path else str(i), *row) for i, row in enumerate(zip(tree, *others, strict=True)))
        return type(tree)(items)
    return function(tree, *others)


def _describe(tree) -> str:
    if isinstance(tree, dict):
        return f"a dict with {sorted(map(str, tree))}"
    if isinstance(tree, list | tuple):
        return f"a {type(tree).__name__} of {len(tree)}"
    return f"a leaf ({type(tree).__name__})"


def leaves(tree: Tree) -> Iterator[tuple[str, Any]]:
    """Yield (path, leaf) in order, the path's steps joined by slashes.

    >>> list(leaves({"layers": [{"w": 1}, {"w": 2}]}))
    [('layers/0/w', 1), ('layers/1/w', 2)]
    """
    if isinstance(tree, dict | list | tuple):
        for key, child in tree.items() if isinstance(tree, dict) else enumerate(tree):
            for path, leaf in leaves(child):
                yield (f"{key}/{path}" if path else str(key)), leaf
    else:
        yield "", tree


def flatten(tree: Tree) -> tuple[dict[str, Any], Any]:
    """Return the leaves by path, and the structure (plain JSON data) from which `unflatten` rebuilds the tree."""
    return dict(leaves(tree)), _structure(tree)


def _structure(tree):
    if isinstance(tree, dict):
        return {"dict": {str(k): _structure(v) for k, v in tree.items()}}
    if isinstance(tree, list | tuple):
        return {type(tree).__name__: [_structure(v) for v in tree]}
    return None


def unflatten(flat: dict[str, Any], structure: Any) -> Tree:
    """Rebuild a tree from what `flatten` returned."""

    def build(node, path):
        if node is None:
            return flat[path]
        ((kind, children),) = node.items()
        if kind == "dict":
            return {k: build(v, f"{path}/{k}" if path else k) for k, v in children.items()}
        items = [build(v, f"{path}/{i}" if path else str(i)) for i, v in enumerate(children)]
        return tuple(items) if kind == "tuple" else items

    return build(structure, "")

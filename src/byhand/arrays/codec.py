"""The one file format for trees of arrays: safetensors, with the structure and other facts as JSON in its metadata."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from .tree import Tree, flatten, unflatten


def save_tree(path: str | Path, tree: Tree, facts: dict[str, Any] | None = None) -> None:
    """Write a tree of NumPy arrays (or Python numbers), with JSON facts beside it, in one atomic step.

    The file is written under another name in the same folder, flushed to disk and moved into place, so that a reader finds
    the old file or the new one and never a part.
    """
    path = Path(path)
    flat, structure = flatten(tree)
    # safetensors writes the buffer as it lies in memory: a transposed view would come back scrambled
    arrays = {name: np.ascontiguousarray(leaf).reshape(np.shape(leaf)) for name, leaf in flat.items()}
    metadata = {"byhand": json.dumps({"structure": structure, "facts": facts or {}})}
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    try:
        save_file(arrays, temporary, metadata=metadata)
        with open(temporary, "rb") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def load_tree(path: str | Path) -> tuple[Tree, dict[str, Any]]:
    """Read back (tree, facts).

    Raises:
        ValueError: the file is damaged or was not written by `save_tree`.
    """
    try:
        with safe_open(str(path), framework="np") as file:
            metadata = file.metadata() or {}
            if "byhand" not in metadata:
                raise ValueError(f"{path} was not written by byhand: its metadata has no 'byhand' entry")
            record = json.loads(metadata["byhand"])
            flat = {name: file.get_tensor(name) for name in file.keys()}
    except SafetensorError as error:
        raise ValueError(f"{path} is damaged ({error}). Delete it, or take an earlier one.") from None
    return unflatten(flat, record["structure"]), record["facts"]

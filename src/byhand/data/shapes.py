"""Small pictures of coloured shapes, made to order, with captions whose truth is known."""

from __future__ import annotations

from typing import Any

import numpy as np

from byhand.arrays import Key

from .dataset import Dataset, DatasetInfo, Split

INFO = DatasetInfo(
    name="shapes",
    summary='made pictures with true captions ("a small red circle above a large blue square"), RGB, 32 x 32; bundled',
    size="any number (2,000 to train, 250 to validate, 250 to test unless told otherwise); made in seconds",
    licence="MIT, as byhand",
    source="drawn by byhand.data.shapes, from a seed",
)

COLOURS = {
    "red": (0.86, 0.16, 0.16),
    "green": (0.13, 0.62, 0.24),
    "blue": (0.15, 0.32, 0.86),
    "yellow": (0.95, 0.80, 0.10),
    "purple": (0.56, 0.20, 0.70),
    "orange": (0.96, 0.52, 0.08),
}
SHAPES = ("circle", "square", "triangle", "cross")
SIZES = {"small": 0.10, "large": 0.19}
"""Half the side of the box around a shape, as a share of the picture's side."""
CLASSES = tuple(f"{colour} {shape}" for colour in COLOURS for shape in SHAPES)
"""Of pictures with one object."""
RELATIONS = {"above": (-1, 0), "below": (1, 0), "left of": (0, -1), "right of": (0, 1)}
"""Where the first shape lies, seen from the second: (rows, columns)."""

_BACKGROUND = 0.96
_SAMPLES = 4  # a side, in each pixel: edges are smooth


def load(
    *, train: int = 2000, val: int = 250, test: int = 250, size: int = 32, seed: int = 0, objects: int | None = None
) -> Dataset:
    """Return three parts drawn from three branches of one seed; pictures of one object each have classes (see `make`)."""
    parts = {"train": train, "val": val, "test": test}
    key = Key.from_seed(seed).fold("shapes")
    first, second, third = (make(n, size=size, key=key.fold(part), objects=objects) for part, n in parts.items())
    return Dataset("shapes", first, second, third, classes=CLASSES if objects == 1 else ())


def make(n: int, *, size: int = 32, key: Key, objects: int | None = None) -> Split:
    """Return n pictures (n, 3, size, size) with captions and attributes. Picture i depends on the key and on i alone.

    The attributes of a picture: {"objects": [{"shape", "colour", "size", "row", "column"}, one or two], "relation": how
    the first lies to the second, or None}. Row and column are the centre, from 0 (top, left) to 1.

    Args:
        n: how many.
        size: their side in pixels.
        key: what they are drawn from.
        objects: how many each shows, 1 or 2; None for now one, now two. A picture of one object has a class: the object's
            colour and shape, a number in `CLASSES`.
    """
    if objects not in (None, 1, 2):
        raise ValueError(f"shapes: expected pictures of 1 or 2 objects, or None for both kinds; got {objects!r}")
    if size < 16:
        raise ValueError(f"shapes: expected pictures of size 16 at least, got {size}: a small cross would be a dot")
    scenes = tuple(_scene(key.fold(i).generator(), objects) for i in range(n))
    images = np.stack([_draw(scene, size) for scene in scenes]) if n else np.zeros((0, 3, size, size), np.float32)
    labels = [CLASSES.index(f"{o['colour']} {o['shape']}") for scene in scenes for o in scene["objects"]] if objects == 1 else []
    return Split(images, np.array(labels, np.int64), tuple(caption(scene) for scene in scenes), scenes)


def caption(scene: dict[str, Any]) -> str:
    """Return the sentence that describes a picture.

    >>> circle = {"shape": "circle", "colour": "red", "size": "small"}
    >>> caption({"objects": [circle, {"shape": "square", "colour": "blue", "size": "large"}], "relation": "above"})
    'a small red circle above a large blue square'
    """
    phrases = [f"a {o['size']} {o['colour']} {o['shape']}" for o in scene["objects"]]
    return f" {scene['relation']} ".join(phrases)


def _scene(rng, wanted: int | None) -> dict[str, Any]:
    count = 1 if rng.random() < 0.25 else 2
    count = wanted or count
    objects = [{"shape": _pick(rng, SHAPES), "colour": _pick(rng, COLOURS), "size": _pick(rng, SIZES)} for _ in range(count)]
    relation = None
    if count == 1:
        centres = rng.uniform(0.25, 0.75, size=(1, 2))
    else:
        while (objects[0]["shape"], objects[0]["colour"]) == (objects[1]["shape"], objects[1]["colour"]):
            objects[1]["colour"] = _pick(rng, COLOURS)  # or a caption could be read both ways
        relation = _pick(rng, RELATIONS)
        centres = rng.uniform(0.35, 0.65, size=(2, 2))
        for axis, side in enumerate(RELATIONS[relation]):
            if side:  # either side of the middle, far enough apart that nothing overlaps
                centres[:, axis] = 0.5 + np.array([side, -side]) * rng.uniform(0.22, 0.27, size=2)
    for o, (row, column) in zip(objects, centres.round(4).tolist(), strict=True):
        o["row"], o["column"] = row, column
    return {"objects": objects, "relation": relation}


def _pick(rng, choices):
    choices = tuple(choices)
    return choices[rng.integers(len(choices))]


def _draw(scene, size) -> np.ndarray:
    image = np.full((3, size, size), _BACKGROUND, np.float32)
    centres = (np.arange(size * _SAMPLES) + 0.5) / (size * _SAMPLES)
    for o in scene["objects"]:
        radius = SIZES[o["size"]]
        down = (centres[:, None] - o["row"]) / radius  # -1 to 1 inside the shape's box
        right = (centres[None, :] - o["column"]) / radius
        inside = _inside(o["shape"], down, right).reshape(size, _SAMPLES, size, _SAMPLES)
        cover = inside.mean(axis=(1, 3), dtype=np.float32)  # the share of each pixel
        colour = np.array(COLOURS[o["colour"]], np.float32)[:, None, None]
        image = image + cover * (colour - image)
    return image


def _inside(shape, down, right) -> np.ndarray:
    box = (np.abs(down) <= 1) & (np.abs(right) <= 1)
    if shape == "circle":
        return down**2 + right**2 <= 1
    if shape == "triangle":  # a point at the top, the full width at the bottom
        return box & (np.abs(right) <= (down + 1) / 2)
    if shape == "cross":
        return box & ((np.abs(down) <= 0.34) | (np.abs(right) <= 0.34))
    return box

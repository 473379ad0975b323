"""What the captions say is what the pixels show, read off the picture by other means than it was drawn."""

import numpy as np
import pytest

from byhand import data
from byhand.arrays import Key
from byhand.data import shapes

SMALL = {"train": 150, "val": 20, "test": 30}


@pytest.fixture(scope="module")
def pictures():
    return data.load("shapes", size=64, **SMALL).train


def seen(image, colour):
    """Return the mask of the pixels nearest to a colour among all colours and the background."""
    palette = np.array([*shapes.COLOURS.values(), (0.96,) * 3])
    distance = ((image[None] - palette[:, :, None, None]) ** 2).sum(1)
    own = list(shapes.COLOURS).index(colour)
    return (distance.argmin(0) == own) & (distance[own] < 0.02)


def test_captions_are_true(pictures):
    for image, caption, scene in zip(pictures.images, pictures.captions, pictures.attributes, strict=True):
        words = caption.split()
        spots = []
        for o in scene["objects"]:
            assert f"a {o['size']} {o['colour']} {o['shape']}" in caption
            mask = seen(image, o["colour"])
            if len({p["colour"] for p in scene["objects"]}) < len(scene["objects"]):
                break  # two of one colour are not told apart here
            rows, columns = np.nonzero(mask)
            box = max(np.ptp(rows), np.ptp(columns)) + 1
            assert (box > 18) == (o["size"] == "large"), caption
            fill = mask.sum() / box**2
            low, high = {"circle": (0.65, 0.85), "square": (0.9, 1.01), "triangle": (0.4, 0.6), "cross": (0.4, 0.7)}[o["shape"]]
            assert low < fill < high, (caption, fill)
            spots.append(((rows.min() + rows.max()) / 2, (columns.min() + columns.max()) / 2))
            assert spots[-1] == pytest.approx((o["row"] * 64 - 0.5, o["column"] * 64 - 0.5), abs=1.5)
        if len(spots) == 2:
            (r1, c1), (r2, c2) = spots
            true = {"above": r1 < r2, "below": r1 > r2, "left of": c1 < c2, "right of": c1 > c2}
            assert true[scene["relation"]], caption
            assert scene["relation"].split()[0] in words


def test_triangle_and_cross_differ_by_their_corners():
    for name, corner in {"triangle": True, "cross": False}.items():
        inside = shapes._inside(name, np.array([[0.95]]), np.array([[0.9]]))
        assert inside.item() == corner


def test_everything_occurs(pictures):
    objects = [o for scene in pictures.attributes for o in scene["objects"]]
    assert {o["shape"] for o in objects} == set(shapes.SHAPES)
    assert {o["colour"] for o in objects} == set(shapes.COLOURS)
    assert {o["size"] for o in objects} == set(shapes.SIZES)
    assert {scene["relation"] for scene in pictures.attributes} == {None, *shapes.RELATIONS}


def test_nothing_overlaps_or_leaves_the_picture(pictures):
    for scene in pictures.attributes:
        boxes = [(o["row"], o["column"], shapes.SIZES[o["size"]]) for o in scene["objects"]]
        for row, column, radius in boxes:
            assert radius < row < 1 - radius and radius < column < 1 - radius
        if len(boxes) == 2:
            (r1, c1, s1), (r2, c2, s2) = boxes
            assert max(abs(r1 - r2), abs(c1 - c2)) > s1 + s2
            first, second = scene["objects"]
            assert (first["shape"], first["colour"]) != (second["shape"], second["colour"])


def test_deterministic_and_independent_of_how_many():
    key = Key.from_seed(1)
    few, many = shapes.make(3, key=key), shapes.make(5, key=key)
    assert (few.images == many.images[:3]).all() and few.captions == many.captions[:3]
    assert few.images.shape == (3, 3, 32, 32) and few.images.dtype == np.float32
    assert 0 <= few.images.min() and few.images.max() <= 1
    other = shapes.make(3, key=Key.from_seed(2))
    assert few.captions != other.captions
    loaded = data.load("shapes", **SMALL)
    assert [len(part) for part in (loaded.train, loaded.val, loaded.test)] == [150, 20, 30]
    assert loaded.train.captions[:20] != loaded.val.captions


def test_too_small():
    with pytest.raises(ValueError, match="size 16 at least, got 8"):
        shapes.make(1, size=8, key=Key.from_seed(0))


def test_pictures_of_one_object_have_classes():
    dataset = data.load("shapes", train=60, val=5, test=5, objects=1)
    for scene, label in zip(dataset.train.attributes, dataset.train.labels, strict=True):
        (o,) = scene["objects"]
        assert dataset.classes[label] == f"{o['colour']} {o['shape']}"
    assert len(dataset.classes) == 24 and len(set(dataset.train.labels)) > 15
    assert len(data.load("shapes", train=3, val=0, test=0, objects=2).train.labels) == 0
    with pytest.raises(ValueError, match="expected pictures of 1 or 2 objects, or None for both kinds; got 3"):
        data.load("shapes", objects=3)

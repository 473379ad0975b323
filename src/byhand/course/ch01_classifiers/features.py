"""Features of pictures: the histogram of their hues, and that of the directions of their edges."""

import numpy as np

from byhand.procedures import features
from byhand.spec import Misconception, edge, exercise, odd, ordinary


def _colours(draw, n=2, h=3, w=4, bins=None, pixels="any"):
    """Draw pictures of any colours, of pure ones (each of r, g, b is 0 or 1), grey ones, or half of them grey."""
    any_colour = draw.uniform(n, 3, h, w)
    grey = np.broadcast_to(draw.integers(3, n, 1, h, w) / 2, any_colour.shape)  # black, grey, white
    images = {
        "any": any_colour,
        "pure": draw.integers(2, n, 3, h, w).astype(float),
        "grey": grey.copy(),
        "half grey": np.where(draw.integers(2, n, 1, h, w) == 0, grey, any_colour),
    }[pixels]
    return {"images": images, **({} if bins is None else {"bins": bins})}


def _edges(draw, n=2, rows=2, columns=2, cell=4, below=0, right=0, orientations=9, like="noise", defaults=False):
    """Draw pictures of noise, of upright or level stripes, or of which the last is flat, with pixels left over."""
    shape = (n, 3, rows * cell + below, columns * cell + right)
    images = draw.uniform(*shape)
    if like == "one flat":
        images[-1] = draw.uniform()
    elif like == "upright":
        images = np.broadcast_to(draw.uniform(n, 3, 1, shape[3]), shape).copy()
    elif like == "level":
        images = np.broadcast_to(draw.uniform(n, 3, shape[2], 1), shape).copy()
    return {"images": images, **({} if defaults else {"cell": cell, "orientations": orientations})}


EXERCISES = (
    exercise(
        features.color_histogram_hsv,
        inputs=_colours,
        cases=[
            ordinary("a few pictures", n=3, h=5, w=4),
            odd("few pixels, other bins", n=2, h=3, w=7, bins=7),
            odd("many pictures of two pixels", n=9, h=1, w=2, bins=4),
            edge("pure colours", n=4, h=5, w=3, bins=7, pixels="pure"),
            edge("grey, black and white among colours", n=3, h=4, w=5, bins=5, pixels="half grey"),
            edge("no colour at all", n=2, h=3, w=3, bins=4, pixels="grey"),
            edge("a single pixel", n=1, h=1, w=1, bins=3),
        ],
        hints=[
            "Three steps: the hue of every pixel, the number of its bin, and the counting. Take `r, g, b = images[:, 0], "
            "images[:, 1], images[:, 2]`: arrays of the shape (N, H, W), on which the formulas work as they stand.",
            "`np.where` chooses between the three formulas, pixel by pixel. It computes all of them everywhere: so divide by "
            "`np.where(chroma > 0, chroma, 1)`. A red with some blue in it has a negative hue, which modulo 1 is near the end.",
            "With `sector` in sixths, `place = np.floor(sector / 6 * bins) % bins`, and column i of the result is "
            "`np.mean(place == i, axis=(1, 2))`.",
        ],
        misconceptions=[
            Misconception(
                "hue-of-grey",
                {"np.where(chroma > 0, chroma, 1)": "chroma"},
                "Where red, green and blue are equal the chroma is zero, and 0 / 0 is nan: those pixels are in no bin.",
                "What is the sum of a row for a grey picture?",
                "missing-term",
                "hue",
            ),
            Misconception(
                "hue-not-round",
                {"np.floor(sector / 6 * bins) % bins": "np.floor(np.maximum(sector, 0) / 6 * bins)"},
                "A red with more blue than green has a hue below 0. It belongs in the last bins, for hues go round.",
                "Which colour lies between blue and red?",
                "wrong-index",
                "hue",
            ),
            Misconception(
                "hue-to-the-nearest-bin",
                {"np.floor(sector / 6 * bins)": "np.round(sector / 6 * bins)"},
                "Rounding puts each hue into the bin whose beginning is nearest.",
                "With 10 bins, from where to where do the hues of bin 0 go?",
                "off-by-one",
                "hue",
            ),
            Misconception(
                "hue-without-the-third-of-the-circle",
                {"largest == g, 2 + (b": "largest == g, 1 + (b", "4 + (r - g) / width)": "2 + (r - g) / width)"},
                "Green is a third of the way round and blue two thirds; in sixths these are 2 and 4.",
                "What is the hue of pure green in your formula?",
                "wrong-formula",
                "hue",
            ),
            Misconception(
                "hue-counted",
                {"np.mean(place == i, axis=(1, 2), dtype": "np.sum(place == i, axis=(1, 2), dtype"},
                "These are numbers of pixels; a histogram that sums to 1 holds their shares.",
                "What should the sum of a row be?",
                "wrong-scale",
                "histogram",
            ),
        ],
        minutes=25,
        equivalent={
            "width = np.where(chroma > 0, chroma, 2)": "where the chroma is 0, so is what is divided by it",
        },
    ),
    exercise(
        features.hog,
        inputs=_edges,
        cases=[
            ordinary("six cells of 8 x 8", n=2, rows=2, columns=3, cell=8, defaults=True),
            odd("more columns than rows, other bins", n=2, rows=2, columns=3, cell=3, orientations=5),
            odd("pixels left over on the right and below", n=3, rows=1, columns=2, cell=4, below=1, right=2, orientations=4),
            edge("one picture of one cell", n=1, rows=1, columns=1, cell=4, orientations=6),
            edge("a flat picture among others", n=3, rows=2, columns=1, cell=4, like="one flat"),
            edge("upright stripes", n=2, rows=1, columns=2, cell=5, orientations=8, like="upright"),
            edge("level stripes", n=2, rows=2, columns=1, cell=5, orientations=7, like="level"),
        ],
        hints=[
            "Go step by step, and print the shape of each: grey (N, H, W), `dx` and `dy`, magnitude and angle, all of the same "
            "shape. `np.pad(grey, ((0, 0), (1, 1), (1, 1)), mode='edge')` puts a border around each picture.",
            "Measure angles in bins, so that the middle of bin i is at i. The share of a pixel in bin i is then one minus its "
            "distance from i, or nothing where that is above one; and the distance goes round, the shorter way. For the cells, "
            "reshape (N, H, W) to (N, rows, cell, columns, cell) and take the mean over the two axes of length cell.",
            "`place = (np.arctan2(dy, dx) / np.pi * orientations - 0.5) % orientations`; for bin i, `away = np.abs(place - i)`, "
            "`away = np.minimum(away, orientations - away)`, `share = np.maximum(1 - away, 0) * magnitude`.",
        ],
        misconceptions=[
            Misconception(
                "hog-the-whole-circle",
                {"np.arctan2(dy, dx) / np.pi * orientations": "np.arctan2(dy, dx) / (2 * np.pi) * orientations"},
                "The bins are spread over the whole circle, so that an edge from dark to light is told from one the other way.",
                "In which direction does the edge of a white line on black run, on its one side and on its other?",
                "wrong-scale",
                "angle",
            ),
            Misconception(
                "hog-counts-pixels",
                {"np.maximum(1 - away, 0) * magnitude": "np.maximum(1 - away, 0)"},
                "Every pixel counts alike; one on a strong edge should count for more.",
                "What should a pixel of a flat wall bring to the histogram?",
                "missing-term",
                "magnitude",
            ),
            Misconception(
                "hog-nearest-bin-alone",
                {"np.maximum(1 - away, 0) * magnitude": "(away <= 0.5) * magnitude"},
                "Each pixel gives all of its magnitude to the nearest bin, and an edge turned a little jumps to the next.",
                "What is the share of a pixel halfway between two middles?",
                "wrong-formula",
                "share",
            ),
            Misconception(
                "hog-across-for-along",
                {"np.arctan2(dy, dx)": "np.arctan2(dx, dy)"},
                "Across and down are exchanged: arctan2 takes first how much brighter it gets downwards.",
                "What is the angle of a gradient that points to the right?",
                "wrong-order",
                "angle",
            ),
            Misconception(
                "hog-normalised-over-the-batch",
                {"np.sum(histogram, axis=(1, 2, 3), keepdims=True)": "np.sum(histogram)"},
                "The sum runs over all pictures of the batch: the features of one depend on the others.",
                "What should happen to the features of one picture if the others are left out?",
                "wrong-axis",
                "total",
            ),
            Misconception(
                "hog-cells-interlaced",
                {
                    ".reshape(n, rows, cell, columns, cell)": ".reshape(n, cell, rows, cell, columns)",
                    "axis=(2, 4)": "axis=(1, 3)",
                },
                "The pixels of a cell are picked far apart, one of every few; a cell is a square of neighbours.",
                "With 12 rows of pixels in 3 rows of cells, which pixels are in the first?",
                "wrong-order",
                "cells",
            ),
        ],
        minutes=45,
        equivalent={
            "padded = np.pad(grey, ((0, 0), (1, 2), (1, 1)), mode='edge')": "one more row below the last is in no cell",
            "padded = np.pad(grey, ((0, 0), (1, 1), (1, 2)), mode='edge')": "one more column after the last is in no cell",
        },
    ),
)

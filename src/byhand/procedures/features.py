"""Features of pictures: which colours are in them, and which way their edges run."""

from __future__ import annotations

import numpy as np


def color_histogram_hsv(images: np.ndarray, *, bins: int = 10):
    """Return, for each picture, the share of its pixels in each range of hues.

        histogram[n, i] = (the pixels of picture n whose hue is from i / bins up to (i + 1) / bins) / (all its pixels)

    The hue is a place on the circle of colours, from 0 to just below 1: red at 0, green at 1/3, blue at 2/3. With
    chroma = max(r, g, b) - min(r, g, b), it is, modulo 1,

        (0 + (g - b) / chroma) / 6    where red is the largest,
        (2 + (b - r) / chroma) / 6    where green is,
        (4 + (r - g) / chroma) / 6    where blue is,

    and 0 where the chroma is 0: grey, black, white. How bright and how pale a colour is makes no difference.

    Args:
        images: (N, 3, H, W), red, green and blue from 0 to 1.
        bins: how many ranges.

    Returns:
        histogram: (N, bins), each row with the sum 1.

    >>> red, grey, blue, sky = [1.0, 0.0, 0.0], [0.5, 0.5, 0.5], [0.0, 0.0, 1.0], [0.5, 0.8, 1.0]
    >>> images = np.array([red, grey, blue, sky]).T.reshape(1, 3, 2, 2)
    >>> color_histogram_hsv(images, bins=4).tolist()
    [[0.5, 0.0, 0.5, 0.0]]
    """
    r, g, b = images[:, 0], images[:, 1], images[:, 2]  # (N, H, W) each
    largest = np.max(images, axis=1)
    chroma = largest - np.min(images, axis=1)
    width = np.where(chroma > 0, chroma, 1)  # where it is 0, so is what is divided by it
    sector = np.where(largest == r, (g - b) / width, np.where(largest == g, 2 + (b - r) / width, 4 + (r - g) / width))
    place = np.floor(sector / 6 * bins) % bins  # -1 is the last bin: hues go round
    histogram = np.stack([np.mean(place == i, axis=(1, 2), dtype=images.dtype) for i in range(bins)], axis=1)
    return histogram


def hog(images: np.ndarray, *, cell: int = 8, orientations: int = 9):
    """Return histograms of oriented gradients: how strongly the edges in each cell of a picture run which way.

        grey = 0.299 * r + 0.587 * g + 0.114 * b
        dx[h, w] = grey[h, w + 1] - grey[h, w - 1]    dy[h, w] = grey[h + 1, w] - grey[h - 1, w]
        magnitude = sqrt(dx^2 + dy^2)                 angle = arctan2(dy, dx), modulo pi

    Beyond the border the picture goes on with the border's own pixels. The angles from 0 to pi are a circle, for an edge
    from dark to light and one from light to dark run the same way; bin i has its middle at (i + 1/2) * pi / orientations.
    Each pixel shares its magnitude between the two bins on either side of its angle, the nearer getting more: at
    a quarter of the way from one middle to the next they get 3/4 and 1/4. Then

        histogram[n, row, column, i] = the mean, over the pixels of the cell, of their shares in bin i
        features = sqrt(histogram / (sum of the picture's histogram + 0.01))

    so that strong contrast and weak come out alike; the 0.01 leaves a flat picture flat.

    Args:
        images: (N, 3, H, W), red, green and blue from 0 to 1.
        cell: the side of a cell in pixels. Pixels to the right and below that fill no whole cell are left out.
        orientations: how many bins, at least 2.

    Returns:
        features: (N, rows * columns * orientations) with rows = H // cell, columns = W // cell, in this order.

    >>> hog(np.zeros((5, 3, 32, 32))).shape
    (5, 144)

    Dalal and Triggs, "Histograms of Oriented Gradients for Human Detection", 2005. Differs from scikit-image's `hog`:
    a picture is normalised as a whole, not in blocks, and the magnitude is shared between two bins.
    """
    n, _, height, width = images.shape
    rows, columns = height // cell, width // cell
    grey = 0.299 * images[:, 0] + 0.587 * images[:, 1] + 0.114 * images[:, 2]  # (N, H, W)
    padded = np.pad(grey, ((0, 0), (1, 1), (1, 1)), mode="edge")
    dx = padded[:, 1:-1, 2:] - padded[:, 1:-1, :-2]
    dy = padded[:, 2:, 1:-1] - padded[:, :-2, 1:-1]
    magnitude = np.sqrt(dx**2 + dy**2)
    place = (np.arctan2(dy, dx) / np.pi * orientations - 0.5) % orientations  # in bins: i at the middle of bin i
    histogram = np.zeros((n, rows, columns, orientations), dtype=images.dtype)
    for i in range(orientations):
        away = np.abs(place - i)
        away = np.minimum(away, orientations - away)  # going round the shorter way
        share = np.maximum(1 - away, 0) * magnitude  # (N, H, W)
        cells = share[:, : rows * cell, : columns * cell].reshape(n, rows, cell, columns, cell)
        histogram[..., i] = np.mean(cells, axis=(2, 4))
    total = np.sum(histogram, axis=(1, 2, 3), keepdims=True)
    features = np.sqrt(histogram / (total + 0.01)).reshape(n, rows * columns * orientations)
    return features

"""Histograms of hues and of gradients against pixel-by-pixel formulas, and what must not change them."""

from __future__ import annotations

import colorsys

import numpy as np
import pytest

from byhand.procedures import features


def pictures(n, h, w, seed=0):
    return np.random.default_rng(seed).random((n, 3, h, w))


@pytest.mark.parametrize(("n", "h", "w", "bins"), [(3, 8, 8, 10), (1, 5, 2, 7), (4, 1, 1, 3), (2, 3, 9, 1)])
def test_hues_are_those_of_colorsys(n, h, w, bins):
    images = pictures(n, h, w)
    images[0, :, 0, 0] = images[0, 0, 0, 0]  # one grey pixel
    expected = np.zeros((n, bins))
    for i, image in enumerate(images):
        for pixel in image.reshape(3, -1).T:
            expected[i, int(colorsys.rgb_to_hsv(*pixel)[0] * bins)] += 1 / (h * w)
    before = images.copy()
    found = features.color_histogram_hsv(images, bins=bins)
    np.testing.assert_allclose(found, expected)
    np.testing.assert_array_equal(images, before)
    single = features.color_histogram_hsv(images.astype(np.float32), bins=bins)
    assert found.dtype == np.float64 and single.dtype == np.float32
    np.testing.assert_allclose(single.sum(axis=1), 1, rtol=1e-6)


@pytest.mark.parametrize(
    ("colour", "place"),
    [
        ((0, 0, 0), 0), ((1, 1, 1), 0), ((0.5, 0.5, 0.5), 0), ((1, 0, 0), 0), ((1, 1, 0), 2), ((0, 1, 0), 4), ((0, 1, 1), 6),
        ((0, 0, 1), 8), ((1, 0, 1), 10), ((1, 0, 1e-3), 11), ((1, 0, 1e-18), 11), ((1, 1e-18, 0), 0), ((1, 0.99, 1), 10),
    ],
)  # fmt: skip
def test_every_colour_has_its_place(colour, place):
    images = np.array(colour, dtype=float).reshape(1, 3, 1, 1)
    np.testing.assert_array_equal(features.color_histogram_hsv(images, bins=12)[0], np.eye(12)[place])


def test_hues_of_pictures_in_whole_numbers_sum_to_one():
    grid = np.arange(0, 256, 15) / 255
    colours = np.stack(np.meshgrid(grid, grid, grid)).reshape(1, 3, -1, 1).astype(np.float32)
    assert features.color_histogram_hsv(colours).sum() == pytest.approx(1)


def slow_hog(image, cell, orientations):
    grey = image[0] * 0.299 + image[1] * 0.587 + image[2] * 0.114
    h, w = grey.shape
    histogram = np.zeros((h // cell, w // cell, orientations))
    for y in range(h // cell * cell):
        for x in range(w // cell * cell):
            dx = grey[y, min(x + 1, w - 1)] - grey[y, max(x - 1, 0)]
            dy = grey[min(y + 1, h - 1), x] - grey[max(y - 1, 0), x]
            place = np.degrees(np.arctan2(dy, dx)) / (180 / orientations) - 0.5
            first = int(np.floor(place))
            for i, share in ((first, first + 1 - place), (first + 1, place - first)):
                histogram[y // cell, x // cell, i % orientations] += np.hypot(dx, dy) * share / cell**2
    return np.sqrt(histogram / (histogram.sum() + 0.01)).ravel()


@pytest.mark.parametrize(
    ("n", "h", "w", "cell", "orientations"), [(2, 16, 16, 8, 9), (3, 11, 7, 3, 4), (1, 4, 9, 4, 2), (2, 3, 3, 1, 5)]
)
def test_gradients_are_those_of_a_walk_through_the_pixels(n, h, w, cell, orientations):
    images = pictures(n, h, w)
    before = images.copy()
    found = features.hog(images, cell=cell, orientations=orientations)
    assert found.shape == (n, (h // cell) * (w // cell) * orientations) and found.dtype == np.float64
    np.testing.assert_allclose(found, [slow_hog(image, cell, orientations) for image in images], rtol=1e-10, atol=1e-12)
    np.testing.assert_array_equal(images, before)
    single = features.hog(images.astype(np.float32), cell=cell, orientations=orientations)
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, found, rtol=1e-3, atol=1e-3)


def test_what_does_not_change_the_gradients():
    images = pictures(4, 16, 16)
    found = features.hog(images)
    np.testing.assert_allclose(features.hog(images[2:3]), found[2:3])
    np.testing.assert_allclose(features.hog(1 - images), found, atol=1e-6)  # dark on light is light on dark
    np.testing.assert_allclose(features.hog(0.5 * images + 0.25), found, atol=2e-3)  # fog
    np.testing.assert_array_equal(features.hog(np.full((2, 3, 16, 16), 0.3)), 0)


def test_turning_a_picture_turns_its_gradients():
    images = pictures(2, 16, 16)
    upright = features.hog(images, orientations=8).reshape(2, 2, 2, 8)
    turned = features.hog(np.rot90(images, axes=(2, 3)), orientations=8).reshape(2, 2, 2, 8)
    np.testing.assert_allclose(turned, np.roll(np.rot90(upright, axes=(1, 2)), 4, axis=3), atol=1e-12)

"""`cs231n/features.py`: one picture at a time, (H, W, 3) from 0 to 255. The histogram of gradients is byhand's own."""

import numpy as np

from byhand.procedures import features


def _batch(im):
    return np.moveaxis(np.asarray(im, dtype=float), -1, 0)[None] / 255


def extract_features(imgs, feature_fns, verbose=False):
    """Return (N, F): for each picture, what all functions return, side by side."""
    return np.array([np.concatenate([np.ravel(function(im)) for function in feature_fns]) for im in imgs])


def hog_feature(im):
    """Return the histogram of gradients, 9 numbers for each cell of 8 x 8."""
    return features.hog(_batch(im))[0]


def color_histogram_hsv(im, nbin=10, xmin=0, xmax=255, normalized=True):
    """Return the histogram of hues."""
    histogram = features.color_histogram_hsv(_batch(im), bins=nbin)[0]
    return histogram if normalized else histogram * im.shape[0] * im.shape[1]

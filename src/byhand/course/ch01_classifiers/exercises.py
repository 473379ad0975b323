"""The exercises of chapter 1."""

from . import features, neighbours

EXERCISES = neighbours.EXERCISES + features.EXERCISES

"""The exercises of chapter 1."""

from . import predictions

EXERCISES = predictions.EXERCISES

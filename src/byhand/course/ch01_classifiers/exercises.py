"""The exercises of chapter 1."""

from . import linear, predictions, steps

EXERCISES = steps.EXERCISES + predictions.EXERCISES + linear.EXERCISES

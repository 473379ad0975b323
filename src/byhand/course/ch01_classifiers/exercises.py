"""The exercises of chapter 1."""

from . import linear, neighbours, predictions, steps

EXERCISES = neighbours.EXERCISES + steps.EXERCISES + predictions.EXERCISES + linear.EXERCISES

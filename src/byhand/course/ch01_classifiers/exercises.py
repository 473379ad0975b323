"""The exercises of chapter 1; the trail gives their order."""

from . import features, linear, neighbours, predictions, steps

EXERCISES = neighbours.EXERCISES + steps.EXERCISES + predictions.EXERCISES + linear.EXERCISES + features.EXERCISES

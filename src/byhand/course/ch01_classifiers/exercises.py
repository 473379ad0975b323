"""The exercises of chapter 1, in the order of the trail."""

from . import linear, steps

EXERCISES = steps.EXERCISES + linear.EXERCISES

"""The exercises of chapter 3, in the order of the trail."""

from . import dropout, initial_weights, loop, update_rules

EXERCISES = initial_weights.EXERCISES + update_rules.EXERCISES + dropout.EXERCISES + loop.EXERCISES

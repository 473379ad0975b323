"""The exercises of chapter 3, in the order of the trail."""

from . import adaptive_rules, clipping, dropout, initial_weights, loop, regularization, schedules, update_rules

EXERCISES = (
    initial_weights.EXERCISES
    + update_rules.EXERCISES
    + adaptive_rules.EXERCISES
    + schedules.EXERCISES
    + clipping.EXERCISES
    + regularization.EXERCISES
    + dropout.EXERCISES
    + loop.EXERCISES
)

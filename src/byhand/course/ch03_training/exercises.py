"""The exercises of chapter 3; the trail gives their order."""

from . import adaptive_rules, clipping, dropout, experiments, initial_weights, loop, regularization, schedules, update_rules

EXERCISES = (
    initial_weights.EXERCISES
    + update_rules.EXERCISES
    + adaptive_rules.EXERCISES
    + schedules.EXERCISES
    + clipping.EXERCISES
    + regularization.EXERCISES
    + dropout.EXERCISES
    + loop.EXERCISES
    + experiments.EXERCISES
)

"""The exercises of chapter 1."""

from . import neighbours

EXERCISES = neighbours.EXERCISES

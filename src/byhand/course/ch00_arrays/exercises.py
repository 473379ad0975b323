"""The exercises of chapter 0."""

from . import rows

EXERCISES = rows.EXERCISES

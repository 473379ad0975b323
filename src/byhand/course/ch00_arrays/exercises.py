"""The exercises of chapter 0."""

EXERCISES = ()

"""The exercises of chapter 1."""

EXERCISES = ()

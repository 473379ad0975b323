"""The exercises of chapter 0, by topic; the order is the trail's."""

from . import broadcasting, indices, rows, searching

EXERCISES = rows.EXERCISES + indices.EXERCISES + broadcasting.EXERCISES + searching.EXERCISES

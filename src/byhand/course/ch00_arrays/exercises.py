"""The exercises of chapter 0, by topic; the trail gives their order."""

from . import broadcasting, indices, masks, products, rows, scattering, searching, softmax, windows

EXERCISES = (
    rows.EXERCISES
    + indices.EXERCISES
    + broadcasting.EXERCISES
    + searching.EXERCISES
    + softmax.EXERCISES
    + windows.EXERCISES
    + products.EXERCISES
    + masks.EXERCISES
    + scattering.EXERCISES
)

"""The exercises of chapter 0, by topic; the trail gives their order."""

from . import masks, products, rows, scattering, softmax, windows

EXERCISES = rows.EXERCISES + softmax.EXERCISES + windows.EXERCISES + products.EXERCISES + masks.EXERCISES + scattering.EXERCISES

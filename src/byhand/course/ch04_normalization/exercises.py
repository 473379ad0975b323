"""The exercises of chapter 4: the steps, batch norm, layer norm, and a network with all of it."""

from . import batch, layer, network, predictions, steps

EXERCISES = steps.EXERCISES + batch.EXERCISES + predictions.EXERCISES + layer.EXERCISES + network.EXERCISES

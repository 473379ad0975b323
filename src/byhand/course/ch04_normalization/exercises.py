"""The exercises of chapter 4, in the order of the trail: the steps, batch norm, layer norm, and a network with all of it."""

from . import batch, layer, network, steps

EXERCISES = steps.EXERCISES + batch.EXERCISES + layer.EXERCISES + network.EXERCISES

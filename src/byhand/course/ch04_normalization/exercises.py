"""The exercises of chapter 4: the steps, batch norm and its kin, and a network with all of it."""

from . import batch, group, layer, network, predictions, rms, spatial, steps

EXERCISES = (
    steps.EXERCISES
    + batch.EXERCISES
    + predictions.EXERCISES
    + layer.EXERCISES
    + rms.EXERCISES
    + group.EXERCISES
    + spatial.EXERCISES
    + network.EXERCISES
)

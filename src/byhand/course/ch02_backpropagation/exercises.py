"""The exercises of chapter 2; the trail gives their order."""

from . import activations, adjoints, affine, circuit, losses, network, numerical, tape

EXERCISES = (
    numerical.EXERCISES
    + circuit.EXERCISES
    + adjoints.EXERCISES
    + affine.EXERCISES
    + activations.EXERCISES
    + losses.EXERCISES
    + network.EXERCISES
    + tape.EXERCISES
)

"""The exercises of chapter 2, in the order of the trail."""

from . import activations, adjoints, affine, circuit, losses, network, numerical

EXERCISES = (
    numerical.EXERCISES
    + circuit.EXERCISES
    + adjoints.EXERCISES
    + affine.EXERCISES
    + activations.EXERCISES
    + losses.EXERCISES
    + network.EXERCISES
)

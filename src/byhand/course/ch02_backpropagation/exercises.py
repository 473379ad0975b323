"""The exercises of chapter 2, in the order of the trail."""

from . import activations, adjoints, affine, losses, network, numerical, tape

EXERCISES = (
    numerical.EXERCISES
    + adjoints.EXERCISES
    + affine.EXERCISES
    + activations.EXERCISES
    + losses.EXERCISES
    + network.EXERCISES
    + tape.EXERCISES
)

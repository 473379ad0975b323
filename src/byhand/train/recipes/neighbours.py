"""Nearest neighbours on raw pixels."""

from __future__ import annotations

from ..kinds import NeighbourSettings, NeighboursRecipe
from ..target import Target

KNN_CIFAR10 = NeighboursRecipe(
    name="knn-cifar10",
    summary="each picture takes the class of the training pictures nearest to it; nothing is learned",
    settings=NeighbourSettings(data="cifar10"),
    targets=tuple(
        Target(f"right_k{k}", right, "exactly", words=f"right with k = {k}", of=500)
        for k, right in ((1, 137), (5, 139), (10, 141))
    ),
    quick={"data": "digits", "train": 1000, "test": 200, "ks": (1, 3, 5, 10, 20, 50)},
    quick_targets=(Target("right_k1", 190, "at least", words="right with k = 1", of=200),),
)

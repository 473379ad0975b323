"""The two-layer network on colour photographs."""

from __future__ import annotations

from dataclasses import dataclass

from byhand.data import Dataset
from byhand.models import Classifier, two_layer_classifier

from ..kinds import TrainingRecipe
from ..settings import TrainingSettings
from ..target import Target


@dataclass(frozen=True)
class TwoLayerSettings(TrainingSettings):
    """Settings of a network with one hidden layer."""

    hidden: int = 500
    """How many units it has."""

    def __post_init__(self):
        super().__post_init__()
        self._require("hidden", self.hidden >= 1, "at least 1")


def network(settings: TwoLayerSettings, dataset: Dataset) -> Classifier:
    """Return the network of these settings for this data."""
    return two_layer_classifier(dataset.train.images.shape[1:], settings.hidden, len(dataset.classes), reg=settings.reg)


TWO_LAYER_CIFAR10 = TrainingRecipe(
    name="two-layer-cifar10",
    summary="one hidden layer learns features of its own from colour photographs",
    model=network,
    settings=TwoLayerSettings(data="cifar10", preparation="standardize", epochs=10, batch_size=500, reg=1e-2),
    targets=(Target("test_accuracy", 0.52),),
    quick={"data": "digits", "preparation": "centre", "epochs": 8, "batch_size": 50, "lr": 5e-3, "hidden": 64, "threads": 1},
    quick_targets=(Target("test_accuracy", 0.94),),
)

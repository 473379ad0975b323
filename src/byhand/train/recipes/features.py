"""The same classifiers on features that people thought of, edges and colours, in the place of pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from .. import features
from ..features import FeatureSettings
from ..kinds import TrainingRecipe
from ..target import Target
from . import linear, two_layer
from .two_layer import TwoLayerSettings


@dataclass(frozen=True)
class FeatureNetSettings(FeatureSettings, TwoLayerSettings):
    """Settings of the features and of a two-layer network."""


FEATURES_SVM_CIFAR10 = TrainingRecipe(
    name="features-svm-cifar10",
    summary="a linear support vector machine sees edges and colours instead of pixels",
    features=features.compute,
    require=features.require,
    model=partial(linear.classifier, loss="svm"),
    settings=FeatureSettings(data="cifar10", preparation="standardize", epochs=12, batch_size=500, lr=2e-3, reg=1e-3, threads=1),
    targets=(Target("test_accuracy", 0.44),),
    quick={"data": "shapes", "cell": 32, "epochs": 12, "batch_size": 50, "lr": 1e-2},
    quick_targets=(Target("test_accuracy", 0.8),),
)

FEATURES_NET_CIFAR10 = TrainingRecipe(
    name="features-net-cifar10",
    summary="a two-layer network sees edges and colours instead of pixels",
    features=features.compute,
    require=features.require,
    model=two_layer.network,
    settings=FeatureNetSettings(
        data="cifar10", preparation="standardize", epochs=25, batch_size=250, lr=2e-3, reg=1e-3, hidden=500, threads=1
    ),
    targets=(Target("test_accuracy", 0.60),),
    quick={"data": "shapes", "cell": 32, "epochs": 10, "batch_size": 50, "lr": 5e-3, "hidden": 64},
    quick_targets=(Target("test_accuracy", 0.85),),
)

"""Fully connected networks: handwritten digits in seconds, photographs in minutes."""

from __future__ import annotations

from dataclasses import dataclass

from byhand.data import Dataset
from byhand.models import Classifier, fully_connected_classifier
from byhand.models.fully_connected import ACTIVATIONS, NORMALIZATIONS

from ..kinds import TrainingRecipe
from ..settings import TrainingSettings
from ..target import Target


@dataclass(frozen=True)
class FullyConnectedSettings(TrainingSettings):
    """Settings of a fully connected network."""

    hidden: tuple[int, ...] = (256, 128)
    """The widths of the hidden layers."""
    normalization: str | None = "batchnorm"
    keep: float = 1.0
    """The probability that dropout keeps a number."""
    activation: str = "relu"
    initializer: str | None = None
    """"he", "xavier" or the standard deviation of the first weights; none for what suits each layer."""

    def __post_init__(self):
        super().__post_init__()
        self._require("keep", 0 < self.keep <= 1, "above 0 and at most 1")
        self._require("activation", self.activation in ACTIVATIONS, f"one of {', '.join(ACTIVATIONS)}")
        names = ", ".join(str(name).lower() for name in NORMALIZATIONS)
        self._require("normalization", self.normalization in NORMALIZATIONS, f"one of {names}")
        deviation = initializer_of(self.initializer)
        self._require(
            "initializer", deviation in (None, "he", "xavier") or isinstance(deviation, float), "he, xavier or a number"
        )


def initializer_of(text: str | None) -> str | float | None:
    """Return an initializer as the layers want it: a name, or the number that the text is.

    >>> initializer_of("he"), initializer_of("0.01")
    ('he', 0.01)
    """
    try:
        return text if text is None else float(text)
    except ValueError:
        return text


def network(settings: FullyConnectedSettings, dataset: Dataset) -> Classifier:
    """Return the network of these settings for this data."""
    return fully_connected_classifier(
        dataset.train.images.shape[1:],
        settings.hidden,
        len(dataset.classes),
        normalization=settings.normalization,
        keep=settings.keep,
        reg=settings.reg,
        activation=settings.activation,
        initializer=initializer_of(settings.initializer),
    )


MLP_DIGITS = TrainingRecipe(
    name="mlp-digits",
    summary="a fully connected network with batch norm and dropout reads handwritten digits",
    model=network,
    settings=FullyConnectedSettings(epochs=40, lr=5e-3, reg=2e-2, threads=1, hidden=(256, 128), keep=0.7),
    targets=(Target("test_accuracy", 0.97),),
    quick={"epochs": 8, "hidden": (128, 64), "keep": 0.9},
    quick_targets=(Target("test_accuracy", 0.95),),
)

FC_CIFAR10 = TrainingRecipe(
    name="fc-cifar10",
    summary="the same kind of network, wider, with all that chapters 3 and 4 teach, on colour photographs",
    model=network,
    settings=FullyConnectedSettings(
        data="cifar10",
        preparation="standardize",
        hidden=(600, 300),
        keep=0.7,
        epochs=20,
        batch_size=250,
        lr=1e-3,
        reg=2e-3,
    ),
    targets=(Target("test_accuracy", 0.57),),
    quick={"data": "digits", "epochs": 8, "batch_size": 50, "lr": 5e-3, "hidden": (100, 50), "keep": 0.9, "threads": 1},
    quick_targets=(Target("test_accuracy", 0.94),),
)

"""Recipes: complete runs by name, each declared in a few lines."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from byhand.data import Dataset
from byhand.models import Classifier, fully_connected_classifier

from .settings import Settings


@dataclass(frozen=True)
class Recipe:
    """A run: data, model, settings, and the test accuracy that it must reach."""

    name: str
    summary: str
    data: str
    model: Callable[[Any, Dataset], Classifier]
    """Makes the model from the settings and the data set."""
    settings: Settings
    target: float
    quick: Mapping[str, Any] = field(default_factory=dict)
    """The settings that make it a matter of a moment."""
    quick_target: float = 0.0


@dataclass(frozen=True)
class FullyConnectedSettings(Settings):
    """Settings of a fully connected network."""

    hidden: tuple[int, ...] = (256, 128)
    """The widths of the hidden layers."""
    normalization: str | None = "batchnorm"
    keep: float = 1.0
    """The probability that dropout keeps a number."""

    def __post_init__(self):
        super().__post_init__()
        self._require("keep", 0 < self.keep <= 1, "above 0 and at most 1")


def _fully_connected(settings: FullyConnectedSettings, dataset: Dataset) -> Classifier:
    return fully_connected_classifier(
        dataset.train.images.shape[1:],
        settings.hidden,
        len(dataset.classes),
        normalization=settings.normalization,
        keep=settings.keep,
        reg=settings.reg,
    )


_ALL = (
    Recipe(
        name="mlp-digits",
        summary="a fully connected network with batch norm and dropout reads handwritten digits",
        data="digits",
        model=_fully_connected,
        settings=FullyConnectedSettings(epochs=40, lr=5e-3, reg=2e-2, threads=1, hidden=(256, 128), keep=0.7),
        target=0.97,
        quick={"epochs": 8, "hidden": (128, 64), "keep": 0.9},
        quick_target=0.95,
    ),
)

RECIPES: dict[str, Recipe] = {recipe.name: recipe for recipe in _ALL}


def find(name: str) -> Recipe:
    """Return a recipe by name.

    Raises:
        ValueError: there is none of that name; the message says which there are.
    """
    if name not in RECIPES:
        near = difflib.get_close_matches(name, RECIPES, n=1)
        ask = f" Did you mean {near[0]}?" if near else ""
        raise ValueError(f"expected a recipe, one of {', '.join(RECIPES)}; got {name!r}.{ask}")
    return RECIPES[name]

"""Recipes: complete runs by name, each declared in a few lines."""

from __future__ import annotations

import difflib

from ..kinds import Recipe
from .batchnorm_study import BATCHNORM_STUDY
from .experiments import OVERFIT_FIFTY, RATE_AND_REG
from .features import FEATURES_NET_CIFAR10, FEATURES_SVM_CIFAR10
from .fully_connected import FC_CIFAR10, MLP_DIGITS
from .init_study import INIT_STUDY
from .linear import SOFTMAX_CIFAR10, SVM_CIFAR10
from .neighbours import KNN_CIFAR10
from .optimizer_study import OPTIMIZER_STUDY
from .two_layer import TWO_LAYER_CIFAR10

_ALL: tuple[Recipe, ...] = (
    MLP_DIGITS,
    KNN_CIFAR10,
    SVM_CIFAR10,
    SOFTMAX_CIFAR10,
    FEATURES_SVM_CIFAR10,
    TWO_LAYER_CIFAR10,
    FEATURES_NET_CIFAR10,
    OVERFIT_FIFTY,
    RATE_AND_REG,
    INIT_STUDY,
    OPTIMIZER_STUDY,
    BATCHNORM_STUDY,
    FC_CIFAR10,
)
"""In the order of the course."""

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

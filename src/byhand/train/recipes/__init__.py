"""Recipes: complete runs by name, each declared in a few lines."""

from __future__ import annotations

import difflib

from ..kinds import Recipe
from .batchnorm_study import BATCHNORM_STUDY
from .experiments import OVERFIT_FIFTY, RATE_AND_REG
from .fully_connected import FC_CIFAR10, MLP_DIGITS
from .init_study import INIT_STUDY
from .optimizer_study import OPTIMIZER_STUDY
from .two_layer import TWO_LAYER_CIFAR10

_ALL: tuple[Recipe, ...] = (
    MLP_DIGITS,
    TWO_LAYER_CIFAR10,
    FC_CIFAR10,
    BATCHNORM_STUDY,
    INIT_STUDY,
    OPTIMIZER_STUDY,
    OVERFIT_FIFTY,
    RATE_AND_REG,
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

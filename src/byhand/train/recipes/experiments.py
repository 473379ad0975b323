"""The runs of the course's experiments: they start from settings that miss the target, and the learner finds better ones."""

from __future__ import annotations

from ..kinds import TrainingRecipe
from ..target import Target
from .fully_connected import FullyConnectedSettings, network

_BY_HEART = (Target("train_accuracy", 1.0, words="training accuracy"),)
OVERFIT_FIFTY = TrainingRecipe(
    name="overfit-fifty",
    summary="an experiment of chapter 3: learn fifty pictures by heart in a hundred steps",
    model=network,
    settings=FullyConnectedSettings(
        examples=50,
        epochs=20,
        batch_size=10,
        optimizer="sgd",
        lr=1e-3,
        schedule="constant",
        threads=1,
        hidden=(32,),
        normalization=None,
    ),
    targets=_BY_HEART,
    quick_targets=_BY_HEART,
    experiment=True,
)

_GENERALISE = (Target("val_accuracy", 0.9, words="validation accuracy"),)
RATE_AND_REG = TrainingRecipe(
    name="rate-and-reg",
    summary="an experiment of chapter 3: the learning rate and the regularisation for a network with few examples",
    model=network,
    settings=FullyConnectedSettings(
        examples=200,
        epochs=15,
        batch_size=20,
        optimizer="sgd_momentum",
        lr=1e-4,
        reg=1.0,
        threads=1,
        hidden=(100,),
        normalization=None,
    ),
    targets=_GENERALISE,
    quick_targets=_GENERALISE,
    experiment=True,
)

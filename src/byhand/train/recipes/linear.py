"""Linear classifiers on the pixels of colour photographs: how far one template a class goes."""

from __future__ import annotations

from functools import partial

from byhand.data import Dataset
from byhand.models import LinearClassifier

from ..kinds import TrainingRecipe
from ..settings import TrainingSettings
from ..target import Target


def classifier(settings: TrainingSettings, dataset: Dataset, *, loss: str) -> LinearClassifier:
    """Return the classifier of these settings for this data."""
    return LinearClassifier(dataset.train.images.shape[1:], len(dataset.classes), loss, settings.reg)


_QUICK = {"data": "digits", "epochs": 12, "batch_size": 50, "lr": 2e-2, "reg": 1e-4, "threads": 1}

SVM_CIFAR10 = TrainingRecipe(
    name="svm-cifar10",
    summary="a linear support vector machine: one template for each class of colour photographs",
    model=partial(classifier, loss="svm"),
    settings=TrainingSettings(data="cifar10", preparation="centre", epochs=12, batch_size=500, lr=1e-3, reg=1e-2),
    targets=(Target("val_accuracy", 0.39, words="validation accuracy"),),
    quick=_QUICK,
    quick_targets=(Target("val_accuracy", 0.93, words="validation accuracy"),),
)

SOFTMAX_CIFAR10 = TrainingRecipe(
    name="softmax-cifar10",
    summary="the same templates, trained to give probabilities",
    model=partial(classifier, loss="softmax"),
    settings=TrainingSettings(data="cifar10", preparation="centre", epochs=12, batch_size=500, lr=1e-3, reg=1e-3),
    targets=(Target("val_accuracy", 0.38, words="validation accuracy"),),
    quick=_QUICK,
    quick_targets=(Target("val_accuracy", 0.93, words="validation accuracy"),),
)

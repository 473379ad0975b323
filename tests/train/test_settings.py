import json

import pytest

from byhand import train
from byhand.optim import OPTIMIZERS, schedules
from byhand.train import recipes
from byhand.train.recipes.fully_connected import FullyConnectedSettings
from byhand.train.settings import SCHEDULES, Settings, TrainingSettings


def test_text_and_values_are_read_alike():
    text = {"hidden": "30,20", "lr": "1e-2", "epochs": "3", "normalization": "none", "optimizer": "sgd"}
    values = {"hidden": [30, 20], "lr": 0.01, "epochs": 3, "normalization": None, "optimizer": "sgd"}
    read = FullyConnectedSettings().replace(text)
    assert read == FullyConnectedSettings().replace(values)
    assert (read.hidden, read.lr, read.normalization) == ((30, 20), 0.01, None)
    assert FullyConnectedSettings().replace({"hidden": ""}).hidden == ()


def test_json_and_back():
    settings = FullyConnectedSettings(hidden=(3, 4), lr=0.5)
    assert FullyConnectedSettings().replace(json.loads(json.dumps(settings.to_json()))) == settings


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"learning_rate": 1},
            "there is no setting 'learning_rate'; there are data, threads, examples, preparation, batch_size, epochs, ",
        ),
        ({"epoch": 3}, r"Did you mean epochs\?"),
        ({"lr": "fast"}, "setting lr: expected a number, got 'fast'"),
        ({"lr": -1.0}, "setting lr: expected above 0, got -1.0"),
        ({"epochs": 1.5}, "setting epochs: expected a whole number, got 1.5"),
        ({"epochs": True}, "setting epochs: expected a whole number, got True"),
        ({"epochs": "0"}, "setting epochs: expected at least 1, got 0"),
        (
            {"hidden": "ten"},
            "setting hidden: expected whole numbers with commas between them, as in 256,128, got 'ten'",
        ),
        ({"keep": 1.5}, "setting keep: expected above 0 and at most 1, got 1.5"),
        ({"optimizer": "adamm"}, "setting optimizer: expected one of sgd, .*, adam, adamw, got 'adamm'"),
        ({"clip": -1.0}, "setting clip: expected at least 0, got -1.0"),
        ({"data": "cifar"}, "setting data: expected one of digits, shapes, mnist, fashion-mnist, cifar10, got 'cifar'"),
        ({"preparation": "whiten"}, "setting preparation: expected one of none, centre, standardize, got 'whiten'"),
        ({"activation": "step"}, "setting activation: expected one of relu, tanh, got 'step'"),
        ({"normalization": "batch"}, "setting normalization: expected one of none, batchnorm, layernorm, got 'batch'"),
        ({"initializer": "zero"}, "setting initializer: expected he, xavier or a number, got 'zero'"),
        ({"schedule": "step"}, "setting schedule: expected one of constant, cosine, got 'step'"),
    ],
)
def test_slips_are_told(changes, message):
    with pytest.raises(ValueError, match=message):
        FullyConnectedSettings().replace(changes)


def test_unknown_recipe():
    with pytest.raises(ValueError, match=r"one of mlp-digits, .*; got 'mlp-digit'\. Did you mean mlp-digits\?"):
        recipes.find("mlp-digit")
    for recipe in train.RECIPES.values():
        quick, targets = recipe.asked(quick=True)
        assert (quick != recipe.settings) != recipe.experiment and targets and recipe.targets
        assert quick.data in ("digits", "shapes")  # bundled


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_every_optimizer_can_be_set(name):
    assert TrainingSettings().replace({"optimizer": name}).optimizer == name


def test_schedules():
    for name in SCHEDULES:
        assert TrainingSettings().replace({"schedule": name}).schedule == name
    cosine = [schedules.learning_rate("cosine", step, steps=20, lr=2.0, warmup_steps=5) for step in range(20)]
    assert cosine[:6] == pytest.approx([0.4, 0.8, 1.2, 1.6, 2.0, 2.0])
    assert all(a > b for a, b in zip(cosine[5:-1], cosine[6:], strict=True)) and 0 < cosine[-1] < 0.03
    assert schedules.learning_rate("constant", 7, steps=20, lr=2.0, warmup_steps=5) == 2.0
    assert schedules.learning_rate("constant", 1, steps=20, lr=2.0, warmup_steps=5) == 0.8
    assert isinstance(Settings(), Settings)

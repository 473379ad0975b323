"""Every update rule on the same network, each with the best of a few learning rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from byhand.optim import OPTIMIZERS

from .. import pictures
from ..kinds import StudyRecipe
from ..kinds.study import Row
from ..target import Target
from .fully_connected import FullyConnectedSettings, network

RATES = {"sgd": 0.1, "sgd_momentum": 0.01, "nesterov": 0.01, "adagrad": 0.01}
"""The middle of the learning rates that a rule is tried with; a rule that scales its steps itself has the setting `lr`."""


@dataclass(frozen=True)
class OptimizerSettings(FullyConnectedSettings):
    """Settings of every training, and what is varied."""

    rules: tuple[str, ...] = tuple(OPTIMIZERS)
    """Which are compared."""
    factors: tuple[float, ...] = (0.3, 1.0, 3.0)
    """What a rule's learning rate is multiplied by, for the trainings of which its best counts."""

    def __post_init__(self):
        super().__post_init__()
        known = f"among {', '.join(OPTIMIZERS)}"
        self._require("rules", len(self.rules) > 0 and all(rule in OPTIMIZERS for rule in self.rules), known)
        self._require("factors", len(self.factors) > 0 and min(self.factors) > 0, "numbers above 0")


@dataclass(frozen=True, kw_only=True)
class OptimizerStudy(StudyRecipe):
    """For each rule, one training for each learning rate; the one with the lowest loss at the end speaks for the rule."""

    def variants(self, settings: OptimizerSettings) -> Mapping[str, OptimizerSettings]:
        """Return the settings of each training, by its name."""
        found = {}
        for rule in settings.rules:
            for factor in settings.factors:
                rate = float(f"{RATES.get(rule, settings.lr) * factor:.3g}")
                found[f"{rule}, {rate:g}"] = settings.replace({"optimizer": rule, "lr": rate})
        return found

    def conclude(self, rows: Sequence[Row]) -> dict[str, float]:
        """Return each rule's loss at the end, and how many of the other rules end below plain sgd."""
        best = {rule: row["loss"] for rule, row in best_rows(rows).items()}
        found = {f"loss_{rule}": loss for rule, loss in best.items()}
        if "sgd" in best:
            others = [loss for rule, loss in best.items() if rule != "sgd"]
            found["rules_below_sgd"] = sum(loss < best["sgd"] for loss in others)
            found["best_over_sgd"] = round(min(best.values()) / best["sgd"], 4)
        return found

    def drawings(self, rows, lines):
        """Return the losses of the rules, each with its best rate."""
        return {"study": partial(pictures.optimizer_study, best_rows(rows), lines)}


def best_rows(rows: Sequence[Row]) -> dict[str, Row]:
    """Return, for each rule, the row of its lowest loss; a rule that only diverged has none."""
    found: dict[str, Row] = {}
    for row in rows:
        rule = row["training"].partition(",")[0]
        if row["loss"] is not None and (rule not in found or row["loss"] < found[rule]["loss"]):
            found[rule] = row
    return found


OPTIMIZER_STUDY = OptimizerStudy(
    name="optimizer-study",
    summary="every update rule on the same network and the same batches, each with the best of three learning rates",
    model=network,
    settings=OptimizerSettings(
        data="cifar10",
        examples=5000,
        preparation="standardize",
        normalization=None,
        hidden=(100, 100, 100, 100),
        epochs=10,
        batch_size=100,
        schedule="constant",
        threads=1,
    ),
    targets=(Target("best_over_sgd", 0.85, "at most", "lowest loss as a share of sgd's"),),
    quick={
        "data": "digits",
        "examples": 500,
        "hidden": (40, 40, 40),
        "epochs": 8,
        "batch_size": 50,
        "lr": 5e-3,
        "factors": (1.0,),
    },
    quick_targets=(Target("best_over_sgd", 0.85, "at most", "lowest loss as a share of sgd's"),),
)

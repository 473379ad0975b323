"""What batch norm is good for: first weights of almost any size; and what it costs: it wants batches of some size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from .. import pictures
from ..kinds import StudyRecipe
from ..kinds.study import Row
from ..target import Target
from .fully_connected import FullyConnectedSettings, network

NAMES = {"batchnorm": "batch norm", None: "plain"}


@dataclass(frozen=True)
class BatchNormSettings(FullyConnectedSettings):
    """Settings of every training, and what is varied."""

    scales: tuple[float, ...] = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0)
    """Standard deviations of the first weights."""
    batch_sizes: tuple[int, ...] = (4, 8, 32, 128)
    """Batches, at the batch norm's own scale of weights."""
    learns: float = 0.3
    """The training accuracy from which a network counts as learning; guessing gives 0.1."""

    def __post_init__(self):
        super().__post_init__()
        self._require("scales", len(self.scales) > 0 and min(self.scales) > 0, "one number above 0 or more")
        self._require("batch_sizes", len(self.batch_sizes) > 0 and min(self.batch_sizes) > 1, "numbers of 2 or more")


@dataclass(frozen=True, kw_only=True)
class BatchNormStudy(StudyRecipe):
    """With and without batch norm: one training for each scale of the first weights, and one for each batch size."""

    def variants(self, settings: BatchNormSettings) -> Mapping[str, BatchNormSettings]:
        """Return the settings of each training, by its name."""
        found = {}
        for normalization, name in NAMES.items():
            own = {"normalization": normalization}
            for scale in settings.scales:
                found[f"{name}, weights of {scale:g}"] = settings.replace({**own, "initializer": str(scale)})
            for size in settings.batch_sizes:
                found[f"{name}, batches of {size}"] = settings.replace({**own, "batch_size": size})
        return found

    def conclude(self, rows: Sequence[Row]) -> dict[str, float]:
        """Return at how many scales each network learns, and what small batches cost each in accuracy."""
        found = {}
        for key, name in (("batchnorm", "batch norm"), ("plain", "plain")):
            scales = [row for row in rows if row["training"].startswith(f"{name}, weights")]
            batches = [row["val_accuracy"] or 0.0 for row in rows if row["training"].startswith(f"{name}, batches")]
            found[f"scales_{key}"] = sum(row["learned"] == "yes" for row in scales)
            found[f"small_batches_cost_{key}"] = round(max(batches) - batches[0], 4)
        return found

    def judge(self, row: Row, settings: BatchNormSettings) -> Row:
        """Say whether a network learned."""
        return {**row, "learned": "yes" if (row["train_accuracy"] or 0.0) >= settings.learns else "no"}

    def drawings(self, rows, lines):
        """Return the accuracies over the scales and over the batch sizes."""
        return {"study": partial(pictures.batchnorm_study, rows)}


def _targets(most: int, with_it: int, without: int) -> tuple[Target, ...]:
    return (
        Target("scales_batchnorm", with_it, "at least", "scales learned from, with batch norm", of=most),
        Target("scales_plain", without, "at most", "scales learned from, without", of=most),
    )


BATCHNORM_STUDY = BatchNormStudy(
    name="batchnorm-study",
    summary="the same deep network with and without batch norm: which first weights, and which batches, it can learn with",
    model=network,
    settings=BatchNormSettings(
        data="cifar10",
        examples=5000,
        preparation="standardize",
        hidden=(100, 100, 100, 100, 100),
        epochs=8,
        batch_size=100,
        threads=1,
    ),
    targets=_targets(9, 8, 4),
    quick={
        "data": "digits",
        "examples": 500,
        "preparation": "centre",
        "hidden": (40, 40, 40, 40),
        "epochs": 6,
        "batch_size": 50,
        "scales": (1e-3, 1e-2, 1e-1, 0.5),
        "batch_sizes": (8, 50),
        "lr": 5e-3,
        "learns": 0.6,
    },
    quick_targets=_targets(4, 4, 2),
)

"""How large the first weights should be: what each size makes of the signals, forward and backward, and of learning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from .. import inspection, pictures
from ..kinds import StudyRecipe
from ..kinds.study import Row
from ..target import Target
from .fully_connected import FullyConnectedSettings, network

NAMES = {"small": "too small", "xavier": "xavier", "he": "he", "large": "too large"}


@dataclass(frozen=True)
class InitSettings(FullyConnectedSettings):
    """Settings of every training, and the two sizes of weights that nobody should take."""

    small: float = 0.01
    large: float = 0.3

    def __post_init__(self):
        super().__post_init__()
        self._require("small", self.small > 0, "above 0")
        self._require("large", self.large > self.small, "above the small one")


@dataclass(frozen=True, kw_only=True)
class InitStudy(StudyRecipe):
    """Two activations, four ways to draw the first weights: what each layer puts out, what comes back, and the loss."""

    def variants(self, settings: InitSettings) -> Mapping[str, InitSettings]:
        """Return the settings of each training, by its name."""
        initializers = {"small": str(settings.small), "xavier": "xavier", "he": "he", "large": str(settings.large)}
        return {
            f"{activation}, {NAMES[key]}": settings.replace({"activation": activation, "initializer": initializer})
            for activation in ("tanh", "relu")
            for key, initializer in initializers.items()
        }

    def look(self, name, solver, start):
        """Return, for the first batch before the first step, the spread of every hidden layer's output and gradient."""
        layers = inspection.layer_statistics(solver.model, start.params, start.state, *solver.next_batch(start))
        hidden = [layer for layer in layers if layer["name"].startswith(("relu", "tanh"))]
        outputs, flows = ([layer[key] or 0.0 for layer in hidden] for key in ("activation_std", "flow_std"))
        return {
            "activation_std": outputs,
            "gradient_std": flows,
            "forward_kept": _ratio(outputs[-1], outputs[0]),
            "backward_kept": _ratio(flows[0], flows[-1]),
        }

    def conclude(self, rows: Sequence[Row]) -> dict[str, float]:
        """Return what share of the first hidden layer's spread the last one has, for each of the trainings."""
        keys = {f"{activation}, {name}": f"{activation}_{key}" for activation in ("tanh", "relu") for key, name in NAMES.items()}
        found = {f"{keys[row['training']]}_kept": row["forward_kept"] for row in rows}
        return {**found, **{f"{keys[row['training']]}_returned": row["backward_kept"] for row in rows}}

    def drawings(self, rows, lines):
        """Return the spreads by layer and the losses."""
        return {"study": partial(pictures.init_study, rows, lines)}


def _ratio(a: float, b: float) -> float:
    return float(f"{a / b:.4g}") if b else 0.0


_TARGETS = (
    Target("relu_he_kept", 0.5, "at least", "spread kept, relu with he"),
    Target("relu_xavier_kept", 0.2, "at most", "relu with xavier"),
    Target("tanh_xavier_kept", 0.3, "at least", "tanh with xavier"),
    Target("tanh_small_kept", 0.01, "at most", "tanh, too small"),
)

INIT_STUDY = InitStudy(
    name="init-study",
    summary="eight layers deep: which size of the first weights keeps the signals alive, for tanh and for relu",
    model=network,
    settings=InitSettings(
        data="cifar10",
        examples=5000,
        preparation="standardize",
        normalization=None,
        hidden=(200,) * 8,
        optimizer="sgd_momentum",
        lr=3e-3,
        epochs=8,
        batch_size=100,
        threads=1,
    ),
    targets=_TARGETS,
    quick={
        "data": "digits",
        "examples": 500,
        "hidden": (100,) * 8,
        "epochs": 3,
        "batch_size": 50,
        "large": 0.4,
    },
    quick_targets=_TARGETS,
)

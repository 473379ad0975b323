"""The loop: batches, learning rate, steps, evaluation. It owns the order of things and no arithmetic of its own."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from byhand.arrays import Key, namespace
from byhand.data import Dataset
from byhand.models import Model
from byhand.models.classifier import Params
from byhand.optim import OPTIMIZERS, clipping, schedules
from byhand.procedures import training

from . import inspection
from .engines import Engine
from .settings import TrainingSettings

_LOSS_LIMIT = 1e6
"""A loss beyond this never comes back."""
_ROWS = 1000
"""How many examples are scored at once, and the most that measure the training accuracy."""


@dataclass(frozen=True)
class Progress:
    """Where a run stands after some steps: all that is needed to go on."""

    step: int
    params: Params
    moments: dict[str, Any]
    state: dict


class DivergedError(Exception):
    """The loss is no number any more, or out of all proportion. The text names the first layer at fault."""


class Solver:
    """Trains one model on one data set with one engine.

    Everything random comes from `key` and the number of the step or epoch, so a run that goes on from any step makes
    the same steps as one that never stopped.
    """

    def __init__(self, model: Model, dataset: Dataset, settings: TrainingSettings, engine: Engine, key: Key):
        self.model, self.dataset, self.settings, self.engine, self.key = model, dataset, settings, engine, key
        self.steps = count_steps(settings, len(dataset.train), engine)
        self.per_epoch = self.steps // settings.epochs
        self._data = {
            part: engine.place((split.images, split.labels))
            for part, split in (("train", dataset.train), ("val", dataset.val), ("test", dataset.test))
        }
        self._eager = training_step(model, OPTIMIZERS[settings.optimizer][0], engine.average, clip=settings.clip)
        self._step = self._eager

    def start(self) -> Progress:
        """Return where a new run stands: fresh parameters, no steps."""
        params, state = self.model.init(self.key.fold("init"))
        _, initial = OPTIMIZERS[self.settings.optimizer]
        moments = {name: initial(w) for name, w in params.items()}
        return self.place(Progress(0, params, moments, state))

    def place(self, progress: Progress) -> Progress:
        """Return the progress with its arrays held by the engine."""
        placed = self.engine.place((progress.params, progress.moments, progress.state))
        return Progress(progress.step, *placed)

    def prepare(self, progress: Progress) -> tuple[Progress, str]:
        """Get the step ready, compiled or not; return the progress as it wants it, and what the user should know."""
        left = self.steps - progress.step
        self._step, note = self.engine.prepare(self._eager, self._arguments(progress), left)
        return self.place(progress), note

    def fit(
        self,
        progress: Progress,
        *,
        on_step: Callable[[dict[str, Any]], None],
        on_evaluation: Callable[[dict[str, Any], Progress], None],
        on_checkpoint: Callable[[Progress], None],
        stop: Callable[[], bool],
    ) -> Progress:
        """Make all the steps that are left, or as many as there are until `stop()`, and return where that leads.

        Args:
            progress: where to start.
            on_step: called with {"step", "epoch", "loss", "lr"} for every step, perhaps a few steps later.
            on_evaluation: called after every epoch with its measurements and where the run stands.
            on_checkpoint: called where the settings ask for a checkpoint, and at the end.
            stop: whether to stop here.

        Raises:
            DivergedError: the loss is not finite, or out of all proportion.
        """
        every = self.settings.checkpoint_every or self.per_epoch
        safe, pending = progress, []
        while progress.step < self.steps and not stop():
            params, moments, loss, state = self._step(*self._arguments(progress))
            progress = Progress(progress.step + 1, params, moments, state)
            pending.append(loss)
            epoch_ends = progress.step % self.per_epoch == 0
            checkpoint = progress.step % every == 0
            if len(pending) >= self.engine.check_every or epoch_ends or checkpoint:
                self._report(pending, safe, on_step)
                safe, pending = progress, []
            if epoch_ends:
                on_evaluation(self.evaluate(progress), progress)
            if checkpoint:
                on_checkpoint(progress)
        self._report(pending, safe, on_step)
        on_checkpoint(progress)
        return progress

    def evaluate(self, progress: Progress) -> dict[str, Any]:
        """Return {"step", "epoch", "train_accuracy", "val_accuracy", "layers"}; training examples up to a thousand."""
        return {
            "step": progress.step,
            "epoch": self._epoch(progress.step),
            "train_accuracy": self.accuracy(progress, "train", most=_ROWS),
            "val_accuracy": self.accuracy(progress, "val"),
            "layers": inspection.layer_statistics(self.model, progress.params, progress.state, *self.next_batch(progress)),
        }

    def next_batch(self, progress: Progress) -> tuple[tuple, Any]:
        """Return the batch (x, y) of the step after this point, and its noise."""
        x, y, rows, noise = self._arguments(progress)[3:7]
        return (x[rows], y[rows]), noise

    def accuracy(self, progress: Progress, part: str, *, most: int | None = None) -> float:
        """Return the share of a part of the data set that is classified rightly."""
        x, y = self._data[part]
        n = min(len(x), most or len(x))
        right = 0
        for rows, predicted in self._predicted(progress, x[:n]):
            right += int(namespace(predicted).sum(predicted == y[rows]))
        return right / n

    def predictions(self, progress: Progress, part: str) -> np.ndarray:
        """Return the class that is predicted for every example of a part of the data set."""
        x, _ = self._data[part]
        return np.concatenate([self.engine.host(predicted) for _, predicted in self._predicted(progress, x)])

    def _predicted(self, progress: Progress, x: Any) -> Iterator[tuple[slice, Any]]:
        for first in range(0, len(x), _ROWS):
            rows = slice(first, min(first + _ROWS, len(x)))
            yield rows, self.model.predict(progress.params, progress.state, x[rows])

    def _batches(self, epoch: int) -> list:
        order = self.key.fold("order", epoch).permutation(len(self.dataset.train))
        return training.minibatches(order, self.settings.batch_size)

    def _arguments(self, progress: Progress) -> tuple:
        """Return what the step after this point takes."""
        settings, step = self.settings, progress.step
        epoch, place = divmod(step, self.per_epoch)
        if getattr(self, "_drawn", None) != epoch:
            self._drawn, self._order = epoch, self._batches(epoch)
        noise = self.model.draw(self.key.fold("noise", step), settings.batch_size)
        rows, noise = self.engine.place(self.engine.share((self._order[place], noise)))
        x, y = self._data["train"]
        return progress.params, progress.moments, progress.state, x, y, rows, noise, self.engine.number(self._lr(step))

    def _lr(self, step: int) -> float:
        settings = self.settings
        return schedules.learning_rate(settings.schedule, step, steps=self.steps, lr=settings.lr, warmup_steps=settings.warmup)

    def _epoch(self, step: int) -> float:
        return round(step / self.per_epoch, 4)

    def _report(self, losses: list, safe: Progress, on_step: Callable) -> None:
        """Read the losses of the steps after `safe`, tell of them, and stop at the first that is not a sound number."""
        for step, loss in enumerate(map(float, losses), safe.step):
            if not math.isfinite(loss) or loss > _LOSS_LIMIT:
                raise DivergedError(self._explain(step, loss, safe))
            on_step({"step": step + 1, "epoch": self._epoch(step + 1), "loss": loss, "lr": self._lr(step)})

    def _explain(self, step: int, loss: float, safe: Progress) -> str:
        """Rerun eagerly from the last parameters known to be sound up to the batch in question, and look into it."""
        while safe.step < step:
            params, moments, _, state = self._eager(*self._arguments(safe))
            safe = Progress(safe.step + 1, params, moments, state)
        fault = inspection.first_fault(self.model, safe.params, safe.state, *self.next_batch(safe))
        return (
            f"the loss became {loss:.3g} at step {step + 1} (epoch {self._epoch(step + 1):.2f}). "
            f"First at fault, on that batch: {fault}. The learning rate was {self._lr(step):.3g}; try a smaller one."
        )


def count_steps(settings: TrainingSettings, examples: int, engine: Engine) -> int:
    """Return how many steps a training on so many examples has.

    Raises:
        ValueError: the batch size does not fit.
    """
    size = settings.batch_size
    if size > examples:
        raise ValueError(f"setting batch_size: expected at most {examples}, the number of training examples, got {size}")
    if size % engine.size:
        raise ValueError(f"setting batch_size: expected a multiple of {engine.size}, the number of processes, got {size}")
    return examples // size * settings.epochs


def training_step(model: Model, rule: Callable, average: Callable, *, clip: float = 0.0) -> Callable:
    """Return the whole step as one pure function: forward, backward and update of one batch.

    Where several processes share the run, each has its part of the batch, and `average` makes of their gradients, between
    backward and update, those of the whole. (Batch norm standardises within each part.) Then gradients whose norm is above
    `clip` are clipped, if `clip` is not 0.
    """

    def step(params, moments, state, x, y, rows, noise, lr):
        def loss_and_grad(params, batch):
            loss, grads, new = average(*model.loss_and_grad(params, state, batch, noise))
            if clip:
                grads, _ = clipping.clip_gradient_norm(grads, most=clip)
            return loss, grads, new

        return training.train_step(loss_and_grad, rule, params, moments, (x[rows], y[rows]), lr=lr)

    return step

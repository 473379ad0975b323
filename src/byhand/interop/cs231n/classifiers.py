"""Assignment 1: nearest neighbours and linear classifiers."""

from __future__ import annotations

import numpy as np

from byhand.spec import Arguments, Call, Definition, Entry, Made, Spelling

from .plain import as_classes, as_they_come, in_order


def _neighbours(a: Arguments) -> Made:
    """Make a KNearestNeighbor that has been trained."""
    train = a["train"] if "train" in a else np.zeros((len(a["labels"]), 1))
    labels = a["labels"] if "labels" in a else np.zeros(len(train), dtype=int)
    return Made(attributes={"X_train": train, "y_train": labels}, first=[("train", [train, labels])])


def _vote(a: Arguments, d: Definition) -> list[Call]:
    return [Call([a["distances"]], {"k": a["k"]}, on=_neighbours(a))]


def _distances(name: str, exercise: str) -> Entry:
    names = {"x": "X", "train": "self.X_train", "distances": "dists"}
    return Entry(f"KNearestNeighbor.{name}", exercise, (Spelling(in_order("x", on=_neighbours), as_they_come),), names=names)


def _linear_loss(a: Arguments, d: Definition) -> list[Call]:
    return [Call([a["W"], a["X"], a["y"], a["reg"]])]


def _halved(a: Arguments, d: Definition) -> list[Call]:
    return [Call([a["W"], a["X"], a["y"], 2 * a["reg"]])]


_HALF = "It regularises by half of reg times the sum of squares, as older years did; CS231n leaves that to you."


def _loss(name: str, exercise: str) -> Entry:
    both = (
        Spelling(_linear_loss, as_they_come, differs_in="reg"),
        Spelling(_halved, as_they_come, says=_HALF, differs_in="reg"),
    )
    return Entry(name, exercise, both, robust=frozenset({"one class"}), sizes={"c": 10})


def _descent(a: Arguments, d: Definition) -> list[Call]:
    """Train with a loss of ours in place of its own: it sees every batch, and gives what the reference's batches would."""
    X, y, batches = a["X"], a["y"], a["batches"]
    sizes = {len(batch) for batch in batches}
    if not batches or len(sizes) != 1 or max(sizes) > len(X):
        return []
    answers, W = [], a["W"]
    for batch in batches:
        value, dW = a["loss_and_grad"](W, X[batch], y[batch], a["reg"])
        answers.append((float(value), dW))
        W = W - a["lr"] * dW
    taken, first = iter(answers), []

    def loss(X_batch, y_batch, reg):
        nonlocal taken
        if np.shape(X_batch) != (max(sizes), X.shape[1]) or np.shape(y_batch) != (max(sizes),):
            shapes = f"{np.shape(X_batch)} and {np.shape(y_batch)}"
            raise ValueError(f"the batch should have shapes {(max(sizes), X.shape[1])} and {(max(sizes),)}, not {shapes}")
        for row, label in zip(X_batch, y_batch, strict=True):
            if not any(np.array_equal(row, X[i]) and label == y[i] for i in range(len(X))):
                raise ValueError("the batch has a row that is no training example with its own label")
        if reg != a["reg"]:
            raise ValueError(f"reg should be passed on: {a['reg']}, not {reg}")
        if first and np.array_equal(first[0], X_batch):  # it is trained once more, with the same random numbers
            taken = iter(answers)
        first[:] = first or [X_batch]
        return next(taken, answers[-1])

    made = Made(attributes={"W": a["W"], "loss": loss}, read=["W"])
    how = {"learning_rate": a["lr"], "reg": a["reg"], "num_iters": len(batches), "batch_size": max(sizes), "verbose": False}
    return [Call([X, y], how, on=made)]


def _trains(a: Arguments, d: Definition) -> list[Call] | None:
    return _descent(a, d) or None


def _trained(a: Arguments, answers) -> tuple:
    history = answers[0].value
    return answers[0].attributes["W"], list(history) if isinstance(history, list | np.ndarray) else history


ENTRIES = (
    _distances("compute_distances_two_loops", "euclidean_distances_two_loops"),
    _distances("compute_distances_one_loop", "euclidean_distances_one_loop"),
    _distances("compute_distances_no_loops", "euclidean_distances"),
    Entry(
        "KNearestNeighbor.predict_labels",
        "knn_predict",
        (Spelling(_vote, as_classes),),
        robust=frozenset({"labels beyond ten"}),
        names={"distances": "dists", "labels": "self.y_train", "predicted": "y_pred"},
    ),
    _loss("svm_loss_naive", "linear_svm_loss_naive"),
    _loss("svm_loss_vectorized", "linear_svm_loss"),
    _loss("softmax_loss_naive", "linear_softmax_loss_naive"),
    _loss("softmax_loss_vectorized", "linear_softmax_loss"),
    Entry(
        "LinearClassifier.train",
        "train_linear",
        (Spelling(_trains, _trained),),
        draws=True,
        places={"W": "self['W']", "losses": "return"},
        names={"W": "self.W", "losses": "loss_history", "lr": "learning_rate", "loss_and_grad": "self.loss"},
    ),
    Entry(
        "LinearClassifier.predict",
        "predict_linear",
        (Spelling(in_order("X", on=lambda a: Made(attributes={"W": a["W"]})), as_classes),),
        names={"W": "self.W", "predicted": "y_pred"},
    ),
)

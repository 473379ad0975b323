"""Linear classifiers: the losses with their gradient in the weights, predicting, training."""

import numpy as np

from byhand.layers import linear_losses
from byhand.procedures import linear_classifier, linear_loops
from byhand.spec import Misconception, edge, exercise, extreme, odd, ordinary


def _classifier(draw, n=5, d=4, c=3, reg=0.25, scale=1.0, bias=False, level=0.0, apart=0.0, sure=False):
    """Draw weights, examples and classes. No margin is exactly zero: there the gradient of the SVM loss is a set."""
    W, X = draw.normal(d, c, scale=0.75 * scale), draw.normal(n, d)
    y = draw.integers(c, n)
    if bias:  # the last weight of each class is its bias
        X[:, -1] = 1.0
    if level or apart:  # all scores are far from zero; or those of different examples far from one another
        X[:, -1], W[-1] = level + apart * np.arange(n), 1.0
    if sure:  # the right classes win, most by far
        y = np.argmax(X @ W, axis=1)
    return {"W": W, "X": X, "y": y, "reg": reg}


_CASES = [
    ordinary("a batch with a 1 at the end of each example", n=5, d=4, c=3, bias=True),
    odd("no two sizes equal", n=3, d=5, c=7, reg=0.5),
    edge("without regularisation", n=6, d=3, c=4, reg=0.0),
    edge("a batch of one", n=1, d=3, c=4),
    edge("one class", n=4, d=3, c=1),
    edge("twelve classes", n=6, d=2, c=12),
    edge("the right classes ahead, most by far", n=6, d=4, c=3, scale=20.0, reg=1e-3, sure=True),
    extreme("scores far from zero", n=4, d=3, c=5, level=1e4),
    extreme("scores far apart", n=5, d=3, c=4, scale=1e4, reg=1e-8),
    extreme("examples far apart", n=4, d=3, c=2, apart=1e4),
]


def _examples(draw, n=5, d=4, c=3, whole=False, blank=False, below=False, scale=1.0):
    if whole:  # some classes have the same weights, and whole numbers add up exactly, in whatever order
        W, X = draw.integers(3, d, c) - 1.0, draw.integers(5, n, d) - 2.0
        W[:, c // 2 :] = W[:, : c - c // 2]
    else:
        W, X = draw.normal(d, c) * scale, draw.normal(n, d)
    if below:  # no score is above zero
        X[:, -1], W[-1] = 1.0, W[-1] - 30.0
    return {"W": np.zeros_like(W) if blank else W, "X": X}


def _descent(draw, n=6, d=3, c=4, batch=2, steps=3, lr=0.25, reg=0.125, twice=False, loss=linear_losses.linear_softmax_loss):
    batches = [draw.permutation(n)[:batch] for _ in range(steps)]
    if twice:
        batches = [np.concatenate([indices, indices[:1]]) for indices in batches]
    return {
        "loss_and_grad": loss,
        "W": draw.normal(d, c),
        "X": draw.normal(n, d),
        "y": draw.integers(c, n),
        "batches": batches,
        "lr": lr,
        "reg": reg,
    }


EXERCISES = (
    exercise(
        linear_loops.linear_softmax_loss_naive,
        inputs=_classifier,
        cases=_CASES,
        hints=[
            "One example at a time: its scores, its loss, and what it adds to the gradient of every class's column. Divide by N "
            "and regularise after the loop.",
            "Shift the scores of the example by their largest; `logp = shifted - np.log(np.sum(np.exp(shifted)))`. The score of "
            "class j has slope `p[j]`, less 1 if j is the right class.",
            "In the loop over j: `dW[:, j] += (np.exp(logp[j]) - (j == y[i])) * X[i]`. After the loops: `loss / n + reg * "
            "np.sum(W**2)` and `dW / n + 2 * reg * W`.",
        ],
        misconceptions=[
            Misconception(
                "softmax-loops-no-shift",
                {"shifted = scores - np.max(scores)": "shifted = scores"},
                "The scores are not shifted: exp overflows above 709.",
                "What is `np.exp(1000.0)`, and which number could you subtract from all the scores for free?",
                "unstable",
                "loss",
            ),
            Misconception(
                "softmax-loops-log-of-p",
                {"logp = shifted - np.log(np.sum(np.exp(shifted)))": "logp = np.log(np.exp(shifted) / np.sum(np.exp(shifted)))"},
                "The logarithm is taken of a probability that was rounded to zero.",
                "What is the log of exp(-1000), computed in that order, and what is it on paper?",
                "unstable",
                "loss",
            ),
            Misconception(
                "softmax-loops-gradient-not-regularised",
                {"dW / n + 2 * reg * W": "dW / n"},
                "The loss is regularised, its gradient is not.",
                "What is the gradient of the term that you added to the loss?",
                "missing-term",
                "dW",
            ),
            Misconception(
                "softmax-loops-half-in-the-gradient",
                {"dW / n + 2 * reg * W": "dW / n + reg * W"},
                "The gradient is that of half the regularisation; the loss has no half.",
                "What is the derivative of `reg * w**2`?",
                "wrong-scale",
                "dW",
            ),
            Misconception(
                "softmax-loops-not-averaged",
                {"dW / n + 2": "dW + 2"},
                "The loss is a mean over the batch, its gradient is not.",
                "By what is the loss divided?",
                "wrong-scale",
                "dW",
            ),
            Misconception(
                "softmax-loops-ten-classes",
                {"n, c = X.shape[0], W.shape[1]": "n, c = X.shape[0], 10"},
                "The number of classes is fixed to 10.",
                "Which argument knows how many classes there are?",
                "hard-coded",
                "c",
            ),
            Misconception(
                "softmax-loops-right-class-only",
                {"            dW[:, j] += dscore * X[i]\n": "                dW[:, j] += dscore * X[i]\n"},
                "Only the right class's column gets a gradient; the others should be pushed down too.",
                "Does the loss move when the score of a wrong class grows?",
                "missing-term",
                "dW",
            ),
        ],
        minutes=20,
        after="scores_gradient",
    ),
    exercise(
        linear_losses.linear_softmax_loss,
        inputs=_classifier,
        cases=_CASES,
        hints=[
            "You have written nearly all of it: scores, shift, loss, dscores. What is new is the way from `dscores` to `dW`, and "
            "the regularisation.",
            "`scores[n, j]` is the sum over d of `X[n, d] * W[d, j]`: so `W[d, j]` is seen by the scores of class j of all "
            "examples, with weight `X[n, d]`. Sum over n; which product of two matrices is that?",
            "`dW = X.T @ dscores + 2 * reg * W`, and `reg * np.sum(W**2)` is added to the loss.",
        ],
        misconceptions=[
            Misconception(
                "linear-softmax-no-shift",
                {"shifted = scores - np.max(scores, axis=1, keepdims=True)": "shifted = scores"},
                "The scores are not shifted: exp overflows above 709.",
                "What is `np.exp(1000.0)`, and which number could you subtract from a whole row for free?",
                "unstable",
                "loss",
            ),
            Misconception(
                "linear-softmax-log-of-p",
                {
                    "logp = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))": "logp = np.log(np.exp(shifted) / "
                    "np.sum(np.exp(shifted), axis=1, keepdims=True))"
                },
                "The logarithm is taken of a probability that was rounded to zero.",
                "What is the log of exp(-1000), computed in that order, and what is it on paper?",
                "unstable",
                "loss",
            ),
            Misconception(
                "linear-softmax-not-regularised",
                {" + reg * np.sum(W**2)": "", "X.T @ dscores + 2 * reg * W": "X.T @ dscores"},
                "The regularisation is missing: nothing keeps the weights small.",
                "Where is `reg` used?",
                "missing-term",
                "loss",
            ),
            Misconception(
                "linear-softmax-gradient-not-regularised",
                {"X.T @ dscores + 2 * reg * W": "X.T @ dscores"},
                "The loss is regularised, its gradient is not.",
                "By how many routes does W reach the loss?",
                "missing-term",
                "dW",
            ),
            Misconception(
                "linear-softmax-half-in-the-loss",
                {"+ reg * np.sum(W**2)": "+ 0.5 * reg * np.sum(W**2)"},
                "The loss has half of the regularisation; it is asked for without the half, and the gradient has all of it.",
                "What is the derivative of `0.5 * reg * w**2`, and what of `reg * w**2`?",
                "wrong-scale",
                "loss",
            ),
            Misconception(
                "linear-softmax-half-in-the-gradient",
                {"X.T @ dscores + 2 * reg * W": "X.T @ dscores + reg * W"},
                "The gradient is that of half the regularisation; the loss has no half.",
                "What is the derivative of `reg * w**2`?",
                "wrong-scale",
                "dW",
            ),
            Misconception(
                "linear-softmax-ten-classes",
                {"dscores = np.exp(logp) / n  #": "dscores = np.exp(logp[:, :10]) / n  #"},
                "The number of classes is fixed to 10.",
                "Which argument knows how many classes there are?",
                "hard-coded",
                "dscores",
            ),
            Misconception(
                "linear-softmax-writes-into-w",
                {"dW = X.T @ dscores + 2 * reg * W": "dW = W\n    dW *= 2 * reg\n    dW += X.T @ dscores"},
                "The gradient is written into the weights themselves.",
                "After `dW = W`, are there two arrays, or two names for one?",
                "mutates-input",
                "W",
            ),
        ],
        minutes=15,
        after=("shift_scores", "cross_entropy", "scores_gradient"),
    ),
    exercise(
        linear_loops.linear_svm_loss_naive,
        inputs=_classifier,
        cases=_CASES,
        hints=[
            "Two loops: over the examples, and for each over the classes. A class whose margin is not positive costs nothing and "
            "has no gradient.",
            "A positive margin is `X[i] @ W[:, j] - X[i] @ W[:, y[i]] + 1`. In which columns of W does it have a slope, and "
            "which?",
            "`dW[:, j] += X[i]` and `dW[:, y[i]] -= X[i]` for every positive margin. After the loops: `loss / n + reg * "
            "np.sum(W**2)` and `dW / n + 2 * reg * W`.",
        ],
        misconceptions=[
            Misconception(
                "svm-loops-own-class-counted",
                {"if j != y[i] and margin > 0:": "if margin > 0:"},
                "The right class competes with itself, and always loses by 1.",
                "What is the margin of the right class against itself?",
                "extra-term",
                "loss",
            ),
            Misconception(
                "svm-loops-right-class-not-pulled",
                {"                dW[:, y[i]] -= X[i]\n": ""},
                "The right class's column gets no gradient, though its score stands in every margin.",
                "In how many scores of a margin does W stand?",
                "missing-term",
                "dW",
            ),
            Misconception(
                "svm-loops-no-margin",
                {"scores[j] - scores[y[i]] + 1\n            if": "scores[j] - scores[y[i]]\n            if"},
                "The margin of 1 is missing: being ahead by a hair costs nothing.",
                "By how much should the right class be ahead?",
                "missing-term",
                "loss",
            ),
            Misconception(
                "svm-loops-gradient-not-averaged",
                {"dW / n + 2": "dW + 2"},
                "The loss is a mean over the batch, its gradient is not.",
                "By what is the loss divided?",
                "wrong-scale",
                "dW",
            ),
            Misconception(
                "svm-loops-half-in-the-gradient",
                {"dW / n + 2 * reg * W": "dW / n + reg * W"},
                "The gradient is that of half the regularisation; the loss has no half.",
                "What is the derivative of `reg * w**2`?",
                "wrong-scale",
                "dW",
            ),
            Misconception(
                "svm-loops-regularised-per-example",
                {"loss = loss / n + reg * np.sum(W**2)": "loss = (loss + reg * np.sum(W**2)) / n"},
                "The regularisation is divided by N together with the rest; it is no mean over the examples.",
                "Should the weights be kept small less strongly when there are more examples?",
                "wrong-scale",
                "loss",
            ),
            Misconception(
                "svm-loops-ten-classes",
                {"n, c = X.shape[0], W.shape[1]": "n, c = X.shape[0], 10"},
                "The number of classes is fixed to 10.",
                "Which argument knows how many classes there are?",
                "hard-coded",
                "c",
            ),
        ],
        minutes=20,
        after="scores_gradient",
        equivalent={"if j != y[i] and margin >= 0:": "where a margin is exactly 0 its gradient may be either"},
    ),
    exercise(
        linear_losses.linear_svm_loss,
        inputs=_classifier,
        cases=_CASES,
        hints=[
            "All margins at once, in an (N, C) array. Which column of each row does not belong to the sum?",
            "Take the right scores with `scores[np.arange(n), y]`, and subtract them from every column. Set the right class's "
            "margin to zero. The gradient in the scores is a mask; then `dW` is as for the softmax loss.",
            "`dscores` is 1 / n for every positive margin and, for the right class, minus the sum of its row. `dW = X.T @ "
            "dscores + 2 * reg * W`.",
        ],
        misconceptions=[
            Misconception(
                "linear-svm-own-class-counted",
                {"    margins[rows, y] = 0.0  # the right class competes with the others only\n": ""},
                "The right class competes with itself, and always loses by 1.",
                "What is the margin of the right class against itself?",
                "extra-term",
                "loss",
            ),
            Misconception(
                "linear-svm-own-class-in-the-mask",
                {
                    "    margins[rows, y] = 0.0  # the right class competes with the others only\n": "",
                    "np.sum(margins) / n +": "np.sum(margins) / n - 1 +",
                },
                "The loss subtracts the right class's own margin again, but the gradient's mask still counts it.",
                "Which entries of `margins` are positive, and should each of them pass a gradient?",
                "extra-term",
                "dW",
            ),
            Misconception(
                "linear-svm-all-columns",
                {"right = scores[rows, y]  #": "right = scores[y]  #"},
                "`scores[y]` takes whole rows, those whose numbers stand in y; one score is wanted for each row.",
                "What shape has `scores[y]`, and what shape has `scores[np.arange(n), y]`?",
                "wrong-index",
                "right",
            ),
            Misconception(
                "linear-svm-gradient-not-regularised",
                {"X.T @ dscores + 2 * reg * W": "X.T @ dscores"},
                "The loss is regularised, its gradient is not.",
                "By how many routes does W reach the loss?",
                "missing-term",
                "dW",
            ),
            Misconception(
                "linear-svm-half-in-the-loss",
                {"+ reg * np.sum(W**2)": "+ 0.5 * reg * np.sum(W**2)"},
                "The loss has half of the regularisation; it is asked for without the half, and the gradient has all of it.",
                "What is the derivative of `0.5 * reg * w**2`, and what of `reg * w**2`?",
                "wrong-scale",
                "loss",
            ),
            Misconception(
                "linear-svm-gradient-not-averaged",
                {"(margins > 0) / n  # (N, C)": "(margins > 0)  # (N, C)"},
                "The loss is a mean over the batch, its gradient is not.",
                "By what is the loss divided?",
                "wrong-scale",
                "dW",
            ),
            Misconception(
                "linear-svm-right-class-once",
                {"dscores[rows, y] = -np.sum(dscores, axis=1)": "dscores[rows, y] = -1 / n"},
                "The right class is pulled up once, however many margins it violates.",
                "In how many margins of its row does the right score stand?",
                "wrong-scale",
                "dW",
            ),
        ],
        minutes=20,
        after="linear_svm_loss_naive",
        equivalent={"dscores = (margins > 0) / n": "the same numbers, in double precision whatever the scores are in"},
    ),
    exercise(
        linear_classifier.predict_linear,
        inputs=_examples,
        cases=[
            ordinary("a batch", n=5, d=4, c=3),
            odd("no two sizes equal", n=7, d=2, c=5),
            edge("a single example", n=1, d=3, c=4),
            edge("one class", n=3, d=2, c=1),
            edge("twelve classes", n=40, d=3, c=12),
            edge("several classes with the same score", n=9, d=2, c=6, whole=True),
            edge("all scores below zero", n=6, d=3, c=4, below=True),
            edge("all weights zero", n=3, d=2, c=4, blank=True),
            extreme("scores too large for an exponential", n=8, d=3, c=5, scale=1e4),
        ],
        hints=[
            "Scores first: one for each example and class. What you want for each example is not its largest score, but where it "
            "stands.",
            "`np.argmax` tells where the largest stands, and of several the first. Along which axis should it look?",
            "`predicted = np.argmax(X @ W, axis=1)`.",
        ],
        misconceptions=[
            Misconception(
                "predict-the-score",
                {"np.argmax(scores": "np.max(scores"},
                "These are the largest scores; the classes that have them are asked for.",
                "Is a predicted class a whole number, or how high it scored?",
                "wrong-formula",
                "predicted",
            ),
            Misconception(
                "predict-along-the-batch",
                {"np.argmax(scores, axis=1)": "np.argmax(scores, axis=0)"},
                "It says for each class which example scores highest.",
                "How many predictions should there be: one for each example or one for each class?",
                "wrong-axis",
                "predicted",
            ),
            Misconception(
                "predict-by-size",
                {"np.argmax(scores": "np.argmax(np.abs(scores)"},
                "A score far below zero counts as a high one.",
                "What does a score of -100 say about its class?",
                "extra-term",
                "predicted",
            ),
            Misconception(
                "predict-the-last-of-equals",
                {"np.argmax(scores, axis=1)": "W.shape[1] - 1 - np.argmax(scores[:, ::-1], axis=1)"},
                "Where several classes have the highest score it takes the last of them, not the first.",
                "If all scores are zero, which class should be predicted?",
                "wrong-order",
                "predicted",
            ),
            Misconception(
                "predict-among-ten",
                {"np.argmax(scores": "np.argmax(scores[:, :10]"},
                "Only the first ten classes are looked at.",
                "Which argument knows how many classes there are?",
                "hard-coded",
                "predicted",
            ),
        ],
        minutes=4,
        after="linear_softmax_loss",
    ),
    exercise(
        linear_classifier.train_linear,
        inputs=_descent,
        cases=[
            ordinary("three batches of two", n=6, d=3, c=4, batch=2, steps=3),
            odd("more and larger batches", n=9, d=2, c=5, batch=4, steps=6, lr=0.5),
            edge("a single step", n=4, d=3, c=2, batch=3, steps=1),
            edge("no step at all", n=4, d=2, c=3, batch=2, steps=0),
            edge("batches of one", n=5, d=2, c=3, batch=1, steps=4),
            edge("an example twice in a batch", n=4, d=3, c=3, batch=2, steps=3, twice=True),
            edge("without regularisation", n=6, d=2, c=3, batch=3, steps=2, reg=0.0),
            edge("with another loss", n=6, d=3, c=4, batch=3, steps=3, loss=linear_losses.linear_svm_loss),
        ],
        hints=[
            "One loop over the batches. What does one step need, and what does it change?",
            "A batch is an array of indices: `X[batch]` are its examples, `y[batch]` their classes. Note the loss, then step "
            "against the gradient.",
            "In the loop: `loss, dW = loss_and_grad(W, X[batch], y[batch], reg)`, `losses.append(loss)`, `W = W - lr * dW`.",
        ],
        misconceptions=[
            Misconception(
                "train-in-place",
                {"W = W - lr * dW": "W -= lr * dW"},
                "The steps are taken in the caller's own array: the weights from before the training are gone.",
                "Does `-=` make a new array?",
                "mutates-input",
                "W",
            ),
            Misconception(
                "train-uphill",
                {"W = W - lr * dW": "W = W + lr * dW"},
                "The steps go along the gradient, uphill.",
                "Which way does the gradient point: where the loss grows or where it falls?",
                "wrong-sign",
                "W",
            ),
            Misconception(
                "train-on-everything",
                {"loss_and_grad(W, X[batch], y[batch], reg)": "loss_and_grad(W, X, y, reg)"},
                "Every step looks at all the examples; the batches are not used.",
                "Where is `batch` used?",
                "wrong-index",
                "X",
            ),
            Misconception(
                "train-classes-misaligned",
                {"y[batch]": "y[: len(batch)]"},
                "The classes are not those of the examples in the batch.",
                "Which class belongs to the example `X[batch[0]]`?",
                "wrong-index",
                "y",
            ),
            Misconception(
                "train-from-the-start-each-time",
                {
                    "    losses = []\n": "    losses, start = [], W\n",
                    "loss_and_grad(W, X[batch]": "loss_and_grad(start, X[batch]",
                },
                "Every gradient is taken at the first weights, not where the steps have led to.",
                "Where does the second step stand when it asks for the way down?",
                "wrong-order",
                "W",
            ),
            Misconception(
                "train-loss-afterwards",
                {
                    "        losses.append(loss)\n        W = W - lr * dW\n": "        W = W - lr * dW\n"
                    "        losses.append(loss_and_grad(W, X[batch], y[batch], reg)[0])\n"
                },
                "The losses are those after each step; the one before is known already and costs nothing.",
                "At which weights was the gradient taken?",
                "wrong-order",
                "losses",
            ),
            Misconception(
                "train-without-reg",
                {"y[batch], reg)": "y[batch], 0.0)"},
                "`reg` is not handed on, so that nothing keeps the weights small.",
                "Where is `reg` used?",
                "missing-term",
                "W",
            ),
        ],
        minutes=12,
        after="linear_softmax_loss",
    ),
)

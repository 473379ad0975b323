"""A page for every code that a finding can carry, and for every kind: what it means, an example, and where the notes explain it."""

from __future__ import annotations

from dataclasses import dataclass

from byhand import course

from .diagnosis import words


@dataclass(frozen=True)
class Page:
    """What `byhand explain CODE` shows."""

    title: str
    text: str
    example: str
    on: str = ""
    """The exercise whose section of the notes explains it; "" where it is no matter of a chapter."""

    @property
    def notes(self) -> str:
        """Where in the notes this is explained, as chapter#exercise."""
        return course.notes_on(self.on)


_PAGES = {
    "path": Page(
        "One path of the computation graph explains the whole error.",
        "A gradient is a sum over all routes by which the input reaches the output. Cutting one edge of the graph takes away "
        "exactly the routes through it; if your gradient is the true one with one edge weighted by 0 (left out), -1 (wrong "
        "sign), 2 (counted twice) or N (a sum for a mean), that edge is named. It is checked with numbers, not by reading "
        "your code: nothing else explains the difference to the last digits.",
        "batch norm: x -> mu -> xc left out of dx; what you have is the gradient as if the mean did not depend on x",
        on="batchnorm_backward",
    ),
    "node": Page(
        "The error sits in the gradient of one intermediate value.",
        "Everything that your backward does after that value is right, and so is all that comes from other routes: with the "
        "value's gradient corrected, your result would be right. The evidence shows the gradient you have there and the true one.",
        "batch norm: dvar computed with std instead of std^3; only the part of dx through var is off",
        on="batchnorm_backward",
    ),
    "factor": Page(
        "A result is a constant times what it should be.",
        "When every entry is off by the same factor, look for a sum in place of a mean (the factor is N), the 2 of a square, "
        "or a division by the number of examples that is missing or done twice.",
        "db = np.mean(dout, axis=0) where the bias is used once by every example: a sum belongs there",
        on="mean_backward",
    ),
    "as-if": Page(
        "A result is the right one for other arguments.",
        "The right result was computed once more with one argument changed: a number set to 0 or to its default, an array of "
        "zeros or ones, a sign turned, two of them exchanged. In every case what came out is yours. So the argument does not come "
        "in where it should, or not as it should.",
        "grads['w1'] is what it would be if reg were 0: the penalty is in the loss, and not in this gradient",
        on="l2_regularization",
    ),
    "offset": Page(
        "A result is off by the same whole number in every case.",
        "Something is counted once too often, or once too little.",
        "a hinge loss that is 1 too large: the right class competes with itself, and its margin is exactly 1",
        on="linear_svm_loss",
    ),
    "sign": Page("A result has the wrong sign everywhere.", "Follow one entry: when it grows a little, does the output grow or shrink?", "dmu = dxc.sum(axis=0)  # mu is subtracted in the forward", on="center_backward"),
    "all-zero": Page("A result is zero everywhere.", "It is made but never filled, or it is multiplied by something that is zero.", "dw = np.zeros_like(w)  # and no line that fills it", on="sum_backward"),
    "transposed": Page("A result is right but transposed.", "A gradient always has the shape of the thing it is the gradient of.", "dw = dout.T @ x  # of shape (M, D), where w has (D, M)", on="affine_backward"),
    "kept-axis": Page(
        "A result keeps an axis of length 1.", "keepdims=True is useful on the way, for broadcasting; a result has the shape that is promised.",
        "dgamma = np.sum(dout * xhat, axis=0, keepdims=True)  # (1, D), where gamma has (D,)",
        on="row_normalize",
    ),
    "axes-in-another-order": Page(
        "The right numbers, with the axes in another order.",
        "Say for each axis of yours which one it should be; a transpose or moveaxis on the way is missing, or goes elsewhere.",
        "out.reshape(n, h, w, c).transpose(0, 3, 2, 1): the pictures lie on their sides",
        on="spatial_batchnorm_forward",
    ),
    "shuffled": Page(
        "The right numbers in the wrong places.",
        "A reshape reads the numbers as they lie and moves none; only a transpose or moveaxis changes what lies next to what.",
        "x.T computed on the way, and .reshape(x.shape) at the end where .T.reshape(x.shape) belongs",
        on="spatial_batchnorm_forward",
    ),
    "order-of-items": Page("A list has the right items in another order.", "The docstring says in which order; follow it for the first item.", "the children of a node before the node itself, where the docstring asks for the node first", on="topological_order"),
    "wrong-items": Page("A list has other items than it should.", "Follow the first item that differs back to where it is put there.", "the indices of the k smallest, where those of the k largest are asked for", on="top_k_indices"),
    "other-layout": Page("The right numbers in another shape.", "Reshape the result to the shape of what it is the gradient of.", "dx = dout @ w.T  # (N, D), where x has (N, 3, 8, 8)", on="affine_backward"),
    "unsummed-axis": Page(
        "A result still has an axis that should be summed over.",
        "What was broadcast in the forward is used once by every entry of that axis; its gradient sums what comes back from all of them.",
        "db = dout  # (N, M): b was added to every row",
        on="broadcast_backward",
    ),
    "wrong-shape": Page("A result has the wrong shape.", "Write the index equation: which indices are kept, which are summed over?", "dgamma = np.sum(dout * xhat, axis=1)  # (N,), where gamma has (D,)", on="affine_backward"),
    "swapped-results": Page("Two results have each other's values.", "The order of the return statement is part of the contract.", "return dw, dx, db  # where the docstring says dx, dw, db", on="affine_backward"),
    "wrong-type": Page("Something else was returned than promised.", "Look at the Returns section of the docstring, and at every `return`.", "return out  # where the docstring says out, cache", on="affine_forward"),
    "twins": Page(
        "Two results came back as the same numbers.",
        "`dy = dx` does not copy: it makes a second name for the same array, and `dy += ...` then changes both. "
        "`dy = dx + ...` makes a new array.",
        "dy = dtotal; dx = dy\ndy += dmaximum  # changes dx too",
        on="fan_out_backward",
    ),
    "overflown": Page(
        "Wrong with extreme numbers alone, where a step on the way overflows.",
        "An infinity, or a nan, need not show in the result: a comparison with it is simply false, and argmax takes the first one "
        "for the largest. Arrange the formula so that it does not come about, or do without that step.",
        "np.argmax(np.exp(scores)) is np.argmax(scores), but for scores above 709",
        on="stable_softmax_rows",
    ),
    "reordered": Page("The right numbers in another order.", "Compare yours and the expected one in the small case: where does the first one stand?", "x[np.sort(index)] where x[index] belongs", on="gather_rows"),
    "slightly-off": Page(
        "A result is nearly right, but not to the last digits.",
        "A small number that is added to avoid a division by zero, or the logarithm of zero, changes every result a little. Where "
        "the formula has none, find out when the zero can come about, and treat that case alone.",
        "np.log(p + 1e-8): every loss is a little too small",
        on="cross_entropy",
    ),
    "cut-off": Page(
        "A result is wrong in the first or last row or column alone, or in all but the first.",
        "range(1, n) begins at 1, and range(n - 1) ends at n - 2; a `return` inside of a loop ends it after the first round; and what is set to zero before the loop, "
        "not in it, still holds what came before.",
        "for i in range(n - 1):  # the last row stays zero",
        on="euclidean_distances_two_loops",
    ),
    "wrong-values": Page(
        "Numbers differ, and no single term explains how.",
        "More than one thing may be wrong. The report says where the error sits; work the small case by hand, line by line.",
        "dx is wrong in row 2 alone: what is special about the example in row 2?",
        on="numerical_gradient",
    ),
    "not-finite": Page(
        "A result is inf or nan where the right one is finite.",
        "exp overflows above 709, log of 0 is -inf, and the square root of a number that rounding pushed below zero is nan. "
        "Rearrange the formula so that no step leaves the range: subtract the maximum before exp, take the logarithm of the sum "
        "instead of the sum's parts, clip at zero before a root.",
        "softmax: shifted = scores - scores.max(axis=1, keepdims=True)",
        on="stable_softmax_rows",
    ),
    "changed-argument": Page(
        "The call changes an argument.",
        "Arrays are passed by reference: `x[...] = ` and `x += ` write into the caller's array, which others still need "
        "(the upstream gradient of a residual branch, say). Copy first, or make a new array.",
        "dout[x <= 0] = 0  # the caller's dout",
        on="relu_backward",
    ),
    "forward-differs": Page(
        "The backward fits the forward you wrote; it is the forward that differs.",
        "The gradients agree with finite differences of your own forward, so the place to look is the forward.",
        "sqrt(var) + eps in the forward, and its gradient, exactly, in the backward",
        on="batchnorm_forward",
    ),
    "part-fails": Page(
        "The composite is right; one of the functions it calls is not.",
        "A network's loss was first checked with our layers in place of yours, and is right; with your own it is not. Each of your "
        "layers was then given what it gets in the network where all else is right: the one that departs is named, with what its own "
        "exercise finds in it; and the layer, where it departs in one alone.",
        "two_layer_net_loss is right; affine_backward, in layer 2 alone, sums db over the wrong axis",
        on="two_layer_net_loss",
    ),
    "term": Page(
        "A number that is a sum has one term missing, repeated, or with a wrong factor.",
        "A loss is the loss of the data and the price of the weights, added up. In every case your number is the right one with the same "
        "term weighted by the same factor: 0 (it is missing), -1, 2, N (a sum where a mean belongs) or 1/N (it was divided along with the rest).",
        "loss = np.sum(margins) / n + reg * np.sum(w**2)  # the second is not divided by n",
        on="linear_softmax_loss",
    ),
    "argument": Page(
        "It is right where an argument is 0: what is wrong is what the argument adds.",
        "Your code was run again with that argument 0, and was right in every case. Look at the terms that it is a factor of; a quantity "
        "that should not depend on it at all has one too many.",
        "loss + reg * np.sum(np.abs(w)) where reg * np.sum(w**2) belongs: right where reg is 0",
        on="l2_regularization",
    ),
    "wrong-call": Page(
        "The composite gives one of the functions it calls something else than it should.",
        "The functions it calls are ours here, and right. Each call is compared with the call that belongs there: the first one that is "
        "given something else is named, with what it is given (the cache of another layer, a result that skipped a step, a multiple), and "
        "from there on the check goes on with what should have been given, so that a second fault is seen for itself.",
        "dhidden = relu_backward(dactive, active_cache)\n_, dw1, db1 = affine_backward(dhidden, hidden_cache)  # not dactive",
        on="two_layer_net_loss",
    ),
    "wrong-result": Page(
        "A result is what some call returned under another name.",
        "The numbers are those of another of its results, or of the same one in another layer: look at the order in which it returns them.",
        "dx, dw, db = affine_backward(dout, cache)",
        on="two_layer_net_loss",
    ),
    "finite-differences": Page("Right, but only as exactly as finite differences are.", "The exercise asks for the formula.", "(f(x + h) - f(x - h)) / (2 * h) in place of 2 * x", on="numerical_gradient"),
    "imprecise": Page(
        "Right in double precision, and short of digits in single precision.",
        "Some step loses more digits than the problem asks for: a difference of nearly equal numbers, finite differences, a sum of very unequal terms.",
        "np.mean(x**2) - np.mean(x)**2 where np.mean((x - np.mean(x))**2) does not cancel",
        on="batchnorm_forward",
    ),
    "not-booleans": Page(
        "Ones and zeros where True and False are promised.",
        "As factors they do the same, but not as an index (x[mask] takes rows 0 and 1), nor under ~ (~1 is -2).",
        "mask = s <= t",
        on="causal_mask",
    ),
    "wider-dtype": Page("float64 out for float32 in.", "It is right, at twice the memory: np.zeros_like(x) keeps x's dtype, np.zeros(x.shape) does not.", "dx = np.zeros(x.shape)  # np.zeros_like(x) keeps float32", on="one_hot"),
    "not-repeatable": Page(
        "The same call gives other results the next time.",
        "Something outlives the call: a global variable, a list that grows, a random number, or a cache that the backward writes "
        "into. In a network the same function runs for several layers and many steps, so each call may rely on its arguments alone.",
        "cache['xc'] *= 2 in a backward: the second call finds it doubled",
        on="batchnorm_backward",
    ),
    "single-precision": Page(
        "Right, but in float32.", "Double precision went in, and half of its digits are lost on the way: look for np.float32 and astype.",
        "x = x.astype(np.float32)",
        on="numerical_gradient",
    ),
    "whole-numbers": Page(
        "A result is cut to whole numbers.", "Writing into an array of integers cuts off what is behind the point: np.zeros(n, dtype=int), zeros_like(y).",
        "p = np.zeros_like(y)  # y holds labels, so p holds whole numbers",
        on="one_hot",
    ),
    "own-parts-only": Page(
        "The composite is right with your own functions only.",
        "Its parts are exercises of their own, with arguments and results that are agreed on. Yours fit one another, but not ours.",
        "an affine_forward whose cache holds x.T, and an affine_backward that reads it so",
        on="two_layer_net_loss",
    ),
    "exception": Page("The code stopped with an exception.", "The report names the line, the variables on it and their shapes.", "x - x.mean(axis=1)  # (N, D) and (N,): counted from the last axis, D meets N", on="row_normalize"),
    "signature": Page("The function takes other arguments than the exercise's.", "Keep the names and the order of the stub's parameters.", "def relu_backward(cache, dout): where the stub has (dout, cache)", on="affine_forward"),
    "not-vectorised": Page(
        "The function is right, and still goes through the data in Python.",
        "How many lines are executed is counted for a small input and for a larger one. In code without loops over the data the "
        "number stays the same, however large the arrays are; no clock is looked at. Comprehensions, map with a function of "
        "yours, np.vectorize and np.apply_along_axis are loops too. Write the index equation: which indices are kept becomes the "
        "shape of the result, which is summed over becomes the axis of a sum.",
        "for i in range(n): out[i] = x[i] / x[i].sum()\n    is, for all i at once,\nout = x / x.sum(axis=1, keepdims=True)",
        on="row_normalize",
    ),
    "no-such-setting": Page(
        "The experiment's function returns settings that it may not, or that do not exist.",
        "An experiment has a budget: how many examples, how many epochs. What is yours to choose stands in the docstring.",
        'return {"learning_rat": 1e-3}',
        on="overfit_fifty",
    ),
    "runs-away": Page(
        "The loss grew.",
        "A step against the gradient lowers the loss only while it is short. Beyond a certain length each step lands on the other "
        "side of the valley, higher than it began.",
        "a learning rate ten times smaller, or a warm-up",
        on="overfit_fifty",
    ),
    "hardly-moves": Page(
        "The loss has hardly moved.",
        "Too small a learning rate, too few steps, gradients that vanish, weights that regularisation holds at zero, or so large a "
        "learning rate that every relu is dead after the first steps: the curve of the first few steps tells which.",
        "a learning rate of 1e-7",
        on="overfit_fifty",
    ),
    "learns-by-heart": Page(
        "The training examples are known by heart; others are not.",
        "That is overfitting: regularise, drop out, stop earlier, use a smaller network, or more examples.",
        "training accuracy 1.0, validation accuracy 0.4",
        on="tune_rate_and_reg",
    ),
    "still-falling": Page("The loss was still falling when the budget ended.", "A larger learning rate, momentum, Adam, or a better start get further in as many steps.", "a curve that ends in a slope", on="overfit_fifty"),
    "levels-off": Page("The loss levelled off above where it should be.", "Find what holds it: room in the network, regularisation, dropout, or a learning rate too large to settle (a schedule lowers it).", "a curve that is flat from the middle on, at twice the loss that is asked for", on="overfit_fifty"),
    "no-choice": Page("The prediction is not one of the answers.", "Return the letter of one of the answers that the docstring lists, as in `return \"a\"`.", 'return "the first one"', on="predict_initial_loss"),
    "stops-the-count": Page("The code turns the counting of its lines off.", "Whether a loop is left is told by the lines that are executed; the second tick is for code without one.", "sys.settrace(None)", on="row_normalize"),
    "no-such-function": Page("The file has no function of that name.", "`byhand reset EXERCISE` puts the stub back (and keeps a copy).", "def affine_forwards(x, w, b):"),
    "timeout": Page("The code took too long and was stopped.", "A call may take five seconds. Does every loop end?", "while i < n:  # and i is never counted up"),
    "memory": Page("The code used up its memory.", "A check's inputs are tiny: look for a list that grows in a loop, or an accidental outer product.", "rows = []\nwhile True: rows.append(x)"),
    "ends-the-process": Page("The code ended the process.", "exit(), os._exit() or a crash: nothing was returned, so nothing could be compared.", "exit()"),
    "garbage": Page("The code wrote into the checker's channel.", "Print with print(); leave file descriptors alone.", 'os.write(1, b"here")'),
    "stand-in": Page("The file imports something that is not installed here.", "Something that can only be named stands in for it; a function that calls it fails.", "import matplotlib.pyplot as plt"),
    "broken-import": Page("Another of your files fails when it is imported.", "What it defines before the line that fails is there; the rest is not.", "from .classifiers import softmax  # and classifiers.py stops on its line 3"),
    "removed-name": Page(
        "The code uses a name that NumPy has removed.",
        "Its successor was used, so that the rest could be checked; with NumPy 2 the code itself stops there. np.float, np.int, np.bool and "
        "np.object are Python's float, int, bool and object; np.product is np.prod, np.in1d is np.isin, np.trapz is np.trapezoid.",
        "x.astype(np.float)  # float",
    ),
    "other-convention": Page("It is right by another convention, which is left free.", "Yours fits itself, loss and gradient together; byhand's own exercise differs.", "v = mu * v - lr * dw; w += v   and   v = mu * v + dw; w -= lr * v", on="sgd_momentum"),
    "hard-coded-size": Page("A size is written into the code that the arguments know.", "It works for this one data set. Take the number from a shape.", "np.zeros((len(y), 10)) where scores.shape[1] knows the number of classes", on="one_hot"),
    "imports-byhand": Page("The file imports byhand, which holds the answer.", "What is checked is your own function.", "from byhand.layers import linear"),
    "reads-byhand": Page("The file opens byhand's own files.", "They hold the answer; what is checked is your own function.", 'open(byhand_folder / "linear.py")'),
    "reads-frames": Page("The code looks at its caller's frames.", "A function's inputs are its arguments. There is nothing of use there, and it is not what was asked.", "sys._getframe(1).f_locals"),
}  # fmt: skip


_KINDS = {
    "missing-term": ("dxhat = dout  # and gamma is in the forward", "batchnorm_backward"),
    "extra-term": ("margins of the right class are counted too", "linear_svm_loss"),
    "wrong-scale": ("db = dout.mean(axis=0)  # every example uses the bias", "affine_backward"),
    "wrong-sign": ("dmu = dxc.sum(axis=0)  # mu is subtracted in the forward", "center_backward"),
    "wrong-axis": ("x.mean(axis=1) where each feature has its own mean: x.mean(axis=0)", "standardize_columns"),
    "wrong-transpose": ("dw = dout.T @ x where w has the shape of x.T @ dout", "affine_backward"),
    "wrong-shape": ("x / x.sum(axis=1) where each row is divided by its own sum", "row_normalize"),
    "unstable": ("np.exp(scores) / np.exp(scores).sum()  # scores of 1000", "stable_softmax_rows"),
    "mutates-input": ("dout[x <= 0] = 0", "relu_backward"),
    "wrong-index": ("scores[y] where scores[np.arange(n), y] belongs", "cross_entropy"),
    "wrong-order": ("the velocity is used before it is updated", "sgd_momentum"),
    "off-by-one": ("for i in range(1, n):  # the first row is left out", "sliding_windows"),
    "wrong-mask": ("dx = dout * (x < 0)", "relu_backward"),
    "wrong-formula": ("np.sqrt(np.sum(x)) where np.sqrt(np.sum(x**2)) belongs", "numerical_gradient"),
    "wrong-mode": ("noise is drawn where train is False", "dropout_forward"),
    "wrong-eps": ("np.sqrt(var) + eps where np.sqrt(var + eps) belongs", "batchnorm_forward"),
    "overwrites": ("table[index] = rows  # of a repeated index the last row is left", "scatter_add"),
    "hard-coded": ("for c in range(10):  # the labels know how many classes there are", "one_hot"),
    "dtype": ("out = np.zeros_like(labels)  # whole numbers", "one_hot"),
    "exception": ("x - x.mean(axis=1)  # (N, D) and (N,)", "row_normalize"),
}
"""An example of each kind, and the exercise whose section of the notes explains it."""


def pages() -> dict[str, Page]:
    """Return every page by code: those of the checker, of the kinds, and one for each misconception of the course.

    A kind of the same name as a code has no page of its own.
    """
    found = dict(_PAGES)
    for kind, (example, exercise) in _KINDS.items():
        told = words.of_kind(kind)
        found.setdefault(kind, Page(told.departs, f"{told.why} {told.asks.format(quantity='dx')}", example, exercise))
    for exercise in course.exercises().values():
        for slip in exercise.misconceptions:
            changes = "\n".join(f"{new}\n    where it should be\n{old}" for old, new in slip.edits.items())
            found.setdefault(slip.name, Page(f"{exercise.name}: {slip.says}", slip.asks, changes, exercise.name))
    return found

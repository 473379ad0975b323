"""A page for every code that a finding can carry: what it means, and an example."""

from __future__ import annotations

from dataclasses import dataclass

from byhand import course


@dataclass(frozen=True)
class Page:
    """What `byhand explain CODE` shows."""

    title: str
    text: str
    example: str = ""


_PAGES = {
    "path": Page(
        "One path of the computation graph explains the whole error.",
        "A gradient is a sum over all routes by which the input reaches the output. Cutting one edge of the graph takes away "
        "exactly the routes through it; if your gradient is the true one with one edge weighted by 0 (left out), -1 (wrong "
        "sign), 2 (counted twice) or N (a sum for a mean), that edge is named. It is checked with numbers, not by reading "
        "your code: nothing else explains the difference to the last digits.",
        "batch norm: x -> mu -> xc left out of dx; what you have is the gradient as if the mean did not depend on x",
    ),
    "node": Page(
        "The error sits in the gradient of one intermediate value.",
        "Everything that your backward does after that value is right, and so is all that comes from other routes: with the "
        "value's gradient corrected, your result would be right. The evidence shows the gradient you have there and the true one.",
        "batch norm: dvar computed with std instead of std^3; only the part of dx through var is off",
    ),
    "factor": Page(
        "A result is a constant times what it should be.",
        "When every entry is off by the same factor, look for a sum in place of a mean (the factor is N), the 2 of a square, "
        "or a division by the number of examples that is missing or done twice.",
        "db = np.mean(dout, axis=0) where the bias is used once by every example: a sum belongs there",
    ),
    "as-if": Page(
        "A result is the right one for other arguments.",
        "The right result was computed once more with one argument changed: a number set to 0 or to its default, an array of "
        "zeros or ones, a sign turned, two of them exchanged. In every case what came out is yours. So the argument does not come "
        "in where it should, or not as it should.",
        "grads['w1'] is what it would be if reg were 0: the penalty is in the loss, and not in this gradient",
    ),
    "offset": Page(
        "A result is off by the same whole number in every case.",
        "Something is counted once too often, or once too little.",
        "a hinge loss that is 1 too large: the right class competes with itself, and its margin is exactly 1",
    ),
    "sign": Page("A result has the wrong sign everywhere.", "Follow one entry: when it grows a little, does the output grow or shrink?"),
    "all-zero": Page("A result is zero everywhere.", "It is made but never filled, or it is multiplied by something that is zero."),
    "transposed": Page("A result is right but transposed.", "A gradient always has the shape of the thing it is the gradient of."),
    "kept-axis": Page(
        "A result keeps an axis of length 1.", "keepdims=True is useful on the way, for broadcasting; a result has the shape that is promised."
    ),
    "axes-in-another-order": Page(
        "The right numbers, with the axes in another order.",
        "Say for each axis of yours which one it should be; a transpose or moveaxis on the way is missing, or goes elsewhere.",
        "out.reshape(n, h, w, c).transpose(0, 3, 2, 1): the pictures lie on their sides",
    ),
    "shuffled": Page(
        "The right numbers in the wrong places.",
        "A reshape reads the numbers as they lie and moves none; only a transpose or moveaxis changes what lies next to what.",
        "x.T computed on the way, and .reshape(x.shape) at the end where .T.reshape(x.shape) belongs",
    ),
    "order-of-items": Page("A list has the right items in another order.", "The docstring says in which order; follow it for the first item."),
    "wrong-items": Page("A list has other items than it should.", "Follow the first item that differs back to where it is put there."),
    "other-layout": Page("The right numbers in another shape.", "Reshape the result to the shape of what it is the gradient of."),
    "unsummed-axis": Page(
        "A result still has an axis that should be summed over.",
        "What was broadcast in the forward is used once by every entry of that axis; its gradient sums what comes back from all of them.",
    ),
    "wrong-shape": Page("A result has the wrong shape.", "Write the index equation: which indices are kept, which are summed over?"),
    "swapped-results": Page("Two results have each other's values.", "The order of the return statement is part of the contract."),
    "wrong-type": Page("Something else was returned than promised.", "Look at the Returns section of the docstring, and at every `return`."),
    "twins": Page(
        "Two results came back as the same numbers.",
        "`dy = dx` does not copy: it makes a second name for the same array, and `dy += ...` then changes both. "
        "`dy = dx + ...` makes a new array.",
    ),
    "overflown": Page(
        "Wrong with extreme numbers alone, where a step on the way overflows.",
        "An infinity, or a nan, need not show in the result: a comparison with it is simply false, and argmax takes the first one "
        "for the largest. Arrange the formula so that it does not come about, or do without that step.",
        "np.argmax(np.exp(scores)) is np.argmax(scores), but for scores above 709",
    ),
    "reordered": Page("The right numbers in another order.", "Compare yours and the expected one in the small case: where does the first one stand?"),
    "slightly-off": Page(
        "A result is nearly right, but not to the last digits.",
        "A small number that is added to avoid a division by zero, or the logarithm of zero, changes every result a little. Where "
        "the formula has none, find out when the zero can come about, and treat that case alone.",
        "np.log(p + 1e-8): every loss is a little too small",
    ),
    "cut-off": Page(
        "A result is wrong in the first or last row or column alone, or in all but the first.",
        "range(1, n) begins at 1, and range(n - 1) ends at n - 2; a `return` inside of a loop ends it after the first round; and what is set to zero before the loop, "
        "not in it, still holds what came before.",
    ),
    "wrong-values": Page(
        "Numbers differ, and no single term explains how.",
        "More than one thing may be wrong. The report says where the error sits; work the small case by hand, line by line.",
    ),
    "not-finite": Page(
        "A result is inf or nan where the right one is finite.",
        "exp overflows above 709, log of 0 is -inf, and the square root of a number that rounding pushed below zero is nan. "
        "Rearrange the formula so that no step leaves the range: subtract the maximum before exp, take the logarithm of the sum "
        "instead of the sum's parts, clip at zero before a root.",
        "softmax: shifted = scores - scores.max(axis=1, keepdims=True)",
    ),
    "changed-argument": Page(
        "The call changes an argument.",
        "Arrays are passed by reference: `x[...] = ` and `x += ` write into the caller's array, which others still need "
        "(the upstream gradient of a residual branch, say). Copy first, or make a new array.",
    ),
    "forward-differs": Page(
        "The backward fits the forward you wrote; it is the forward that differs.",
        "The gradients agree with finite differences of your own forward, so the place to look is the forward.",
    ),
    "part-fails": Page(
        "The composite is right; one of the functions it calls is not.",
        "A network's loss was first checked with our layers in place of yours, and is right; with your own it is not. Each of your "
        "layers was then given what it gets in the network where all else is right: the one that departs is named, with what its own "
        "exercise finds in it; and the layer, where it departs in one alone.",
    ),
    "term": Page(
        "A number that is a sum has one term missing, repeated, or with a wrong factor.",
        "A loss is the loss of the data and the price of the weights, added up. In every case your number is the right one with the same "
        "term weighted by the same factor: 0 (it is missing), -1, 2, N (a sum where a mean belongs) or 1/N (it was divided along with the rest).",
        "loss = np.sum(margins) / n + reg * np.sum(w**2)  # the second is not divided by n",
    ),
    "argument": Page(
        "It is right where an argument is 0: what is wrong is what the argument adds.",
        "Your code was run again with that argument 0, and was right in every case. Look at the terms that it is a factor of; a quantity "
        "that should not depend on it at all has one too many.",
    ),
    "wrong-call": Page(
        "The composite gives one of the functions it calls something else than it should.",
        "The functions it calls are ours here, and right. Each call is compared with the call that belongs there: the first one that is "
        "given something else is named, with what it is given (the cache of another layer, a result that skipped a step, a multiple), and "
        "from there on the check goes on with what should have been given, so that a second fault is seen for itself.",
        "dhidden = relu_backward(dactive, active_cache)\n_, dw1, db1 = affine_backward(dhidden, hidden_cache)  # not dactive",
    ),
    "wrong-result": Page(
        "A result is what some call returned under another name.",
        "The numbers are those of another of its results, or of the same one in another layer: look at the order in which it returns them.",
        "dx, dw, db = affine_backward(dout, cache)",
    ),
    "finite-differences": Page("Right, but only as exactly as finite differences are.", "The exercise asks for the formula."),
    "imprecise": Page(
        "Right in double precision, and short of digits in single precision.",
        "Some step loses more digits than the problem asks for: a difference of nearly equal numbers, finite differences, a sum of very unequal terms.",
    ),
    "not-booleans": Page(
        "Ones and zeros where True and False are promised.",
        "As factors they do the same, but not as an index (x[mask] takes rows 0 and 1), nor under ~ (~1 is -2).",
        "mask = s <= t",
    ),
    "wider-dtype": Page("float64 out for float32 in.", "It is right, at twice the memory: np.zeros_like(x) keeps x's dtype, np.zeros(x.shape) does not."),
    "not-repeatable": Page(
        "The same call gives other results the next time.",
        "Something outlives the call: a global variable, a list that grows, a random number, or a cache that the backward writes "
        "into. In a network the same function runs for several layers and many steps, so each call may rely on its arguments alone.",
    ),
    "single-precision": Page(
        "Right, but in float32.", "Double precision went in, and half of its digits are lost on the way: look for np.float32 and astype."
    ),
    "whole-numbers": Page(
        "A result is cut to whole numbers.", "Writing into an array of integers cuts off what is behind the point: np.zeros(n, dtype=int), zeros_like(y)."
    ),
    "own-parts-only": Page(
        "The composite is right with your own functions only.",
        "Its parts are exercises of their own, with arguments and results that are agreed on. Yours fit one another, but not ours.",
    ),
    "exception": Page("The code stopped with an exception.", "The report names the line, the variables on it and their shapes."),
    "signature": Page("The function takes other arguments than the exercise's.", "Keep the names and the order of the stub's parameters."),
    "not-vectorised": Page(
        "The function is right, and still goes through the data in Python.",
        "How many lines are executed is counted for a small input and for a larger one. In code without loops over the data the "
        "number stays the same, however large the arrays are; no clock is looked at. Comprehensions, map with a function of "
        "yours, np.vectorize and np.apply_along_axis are loops too. Write the index equation: which indices are kept becomes the "
        "shape of the result, which is summed over becomes the axis of a sum.",
        "for i in range(n): out[i] = x[i] / x[i].sum()\n    is, for all i at once,\nout = x / x.sum(axis=1, keepdims=True)",
    ),
    "no-such-setting": Page(
        "The experiment's function returns settings that it may not, or that do not exist.",
        "An experiment has a budget: how many examples, how many epochs. What is yours to choose stands in the docstring.",
    ),
    "runs-away": Page(
        "The loss grew.",
        "A step against the gradient lowers the loss only while it is short. Beyond a certain length each step lands on the other "
        "side of the valley, higher than it began.",
        "a learning rate ten times smaller, or a warm-up",
    ),
    "hardly-moves": Page(
        "The loss has hardly moved.",
        "Too small a learning rate, too few steps, gradients that vanish, weights that regularisation holds at zero, or so large a "
        "learning rate that every relu is dead after the first steps: the curve of the first few steps tells which.",
    ),
    "learns-by-heart": Page(
        "The training examples are known by heart; others are not.",
        "That is overfitting: regularise, drop out, stop earlier, use a smaller network, or more examples.",
    ),
    "still-falling": Page("The loss was still falling when the budget ended.", "A larger learning rate, momentum, Adam, or a better start get further in as many steps."),
    "levels-off": Page("The loss levelled off above where it should be.", "Find what holds it: room in the network, regularisation, dropout, or a learning rate too large to settle (a schedule lowers it)."),
    "no-choice": Page("The prediction is not one of the answers.", "Return the letter of one of the answers that the docstring lists, as in `return \"a\"`."),
    "stops-the-count": Page("The code turns the counting of its lines off.", "Whether a loop is left is told by the lines that are executed; the second tick is for code without one."),
    "no-such-function": Page("The file has no function of that name.", "`byhand reset EXERCISE` puts the stub back (and keeps a copy)."),
    "timeout": Page("The code took too long and was stopped.", "A call may take five seconds. Does every loop end?"),
    "memory": Page("The code used up its memory.", "A check's inputs are tiny: look for a list that grows in a loop, or an accidental outer product."),
    "ends-the-process": Page("The code ended the process.", "exit(), os._exit() or a crash: nothing was returned, so nothing could be compared."),
    "garbage": Page("The code wrote into the checker's channel.", "Print with print(); leave file descriptors alone."),
    "stand-in": Page("The file imports something that is not installed here.", "Something that can only be named stands in for it; a function that calls it fails."),
    "broken-import": Page("Another of your files fails when it is imported.", "What it defines before the line that fails is there; the rest is not."),
    "removed-name": Page(
        "The code uses a name that NumPy has removed.",
        "Its successor was used, so that the rest could be checked; with NumPy 2 the code itself stops there. np.float, np.int, np.bool and "
        "np.object are Python's float, int, bool and object; np.product is np.prod, np.in1d is np.isin, np.trapz is np.trapezoid.",
    ),
    "other-convention": Page("It is right by another convention, which is left free.", "Yours fits itself, loss and gradient together; byhand's own exercise differs."),
    "hard-coded-size": Page("A size is written into the code that the arguments know.", "It works for this one data set. Take the number from a shape."),
    "imports-byhand": Page("The file imports byhand, which holds the answer.", "What is checked is your own function."),
    "reads-byhand": Page("The file opens byhand's own files.", "They hold the answer; what is checked is your own function."),
    "reads-frames": Page("The code looks at its caller's frames.", "A function's inputs are its arguments. There is nothing of use there, and it is not what was asked."),
}  # fmt: skip


def pages() -> dict[str, Page]:
    """Return every page by code: those of the checker, and one for each misconception of the course."""
    found = dict(_PAGES)
    for exercise in course.exercises().values():
        for slip in exercise.misconceptions:
            changes = "\n".join(f"{new}\n    where it should be\n{old}" for old, new in slip.edits.items())
            page = Page(f"{exercise.name}: {slip.says}", slip.asks, changes)
            found.setdefault(slip.name, page)
    return found

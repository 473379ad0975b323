"""What is said of each kind of fault: one template a kind, whoever finds it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """The sentences that go with a kind. None of them names the change that mends it."""

    departs: str
    """What departs, in general: for the kind's page."""
    why: str
    """The likely reason: for the third depth, and the page."""
    asks: str
    """A question that leads on, with {quantity} for what is wrong."""
    mends: str
    """The sort of change that mends it, to follow "with"."""


_OF_KIND = {
    "missing-term": Words(
        "Something that belongs into a result does not come in.",
        "A term, a factor or a whole route is left out; often it is computed, and then not used.",
        "Of what is `{quantity}` made, and does all of it come in?",
        "what is missing put in here",
    ),
    "extra-term": Words(
        "Something comes in that does not belong there.",
        "A term or a factor is there that the formula does not have, or has once only.",
        "Of what is `{quantity}` made, and what comes in besides?",
        "something left out here",
    ),
    "wrong-scale": Words(
        "A factor is wrong, or one is missing.",
        "A sum stands for a mean, the 2 of a square is forgotten, or a division is done twice or not at all.",
        "Which factors does `{quantity}` have, and how often does each come in?",
        "another factor here",
    ),
    "wrong-sign": Words(
        "A sign is turned.",
        "What is subtracted, or divided by, comes back with a minus.",
        "When what `{quantity}` is made of grows a little, what grows with it, and what shrinks?",
        "another sign here",
    ),
    "wrong-axis": Words(
        "A sum, a mean or a maximum runs along another axis than it should.",
        "An axis that is summed over is gone from the result; the one that should stay was summed over instead.",
        "For each sum, mean or maximum on the way to `{quantity}`: which axis goes, and which stays?",
        "another axis here",
    ),
    "wrong-transpose": Words(
        "Axes have changed places.",
        "In a product the inner axis is summed over and the outer ones stay; where the array is square, nothing complains.",
        "What does each axis of the arrays on the way to `{quantity}` count?",
        "the axes in another order here",
    ),
    "wrong-shape": Words(
        "The numbers are laid out in another shape.",
        "An axis is kept, lost or flattened on the way, and broadcasting makes up for it.",
        "What is the shape of each array on the way to `{quantity}`, and what should it be?",
        "an axis kept here, or not kept",
    ),
    "unstable": Words(
        "A step on the way leaves the range of floats.",
        "exp overflows, a logarithm or a quotient meets zero, or a root meets a number that rounding pushed below zero.",
        "How large, and how small, can the numbers on the way to `{quantity}` get?",
        "the numbers kept in range here",
    ),
    "mutates-input": Words(
        "An array of the caller's is changed.",
        "A second name for an array is no second array: what is written into one shows in the other.",
        "Which arrays belong to the caller, and what is written into them?",
        "the caller's array left as it is here",
    ),
    "wrong-index": Words(
        "Something is read from another place than it should be, or written there.",
        "An index counts something else than the axis that it stands for.",
        "What does each index on the way to `{quantity}` count, and along which axis?",
        "another index here",
    ),
    "wrong-order": Words(
        "Two things have changed places, or one is done before the other.",
        "Arguments and results go by their places, not their names; and a step uses what was there when it came.",
        "Which comes first on the way to `{quantity}`, and what does the next step take?",
        "two things exchanged here",
    ),
    "off-by-one": Words(
        "A count is one too high or one too low.",
        "range(n) ends before n, and counting begins at 0.",
        "Which is the first, which is the last, and how many are there between them?",
        "a number one higher or lower here",
    ),
    "wrong-mask": Words(
        "A condition chooses other entries than it should.",
        "It is turned round, its border case falls on the other side, or it looks at another array.",
        "Take an entry of `{quantity}` on each side of the border, and one upon it: for which should the condition hold?",
        "another condition here",
    ),
    "wrong-formula": Words(
        "What is computed is not what the formula says.",
        "The code and the formula part somewhere; the first line that departs is the place to look.",
        "Work the small case below by hand: which entry do you get first that differs?",
        "one small change here",
    ),
    "wrong-mode": Words(
        "The code does in one mode what belongs to another, as in testing what belongs to training.",
        "A flag is not looked at, or turned round.",
        "What should depend on the mode on the way to `{quantity}`?",
        "the other branch here",
    ),
    "wrong-eps": Words(
        "The small constant is missing, too many, or stands elsewhere.",
        "sqrt(v + eps) and sqrt(v) + eps differ where v is small.",
        "Where does the formula have a small constant, and where does yours?",
        "the small constant moved here",
    ),
    "overwrites": Words(
        "What was there before is lost where it should be added to.",
        "An assignment in a loop leaves what the last turn made, and an assignment through an index counts a repeated one once.",
        "What is in `{quantity}` after the first step, and what after the second?",
        "nothing lost here of what was there before",
    ),
    "hard-coded": Words(
        "A number is written out that the arguments know.",
        "It is right for the one value that was in mind, or is the default.",
        "Which numbers on the way to `{quantity}` are written out, and which argument knows each of them?",
        "a number taken from elsewhere here",
    ),
    "dtype": Words(
        "Numbers are of another type than they should be.",
        "Whole numbers cut off what is behind the point, and single precision keeps seven digits.",
        "Which type of number does each array on the way to `{quantity}` hold?",
        "another type of number here",
    ),
    "exception": Words(
        "The code stops before it returns.",
        "What a line is given is not what it was written for.",
        "What are the values on that line when it runs? `--pdb` stops there.",
        "one small change here",
    ),
}


def of_kind(kind: str) -> Words:
    """Return what is said of a kind of fault."""
    return _OF_KIND[kind]


def question(kind: str, quantity: str) -> str:
    """Return the question that a kind asks about a quantity."""
    return of_kind(kind).asks.format(quantity=quantity)


def held(name: str, words: str) -> str:
    """Say what a variable holds on a line; "" where that is no more than its name.

    >>> held("dx", "the gradient of `xhat`")
    'Here `dx` is the gradient of `xhat`.'
    >>> held("var", "N/(N-1) times `var`"), held("mu", "`mu`")
    ('Here `var` is N/(N-1) times what it should be.', '')
    """
    itself = f"`{name}`"
    if not name or not words or words == itself:
        return ""
    meant = "the right one" if words.startswith(itself) else "what it should be"
    return f"Here {itself} is {re.sub(re.escape(itself), meant, words)}."


def mended(kind: str, quantity: str | None) -> str:
    """Say which sort of change of a line puts a quantity right, or everything, without saying how."""
    right = "everything comes out" if quantity is None else f"`{quantity}` comes out"
    return f"With {of_kind(kind).mends}, {right} right."


def listed(names: Sequence[str]) -> str:
    """Return names as code, one after the other, with the verb.

    >>> listed(["dw"]), listed(["dw", "db", "dx"])
    ('`dw` is', '`dw`, `db` and `dx` are')
    """
    *before, last = [f"`{name}`" for name in names]
    return f"{', '.join(before)} and {last} are" if before else f"{last} is"

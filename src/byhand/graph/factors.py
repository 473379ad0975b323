"""The factors by which learners are wrong: a sign, a half, a sum where a mean belongs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from .classes import EdgeClass
from .structure import Section


@dataclass(frozen=True)
class Factor:
    """A factor with a meaning."""

    value: float
    symbol: str
    """How it is written: "0", "-1", "2", "1/2", "N", "1/N", "N/(N-1)", "(N-1)/N", "N/M"."""
    meaning: str
    kind: str
    """The kind of finding it is, as in `spec`."""


COMMON = (
    Factor(0.0, "0", "left out", "missing-term"),
    Factor(-1.0, "-1", "with the wrong sign", "wrong-sign"),
    Factor(2.0, "2", "twice", "wrong-scale"),
    Factor(0.5, "1/2", "half", "wrong-scale"),
)


def sized(section: Section, members: EdgeClass) -> list[Factor]:
    """Return the factors that come from the size of a dimension of the arrays involved, nearest arrays first."""
    nodes = [n for e in members.edges for n in (e.source, e.target)] + [*section.starts, *section.ends]
    names: dict[int, str] = {}
    counts = set()
    for edge in members.edges:  # a sum or mean over several axes divides by the product of their sizes
        ratio, rest = divmod(edge.source.value.size, max(edge.target.value.size, 1))
        if not rest:
            counts.add(ratio)
            names.setdefault(ratio, f"the number of elements of {edge.source.title} for each of {edge.target.title}")
    for node in nodes:
        for axis, n in enumerate(node.shape):
            here = f"the size of axis {axis} of {node.title}"
            if n not in names or names[n].startswith("the number"):
                names[n] = here
    for node in nodes:  # the pixels of a picture are two axes
        for axis, (n, m) in enumerate(pairwise(node.shape)):
            names.setdefault(n * m, f"the sizes of axes {axis} and {axis + 1} of {node.title}")
    found = []
    for n, where in names.items():
        if n > 2:
            found += [
                Factor(n, "N", f"times N = {n}, {where}: a sum where a mean belongs", "wrong-scale"),
                Factor(1 / n, "1/N", f"divided by N = {n}, {where}: a mean where a sum belongs", "wrong-scale"),
                Factor(n / (n - 1), "N/(N-1)", f"divided by N - 1 where N = {n}, {where}, belongs", "wrong-scale"),
                Factor((n - 1) / n, "(N-1)/N", f"divided by N = {n}, {where}, where N - 1 belongs", "wrong-scale"),
            ]
    for n in sorted(counts & names.keys() - {1}):
        for m in names:
            if m > 1 and m != n:
                meaning = f"divided by M = {m}, {names[m]}, where N = {n}, {names[n]}, belongs"
                found.append(Factor(n / m, "N/M", meaning, "wrong-scale"))
    return found


def recognise(value: float, tolerance: float, candidates: list[Factor]) -> Factor | None:
    """Return the candidate that a factor is equal to, to within the tolerance."""
    for factor in candidates:
        if abs(value - factor.value) <= tolerance * max(1.0, abs(factor.value)):
            return factor
    return None

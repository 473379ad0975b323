"""Recognising a number as a factor that people forget, repeat or misplace."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import combinations, permutations

_PLAIN = (("0", 0.0), ("1", 1.0), ("-1", -1.0), ("2", 2.0), ("1/2", 0.5), ("-2", -2.0), ("-1/2", -0.5))


def recognise(c: float, constants: Mapping[str, float], *, sized: bool = False) -> str | None:
    """Return what a factor is in words a learner knows ("N", "1/2", "-1", "N/(N-1)", "1/keep"), or None.

    sized=True: it is known to come from the sizes of arrays, and may be a product or a quotient of them, "N*H*W", "D/N".
    """
    named, counted, combined = _candidates(constants)
    candidates = [*named, *combined, *counted] if sized else [*named, *counted]
    return next((name for name, value in candidates if _equal(c, value, 1e-6)), None)


def readings(c: float, constants: Mapping[str, float], *, exact: float = 1e-6, ones: bool = False) -> list[str]:
    """Return everything that a factor may be, the simplest first: with N = 3, 1/2 may be 1/(N-1).

    Args:
        c: the factor.
        constants: the sizes (upper case) and scalar options of the problem, by name.
        exact: how near is near enough, relatively.
        ones: whether sizes of 1 are named too, as in N*H*W where H = 1.
    """
    named, counted, combined = _candidates(constants, ones=ones)
    return [name for name, value in [*named, *counted, *combined] if _equal(c, value, exact)]


def kind_of(c: float) -> str:
    """Return the kind of finding that a factor on one path amounts to."""
    if abs(c) < 1e-6:
        return "missing-term"
    return "wrong-sign" if abs(c + 1) < 1e-6 else "wrong-scale"


def _equal(c: float, value: float, exact: float) -> bool:
    return abs(c - value) <= exact * max(abs(value), exact)


def _candidates(constants: Mapping[str, float], *, ones: bool = False) -> tuple[list[tuple[str, float]], ...]:
    """Return (numbers and constants as they are; what is counted from a constant; several sizes combined)."""
    known = {name: value for name, value in constants.items() if value and (value != 1.0 or (ones and name.isupper()))}
    named, counted = list(_PLAIN), []
    for name, value in known.items():
        named += [(name, value), (f"1/{name}", 1 / value), (f"-{name}", -value), (f"-1/{name}", -1 / value)]
    for name, value in known.items():
        if name.isupper():
            counted += [
                (f"{name}-1", value - 1),
                (f"{name}+1", value + 1),
                (f"1/({name}-1)", 1 / (value - 1) if value != 1 else math.nan),
                (f"{name}/({name}-1)", value / (value - 1) if value != 1 else math.nan),
                (f"({name}-1)/{name}", (value - 1) / value),
                (f"2{name}", 2 * value),
                (f"1/(2{name})", 0.5 / value),
                (f"2/{name}", 2 / value),
                (f"{name}/2", value / 2),
                (f"{name}^2", value * value),
                (f"1/{name}^2", 1 / (value * value)),
            ]
        else:
            counted += [(f"{name}^2", value * value), (f"1-{name}", 1 - value), (f"1/(1-{name})", 1 / (1 - value))]
            counted += [(f"{name}/(1-{name})", value / (1 - value)), (f"(1-{name})/{name}", (1 - value) / value)]
    return named, counted, list(_combined({name: value for name, value in known.items() if name.isupper()}))


def _combined(sizes: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """Yield what a sum or a mean over several axes, or over the wrong one, is wrong by: products and quotients of sizes."""
    for a, b in permutations(sizes, 2):
        yield f"{a}/{b}", sizes[a] / sizes[b]
    for names in (*combinations(sizes, 2), *combinations(sizes, 3)):
        name, value = "*".join(names), math.prod(sizes[n] for n in names)
        yield from (
            (name, value),
            (f"1/({name})", 1 / value),
            (f"{name}/({name}-1)", value / (value - 1) if value != 1 else math.nan),
            (f"({name}-1)/({name})", (value - 1) / value),
        )

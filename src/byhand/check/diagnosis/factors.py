"""Recognising a number as a factor that people forget, repeat or misplace."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import combinations


def recognise(c: float, constants: Mapping[str, float], *, products: bool = False) -> str | None:
    """Return what a factor is in words a learner knows ("N", "1/2", "-1", "N/(N-1)", "1/keep"), or None.

    products=True: where it is known to come from the sizes of arrays, it may be a product of sizes, "N*H*W".
    """
    return next(iter(readings(c, constants, products=products)), None)


def readings(c: float, constants: Mapping[str, float], *, exact: float = 1e-6, products: bool = True) -> list[str]:
    """Return everything that a factor may be, the simplest first: with N = 3, 1/2 may be 1/(N-1).

    Args:
        c: the factor.
        constants: the sizes (upper case) and scalar options of the problem, by name.
        exact: how near is near enough, relatively.
        products: whether to try products of sizes; of many sizes one is soon met by chance.
    """
    candidates: list[tuple[str, float]] = [
        ("0", 0.0),
        ("1", 1.0),
        ("-1", -1.0),
        ("2", 2.0),
        ("1/2", 0.5),
        ("-2", -2.0),
        ("-1/2", -0.5),
    ]
    known = {name: value for name, value in constants.items() if value not in (0.0, 1.0)}
    for name, value in known.items():
        candidates += [(name, value), (f"1/{name}", 1 / value), (f"-{name}", -value), (f"-1/{name}", -1 / value)]
    for name, value in known.items():
        if name.isupper():
            candidates += [
                (f"{name}-1", value - 1),
                (f"{name}+1", value + 1),
                (f"1/({name}-1)", 1 / (value - 1)),
                (f"{name}/({name}-1)", value / (value - 1)),
                (f"({name}-1)/{name}", (value - 1) / value),
                (f"2{name}", 2 * value),
                (f"1/(2{name})", 0.5 / value),
                (f"2/{name}", 2 / value),
                (f"{name}/2", value / 2),
                (f"{name}^2", value * value),
                (f"1/{name}^2", 1 / (value * value)),
            ]
        else:
            candidates += [(f"{name}^2", value * value), (f"1-{name}", 1 - value), (f"1/(1-{name})", 1 / (1 - value))]
    if products:
        candidates += _products({name: value for name, value in known.items() if name.isupper()})
    return [name for name, value in candidates if abs(c - value) <= exact * max(abs(value), exact)]


def _products(sizes: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """Yield what a sum or a mean over several axes is wrong by: a product of two or three sizes, and what comes of it."""
    for names in (*combinations(sizes, 2), *combinations(sizes, 3)):
        name, value = "*".join(names), math.prod(sizes[n] for n in names)
        yield from (
            (name, value),
            (f"1/({name})", 1 / value),
            (f"{name}/({name}-1)", value / (value - 1)),
            (f"({name}-1)/({name})", (value - 1) / value),
        )


def kind_of(c: float) -> str:
    """Return the kind of finding that a factor on one path amounts to."""
    if abs(c) < 1e-6:
        return "missing-term"
    return "wrong-sign" if abs(c + 1) < 1e-6 else "wrong-scale"

"""Recognising a number as a factor that people forget, repeat or misplace."""

from __future__ import annotations

from collections.abc import Mapping


def recognise(c: float, constants: Mapping[str, float]) -> str | None:
    """Return what a factor is in words a learner knows ("N", "1/2", "-1", "N/(N-1)", "1/keep"), or None."""
    return next(iter(readings(c, constants)), None)


def readings(c: float, constants: Mapping[str, float], *, exact: float = 1e-6) -> list[str]:
    """Return everything that a factor may be, the simplest first: with N = 3, 1/2 may be 1/(N-1).

    Args:
        c: the factor.
        constants: the sizes (upper case) and scalar options of the problem, by name.
        exact: how near is near enough, relatively.
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
    return [name for name, value in candidates if abs(c - value) <= exact * max(abs(value), exact)]


def kind_of(c: float) -> str:
    """Return the kind of finding that a factor on one path amounts to."""
    if abs(c) < 1e-6:
        return "missing-term"
    return "wrong-sign" if abs(c + 1) < 1e-6 else "wrong-scale"

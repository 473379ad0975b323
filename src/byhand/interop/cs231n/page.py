"""The page docs/CS231N.md, made from the declarations: python -m byhand.interop.cs231n.page > docs/CS231N.md."""

from __future__ import annotations

from byhand import course

from .dialect import CS231N

_HEAD = """# CS231n's names

`byhand check --dialect cs231n PATH` checks a file or an assignment's folder of Stanford's CS231n as it stands, of any year
from 2017 on. A name without an exercise is listed when it is there, and not checked. Made by
`python -m byhand.interop.cs231n.page`.

Right is what CS231n asks for. What only careful code passes (scores far apart, points that nearly agree, single precision,
an argument that is changed, another number of classes than ten, and the cases named below) is advice beside a pass.

| CS231n | exercise | kept free | not asked for |
|---|---|---|---|
"""


def page() -> str:
    """Return the page's text."""
    rows = []
    for entry in CS231N.entries:
        cases = {case.name for case in course.find(entry.exercise).cases}
        extra = "; ".join(sorted(entry.robust & cases))
        free = " ".join(dict.fromkeys(s.says for s in entry.spellings if s.says))
        rows.append(f"| `{entry.name}` | `{entry.exercise}` | {free} | {extra} |")
    rows += [f"| `{name}` | none yet | | |" for name in CS231N.others]
    return _HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    print(page(), end="")

"""The whole text of reports as a learner meets it in the terminal, at all three depths, in `golden/`.

After a change of words, make them anew, and read what changed:

    python -m tests.check.golden
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import tempfile
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from byhand import course
from byhand.check import check
from byhand.check.process import WorkerPool
from byhand.check.proof import WarmPool
from byhand.cli import report as reports

from .test_faults import WRONG, Source

FOLDER = Path(__file__).parent / "golden"
HEADINGS = (
    "adam: eps under the root",
    "affine_backward: einsum: dw before dx",
    "affine_backward: family of two: the bias's gradient averaged",
    "affine_backward: outer products: only the last example is left",
    "affine_forward: einsum: no bias",
    "batchnorm_backward: CS231n style: a power too small in dvar",
    "batchnorm_backward: dgamma keeps its row",
    "batchnorm_backward: own forward with eps outside the root, and its own right gradient",
    "batchnorm_backward: the blog's steps in one's own names: the last sum is left out",
    "batchnorm_backward: the upstream gradient is scaled where it lies",
    "batchnorm_backward_alt: from dgamma and dbeta: the 1/N is forgotten",
    "batched_outer: einsum: the last two letters exchanged",
    "dropout_forward: train is never looked at",
    "euclidean_distances: one line: rounding below zero becomes nan",
    "fully_connected_net_loss: divided by N once more",
    "groupnorm_forward: a loop over groups with lists: the last channel of each is left out of the variance",
    "he_init: single precision, as for a network of one's own",
    "l2_regularization: two layers written out",
    "layernorm_forward: still over the batch",
    "layernorm_forward: the statistics lose their axis",
    "layernorm_backward: row by row, with the first row's deviation",
    "leaky_relu_backward: copy and mask: the slope is fixed",
    "nesterov: mu and one letter: a minus in the bracket",
    "relu_backward: with its forward, cache a dictionary: the slope is the input",
    "rmsprop: the mean of the sizes, not of the squares",
    "scalar_circuit_backward: np.where: the maximum sends z what belongs to y",
)
"""Sources of `faults/`: every kind, and the codes that are met most."""
_ROUNDING = re.compile(r"(?<![\w.])(?:\d\.\d+e-1[3-9]|0\.0e\+00)(?!\d)")
"""Numbers that are nothing but rounding, and other ones on another machine."""


def chosen() -> dict[str, Source]:
    """Return the sources by the name of their file."""
    by_heading = {source.heading.partition(" | ")[0]: source for source in WRONG}
    return {re.sub(r"\W+", "-", heading).strip("-"): by_heading[heading] for heading in HEADINGS}


def told(source: Source, pool: WorkerPool) -> str:
    """Return what the terminal shows of a source at each depth."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        file = Path(f"{source.name}.py")
        file.write_text(source.text, encoding="utf-8")
        report = replace(check(course.find(source.name), file, source=source.text, pool=pool), timings={})
        out = io.StringIO()
        for depth in range(1, reports.DEEPEST + 1):
            out.write(f"--- depth {depth}\n")
            reports.show(Console(file=out, width=100, color_system=None), report, depth=depth)
    text = out.getvalue().replace(f"{folder}{os.sep}", "")
    lines = [line.rstrip() for line in _ROUNDING.sub("about 0", text).splitlines()]
    return f"{source.heading.partition(' | ')[0]}\n\n" + "\n".join(lines).strip() + "\n"


def main() -> None:
    """Write every file anew."""
    os.environ.pop("COLUMNS", None)
    for old in FOLDER.glob("*.txt"):
        old.unlink()
    FOLDER.mkdir(exist_ok=True)
    with WarmPool() as pool:
        for name, source in chosen().items():
            (FOLDER / f"{name}.txt").write_text(told(source, pool), encoding="utf-8")


if __name__ == "__main__":
    main()

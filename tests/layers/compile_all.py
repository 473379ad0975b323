"""Capture every function whole, and all of them together as one compiled graph; print JSON: name -> "" or the fault.

Run by test_compiled.py in a process without the run-time shape checks, which torch.compile cannot see through.
"""

from __future__ import annotations

import json
import sys
import warnings

import numpy as np
import torch

from tests.layers.table import LAYERS, LOSSES, PLAIN, arrays, call, convert, upstream

ENTRIES = LAYERS + LOSSES + PLAIN


def prepare(entry):
    rng = np.random.default_rng(7)
    arguments = entry.inputs(rng, 4, 3, 5)
    dout = upstream(entry, arguments, rng)
    return convert((arguments, dout), lambda array: torch.from_numpy(np.array(array)))


def everything(inputs):
    return [call(entry, arguments, dout) for entry, (arguments, dout) in zip(ENTRIES, inputs, strict=True)]


def differ(ours, theirs):
    return not all(torch.allclose(a, b, rtol=1e-10, atol=1e-10) for a, b in zip(arrays(ours), arrays(theirs), strict=True))


def main() -> None:
    warnings.simplefilter("ignore")  # torch's own, about its internals
    inputs = [prepare(entry) for entry in ENTRIES]
    expected = everything(inputs)
    verdicts = {}
    for entry, (arguments, dout), theirs in zip(ENTRIES, inputs, expected, strict=True):
        torch._dynamo.reset()  # a fresh budget of recompilations
        captured = torch.compile(
            lambda arguments, dout, entry=entry: call(entry, arguments, dout), fullgraph=True, backend="eager"
        )
        try:
            verdicts[entry.name] = "other values" if differ(captured(arguments, dout), theirs) else ""
        except Exception as error:
            verdicts[entry.name] = f"{type(error).__name__}: {error}"
    torch._dynamo.reset()
    # the compiler behind the capture is tested once, on a whole training step (tests/train): it takes a minute here
    ours = torch.compile(everything, fullgraph=True, backend="aot_eager")(inputs)
    verdicts["everything"] = "other values" if differ(ours, expected) else ""
    json.dump(verdicts, sys.stdout)


if __name__ == "__main__":
    main()

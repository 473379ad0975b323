"""Run by test_engines.py: an eager run, a compiled one, and a compiled one that was stopped and taken up again."""

import sys
from pathlib import Path

import numpy as np
import torch

from byhand import train

torch._dynamo.config.error_on_recompile = True
folder = Path(sys.argv[1])
train.pictures.draw = lambda *arguments: None  # type: ignore[assignment]
options = {
    "engine": "torch",
    "overrides": {"hidden": "12", "batch_size": 50, "keep": 0.8, "epochs": 2},
    "folder": folder,
}


def ask(event):
    if event["kind"] == "step" and event["step"] == 31:
        (folder / "mlp-digits-003" / "stop").touch()


def losses(run):
    return np.array([line["loss"] for line in run.metrics() if "loss" in line])


eager = train.run("mlp-digits", compile=False, **options)
whole = train.run("mlp-digits", compile=True, **options)
parts = train.run("mlp-digits", compile=True, progress=ask, **options)
assert whole.compiled and not eager.compiled and not whole.notes, (whole, eager)
assert parts.status == "stopped" and parts.step == 31, parts
again = train.run(resume=parts.path)
assert again.status == "done" and again.compiled, again
difference = np.abs(losses(eager) - losses(whole)).max()
assert difference < 1e-5, difference
assert again.metrics() == whole.metrics()
assert (again.path / "checkpoint.safetensors").read_bytes() == (whole.path / "checkpoint.safetensors").read_bytes()
print("equal")

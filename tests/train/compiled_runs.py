"""Run by test_engines.py: an eager run, a compiled one, and a copy of the compiled one, taken half way and gone on with."""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import torch

from byhand import train

torch._dynamo.config.error_on_recompile = True
folder = Path(sys.argv[1])
copy = folder / "copy"
train.pictures.draw = lambda *arguments: None  # type: ignore[assignment]
settings = {"hidden": "12", "batch_size": 50, "keep": 0.8, "epochs": 2, "checkpoint_every": 31}


def take_copy(event):
    if event["kind"] == "step" and event["step"] == 35:
        shutil.copytree(folder / "mlp-digits-002", copy)
        record = json.loads((copy / "run.json").read_text())
        (copy / "run.json").write_text(json.dumps({**record, "pid": 2**22 + 1}))  # as if its process had been killed


def losses(run):
    return np.array([line["loss"] for line in run.metrics() if "loss" in line])


eager = train.run("mlp-digits", engine="torch", compile=False, overrides=settings, folder=folder)
whole = train.run("mlp-digits", engine="torch", compile=True, overrides=settings, folder=folder, progress=take_copy)
assert whole.compiled and not eager.compiled and not whole.notes, (whole, eager)
again = train.run(resume=copy)
assert again.status == "done" and again.compiled, again
difference = np.abs(losses(eager) - losses(whole)).max()
assert difference < 1e-5, difference
assert again.metrics() == whole.metrics()
assert (again.path / "checkpoint.safetensors").read_bytes() == (whole.path / "checkpoint.safetensors").read_bytes()
print("equal")

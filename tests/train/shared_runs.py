"""Run by test_engines.py under torchrun: two processes share a run, stop, and take it up again."""

import json
import sys
from pathlib import Path

from byhand import train

folder = Path(sys.argv[1])
train.pictures.draw = lambda *arguments: None  # type: ignore[assignment]
settings = {"hidden": "12", "normalization": "none", "batch_size": 50, "keep": 0.8, "epochs": 2}


def ask(event):
    if event["kind"] == "step" and event["step"] == 31:
        (folder / "shared" / "mlp-digits-001" / "stop").touch()


options = {"engine": "torch", "compile": False, "overrides": settings, "folder": folder / "shared"}
stopped = train.run("mlp-digits", progress=ask, **options)
assert stopped.status == "stopped", stopped
again = train.run(resume=folder / "shared" / "mlp-digits-001", progress=lambda event: None)
assert again.status == "done", again
print(json.dumps([line["loss"] for line in again.metrics() if "loss" in line]))

"""Stands in for `byhand train` where a test wants a run of known length: writes a run's folder as it would."""

import json
import math
import os
import sys
import time
from pathlib import Path

arguments = sys.argv[1:]
runs = Path(arguments[arguments.index("--runs") + 1])
resume = "--resume" in arguments
if os.environ.get("TRAINER_FAILS"):
    sys.exit("byhand: there is no such thing <b>here</b>")
folder = Path(arguments[arguments.index("--resume") + 1]) if resume else runs / f"{arguments[1]}-1"
folder.mkdir(parents=True, exist_ok=True)
record = {
    "id": folder.name,
    "recipe": arguments[1],
    "settings": {"lr": 0.001},
    "engine": "numpy",
    "device": "cpu",
    "seed": 0,
    "asked": [{"metric": "test_accuracy", "value": 0.97}],
    "steps": 2000,
    "status": "running",
    "mine": ["affine_forward"] if "--mine" in arguments else [],
    "pid": os.getpid(),
} | json.loads(os.environ.get("TRAINER_RECORD", "{}"))


def write(name, data):
    (folder / "temporary").write_text(json.dumps(data))
    os.replace(folder / "temporary", folder / name)


metrics = folder / "metrics.jsonl"
step = sum("loss" in line for line in metrics.read_text().splitlines()) if resume else 0
write("run.json", record)
with open(metrics, "a", buffering=1) as file:
    while step < record["steps"]:
        step += 1
        file.write(json.dumps({"step": step, "epoch": step / 20, "loss": 2.3 * math.exp(-step / 100), "lr": 0.001}) + "\n")
        if step % 20 == 0:
            layers = [{"name": "affine1", "activation_std": 1.0, "gradient_norm": 1 / step}]
            line = {"step": step, "epoch": step // 20, "train_accuracy": 0.9, "val_accuracy": 0.8, "layers": layers}
            file.write(json.dumps(line) + "\n")
            write(
                "weights.json", {"grids": [[[math.sin(step + u + i * j) for j in range(4)] for i in range(4)] for u in range(6)]}
            )
        if (folder / "stop").exists():
            write("run.json", record | {"status": "stopped", "step": step})
            sys.exit()
        time.sleep(0.01)
write("run.json", {"result": {"test_accuracy": 0.98}} | record | {"status": "done"})

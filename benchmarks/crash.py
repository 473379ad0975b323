"""Kill a training run at random moments, take it up again, and compare it to the bit with one that was left alone.

    python benchmarks/crash.py [--kills 20] [--engine numpy] [--seed 0]

Each trial starts a run in a process of its own, sends SIGKILL after a random time (anywhere from the first import to the
last step), and resumes it until it is done; every third trial is killed a second time while it resumes. Parameters,
moments and metrics must be those of the uninterrupted run.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from byhand.arrays import leaves, load_tree
from byhand.train import load_run, runs

_CHILD = """
import sys
from pathlib import Path
from byhand import train

train.pictures.draw = lambda *arguments: None  # half of the time would be spent there, with nothing to lose
folder, engine = Path(sys.argv[1]), sys.argv[2]
found = train.runs(folder)
if found:
    train.run(resume=found[0].path)
else:
    train.run("mlp-digits", engine=engine, quick=True, overrides={"checkpoint_every": 7, "epochs": 12}, folder=folder,
              compile=False if engine == "torch" else None)
"""


def main() -> int:
    parser = argparse.ArgumentParser(description="Kill runs at random moments; resumed, they must be equal to the bit.")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--engine", choices=("numpy", "torch"), default="numpy")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    options = parser.parse_args()
    moments = random.Random(options.seed)

    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "whole"
        start = time.perf_counter()
        _child(whole, options.engine).wait()
        seconds = time.perf_counter() - start
        (done,) = runs(whole)
        expected = _outcome(done.path)
        training = done.seconds
        print(f"uninterrupted: {done.steps} steps in {training:.1f} s ({seconds:.1f} s with start-up), engine {done.engine}")
        print(f"{'trial':>5}  {'killed after':>12}  {'at step':>7}  {'checkpoint':>10}  equal to the bit")
        failures = 0
        for trial in range(1, options.kills + 1):
            folder = Path(scratch) / f"trial-{trial}"
            # most kills while it trains, some while it starts
            after = [moments.uniform(0.3 * (seconds - training), seconds)]
            if trial % 3 == 0:
                after.append(moments.uniform(0.5, 0.9) * seconds)
            at = ("", "")
            for wait in after:
                at = _kill(folder, options.engine, wait)
            if _child(folder, options.engine).wait() != 0:
                print(f"{trial:>5}  resuming failed")
                failures += 1
                continue
            (run,) = runs(folder)
            equal = run.status == "done" and _outcome(run.path) == expected
            failures += not equal
            times = " + ".join(f"{wait:.2f}" for wait in after)
            print(f"{trial:>5}  {times + ' s':>12}  {at[0]:>7}  {at[1]:>10}  {'yes' if equal else 'NO'}", flush=True)
    print(f"{options.kills - failures} of {options.kills} equal to the bit")
    return 1 if failures else 0


def _child(folder: Path, engine: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", _CHILD, str(folder), engine])


def _kill(folder: Path, engine: str, after: float) -> tuple[str, str]:
    """Run for some seconds, kill, and return at which step that was and which the checkpoint holds, as far as is known."""
    child = _child(folder, engine)
    time.sleep(after)
    child.send_signal(signal.SIGKILL)
    child.wait()
    found = runs(folder)
    if not found:
        return "none", "none"
    steps = [line["step"] for line in found[0].metrics()]
    path = found[0].path / "checkpoint.safetensors"
    saved = str(load_tree(path)[1]["step"]) if path.exists() else "none"
    reached = "done" if load_run(found[0].path).status == "done" else str(max(steps, default=0))
    return reached, saved


def _outcome(path: Path) -> tuple:
    tree, facts = load_tree(path / "checkpoint.safetensors")
    return facts, {name: array.tobytes() for name, array in leaves(tree)}, load_run(path).metrics(), load_run(path).result


if __name__ == "__main__":
    sys.exit(main())

"""Kill a training run at random moments, take it up again, and compare it to the bit with one that was left alone.

    python -m benchmarks.crash [--kills 20] [--engine numpy] [--seed 0]

Every trial starts a run in a process of its own and sends SIGKILL at a random moment while it trains (or, one time in six,
while it is still starting); every third trial is killed once more after it was taken up. A kill that comes too late, when
the run is done, does not count and is tried again. In the end each run must have the parameters, the optimizer's moments,
the metrics and the result of the uninterrupted one.
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
from byhand.train import RunRecord, runs

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
    train.run("mlp-digits", engine=engine, quick=True, overrides={"checkpoint_every": 7, "epochs": 30}, folder=folder,
              compile=False if engine == "torch" else None)
"""


def main() -> int:
    parser = argparse.ArgumentParser(description="Kill runs at random moments; resumed, they must be equal to the bit.")
    parser.add_argument("--kills", type=int, default=20, help="trials; every third is killed twice")
    parser.add_argument("--engine", choices=("numpy", "torch"), default="numpy")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    options = parser.parse_args()
    moments = random.Random(options.seed)

    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "whole"
        start = time.perf_counter()
        _child(whole, options.engine).wait()
        startup = time.perf_counter() - start
        (done,) = runs(whole)
        startup -= done.seconds
        expected = _outcome(done)
        print(f"uninterrupted: {done.steps} steps in {done.seconds:.1f} s after {startup:.1f} s to start, engine {done.engine}")
        print(f"{'trial':>5}  {'killed at step (checkpoint)':<40}  equal to the bit")
        failures = 0
        for trial in range(1, options.kills + 1):
            folder = Path(scratch) / f"trial-{trial}"
            kills = []
            if trial % 6 == 0:
                kills.append(_kill(folder, options.engine, moments.uniform(0, startup), starting=True))
            else:
                kills.append(_kill_while_it_trains(folder, options.engine, moments, done.seconds))
            if trial % 3 == 0:
                kills.append(_kill(folder, options.engine, moments.uniform(0, 0.4) * done.seconds))
            code = _child(folder, options.engine).wait()
            equal = code == 0 and _outcome(runs(folder)[0]) == expected
            failures += not equal
            print(f"{trial:>5}  {', then '.join(kills):<40}  {'yes' if equal else 'NO'}", flush=True)
    print(f"{options.kills - failures} of {options.kills} equal to the bit")
    return 1 if failures else 0


def _child(folder: Path, engine: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", _CHILD, str(folder), engine])


def _kill_while_it_trains(folder: Path, engine: str, moments: random.Random, seconds: float) -> str:
    for attempt in range(20):
        place = folder / f"attempt-{attempt}"
        at = _kill(place, engine, moments.uniform(0, 0.9) * seconds)
        if runs(place)[0].status != "done":
            for path in place.iterdir():
                path.rename(folder / path.name)
            place.rmdir()
            return at
    raise SystemExit("the run is too short to be killed while it trains")


def _kill(folder: Path, engine: str, after: float, *, starting: bool = False) -> str:
    """Start (or take up) the run, kill it some seconds after it began to train, and say where that was."""
    child = _child(folder, engine)
    while not starting and child.poll() is None and not any(run.pid == child.pid for run in runs(folder)):
        time.sleep(0.005)
    time.sleep(after)
    child.send_signal(signal.SIGKILL)
    child.wait()
    found = runs(folder)
    if not found:
        return "before the first step"
    if found[0].status == "done":
        return "when it was done"
    steps = [line["step"] for line in found[0].metrics()]
    path = found[0].path / "checkpoint.safetensors"
    return f"{max(steps, default=0)} ({load_tree(path)[1]['step'] if path.exists() else 'none'})"


def _outcome(run: RunRecord) -> tuple:
    tree, facts = load_tree(run.path / "checkpoint.safetensors")
    return run.status, facts, {name: array.tobytes() for name, array in leaves(tree)}, run.metrics(), run.result


if __name__ == "__main__":
    sys.exit(main())

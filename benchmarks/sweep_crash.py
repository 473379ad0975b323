"""Kill one of two workers of a sweep; the other trials go on, and no finished trial is lost. `make crash` runs it.

python -m benchmarks.sweep_crash [--trials 20]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from byhand.train import recipes
from byhand.train.search import default_space
from byhand.train.sweep import Plan, Sweep, Trial


def main() -> int:
    parser = argparse.ArgumentParser(description="Kill one of two workers of a sweep; no finished trial may be lost.")
    parser.add_argument("--trials", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder, started = Path(scratch), time.perf_counter()
        command = ["sweep", "mlp-digits", "--quick", "--trials", str(options.trials), "--workers", "2", "--runs", scratch]
        process = subprocess.Popen([sys.executable, "-m", "byhand", *command], stdout=subprocess.PIPE, text=True)
        before = _kill_one(process, folder)
        told, _ = process.communicate()
        after = _finished(folder)
    lost = [trial.number for trial in before if trial not in after]
    print(told)
    print(f"killed after {len(before)} of {options.trials} trials; finished in the end: {len(after)}; lost: {lost or 'none'}")
    print(f"{time.perf_counter() - started:.0f} s, exit code {process.returncode}")
    return 0 if not lost and len(after) >= options.trials and process.returncode == 0 else 1


def _kill_one(process: subprocess.Popen, folder: Path) -> list[Trial]:
    """Wait for three finished trials, kill one of the two workers, and return what was finished then."""
    while len(_finished(folder)) < 3:
        time.sleep(0.2)
        if process.poll() is not None:
            raise SystemExit(f"it ended before three trials were finished, with exit code {process.returncode}")
    before = _finished(folder)
    workers = [c for c in psutil.Process(process.pid).children() if "spawn_main" in " ".join(c.cmdline())]
    workers[0].kill()
    return before


def _finished(folder: Path) -> list[Trial]:
    if not (folder / "sweeps.db").exists():
        return []
    settings = recipes.find("mlp-digits").asked(quick=True)[0]
    storage = f"sqlite:///{folder / 'sweeps.db'}"
    return Sweep(Plan("mlp-digits", "mlp-digits-quick", storage, default_space(settings), quick=True)).finished()


if __name__ == "__main__":
    sys.exit(main())

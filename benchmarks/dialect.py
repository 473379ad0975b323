"""How long the check of a whole CS231n folder takes: python -m benchmarks.dialect [FOLDER]. The target: 15 s on two cores."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

ASSIGNMENT_1 = (
    "k_nearest_neighbor",
    "linear_svm",
    "softmax",
    "linear_classifier",
    "neural_net",
    "features",
    "layers",
    "__init__",
)


def main() -> None:
    """Time the command on a folder, or on a complete assignment 1 as the tests have it."""
    with tempfile.TemporaryDirectory() as empty:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else _assignment(Path(empty))
        times, said = [], ""
        for _ in range(3):
            started = time.perf_counter()
            command = [sys.executable, "-m", "byhand", "check", "--dialect", "cs231n", str(folder)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            times.append(time.perf_counter() - started)
            said = done.stdout
        print(said.rstrip())
        print("whole folder: " + ", ".join(f"{t:.1f} s" for t in times))


def _assignment(folder: Path) -> Path:
    from tests.interop.folders import write

    write("2017", folder)
    for file in folder.rglob("*.py"):
        if file.stem not in ASSIGNMENT_1:
            file.unlink()
    return folder


if __name__ == "__main__":
    main()

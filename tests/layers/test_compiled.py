"""Every function is captured whole by torch.compile(fullgraph=True) and gives the same numbers compiled."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .table import LAYERS, LOSSES, PLAIN

pytest.importorskip("torch")
pytestmark = pytest.mark.torch
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def verdicts():
    path = os.pathsep.join([str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "tests.layers.compile_all"]
    environment = {**os.environ, "BYHAND_SHAPES": "0", "PYTHONPATH": path}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", [*(entry.name for entry in LAYERS + LOSSES + PLAIN), "everything"])
def test_compiles_whole(verdicts, name):
    assert verdicts[name] == ""

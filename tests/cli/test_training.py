"""`byhand train`, `byhand runs`, `byhand data`: what is told, the exit codes, and whose functions trained."""

import json
import re
import signal
import subprocess
import sys

import pytest

from byhand import course
from byhand.data.download import Patience

from .conftest import launch, solve, write


def test_recipes_are_listed(byhand, nowhere):
    result = byhand("train")
    assert result.code == 0
    assert "mlp-digits" in result.out
    assert "  digits: test accuracy at least 0.97" in result.out
    assert "  cifar10: test accuracy at least 0.52\n  digits --quick: test accuracy at least 0.94" in result.out


def test_a_quick_run_is_told_and_listed(byhand, nowhere):
    assert "No runs yet" in byhand("runs").out
    result = byhand("train", "mlp-digits", "--quick")
    assert result.code == 0
    assert re.fullmatch(r"test accuracy 0\.9\d+   target at least 0\.95 reached", result.out.splitlines()[-1])
    assert "pictures and metrics: runs" in result.out
    assert "mlp-digits-001" in byhand("runs").out
    record = json.loads(byhand("runs", "--json").out)[0]
    assert (record["id"], record["status"], record["mine"]) == ("mlp-digits-001", "done", [])


def test_a_target_missed_is_1(byhand, nowhere):
    result = byhand("train", "mlp-digits", "--quick", "--set", "epochs=1", "--set", "lr=1e-6")
    assert result.code == 1
    assert result.out.splitlines()[-1].endswith("missed")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nope"], "expected a recipe, one of mlp-digits, "),
        (["mlp-digits", "--set", "lr"], "--set: expected NAME=VALUE, as in lr=0.01; got 'lr'"),
        (["mlp-digits", "--set", "lr=fast"], "setting lr: expected a number, got 'fast'"),
        (
            ["mlp-digits", "--set", "speed=1"],
            "there is no setting 'speed'; there are data, threads, examples, preparation, batch_size",
        ),
        (["--resume", "nope"], "there is no run in"),
        (["mlp-digits", "--engine", "jax"], "expected an engine, one of numpy, torch; got 'jax'"),
        (["mlp-digits", "--device", "cuda"], "engine numpy runs on the CPU"),
        (["mlp-digits", "--mine", "--engine", "torch"], "your functions are written in NumPy"),
        (["mlp-digits", "--mine"], "none of your functions passes its check yet"),
    ],
)
def test_wrong_usage(byhand, space, arguments, says):
    result = byhand("train", *arguments)
    assert (result.code, result.out.strip()) == (2, "")
    assert says in result.err
    assert not any(space.runs.iterdir())


def test_mine_trains_on_a_solved_workspace_and_says_so(byhand, space):
    solve(space)
    write(space, "tanh_backward", lambda text: text.replace("return dx", "return 2 * dx"))
    checked = byhand("check", "--all")
    assert checked.code == 1
    assert f"{len(course.functions()) - 1} of {len(course.functions())} right" in checked.out
    result = launch("train", "mlp-digits", "--mine", "--quick", folder=space.folder)
    assert result.returncode == 0, result.stderr
    yours = result.stdout[result.stdout.index("Yours: ") :]
    assert "affine_backward" in yours
    assert "batchnorm_backward" in yours
    assert re.search(r"with \d\d of your functions", yours)
    assert "tanh_backward: ours, because yours does not pass yet" in result.stdout
    record = json.loads(launch("runs", "--json", folder=space.folder).stdout)[0]
    assert {"affine_forward", "affine_backward", "adam"} <= set(record["mine"])
    assert not {"tanh_forward", "tanh_backward"} & set(record["mine"])
    again = launch("train", "--resume", "mlp-digits-001", folder=space.folder)
    assert again.returncode == 2
    assert "go on with byhand train --mine --resume mlp-digits-001" in again.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for other processes")
def test_ctrl_c_leaves_a_run_to_go_on_with(nowhere):
    command = [sys.executable, "-m", "byhand", "train", "mlp-digits", "--set", "epochs=100000"]
    process = subprocess.Popen(command, cwd=nowhere, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    metrics = nowhere / "runs" / "mlp-digits-001" / "metrics.jsonl"
    try:
        for _ in range(300):
            if metrics.exists() and metrics.stat().st_size:
                break
            assert process.poll() is None
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert (process.returncode, err) == (130, "")
    assert re.search(r"Stopped at step \d+ of \d+\. Go on with: byhand train --resume \S+mlp-digits-001", out)
    record = json.loads((nowhere / "runs" / "mlp-digits-001" / "run.json").read_text())
    assert record["status"] == "stopped"


@pytest.mark.torch
def test_the_torch_engine(nowhere):
    pytest.importorskip("torch", reason="needs PyTorch")
    result = launch("train", "mlp-digits", "--quick", "--engine", "torch", folder=nowhere)
    assert result.returncode == 0, result.stderr
    assert "(torch on cpu)" in result.stdout


def test_data(byhand, nowhere, monkeypatch):
    monkeypatch.delenv("BYHAND_DATA", raising=False)
    monkeypatch.setenv("BYHAND_CACHE", str(nowhere / "cache"))
    listed = byhand("data").out
    assert listed.count("bundled") >= 2 and listed.count("not fetched") == 3
    assert "digits" in listed
    assert "shapes" in listed
    assert re.search(r"train +1257 of \(1, 8, 8\)", byhand("data", "digits").out)
    result = byhand("data", "nope")
    assert result.code == 2
    assert "expected a data set, one of digits, shapes" in result.err and "got 'nope'" in result.err
    monkeypatch.setenv("BYHAND_MIRROR", "http://127.0.0.1:9/nothing-listens-here")
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr("byhand.data.download.PATIENCE", Patience(timeout=1, tries=1, pause=0))
    result = byhand("data", "cifar10")
    assert result.code == 2 and "cifar-10-python.tar.gz could not be fetched" in result.err and "BYHAND_MIRROR" in result.err
    monkeypatch.setenv("BYHAND_DATA", str(nowhere / "typo"))
    assert "which is no folder" in byhand("data").err

"""Two engines, one run: the same numbers from NumPy, from PyTorch, and from PyTorch's compiler."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from byhand import data, train
from byhand.arrays import Key
from byhand.train import engines
from byhand.train.recipes.fully_connected import MLP_DIGITS, FullyConnectedSettings
from byhand.train.solver import Solver

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch
functional = torch.nn.functional


def losses(run):
    return np.array([line["loss"] for line in run.metrics() if "loss" in line])


@pytest.mark.parametrize("optimizer", ["adam", "sgd_momentum"])
def test_equal_losses_over_the_first_steps_of_the_recipe(tmp_path, optimizer):
    options = {"overrides": {"epochs": 2, "optimizer": optimizer}, "folder": tmp_path}
    ours, theirs = (train.run("mlp-digits", engine=name, compile=compile, **options) for name, compile in
                    (("numpy", None), ("torch", False)))  # fmt: skip
    assert np.abs(losses(ours) - losses(theirs))[:20].max() < 1e-4
    assert theirs.engine == "torch" and theirs.device == "cpu" and not theirs.compiled


def test_first_gradients_agree_with_autograd_of_another_implementation():
    """The loss written again in PyTorch's own functions, on the recipe's own first batch; relative error, in float32."""
    recipe, dataset = MLP_DIGITS, data.load("digits")
    settings, engine = recipe.settings, engines.make("numpy")
    assert isinstance(settings, FullyConnectedSettings)
    solver = Solver(recipe.model(settings, dataset), dataset, settings, engine, Key.from_seed(0))
    params, _, state, x, y, rows, noise, _ = solver._arguments(solver.start())
    loss, grads, _ = solver.model.loss_and_grad(params, state, (x[rows], y[rows]), noise)
    keep = 0.7
    assert settings.to_json()["keep"] == keep
    images, labels = torch.from_numpy(x[rows]), torch.from_numpy(y[rows])

    def peer(p):
        out = images.flatten(1)
        for i in (1, 2):
            out = out @ p[f"affine{i}/w"] + p[f"affine{i}/b"]
            out = functional.batch_norm(out, None, None, p[f"norm{i}/gamma"], p[f"norm{i}/beta"], training=True)
            kept = torch.from_numpy(noise[f"dropout{i}"]) < keep
            out = torch.where(kept, functional.relu(out) / keep, 0.0)
        decay = sum((p[f"affine{i}/w"] ** 2).sum() for i in (1, 2, 3))
        scores = out @ p["affine3/w"] + p["affine3/b"]
        return functional.cross_entropy(scores, labels) + settings.reg / 2 * decay

    tensors = {name: torch.from_numpy(w) for name, w in params.items()}
    expected, pullback = torch.func.vjp(peer, tensors)
    (autograd,) = pullback(torch.ones_like(expected))
    assert loss == pytest.approx(expected.item(), rel=1e-6)
    largest = max(np.linalg.norm(dw) for dw in grads.values())
    for name, dw in grads.items():
        error = np.linalg.norm(dw - autograd[name].numpy())
        # the gradient of a bias before batch norm is zero: what is left is rounding, measured by the others
        assert error <= 1e-5 * max(np.linalg.norm(dw), 0.03 * largest), name


def test_torch_run_resumes_to_the_bit(small_run):
    def ask(event):
        if event["kind"] == "step" and event["step"] == 31:
            (parts[0] / "mlp-digits-001" / "stop").touch()

    whole = small_run("torch", compile=False)
    parts = [whole.path.parent.parent / "parts"]
    stopped = small_run("torch", compile=False, progress=ask, folder="parts")
    assert stopped.status == "stopped"
    again = train.run(resume=stopped.path)
    assert again.metrics() == whole.metrics() and again.result == whole.result
    checkpoints = [(run.path / "checkpoint.safetensors").read_bytes() for run in (whole, again)]
    assert checkpoints[0] == checkpoints[1]


def test_divergence_on_torch_names_the_layer(small_run):
    run = small_run("torch", compile=False, overrides={"lr": 1e6, "optimizer": "sgd", "reg": 1e-3, "epochs": 20})
    assert run.status == "diverged" and "First at fault, on that batch: layer affine" in run.error


def test_late_reading_of_losses_finds_the_same_step(small_run, monkeypatch):
    """On an accelerator losses are read every few steps; the run is then replayed to the step at fault."""
    options = {"overrides": {"lr": 1e6, "optimizer": "sgd", "reg": 1e-3, "epochs": 20}}
    at_once = small_run(**options)
    monkeypatch.setattr("byhand.train.engines.numpy_engine.NumpyEngine.check_every", 20)
    late = small_run(**options)
    assert late.error == at_once.error and late.status == "diverged"


def test_autograd_is_off(small_run, monkeypatch):
    from byhand.models import fully_connected_net

    seen = []
    ours = fully_connected_net.fully_connected_net_loss

    def spy(params, *arguments, **options):
        loss, grads, state = ours(params, *arguments, **options)
        seen.append((torch.is_grad_enabled(), loss.requires_grad, loss.grad_fn))
        return loss, grads, state

    monkeypatch.setattr(fully_connected_net, "fully_connected_net_loss", spy)
    small_run("torch", compile=False, overrides={"epochs": 1})
    assert set(seen) == {(False, False, None)}
    assert torch.is_grad_enabled()


def test_unknown_devices():
    with pytest.raises(ValueError, match="expected a device such as cpu, cuda, cuda:1 or mps, got 'gpu'"):
        engines.make("torch", device="gpu")
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match="device 'cuda' is not there on this machine; there is cpu"):
            engines.make("torch", device="cuda")


def test_without_a_compiler_it_says_so_once_and_runs_eagerly(small_run, monkeypatch):
    monkeypatch.setenv("CXX", "no-such-compiler")
    notes = []
    run = small_run("torch", compile=True, progress=lambda e: notes.append(e["text"]) if e["kind"] == "note" else None)
    assert run.status == "done" and not run.compiled
    assert (
        notes
        == run.notes
        == [
            "the C++ compiler no-such-compiler (from CXX) was not found: the step runs eagerly, which is slower and "
            "otherwise the same"
        ]
    )


def test_compiling_is_left_to_runs_that_repay_it(monkeypatch):
    from byhand.train.engines import torch_engine

    engine = torch_engine.TorchEngine()
    compiled = []
    monkeypatch.setattr(torch_engine.torch, "compile", lambda step, **_: compiled.append(step) or step)
    monkeypatch.setattr(engine, "_seconds", lambda step, arguments: 0.01)
    monkeypatch.setattr(torch_engine, "_missing_compiler", lambda: "")
    step = lambda *arguments: arguments  # noqa: E731
    engine.prepare(step, (), 1000)
    assert not engine.compiled and not compiled
    engine.prepare(step, (), 100_000)
    assert engine.compiled and len(compiled) == 1


@pytest.mark.skipif(not any(map(shutil.which, ("g++", "c++", "clang++"))), reason="no C++ compiler here")
def test_compiled_step_equals_eager_resumes_to_the_bit_and_compiles_once(tmp_path):
    """In a process of its own: torch.compile cannot see through the shape checks of the test run."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).parent / "compiled_runs.py"), str(tmp_path)],
        capture_output=True,
        text=True,
        env={**os.environ, "BYHAND_SHAPES": "0", "TORCHINDUCTOR_COMPILE_THREADS": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.split()[-1] == "equal"


def test_two_processes_make_the_run_that_one_makes(tmp_path):
    """Each has half of every batch; without batch norm, their averaged gradients are those of the whole batch."""
    script = str(Path(__file__).parent / "shared_runs.py")
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", script, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    assert done.returncode == 0, done.stdout + done.stderr
    shared = train.load_run(tmp_path / "shared" / "mlp-digits-001")
    settings = {name: shared.settings[name] for name in ("hidden", "normalization", "batch_size", "keep", "epochs")}
    alone = train.run("mlp-digits", engine="torch", compile=False, overrides=settings, folder=tmp_path / "alone")
    assert [path.name for path in (tmp_path / "shared").iterdir()] == ["mlp-digits-001"]
    assert shared.status == "done" and len(losses(shared)) == len(losses(alone)) == 50
    assert np.abs(losses(shared) - losses(alone)).max() < 1e-4

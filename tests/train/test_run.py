"""A run from beginning to end, stopped, killed, gone on with, and gone wrong."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from byhand import train
from byhand.arrays import load_tree
from byhand.layers import activations
from byhand.train import records


def parameters(run):
    tree, facts = load_tree(run.path / "checkpoint.safetensors")
    return {
        **tree["params"],
        **{f"{k}/{kk}": np.asarray(vv) for k, v in tree["moments"].items() for kk, vv in v.items()},
    }, facts


def assert_equal_to_the_bit(a, b):
    (first, facts), (second, other) = parameters(a), parameters(b)
    assert facts == other
    assert first.keys() == second.keys()
    for name, array in first.items():
        assert array.tobytes() == second[name].tobytes(), name
    assert a.metrics() == b.metrics()
    assert a.result == b.result


@pytest.fixture
def whole(small_run):
    return small_run(folder="whole")


def test_record_of_a_whole_run_pictures(small_run):
    events = []
    run = small_run(progress=events.append, mine=["relu_forward", "adam"], overrides={"epochs": 2})
    assert (run.id, run.status, run.engine, run.device, run.compiled) == (
        "mlp-digits-001",
        "done",
        "numpy",
        "cpu",
        False,
    )
    assert run.steps == run.step == 50 and run.seconds > 0 and run.mine == ["adam", "relu_forward"]
    assert run.settings["hidden"] == [12, 9] and run.settings["batch_size"] == 50
    assert 0.5 < run.result["test_accuracy"] <= 1 and not run.reached
    assert run.targets == [train.Target("test_accuracy", 0.97)]
    assert {path.name for path in run.path.iterdir()} == {
        "run.json", "metrics.jsonl", "checkpoint.safetensors", "weights.json", "curves.png", "weights.png",
        "confusion.png", "samples.png",
    }  # fmt: skip
    assert train.load_run(run.path) == run
    lines = run.metrics()
    steps = [line for line in lines if "loss" in line]
    assert [line["step"] for line in steps] == list(range(1, 51))
    assert steps[24]["epoch"] == 1 and steps[0]["lr"] == 1e-2 > steps[-1]["lr"]
    evaluations = [line for line in lines if "val_accuracy" in line]
    assert [line["step"] for line in evaluations] == [25, 50]
    layers = evaluations[0]["layers"]
    assert [layer["name"] for layer in layers][:4] == ["affine1", "norm1", "relu1", "dropout1"]
    assert layers[1]["activation_std"] == pytest.approx(1, abs=0.3) and layers[2]["gradient_norm"] is None
    weights = json.loads((run.path / "weights.json").read_text())
    assert (weights["units"], weights["height"], weights["width"], weights["step"]) == (12, 8, 8, 50)
    first = parameters(run)[0]["affine1/w"]
    np.testing.assert_allclose(np.array(weights["grids"])[3], first[:, 3].reshape(8, 8), atol=6e-4)
    assert weights["low"] == pytest.approx(first.min(), abs=1e-4)
    kinds = [event["kind"] for event in events]
    assert kinds[0] == "start" and kinds[-1] == "end" and kinds.count("evaluation") == 2 and kinds.count("step") == 50


def test_same_seed_same_run_and_another_seed_another(small_run, whole):
    assert_equal_to_the_bit(whole, small_run())
    assert small_run(seed=1).result != whole.result


@pytest.mark.parametrize("by", ["signal", "file"])
@pytest.mark.parametrize("at", [1, 30, 25])
def test_stopped_and_resumed_is_equal_to_the_bit(small_run, whole, by, at):
    def ask(event):
        if event["kind"] == "step" and event["step"] == at:
            if by == "signal":
                os.kill(os.getpid(), signal.SIGINT)
            else:
                (train.runs(folder)[0].path / "stop").touch()

    folder = whole.path.parent.parent / "parts"
    handler = signal.getsignal(signal.SIGINT)
    run = small_run(progress=ask, folder="parts")
    assert (run.status, run.step, run.resumable) == ("stopped", at, True)
    assert not (run.path / "stop").exists() and signal.getsignal(signal.SIGINT) is handler
    again = train.run(resume=run.path)
    assert again.status == "done" and again.id == run.id
    assert_equal_to_the_bit(whole, again)


def test_killed_after_its_checkpoint_is_equal_to_the_bit(small_run, whole):
    """What a kill leaves: a record that says running, metrics beyond the checkpoint, the last line cut short."""

    class Killed(BaseException):
        pass

    def kill(event):
        if event["kind"] == "step" and event["step"] == 40:
            raise Killed

    with pytest.raises(Killed):
        small_run(progress=kill, folder="parts", overrides={"checkpoint_every": 7})
    (run,) = train.runs(whole.path.parent.parent / "parts")
    assert run.status == "failed"
    run.status, run.pid = "running", 2**22 + 1
    run.save()
    with open(run.path / "metrics.jsonl", "a") as file:
        file.write('{"step": 41, "epoch": 1.64, "lo')
    assert train.load_run(run.path).status == "stopped"
    again = train.run(resume=run.path)
    (first, _), (second, _) = parameters(whole), parameters(again)
    assert all(array.tobytes() == second[name].tobytes() for name, array in first.items())
    assert again.metrics() == whole.metrics()


def test_resuming_refuses_what_would_not_be_the_same_run(small_run, whole):
    with pytest.raises(ValueError, match="mlp-digits-001 is of engine numpy, and goes on with it; got engine 'torch'"):
        train.run(resume=whole.path, engine="torch")
    with pytest.raises(ValueError, match="trained on these functions of yours: none; now there are adam"):
        train.run(resume=whole.path, mine=["adam"])
    with pytest.raises(ValueError, match="there is no run in .*nowhere"):
        train.run(resume=whole.path.parent / "nowhere")
    whole.status, whole.pid = "running", os.getpid()
    whole.save()
    with pytest.raises(ValueError, match="is running now, in process"):
        train.run(resume=whole.path)


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"lr": 1e6, "optimizer": "sgd", "reg": 1e-3}, r"First at fault, on that batch: layer affine\d"),
        ({"lr": 1e6}, r"layer affine1, parameter \w: it reaches \d.\de\+06"),
        ({"lr": 1e38, "normalization": "none"}, r"layer affine\d"),
    ],
)
def test_divergence_stops_the_run_and_names_the_layer(small_run, overrides, words):
    import re

    run = small_run(overrides={**overrides, "epochs": 20})
    assert run.status == "diverged" and not run.resumable
    assert re.search(words, run.error), run.error
    assert re.search(r"the loss became .* at step \d+ .*The learning rate was 1e\+", run.error), run.error
    assert len([line for line in run.metrics() if "loss" in line]) == run.step < run.steps
    assert train.load_run(run.path).error == run.error
    with pytest.raises(ValueError, match="diverged and would again"):
        train.run(resume=run.path)


def test_a_faulty_function_in_place_of_ours_is_named(small_run, monkeypatch):
    """The learner's function, set on the module, is what trains: here one that goes wrong at the 3rd step."""
    calls = []
    right = activations.relu_forward

    def wrong(x):
        out, cache = right(x)
        calls.append(len(x))
        return (out * np.nan if calls.count(50) > 6 else out), cache

    monkeypatch.setattr(activations, "relu_forward", wrong)
    run = small_run(mine=["relu_forward"])
    assert run.status == "diverged" and "at step" in run.error
    assert "layer relu1, output: 600 of 600 numbers are not finite" in run.error


def test_a_linear_model_that_diverges_names_its_weights(tmp_path):
    overrides = {"lr": 1e9, "optimizer": "sgd", "epochs": 2}
    run = train.run("softmax-cifar10", quick=True, overrides=overrides, folder=tmp_path)
    assert run.status == "diverged" and "layer linear" in run.error, run


def test_an_error_in_a_layer_fails_the_run_and_is_kept(small_run, monkeypatch, tmp_path):
    def broken(x):
        raise IndexError("out of my depth")

    monkeypatch.setattr(activations, "relu_forward", broken)
    with pytest.raises(IndexError):
        small_run()
    (run,) = train.runs(tmp_path / "runs")
    assert (run.status, run.error) == ("failed", "IndexError: out of my depth")


def test_bad_requests(tmp_path):
    def refused(message, *arguments, **options):
        with pytest.raises(ValueError, match=message):
            train.run(*arguments, folder=tmp_path / "never", **options)

    refused("expected a recipe, one of mlp-digits, .*, or a run to resume")
    refused("expected an engine, one of numpy, torch; got 'nunpy'. Did you mean numpy", "mlp-digits", engine="nunpy")
    refused("engine numpy runs on the CPU; got device 'cuda'", "mlp-digits", device="cuda")
    refused("engine numpy has nothing to compile", "mlp-digits", compile=True)
    refused("expected seed to be a whole number", "mlp-digits", seed=-1)
    refused("setting batch_size: expected at most 1257", "mlp-digits", overrides={"batch_size": 2000})
    refused("train with engine numpy only; got engine 'torch'", "mlp-digits", engine="torch", mine=["adam"])
    assert not (tmp_path / "never").exists()


def test_runs_are_listed_latest_first_and_junk_passed_over(small_run, tmp_path):
    assert train.runs(tmp_path / "none") == []
    first, second = small_run(overrides={"epochs": 1}), small_run(overrides={"epochs": 1})
    (tmp_path / "runs" / "junk").mkdir()
    (tmp_path / "runs" / "junk" / "run.json").write_text("{")
    assert [run.id for run in train.runs(tmp_path / "runs")] == [second.id, first.id] == ["mlp-digits-002", "mlp-digits-001"]
    with pytest.raises(ValueError, match="is damaged"):
        train.load_run(tmp_path / "runs" / "junk")


def test_metrics_are_cut_to_a_step(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"step": 1, "loss": 1.0}\n{"step": 2, "loss": 0.5}\n{"step": 2, "val_accuracy": 1}\n{"step": 3}\n{"st')
    records.cut_metrics(path, 2)
    assert path.read_text() == '{"step": 1, "loss": 1.0}\n{"step": 2, "loss": 0.5}\n{"step": 2, "val_accuracy": 1}\n'


def test_recipe_reaches_its_targets(tmp_path):
    full = train.run("mlp-digits", folder=tmp_path, seed=3)
    assert full.reached and full.result["test_accuracy"] >= 0.97 and full.seconds < 30
    quick = train.run("mlp-digits", folder=tmp_path, quick=True)
    assert quick.reached and quick.quick and quick.targets[0].value == 0.95


def test_progress_bar(small_run):
    import io

    from rich.console import Console

    file = io.StringIO()
    console = Console(file=file, width=120, force_terminal=False)
    with train.progress.Bar(console) as bar:
        bar({"kind": "note", "text": "a note"})
        small_run(progress=bar, overrides={"epochs": 1})
    text = file.getvalue()
    assert "a note" in text and "mlp-digits-001" in text and "validation 0." in text


def test_numpy_engine_never_imports_torch(tmp_path):
    code = f"""
import sys
from byhand import train
run = train.run("mlp-digits", quick=True, overrides={{"epochs": 1}}, folder={str(tmp_path)!r})
assert run.status == "done", run
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_pytorch_the_torch_engine_says_what_to_install(small_run, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ValueError, match=r"PyTorch is not installed. Install it with: pip install 'byhand\[torch\]'"):
        small_run("torch")

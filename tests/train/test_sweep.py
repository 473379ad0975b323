"""Sweeps: what is searched is read with care; trials are shared, given up, resumed; nothing that is finished is lost."""

import dataclasses
import os
import signal
import threading
import time

import pytest

from byhand import train
from byhand.train import sweep_picture
from byhand.train.recipes.fully_connected import MLP_DIGITS
from byhand.train.search import Choices, Range, default_space, read_space, told
from byhand.train.sweep import Plan, Sweep, _quietly, resumable
from byhand.train.workers import work_together

from .conftest import SMALL

optuna = pytest.importorskip("optuna")
SETTINGS = MLP_DIGITS.settings


def plan(tmp_path, **changes):
    space = {"lr": Range(1e-3, 1e-1), "hidden": Choices(("12", "12,9"))}
    overrides = {name: value for name, value in SMALL.items() if name not in space} | {"epochs": "2", "threads": "1"}
    options = {"trials": 3, "overrides": overrides, "prune": False, "folder": tmp_path / "runs", **changes}
    (tmp_path / "runs").mkdir(exist_ok=True)
    return Plan("mlp-digits", "small", f"sqlite:///{tmp_path / 'sweeps.db'}", options.pop("space", space), **options)


def test_a_space_is_read_and_shown():
    space = read_space(["lr=1e-4..1e-1", "batch_size = 16..64", "hidden=256,128|64", "keep=0.5..1"], SETTINGS)
    rate, size = space["lr"], space["batch_size"]
    assert rate == Range(1e-4, 1e-1) and isinstance(rate, Range) and rate.log
    assert size == Range(16, 64) and isinstance(size, Range) and isinstance(size.low, int) and not size.log
    assert space["hidden"] == Choices(("256,128", "64")) and not Range(0.0, 1.0).log
    assert told(space) == "lr 0.0001..0.1, batch_size 16..64, hidden 256,128|64, keep 0.5..1"
    around = default_space(SETTINGS)
    rate = around["lr"]
    assert isinstance(rate, Range) and rate.low < SETTINGS.lr < rate.high and set(around) == {"lr", "reg"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("lr", "expected NAME=LOW..HIGH"),
        ("lr=", "expected NAME=LOW..HIGH"),
        ("rl=1..2", "there is no setting 'rl'"),
        ("lr=low..high", "setting lr: expected a number"),
        ("lr=0.1..0.01", "with LOW below HIGH"),
        ("lr=-1..1", "setting lr: expected above 0"),
        ("batch_size=1.5..8", "expected a whole number"),
        ("hidden=16..32", "hidden is no number"),
        ("optimizer=sgd|adamm", "setting optimizer: expected one of"),
    ],
)
def test_a_space_that_cannot_be_is_told(text, told):
    with pytest.raises(ValueError) as caught:
        read_space([text], SETTINGS)
    assert told in str(caught.value)


def test_trials_are_run_kept_and_drawn_pictures(tmp_path):
    sweep, seen = Sweep(plan(tmp_path)), []
    sweep.work(seen.append)
    finished = sweep.finished()
    assert [t.number for t in seen] == [t.number for t in finished] == [0, 1, 2]
    for trial in finished:
        run = train.load_run(tmp_path / "runs" / trial.run)
        assert run.status == "done" and trial.value == run.result["val_accuracy"]
        assert run.settings["lr"] == trial.settings["lr"] and list(trial.curve) == [1, 2]
        assert 1e-3 <= trial.settings["lr"] <= 1e-1 and trial.settings["hidden"] in ("12", "12,9")
    best = sweep.best()
    assert best is not None and best.value == max(t.value or 0 for t in finished) and not resumable(sweep.plan, best)
    picture = tmp_path / "sweep.png"
    sweep_picture.draw_sweep(picture, "small", sweep.plan.space, finished)
    assert picture.read_bytes().startswith(b"\x89PNG")
    again = Sweep(plan(tmp_path, trials=4))
    again.work()
    assert again.finished()[:3] == finished and len(again.finished()) == 4


def test_another_sweep_of_that_name_is_refused(tmp_path):
    Sweep(plan(tmp_path))
    with pytest.raises(ValueError, match=r"there is a sweep 'small' already, and it is another one \(search: .*Give this one a"):
        Sweep(plan(tmp_path, space={"lr": Range(1e-3, 1e-2)}))
    with pytest.raises(ValueError, match="the storage nowhere://x cannot be opened"):
        Sweep(Plan("mlp-digits", "small", "nowhere://x", {}))
    with pytest.raises(ValueError, match="the settings of one training, and init-study is none: choose another recipe"):
        Sweep(dataclasses.replace(plan(tmp_path), recipe="init-study"))
    with pytest.raises(ValueError, match="expected a recipe"):
        Sweep(Plan("mlp", "small", "sqlite://", {}))


def test_the_best_of_short_trials_goes_on(tmp_path):
    sweep = Sweep(plan(tmp_path, trials=2, epochs_each=1))
    sweep.work()
    best = sweep.best()
    assert best is not None and resumable(sweep.plan, best) and list(best.curve) == [1]
    run = train.run(resume=tmp_path / "runs" / best.run)
    assert run.status == "done" and run.settings["lr"] == best.settings["lr"]


def test_a_trial_that_falls_behind_is_given_up_and_can_be_resumed(tmp_path, monkeypatch):
    monkeypatch.setattr(optuna.trial.Trial, "should_prune", lambda trial: True)
    sweep = Sweep(plan(tmp_path, trials=1, prune=True))
    sweep.work()
    (trial,) = sweep.finished()
    assert trial.pruned and list(trial.curve) == [1] and trial.value == trial.curve[1] and sweep.best() is None
    assert train.load_run(tmp_path / "runs" / trial.run).status == "stopped" and resumable(sweep.plan, trial)


def test_one_that_diverges_counts_and_one_that_is_stopped_does_not(tmp_path, monkeypatch):
    sweep = Sweep(plan(tmp_path, trials=1, space={"lr": Range(1e6, 2e6)}))
    sweep.work()
    (trial,) = sweep.finished()
    assert trial.pruned and train.load_run(tmp_path / "runs" / trial.run).status == "diverged"

    stopping = Sweep(plan(tmp_path, trials=2, space={"lr": Range(1e6, 2e6)}))
    monkeypatch.setattr("byhand.train.interruption.StopRequest.made", True)
    with pytest.raises(KeyboardInterrupt):
        stopping.work()
    assert stopping.finished() == [trial]


def test_a_trial_whose_worker_was_lost_at_once_holds_nobody_up(tmp_path):
    sweep = Sweep(plan(tmp_path, trials=1, heartbeat=1))
    with _quietly():
        sweep._study.ask()  # and no sign of life after that
    started = time.monotonic()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("byhand.train.sweep.BEGINNING", 2)
        sweep.work()
    assert len(sweep.finished()) == 1 and time.monotonic() - started > 1


def test_two_workers_of_which_one_is_killed_finish_what_is_asked(tmp_path):
    asked = plan(tmp_path, trials=6, heartbeat=1)
    told, notes, before = [], [], []
    sweep = Sweep(asked)
    started: list = []

    def kill_one():
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not sweep.finished():
            time.sleep(0.05)
        before.extend(sweep.finished())
        os.kill(started[0].pid, signal.SIGKILL)

    from byhand.train import workers

    def start(plan, original=workers._start):
        started.append(original(plan))
        return started[-1]

    killer = threading.Thread(target=kill_one)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workers, "_start", start)
        killer.start()
        work_together(asked, 2, told.append, notes.append)
    killer.join()
    finished = sweep.finished()
    assert len(finished) >= 6 and before and all(trial in finished for trial in before)
    assert sorted(t.number for t in told) == [t.number for t in finished]
    assert len(started) == 3 and notes == ["a worker was lost (exit code -9); its trial is begun anew by another"]
    assert all(not process.is_alive() for process in started)

"""`byhand sweep`: from the command line, a small search is made, told, gone on with."""

import pytest

from byhand import train

pytest.importorskip("optuna")
SMALL = ("--quick", "--set", "epochs=1", "--set", "hidden=8", "--set", "threads=1")


def test_a_small_sweep_is_told_and_goes_on(byhand, nowhere):
    result = byhand("sweep", "mlp-digits", *SMALL, "--trials", "2", "--over", "lr=1e-3..1e-2")
    assert result.code == 0, result.err
    assert "mlp-digits-quick: lr 0.001..0.01" in result.out and "2 trials, 0 given up early" in result.out
    assert (nowhere / "runs" / "sweep-mlp-digits-quick.png").exists()
    best = max(train.runs(nowhere / "runs"), key=lambda run: run.result["val_accuracy"])
    assert "Once more: byhand train mlp-digits --quick --set epochs=1 --set hidden=8 --set threads=1 --set lr=" in result.out
    assert f"{best.result['val_accuracy']:.4f}" in result.out
    again = byhand("sweep", "mlp-digits", *SMALL, "--trials", "2", "--over", "lr=1e-3..1e-2")
    assert again.code == 0 and "2 trials are finished already; more with --trials 22" in again.out
    assert len(train.runs(nowhere / "runs")) == 2
    other = byhand("sweep", "mlp-digits", *SMALL, "--trials", "2", "--over", "lr=1e-3..1e-1")
    assert (other.code, "Give this one a --name" in other.err) == (2, True)


def test_the_best_of_short_trials_is_ready_to_be_resumed(byhand, nowhere):
    few = ("--quick", "--set", "epochs=2", "--set", "hidden=8", "--set", "threads=1", "--trials", "1", "--epochs-each", "1")
    result = byhand("sweep", "mlp-digits", *few)
    assert result.code == 0
    command = result.out.split("The best goes on with: byhand ")[1].split()
    assert byhand(*command).code in (0, 1)  # whether the target is reached is another matter
    assert train.load_run(command[-1]).status == "done"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nothing",), "expected a recipe"),
        (("mlp-digits", "--over", "lr"), "expected NAME=LOW..HIGH"),
        (("mlp-digits", "--over", "lr=1e-3..1e-2", "--set", "lr=1"), "lr: either --set or --over"),
        (("mlp-digits", "--set", "rl=1"), "there is no setting 'rl'"),
        (("mlp-digits", "--storage", "nowhere://x"), "the storage nowhere://x cannot be opened"),
    ],
)
def test_what_cannot_be_is_told(byhand, nowhere, arguments, told):
    result = byhand("sweep", *arguments)
    assert result.code == 2 and told in result.err

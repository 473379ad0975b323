"""A study stops and goes on: what is trained is not trained again, and what was half trained goes on to the bit."""

import pytest

from byhand import train

TINY = {"rules": "sgd,adam", "factors": "1,3", "epochs": 2, "examples": 200, "hidden": "12"}


def study(folder, **options):
    return train.run("optimizer-study", quick=True, overrides=TINY, folder=folder, **options)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train.pictures, "draw", lambda *arguments: None)
        return study(tmp_path_factory.mktemp("whole"))


def test_a_study_is_a_row_a_training(whole):
    assert [row["training"] for row in whole.table] == ["sgd, 0.1", "sgd, 0.3", "adam, 0.005", "adam, 0.015"]
    assert whole.steps == whole.step == 4 * 8 and whole.status == "done"
    lines = [line for line in whole.metrics() if "loss" in line]
    assert [line["step"] for line in lines] == list(range(1, 33))
    assert [line["part"] for line in lines[7:9]] == ["sgd, 0.1", "sgd, 0.3"]
    assert lines[8]["epoch"] == 0.25
    assert whole.result["loss_sgd"] == min(row["loss"] for row in whole.table[:2])


@pytest.mark.parametrize("at", [3, 8, 13, 16, 32])
def test_stopped_and_resumed_is_equal_to_the_bit(whole, tmp_path, at):
    trained = []

    def ask(event):
        if event["kind"] == "step" and event["step"] == at:
            (train.runs(tmp_path)[0].path / "stop").touch()

    run = study(tmp_path, progress=ask)
    if at < 32:
        assert run.status == "stopped" and len(run.table) == at // 8 and run.step == at
    before = [row["training"] for row in run.table]
    again = train.run(resume=run.path, progress=lambda e: trained.append(e["name"]) if e["kind"] == "part" else None)
    assert again.status == "done"
    assert not set(before) & set(trained)
    assert again.metrics() == whole.metrics() and again.table == whole.table and again.result == whole.result


def test_a_training_that_diverges_is_a_result(tmp_path):
    run = train.run("optimizer-study", quick=True, overrides={**TINY, "factors": "1,1e9"}, folder=tmp_path)
    assert run.status == "done"
    ended = {row["training"]: row["ended"] for row in run.table}
    assert ended["sgd, 0.1"] == "trained" and ended["sgd, 1e+08"] == "diverged"
    assert run.result["loss_sgd"] == run.table[0]["loss"]


def test_bad_requests(tmp_path):
    def refused(message, recipe, **overrides):
        with pytest.raises(ValueError, match=message):
            train.run(recipe, quick=True, overrides=overrides, folder=tmp_path / "never")

    refused("setting rules: expected among sgd, .*, got", "optimizer-study", rules="sgd,adamm")
    refused("setting factors: expected numbers with commas", "optimizer-study", factors="one")
    refused("setting scales: expected one number above 0 or more", "batchnorm-study", scales="0,1")
    refused("setting batch_size: expected at most 100, the number", "batchnorm-study", examples="100", batch_sizes="200")
    refused("there is no setting 'scales'; there are data, .*small, large", "init-study", scales="1")
    assert not (tmp_path / "never").exists()

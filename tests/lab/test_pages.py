"""What the pages say."""

import json
import re
import time

from byhand import course, train
from byhand.lab.runs import Trainer

DROPPED = ("dxc + dmu / n", "dxc")


def test_the_map_shows_every_exercise_and_what_is_next(lab):
    _, _, page = lab.get("/")
    for exercise in course.exercises().values():
        assert f'href="/exercises/{exercise.name}"' in page
    assert page.count("is-next") == 1 and "Begin with" in page
    lab.write("affine_forward")
    lab.verdict("affine_forward")
    _, _, page = lab.get("/")
    assert "<strong>1</strong>" in page and 'class="row passed"' in page


def test_every_exercise_has_its_page(lab):
    for name in course.exercises():
        status, _, page = lab.get(f"/exercises/{name}")
        assert status == 200, name
        assert 'class="math' in page or 'class="prose"><p>' in page, name
        assert 'data-verdict="not-started"' in page or 'data-verdict="checking"' in page, name


def test_the_derivation_is_folded_until_the_exercise_is_passed(lab):
    lab.write("relu_forward")
    lab.verdict("relu_forward")
    page = lab.verdict("relu_backward")
    assert '<details class="derivation" id="derivation">' in page
    assert 'class="derivation"' not in lab.get("/exercises/relu_forward")[2]
    lab.write("relu_backward")
    lab.verdict("relu_backward")
    assert '<details class="derivation" id="derivation" open>' in lab.get("/exercises/relu_backward")[2]


def test_a_finding_opens_in_three_steps(lab):
    lab.write("batchnorm_forward")
    lab.write("batchnorm_backward", DROPPED)
    page = lab.verdict("batchnorm_backward")
    assert "three routes; you have two" in page and "Show me where" in page
    assert "<svg" not in page and "line marked" not in page and "What shows it" not in page
    assert 'class="matrix"' in page and 'class="wrong"' in page
    second = lab.post("/exercises/batchnorm_backward/deeper")[2]
    assert "<svg" in second and 'class="line marked"' in second and "Show me the evidence" in second
    assert "What shows it" not in second
    third = lab.post("/exercises/batchnorm_backward/deeper")[2]
    assert "What shows it" in third and "Show me" not in third
    assert lab.get("/exercises/batchnorm_backward/result")[2] == third


def test_another_finding_starts_at_the_first_step(lab):
    lab.write("batchnorm_forward")
    lab.write("batchnorm_backward", DROPPED)
    lab.verdict("batchnorm_backward")
    lab.post("/exercises/batchnorm_backward/deeper")
    lab.write("batchnorm_backward", ("dgamma = np.sum(dout * xhat, axis=0)", "dgamma = np.sum(dout, axis=0)"))
    assert "Show me where" in lab.verdict("batchnorm_backward")


def test_a_pass_leads_on(lab):
    lab.write("affine_forward")
    page = lab.verdict("affine_forward")
    assert 'data-verdict="pass"' in page and 'id="next" href="/exercises/affine_backward"' in page
    assert "Hint" not in page


def test_hints_open_one_by_one(lab):
    exercise = course.find("affine_forward")
    assert lab.post("/exercises/affine_forward/hint")[2].count('class="hint"') == 1
    assert lab.post("/exercises/affine_forward/hint")[2].count('class="hint"') == 2
    page = lab.post("/exercises/affine_forward/hint")[2]
    assert page.count('class="hint"') == len(exercise.hints) and "Another hint" not in page


def test_a_file_that_cannot_be_read_is_a_verdict(lab):
    lab.space.file("affine_forward").write_text("def affine_forward(x, w, b:\n")
    page = lab.verdict("affine_forward")
    assert 'data-verdict="fail"' in page or 'data-verdict="error"' in page


def test_the_report_is_there_as_json(lab):
    lab.write("affine_forward")
    record = json.loads(lab.get("/exercises/affine_forward/report.json")[2])
    assert record["verdict"] == "pass" and record["exercise"] == "affine_forward"


def test_skip_and_reset(lab):
    assert json.loads(lab.post("/exercises/affine_forward/skip")[2])["url"] == "/exercises/affine_backward"
    lab.write("relu_forward")
    message = json.loads(lab.post("/exercises/relu_forward/reset")[2])["message"]
    assert ".byhand/backups/" in message.replace("\\", "/")
    assert "relu_forward" not in lab.space.written()


def test_a_run_starts_stops_and_goes_on(lab):
    status, _, answer = lab.post("/runs", {"recipe": "mlp-digits", "mine": True})
    assert status == 200, answer
    url = json.loads(answer)["url"]
    page = lab.get(url)[2]
    assert 'data-status="running"' in page and "affine_forward" in page
    assert lab.post(f"{url}/stop")[0] == 200
    until(lambda: 'data-status="stopped"' in lab.get(url)[2])
    assert lab.post(f"{url}/resume")[0] == 200
    assert 'data-status="running"' in lab.get(url)[2]
    assert url in lab.get("/runs")[2]
    lab.post(f"{url}/stop")


def test_a_study_and_a_run_without_training_are_shown(lab):
    tiny = {"rules": "sgd,adam", "epochs": 1, "examples": 100, "hidden": "9"}
    train.run("optimizer-study", quick=True, overrides=tiny, folder=lab.space.runs)
    page = lab.get("/runs/optimizer-study-001")[2]
    assert "<th scope=row>sgd, 0.1</th>" in page and 'src="/runs/optimizer-study-001/pictures/study.png"' in page
    assert "Lowest loss as a share of sgd&#39;s" in page and '<section class="charts">' in page
    train.run("knn-cifar10", quick=True, overrides={"train": 100, "test": 200, "ks": "1"}, folder=lab.space.runs)
    page = lab.get("/runs/knn-cifar10-001")[2]
    assert "at least 190/200" in page and '<section class="charts" hidden>' in page and 'data-value="loss"' not in page
    assert re.search(r"right with k = 1 <span class=\"reached( met)?\">\d+/200</span>", lab.get("/runs")[2])


def test_data_that_is_not_there_is_told_before_a_run_begins(lab, monkeypatch):
    monkeypatch.setattr("byhand.data.where", lambda name: None)
    status, _, answer = lab.post("/runs", {"recipe": "svm-cifar10"})
    assert status == 409 and "Fetch it with: byhand data cifar10" in json.loads(answer)["error"]
    assert lab.post("/runs", {"recipe": "svm-cifar10", "quick": True})[0] == 200


def test_a_run_that_does_not_begin_says_why(lab, monkeypatch):
    monkeypatch.setenv("TRAINER_FAILS", "1")
    status, _, answer = lab.post("/runs", {"recipe": "mlp-digits"})
    assert status == 409 and json.loads(answer)["error"] == "byhand: there is no such thing <b>here</b>"
    assert lab.post("/runs", {"recipe": "no-such"})[0] == 400
    assert lab.post("/runs", ["odd"])[0] == 400


def test_a_run_whose_process_was_killed_counts_as_stopped(lab):
    url = json.loads(lab.post("/runs", {"recipe": "mlp-digits"})[2])["url"]
    trainer: Trainer = lab.lab.trainer
    trainer._processes[url.split("/")[-1]].kill()
    until(lambda: 'data-status="stopped"' in lab.get(url)[2])


def test_missing_pages_say_so(lab):
    status, _, page = lab.get("/exercises/afine_forward")
    assert status == 404 and "There is no exercise called afine_forward." in page
    assert "There is no run called x." in lab.get("/runs/x")[2]


def until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)

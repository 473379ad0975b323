"""What the pages say."""

import json
import re
import time

from byhand import course, train
from byhand.course import rendering
from byhand.lab import tasks
from byhand.lab.runs import Trainer

from .conftest import record_of

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
    assert 'class="line marked"' in second and "Show me what it is" in second
    assert "<svg" not in second and "What shows it" not in second and "the path x -&gt; mu" not in second
    third = lab.post("/exercises/batchnorm_backward/deeper")[2]
    assert "<svg" in third and "the path x -&gt; mu" in third and "What shows it" in third and "Show me" not in third
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


def test_the_map_tells_where_one_is(lab):
    _, _, page = lab.get("/")
    assert "leg 1 of 10: Loops into arrays" in page and page.count('<details class="leg') == len(course.legs())
    assert page.count(" open>") == 1 and '<details class="leg here" id="leg-1" open>' in page
    for name in ("row_normalize", "one_hot", "gather_rows", "standardize_columns", "pairwise_difference"):
        lab.post(f"/exercises/{name}/skip")
    page = lab.get("/")[2]
    assert "leg 2 of 10: Nearest neighbours" in page and "0 of 5, 5 skipped" in page


def test_the_trail_leads_to_and_fro(lab):
    page = lab.get("/exercises/predict_linear")[2]
    assert 'href="/#leg-4">Leg 4: Linear classifiers</a> · 7 of 8' in page
    assert 'href="/exercises/linear_softmax_loss" rel="prev"' in page and 'href="/exercises/train_linear" rel="next"' in page
    assert 'rel="prev"' not in lab.get("/exercises/row_normalize")[2]
    side = lab.get("/exercises/tape_add_backward")[2]
    assert "a side trip" in side and 'href="/exercises/tape_multiply_backward" rel="next"' in side
    assert json.loads(lab.post("/exercises/tape_add_backward/skip")[2])["url"] == "/exercises/tape_multiply_backward"


def test_what_a_chapter_is_about_stands_before_its_first_exercise(lab):
    page = lab.get("/exercises/row_normalize")[2]
    assert '<details class="opening" open>' in page and "Going from one to the other is a craft" in page
    assert '<details class="opening">' in lab.get("/exercises/one_hot")[2]


def test_a_loop_that_is_left_is_what_is_missing(lab):
    page = lab.verdict("row_normalize")
    assert "a loop is given" in page and "write the function without its loops" in page
    assert '<details class="stub" open>' in page and "The loop, as it was put in your file" in page
    solution = rendering.solution(course.find("row_normalize"))
    body = solution.rpartition('"""')[2]
    lab.write("row_normalize", (body, "\n    return np.array([row / row.sum() for row in x])\n"))
    page = lab.verdict("row_normalize")
    assert "Right; a loop is left" in page and 'data-verdict="pass"' in page
    assert '<li class="reached">' in page and '<li class="open">' in page
    assert "There is still a loop over the data" in page and 'class="line marked"' in page
    assert 'id="next"' not in page and "A hint" in page
    assert "a loop is left" in lab.get("/")[2]
    lab.write("row_normalize")
    page = lab.verdict("row_normalize")
    assert '<li class="open">' not in page and "times as fast" in page and 'id="next"' in page


def test_a_prediction_asks_and_gives_nothing_away(lab):
    exercise = course.find("predict_initial_loss")
    page = lab.verdict("predict_initial_loss")
    assert "About how large is it?" in page and "a prediction" in page
    for text in exercise.choices.values():
        assert text in page
    assert "as in <code>return &#34;a&#34;</code>" in page and "It was run" not in page and "2.3026" not in page
    for slip in exercise.misconceptions:
        assert slip.says not in page
    lab.choose("predict_initial_loss", 'return "b"')
    page = lab.verdict("predict_initial_loss")
    assert "It was run" in page and '<li class="wrong"><code>"b"</code>' in page and "What is -log(0.1)?" in page
    assert 'class="right"' not in page and "Show me" not in page and "cases right" not in page and 'id="next"' not in page


def test_a_right_prediction_leads_on(lab):
    lab.choose("predict_initial_loss", 'return "c"')
    page = lab.verdict("predict_initial_loss")
    assert '<li class="right"><code>"c"</code>' in page and "It was run" in page and 'id="next"' in page


def test_an_experiment_says_what_is_asked_and_what_was_tried(lab, monkeypatch):
    exercise = course.find("overfit_fifty")
    page = lab.verdict("overfit_fifty")
    assert "training accuracy of at least 1" in page and "20 epochs of 50 digits, in batches of 10: 100 steps" in page
    assert all(f"<code>{name}</code>" in page for name in exercise.free) and "nesterov" in page
    assert "return {&#34;lr&#34;: 0.01}" in page and "settings to start from" in page
    lab.choose("overfit_fifty", 'return {"lr": 0.002}')
    page = lab.verdict("overfit_fifty")
    assert 'data-verdict="blocked"' in page and "Make the run" in page and "<code>0.002</code>" in page
    monkeypatch.setenv("TRAINER_RECORD", record_of("overfit-fifty", {"lr": 0.002}, steps=200, train_accuracy=0.25))
    url = json.loads(lab.post("/exercises/overfit_fifty/run")[2])["url"]
    assert 'href="/exercises/overfit_fifty">Back to' in lab.get(url)[2]
    page = lab.verdict("overfit_fifty")
    assert "Watch the run" in page and "Make the run" not in page
    until(lambda: 'data-verdict="fail"' in lab.verdict("overfit_fifty"))
    page = lab.verdict("overfit_fifty")
    assert "lr = 0.002" in page and f'href="{url}"' in page and "training accuracy 0.25" in page
    assert 'data-post="run"' not in page and "Show me" not in page


def test_only_experiments_have_a_run(lab):
    assert lab.post("/exercises/affine_forward/run")[0] == 400
    assert lab.post("/exercises/no_such/run")[0] == 404


def test_every_setting_that_is_free_is_explained():
    assert all(name in tasks.MEANINGS for exercise in course.exercises().values() for name in exercise.free)


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

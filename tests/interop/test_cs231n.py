"""CS231n's folders and files: right and wrong solutions in the style of students, the table, exit codes, what is missing."""

from __future__ import annotations

import json
import re

import pytest
from typer.testing import CliRunner

from byhand import course
from byhand.check import check
from byhand.check.proof import WarmPool
from byhand.cli.app import app, register
from byhand.interop import cs231n

from .folders import write

YEARS = ("2017", "2020", "2024")


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return {year: write(year, tmp_path_factory.mktemp(f"assignment{year}")) for year in YEARS}


@pytest.fixture(scope="module")
def pool():
    with WarmPool() as pool:
        yield pool


def checked(name, path, pool=None):
    ((entry, file),) = [(e, f) for e, f in cs231n.find(path).entries if e.name == name or e.name.endswith("." + name)]
    return check(course.find(entry.exercise), file, dialect=cs231n.CS231N, dialect_name=entry.name, pool=pool)


def run(*arguments):
    register(["check"])
    return CliRunner().invoke(app, ["check", "--dialect", "cs231n", *map(str, arguments)])


@pytest.mark.parametrize("year", YEARS)
def test_right_solutions_of_every_year_pass(year, folders, pool):
    found = cs231n.find(folders[year]).entries
    assert len(found) >= 15
    for entry, file in found:
        report = check(course.find(entry.exercise), file, dialect=cs231n.CS231N, dialect_name=entry.name, pool=pool)
        assert report.verdict == "pass", (entry.name, report.summary)
        assert all(f.severity == "advice" for f in report.findings)
        assert (report.dialect, report.dialect_name, report.exercise) == ("cs231n", entry.name, entry.exercise)


KNN, SVM, SOFTMAX = (f"cs231n/classifiers/{name}.py" for name in ("k_nearest_neighbor", "linear_svm", "softmax"))
LAYERS, OPTIM, NET = "cs231n/layers.py", "cs231n/optim.py", "cs231n/classifiers/fc_net.py"
LINEAR, OLD_NET = "cs231n/classifiers/linear_classifier.py", "cs231n/classifiers/neural_net.py"

WRONG = [
    ("compute_distances_two_loops", KNN, "np.sqrt(diff.dot(diff))", "diff.dot(diff)"),
    ("compute_distances_one_loop", KNN, "self.X_train - X[i], axis=1", "self.X_train - X[i], ord=1, axis=1"),
    ("compute_distances_no_loops", KNN, "a + b - 2 * X", "a + b - X"),
    ("predict_labels", KNN, "np.argmax(counts)", "len(counts) - 1 - np.argmax(counts[::-1])"),
    ("svm_loss_naive", SVM, "        dW[:, y[i]] -= X[i, :]\n", ""),
    ("svm_loss_vectorized", SVM, "coeff) / N + 2 * reg * W", "coeff) / N + reg * W"),
    ("softmax_loss_naive", SOFTMAX, "dW / X.shape[0] + reg * W", "dW + reg * W"),
    ("softmax_loss_vectorized", SOFTMAX, "+ 0.5 * reg * np.sum(W * W)\n  p[np", "\n  p[np"),
    ("LinearClassifier.train", LINEAR, "self.W += -learning_rate * grad", "self.W += learning_rate * grad"),
    ("LinearClassifier.train", LINEAR, "y_batch = y[idx]", "y_batch = y[:batch_size]"),
    ("LinearClassifier.predict", LINEAR, "argmax(axis=1)", "argmax(axis=1) + 1"),
    ("TwoLayerNet.loss", OLD_NET, "X.T.dot(dh) + 2 * reg * W1", "X.T.dot(dh)"),
    ("affine_forward", LAYERS, ".dot(w) + b", ".dot(w)"),
    ("affine_backward", LAYERS, "db = dout.sum(axis=0)", "db = dout.mean(axis=0)"),
    ("relu_forward", LAYERS, "out = x * (x > 0)", "out = np.abs(x)"),
    ("relu_backward", LAYERS, "dout[x <= 0] = 0", "dout[x >= 0] = 0"),
    ("svm_loss", LAYERS, "dx[np.arange(N), y] -= num_pos", "dx[np.arange(N), y] -= 1"),
    ("softmax_loss", LAYERS, "dx[np.arange(N), y] -= 1\n", "pass\n"),
    ("batchnorm_forward", LAYERS, "var = np.var(x, axis=0)", "var = np.var(x, axis=0, ddof=1 if N > 1 else 0)"),
    ("batchnorm_forward", LAYERS, "running_var + (1 - momentum) * var", "running_var + momentum * var"),
    ("batchnorm_backward", LAYERS, "- dxn.sum(axis=0) -", "-"),
    ("dropout_forward", LAYERS, "(np.random.rand(*x.shape) >= p) / (1 - p)", "(np.random.rand(*x.shape) >= p)"),
    ("dropout_forward", LAYERS, ">= p) / (1 - p)", "< p) / p"),
    ("dropout_forward", LAYERS, "        out = x\n    cache", "        out = x * (1 - p)\n    cache"),
    ("dropout_backward", LAYERS, "dx = dout * mask", "dx = dout"),
    ("sgd", OPTIM, "w -= config", "w += config"),
    ("sgd_momentum", OPTIM, "config['velocity'] = v", "pass"),
    ("rmsprop", OPTIM, "(np.sqrt(config['cache']) +", "(config['cache'] +"),
    ("adam", OPTIM, "config['t'] += 1", "config['t'] += 2"),
    ("FullyConnectedNet.loss", NET, "for i in range(1, L + 1):", "for i in range(1, L):"),
    (
        "FullyConnectedNet.loss",
        NET,
        "                dh = dropout_backward(dh, caches['drop%d' % i])\n",
        "                pass\n",
    ),
]


@pytest.mark.parametrize(("name", "file", "old", "new"), WRONG, ids=[f"{w[0]}-{i}" for i, w in enumerate(WRONG)])
def test_a_wrong_solution_fails_and_is_told_in_their_words(name, file, old, new, tmp_path, pool):
    report = checked(name, write("2017", tmp_path, edit=(file, old, new)), pool)
    assert report.verdict == "fail", report.summary
    exercise = course.find(report.exercise)
    if exercise.name != report.dialect_name:
        assert exercise.name not in report.summary.replace(report.dialect_name, "")
    pool.close()


def test_what_is_not_asked_for_is_advice(folders, pool):
    for name, code in (("compute_distances_no_loops", "not-finite"), ("relu_backward", "relu-changes-dout")):
        report = checked(name, folders["2017"], pool)
        assert report.verdict == "pass"
        assert code in [f.code for f in report.findings if f.severity == "advice"]


def test_a_number_of_classes_that_is_written_into_the_code_is_advice(tmp_path, pool):
    edit = (SVM, "  num_classes = W.shape[1]\n", "  num_classes = 10\n")
    report = checked("svm_loss_naive", write("2017", tmp_path, edit=edit), pool)
    assert report.verdict == "pass"
    assert "hard-coded-size" in [f.code for f in report.findings]
    pool.close()


def test_missing_modules_are_stood_in_for_and_said(tmp_path, pool):
    for number, line in enumerate(
        ("import imageio", "from nowhere.at import all_of_it", "import torch.nn as nn\nclass A(nn.Module): pass")
    ):
        folder = write("2017", tmp_path / str(number), edit=(LAYERS, "import numpy as np\n", f"import numpy as np\n{line}\n"))
        report = checked("affine_forward", folder, pool)
        assert report.verdict == "pass", report.summary
        if number < 2:
            assert any(f.code == "stand-in" and line.split()[1].split(".")[0] in f.title for f in report.findings)
        pool.close()


def test_a_missing_module_that_is_needed_is_an_exception(tmp_path):
    edit = (LAYERS, "    x, w, b = cache\n    dx", "    import nowhere\n    nowhere.go(1, 2)\n    x, w, b = cache\n    dx")
    report = checked("affine_backward", write("2017", tmp_path, edit=edit))
    assert report.verdict == "fail"
    assert "nowhere is not installed" in report.summary


def test_names_that_numpy_removed_are_a_finding_and_worked_around(tmp_path):
    edit = (LAYERS, "dx = np.zeros_like(x)", "dx = np.zeros(x.shape, dtype=np.float)")
    report = checked("svm_loss", write("2017", tmp_path, edit=edit))
    assert report.verdict == "pass"
    assert [f.code for f in report.findings] == ["removed-name"]
    assert "np.float" in report.findings[0].title


def test_another_file_that_fails_does_not_stop_what_needs_it_not(tmp_path):
    folder = write("2017", tmp_path, edit=(SVM, "import numpy as np\n", "import numpy as np\n1 / 0\n"))
    report = checked("LinearClassifier.predict", folder)
    assert report.verdict == "pass"
    assert any(f.code == "broken-import" and "ZeroDivisionError" in f.title for f in report.findings)


def test_a_file_alone_needs_none_of_its_siblings(tmp_path):
    write("2017", tmp_path / "all")
    (tmp_path / "alone.py").write_text((tmp_path / "all" / NET).read_text())
    report = checked("FullyConnectedNet.loss", tmp_path / "alone.py")
    assert report.verdict == "pass", report.summary


INLINE = """            drop = (np.random.rand(*x.shape) < self.dropout_param["p"]) / self.dropout_param["p"]
            if self.dropout_param["mode"] == "test":
                drop = 1
            x = x * drop
"""


@pytest.mark.parametrize(("back", "verdict"), [("d = d * drop", "pass"), ("pass", "fail")])
def test_a_network_that_drops_by_itself_is_checked_for_consistency(back, verdict, tmp_path):
    forward = (NET, "            x, drop = dropout_forward(x, self.dropout_param)\n", INLINE)
    folder = write("2024", tmp_path, forward=forward, back=(NET, "d = dropout_backward(d, drop)", back))
    assert checked("FullyConnectedNet.loss", folder).verdict == verdict


def test_a_part_that_is_wrong_is_named(tmp_path):
    report = checked(
        "FullyConnectedNet.loss",
        write(
            "2017",
            tmp_path,
            edit=(LAYERS, "dx = dout\n    return dx\n\n\ndef batch", "dx = 2 * dout\n    return dx\n\n\ndef batch"),
        ),
    )
    assert report.verdict == "pass"
    assert any(f.code == "part-fails" and "relu_backward" in f.title for f in report.findings)


SKELETON = '''
import numpy as np


def affine_forward(x, w, b):
    """Compute the forward pass."""
    out = None
    ###########################################################################
    # TODO: Implement the affine forward pass.                                #
    ###########################################################################
    pass
    cache = (x, w, b)
    return out, cache


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = None
    out = None
    if mode == "train":
        pass
    elif mode == "test":
        pass
    cache = (dropout_param, mask)
    out = out.astype(x.dtype, copy=False)
    return out, cache


def batchnorm_forward(x, gamma, beta, bn_param):
    out, cache = None, None
    return out, cache


def batchnorm_backward(dout, cache):
    xhat, gamma, std = cache
    dxhat = dout * gamma
    return dxhat, None, None
'''


def test_a_skeleton_is_not_started_and_a_backward_without_its_forward_is_blocked(tmp_path):
    file = tmp_path / "layers.py"
    file.write_text(SKELETON)
    assert checked("affine_forward", file).verdict == "not-started"
    assert checked("dropout_forward", file).verdict == "not-started"
    blocked = checked("batchnorm_backward", file)
    assert blocked.verdict == "blocked"
    assert "batchnorm_forward" in blocked.summary


def test_a_folder_gives_a_table_and_exits_by_the_rules(folders, tmp_path):
    result = run(folders["2017"])
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert any("svm_loss_naive" in line and "pass" in line for line in lines)
    assert "No exercise yet for conv_forward_naive" in result.output
    wrong = write("2017", tmp_path, edit=(SVM, "loss /= num_train", "pass"))
    result = run(wrong / SVM)
    assert result.exit_code == 1
    assert "1 of 2 right" in result.output


def test_no_word_is_lost_in_a_table_of_eighty_columns(folders, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    told = json.loads(run(folders["2017"] / KNN, "--json").output)
    output = run(folders["2017"] / KNN).output
    assert max(map(len, output.splitlines())) <= 80
    shown = re.sub(r"[^a-z]", "", output)
    assert all(re.sub(r"[^a-z]", "", f["title"]) in shown for report in told for f in report["findings"][:1])
    assert any(report["findings"] for report in told), "a text long enough to be broken"


def test_json_is_a_list_for_a_folder_and_one_report_for_one_name(folders):
    many = json.loads(run(folders["2017"] / OPTIM, "--json").output)
    assert [r["dialect_name"] for r in many] == ["sgd", "sgd_momentum", "rmsprop", "adam"]
    one = json.loads(run("svm_loss_vectorized", "--file", folders["2017"] / SVM, "--json").output)
    assert (one["exercise"], one["dialect_name"], one["verdict"]) == ("linear_svm_loss", "svm_loss_vectorized", "pass")


@pytest.mark.parametrize(
    "name", ["compute_distances_no_loops", "KNearestNeighbor.compute_distances_no_loops", "euclidean_distances"]
)
def test_a_name_may_be_theirs_or_ours(name, folders):
    result = run(name, "--file", folders["2017"] / KNN, "--json")
    assert result.exit_code == 0
    assert json.loads(result.output)["dialect_name"] == "KNearestNeighbor.compute_distances_no_loops"


@pytest.mark.parametrize(
    "arguments",
    [
        ("no_such_name", "--file", "FILE"),
        ("conv_forward_naive", "--file", "FILE"),
        ("__class__", "--file", "FILE"),
        ("../../etc/passwd",),
        ("svm_loss_naive",),
        ("svm_loss_naive", "--file", "nowhere.py"),
        (),
    ],
)
def test_wrong_usage(arguments, folders):
    from byhand.cli.app import run as main

    register(["check"])
    file = str(folders["2017"] / LAYERS)
    assert main(["check", "--dialect", "cs231n", *[file if a == "FILE" else a for a in arguments]], None) == 2


def test_an_unknown_dialect(folders):
    register(["check"])
    assert CliRunner().invoke(app, ["check", "--dialect", "klingon", str(folders["2017"])]).exit_code == 2


def test_a_hostile_file_is_not_run_here_and_gets_no_pass(tmp_path):
    file = tmp_path / "layers.py"
    file.write_text(
        "import os\nfrom byhand.layers import linear\ndef affine_forward(x, w, b):\n    return linear.affine_forward(x, w, b)\n"
    )
    assert checked("affine_forward", file).verdict == "error"
    file.write_text("import os\ndef affine_forward(x, w, b):\n    os._exit(0)\n")
    assert checked("affine_forward", file).verdict == "error"

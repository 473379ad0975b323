"""`byhand init`, `byhand export` and `byhand doctor`: a package is made, handed over, and its home looked at."""

import json
import subprocess
import sys
import sysconfig
from pathlib import Path

from byhand import course, workspace
from byhand.cli.making import NAMED

from .conftest import solve, write


def test_init(byhand, nowhere):
    result = byhand("init")
    assert result.code == 0
    assert str(nowhere / "byhand-workspace" / "mynet") in result.out
    assert "cd byhand-workspace" in result.out
    assert workspace.find(nowhere / "byhand-workspace") is not None


def test_init_again_changes_nothing(byhand, space):
    write(space, "relu_forward")
    before = {path: path.read_text() for path in space.modules.glob("*.py")}
    result = byhand("init")
    assert result.code == 0
    assert str(space.modules) in result.out
    assert {path: path.read_text() for path in space.modules.glob("*.py")} == before
    assert not (space.folder / "byhand-workspace").exists()


def test_a_refresher_skips_all_but_its_selection_and_nothing_begun(byhand, nowhere):
    result = byhand("init", "--refresher")
    assert result.code == 0 and f"{len(course.REFRESHER)} exercises, about " in result.out
    space = workspace.find(nowhere / "byhand-workspace")
    assert space is not None
    assert [n for n, p in space.progress().items() if p.state != "skipped"] == list(course.REFRESHER)
    following, where = space.next(), space.locate("relu_forward")
    assert following is not None and following.name == course.REFRESHER[0]
    assert where is not None and where.stub  # a skipped one can be written all the same
    write(space, "relu_forward")
    assert byhand("check", "relu_forward").code == 0
    assert byhand("init").code == 0
    assert space.state.progress("relu_forward").state == "passed"


def test_a_workspace_that_becomes_a_refresher_keeps_what_was_begun(byhand, space):
    write(space, "relu_forward")
    assert byhand("init", "--refresher").code == 0
    states = {n: p.state for n, p in space.progress().items()}
    assert states["relu_forward"] == "not-started" and states["relu_backward"] == "skipped"


def test_init_beside_the_tour_makes_a_new_one(byhand, nowhere):
    workspace.create(nowhere / "byhand-tour")
    assert byhand("init").code == 0
    assert (nowhere / "byhand-workspace" / "mynet").is_dir()
    assert str(nowhere / "byhand-workspace") in byhand("next").out


def test_init_where_it_cannot(byhand, nowhere):
    (nowhere / "file").write_text("")
    result = byhand("init", "file")
    assert (result.code, "file is a file" in result.err) == (2, True)
    result = byhand("init", "there", "--package", "1a")
    assert (result.code, "got '1a'" in result.err) == (2, True)


def test_export_runs_without_us(byhand, space, tmp_path):
    solve(space)
    target = tmp_path / "mine"
    result = byhand("export", str(target))
    assert result.code == 0
    assert "python train_digits.py" in result.out
    for path in target.rglob("*.py"):
        assert "byhand" not in path.read_text()
    script = (target / "train_digits.py").read_text().replace("range(1, 31)", "range(1, 6)")
    (target / "train_digits.py").write_text(script)
    # -I -S: neither the folder of the source nor that of an editable install is on the path
    run = (
        f"import sys; sys.path += [{str(target)!r}, {sysconfig.get_path('purelib')!r}]\n"
        "import importlib.util, runpy\n"
        "assert importlib.util.find_spec('byhand') is None or 'site-packages' in importlib.util.find_spec('byhand').origin\n"
        "sys.modules['byhand'] = None\n"
        f"runpy.run_path({str(target / 'train_digits.py')!r}, run_name='__main__')\n"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", run], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout.split()[-1]) > 0.9


def test_export_names_what_is_left_out(byhand, space, tmp_path):
    result = byhand("export", str(tmp_path / "mine"))
    assert (result.code, "there is nothing to export yet" in result.err) == (2, True)
    write(space, "affine_forward")
    result = byhand("export", str(tmp_path / "mine"))
    assert result.code == 0
    assert "1 functions" not in result.out
    assert "1 function of yours is in" in result.out
    assert f"Left out, not written yet: {next(iter(course.exercises()))}, " in result.out.replace("\n", " ")
    assert f" and {len(course.functions()) - 1 - NAMED} more" in result.out.replace("\n", " ")
    result = byhand("export", str(tmp_path / "mine"))
    assert (result.code, "expected a new or an empty folder" in result.err) == (2, True)


def test_doctor(byhand, space, monkeypatch):
    result = byhand("doctor", "--json")
    found = {entry["what"]: entry for entry in json.loads(result.out)}
    assert found["isolation: process"]["ok"], found["isolation: process"]["says"]
    assert "4 of 4 escapes caught" in found["isolation: process"]["says"]
    assert "0 of" in found["workspace"]["says"]
    assert result.code == (0 if all(f["ok"] or not f["needed"] for f in found.values()) else 1)
    assert Path(found["workspace"]["says"].split(": ")[0]) == space.folder


def test_doctor_sees_an_escape(byhand, nowhere, monkeypatch):
    from byhand.cli import doctor

    monkeypatch.setattr(doctor, "TRIES", {"just returns": ("return x, x", {"memory"})})
    result = byhand("doctor")
    assert result.code == 1
    assert "NOT caught: just returns" in result.out

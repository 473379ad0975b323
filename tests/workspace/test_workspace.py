"""Making a workspace, keeping it, and never losing a learner's line."""

import ast
import hashlib
import json
import os
import subprocess
import sys
import time

import pytest

from byhand import course
from byhand.course import rendering
from byhand.spec import Finding, Report
from byhand.workspace import create, find, source


def report(space, name, verdict, **fields):
    path = space.file(name)
    sha = hashlib.sha256(path.read_bytes()).hexdigest()
    return Report(name, verdict, "so it is", file=str(path), file_sha256=sha, **fields)


def test_every_exercise_has_its_stub_in_trail_order(space):
    for chapter in course.chapters():
        found = source.functions((space.modules / f"{chapter.name}.py").read_text())
        assert list(found) == [e.name for e in chapter.exercises]
        assert all(f.stub for f in found.values())
    assert space.written() == {}
    assert (space.folder / "README.md").exists() and space.runs.is_dir()


def test_the_package_imports_with_stubs_and_with_solutions(space, solve):
    command = [sys.executable, "-c", "; ".join(f"import mynet.{c.name}" for c in course.chapters())]
    subprocess.run(command, cwd=space.folder, check=True, timeout=100)
    solve(space)
    subprocess.run(command, cwd=space.folder, check=True, timeout=100)


def test_solutions_find_the_functions_of_earlier_chapters(space):
    for chapter in course.chapters():
        present = source.imported((space.modules / f"{chapter.name}.py").read_text())
        for exercise in chapter.exercises:
            assert set(rendering.needs(exercise)) & set(course.exercises()) <= present, exercise.name


def test_creating_again_changes_nothing(space):
    before = {p: p.read_bytes() for p in space.folder.rglob("*") if p.is_file()}
    again = create(space.folder)
    assert again == space
    assert {p: p.read_bytes() for p in space.folder.rglob("*") if p.is_file()} == before


def test_what_is_missing_is_appended_and_what_is_there_is_kept(space):
    path = space.file("affine_forward")
    mine = 'import numpy as np\n\n\ndef affine_forward(x, w, b):\n    return "mine", None  # really\n\n\nHELPER = 3\n'
    path.write_text(mine)
    added = space.update()
    text = path.read_text()
    assert text.startswith(mine)
    assert "affine_forward" not in added and "affine_backward" in added
    assert source.functions(text)["affine_backward"].stub
    backups = list((space.folder / ".byhand" / "backups").glob("*.py"))
    assert [b.read_text() for b in backups] == [mine]


def test_a_module_that_cannot_be_read_is_left_for_next_time(space):
    path = space.file("affine_forward")
    path.write_text("def affine_forward(x, w\n")
    assert space.update() == []
    assert path.read_text() == "def affine_forward(x, w\n"


def test_reset_puts_the_stub_back_and_keeps_a_copy(space, solve):
    solve(space, "affine_forward", "affine_backward")
    path = space.file("affine_forward")
    path.write_text(path.read_text() + "\n\nMINE = 1\n")
    before = path.read_text()
    backup = space.reset("affine_forward")
    assert backup.read_text() == before
    assert backup.parent == space.folder / ".byhand" / "backups"
    assert source.functions(path.read_text())["affine_forward"].stub
    assert not source.functions(path.read_text())["affine_backward"].stub
    assert path.read_text().endswith("MINE = 1\n")
    assert space.reset("affine_forward") != backup


def test_reset_works_in_a_module_that_cannot_be_read(space):
    path = space.file("affine_backward")
    text = path.read_text()
    where = source.functions(text)["affine_backward"]
    path.write_text(source.replace(text, where, "def affine_backward(dout, cache):\n    dx = (dout @\n    return dx\n"))
    with pytest.raises(SyntaxError):
        ast.parse(path.read_text())
    space.reset("affine_backward")
    assert source.functions(path.read_text())["affine_backward"].stub


def test_find_looks_up_and_one_level_down(space, tmp_path):
    assert find(space.modules) == space
    assert find(space.folder) == space
    assert find(tmp_path) == space
    create(tmp_path / "other")
    assert find(tmp_path) is None
    (tmp_path / "deep" / "er").mkdir(parents=True)
    assert find(tmp_path / "deep" / "er") is None


def test_names_that_cannot_be_a_package_are_refused(tmp_path):
    for name in ("my-net", "byhand", "1net", ""):
        with pytest.raises(ValueError, match="expected a name that Python can import"):
            create(tmp_path / "w", name)
    assert create(tmp_path / "w", "net").modules.name == "net"
    assert create(tmp_path / "w").package == "net"
    with pytest.raises(ValueError, match="has its package in net/"):
        create(tmp_path / "w", "another")


def test_reports_move_the_state(space, solve):
    name = "affine_forward"
    assert space.record(report(space, name, "not-started")).state == "not-started"
    wrong = report(space, name, "fail", rung="shape", findings=(Finding("shape", "t", quantity="out"),))
    assert space.record(wrong).state == "started"
    assert space.open_depth(name) == 2
    assert space.open_depth(name) == 3
    assert space.open_depth(name) == 3
    assert space.record(wrong).depth == 3
    other = report(space, name, "fail", rung="values", findings=(Finding("gain", "t", quantity="out"),))
    after = space.record(other)
    assert (after.depth, after.best) == (1, "values")
    assert space.record(wrong).best == "values"
    solve(space, name)
    passed = space.record(report(space, name, "pass"))
    assert passed.state == "passed" and passed.passed_at and passed.fingerprint == space.fingerprint(name)
    failed = space.record(wrong)
    assert failed.state == "started" and failed.passed_at == passed.passed_at and failed.best == "passed"


def test_a_report_on_another_file_or_a_fault_of_the_checker_changes_nothing(space, tmp_path):
    name = "affine_forward"
    elsewhere = Report(name, "pass", "", file=str(tmp_path / "elsewhere.py"))
    assert space.record(elsewhere).state == "not-started"
    assert space.record(report(space, name, "checker-error")).state == "not-started"
    assert space.record(report(space, name, "pass", dialect="cs231n")).state == "not-started"


def test_a_pass_of_text_that_was_changed_since_is_not_taken_for_the_present_text(space):
    old = report(space, "affine_forward", "pass")
    space.file("affine_forward").write_text("# changed\n")
    assert space.record(old).fingerprint is None


def test_next_goes_along_the_core_trail_past_what_is_skipped(space):
    core = [e.name for e in course.core()]
    assert space.next().name == core[0]
    assert space.skip(core[0]).state == "skipped"
    assert space.next().name == core[1]
    assert space.next(after=core[2]).name == core[3]
    for name in core[1:]:
        space.skip(name)
    last = space.next()
    assert last is None or last.name in course.side_trips()


def test_hints_open_one_by_one(space):
    assert [space.open_hint("affine_forward") for _ in range(4)] == [1, 2, 3, 3]
    with pytest.raises(ValueError, match="affine_forward"):
        space.open_hint("afine_forward")


def test_the_state_keeps_what_it_does_not_know(space):
    path = space.folder / ".byhand" / "state.json"
    record = json.loads(path.read_text())
    record["later"] = {"a": 1}
    record["exercises"]["affine_forward"] = {"state": "started", "mood": "good"}
    record["exercises"]["of_a_later_version"] = {"state": "passed"}
    path.write_text(json.dumps(record))
    space.open_hint("affine_forward")
    after = json.loads(path.read_text())
    assert after["later"] == {"a": 1}
    assert after["exercises"]["affine_forward"] == {"state": "started", "mood": "good", "hints_opened": 1}
    assert after["exercises"]["of_a_later_version"] == {"state": "passed"}
    assert list(space.progress()) == list(course.exercises())


@pytest.mark.parametrize(("text", "says"), [("{", "is damaged"), ('{"version": 99, "exercises": {}}', "upgrade byhand")])
def test_a_state_that_cannot_be_read_is_named_and_kept(space, text, says):
    path = space.folder / ".byhand" / "state.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=says):
        space.progress()
    assert path.read_text() == text


def test_a_lock_left_behind_by_a_crash_is_broken(space):
    lock = space.folder / ".byhand" / "state.lock"
    lock.touch()
    os.utime(lock, (time.time() + 3600, time.time() + 3600))
    assert space.open_hint("affine_forward") == 1
    assert not lock.exists()


def test_a_fingerprint_follows_the_imports(space, solve):
    name = "two_layer_net_loss"
    loss, affine = space.file(name), space.file("affine_forward")
    before = space.fingerprint(name)
    affine.write_text(affine.read_text() + "\n# a remark\n")
    assert space.fingerprint(name) != before
    assert loss.exists()

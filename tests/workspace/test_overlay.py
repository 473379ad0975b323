"""The learner's functions in the place of ours, each time in a fresh process."""

import json
import os
import subprocess
import sys

import pytest

from byhand.workspace import files, overlay, source

PROGRAM = """
import json, sys
from byhand import course
from byhand.workspace import find, overlay
said = []
names = overlay(find(), tell=said.append)
owner, theirs = {}, {}
for chapter in course.chapters():
    for e in chapter.exercises:
        owner[e.name] = getattr(sys.modules[e.function.__module__], e.name).__module__
        module = sys.modules.get("mynet." + chapter.name)
        if hasattr(module, e.name):
            theirs[e.name] = getattr(module, e.name).__module__
print(json.dumps({"names": names, "said": said, "owner": owner, "theirs": theirs}))
"""


def run(space):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(os.path.abspath(p) for p in sys.path if p)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=space.folder, capture_output=True, text=True, timeout=100, env=environment
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def spoil(space, name, right, wrong):
    path = space.file(name)
    text = files.read(path)
    where = source.locate(text, name)
    assert where is not None
    assert right in where.text
    files.write(path, source.replace(text, where, where.text.replace(right, wrong)))


def test_families_go_together_and_wrong_ones_stay_ours(space, solve):
    solve(space, "affine_forward", "affine_backward", "relu_forward", "sgd", "two_layer_net_loss")
    spoil(space, "sgd", "w - lr", "w + lr")
    got = run(space)
    assert got["names"] == ["affine_forward", "affine_backward", "two_layer_net_loss"], got["said"]
    for name, module in got["owner"].items():
        assert module.startswith("mynet.") == (name in got["names"]), name
    assert any(s.startswith("sgd: ours") for s in got["said"])
    assert any("relu_forward: ours, because relu_backward" in s for s in got["said"])
    # their network's loss calls ours for what they have not written, and never half a family
    assert got["theirs"]["relu_forward"].startswith("byhand.")
    assert got["theirs"]["relu_backward"].startswith("byhand.")
    assert got["theirs"]["affine_backward"].startswith("mynet.")
    # what passed is on record now, and is believed as long as the code stays the same
    assert space.progress()["affine_forward"].state == "passed"
    assert space.progress()["sgd"].state == "started"


def test_a_backward_that_is_wrong_keeps_its_forward_back(space, solve):
    solve(space, "batchnorm_forward", "batchnorm_backward", "batchnorm_backward_alt")
    spoil(space, "batchnorm_backward", "dxc + dmu / n", "dxc")
    got = run(space)
    assert got["names"] == []
    assert any("share a cache" in s for s in got["said"])


def test_a_closed_form_of_ours_never_reads_their_cache(space, solve):
    solve(space, "batchnorm_forward", "batchnorm_backward")
    got = run(space)
    assert got["names"] == ["batchnorm_forward", "batchnorm_backward"]
    assert got["owner"]["batchnorm_backward_alt"].startswith("mynet.")


def test_engines_other_than_numpy_refuse_with_the_reason(space):
    with pytest.raises(ValueError, match="your functions are written in NumPy, and the torch engine"):
        overlay(space, engine="torch")

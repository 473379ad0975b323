"""What starts with `byhand`: help that teaches, versions, and imports no heavier than they must be."""

import json
import subprocess
import sys

import pytest

import byhand as package
from byhand import course
from byhand.cli import app

from .conftest import launch, write

HEAVY = ("torch", "sklearn", "scipy", "starlette", "uvicorn", "matplotlib", "pydantic", "pygments")


@pytest.mark.parametrize("arguments", [["check", "relu_forward"], ["list"], ["next"], ["hint", "relu_forward"]])
def test_nothing_heavy_is_imported(space, arguments):
    write(space, "relu_forward")
    script = (
        "import json, sys\n"
        f"sys.argv = ['byhand', *{arguments!r}]\n"
        "from byhand.cli.main import run\n"
        "try:\n    run()\nexcept SystemExit:\n    pass\n"
        f"print(json.dumps([m for m in {HEAVY!r} if m in sys.modules]))\n"
    )
    result = subprocess.run([sys.executable, "-c", script], cwd=space.folder, capture_output=True, text=True, check=True)
    assert json.loads(result.stdout.splitlines()[-1]) == []


def test_the_command_itself(space):
    assert launch("--version", folder=space.folder).stdout == f"byhand {package.__version__}\n"
    write(space, "relu_forward")
    result = launch("check", "relu_forward", folder=space.folder)
    assert (result.returncode, result.stderr) == (0, "")
    assert "\x1b" not in result.stdout
    assert all(line == line.rstrip() for line in result.stdout.splitlines())
    assert launch("check", "nope", folder=space.folder).returncode == 2


def test_help_teaches(byhand, nowhere):
    overview = byhand("--help")
    assert overview.code == 0
    for name in app.COMMANDS:
        assert f" {name} " in overview.out
        page = byhand(name, "--help")
        assert page.code == 0
        assert "Usage: byhand " + name in page.out
    assert "$ byhand check affine_backward --explain" in byhand("check", "-h").out


def test_alone_it_says_where_one_is(byhand, space):
    result = byhand()
    assert result.code == 0
    assert f"Next: {next(iter(course.exercises()))}" in result.out


def test_long_paths_are_not_broken(byhand, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / ("deep" * 30) / ("folder" * 20)
    result = byhand("init", str(folder))
    assert str(folder / "mynet") in result.out


def test_brackets_in_a_path_are_no_markup(byhand, nowhere):
    result = byhand("check", "relu_forward", "--file", "[bold]x[/bold].py")
    assert "there is no file [bold]x[/bold].py" in result.err

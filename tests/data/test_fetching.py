"""Where a data set is found, in what order, and that the cache is whole or untouched whatever happens."""

import errno
import gzip
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from dataclasses import asdict
from pathlib import Path

import pytest

from byhand import data
from byhand.data import DataError, content, fetching, folders

CHILD = """
import json, sys
from byhand.data import download, fetching
from byhand.data.source import Download, File, Source
s = json.loads(sys.argv[1])
files = tuple(File(f["name"], f["size"], f["sha256"], b"") for f in s["files"])
downloads = tuple(Download(d["path"], tuple(d["addresses"]), d["size"], d["md5"]) for d in s["downloads"])
download.PATIENCE = download.Patience(timeout=20, tries=3, pause=0.01)
print("ready", flush=True)
tell = lambda event: print(event.get("text", event["kind"]), flush=True)
print(fetching.obtain(Source(s["name"], s["folder"], (), files, downloads), progress=tell))
"""


def child(source):
    described = asdict(source)
    for file in described["files"]:
        file.pop("start")
    return subprocess.Popen([sys.executable, "-c", CHILD, json.dumps(described)], stdout=subprocess.PIPE, text=True)


def read(source, folder):
    return {file.name: content.read(folder, file, of=source.name) for file in source.files}


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.name.endswith(".lock"))


def test_fetched_once_then_found(toy, server, home):
    source, contents = toy
    folder = fetching.obtain(source)
    assert folder == home / "cache" / "toy" and read(source, folder) == contents
    assert names(home / "cache") == ["toy", "toy/images.gz", "toy/labels.gz"]
    server.close()
    assert fetching.obtain(source) == folder


def test_an_archive_is_unpacked_and_gone(toy_archive, server, home):
    source, contents = toy_archive
    folder = fetching.obtain(source)
    assert read(source, folder) == contents
    assert names(home / "cache") == ["toy-py", "toy-py/one", "toy-py/two"]


def test_the_order_of_the_search(toy, server, home, monkeypatch):
    source, contents = toy
    cached = fetching.obtain(source)
    mine = home / "mine"
    mine.mkdir()
    monkeypatch.setenv("BYHAND_DATA", str(mine))
    assert fetching.obtain(source) == cached
    for place in ("TOY/raw", "toy"):  # the second is looked at before the first; as they are, or gzipped
        (mine / place).mkdir(parents=True)
        (mine / place / "images").write_bytes(contents["images"])
        assert fetching.obtain(source) == (cached if place == "TOY/raw" else mine / "TOY/raw")
        (mine / place / "labels.gz").write_bytes(gzip.compress(contents["labels"]))
        assert fetching.obtain(source) == mine / place
        assert read(source, mine / place) == contents
    assert len(server.seen) == 2


def test_an_archive_in_the_data_folder_is_unpacked_into_the_cache(toy_archive, server, home, monkeypatch):
    source, contents = toy_archive
    archive = home / "mine" / "toy.tar.gz"
    archive.parent.mkdir()
    archive.write_bytes(tar_of(contents))  # not the official archive, though of the same files
    monkeypatch.setenv("BYHAND_DATA", str(archive.parent))
    assert read(source, fetching.obtain(source, download=False)) == contents
    assert server.seen == [] and archive.exists()


def test_not_there_and_not_to_be_fetched(toy, server, home):
    with pytest.raises(
        DataError, match=r"toy is not on this machine: looked in .*cache.*`byhand data toy` fetches it \(0.1 MB\)"
    ):
        fetching.obtain(toy[0], download=False)
    assert server.seen == [] and not (home / "cache").exists()


def test_a_data_folder_that_is_none(toy, home, monkeypatch):
    monkeypatch.setenv("BYHAND_DATA", str(home / "typo"))
    with pytest.raises(DataError, match=r"BYHAND_DATA is .*typo, which is no folder: make it, or unset"):
        fetching.obtain(toy[0])
    assert len(data.load("digits").train) == 1257


def test_a_mirror_stands_for_all_addresses(toy, server, home, monkeypatch):
    source, contents = toy
    for what in source.downloads:
        server.files[f"/here/{what.path}"] = server.files.pop(f"/official/{what.path}")
    with pytest.raises(DataError, match=r"/official/toy/images.gz: HTTP 404"):
        fetching.obtain(source)
    monkeypatch.setenv("BYHAND_MIRROR", server.address + "/here/")
    assert read(source, fetching.obtain(source)) == contents
    monkeypatch.setenv("BYHAND_MIRROR", "/a/folder")
    with pytest.raises(DataError, match=r"BYHAND_MIRROR: expected an address as https://host/folder, got '/a/folder'"):
        fetching.addresses(source.downloads[0])


def test_what_was_fetched_stays_when_the_rest_fails(toy, server, home):
    source, contents = toy
    server.moves = [{}, {"status": 404}]
    with pytest.raises(DataError, match="labels.gz"):
        fetching.obtain(source)
    assert folders.find(source) is None
    assert read(source, fetching.obtain(source)) == contents
    assert [path for path, _ in server.seen].count("/official/toy/images.gz") == 1


def test_a_deleted_file_is_fetched_again(toy_archive, server, home):
    source, contents = toy_archive
    folder = fetching.obtain(source)
    (folder / "two").unlink()
    assert read(source, fetching.obtain(source)) == contents


def tar_of(contents, **changed):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in {**contents, **changed}.items():
            info = tarfile.TarInfo(f"toy-py/{name}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda c: tar_of(c)[:8000], "toy.tar.gz is truncated or no archive"),
        (lambda c: b"\x1f\x8bno", "toy.tar.gz is truncated or no archive"),
        (lambda c: b"", "toy.tar.gz is truncated or no archive"),
        (lambda c: tar_of({"one": c["one"]}), "does not hold toy-py/two"),
        (lambda c: tar_of(c, two=c["two"][:-1] + b"?"), "its toy-py/two is altered: SHA-256"),
        (lambda c: tar_of(c, two=c["two"][:-9]), "its toy-py/two is truncated: 6,994 of 7,003 bytes"),
        (lambda c: tar_of(c, two=c["two"] + b"?"), "its toy-py/two is altered: there is more in it"),
    ],
)
def test_a_damaged_archive_is_named_and_nothing_comes_of_it(toy_archive, server, home, monkeypatch, make, says):
    source, contents = toy_archive
    cache = home / "cache"
    cache.mkdir()
    (cache / "toy.tar.gz").write_bytes(make(contents))
    with pytest.raises(DataError, match=says + r".*Delete the archive. Then `byhand data toyset`"):
        fetching.obtain(source)
    assert names(cache) == ["toy.tar.gz"]


def test_an_archive_writes_nowhere_else(toy_archive, server, home):
    """Members that climb out, links, devices: passed over; in the place of a file that is wanted, refused."""
    source, contents = toy_archive
    cache = home / "cache"
    cache.mkdir()
    evil = []
    for name in ("../escaped", "/tmp/byhand-escaped", "toy-py/../../escaped"):
        info = tarfile.TarInfo(name)
        info.size = 3
        evil.append(info)
    link = tarfile.TarInfo("toy-py/link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc"
    through = tarfile.TarInfo("toy-py/link/passwd")
    through.size = 3
    (cache / "toy.tar.gz").write_bytes(packed_tar([*evil, link, through], contents))
    before = names(home)
    assert read(source, fetching.obtain(source)) == contents
    assert set(names(home)) - set(before) == {"cache/toy-py", "cache/toy-py/one", "cache/toy-py/two"}
    assert not Path("/tmp/byhand-escaped").exists()
    shutil.rmtree(cache / "toy-py")
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
        link = tarfile.TarInfo("toy-py/one")
        link.type, link.linkname = kind, "/etc/passwd"
        (cache / "toy.tar.gz").write_bytes(packed_tar([link], contents))
        with pytest.raises(DataError, match="expected toy-py/one to be a file; it is a link or a folder"):
            fetching.obtain(source)
        assert names(cache) == ["toy.tar.gz"]


def packed_tar(extra, contents):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for info in extra:
            tar.addfile(info, io.BytesIO(b"x" * info.size))
        for name, content in contents.items():
            info = tarfile.TarInfo(f"toy-py/{name}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def test_no_space_is_seen_beforehand(toy_archive, server, home, monkeypatch):
    source, _ = toy_archive
    monkeypatch.setattr(fetching.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10, 10, 100))  # pyright: ignore
    with pytest.raises(DataError, match=r"cache: no space for toyset, which takes 0.0 MB .* Make room, or set BYHAND_CACHE"):
        fetching.obtain(source)
    assert server.seen == []
    monkeypatch.setattr(fetching.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10, 10, source.space))  # pyright: ignore
    fetching.obtain(source)


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.EACCES, "no permission to write there"),
        (errno.EROFS, "no permission"),
        (errno.EIO, r"cannot be written \(Input/output"),
    ],
)
def test_a_cache_that_cannot_be_made(toy, server, home, monkeypatch, number, says):
    def no(self, *_, **__):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "mkdir", no)
    with pytest.raises(DataError, match=rf"cache: {says}.*Set BYHAND_CACHE"):
        fetching.obtain(toy[0])


def test_a_cache_under_a_file(toy, home, monkeypatch):
    (home / "file").write_text("")
    monkeypatch.setenv("BYHAND_CACHE", str(home / "file" / "cache"))
    with pytest.raises(DataError, match=r"cannot be written \(Not a directory\)"):
        fetching.obtain(toy[0])


def test_three_processes_at_once_fetch_it_once(toy_archive, server, home):
    source, contents = toy_archive
    server.moves = [{"stall": 3000}]
    children = [child(source) for _ in range(3)]
    second = sorted([c.stdout.readline(), c.stdout.readline()][1] for c in children if c.stdout)
    wait = "another process is fetching toyset: waiting for it\n"
    assert second == [wait, wait, "download\n"]
    server.released.set()
    told = [c.communicate(timeout=20)[0] for c in children]
    assert [c.returncode for c in children] == [0, 0, 0]
    assert all(text.splitlines()[-1] == str(home / "cache" / "toy-py") for text in told)
    assert server.ranges == [None, "bytes=3000-"]
    assert read(source, home / "cache" / "toy-py") == contents


def test_a_killed_process_leaves_a_beginning_that_is_used(toy_archive, server, home):
    source, contents = toy_archive
    server.moves = [{"stall": 3000}]
    killed = child(source)
    part = home / "cache" / "toy.tar.gz.part"
    deadline = time.monotonic() + 20
    while not (part.exists() and part.stat().st_size == 3000) and time.monotonic() < deadline:
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    half = home / "cache" / ".toy-py.unpacking"  # as one killed while it unpacks leaves it
    half.mkdir()
    (half / "one").write_bytes(contents["one"][:100])
    assert names(home / "cache") == [".toy-py.unpacking", ".toy-py.unpacking/one", "toy.tar.gz.part"]
    assert read(source, fetching.obtain(source)) == contents
    assert server.ranges == [None, "bytes=3000-"]
    assert names(home / "cache") == ["toy-py", "toy-py/one", "toy-py/two"]


def test_without_locks_every_process_has_a_part_of_its_own(toy, server, home, monkeypatch):
    monkeypatch.setattr(fetching.lock, "_take", lambda file: False)
    source, contents = toy
    server.moves = [{"status": 404, "cut": 0}]
    (home / "cache" / "toy").mkdir(parents=True)
    other = home / "cache" / "toy" / "images.gz.part"
    other.write_bytes(b"another's")
    with pytest.raises(DataError):
        fetching.obtain(source)
    assert read(source, fetching.obtain(source)) == contents
    assert other.read_bytes() == b"another's"


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {}, "~/.cache/byhand"),
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/byhand"),
        ("darwin", {"XDG_CACHE_HOME": "/x"}, "~/Library/Caches/byhand"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/byhand/Cache"),
        ("win32", {}, "~/AppData/Local/byhand/Cache"),
        ("linux", {"BYHAND_CACHE": "~/mine", "XDG_CACHE_HOME": "/x"}, "~/mine"),
    ],
)
def test_the_place_of_the_cache(monkeypatch, platform, variables, expected):
    for name in ("BYHAND_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(folders.sys, "platform", platform)
    assert data.cache_folder() == Path(expected).expanduser()

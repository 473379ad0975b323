"""A server on the loopback that misbehaves to order, a small data set to fetch from it, and the real ones where they are."""

import gzip
import hashlib
import http.server
import io
import random
import re
import tarfile
import threading

import pytest

from byhand import data
from byhand.data import download, folders, idx
from byhand.data.source import Download, File, Source


class Server:
    """Serves `files` (path: bytes). `moves` says how to answer the next requests; after them, all goes well.

    A move is a dict: cut (bytes sent before the connection closes), stall (bytes sent before nothing more comes), status,
    whole (Range is ignored), length (a Content-Length that is not true), shift (sent from another place on), redirect
    (a path), body (sent instead).
    """

    def __init__(self):
        self.files, self.moves, self.seen = {}, [], []
        self.released = threading.Event()
        self.httpd = _Quiet(("127.0.0.1", 0), _handler(self))
        self.address = f"http://127.0.0.1:{self.httpd.server_port}"
        self.thread = threading.Thread(target=self.httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def close(self):
        self.released.set()
        self.httpd.shutdown()
        self.httpd.server_close()
        self.thread.join()

    @property
    def ranges(self):
        return [asked for _, asked in self.seen]


class _Quiet(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # the client hung up


def _handler(server):
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, format, *args):
            pass

        def do_GET(self):
            asked = self.headers.get("Range")
            server.seen.append((self.path, asked))
            move = server.moves.pop(0) if server.moves else {}
            body = move.get("body", server.files.get(self.path))
            if "redirect" in move:
                self.send_response(302)
                self.send_header("Location", move["redirect"])
                self.end_headers()
                return
            if body is None or "status" in move:
                self.send_error(move.get("status", 404))
                return
            found = re.match(r"bytes=(\d+)-", asked or "") if not move.get("whole") and "body" not in move else None
            start = int(found[1]) if found else 0
            if start >= len(body):
                self.send_error(416)
                return
            first = start + move.get("shift", 0)
            self.send_response(206 if start or "shift" in move else 200)
            if start or "shift" in move:
                self.send_header("Content-Range", f"bytes {first}-{len(body) - 1}/{len(body)}")
            self.send_header("Content-Type", "text/html" if "body" in move else "application/gzip")
            self.send_header("Content-Length", str(move.get("length", len(body) - first)))
            self.end_headers()
            rest = body[first:]
            self.wfile.write(rest[: move.get("cut", move.get("stall", len(rest)))])
            self.wfile.flush()
            if "stall" in move:
                server.released.wait(10)

    return Handler


@pytest.fixture
def server():
    made = Server()
    yield made
    made.close()


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty machine: no data anywhere, a cache of its own, little patience, the loopback reached directly."""
    for name in ("BYHAND_DATA", "BYHAND_MIRROR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BYHAND_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(download, "PATIENCE", download.Patience(timeout=0.25, tries=3, pause=0.001))
    return tmp_path


def packed(raw):
    return gzip.compress(raw, compresslevel=1, mtime=0)


def tarball(members, *, extra=()):
    """Return a .tar.gz of {name: bytes}, after other members."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for info in extra:
            tar.addfile(info, io.BytesIO(b"x" * info.size))
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def described(path, content, server):
    return Download(path, (f"{server.address}/official/{path}",), len(content), hashlib.md5(content).hexdigest())


def official(name, content):
    return File(name, len(content), hashlib.sha256(content).hexdigest(), idx.START)


@pytest.fixture
def toy(server, home):
    """A data set of two gzipped files, on the server; `contents` are the files' bytes."""
    rng = random.Random(0)
    contents = {name: idx.START + rng.randbytes(n) for name, n in (("images", 60_000), ("labels", 500))}
    downloads = []
    for name, content in contents.items():
        what = described(f"toy/{name}.gz", packed(content), server)
        server.files[f"/official/{what.path}"] = packed(content)
        downloads.append(what)
    return Source("toy", "toy", ("TOY/raw",), tuple(official(n, c) for n, c in contents.items()), tuple(downloads)), contents


@pytest.fixture
def toy_archive(server, home):
    """A data set of two files in one archive, on the server."""
    rng = random.Random(1)
    contents = {name: idx.START + rng.randbytes(n) for name, n in (("one", 9_000), ("two", 7_000))}
    archive = tarball({f"toy-py/{name}": content for name, content in contents.items()} | {"toy-py/readme.html": b"hello"})
    what = described("toy.tar.gz", archive, server)
    server.files[f"/official/{what.path}"] = archive
    return Source("toyset", "toy-py", (), tuple(official(n, c) for n, c in contents.items()), (what,)), contents


@pytest.fixture
def real():
    """Skips, with the reason, where a real data set is not in $BYHAND_DATA or the cache."""

    def need(name):
        source = data.DATASETS[name].source_files
        assert source is not None
        if folders.find(source) is None:
            pytest.skip(f"{name} is not on this machine: set BYHAND_DATA to a folder that has it")

    return need

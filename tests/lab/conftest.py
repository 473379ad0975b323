import http.client
import json
import os
import shutil
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from byhand import course, train
from byhand.course import rendering
from byhand.lab import Lab
from byhand.lab.server import listen, make_server
from byhand.workspace import Workspace, create, files, source

HERE = Path(__file__).parent


@dataclass
class Open:
    """A lab that is open, on a real port."""

    lab: Lab
    port: int

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def space(self) -> Workspace:
        return self.lab.workspace

    def ask(self, method, path, *, host=None, body=None, **headers):
        """Send a request exactly as given; return (status, headers, text)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.putrequest(method, path, skip_host=True)
            connection.putheader("Host", host or f"127.0.0.1:{self.port}")
            data = json.dumps(body).encode() if body is not None else b""
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.putheader("Content-Length", str(len(data)))
            connection.endheaders(data)
            answer = connection.getresponse()
            return answer.status, answer.headers, whole(answer).decode()
        finally:
            connection.close()

    def get(self, path):
        return self.ask("GET", path)

    def post(self, path, body=None):
        return self.ask("POST", path, body=body or {}, x_byhand_token=self.lab.token)

    def verdict(self, name):
        """Return an exercise's page once its verdict is there."""
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            page = self.get(f"/exercises/{name}")[2]
            if 'data-verdict="checking"' not in page:
                return page
        raise AssertionError("no verdict")

    def write(self, name, *changes):
        """Save an exercise's solution, with each (right, wrong) text exchanged."""
        self._save(name, rendering.solution(course.find(name)), changes)

    def choose(self, name, line):
        """Save a line in the place of a stub's error."""
        self._save(name, rendering.stub(course.find(name)), [("raise NotImplementedError", line)])

    def _save(self, name, text, changes):
        for right, wrong in changes:
            assert text.count(right) == 1, right
            text = text.replace(right, wrong)
        path = self.space.file(name)
        old = files.read(path)
        located = source.locate(old, name)
        assert located is not None
        files.write(path, source.replace(old, located, text))


def record_of(recipe, changes, *, steps, **result):
    """Return what TRAINER_RECORD says for a run of a recipe with these settings and that end."""
    recipe = train.find_recipe(recipe)
    settings = recipe.settings.replace(changes).to_json()
    asked = [target.to_json() for target in recipe.targets]
    return json.dumps({"settings": settings, "asked": asked, "steps": steps, "step": steps, "result": result})


def whole(answer, seconds=30):
    """Read an answer to its end. An event stream has none, and its signs of life keep a socket's own limit from striking."""
    deadline, parts = time.monotonic() + seconds, []
    while part := answer.read1(1 << 16):
        assert time.monotonic() < deadline, "the answer does not end"
        parts.append(part)
    return b"".join(parts)


def opened(folder, command=None):
    lab = Lab(create(folder), command=command)
    ready = threading.Event()
    listening = listen(0, fall_back=False)
    server = make_server(lab, listening, ready=lambda url: ready.set())
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        assert ready.wait(20)
        yield Open(lab, listening.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(20)
        listening.close()
        assert not thread.is_alive()


@pytest.fixture
def lab(tmp_path):
    yield from opened(tmp_path / "ws", [sys.executable, str(HERE / "trainer.py")])


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    """One lab for all the tests of a module that hardly change it."""
    yield from opened(tmp_path_factory.mktemp("still") / "ws")


@pytest.fixture(scope="session")
def chromium():
    """A Chromium of the system's, or a reason to skip."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no chromium, chromium-browser or google-chrome on the path")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        root = hasattr(os, "geteuid") and os.geteuid() == 0
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"] if root else [])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium, lab):
    """A page on which a console error, or a request to anywhere else, fails the test."""
    context = chromium.new_context(viewport={"width": 1200, "height": 900})
    page = context.new_page()
    page.set_default_timeout(10_000)
    wrong = []
    page.on("console", lambda m: wrong.append(f"{m.type}: {m.text}") if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: wrong.append(str(e)))
    page.on("request", lambda r: None if r.url.startswith((lab.url, "data:")) else wrong.append(f"asked {r.url}"))
    page.on("response", lambda r: wrong.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    yield page
    context.close()
    assert wrong == []

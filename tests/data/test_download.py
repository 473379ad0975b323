"""The downloader against a server that stalls, cuts, lies and refuses: the right bytes, or an error that says what to do."""

import errno
import random
import socket
from pathlib import Path

import pytest

from byhand.data import DataError, download
from byhand.data.source import Download


class Get:
    """Fetches a file and returns its bytes; keeps what was told."""

    def __init__(self, what, right, home):
        self.what, self.right = what, right
        self.target, self.part = home / "images.gz", home / "images.gz.part"
        self.events = []

    def __call__(self, *addresses, what=None):
        what = what or self.what
        download.fetch(what, self.target, addresses or what.addresses, self.part, self.events.append)
        assert not self.part.exists()
        return self.target.read_bytes()


@pytest.fixture
def get(toy, server, home):
    """Fetch the toy's larger file."""
    return Get(toy[0].downloads[0], server.files["/official/toy/images.gz"], home)


def notes(events):
    return [event["text"] for event in events if event["kind"] == "note"]


def test_all_goes_well_and_is_told(get, server):
    assert get() == get.right
    done = [event["done"] for event in get.events if event["kind"] == "download"]
    assert done == sorted(done) and done[-1] == len(get.right) == get.events[-1]["total"]
    assert server.ranges == [None] and notes(get.events) == []


def test_resumes_after_50_cuts_at_random_places_each_in_a_new_call(get, server):
    rng = random.Random(3)
    for _ in range(50):
        cut = rng.randrange(1, len(get.right))
        server.moves, server.seen = [{"cut": cut}] + [{"status": 503}] * 3, []
        with pytest.raises(DataError, match="HTTP 503"):
            get()
        assert get.part.read_bytes() == get.right[:cut]
        assert get() == get.right
        assert server.ranges == [None] + [f"bytes={cut}-"] * 4 or cut == len(get.right)
        get.target.unlink()


def test_resumes_after_50_cuts_in_one_call(get, server):
    server.moves = [{"cut": len(get.right) // 60} for _ in range(50)]
    assert get() == get.right
    assert len(server.seen) == 51 and len(set(server.ranges)) == 51
    assert "the connection ended early" in notes(get.events)[0]


def test_a_stall_is_noticed_and_loses_nothing(get, server):
    server.moves = [{"stall": 1234}]
    assert get() == get.right
    assert server.ranges == [None, "bytes=1234-"]
    assert notes(get.events) == [
        f"toy/images.gz: nothing came for a while, at 0.0 MB of {len(get.right) / 1e6:.1f} MB; trying again"
    ]


def test_a_server_that_never_answers_is_given_up(get, server):
    server.moves = [{"stall": 0}] * 3
    with pytest.raises(DataError, match=r"nothing came for a while \(at 0.0 MB of 0.1 MB; tried 3 times\)"):
        get()


def test_a_server_without_ranges_starts_over(get, server):
    server.moves = [{"cut": 5000}, {"whole": True}]
    assert get() == get.right
    assert server.ranges == [None, "bytes=5000-"]
    server.moves, server.seen = [{"cut": 5000}, {"whole": True, "cut": 100}], []
    get.target.unlink()
    assert get() == get.right
    assert server.ranges == [None, "bytes=5000-", "bytes=100-"]


def test_other_bytes_than_asked_for_are_not_joined(get, server):
    server.moves = [{"cut": 5000}, {"shift": -1000}]
    assert get() == get.right
    assert "bytes from 4000 on, not from 5000 on" in " ".join(notes(get.events))


@pytest.mark.parametrize("lie", [100, 59_000, 10_000_000])
def test_lies_about_the_length(get, server, lie):
    server.moves = [{"length": lie}]
    assert get() == get.right


def test_a_file_of_the_right_length_with_one_wrong_byte(get, server):
    wrong = bytearray(get.right)
    wrong[40_000] ^= 1
    server.files["/official/toy/images.gz"] = bytes(wrong)
    with pytest.raises(
        DataError, match=r"gives other bytes than the official file's: MD5 [0-9a-f]{32}, expected " + get.what.md5
    ):
        get()
    assert not get.part.exists() and not get.target.exists()


def test_a_part_of_another_file_is_thrown_away(get, server):
    get.part.write_bytes(b"\x1f\x8b" + b"0" * 998)
    assert get() == get.right
    assert server.ranges == ["bytes=1000-", None]
    assert "does not fit" in notes(get.events)[0]


@pytest.mark.parametrize("size", [0, 1])
def test_a_part_that_is_whole_or_too_long(get, server, size):
    get.part.write_bytes(get.right + b"x" * size)
    assert get() == get.right
    assert len(server.seen) == size


def test_nothing_is_taken_beyond_the_end(get, server):
    server.files["/official/toy/images.gz"] = get.right + b"and more"
    assert get() == get.right


def test_a_server_with_less_than_we_hold(get, server):
    get.part.write_bytes(get.right[:5000])
    server.moves = [{"status": 416}]
    assert get() == get.right
    assert server.ranges == ["bytes=5000-", None]


def test_not_found_is_not_asked_again(get, server):
    with pytest.raises(DataError, match="HTTP 404 Not Found") as caught:
        get(server.address + "/nowhere")
    assert len(server.seen) == 1
    for word in (str(get.target), "BYHAND_DATA", "BYHAND_MIRROR", "Try again later"):
        assert word in str(caught.value)


def test_server_errors_are_tried_again_and_the_next_address_too(get, server):
    server.moves = [{"status": 500}, {"status": 503}]
    assert get() == get.right
    server.moves = [{"status": 500}] * 3
    get.target.unlink()
    assert get(server.address + "/official/x", server.address + "/official/toy/images.gz") == get.right


def test_what_one_address_began_the_next_completes(get, server):
    server.files["/second"] = get.right
    server.moves = [{"cut": 7000}, {"status": 404}]
    assert get(*get.what.addresses, server.address + "/second") == get.right
    assert server.seen[-1] == ("/second", "bytes=7000-")


def test_redirects_keep_the_place(get, server):
    get.part.write_bytes(get.right[:3000])
    server.moves = [{"redirect": "/official/toy/images.gz"}]
    assert get(server.address + "/old") == get.right
    assert server.ranges == ["bytes=3000-", "bytes=3000-"]
    server.moves = [{"redirect": "/again"}] * 30
    get.target.unlink()
    with pytest.raises(DataError, match="redirect"):
        get(server.address + "/again")


def test_a_sign_in_page_is_no_data(get, server):
    server.moves = [{"body": b"<html>please sign in</html>"}]
    with pytest.raises(DataError, match=r"answers with something else \(text/html\), perhaps a sign-in page"):
        get()
    assert not get.target.exists() and not get.part.read_bytes()


def test_no_network(get, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(DataError, match=r"Connection refused.*tried 3 times"):
        get(f"http://127.0.0.1:{port}/x.gz")

    calls = []

    def nowhere(*_, **__):
        calls.append(1)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    with pytest.raises(DataError, match=r"(?s)example/x.gz: Name or service not known.*another machine") as caught:
        get("http://data.example/x.gz")
    assert isinstance(caught.value, OSError) and caught.value.filename is None
    assert len(calls) == 1  # who is offline is told at once


def test_no_space_is_said_at_once_and_what_came_is_kept(get, server, monkeypatch):
    opened = download._opened

    class Full:
        def __init__(self, file):
            self.file, self.room = file, 20_000

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.file.close()

        def write(self, data):
            if not self.room:
                raise OSError(errno.ENOSPC, "No space left on device")
            n = self.file.write(data[: self.room])  # a full disk takes a part first
            self.room -= n
            return n

    monkeypatch.setattr(download, "_opened", lambda *a: Full(opened(*a)))
    with pytest.raises(DataError, match=r"images.gz.part: no space left on the disk. Make room, or set BYHAND_CACHE"):
        get()
    assert len(server.seen) == 1 and get.part.read_bytes() == get.right[:20_000]
    monkeypatch.undo()
    monkeypatch.setenv("no_proxy", "*")
    assert get() == get.right
    assert server.ranges[-1] == "bytes=20000-"


def test_a_limit_of_the_system_on_the_file(get, server):
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.raises(DataError, match="no space left on the disk"):
            get()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert get.part.read_bytes() == get.right[:10_000]
    assert get() == get.right


def test_no_permission(get, monkeypatch):
    def no(self, *_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", no)
    with pytest.raises(DataError, match=r"images.gz.part: no permission to write there. Set BYHAND_CACHE"):
        get()


def test_patience_doubles(get, server, monkeypatch):
    waits = []
    monkeypatch.setattr(download.time, "sleep", waits.append)
    monkeypatch.setattr(download, "PATIENCE", download.Patience(timeout=1, tries=4, pause=1))
    server.moves = [{"status": 500}, {"status": 500}, {"cut": 10}, {"status": 500}]
    assert get() == get.right
    assert waits == [1, 2, 1, 2]


def test_the_size_is_enough_for_an_empty_answer(get, server):
    empty = Download("toy/images.gz", get.what.addresses, 10, "0" * 32)
    server.moves = [{"body": b""}] * 3
    with pytest.raises(DataError, match="HTTP 416|ended early"):
        get(what=empty)

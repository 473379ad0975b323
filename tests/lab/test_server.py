"""Serving: the address, the port, and the end."""

import http.client
import threading

import pytest

from byhand.lab import server
from byhand.lab.session import Lab
from byhand.workspace import create


def test_the_port_asked_for_is_named_when_it_is_taken():
    with server.listen(0, fall_back=False) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"port {port} of 127.0.0.1 cannot be had .* choose another with --port"):
            server.listen(port, fall_back=False)
        with server.listen(port, fall_back=True) as other:
            assert other.getsockname()[1] != port


def test_only_this_machine_is_listened_to():
    with server.listen(0, fall_back=False) as listening:
        assert listening.getsockname()[0] == "127.0.0.1"


def test_open_event_streams_do_not_hold_the_server_up(tmp_path):
    listening = server.listen(0, fall_back=False)
    addresses, ready = [], threading.Event()

    def announce(url):
        addresses.append(url)
        ready.set()

    running = server.make_server(Lab(create(tmp_path / "w")), listening, ready=announce)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        assert ready.wait(20)
        port = listening.getsockname()[1]
        assert addresses == [f"http://127.0.0.1:{port}/"]
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/events", headers={"Host": f"127.0.0.1:{port}"})
        answer = connection.getresponse()
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.readline() == b"retry: 500\n"
    finally:
        running.should_exit = True
        thread.join(10)
        listening.close()
    assert not thread.is_alive()
    answer.read()
    connection.close()

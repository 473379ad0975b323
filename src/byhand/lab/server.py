"""Serving the lab on this machine."""

from __future__ import annotations

import socket
import threading
import webbrowser
from collections.abc import Callable

import uvicorn

from byhand.workspace import Workspace

from .app import create_app
from .session import Lab

HOST = "127.0.0.1"
PORT = 8231


class Server(uvicorn.Server):
    """A server that says when it is ready, and ends the event streams before it waits for them to end."""

    def __init__(self, config: uvicorn.Config, lab: Lab, ready: Callable[[], None]):
        super().__init__(config)
        self.lab = lab
        self.ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.started:
            self.ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then stop."""
        self.lab.hub.close()
        await super().shutdown(sockets)


def serve(
    workspace: Workspace,
    *,
    port: int = PORT,
    open_browser: bool = True,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve the lab until it is interrupted.

    Args:
        workspace: the learner's.
        port: where to listen; 0 takes any that is free; if 8231 is taken, any that is free.
        open_browser: whether to show the page.
        ready: is told the address, once pages can be loaded.

    Raises:
        OSError: the port asked for is taken.
    """
    listening = listen(port, fall_back=port == PORT)
    server = make_server(Lab(workspace), listening, open_browser=open_browser, ready=ready)
    with listening:
        server.run(sockets=[listening])


def make_server(
    lab: Lab, listening: socket.socket, *, open_browser: bool = False, ready: Callable[[str], None] | None = None
) -> Server:
    """Return a server for a lab on a socket that listens."""
    url = f"http://{HOST}:{listening.getsockname()[1]}/"

    def announce():
        if ready:
            ready(url)
        if open_browser:
            threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()

    config = uvicorn.Config(
        create_app(lab),
        ws="none",
        http="h11",
        loop="asyncio",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=2,
    )
    return Server(config, lab, announce)


def listen(port: int, *, fall_back: bool) -> socket.socket:
    """Return a socket that listens on this machine only."""
    for candidate in (port, 0) if fall_back else (port,):
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, candidate))
            listening.listen(128)
        except OSError as problem:
            listening.close()
            if candidate == port and not fall_back:
                raise OSError(f"port {port} of {HOST} cannot be had ({problem.strerror}): choose another with --port") from None
            continue
        return listening
    raise OSError(f"no port of {HOST} can be had")

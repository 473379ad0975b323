"""What keeps other pages out: the lab acts on files, so only its own pages may ask it to."""

from __future__ import annotations

import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    [
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}

HOSTS = ("127.0.0.1", "localhost")


class Guard:
    """Lets a request through if it is for this machine by name, from our own pages, and, if it acts, carries the token.

    A foreign name in Host means that somebody's name server points at this machine (DNS rebinding); a foreign Origin
    means that another page is asking.
    """

    def __init__(self, app: ASGIApp, *, token: str, hosts: tuple[str, ...] = HOSTS):
        self.app = app
        self.token = token
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with 403 or 405, or pass the request on and add the headers."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message):
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        why = self.refuses(scope)
        answer = PlainTextResponse(why, 403) if why else self.app
        await answer(scope, receive, send_with_headers)

    def refuses(self, scope: Scope) -> str:
        """Return why a request is refused, or an empty text."""
        headers = Headers(scope=scope)
        port = scope["server"][1] if scope.get("server") else None
        allowed = {f"{host}:{port}" for host in self.hosts}
        host = headers.get("host", "")
        if host not in allowed:
            return f"This lab answers to {' and '.join(sorted(allowed))} only, not to {host!r}."
        origin = headers.get("origin")
        if origin is not None and origin not in {f"http://{name}" for name in allowed}:
            return f"This lab answers to its own pages only, not to those of {origin!r}."
        if scope["method"] in ("GET", "HEAD"):
            return ""
        given = headers.get("x-byhand-token", "")
        if not secrets.compare_digest(given.encode(), self.token.encode()):
            return "This action needs the token of a page that this lab has served. Load the page again."
        return ""

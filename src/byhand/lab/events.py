"""Telling open pages what happened, by server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.responses import StreamingResponse

HEARTBEAT = 15.0
"""Seconds between signs of life: without them a page that is gone would not be noticed."""


class Hub:
    """Channels, and the pages that listen to them."""

    def __init__(self):
        self._listeners: dict[str, set[asyncio.Queue]] = {}
        self.closed = False

    def publish(self, channel: str, event: str, data: Any) -> None:
        """Send an event to every page that listens to the channel."""
        for queue in self._listeners.get(channel, ()):
            queue.put_nowait((event, data))

    def listened(self) -> set[str]:
        """Return the channels that a page listens to."""
        return {channel for channel, queues in self._listeners.items() if queues}

    async def listen(self, *channels: str) -> AsyncIterator[tuple[str, Any]]:
        """Yield the channels' events; ("", None) now and then, as a sign of life."""
        queue: asyncio.Queue = asyncio.Queue()
        for channel in channels:
            self._listeners.setdefault(channel, set()).add(queue)
        try:
            while not self.closed:
                try:
                    yield await asyncio.wait_for(queue.get(), HEARTBEAT)
                except TimeoutError:
                    yield "", None
        finally:
            for channel in channels:
                self._listeners[channel].discard(queue)

    def close(self) -> None:
        """End all streams, so that the server can stop."""
        self.closed = True
        for queues in self._listeners.values():
            for queue in queues:
                queue.put_nowait(("", None))


def stream(events: AsyncIterator[tuple[str, Any]]) -> StreamingResponse:
    """Return the response that carries these events; the data goes as JSON."""

    async def lines():
        yield "retry: 500\n\n"
        async for event, data in events:
            yield f"event: {event}\ndata: {json.dumps(data)}\n\n" if event else ": still here\n\n"

    return StreamingResponse(lines(), media_type="text/event-stream", headers={"cache-control": "no-store"})

"""The studio in this process, behind httpx's transport seam; replies stream as the application sends them.

httpx's own ASGI transport collects a whole reply first, so a chat would be silent until its end.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import anyio
import httpx
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from .app import create_app
from .workshop import Studio

if TYPE_CHECKING:
    from anyio.abc import TaskGroup
    from starlette.types import ASGIApp

    from api import Clock

_log = logging.getLogger(__name__)  # the standard logger stays off stdout even where no host configured one


class LocalTransport(httpx.AsyncBaseTransport):
    """Requests to the studio in the folder `home`. Use it within `async with httpx.AsyncClient(transport=…)`.

    One task group, opened and closed with the client, holds every request and the render jobs; leaving it stops
    them. studio: one built with ports of its own, instead of `home`'s.
    """

    def __init__(self, home: Path, *, clock: Clock | None = None, studio: Studio | None = None) -> None:
        self._studio = studio or Studio(home, clock=clock)
        self._app = create_app(self._studio)
        self._tasks: TaskGroup | None = None

    async def __aenter__(self) -> LocalTransport:
        self._tasks = await anyio.create_task_group().__aenter__()
        self._studio.start(self._tasks)
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        tasks, self._tasks = self._tasks, None
        if tasks is None:
            return
        self._studio.stop()
        tasks.cancel_scope.cancel()
        if not isinstance(exc_value, anyio.get_cancelled_exc_class()):
            # the caller's own error passes as it is; handed to the task group it would come back in an ExceptionGroup
            exc_type = exc_value = traceback = None
        try:
            await tasks.__aexit__(exc_type, exc_value, traceback)
        finally:
            self._studio.close()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request. Raises httpx.TransportError where a network would."""
        if self._tasks is None:
            raise RuntimeError("LocalTransport must be entered: use `async with` on the client")
        return await Exchange(request).begin(self._app, self._tasks)


class Exchange:
    """One request and its reply, between the caller's task and the application's."""

    def __init__(self, request: httpx.Request) -> None:
        self._request = request
        self._body = aiter(_chunks(request))
        self._scope = anyio.CancelScope()
        self._gone = anyio.Event()
        self._sent_all = False
        self._status = 500
        self._headers: list[tuple[bytes, bytes]] = []
        self._failure: Exception | None = None
        self._request_failure: Exception | None = None
        self._out: MemoryObjectSendStream[bytes]
        self._in: MemoryObjectReceiveStream[bytes]
        self._out, self._in = anyio.create_memory_object_stream[bytes](4)
        self._begun = False
        self._finished = False
        self._started = anyio.Event()

    async def begin(self, app: ASGIApp, tasks: TaskGroup) -> httpx.Response:
        """Let the application answer in a task of its own; returns as soon as the reply has begun."""
        tasks.start_soon(self._run, app)
        try:
            await self._started.wait()
        except BaseException:
            self.abort()
            raise
        return self._response()

    async def _run(self, app: ASGIApp) -> None:
        """Whatever the application raises ends this request alone."""
        with self._scope:
            try:
                await app(_scope(self._request), self._receive, self._send)
            except Exception as exc:  # the application's outermost frame in this process
                if exc is not self._request_failure and not self._gone.is_set():
                    _log.exception("studio_request_failed")
                self._failure = exc
        self._out.close()
        self._started.set()

    async def _receive(self) -> dict[str, Any]:
        if not self._sent_all:
            try:
                chunk = await anext(self._body, None)
            except Exception as exc:  # the caller's own stream broke; it is told so, whatever it was
                self._request_failure = exc
                raise
            self._sent_all = chunk is None
            return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = list(message.get("headers", []))
            self._begun = True
            self._started.set()
            return
        try:
            if message.get("body"):
                await self._out.send(message["body"])
        except (anyio.BrokenResourceError, anyio.ClosedResourceError) as exc:
            raise OSError("the client has gone") from exc  # what the ASGI standard asks a server to raise
        if not message.get("more_body", False):
            self._finished = True
            self._out.close()

    def _response(self) -> httpx.Response:
        """The reply's head; its body follows as it is sent."""
        if self._request_failure is not None:
            raise self._request_failure
        if not self._begun:
            return httpx.Response(
                500,
                headers={"content-type": "application/json"},
                content=json.dumps({"code": 500, "message": "The studio ran into an error of its own."}),
                request=self._request,
            )
        return httpx.Response(self._status, headers=self._headers, stream=_Body(self), request=self._request)

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes. Raises httpx.RemoteProtocolError where it breaks off."""
        async for chunk in self._in:
            yield chunk
        if not self._finished:
            raise httpx.RemoteProtocolError("the studio broke off its reply", request=self._request) from self._failure

    def abort(self) -> None:
        """The caller has gone: tell the application, and end it."""
        self._gone.set()
        self._in.close()
        self._scope.cancel()


class _Body(httpx.AsyncByteStream):
    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._exchange.chunks():
            yield chunk

    async def aclose(self) -> None:
        self._exchange.abort()


async def _chunks(request: httpx.Request) -> AsyncIterator[bytes]:
    if isinstance(request.stream, httpx.AsyncByteStream):
        async for chunk in request.stream:
            yield chunk


def _scope(request: httpx.Request) -> dict[str, Any]:
    url = request.url
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": url.scheme,
        "path": url.path,
        "raw_path": url.raw_path.partition(b"?")[0],
        "query_string": url.query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "server": (url.host, url.port or 80),
        "client": ("127.0.0.1", 0),
        "state": {},
    }

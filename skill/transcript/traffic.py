"""Listens between the client and a real backend: every exchange with its pieces and their timing, nothing changed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any

import httpx

from .calls import Switchboard, sent_file
from .format import Call, Failure

if TYPE_CHECKING:
    from api import Clock

_DECODED = ("content-encoding", "content-length", "transfer-encoding")
_HEAD_BYTES = 4096


@dataclass(slots=True)
class Exchange:
    """One request and its answer as they went by.

    request: the body as far as it is no file. pieces: (seconds of silence before it, bytes) of a stream.
    left: the client went away before the stream's end. film_bytes: the size of a download.
    """

    call: Call
    request: bytes = b""
    request_headers: dict[str, str] = field(default_factory=dict)
    file: str | None = None
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0
    body: bytes | None = None
    pieces: list[tuple[float, bytes]] | None = None
    film_bytes: int | None = None
    fails: Failure | None = None
    cut: bool = False
    left: bool = False


class Recorder(httpx.AsyncBaseTransport):
    """An httpx transport that passes everything on to `inner` and keeps what went by, in `exchanges`.

    inner: a client of the real backend; it is opened and closed with this transport.
    """

    def __init__(self, inner: httpx.AsyncClient, switchboard: Switchboard, clock: Clock) -> None:
        self.exchanges: list[Exchange] = []
        self._inner = inner
        self._switchboard = switchboard
        self._clock = clock

    async def __aenter__(self) -> Recorder:
        await self._inner.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self._inner.__aexit__(exc_type, exc_value, traceback)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        call = self._switchboard.call(request)
        if call is None:
            return await self._inner.send(request, stream=True)
        exchange = Exchange(call, request_headers=dict(request.headers))
        self.exchanges.append(exchange)
        begun_s = self._clock.monotonic()
        try:
            response = await self._inner.send(_overheard(request, exchange), stream=True)
            exchange.delay_s = self._clock.monotonic() - begun_s
            return await self._kept(exchange, response, begun_s)
        except httpx.TransportError as error:
            exchange.delay_s = self._clock.monotonic() - begun_s
            exchange.fails = _failure(error)
            raise

    async def _kept(self, exchange: Exchange, response: httpx.Response, begun_s: float) -> httpx.Response:
        exchange.status = response.status_code
        exchange.headers = {name: value for name, value in response.headers.items() if name not in _DECODED}
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if response.is_success and kind == "text/event-stream":
            exchange.pieces = []
            stream: httpx.AsyncByteStream = _Heard(response, exchange, self._clock)
        elif response.is_success and exchange.call == "download":
            exchange.film_bytes = 0
            length = {name: response.headers[name] for name in ("content-length",) if name in response.headers}
            return httpx.Response(
                response.status_code, headers=exchange.headers | length, stream=_Film(response, exchange)
            )
        else:
            exchange.body = await response.aread()
            await response.aclose()
            exchange.delay_s = self._clock.monotonic() - begun_s
            stream = httpx.ByteStream(exchange.body)
        return httpx.Response(response.status_code, headers=exchange.headers, stream=stream)


def _overheard(request: httpx.Request, exchange: Exchange) -> httpx.Request:
    """The same request; a body that is no file is kept, of an upload only the file's name."""
    try:
        exchange.request = request.content
    except httpx.RequestNotRead:
        pass
    else:
        return request
    sent = _Upload(request.stream, exchange)
    return httpx.Request(
        request.method, request.url, headers=request.headers, stream=sent, extensions=request.extensions
    )


class _Upload(httpx.AsyncByteStream):
    def __init__(self, stream: Any, exchange: Exchange) -> None:
        self._stream = stream
        self._exchange = exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        head = b""
        async for chunk in self._stream:
            if len(head) < _HEAD_BYTES:
                head = (head + chunk)[:_HEAD_BYTES]
                self._exchange.file = sent_file(head)
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


class _Heard(httpx.AsyncByteStream):
    """A stream of events, each piece kept as it passes."""

    def __init__(self, response: httpx.Response, exchange: Exchange, clock: Clock) -> None:
        self._response = response
        self._exchange = exchange
        self._clock = clock
        self._ended = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = self._exchange.pieces
        assert pieces is not None, "only a stream is listened to"
        last_s = self._clock.monotonic()
        try:
            async for piece in self._response.aiter_bytes():
                now_s = self._clock.monotonic()
                pieces.append((now_s - last_s, piece))
                last_s = now_s
                yield piece
        except httpx.TransportError:
            self._exchange.cut = self._ended = True
            raise
        self._ended = True

    async def aclose(self) -> None:
        self._exchange.left = not self._ended
        await self._response.aclose()


class _Film(httpx.AsyncByteStream):
    """A download; its size alone is kept."""

    def __init__(self, response: httpx.Response, exchange: Exchange) -> None:
        self._response = response
        self._exchange = exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._response.aiter_bytes():
                self._exchange.film_bytes = (self._exchange.film_bytes or 0) + len(piece)
                yield piece
        except httpx.TransportError as error:
            self._exchange.fails = _failure(error)
            raise

    async def aclose(self) -> None:
        await self._response.aclose()


def _failure(error: httpx.TransportError) -> Failure:
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError | httpx.UnsupportedProtocol):
        return "connect"
    return "timeout" if isinstance(error, httpx.TimeoutException) else "read"

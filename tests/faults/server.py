"""A backend on a real loopback socket that misbehaves on cue, byte by byte, and notes every request."""

from __future__ import annotations

import gzip
import json
import socket
import struct
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import anyio.abc

from api import Clock, Endpoints

FILM = b"\0\0\0\x10ftypisom\0\0\0\0" + b"\0\0\0\x08moov" + b"\0\0\x28\x08mdat" + bytes(range(256)) * 40
DRAFT = {"t": [{"tt": 0, "sg": [{"d": 4000, "m": {"name": "a.jpg"}}]}]}
TITLED = {"t": [*DRAFT["t"], {"tt": 7, "m": {"role": "title"}, "sg": [{"d": 3000, "m": {"text": "Golden Hour"}}]}]}
TOKEN = "nmv_usr_anonymous_0123456789"
SESSION = "session-1"

Reply = Mapping[str, Any]
_NO_STREAM = {"status", "json", "text", "cut", "loris_s"}
"""A chat message is answered with a stream unless the reply has one of these."""


@dataclass(slots=True)
class Request:
    """One request as it came over the wire."""

    call: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Server:
    """script: for each call its replies in order, the last one staying; a call without any is answered well.

    connections: how many are open.
    """

    clock: Clock
    moved: Callable[[], None]
    endpoints: Endpoints
    script: dict[str, list[Reply]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    port: int = 0
    connections: int = 0

    @property
    def counts(self) -> dict[str, int]:
        return dict(Counter(request.call for request in self.requests))

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
        self.port = listener.extra(anyio.abc.SocketAttribute.local_port)
        async with listener, anyio.create_task_group() as tasks:
            tasks.start_soon(listener.serve, self._serve)
            yield
            tasks.cancel_scope.cancel()

    async def _serve(self, socket_stream: anyio.abc.SocketStream) -> None:
        stream = _Watched(socket_stream, self.moved)
        reader = _Reader(stream)
        self.connections += 1
        async with socket_stream:
            try:
                while (request := await reader.head()) is not None:
                    request.call = self._call(request.target)
                    self.requests.append(request)
                    reply = self._next(request.call)
                    if reply.get("act") == "deaf":
                        stream.will_reset()
                        return
                    request.body = await reader.body(request.headers)
                    if not await self._answer(stream, request, reply):
                        return
            except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
                return  # the client has gone, as clients do
            finally:
                self.connections -= 1

    def _call(self, target: str) -> str:
        path = target.partition("?")[0]
        for call in ("anonymous_token", "create_session", "claim_token", "send", "balance", "start_render"):
            if path == getattr(self.endpoints, call):
                return call
        if path.endswith("/download") or path.startswith("/film"):
            return "download"
        beginnings = {"upload": "/api/upload-video/", "state": "/api/state/", "render_status": "/api/render/"}
        return next((call for call, start in beginnings.items() if path.startswith(start)), path)

    def _next(self, call: str) -> Reply:
        replies = self.script.get(call) or [{}]
        return replies.pop(0) if len(replies) > 1 else replies[0]

    async def _answer(self, stream: _Watched, request: Request, reply: Reply) -> bool:
        """Whether the connection goes on."""
        await self.clock.sleep(reply.get("delay_s", 0))
        match reply.get("act"):
            case "close":
                return False
            case "reset":
                stream.will_reset()
                return False
            case "no_http":
                await stream.send(b"220 mail.test ESMTP ready\r\n")
                return False
            case "half_head":
                await stream.send(b"HTTP/1.1 200 OK\r\nContent-Ty")
                return False
            case "silent":
                await anyio.sleep_forever()
        if "stream" in reply or (request.call == "send" and not reply.keys() & _NO_STREAM):
            return await self._stream(stream, reply)
        return await self._body(stream, request, reply)

    def _content(self, request: Request, reply: Reply) -> tuple[bytes, str]:
        if "json" in reply:
            return json.dumps(reply["json"], ensure_ascii=False).encode(), "application/json"
        if "text" in reply:
            return reply["text"].encode(), reply.get("type", "text/plain")
        if request.call == "download":
            return reply.get("film", FILM), "video/mp4"
        return json.dumps(self._good(request)).encode(), "application/json"

    def _good(self, request: Request) -> Any:
        answers: dict[str, Any] = {
            "anonymous_token": {"token": TOKEN, "credits": 100},
            "create_session": {"session_id": SESSION, "task_id": "task-1"},
            "balance": {"available": 88, "frozen": 0, "total": 88},
            "state": {"state": {"draft": DRAFT}},
        }
        if request.call in ("start_render", "render_status"):
            url = f"http://127.0.0.1:{self.port}/film/{len(self.requests)}.mp4"
            done = {"status": "completed", "output": {"url": url}}
            return done if request.call == "render_status" else {"status": "pending"}
        return {"code": 0, "data": answers.get(request.call, {})}

    async def _body(self, stream: _Watched, request: Request, reply: Reply) -> bool:
        body, kind = self._content(request, reply)
        body = reply.get("before", "").encode() + body
        headers = {"Content-Type": kind}
        if reply.get("gzip"):
            body = gzip.compress(body)
            headers["Content-Encoding"] = "gzip"
        start, headers = _part(request, reply, len(body), headers)
        body, status = body[start:], 206 if start else reply.get("status", 200)
        chunk = reply.get("chunk")
        headers |= {"Transfer-Encoding": "chunked"} if chunk else {"Content-Length": str(len(body))}
        await stream.send(_head(status, headers | reply.get("headers", {})))
        if "loris_s" in reply:
            for at in range(len(body)):
                await self.clock.sleep(reply["loris_s"])
                await stream.send(body[at : at + 1])
            return True
        if chunk:
            for at in range(0, len(body), chunk):
                await stream.send(_chunk(body[at : at + chunk]))
            await stream.send(b"0\r\n\r\n")
            return True
        cut = reply.get("cut")
        await stream.send(body[:cut])
        return cut is None

    async def _stream(self, stream: _Watched, reply: Reply) -> bool:
        headers = {"Content-Type": "text/event-stream; charset=utf-8", "Transfer-Encoding": "chunked"}
        packer = zlib.compressobj(wbits=31) if reply.get("gzip") else None
        headers |= {"Content-Encoding": "gzip"} if packer else {}
        await stream.send(_head(200, headers | reply.get("headers", {})))
        size = reply.get("chunk", 1 << 16)
        for item in [{"raw": reply.get("before", "")}, *reply.get("stream", ["Done."])]:
            if isinstance(item, dict) and "wait_s" in item:
                with self.clock.move_on_after(item["wait_s"]):
                    await stream.receive()  # nothing comes, unless the client goes
            elif item == {"cut": True}:
                return False
            else:
                data = _event(item)
                data = packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH) if packer else data
                for at in range(0, len(data), size):
                    await stream.send(_chunk(data[at : at + size]))
        await stream.send((_chunk(packer.flush()) if packer else b"") + b"0\r\n\r\n")
        return True


class _Watched:
    """A connection that tells whenever a byte moves."""

    def __init__(self, stream: anyio.abc.SocketStream, moved: Callable[[], None]) -> None:
        self._stream = stream
        self._moved = moved

    async def send(self, data: bytes) -> None:
        self._moved()
        await self._stream.send(data)

    async def receive(self) -> bytes:
        data = await self._stream.receive()
        self._moved()
        return data

    def will_reset(self) -> None:
        raw = self._stream.extra(anyio.abc.SocketAttribute.raw_socket)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class _Reader:
    """Requests from a connection, one after another."""

    def __init__(self, stream: _Watched) -> None:
        self._stream = stream
        self._waiting = b""

    async def head(self) -> Request | None:
        """The next request without its body; None at the end."""
        try:
            while b"\r\n\r\n" not in self._waiting:
                self._waiting += await self._stream.receive()
                if self._waiting.startswith(b"\x16\x03"):  # somebody wants to speak TLS
                    return None
        except anyio.EndOfStream:
            return None
        head, _, self._waiting = self._waiting.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        return Request("", first.split(" ")[1] if " " in first else "", headers, b"")

    async def body(self, headers: Mapping[str, str]) -> bytes:
        if headers.get("transfer-encoding") == "chunked":
            return await self._pieces()
        size = int(headers.get("content-length", "0"))
        while len(self._waiting) < size:
            self._waiting += await self._stream.receive()
        body, self._waiting = self._waiting[:size], self._waiting[size:]
        return body

    async def _pieces(self) -> bytes:
        while b"0\r\n\r\n" not in self._waiting:
            self._waiting += await self._stream.receive()
        body, _, self._waiting = self._waiting.partition(b"0\r\n\r\n")
        return body


def _part(request: Request, reply: Reply, size: int, headers: dict[str, str]) -> tuple[int, dict[str, str]]:
    """Where the answer begins: a reply with an etag gives the part that was asked for."""
    etag = f'"{reply["etag"]}"' if "etag" in reply else None
    if etag is None:
        return 0, headers
    headers = headers | {"ETag": etag, "Accept-Ranges": "bytes"}
    asked = request.headers.get("range")
    if asked is None or request.headers.get("if-range") != etag:
        return 0, headers
    start = int(asked.removeprefix("bytes=").rstrip("-"))
    return start, headers | {"Content-Range": f"bytes {start}-{size - 1}/{size}"}


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} So", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _chunk(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece)


def _event(item: Any) -> bytes:
    """A text as an event of its own; {raw: …} as it stands; {mib: n} a huge one; anything else is the event's JSON."""
    if isinstance(item, str):
        item = {"content": {"parts": [{"text": item}], "role": "model"}}
    if "raw" in item:
        return str(item["raw"]).encode()
    if "mib" in item:
        return b'data: {"content":{"parts":[{"text":"' + b"x" * (item["mib"] << 20) + b'"}]}}\n\n'
    if "tool" in item:
        kind = "functionResponse" if item.get("done") else "functionCall"
        item = {"content": {"parts": [{kind: {"name": item["tool"], "args": {}, "response": {}}}]}}
    return f"data: {json.dumps(item, ensure_ascii=False)}\n\n".encode()

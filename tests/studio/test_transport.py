"""The in-process transport streams both ways, and an application's trouble stays in its own request."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import httpx
import pytest
from anyio.abc import TaskGroup

from studio import LocalTransport
from studio.transport import Exchange

pytestmark = pytest.mark.anyio

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

START = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]}


class Over(httpx.AsyncBaseTransport):
    """Any application behind the exchange under test."""

    def __init__(self, app: App, tasks: TaskGroup) -> None:
        self._app = app
        self._tasks = tasks

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await Exchange(request).begin(self._app, self._tasks)


def body(chunk: bytes, *, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": chunk, "more_body": more}


def client(app: App, tasks: TaskGroup) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=Over(app, tasks), base_url="http://app.test")


async def test_the_first_chunk_arrives_before_the_last_is_made() -> None:
    release = anyio.Event()

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        await send(START)
        await send(body(b"first"))
        await release.wait()
        await send(body(b"last", more=False))

    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks, client(app, tasks).stream("GET", "/") as reply:
            chunks = reply.aiter_raw()
            assert await anext(chunks) == b"first"
            release.set()
            assert [chunk async for chunk in chunks] == [b"last"]


async def test_a_request_body_is_read_as_the_application_asks_for_it() -> None:
    asked: list[str] = []

    async def upload() -> AsyncIterator[bytes]:
        for part in ("one", "two"):
            asked.append(part)
            yield part.encode()

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        first = await receive()
        assert (first["body"], first["more_body"], asked) == (b"one", True, ["one"])
        rest = [await receive(), await receive()]
        assert [message["body"] for message in rest] == [b"two", b""]
        assert rest[-1]["more_body"] is False
        await send(START)
        await send(body(b"read", more=False))

    async with anyio.create_task_group() as tasks:
        assert (await client(app, tasks).post("/", content=upload())).text == "read"


async def test_a_broken_request_body_is_the_callers_own_error() -> None:
    async def upload() -> AsyncIterator[bytes]:
        yield b"one"
        raise PermissionError("the file went away")

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass

    async with anyio.create_task_group() as tasks:
        with pytest.raises(PermissionError):
            await client(app, tasks).post("/", content=upload())


async def test_closing_the_reply_disconnects_and_ends_the_application() -> None:
    seen: list[str] = []
    ended = anyio.Event()

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        async def listen() -> None:
            try:
                while True:
                    seen.append((await receive())["type"])
            finally:
                ended.set()

        await send(START)
        await send(body(b"first"))
        async with anyio.create_task_group() as inner:
            inner.start_soon(listen)
            await anyio.sleep_forever()

    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks, client(app, tasks).stream("GET", "/") as reply:
            await anext(reply.aiter_raw())
            await reply.aclose()
            await ended.wait()
    assert seen[0] == "http.request"


async def test_a_caller_that_is_cancelled_before_the_reply_ends_the_application() -> None:
    ended = anyio.Event()

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        try:
            await anyio.sleep_forever()
        finally:
            ended.set()

    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            with anyio.move_on_after(0.01):
                await client(app, tasks).get("/")
            await ended.wait()


async def test_a_slow_reader_holds_the_application_back() -> None:
    sent = 0

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        nonlocal sent
        await send(START)
        for _ in range(1000):
            await send(body(b"x"))
            sent += 1

    async with anyio.create_task_group() as tasks, client(app, tasks).stream("GET", "/") as reply:
        await anext(reply.aiter_raw())
        await anyio.wait_all_tasks_blocked()
        assert sent < 20


async def test_an_exception_before_the_reply_is_a_500_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        raise ZeroDivisionError("a secret detail")

    with caplog.at_level(logging.ERROR):
        async with anyio.create_task_group() as tasks:
            reply = await client(app, tasks).get("/")
    assert (reply.status_code, reply.json()["code"]) == (500, 500)
    assert "secret" not in reply.text
    assert "studio_request_failed" in caplog.text


@pytest.mark.parametrize("crash", [True, False])
async def test_a_reply_that_breaks_off_is_not_a_clean_end(crash: bool) -> None:
    async def app(scope: Message, receive: Receive, send: Send) -> None:
        await send(START)
        await send(body(b"half"))
        if crash:
            raise ZeroDivisionError

    async with anyio.create_task_group() as tasks:
        with pytest.raises(httpx.RemoteProtocolError):
            await client(app, tasks).get("/")


async def test_the_application_sees_the_request_as_a_server_would_show_it() -> None:
    seen: Message = {}

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        seen.update(scope)
        await send(START)
        await send(body(b"", more=False))

    async with anyio.create_task_group() as tasks:
        await client(app, tasks).get("/caf%C3%A9?q=a%20b", headers={"X-Mixed-Case": "Yes"})
    assert (seen["path"], seen["raw_path"], seen["query_string"]) == ("/café", b"/caf%C3%A9", b"q=a%20b")
    assert dict(seen["headers"])[b"x-mixed-case"] == b"Yes"
    assert dict(seen["headers"])[b"host"] == b"app.test"


async def test_the_transport_says_that_it_must_be_entered(tmp_path: Path) -> None:
    client = httpx.AsyncClient(transport=LocalTransport(tmp_path), base_url="http://studio.local")
    with pytest.raises(RuntimeError, match="async with"):
        await client.get("/")
    assert not (tmp_path / "studio.db").exists()


async def test_the_callers_own_error_leaves_the_transport_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(LookupError):
        async with httpx.AsyncClient(transport=LocalTransport(tmp_path), base_url="http://studio.local") as client:
            await client.get("/")
            raise LookupError


async def test_a_cancelled_caller_leaves_the_transport_cancelled(tmp_path: Path) -> None:
    with anyio.fail_after(5):
        with anyio.move_on_after(0.05) as scope:
            async with httpx.AsyncClient(transport=LocalTransport(tmp_path), base_url="http://studio.local") as client:
                await client.get("/")
                await anyio.sleep_forever()
        assert scope.cancelled_caught
        await anyio.lowlevel.checkpoint()

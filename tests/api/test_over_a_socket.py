"""The client on a real socket: what breaks there is told apart, and nothing waits for a byte it does not need."""

from __future__ import annotations

import contextlib
import gzip
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.abc
import pytest

from api import (
    Auth,
    BackendUnreachable,
    Balance,
    Client,
    ClientIds,
    Session,
    StreamEnd,
    SystemClock,
    TextPart,
    TokenStore,
    open_http,
)

pytestmark = pytest.mark.anyio

HELLO = b'data: {"content":{"parts":[{"text":"Hello."}]}}\n\n'
SSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
Answer = Callable[[anyio.abc.SocketStream], Awaitable[None]]


def chunked(*pieces: bytes) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)


@asynccontextmanager
async def answering(answer: Answer, folder: Path) -> AsyncIterator[tuple[Client, list[bytes]]]:
    """A client of a server that reads one request a connection and then does what `answer` does."""
    requests: list[bytes] = []

    async def serve(stream: anyio.abc.SocketStream) -> None:
        async with stream:
            try:
                request = await stream.receive()
            except anyio.EndOfStream:
                return  # a connection that nothing was said on
            while b"\r\n\r\n" not in request:
                request += await stream.receive()
            requests.append(request)
            await answer(stream)

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(anyio.abc.SocketAttribute.local_port)
    auth = Auth("o", given="mine-0123", tokens=TokenStore(folder / "t"), client_ids=ClientIds(folder / "i"))
    async with anyio.create_task_group() as tasks, open_http(f"http://127.0.0.1:{port}") as http:
        tasks.start_soon(listener.serve, serve)
        yield Client(http, auth=auth, attribution={}, clock=SystemClock(), session=Session("s")), requests
        tasks.cancel_scope.cancel()
    await listener.aclose()


async def events(client: Client) -> list[object]:
    async with client.send("hi", message_id="m") as stream:
        return [event async for event in stream]


async def test_one_byte_at_a_time(tmp_path: Path) -> None:
    async def answer(stream: anyio.abc.SocketStream) -> None:
        await stream.send(SSE + b"Transfer-Encoding: chunked\r\n\r\n")
        for at in range(len(HELLO)):
            await stream.send(chunked(HELLO[at : at + 1]))
        await stream.send(b"0\r\n\r\n")

    async with answering(answer, tmp_path) as (client, requests):
        assert await events(client) == [TextPart("Hello."), StreamEnd("Hello.", silent=False)]
    assert len(requests) == 1


async def test_an_event_is_handed_on_before_the_next_byte_comes(tmp_path: Path) -> None:
    told = anyio.Event()

    async def answer(stream: anyio.abc.SocketStream) -> None:
        await stream.send(SSE + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(HELLO.replace(b"\n", b"\r")))
        await told.wait()
        await stream.send(b"0\r\n\r\n")

    async with answering(answer, tmp_path) as (client, _):
        with anyio.fail_after(10):
            async with client.send("hi", message_id="m") as stream:
                assert await anext(stream) == TextPart("Hello.")
                told.set()
                assert await anext(stream) == StreamEnd("Hello.", silent=False)


async def test_a_compressed_stream_is_read_although_we_did_not_ask_for_one(tmp_path: Path) -> None:
    async def answer(stream: anyio.abc.SocketStream) -> None:
        packed = gzip.compress(HELLO)
        head = b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
        await stream.send(SSE + head + packed)

    async with answering(answer, tmp_path) as (client, requests):
        assert await events(client) == [TextPart("Hello."), StreamEnd("Hello.", silent=False)]
    assert b"accept-encoding: identity" in requests[0].lower()


async def cut(stream: anyio.abc.SocketStream) -> None:
    await stream.send(SSE + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(HELLO))


async def reset(stream: anyio.abc.SocketStream) -> None:
    await cut(stream)
    raw = stream.extra(anyio.abc.SocketAttribute.raw_socket)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def silent(stream: anyio.abc.SocketStream) -> None:
    """Closes without a word."""


async def half_a_head(stream: anyio.abc.SocketStream) -> None:
    await stream.send(b"HTTP/1.1 200 OK\r\nContent-Ty")


async def no_http(stream: anyio.abc.SocketStream) -> None:
    await stream.send(b"220 mail.test ESMTP\r\n")


async def too_short(stream: anyio.abc.SocketStream) -> None:
    await stream.send(SSE + b"Content-Length: 1000\r\n\r\n" + HELLO)


@pytest.mark.parametrize("answer", [cut, reset, silent, half_a_head, no_http, too_short])
async def test_a_break_after_the_message_left_says_it_may_have_arrived(answer: Answer, tmp_path: Path) -> None:
    async with answering(answer, tmp_path) as (client, requests):
        with pytest.raises(BackendUnreachable) as caught:
            await events(client)
    assert caught.value.reached
    assert len(requests) == 1
    assert "mine-0123" not in str(caught.value)


async def test_nobody_listening_says_it_did_not(tmp_path: Path) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        auth = Auth("o", given="mine", tokens=TokenStore(tmp_path / "t"), client_ids=ClientIds(tmp_path / "i"))
        async with open_http(f"http://127.0.0.1:{bound.getsockname()[1]}") as http:
            client = Client(http, auth=auth, attribution={}, clock=SystemClock(), session=Session("s"))
            with pytest.raises(BackendUnreachable) as caught:
                await events(client)
    assert not caught.value.reached


async def test_leaving_early_closes_the_connection(tmp_path: Path) -> None:
    gone = anyio.Event()

    async def answer(stream: anyio.abc.SocketStream) -> None:
        await cut(stream)
        try:
            await stream.receive()
        except (anyio.EndOfStream, anyio.BrokenResourceError):
            gone.set()

    async with answering(answer, tmp_path) as (client, _):
        with anyio.fail_after(10):
            async with client.send("hi", message_id="m") as stream:
                assert await anext(stream) == TextPart("Hello.")
            await gone.wait()


class NotNow(Exception):
    """Why a message must stay here."""


@pytest.mark.parametrize("asked_before", [0, 1])
async def test_a_message_that_may_not_leave_any_more_stays_here(tmp_path: Path, asked_before: int) -> None:
    """It is asked once more when the connection stands: making one may take a laptop's whole night."""
    asked: list[int] = []

    def may_leave() -> None:
        asked.append(1)
        if len(asked) > asked_before:
            raise NotNow

    async with answering(cut, tmp_path) as (client, requests):
        with pytest.raises(NotNow):
            async with client.send("hi", message_id="m", may_leave=may_leave):
                raise AssertionError("it left")
        await anyio.sleep(0.05)
        assert (len(asked), requests) == (asked_before + 1, [])


async def test_a_question_whose_answer_breaks_off_is_asked_again_and_a_message_is_not(tmp_path: Path) -> None:
    answers = iter([silent, reset])

    async def answer(stream: anyio.abc.SocketStream) -> None:
        if (breaks := next(answers, None)) is not None:
            await breaks(stream)
            return
        body = b'{"code":0,"data":{"available":7}}'
        await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    async with answering(answer, tmp_path) as (client, requests):
        assert (await client.balance()).available == 7
    assert len(requests) == 3
    async with answering(silent, tmp_path) as (client, requests):
        with pytest.raises(BackendUnreachable):
            await client.balance()
        assert len(requests) == 3
        for call in (client.sign_in(again=False), client.start_render("r", {})):
            with contextlib.suppress(BackendUnreachable):
                await call
        assert len(requests) == 4, "what changes something is asked once"


async def test_calls_one_after_another_share_a_client(tmp_path: Path) -> None:
    async def answer(stream: anyio.abc.SocketStream) -> None:
        body = b'{"code":0,"data":{"available":1,"frozen":0,"total":2}}'
        await stream.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    async with answering(answer, tmp_path) as (client, requests):
        assert [await client.balance() for _ in range(3)] == [Balance(1, 0, 2)] * 3
    assert len(requests) == 3

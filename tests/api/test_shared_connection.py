"""All turns of a process share one client per backend, and one TLS context whatever the backend."""

from __future__ import annotations

import gc
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.abc
import httpx
import pytest
import trustme
from anyio.streams.tls import TLSListener

from api import Auth, Client, ClientIds, Session, StreamEnd, SystemClock, TokenStore, shared_http
from api.connection import shared_tls

pytestmark = pytest.mark.anyio

A, B = "http://127.0.0.1:9", "http://localhost:9"
TURNS = 120
"""More than the connections a pool holds unless it is told otherwise."""


async def test_turns_of_one_moment_share_a_client_that_the_last_one_closes() -> None:
    async with shared_http(A) as first:
        async with shared_http(A) as second, shared_http(B) as elsewhere:
            assert first is second
            assert first is not elsewhere
        assert [first.is_closed, elsewhere.is_closed] == [False, True]
    assert first.is_closed
    async with shared_http(A) as later:
        assert not later.is_closed


async def test_a_client_is_closed_when_its_last_turn_is_cancelled() -> None:
    held: list[httpx.AsyncClient] = []
    with anyio.move_on_after(0.01):
        async with shared_http(A) as http:
            held.append(http)
            await anyio.sleep_forever()
    assert held[0].is_closed


def test_each_event_loop_has_a_client_of_its_own() -> None:
    async def one() -> httpx.AsyncClient:
        async with shared_http(A) as http:
            assert not http.is_closed
            return http

    assert anyio.run(one) is not anyio.run(one)


async def test_no_conversation_is_given_the_cookies_of_another() -> None:
    asked: list[bytes] = []

    async def answer(stream: anyio.abc.SocketStream) -> None:
        async with stream:
            asked.append(await stream.receive())
            await stream.send(b"HTTP/1.1 200 OK\r\nSet-Cookie: sid=theirs\r\nContent-Length: 0\r\n\r\n")

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    async with listener, anyio.create_task_group() as tasks, shared_http(address("http", listener)) as http:
        tasks.start_soon(listener.serve, answer)
        await http.get("/")
        await http.get("/")
        tasks.cancel_scope.cancel()
    assert len(asked) == 2
    assert not any(b"cookie" in request.lower() for request in asked)


async def test_many_long_streams_over_tls_wait_together_on_one_context(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    shared_tls.cache_clear()
    waiting, go_on = anyio.Semaphore(0), anyio.Event()
    ends: list[object] = []

    async def answer(stream: anyio.abc.ByteStream) -> None:
        async with stream:
            while not (await stream.receive()).endswith(b"}"):
                pass  # until the body of the message is here
            await stream.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
            waiting.release()
            await go_on.wait()
            await stream.send(b'data: {"content":{"parts":[{"text":"Done."}]}}\n\n')

    async def turn(base: str) -> None:
        auth = Auth(base, given="mine-0123", tokens=TokenStore(tmp_path / "t"), client_ids=ClientIds(tmp_path / "i"))
        async with shared_http(base) as http:
            client = Client(http, auth=auth, attribution={}, clock=SystemClock(), session=Session("s"))
            async with client.send("hi", message_id="m") as events:
                ends.append([event async for event in events][-1])

    try:
        async with tls_listener(authority) as one, tls_listener(authority) as other, anyio.create_task_group() as tasks:
            before = contexts()
            for listener in (one, other):
                tasks.start_soon(listener.serve, answer)
            with anyio.fail_after(30):
                async with anyio.create_task_group() as turns:
                    for number in range(TURNS):
                        turns.start_soon(turn, address("https", (one, other)[number % 2].listener))
                    for _ in range(TURNS):
                        await waiting.acquire()
                    assert contexts() - before == {shared_tls()}
                    go_on.set()
            tasks.cancel_scope.cancel()
    finally:
        shared_tls.cache_clear()
    assert ends == [StreamEnd("Done.", silent=False)] * TURNS


@asynccontextmanager
async def tls_listener(authority: trustme.CA) -> AsyncIterator[TLSListener]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    async with TLSListener(await anyio.create_tcp_listener(local_host="127.0.0.1"), context) as listener:
        yield listener


def address(scheme: str, listener: anyio.abc.Listener[anyio.abc.SocketStream]) -> str:
    return f"{scheme}://127.0.0.1:{listener.extra(anyio.abc.SocketAttribute.local_port)}"


def contexts() -> set[ssl.SSLContext]:
    return {found for found in gc.get_objects() if isinstance(found, ssl.SSLContext)}

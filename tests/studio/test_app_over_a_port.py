"""The same studio behind a real server on loopback."""

import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from anyio import to_thread

from studio import Answer, Brief, create_app

from .conftest import Caller, Lab, TellingClock, append_clip

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def served(lab: Lab, **ports: object) -> AsyncIterator[Caller]:
    """A client of the studio over a port of its own."""
    server = uvicorn.Server(uvicorn.Config(create_app(lab.studio(**ports)), log_level="error", lifespan="on"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as http:
                caller = Caller(http)
                await caller.sign_in()
                await caller.open_session()
                yield caller
        finally:
            server.should_exit = True
            await to_thread.run_sync(thread.join)


async def test_a_whole_conversation_over_http(lab: Lab) -> None:
    async with served(lab) as caller:
        assert (await caller.upload(("a.jpg", b"IMG a")))["data"]["names"] == ["a.jpg"]
        events = await caller.say("1500")
        assert events[-1]["content"]["parts"] == [{"text": "Added 1500 ms."}]
        await caller.export("render_1", await caller.draft())
        url = (await caller.film("render_1"))["output"]["url"]
        assert url.startswith(str(caller.http.base_url))
        assert (await caller.http.get(url, headers=caller.headers)).content == b"film of 1500 ms"


async def test_the_reply_streams_over_http(lab: Lab, gate: threading.Event) -> None:
    def respond(brief: Brief) -> Answer:
        assert gate.wait(10)
        return append_clip(brief)

    async with served(lab, respond=respond) as caller, caller.stream("1500") as reply:
        chunks = reply.aiter_raw()
        assert await anext(chunks) == b"data:\n\n"
        gate.set()
        assert b"add_clip" in b"".join([chunk async for chunk in chunks])


async def test_a_client_that_hangs_up_cancels_its_message(lab: Lab, gate: threading.Event) -> None:
    def respond(brief: Brief) -> Answer:
        assert gate.wait(10)
        return append_clip(brief)

    clock = TellingClock()
    async with served(lab, respond=respond, clock=clock) as caller:
        async with caller.stream("1500") as reply:
            await anext(reply.aiter_raw())
        assert await to_thread.run_sync(clock.broken_off.wait, 10)
        gate.set()
        await caller.say("hello")
        assert (await caller.draft())["t"] == []


async def test_a_refusal_before_a_large_upload_is_read_still_arrives(lab: Lab) -> None:
    async with served(lab) as caller:
        caller.session_id = "unknown"
        assert (await caller.upload(("a.jpg", b"IMG" + b"x" * (4 << 20))))["code"] == 1002


async def test_a_crash_is_a_500_and_the_next_call_works(lab: Lab) -> None:
    def probe(path: object, name: str) -> None:
        raise ZeroDivisionError("a secret detail")

    async with served(lab, probe=probe) as caller:
        reply = await caller.http.post(
            f"/api/upload-video/nemo_agent/me/{caller.session_id}",
            files={"files": ("a.jpg", b"IMG")},
            headers=caller.headers,
        )
        assert (reply.status_code, reply.json()["code"]) == (500, 500)
        assert "secret" not in reply.text
        assert (await caller.get("/api/credits/balance/simple"))["code"] == 0

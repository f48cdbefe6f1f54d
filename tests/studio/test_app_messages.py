"""One message: the edit and the reply are one thing, told as a stream."""

import signal
import sys
import threading
from typing import Any

import anyio
import pytest
from anyio import to_thread

from studio import Answer, Brief

from .conftest import Lab, TellingClock, append_clip

pytestmark = pytest.mark.anyio

# Another process with the studio open, killed while its agent is at work, or right after its commit.
TALKER = """
import os, signal, sys
from pathlib import Path
import anyio, httpx
from api import Segment, Track
from studio import Answer, LocalTransport, Studio

home, authorization, session_id, when = Path(sys.argv[1]), *sys.argv[2:5]

def respond(brief):
    if when == "thinking":
        os.kill(os.getpid(), signal.SIGKILL)
    draft = brief.draft.model_copy(deep=True)
    draft.tracks.append(Track(type=0, segments=[Segment(duration_ms=1500)]))
    return Answer("Added 1500 ms.", draft, ("add_clip",))

async def main():
    transport = LocalTransport(home, studio=Studio(home, respond=respond))
    headers = {"Authorization": authorization, "Idempotency-Key": "turn-1"}
    async with httpx.AsyncClient(transport=transport, base_url="http://studio.local", headers=headers) as http:
        body = {"session_id": session_id, "new_message": {"parts": [{"text": "1500"}]}}
        async with http.stream("POST", "/run_sse", json=body) as reply:
            async for chunk in reply.aiter_raw():
                if b"functionCall" in chunk:
                    os.kill(os.getpid(), signal.SIGKILL)

anyio.run(main)
"""

CLIP_1500 = {"t": [{"tt": 0, "sg": [{"d": 1500, "m": {}}], "m": {}}], "m": {}}


def lengths(draft: dict[str, Any]) -> list[int]:
    return [segment["d"] for track in draft["t"] for segment in track["sg"]]


async def test_an_edit_is_told_as_a_call_a_result_and_words(lab: Lab) -> None:
    async with lab.caller() as caller, caller.stream("1500") as reply:
        assert reply.headers["content-type"].startswith("text/event-stream")
        events = await caller.say("1500")
    call, result, words = events
    assert call["content"]["role"] == words["content"]["role"] == "model"
    assert result["content"]["role"] == "user"
    called = call["content"]["parts"][0]["functionCall"]
    answered = result["content"]["parts"][0]["functionResponse"]
    assert called["name"] == answered["name"] == "add_clip"
    assert called["id"] == answered["id"]
    assert result["actions"]["stateDelta"]["draft"]["t"][0]["sg"][0]["d"] == 1500
    assert words["content"]["parts"] == [{"text": "Added 1500 ms."}]
    assert {event["author"] for event in events} == {"nemo_agent"}


async def test_one_event_is_one_line_and_line_separators_stay_inside_it(lab: Lab) -> None:
    async with lab.caller() as caller, caller.stream("a\u2028b\nc") as reply:
        body = await reply.aread()
    blocks = body.removesuffix(b"\n\n").split(b"\n\n")
    assert blocks[0] == b"data:"
    assert all(block.startswith(b"data:") and b"\n" not in block for block in blocks)
    assert "a\u2028b\\nc".encode() in blocks[-1]


async def test_the_draft_keeps_what_was_edited(lab: Lab) -> None:
    async with lab.caller() as caller:
        await caller.say("1500")
        assert await caller.draft() == CLIP_1500
        assert len(await caller.say("hello")) == 1
        assert await caller.draft() == CLIP_1500
    async with lab.caller() as later:
        later.session_id, later.headers = caller.session_id, caller.headers
        assert await later.draft() == CLIP_1500


async def test_the_edit_is_committed_before_its_reply_is_told(lab: Lab) -> None:
    async with lab.caller() as caller, caller.stream("1500") as reply:
        async for chunk in reply.aiter_raw():
            if b"functionCall" in chunk:
                assert await caller.draft() == CLIP_1500
                return
    pytest.fail("no edit was told")


async def test_the_agent_sees_media_history_and_what_it_remembered(lab: Lab) -> None:
    seen: list[Brief] = []

    def respond(brief: Brief) -> Answer:
        seen.append(brief)
        return append_clip(brief)

    async with lab.caller(lab.studio(respond=respond)) as caller:
        await caller.upload(("b.jpg", b"IMG b"), ("a.jpg", b"IMG a"))
        for text in ("1000", "2000", "3000"):
            await caller.say(text)
    assert [media.name for media in seen[0].media] == ["b.jpg", "a.jpg"]
    assert seen[0].draft.tracks == []
    assert [draft.duration_ms for draft in seen[2].history] == [1000]
    assert seen[2].draft.duration_ms == 3000
    assert [brief.memory for brief in seen] == [{}, {"last": "1000"}, {"last": "2000"}]
    assert seen[0].language == "en"


async def test_a_repeated_message_is_told_again_and_not_applied_again(lab: Lab) -> None:
    async with lab.caller() as caller:
        first = await caller.say("1500", key="turn-1")
        again = await caller.say("1500", key="turn-1")
        assert lengths(await caller.draft()) == [1500]
        assert [event["content"]["parts"][0].keys() for event in again] == [
            event["content"]["parts"][0].keys() for event in first
        ]
        assert again[-1]["content"]["parts"] == first[-1]["content"]["parts"]
        await caller.say("1500", key="turn-2")
        assert lengths(await caller.draft()) == [1500, 1500]


@pytest.mark.parametrize("when", ["thinking", "telling"])
async def test_a_message_whose_process_was_killed_is_applied_once_when_it_is_sent_again(lab: Lab, when: str) -> None:
    async with lab.caller() as caller:
        arguments = [str(lab.home), caller.headers["Authorization"], caller.session_id, when]
        killed = await anyio.run_process([sys.executable, "-c", TALKER, *arguments], check=False)
        assert killed.returncode == -signal.SIGKILL
        assert lengths(await caller.draft()) == ([] if when == "thinking" else [1500])
        events = await caller.say("1500", key="turn-1")
        assert events[-1]["content"]["parts"] == [{"text": "Added 1500 ms."}]
        assert lengths(await caller.draft()) == [1500]


async def test_the_same_message_twice_at_once_is_applied_once(lab: Lab) -> None:
    both = threading.Barrier(2, timeout=10)

    def respond(brief: Brief) -> Answer:
        if not brief.history and not brief.draft.tracks:
            both.wait()
        return append_clip(brief)

    async with lab.caller(lab.studio(respond=respond)) as caller, anyio.create_task_group() as tasks:
        tasks.start_soon(caller.say, "1500", "turn-1")
        tasks.start_soon(caller.say, "1500", "turn-1")
    async with lab.caller() as later:
        later.session_id, later.headers = caller.session_id, caller.headers
        assert lengths(await later.draft()) == [1500]


async def test_two_messages_at_once_are_both_kept(lab: Lab) -> None:
    both = threading.Barrier(2, timeout=10)

    def respond(brief: Brief) -> Answer:
        if not brief.draft.tracks:
            both.wait()
        return append_clip(brief)

    async with lab.caller(lab.studio(respond=respond)) as caller:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(caller.say, "1000")
            tasks.start_soon(caller.say, "2000")
        assert sorted(lengths(await caller.draft())) == [1000, 2000]


async def test_a_failing_agent_is_told_in_the_stream_and_changes_nothing(lab: Lab) -> None:
    def respond(brief: Brief) -> Answer:
        if brief.request == "crash":
            raise ZeroDivisionError("a secret detail")
        return append_clip(brief)

    async with lab.caller(lab.studio(respond=respond)) as caller:
        await caller.say("1500")
        (event,) = await caller.say("crash", key="turn-9")
        assert event["error"].startswith("ZeroDivisionError")
        assert "secret" not in str(event)
        assert lengths(await caller.draft()) == [1500]
        assert (await caller.say("2000"))[-1]["content"]["parts"] == [{"text": "Added 2000 ms."}]


async def test_an_edit_without_words_ends_without_text(lab: Lab) -> None:
    def respond(brief: Brief) -> Answer:
        answer = append_clip(brief)
        return Answer("", answer.draft, answer.edits)

    async with lab.caller(lab.studio(respond=respond)) as caller:
        events = await caller.say("1500")
        assert "functionResponse" in events[-1]["content"]["parts"][0]


async def test_a_heartbeat_comes_while_the_agent_still_thinks(lab: Lab, gate: threading.Event) -> None:
    def respond(brief: Brief) -> Answer:
        assert gate.wait(10)
        return append_clip(brief)

    async with lab.caller(lab.studio(respond=respond)) as caller, caller.stream("1500") as reply:
        chunks = reply.aiter_raw()
        assert await anext(chunks) == b"data:\n\n"
        assert not gate.is_set()
        gate.set()
        assert b"functionCall" in await anext(chunks)


async def test_a_client_that_goes_away_cancels_its_message(lab: Lab, gate: threading.Event) -> None:
    finished = threading.Event()

    def respond(brief: Brief) -> Answer:
        assert gate.wait(10)
        finished.set()
        return append_clip(brief)

    clock = TellingClock()
    async with lab.caller(lab.studio(respond=respond, clock=clock)) as caller:
        async with caller.stream("1500") as reply:
            await anext(reply.aiter_raw())
        assert await to_thread.run_sync(clock.broken_off.wait, 10)
        gate.set()
        assert await to_thread.run_sync(finished.wait, 10)
    async with lab.caller() as later:
        later.session_id, later.headers = caller.session_id, caller.headers
        assert lengths(await later.draft()) == []


async def test_another_message_under_the_same_key_is_refused(lab: Lab) -> None:
    async with lab.caller() as caller:
        await caller.say("1500", key="turn-1")
        async with caller.stream("2500", key="turn-1") as reply:
            await reply.aread()
            assert reply.json()["code"] == 409
        assert lengths(await caller.draft()) == [1500]

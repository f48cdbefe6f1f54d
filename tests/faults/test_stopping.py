"""A turn that is stopped closes its connection and tells what was already applied; a long silence costs no memory."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import httpx
import pytest

from api.stream import read_events
from skill.document import SkillPlan
from skill.handlers.contract import Conversation
from skill.turn.event_json import from_json, to_json
from skill.turn.events import TurnRequest
from skill.turn.run import Runtime, run_turn
from skill.turn.settings import Settings

from .bench import ROOT, Log, SocketClock, Told
from .server import DRAFT, TITLED, Server


@pytest.mark.parametrize(
    ("after", "said"), [(DRAFT, "Nothing in your video had changed"), (TITLED, 'added the title "Golden Hour"')]
)
def test_a_turn_that_is_stopped(plan: SkillPlan, tmp_path: Path, after: object, said: str) -> None:
    async def main() -> tuple[Told, bool]:
        async with SocketClock() as clock:
            server = Server(clock, clock.moved, plan.api.endpoints)
            async with server.listening():
                base = f"http://127.0.0.1:{server.port}"
                states = [{"json": {"data": {"state": {"draft": draft}}}} for draft in (DRAFT, after)]
                stream = ["On it.", {"tool": "x"}, "The light comes first.", {"wait_s": 500}, "Late."]
                server.script = {"send": [{"stream": stream}], "state": states}
                log = Log("t", Conversation())
                request = TurnRequest("make it warmer", output_dir=tmp_path, skill_dir=ROOT, backend=base)
                with clock.move_on_after(100) as scope:
                    await run_turn(request, log, Runtime(plan, Settings(), clock, tmp_path / "home"))
                await clock.sleep(1)
                heard = [from_json(to_json(event)) for event in log.events]
                assert log.pending is None
                return Told(heard, server.counts, 0, log), scope.cancelled_caught and not server.connections

    told, closed = anyio.run(main)
    assert closed, "its connections are closed"
    assert "On it.\n\nThe light comes first.\n\n" in told.said, "what was said by then"
    assert said in told.said
    assert "Late." not in told.said
    assert told.events[-1].state == "cancelled"  # type: ignore[union-attr]
    assert told.counts["send"] == 1


def test_an_hour_of_heartbeats_takes_no_memory() -> None:
    class Beats(httpx.AsyncByteStream):
        def __init__(self, number: int) -> None:
            self._number = number

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for _ in range(self._number):
                yield b": heartbeat\n\ndata:\n\ndata: heartbeat\n\n"

    async def listen(number: int) -> int:
        response = httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Beats(number))
        async for _ in read_events(response):
            pass
        gc.collect()
        return tracemalloc.get_traced_memory()[1]

    anyio.run(listen, 10)  # what is loaded once is not counted
    tracemalloc.start()
    few = anyio.run(listen, 100)
    tracemalloc.reset_peak()
    many = anyio.run(listen, 5_000)
    tracemalloc.stop()
    assert many < few + 100_000

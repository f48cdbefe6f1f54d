"""How fast the chat stream is decoded and folded, and whether an hour of heartbeats leaves anything behind.

    python benchmarks/stream.py [--events 300000]

Bars: 100,000 events of 200 bytes a second, arriving in chunks of 64 KiB, down to the text a user may read; memory flat
over an hour of heartbeats, one a second, half of them empty.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
import tracemalloc
from collections.abc import AsyncIterator, Iterator

import anyio

from api.connection import httpx
from api.stream import read_events
from skill.turn.listening import Listener

BAR_PER_S = 100_000
FLAT_BYTES = 20_000
CHUNK_BYTES = 64 * 1024
EVENT_BYTES = 200


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--hours", type=float, default=1.0)
    asked = parser.parse_args()
    figures = {
        "events_per_s": {name: anyio.run(speed, make, asked.events) for name, make in KINDS.items()},
        "heartbeats": anyio.run(hour, asked.hours),
    }
    print(json.dumps(figures, indent=1))
    slow = min(figures["events_per_s"].values()) < BAR_PER_S
    return 1 if slow or figures["heartbeats"]["grown_bytes"] > FLAT_BYTES else 0


def event(body: dict[str, object]) -> bytes:
    """One event, padded to its 200 bytes."""
    bare = len(f"data: {json.dumps({**body, 'id': ''})}\n\n")
    return f"data: {json.dumps({**body, 'id': 'x' * (EVENT_BYTES - bare)})}\n\n".encode()


def text(number: int) -> bytes:
    return event({"content": {"parts": [{"text": f"w{number % 10} "}], "role": "model"}, "partial": True})


def tool(number: int) -> bytes:
    part = {"functionCall": {"name": "edit", "args": {"n": number % 10}}}
    return event({"content": {"parts": [part], "role": "model"}})


def whole(number: int) -> bytes:
    return event({"content": {"parts": [{"text": f"A sentence, the {number % 10}th. "}], "role": "model"}})


KINDS = {"partial text": text, "whole texts": whole, "tool calls": tool}


async def speed(make: object, events: int) -> int:
    """Events a second of this process's own time, the best of three."""
    stream = b"".join(make(number) for number in range(events))  # type: ignore[operator]  # one of KINDS
    best = 0.0
    for _ in range(3):
        begun = time.process_time()
        await folded(stream[at : at + CHUNK_BYTES] for at in range(0, len(stream), CHUNK_BYTES))
        best = max(best, events / (time.process_time() - begun))
    return round(best)


async def folded(chunks: Iterator[bytes]) -> Listener:
    """The whole way of a chat turn's bytes, but for the network."""
    listener = Listener()
    async for found in read_events(response(chunks), cap_bytes=16 * 2**20):
        listener.take(found)
    return listener


def response(chunks: Iterator[bytes]) -> httpx.Response:
    class Body(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            for chunk in chunks:
                yield chunk

    return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Body())


async def hour(hours: float) -> dict[str, int]:
    """What an hour of heartbeats adds to this process, after its first minutes."""
    beats = int(3600 * hours)
    seen: list[int] = []

    def chunks() -> Iterator[bytes]:
        for number in range(beats):
            if number in (beats // 10, beats - 1):
                gc.collect()
                seen.append(tracemalloc.get_traced_memory()[0])
            yield b": ping\n\n" if number % 2 else b"data:\n\n"

    tracemalloc.start()
    await folded(chunks())
    tracemalloc.stop()
    return {"beats": beats, "grown_bytes": seen[-1] - seen[0]}


if __name__ == "__main__":
    sys.exit(main())

"""Five hundred chat turns at once in one process, journals on disk included: what each costs in memory.

    python benchmarks/concurrency.py [--turns 500]

All turns wait in the middle of their answers at the same moment, against a backend of its own process on loopback.
Bars: at most 60 KB each (resident memory over what the same program holds after one turn), no refusal for want of a
connection, one TLS context. A chat turn's two journal connections hold three or four descriptors each, so the limit of
open files is raised as far as the system lets a process raise it.
"""

from __future__ import annotations

import argparse
import gc
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

import anyio

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(Path(__file__).parent))

from api.connection import shared_tls  # noqa: E402 - the folder of this script is not searched under PYTHONSAFEPATH
from skill import Done, Problem, Skillturn, TurnEvent  # noqa: E402

BAR_BYTES = 60_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=500)
    parser.add_argument("--answer", type=float, default=8.0, help="seconds an answer takes")
    asked = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    mine, theirs = multiprocessing.Pipe()
    backend = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs, asked.answer), daemon=True)
    backend.start()
    address = mine.recv()
    with tempfile.TemporaryDirectory() as folder:
        figures = anyio.run(measure, address, Path(folder), asked.turns)
    mine.send("stop")
    backend.join(10)
    print(json.dumps(figures, indent=1))
    well = figures["bytes_each"] <= BAR_BYTES and figures["finished"] == asked.turns and not figures["problems"]
    return 0 if well else 1


def serve(pipe: Connection, answer_s: float) -> None:
    from counting_backend import CountingBackend  # noqa: PLC0415 - in its own process only

    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with CountingBackend(answer_s=answer_s).serving() as address:
        pipe.send(address)
        pipe.recv()


async def measure(address: str, home: Path, turns: int) -> dict[str, object]:
    ended: list[list[TurnEvent]] = []
    begun: set[int] = set()

    async def one(program: Skillturn, number: int) -> None:
        events = []
        async for event in program.turn(f"make it warmer {number}", conversation=f"c{number}", output=home):
            begun.add(number)
            events.append(event)
        ended.append(events)

    async with Skillturn(ROOT, home=home, backend=address) as program:
        await one(program, 0)  # what every turn shares is loaded by now
        ended.clear()
        begun.clear()
        contexts = shared_tls.cache_info().currsize
        before = resident()
        started = time.monotonic()
        most = 0
        async with anyio.create_task_group() as tasks:
            for number in range(1, turns + 1):
                tasks.start_soon(one, program, number)
            while len(ended) < turns:
                await anyio.sleep(0.1)
                most = max(most, resident())
                if len(begun) == turns and not ended:
                    gc.collect()
        seconds = time.monotonic() - started
    return {
        "turns": turns,
        "finished": sum(isinstance(events[-1], Done) and events[-1].state == "finished" for events in ended),
        "problems": sorted({event.code for events in ended for event in events if isinstance(event, Problem)}),
        "bytes_each": round((most - before) / turns),
        "resident_before_mb": round(before / 1e6, 1),
        "resident_most_mb": round(most / 1e6, 1),
        "tls_contexts": max(contexts, shared_tls.cache_info().currsize),
        "seconds": round(seconds, 1),
    }


def resident() -> int:
    """This process's resident memory in bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


if __name__ == "__main__":
    sys.exit(main())

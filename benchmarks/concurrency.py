"""Five hundred chat turns at once in one process, journals on disk included: what each costs in memory.

    python benchmarks/concurrency.py [--turns 500]

The backend, in a process of its own on loopback, ends no answer before every message is there and every turn has waited
a while; what is measured then is this process's resident memory over what it holds after one turn.
Bars: at most 60 KB each, every turn finished, no refusal for want of a connection. (One TLS context for all of them:
tests/api/test_shared_connection.py.)
"""

from __future__ import annotations

import argparse
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

from skill import Done, Problem, Skillturn, TurnEvent  # noqa: E402 - this script's folder is not searched otherwise

BAR_BYTES = 60_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=500)
    parser.add_argument("--waiting", type=float, default=5.0, help="seconds that all turns wait together")
    asked = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    mine, theirs = multiprocessing.Pipe()
    backend = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs, asked.turns), daemon=True)
    backend.start()
    address = mine.recv()
    with tempfile.TemporaryDirectory() as folder:
        figures = anyio.run(measure, address, Path(folder), asked.turns, asked.waiting, mine)
    mine.send("stop")
    backend.join(10)
    print(json.dumps(figures, indent=1))
    well = figures["bytes_each"] <= BAR_BYTES and figures["finished"] == asked.turns and not figures["problems"]
    return 0 if well else 1


def serve(pipe: Connection, turns: int) -> None:
    from counting_backend import CountingBackend  # noqa: PLC0415 - in its own process only

    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    backend = CountingBackend()
    with backend.serving() as address:
        pipe.send(address)
        pipe.recv()
        backend.holding = True
        backend.messages.clear()
        while backend.messages.total() < turns:
            time.sleep(0.1)
        pipe.send("all messages are here")
        pipe.recv()
        backend.holding = False
        pipe.recv()


async def measure(address: str, home: Path, turns: int, waiting_s: float, backend: Connection) -> dict[str, object]:
    ended: list[list[TurnEvent]] = []

    async def one(program: Skillturn, number: int) -> None:
        ended.append(
            [event async for event in program.turn(f"make it warmer {number}", conversation=f"c{number}", output=home)]
        )

    async with Skillturn(ROOT, home=home, backend=address) as program:
        await one(program, 0)  # what every turn shares is loaded by now
        ended.clear()
        backend.send("hold")
        before = resident()
        started = time.monotonic()
        most = 0
        async with anyio.create_task_group() as tasks:
            for number in range(1, turns + 1):
                tasks.start_soon(one, program, number)
            while not backend.poll():
                await anyio.sleep(0.1)
                most = max(most, resident())
            began_s = time.monotonic() - started
            backend.recv()
            await anyio.sleep(waiting_s)
            waiting = resident()
            assert not ended, "a turn did not wait"
            backend.send("go on")
            while len(ended) < turns:
                await anyio.sleep(0.1)
                most = max(most, resident())
        seconds = time.monotonic() - started
    return {
        "turns": turns,
        "finished": sum(isinstance(events[-1], Done) and events[-1].state == "finished" for events in ended),
        "problems": sorted({event.code for events in ended for event in events if isinstance(event, Problem)}),
        "bytes_each": round((waiting - before) / turns),
        "bytes_each_at_most": round((most - before) / turns),
        "resident_before_mb": round(before / 1e6, 1),
        "cpu_s": round(time.process_time(), 1),
        "all_began_s": round(began_s, 1),
        "seconds": round(seconds, 1),
    }


def resident() -> int:
    """This process's resident memory in bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


if __name__ == "__main__":
    sys.exit(main())

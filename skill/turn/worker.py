"""A turn outlives its caller: the process that runs a conversation's turns, one after another, until none waits.

    python -m skill.turn.worker --journal FILE

Killed in the middle, it is noticed by its lease; the next one begins where it stopped, and run_turn finds out by
comparison what a message that may have been sent has done.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import anyio

from ..document import DocumentError
from .events import Done, Problem, TurnState
from .home import plans_folder
from .intake import files_folder
from .journal import Journal, Turn
from .lease import RENEW_S, Lease, LeaseLost, holder_until
from .pinned import PinnedTurn, drop_files, drop_token, from_json
from .running import RunningTurn
from .say import FALLBACK, Messages

POLL_S = 0.15
MOST_ATTEMPTS = 4
PATIENCE_S = RENEW_S * 1.5

RunPinned = Callable[[PinnedTurn, RunningTurn], Awaitable[TurnState]]
"""Runs one turn to its Done event; cancelled by its task's scope, which it passes on."""


async def work(lease: Lease, run: RunPinned) -> None:
    """Run what waits, oldest first, until nothing does; then give the lease up.

    A turn that released the conversation goes on beside the next one.
    Raises LeaseLost when somebody took over; nothing was written since.
    """
    scopes: dict[str, anyio.CancelScope] = {}
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_keep, lease, scopes)
            while True:
                turn = lease.next_turn(scopes)
                if turn is not None:
                    free = anyio.Event()
                    scopes[turn.id] = anyio.CancelScope()
                    tasks.start_soon(_run_one, lease, turn, scopes, free, run)
                    await free.wait()
                elif scopes:
                    await anyio.sleep(POLL_S)
                elif lease.release(only_if_idle=True):
                    tasks.cancel_scope.cancel()
                    return
    except BaseExceptionGroup as group:
        if group.subgroup(LeaseLost) is None:
            raise
        raise LeaseLost from group


async def _keep(lease: Lease, scopes: dict[str, anyio.CancelScope]) -> None:
    """Renew the lease, and stop the turns somebody asked to stop."""
    renewed = time.monotonic()
    version: int | None = None
    while True:
        if time.monotonic() - renewed >= RENEW_S:
            lease.renew()
            renewed = time.monotonic()
        if (now := lease.journal.version) != version:
            version = now
            for turn in lease.journal.unfinished():
                if turn.cancel and turn.id in scopes:
                    scopes[turn.id].cancel()
        await anyio.sleep(POLL_S)


async def _run_one(
    lease: Lease, turn: Turn, scopes: dict[str, anyio.CancelScope], free: anyio.Event, run: RunPinned
) -> None:
    log = RunningTurn(lease, turn, free.set)
    if turn.released:
        free.set()
    try:
        await _settle(log, turn, scopes[turn.id], run)
    finally:
        del scopes[turn.id]
        free.set()
    drop_token(turn.request)
    drop_files(files_folder(lease.journal, turn.id))


async def _settle(log: RunningTurn, turn: Turn, scope: anyio.CancelScope, run: RunPinned) -> None:
    """Run the turn to an end that is written down, whatever happens."""
    if turn.cancel:
        log.append(Done(turn.id, "cancelled"))
        return
    if turn.attempts > MOST_ATTEMPTS:
        _give_up(log, "worker_lost")
        return
    state: TurnState = "cancelled"
    with scope:
        try:
            state = await run(from_json(turn.request), log)
        except LeaseLost:
            raise
        except DocumentError as error:
            _give_up(log, "document", str(error))
        except Exception:  # the worker is an entry point: a slip in one turn must not lose the others
            traceback.print_exc()
            _give_up(log, "internal")
    if not log.done:
        log.append(Done(turn.id, state))


def _give_up(log: RunningTurn, code: str, message: str = "") -> None:
    say = Messages(log.conversation.language or FALLBACK)
    charged = None if log.unsettled() else False
    advice = "" if message else say("advice_internal")
    log.append(Problem(code, message or say(f"problem_{code}"), advice, charged=charged))
    log.append(Done(log.turn_id, "failed"))


async def take_lease(journal: Journal) -> Lease | None:
    """The lease; None when a living holder has it. One that hangs past its time is waited for, then taken over."""
    lease = Lease.take(journal)
    seen = holder_until(journal)
    if lease is not None or seen is None or seen >= time.time():
        return lease
    await anyio.sleep(PATIENCE_S)
    return Lease.take(journal, stale=seen)


async def run_pinned(pinned: PinnedTurn, log: RunningTurn) -> TurnState:
    """Run one turn as its caller asked for it, under the settings of that caller."""
    from api import SystemClock  # noqa: PLC0415 - a worker that finds another one at work loads none of these

    from ..document import load_skill  # noqa: PLC0415
    from .run import Runtime, run_turn  # noqa: PLC0415

    home = pinned.settings.home
    assert home is not None, "a pinned turn names its home"
    plan = load_skill(pinned.request.skill_dir, plans_folder(home))
    runtime = Runtime(plan=plan, settings=pinned.settings, clock=SystemClock(), skill_home=home)
    return await run_turn(pinned.request, log, runtime)


async def serve(path: Path, run: RunPinned = run_pinned) -> None:
    """Run everything that waits in one conversation; nothing when somebody already does."""
    with Journal.open(path) as journal:
        lease = await take_lease(journal)
        if lease is not None:
            await work(lease, run)


def main(arguments: Sequence[str] | None = None, run: RunPinned = run_pinned) -> int:
    """The worker process. Exit code 0 also when another one is at work."""
    parser = argparse.ArgumentParser(prog="python -m skill.turn.worker", description=__doc__.splitlines()[0])
    parser.add_argument("--journal", type=Path, required=True, help="the conversation's journal")
    path = parser.parse_args(arguments).journal
    try:
        anyio.run(serve, path, run)
    except LeaseLost:
        print("another worker took over", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A turn outlives its caller: the process that runs a conversation's turns, one after another, until none waits.

    python -m skill.turn.worker --journal FILE

Killed in the middle, it is noticed by its lease; the next one begins where it stopped, and run_turn finds out by
comparison what a message that may have been sent has done.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import anyio

from ..document import DocumentError
from .events import Done, Problem, TurnState
from .home import plans_folder
from .intake import files_folder
from .journal import Journal, JournalError, Turn
from .journal_file import JournalBusy
from .keeping import tidy_now_and_then
from .lease import RENEW_S, Lease, LeaseLost, Standing, standing
from .logs import Diary, configure_logs
from .pinned import PinnedTurn, drop_files, drop_token, from_json
from .runners import DISK_REFUSED
from .running import RunningTurn
from .say import FALLBACK, Messages
from .settings import Settings

if TYPE_CHECKING:
    from anyio.abc import TaskGroup

Kind = TypeVar("Kind", bound=BaseException)

POLL_S = 0.15
MOST_ATTEMPTS = 4
PATIENCE_S = RENEW_S * 1.5

RunPinned = Callable[[PinnedTurn, RunningTurn], Awaitable[TurnState]]
"""Runs one turn to its Done event; cancelled by its task's scope, which it passes on."""


async def work(lease: Lease, run: RunPinned, diary: Diary | None = None) -> None:
    """Run what waits, oldest first, until nothing does; then give the lease up.

    A turn that released the conversation goes on beside the next one.
    Raises LeaseLost when somebody took over, JournalError when the disk refuses; nothing was written since.
    """
    await _Work(lease, run, diary or Diary()).until_idle()


class _Work:
    """One holder's turns. scopes: those that run now, each with what cancels it.

    One loop begins them, stops them and keeps the lease: a server has hundreds of holders, and a task is 4 KB.
    """

    def __init__(self, lease: Lease, run: RunPinned, diary: Diary) -> None:
        self.lease = lease
        self.run = run
        self.diary = diary
        self.scopes: dict[str, anyio.CancelScope] = {}
        self._in_front: str | None = None
        """The turn that later ones wait for."""
        self._pause = anyio.CancelScope()
        self._renewed = time.monotonic()
        self._seen: int | None = None

    async def until_idle(self) -> None:
        try:
            async with anyio.create_task_group() as tasks:
                while self._look(tasks):
                    with anyio.CancelScope() as self._pause:
                        await anyio.sleep(POLL_S)
        except BaseExceptionGroup as group:
            for kind in (LeaseLost, JournalError):
                if found := first(group, kind):
                    raise found from group
            raise

    def _look(self, tasks: TaskGroup) -> bool:
        """Do what is to be done now. Returns False when the lease was given up, because nothing is left."""
        if time.monotonic() - self._renewed >= RENEW_S:
            self.lease.renew()
            self._renewed = time.monotonic()
        if (version := self.lease.journal.version) == self._seen:
            return True
        self._seen = version
        self._stop_what_is_not_wanted()
        if self._in_front is not None:
            return True
        turn = self.lease.next_turn(self.scopes)
        if turn is None:
            return bool(self.scopes) or not self.lease.release(only_if_idle=True)
        self.scopes[turn.id] = anyio.CancelScope()
        self._in_front = turn.id
        tasks.start_soon(self._one, turn)
        return True

    def _stop_what_is_not_wanted(self) -> None:
        for turn in self.lease.journal.unfinished():
            if turn.cancel and turn.id in self.scopes:
                self.scopes[turn.id].cancel()

    def _let_go(self, turn_id: str) -> None:
        """Later turns need not wait for this one, nor those who wait for the lease for the next look."""
        if self._in_front == turn_id:
            self._in_front = None
        self._seen = None
        self._pause.cancel()

    async def _one(self, turn: Turn) -> None:
        log = RunningTurn(self.lease, turn, lambda: self._let_go(turn.id))
        if turn.released:
            self._let_go(turn.id)
        begun = time.monotonic()
        try:
            with self.diary.about(turn.id, turn.attempts):
                await self._settle(log, turn)
        finally:
            del self.scopes[turn.id]
            self._let_go(turn.id)
        events = [event for _, event in self.lease.journal.events(turn.id)]
        self.diary.closed(turn.id, events, time.monotonic() - begun)
        drop_token(turn.request)
        drop_files(files_folder(self.lease.journal, turn.id))

    async def _settle(self, log: RunningTurn, turn: Turn) -> None:
        """Run the turn to an end that is written down, whatever happens."""
        if turn.cancel:
            log.append(Done(turn.id, "cancelled"))
            return
        if turn.attempts > MOST_ATTEMPTS:
            _give_up(log, "worker_lost")
            return
        state: TurnState = "cancelled"
        with self.scopes[turn.id]:
            try:
                pinned = from_json(turn.request)
                self.diary.hide(pinned.settings.token)
                state = await self.run(pinned, log)
            except (LeaseLost, JournalError):
                raise
            except DocumentError as error:
                _give_up(log, "document", str(error))
            except Exception:  # the worker is an entry point: a slip in one turn must not lose the others
                self.diary.slipped(traceback.format_exc())
                _give_up(log, "internal")
        if not log.done:
            log.append(Done(turn.id, state))


def first(group: BaseExceptionGroup[BaseException], kind: type[Kind]) -> Kind | None:
    """The first exception of a kind, however deep."""
    for error in group.exceptions:
        if isinstance(error, kind):
            return error
        if isinstance(error, BaseExceptionGroup) and (found := first(error, kind)):
            return found
    return None


def _give_up(log: RunningTurn, code: str, message: str = "") -> None:
    say = Messages(log.conversation.language or FALLBACK)
    charged = None if log.may_have_sent() else False
    advice = "" if message else say("advice_internal" if charged is False else "advice_internal_sent")
    log.append(Problem(code, message or say(f"problem_{code}"), advice, charged=charged))
    log.append(Done(log.turn_id, "failed"))


async def take_lease(journal: Journal) -> Lease | None:
    """The lease; None when a living holder has it. One that hangs past its time is watched, then taken over."""
    lease = Lease.take(journal)
    found, seen = standing(journal)
    if lease is not None or found is not Standing.DOUBTFUL:
        return lease
    await anyio.sleep(PATIENCE_S)
    return Lease.take(journal, stale=seen)


async def run_pinned(pinned: PinnedTurn, log: RunningTurn) -> TurnState:
    """Run one turn as its caller asked for it, under the settings of that caller."""
    from api import SystemClock  # noqa: PLC0415 - a worker that finds another one at work loads none of these

    from ..document import shared_plan  # noqa: PLC0415
    from .run import Runtime, run_turn  # noqa: PLC0415

    home = pinned.settings.home
    assert home is not None, "a pinned turn names its home"
    plan = shared_plan(pinned.document or pinned.request.skill_dir, plans_folder(home))
    runtime = Runtime(plan=plan, settings=pinned.settings, clock=SystemClock(), skill_home=home)
    return await run_turn(pinned.request, log, runtime)


async def serve(journal: Journal, run: RunPinned = run_pinned, diary: Diary | None = None) -> None:
    """Run everything that waits in one conversation; nothing when somebody already does. Raises as `work`."""
    lease = await take_lease(journal)
    if lease is not None:
        try:
            await work(lease, run, diary)
        finally:
            lease.drop()


async def _serve_file(path: Path, run: RunPinned, diary: Diary) -> None:
    with Journal.open(path) as journal:
        await serve(journal, run, diary)
        turns = journal.turns()
    if turns:
        pinned = from_json(turns[-1].request)
        assert pinned.settings.home is not None, "a pinned turn names its home"
        tidy_now_and_then(pinned.settings, pinned.settings.home)


def main(arguments: Sequence[str] | None = None, run: RunPinned = run_pinned) -> int:
    """The worker process. Exit code 0 also when another one is at work."""
    parser = argparse.ArgumentParser(prog="python -m skill.turn.worker", description=__doc__.splitlines()[0])
    parser.add_argument("--journal", type=Path, required=True, help="the conversation's journal")
    path = parser.parse_args(arguments).journal
    settings = Settings.from_environment(os.environ)
    diary = Diary(settings.log, configure_logs(settings.log, (settings.token,)))
    try:
        anyio.run(_serve_file, path, run, diary)
    except LeaseLost:
        diary.left("another worker took over")
    except JournalBusy as error:
        diary.left(str(error))  # another one is started while anybody waits
    except JournalError as error:
        diary.left(str(error))
        return DISK_REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main())

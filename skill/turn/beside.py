"""A turn that only looks: it runs in the caller's process, beside whatever runs, and leaves no trace in the queue."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ..document.plan import SkillPlan
from ..handlers.contract import Conversation, PendingSend
from .event_json import from_json, to_json
from .events import TurnEvent, TurnRequest, TurnState
from .journal import Journal, JournalError, memory_json
from .lease import Lease, LeaseLost
from .settings import Settings


class BesideLog:
    """A turn's log that tells its caller directly.

    What changes in the conversation is kept only where nothing runs and nobody else has changed it meanwhile; else the
    conversation is a copy. Most of these turns change nothing and so need no lease: waiting for the disk is what would
    take longest in them. lease: for a turn that surely will, and shall have the conversation to itself until it ends.
    """

    def __init__(self, journal: Journal, lease: Lease | None, tell: Callable[[TurnEvent], None]) -> None:
        self.turn_id = os.urandom(8).hex()
        self.conversation: Conversation = lease.conversation if lease else journal.memory()
        self._journal = journal
        self._lease = lease
        self._tell = tell
        self._kept = memory_json(self.conversation)
        self._keeps = True

    def append(self, event: TurnEvent) -> None:
        self._tell(from_json(to_json(event)))  # the way through JSON makes outside words harmless

    def save(self) -> None:
        now = memory_json(self.conversation)
        if now == self._kept or not self._keeps:
            return
        try:
            lease = self._lease or self._late_lease()
            if lease is None:
                self._keeps = False
                return
            lease.conversation = self.conversation
            lease.save()
            self._kept = now
        except (LeaseLost, JournalError):  # a full disk is no reason not to tell a balance
            self._keeps = False

    def _late_lease(self) -> Lease | None:
        """The lease, unless somebody is at work or has been since this turn began."""
        self._lease = _free_lease(self._journal)
        if self._lease is not None and memory_json(self._lease.conversation) == self._kept:
            return self._lease
        return None

    def close(self) -> None:
        """Give back the lease, where there was one."""
        if self._lease is not None:
            with suppress(JournalError):
                self._lease.release()

    def about_to_send(self, pending: PendingSend) -> None:
        """Raises RuntimeError: a turn that may be billed belongs in the queue."""
        raise RuntimeError(f"{pending.message_id}: a turn that only looks sends no messages")

    def still_ours(self) -> None:
        """Nothing is sent."""

    def settled(self, message_id: str) -> None:
        """Nothing was sent."""

    def unsettled(self) -> PendingSend | None:
        return None

    def release_conversation(self) -> None:
        """It holds up nobody."""


async def run_beside(
    request: TurnRequest,
    journal: Journal,
    *,
    plan: SkillPlan,
    settings: Settings,
    home: Path,
    tell: Callable[[TurnEvent], None],
) -> TurnState:
    """Run a turn that only looks, telling its events as they come."""
    from api import SystemClock  # noqa: PLC0415 - with run.py, below: loaded once a turn really runs

    from .run import Runtime, run_turn  # noqa: PLC0415

    memory = journal.memory()
    connected = memory.session_id and memory.backend == request.backend
    log = BesideLog(journal, None if connected else _free_lease(journal), tell)
    try:
        runtime = Runtime(plan=plan, settings=settings, clock=SystemClock(), skill_home=home)
        return await run_turn(request, log, runtime)
    finally:
        log.close()


def _free_lease(journal: Journal) -> Lease | None:
    """The lease, where nobody is at work and the disk lets us have it."""
    if journal.unfinished():
        return None
    try:
        return Lease.take(journal)
    except JournalError:
        return None

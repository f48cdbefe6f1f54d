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
from .journal import Journal, JournalError
from .lease import Lease, LeaseLost
from .settings import Settings


class BesideLog:
    """A turn's log that tells its caller directly.

    lease: held only when nothing runs; without it the conversation is a copy, and what changes in it is not kept.
    """

    def __init__(self, journal: Journal, lease: Lease | None, tell: Callable[[TurnEvent], None]) -> None:
        self.turn_id = os.urandom(8).hex()
        self.conversation: Conversation = lease.conversation if lease else journal.memory()
        self._lease = lease
        self._tell = tell

    def append(self, event: TurnEvent) -> None:
        self._tell(from_json(to_json(event)))  # the way through JSON makes outside words harmless

    def save(self) -> None:
        if self._lease is None:
            return
        try:
            self._lease.conversation = self.conversation
            self._lease.save()
        except (LeaseLost, JournalError):  # a full disk is no reason not to tell a balance
            self._lease = None

    def about_to_send(self, pending: PendingSend) -> None:
        """Raises RuntimeError: a turn that may be billed belongs in the queue."""
        raise RuntimeError(f"{pending.message_id}: a turn that only looks sends no messages")

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

    lease = _free_lease(journal)
    try:
        log = BesideLog(journal, lease, tell)
        runtime = Runtime(plan=plan, settings=settings, clock=SystemClock(), skill_home=home)
        return await run_turn(request, log, runtime)
    finally:
        if lease is not None:
            with suppress(JournalError):
                lease.release()


def _free_lease(journal: Journal) -> Lease | None:
    """The lease, where nobody is at work and the disk lets us have it."""
    if journal.unfinished():
        return None
    try:
        return Lease.take(journal)
    except JournalError:
        return None

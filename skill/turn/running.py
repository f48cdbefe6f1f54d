"""One running turn's durable side: what run_turn writes while it works (contract.TurnLog)."""

from __future__ import annotations

import json
from collections.abc import Callable

from ..handlers.contract import Conversation, PendingSend
from .event_json import to_json
from .events import Done, Progress, TurnEvent
from .journal import Turn
from .lease import Lease


class RunningTurn:
    """A turn in the journal, written under a lease. Every method raises LeaseLost once somebody else took over,
    and JournalError when the file cannot be read or written.

    released: called when later turns may start beside this one.
    """

    def __init__(self, lease: Lease, turn: Turn, released: Callable[[], None] = lambda: None) -> None:
        self.turn_id = turn.id
        self._lease = lease
        self._journal = lease.journal
        self._released = released
        self._done = False
        # a turn that runs again after a crash would tell twice what it told before
        self._told_before = self._bodies() if turn.attempts > 1 else []

    @property
    def conversation(self) -> Conversation:
        """The one memory that all turns under a lease share."""
        return self._lease.conversation

    @conversation.setter
    def conversation(self, conversation: Conversation) -> None:
        self._lease.conversation = conversation

    @property
    def done(self) -> bool:
        """Whether the turn's last event is written."""
        return self._done

    def append(self, event: TurnEvent) -> None:
        """Add an event. Progress replaces the earlier progress of its stage and may be lost by a power cut."""
        body = json.dumps(to_json(event), separators=(",", ":"))
        stage = event.stage if isinstance(event, Progress) else None
        if stage is None and not isinstance(event, Done) and body in self._told_before:
            self._told_before.remove(body)
            return
        with self._journal.writing(durable=stage is None) as connection:
            self._lease.guard()
            if stage is not None:
                connection.execute("DELETE FROM events WHERE turn_id = ? AND stage = ?", (self.turn_id, stage))
            connection.execute(
                "INSERT INTO events (turn_id, epoch, kind, stage, body) VALUES (?, ?, ?, ?, ?)",
                (self.turn_id, self._lease.epoch, event.kind, stage, body),
            )
            if isinstance(event, Done):
                self._finish(event)

    def _finish(self, event: Done) -> None:
        self._journal.connection.execute(
            "UPDATE turns SET state = ?, ended = ? WHERE id = ?", (event.state, self._journal.now(), self.turn_id)
        )
        self._lease.write_memory()
        self._done = True

    def _bodies(self) -> list[str]:
        rows = self._journal.rows(
            "SELECT body FROM events WHERE turn_id = ? AND stage IS NULL ORDER BY seq", self.turn_id
        )
        return [body for (body,) in rows]

    def save(self) -> None:
        """Keep `conversation` as it is now."""
        self._lease.save()

    def about_to_send(self, pending: PendingSend) -> None:
        """Mark, before the request leaves, that a billed message may reach the backend."""
        before = None if pending.draft_before is None else json.dumps(pending.draft_before)
        with self._journal.writing() as connection:
            self._lease.guard()
            self._lease.write_memory()
            connection.execute(
                "INSERT OR REPLACE INTO sends (message_id, turn_id, text, draft_before) VALUES (?, ?, ?, ?)",
                (pending.message_id, self.turn_id, json.dumps(pending.text), before),
            )

    def still_ours(self) -> None:
        """Make sure that nobody has taken over, as somebody may while this process is frozen."""
        self._lease.guard()

    def settled(self, message_id: str) -> None:
        """The message's outcome is known and told."""
        with self._journal.writing() as connection:
            self._lease.guard()
            self._lease.write_memory()
            connection.execute("UPDATE sends SET settled = 1 WHERE message_id = ?", (message_id,))

    def unsettled(self) -> PendingSend | None:
        """A message an earlier run of this turn may have sent."""
        rows = self._journal.rows(
            "SELECT message_id, text, draft_before FROM sends WHERE turn_id = ? AND NOT settled ORDER BY rowid",
            self.turn_id,
        )
        if not rows:
            return None
        message_id, text, before = rows[0]
        return PendingSend(message_id, json.loads(text), json.loads(before) if before else None)

    def may_have_sent(self) -> bool:
        """Whether any message of this turn may have reached the backend, told or not."""
        return bool(self._journal.rows("SELECT 1 FROM sends WHERE turn_id = ?", self.turn_id))

    def release_conversation(self) -> None:
        """Let the next queued turn start."""
        with self._journal.writing() as connection:
            self._lease.guard()
            self._lease.write_memory()
            connection.execute("UPDATE turns SET released = 1 WHERE id = ?", (self.turn_id,))
        self._released()

"""Who may write a conversation: one holder at a time, each with a higher epoch than the one before."""

from __future__ import annotations

import os
import socket
from collections.abc import Collection
from enum import Enum
from pathlib import Path

from ..handlers.contract import Conversation
from .filelock import held, hold
from .journal import Journal, JournalError, Turn, memory_json

RENEW_S = 5.0
TTL_S = 20.0
_COARSE_S = 2.0
"""How much the time of a file may be off: some file systems count in two seconds."""


class Standing(Enum):
    """What is known of the lease's holder: nobody, somebody at work, or somebody who may be asleep or gone."""

    FREE = "free"
    HELD = "held"
    DOUBTFUL = "doubtful"


class LeaseLost(Exception):
    """Another holder took over; nothing may be written any more."""


class Lease:
    """The right to write one conversation, and the memory that goes with it.

    Given up with `release`, or by dying: then the kernel drops the lock file and the next one takes over at once.
    A holder that hangs or sleeps past its time is taken over by whoever has watched it for a while (worker.py).
    """

    def __init__(self, journal: Journal, epoch: int, lock: int | None) -> None:
        self.journal = journal
        self.epoch = epoch
        self.conversation: Conversation = journal.memory()
        self._lock = lock

    @classmethod
    def take(cls, journal: Journal, *, stale: float | None = None) -> Lease | None:
        """The lease, or None while somebody else holds it or may hold it.

        stale: an `expires_at` seen some time ago; a doubtful holder that has not renewed since is taken over.
        """
        with journal.writing() as connection:
            epoch, expires_at, standing = _look(journal)
            if standing is Standing.HELD or (standing is Standing.DOUBTFUL and expires_at != stale):
                return None
            lock, locked = hold(_lock_file(journal.path, epoch + 1)) if journal.path else (None, False)
            _prolong(journal, epoch + 1)
            connection.execute(
                "UPDATE lease SET epoch = ?, holder = ?, expires_at = ?",
                (epoch + 1, socket.gethostname() if locked else "", journal.now() + TTL_S),
            )
        if journal.path and epoch:
            _lock_file(journal.path, epoch).unlink(missing_ok=True)
        return cls(journal, epoch + 1, lock)

    def guard(self) -> None:
        """Make sure that nobody has taken over; inside a transaction it stays so to its end.

        Raises LeaseLost, JournalError.
        """
        if self.journal.rows("SELECT epoch FROM lease")[0][0] != self.epoch:
            raise LeaseLost

    def renew(self) -> None:
        """Say that the holder is alive, until it lets go; the journal may rest. Raises LeaseLost, JournalError."""
        if self._lock is None:
            return
        try:
            _prolong(self.journal, self.epoch)
        except FileNotFoundError as error:  # a successor removes it, and so does who forgets the conversation
            raise LeaseLost from error
        except OSError as error:
            raise JournalError(f"The lease of {self.journal.path} cannot be renewed ({error}).") from error

    def save(self) -> None:
        """Keep `conversation` as it is now. Raises LeaseLost."""
        with self.journal.writing():
            self.guard()
            self.write_memory()

    def write_memory(self) -> None:
        """Inside a guarded transaction: put the conversation's memory in."""
        self.journal.connection.execute("DELETE FROM memory")
        self.journal.connection.execute("INSERT INTO memory VALUES (?)", (memory_json(self.conversation),))
        if self.conversation.session_id:
            self.journal.note_project(self.conversation.backend, self.conversation.session_id)

    def next_turn(self, running: Collection[str]) -> Turn | None:
        """Begin the next turn: one a dead holder left, else the oldest that waits. Raises LeaseLost.

        running: turns this holder has begun itself and not ended yet.
        """
        with self.journal.writing():
            self.guard()
            waiting = [turn for turn in self.journal.unfinished() if turn.id not in running]
            if not waiting:
                return None
            turn = min(waiting, key=lambda turn: (turn.state == "queued", turn.seq))
            self.journal.connection.execute(
                "UPDATE turns SET state = 'running', attempts = attempts + 1 WHERE id = ?", (turn.id,)
            )
            return self.journal.turn(turn.id)

    def release(self, *, only_if_idle: bool = False) -> bool:
        """Give it up. only_if_idle: not while a turn waits or runs; decided in one step, so no turn is forgotten."""
        try:
            with self.journal.writing() as connection:
                if only_if_idle and self.journal.unfinished():
                    return False
                connection.execute("UPDATE lease SET expires_at = 0 WHERE epoch = ?", (self.epoch,))
        except JournalError:
            self.drop()
            raise
        self.drop()
        return True

    def drop(self) -> None:
        """Let go of the lock as the end of the process would; what is unfinished waits for the next holder."""
        if self._lock is not None and self.journal.path:
            _lock_file(self.journal.path, self.epoch).unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = None


def _look(journal: Journal) -> tuple[int, float, Standing]:
    """The newest epoch, when its holder's time is up, and how its holder stands.

    A holder on this machine is known by its lock; one elsewhere, or without locks, by its time alone. A time further
    off than any lease lasts was written before some clock was set back, so it says nothing.
    """
    epoch, host, expires_at = journal.rows("SELECT epoch, holder, expires_at FROM lease")[0]
    if expires_at == 0:
        return epoch, expires_at, Standing.FREE
    expires_at = _prolonged_until(journal, epoch) or expires_at
    in_time = journal.now() < expires_at <= journal.now() + TTL_S + _COARSE_S
    locked = journal.path is not None and held(_lock_file(journal.path, epoch))
    if journal.path is not None and host == socket.gethostname() and not locked:
        return epoch, expires_at, Standing.FREE
    if journal.path is None and not in_time:
        return epoch, expires_at, Standing.FREE
    return epoch, expires_at, Standing.HELD if in_time else Standing.DOUBTFUL


def _prolong(journal: Journal, epoch: int) -> None:
    """The lock file's time is when the lease ends: written without waiting for a disk or opening a database."""
    if journal.path is not None:
        until_ns = int((journal.now() + TTL_S) * 1e9)
        os.utime(_lock_file(journal.path, epoch), ns=(until_ns, until_ns))


def _prolonged_until(journal: Journal, epoch: int) -> float | None:
    """When the lease ends by its lock file; None where there is none."""
    if journal.path is None:
        return None
    try:
        with _lock_file(journal.path, epoch).open("rb") as file:  # a shared disk answers `stat` from memory, not `open`
            return os.fstat(file.fileno()).st_mtime
    except FileNotFoundError:
        return None


def standing(journal: Journal) -> tuple[Standing, float]:
    """How the lease's holder stands, and the time it was given, which changes whenever it renews."""
    _, expires_at, found = _look(journal)
    return found, expires_at


def _lock_file(path: Path, epoch: int) -> Path:
    return path.with_name(f"{path.name}.lease-{epoch}")

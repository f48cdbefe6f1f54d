"""The render queue: one row a film, and the lease on the machine's one render slot.

A job belongs to whoever holds the slot for it. The slot's epoch grows with every claim, and every write names the
epoch it was made under, so a process that lost its lease (killed, asleep) cannot spoil its successor's work.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from .store import Store

LEASE_S = 10.0
MAX_ATTEMPTS = 3
_STILL_ASKED_S = 60.0  # a client that asked no more for this long has gone
_ASK_AGAIN_S = 2.0
CANCELLED = "The export was cancelled."
CUT_OFF = "The film was given up: its rendering was cut off three times. A smaller size or fewer photos may help."
Status = Literal["pending", "processing", "completed", "failed"]


class RenderIdTaken(Exception):
    """This render id already names another film."""


@dataclass(frozen=True, slots=True)
class Job:
    """One film to make. draft: JSON text. output: what the request asked for. file: name below the renders folder."""

    id: str
    session: str
    draft: str
    output: Mapping[str, Any]
    status: Status
    progress: float
    message: str
    file: str | None

    @property
    def open(self) -> bool:
        return self.status in ("pending", "processing")


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a job, as long as it is renewed."""

    job: Job
    owner: str
    epoch: int


class RenderQueue:
    """The rows of `jobs` and `slot`. Calls block: make them from a worker thread."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def submit(self, job_id: str, session_id: str, draft: str, output: Mapping[str, Any], now: float) -> Job:
        """Ask for a film. The same id for the same draft is the same job. Raises RenderIdTaken otherwise."""
        wanted = json.dumps(dict(output), sort_keys=True)
        with self._store.transaction() as db:
            row = db.execute("SELECT session, draft, output FROM jobs WHERE id = ?", (job_id,)).fetchone()
            if row is None:
                db.execute(
                    "INSERT INTO jobs (id, session, draft, output, status, created_at, asked_at) "
                    "VALUES (?, ?, ?, ?, 'pending', ?, ?)",
                    (job_id, session_id, draft, wanted, now, now),
                )
            elif row != (session_id, draft, wanted):
                raise RenderIdTaken(job_id)
            return _job(db.execute(f"{_SELECT} WHERE id = ?", (job_id,)).fetchone())

    def find(self, job_id: str, client: str) -> Job | None:
        """A client's own job; None for another's as for one that never was."""
        with self._store.snapshot() as db:
            row = db.execute(
                f"{_SELECT} WHERE id = ? AND session IN (SELECT id FROM sessions WHERE client = ?)", (job_id, client)
            ).fetchone()
        return _job(row) if row else None

    def place(self, job_id: str, now: float) -> int:
        """How many films come before this one, the one being made included; 0 for one that is being made.

        Asking counts: films that nobody has asked for lately are left out, for nobody would make them.
        """
        with self._store.snapshot() as db:
            row = db.execute("SELECT created_at, rowid, asked_at, status FROM jobs WHERE id = ?", (job_id,)).fetchone()
            if row is None or row[3] != "pending":
                return 0
            created_at, number, asked_at, _ = row
            (ahead,) = db.execute(
                "SELECT count(*) FROM jobs WHERE (status = 'processing' OR status = 'pending' AND "
                "(created_at, rowid) < (?, ?)) AND (asked_at > ? OR id = (SELECT job FROM slot WHERE expires_at > ?))",
                (created_at, number, now - _STILL_ASKED_S, now),
            ).fetchone()
        if now - asked_at > _ASK_AGAIN_S:
            with self._store.transaction() as db:
                db.execute("UPDATE jobs SET asked_at = ? WHERE id = ?", (now, job_id))
        return int(ahead)

    def claim(self, wanted: Collection[str], owner: str, now: float) -> Lease | None:
        """Take the slot for the oldest of the wanted jobs; None when it is taken or nothing is left to do."""
        marks = ",".join("?" * len(wanted))
        with self._store.transaction() as db:
            holder, epoch, expires_at = db.execute("SELECT owner, epoch, expires_at FROM slot").fetchone()
            # an expiry further off than any lease lasts was written before the clock was set back
            if holder is not None and now < expires_at <= now + LEASE_S:
                return None
            db.execute(
                "UPDATE jobs SET status = 'failed', message = ? "
                f"WHERE attempts >= ? AND status = 'processing' AND id IN ({marks})",
                (CUT_OFF, MAX_ATTEMPTS, *wanted),
            )
            row = db.execute(
                f"{_SELECT} WHERE status IN ('pending', 'processing') AND id IN ({marks}) ORDER BY created_at LIMIT 1",
                tuple(wanted),
            ).fetchone()
            if row is None:
                return None
            job = _job(row)
            db.execute(
                "UPDATE slot SET job = ?, owner = ?, epoch = ?, expires_at = ?",
                (job.id, owner, epoch + 1, now + LEASE_S),
            )
            db.execute(
                "UPDATE jobs SET status = 'processing', attempts = attempts + 1, epoch = ? WHERE id = ?",
                (epoch + 1, job.id),
            )
        return Lease(job, owner, epoch + 1)

    def still_open(self, wanted: Collection[str]) -> set[str]:
        """Those of the wanted jobs that are neither completed nor failed."""
        marks = ",".join("?" * len(wanted))
        with self._store.snapshot() as db:
            rows = db.execute(
                f"SELECT id FROM jobs WHERE status IN ('pending', 'processing') AND id IN ({marks})", tuple(wanted)
            ).fetchall()
        return {job_id for (job_id,) in rows}

    def renew(self, lease: Lease, now: float) -> Literal["held", "lost", "cancelled"]:
        """Keep the slot for another while, and hear whether the job is still wanted."""
        with self._store.transaction() as db:
            renewed = db.execute(
                "UPDATE slot SET expires_at = ? WHERE epoch = ? AND owner = ?",
                (now + LEASE_S, lease.epoch, lease.owner),
            )
            if renewed.rowcount != 1:
                return "lost"
            row = db.execute("SELECT cancelled FROM jobs WHERE id = ?", (lease.job.id,)).fetchone()
        return "held" if row and not row[0] else "cancelled"

    def report(self, lease: Lease, progress: float) -> None:
        """Write down how far the film is, 0..1."""
        with self._store.transaction() as db:
            db.execute("UPDATE jobs SET progress = ? WHERE id = ? AND epoch = ?", (progress, lease.job.id, lease.epoch))

    def finish(self, lease: Lease, made: Path, film: Path) -> bool:
        """Put a film that was made in its place. False when the lease was lost meanwhile: then nothing is moved.

        The move happens under the write lock, so no successor's film is ever overwritten by a predecessor's.
        """
        with self._store.transaction() as db:
            settled = _settle(db, lease, "status = 'completed', progress = 1, file = ?", film.name)
            if settled:
                made.replace(film)
        return settled

    def fail(self, lease: Lease, message: str) -> bool:
        """The film cannot be made; the message is for the user. False as in `finish`."""
        with self._store.transaction() as db:
            return _settle(db, lease, "status = 'failed', message = ?", message)

    def release(self, lease: Lease) -> None:
        """Give the slot back; an unfinished job waits for whoever asks for it next."""
        with self._store.transaction() as db:
            db.execute(
                "UPDATE jobs SET attempts = attempts - 1 WHERE id = ? AND epoch = ?", (lease.job.id, lease.epoch)
            )
            _free_slot(db, lease)

    def cancel(self, job_id: str, now: float) -> None:
        """Stop wanting a film: at once when nobody works on it, else at the worker's next renewal."""
        with self._store.transaction() as db:
            db.execute("UPDATE jobs SET cancelled = 1 WHERE id = ?", (job_id,))
            db.execute(
                "UPDATE jobs SET status = 'failed', message = ? WHERE id = ? AND status IN ('pending', 'processing') "
                "AND NOT EXISTS (SELECT 1 FROM slot WHERE slot.job = jobs.id AND slot.expires_at > ?)",
                (CANCELLED, job_id, now),
            )


_SELECT = "SELECT id, session, draft, output, status, progress, message, file FROM jobs"


def _job(row: tuple[Any, ...]) -> Job:
    job_id, session, draft, output, status, progress, message, file = row
    return Job(job_id, session, draft, json.loads(output), status, progress, message, file)


def _settle(db: sqlite3.Connection, lease: Lease, change: str, value: str) -> bool:
    settled = db.execute(f"UPDATE jobs SET {change} WHERE id = ? AND epoch = ?", (value, lease.job.id, lease.epoch))
    _free_slot(db, lease)
    return settled.rowcount == 1


def _free_slot(db: sqlite3.Connection, lease: Lease) -> None:
    db.execute(
        "UPDATE slot SET job = NULL, owner = NULL, expires_at = 0 WHERE epoch = ? AND owner = ?",
        (lease.epoch, lease.owner),
    )

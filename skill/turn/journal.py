"""The durable truth of one conversation: its turns, their events, its memory, in one SQLite file.

Anyone may read, insert a turn, ask for its cancellation or note its delivery. Events, states and memory are written
by the holder of the lease alone (lease.py, running.py).
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from ..handlers.contract import Conversation
from ..value import value
from .awake import Awake, Stamp, stamp
from .event_json import from_json
from .events import TurnEvent, TurnState
from .journal_file import JournalError, connect, open_file, refusal, reopen

__all__ = ["OPEN_STATES", "Journal", "JournalError", "Turn", "memory_json"]


_TURN = "seq, id, state, request, digest, created, ended, attempts, released, cancel, told, delivered"
_PROJECT = "project:"
OPEN_STATES: tuple[TurnState, ...] = ("queued", "running")


@value
class Turn:
    """One chat turn as the journal knows it.

    seq: its place in the conversation. pinned: the request (pinned.py), as JSON. digest: of words and files.
    created, ended, delivered: seconds since the epoch. attempts: how often a worker began it.
    released: it lets later turns run beside it. cancel: someone asked to stop it.
    told: the last event a caller has passed on; delivered: when all of it was.
    """

    seq: int
    id: str
    state: TurnState
    pinned: str
    digest: str
    created: float
    ended: float | None
    attempts: int
    released: bool
    cancel: bool
    told: int
    delivered: float | None

    @property
    def request(self) -> Mapping[str, Any]:
        """The pinned request, read anew each time: a turn that waits keeps the text alone."""
        request: Mapping[str, Any] = json.loads(self.pinned)
        return request

    @property
    def open(self) -> bool:
        """Whether it still waits or runs."""
        return self.state in OPEN_STATES


class Journal:
    """One conversation's file, opened when it is used. Not for several threads at once.

    Among many (`awake`) it may be closed while nothing happens in it; `version` tells all the same when to look.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path | None,
        kept_aside: Path | None = None,
        now: Callable[[], float] = time.time,
        awake: Awake | None = None,
    ) -> None:
        self._connection: sqlite3.Connection | None = connection
        self.path = path
        self.kept_aside = kept_aside
        self.now = now
        self._awake = awake
        self._version = 0
        self._counts = (0, 0)
        self._stamp = Stamp()

    @classmethod
    def open(
        cls, path: Path | str, *, name: str = "", now: Callable[[], float] = time.time, awake: Awake | None = None
    ) -> Journal:
        """Open the file, or begin it. ":memory:" keeps nothing. now: seconds since the epoch, as this process sees it.

        A damaged file is moved aside and a new one begun; `kept_aside` then says where the old one is.
        awake: the open journals this one is to be counted among. Raises JournalError when the disk refuses.
        """
        if str(path) == ":memory:":
            return cls(connect(":memory:", name), None, now=now)
        path = Path(path)
        connection, aside = open_file(path, name)
        return cls(connection, path, aside, now, awake)

    @property
    def connection(self) -> sqlite3.Connection:
        """Raises JournalError when the file cannot be opened again."""
        if self._connection is None:
            self._connection = self._wake()
        if self._awake is not None:
            self._awake.use(self)
        return self._connection

    def _wake(self) -> sqlite3.Connection:
        assert self.path is not None, "a journal in memory never rests"
        connection = reopen(self.path)
        # in this order: what others write from here on is counted, what they wrote before shows in the files
        self._counts = _counts(connection)
        self._note_stamp()
        return connection

    def rest(self) -> None:
        """Close the file until it is used again; not in the middle of a transaction."""
        if self._connection is None or self._connection.in_transaction or self.path is None:
            return
        self._note_counts(self._connection)
        self._connection.close()
        self._connection = None
        self._stamp = stamp(self.path)
        # the last one to close empties the log: with something in it another has the file open, and may have written
        self._version += self._stamp.log_bytes > 0

    def close(self) -> None:
        if self._awake is not None:
            self._awake.forget(self)
        if self._connection is not None:
            self._connection.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def rows(self, statement: str, *values: object) -> list[Any]:
        """What a query finds. Raises JournalError: where there is no WAL, whoever writes keeps readers out as well."""
        try:
            return self.connection.execute(statement, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise refusal(error, self.path) from error

    @property
    def name(self) -> str:
        """What the conversation is called."""
        return self.meta("name")

    def meta(self, key: str) -> str:
        rows = self.rows("SELECT value FROM meta WHERE key = ?", key)
        return str(rows[0][0]) if rows else ""

    def note_project(self, backend: str, session_id: str) -> None:
        """Inside a transaction: remember a backend's project, so that forgetting finds the earlier ones too."""
        self.connection.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (f"{_PROJECT}{session_id}", backend))

    def projects(self) -> list[tuple[str, str]]:
        """Every backend and session this conversation ever had."""
        rows = self.rows("SELECT value, key FROM meta WHERE key GLOB ?", f"{_PROJECT}*")
        return [(backend, key.removeprefix(_PROJECT)) for backend, key in rows]

    @property
    def version(self) -> int:
        """Changes whenever anybody wrote, through another connection or this one; cheap enough to poll.

        It wakes nobody; after a rest it may change once although nothing new was written.
        """
        if self._connection is None:
            self._note_stamp()
        else:
            self._note_counts(self._connection)
        return self._version

    def _note_counts(self, connection: sqlite3.Connection) -> None:
        now = _counts(connection)
        self._version += now != self._counts
        self._counts = now

    def _note_stamp(self) -> None:
        assert self.path is not None, "a journal in memory never rests"
        now = stamp(self.path)
        self._version += now != self._stamp
        self._stamp = now

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """One transaction. durable: on disk when this returns; else only safe against a crash of the process.

        Raises JournalError when the disk refuses (full, read-only, damaged); nothing of the transaction is kept then.
        """
        try:
            self.connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self.connection.execute("BEGIN IMMEDIATE")
            yield self.connection
            self.connection.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            raise refusal(error, self.path) from error
        finally:
            if self.connection.in_transaction:  # SQLite itself rolls back when the disk is full
                self.connection.execute("ROLLBACK")

    # turns

    def add(self, turn_id: str, request: Mapping[str, Any], digest: str, *, again: bool = False) -> tuple[Turn, bool]:
        """Queue a turn, or find the one with the same words and files that runs, waits or was not delivered yet.

        Returns the turn and whether it is new. again: never look for an earlier one.
        """
        with self.writing():
            earlier = [] if again else self._turns("digest = ? AND delivered IS NULL AND cancel = 0", digest)
            if earlier:
                return earlier[-1], False
            self.connection.execute(
                "INSERT INTO turns (id, state, request, digest, created) VALUES (?, 'queued', ?, ?, ?)",
                (turn_id, _dumps(request), digest, self.now()),
            )
            return self._turns("id = ?", turn_id)[0], True

    def turn(self, turn_id: str) -> Turn:
        """Raises KeyError for a turn this journal does not hold."""
        found = self._turns("id = ?", turn_id)
        if not found:
            raise KeyError(turn_id)
        return found[0]

    def turns(self) -> list[Turn]:
        """All turns, oldest first."""
        return self._turns("1")

    def unfinished(self) -> list[Turn]:
        """Turns that wait or run, oldest first."""
        return self._turns("state IN ('queued', 'running')")

    def undelivered(self) -> list[Turn]:
        """Turns that ended without anyone having passed on all of it, oldest first."""
        return self._turns("delivered IS NULL AND state NOT IN ('queued', 'running')")

    def _turns(self, where: str, *values: object) -> list[Turn]:
        rows = self.rows(f"SELECT {_TURN} FROM turns WHERE {where} ORDER BY seq", *values)
        return [Turn(*row) for row in rows]

    def events(self, turn_id: str, after: int = 0) -> list[tuple[int, TurnEvent]]:
        """Events of a turn behind number `after`, each with its number."""
        rows = self.rows("SELECT seq, body FROM events WHERE turn_id = ? AND seq > ? ORDER BY seq", turn_id, after)
        return [(seq, from_json(json.loads(body))) for seq, body in rows]

    def ask_cancel(self, turn_id: str) -> None:
        """Ask whoever runs the turn to stop it; one that only waits never starts."""
        with self.writing():
            self.connection.execute(
                "UPDATE turns SET cancel = 1 WHERE id = ? AND state IN ('queued', 'running')", (turn_id,)
            )

    def note_told(self, turn_id: str, event: int, *, all_of_it: bool) -> None:
        """Note, after the output was flushed, how much of a turn its caller has passed on."""
        with self.writing():
            self.connection.execute(
                "UPDATE turns SET told = max(told, ?), delivered = coalesce(delivered, ?) WHERE id = ?",
                (event, self.now() if all_of_it else None, turn_id),
            )

    # memory

    def memory(self) -> Conversation:
        """The conversation's memory; a fresh one when nothing was kept."""
        rows = self.rows("SELECT body FROM memory")
        if not rows:
            return Conversation()
        body = json.loads(rows[0][0])
        known = {field.name for field in fields(Conversation)}
        return Conversation(**{key: value for key, value in body.items() if key in known})


def _counts(connection: sqlite3.Connection) -> tuple[int, int]:
    """What changes when others write, and when this connection does."""
    return connection.execute("PRAGMA data_version").fetchone()[0], connection.total_changes


def memory_json(conversation: Conversation) -> str:
    """The conversation's memory as the journal keeps it."""
    return _dumps(asdict(conversation))


def _dumps(value: Mapping[str, Any] | Iterable[Any] | None) -> str:
    return json.dumps(value, separators=(",", ":"))  # ASCII: half a character, as hostile text has, is no UTF-8

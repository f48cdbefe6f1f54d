"""The file of a journal: its tables, how it is opened, and what happens to a damaged one."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

from .filelock import alone
from .shared_disk import networked

_VERSION = 1
_CACHE_PAGES = 8
_CACHED_STATEMENTS = 4
_SCHEMA = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    """CREATE TABLE turns (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, state TEXT NOT NULL, request TEXT NOT NULL,
        digest TEXT NOT NULL, created REAL NOT NULL, ended REAL, attempts INTEGER NOT NULL DEFAULT 0,
        released INTEGER NOT NULL DEFAULT 0, cancel INTEGER NOT NULL DEFAULT 0,
        told INTEGER NOT NULL DEFAULT 0, delivered REAL)""",
    """CREATE TABLE events (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, turn_id TEXT NOT NULL, epoch INTEGER NOT NULL, kind TEXT NOT NULL,
        stage TEXT, body TEXT NOT NULL)""",
    "CREATE INDEX events_of_turn ON events (turn_id, seq)",
    "CREATE TABLE lease (epoch INTEGER NOT NULL, holder TEXT NOT NULL, expires_at REAL NOT NULL)",
    "INSERT INTO lease VALUES (0, '', 0)",
    "CREATE TABLE memory (body TEXT NOT NULL)",
    """CREATE TABLE sends (
        message_id TEXT PRIMARY KEY, turn_id TEXT NOT NULL, text TEXT NOT NULL, draft_before TEXT,
        settled INTEGER NOT NULL DEFAULT 0)""",
)


class JournalError(OSError):
    """The journal cannot be read or written; the message says what to do."""


class JournalBusy(JournalError):
    """Another program holds the file for longer than any writing takes: it may be frozen in the middle of it."""


class Damaged(sqlite3.DatabaseError):
    """The file can be opened, but what it holds is no longer whole."""


def refusal(error: sqlite3.Error, path: Path | None) -> JournalError:
    """What the disk's refusal means to a user."""
    if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
        return JournalBusy(
            f"Another program is in the middle of writing the conversation's journal {path} and does not go on; it may "
            "be suspended. Let it go on or end it, then ask again; nothing is lost."
        )
    if isinstance(error, sqlite3.OperationalError):
        return JournalError(
            f"The conversation's journal {path} cannot be written ({error}); make room there or set SKILLTURN_HOME."
        )
    return JournalError(f"The conversation's journal {path} is damaged ({error}); ask again, and a new one is begun.")


def open_file(path: Path, name: str) -> tuple[sqlite3.Connection, Path | None]:
    """A connection, and where the file went that could not be read. Raises JournalError."""
    try:
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite gives its side files the same mode
            return connect(str(path), name), None
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            with alone(path.with_name(f"{path.name}.mending")):
                return _mended(path, name)
    except sqlite3.OperationalError as error:
        raise refusal(error, path) from error


def reopen(path: Path) -> sqlite3.Connection:
    """A connection to a file that was whole when it was closed. Raises JournalError, also when it is gone by now."""
    try:
        connection = _connection(f"{path.absolute().as_uri()}?mode=rw")
        connection.execute(f"PRAGMA cache_size = {_CACHE_PAGES}")
    except sqlite3.DatabaseError as error:
        raise refusal(error, path) from error
    return connection


def _mended(path: Path, name: str) -> tuple[sqlite3.Connection, Path | None]:
    """Move the damaged file aside, unless somebody else has just done so."""
    try:
        return connect(str(path), name), None
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        aside = _move_aside(path)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        return connect(str(path), name), aside


def connect(path: str, name: str) -> sqlite3.Connection:
    """Open and, when it is new, begin the database. Raises sqlite3.DatabaseError for one that is not whole."""
    connection = _connection(path)
    try:
        _choose_mode(connection, Path(path))
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > _VERSION:
            raise sqlite3.OperationalError(f"it was written by a newer release, as format {version}")
        if version == 0:
            _create(connection, name)
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]  # a millisecond for a megabyte
        if found != "ok":
            raise Damaged(found)
        connection.execute("SELECT epoch FROM lease").fetchone()
        connection.execute("SELECT body FROM memory").fetchone()
        connection.execute("SELECT max(seq) FROM turns").fetchone()
        # a server holds hundreds of journals open, and reads each of them by the page or two
        connection.execute(f"PRAGMA cache_size = {_CACHE_PAGES}")
        connection.execute("PRAGMA shrink_memory")
    except sqlite3.OperationalError as error:
        connection.close()
        if "no such table" in str(error):  # a database, but none of ours
            raise Damaged(str(error)) from error
        raise
    except BaseException:
        connection.close()
        raise
    return connection


def _connection(address: str) -> sqlite3.Connection:
    """address: a path, ":memory:" or a file: URI."""
    return sqlite3.connect(
        address,
        timeout=15,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=_CACHED_STATEMENTS,
        uri=address.startswith("file:"),
    )


def _create(connection: sqlite3.Connection, name: str) -> None:
    connection.execute("BEGIN IMMEDIATE")
    if connection.execute("PRAGMA user_version").fetchone()[0] == 0:  # nobody was quicker
        for statement in _SCHEMA:
            connection.execute(statement)
        connection.execute("INSERT INTO meta VALUES ('name', ?)", (name.encode("utf-8", "replace").decode(),))
        connection.execute(f"PRAGMA user_version = {_VERSION}")
    connection.execute("COMMIT")


def _choose_mode(connection: sqlite3.Connection, path: Path) -> None:
    """WAL; a rollback journal where the file's users cannot share memory, as on a network's file system."""
    if networked(path) is None:
        try:
            return _retry_locked(connection, "PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise
    return _retry_locked(connection, "PRAGMA journal_mode = DELETE")


def _retry_locked(connection: sqlite3.Connection, statement: str) -> None:
    # SQLite does not wait for its lock when it turns a new file to WAL
    for pause_s in (0.01, 0.05, 0.2, 0.5, 1.0):
        try:
            connection.execute(statement)
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            time.sleep(pause_s)
        else:
            return
    connection.execute(statement)


def _move_aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.broken-{number}")).exists():
        number += 1
    path.rename(aside)
    for suffix in ("-wal", "-shm"):
        side = path.with_name(path.name + suffix)
        if side.exists():
            side.rename(aside.with_name(aside.name + suffix))
    return aside

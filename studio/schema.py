"""The studio's tables, and how its one database file is opened."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

VERSION = 2
BUSY_S = 10.0

_TABLES = (
    """CREATE TABLE tokens (
        digest TEXT PRIMARY KEY, client TEXT NOT NULL, expires_at REAL NOT NULL) STRICT, WITHOUT ROWID""",
    # version counts messages, so that two answers to the same draft cannot both be kept
    """CREATE TABLE sessions (
        id TEXT PRIMARY KEY, client TEXT NOT NULL, task_id TEXT NOT NULL, task_name TEXT NOT NULL,
        language TEXT NOT NULL, version INTEGER NOT NULL DEFAULT 0, memory TEXT NOT NULL DEFAULT '{}',
        created_at REAL NOT NULL) STRICT""",
    """CREATE TABLE drafts (
        session TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE, revision INTEGER NOT NULL, body TEXT NOT NULL,
        created_at REAL NOT NULL, PRIMARY KEY (session, revision)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE media (
        id TEXT PRIMARY KEY, kind TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
        duration_ms INTEGER, captured_at REAL, bytes INTEGER NOT NULL, file TEXT NOT NULL) STRICT""",
    """CREATE TABLE session_media (
        session TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE, media TEXT NOT NULL REFERENCES media,
        position INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (session, media)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE messages (
        session TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE, id TEXT NOT NULL, request TEXT NOT NULL,
        reply TEXT NOT NULL, edits TEXT NOT NULL, revision INTEGER NOT NULL, created_at REAL NOT NULL,
        PRIMARY KEY (session, id)) STRICT, WITHOUT ROWID""",
    # epoch is the slot's when this job last got it; a writer with an older one has lost the job.
    # asked_at: when somebody last asked for the film; a place in the queue counts only what is still asked for.
    # attempts counts the claims that nobody gave back: workers that died of the job, perhaps
    """CREATE TABLE jobs (
        id TEXT PRIMARY KEY, session TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE, draft TEXT NOT NULL,
        output TEXT NOT NULL, status TEXT NOT NULL, progress REAL NOT NULL DEFAULT 0, message TEXT NOT NULL DEFAULT '',
        file TEXT, cancelled INTEGER NOT NULL DEFAULT 0, epoch INTEGER NOT NULL DEFAULT 0,
        attempts INTEGER NOT NULL DEFAULT 0, created_at REAL NOT NULL, asked_at REAL NOT NULL DEFAULT 0) STRICT""",
    "CREATE INDEX jobs_open ON jobs (created_at) WHERE status IN ('pending', 'processing')",
    # one row: the machine renders one film at a time
    """CREATE TABLE slot (
        id INTEGER PRIMARY KEY CHECK (id = 1), job TEXT, owner TEXT, epoch INTEGER NOT NULL,
        expires_at REAL NOT NULL) STRICT""",
    "INSERT INTO slot VALUES (1, NULL, NULL, 0, 0)",
)

_FROM_1 = ("ALTER TABLE jobs ADD COLUMN asked_at REAL NOT NULL DEFAULT 0",)


class StoreTooNew(Exception):
    """The data was written by a later release; its text is one sentence for the user."""


def open_database(path: Path) -> sqlite3.Connection:
    """Open, and on first use create, the file at `path`, for its owner only.

    Usable from any thread, one at a time. Raises StoreTooNew, sqlite3.Error, OSError.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA foreign_keys = ON")
        _use_wal(db)
        db.execute("PRAGMA synchronous = FULL")  # a reply that was shown must survive a power cut
        _migrate(db)
    except BaseException:
        db.close()
        raise
    return db


def _use_wal(db: sqlite3.Connection) -> None:
    """Switch to WAL. SQLite does not wait for a lock here, so two first users at once take turns by hand."""
    deadline = time.monotonic() + BUSY_S
    while db.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _migrate(db: sqlite3.Connection) -> None:
    if _version(db) == VERSION:
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        found = _version(db)
        if found > VERSION:
            raise StoreTooNew(
                f"The studio's data was written by a newer Skillturn (format {found}, this one reads {VERSION}): "
                "update Skillturn, or choose another SKILLTURN_HOME."
            )
        if found < VERSION:  # another process may have been quicker
            for statement in _TABLES if found == 0 else _FROM_1:
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise


def _version(db: sqlite3.Connection) -> int:
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    return version

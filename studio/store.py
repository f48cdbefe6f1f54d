"""What the studio knows: clients, sessions, media, drafts and messages. The file is the only truth.

Several processes may use one store at once: every change is one short transaction, and nothing is cached.
Drafts go in and out as JSON text, so that calls which need none load no draft code.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from .model import Media
from .records import Desk, Message, Session, StoredMedia, VersionConflict
from .schema import open_database

TOKEN_LIFE_S = 7 * 24 * 3600  # SKILL.md: an anonymous token lasts seven days
HISTORY = 50
PARTS = "parts"  # folder of finished parts of films, one of its own for each session


class Store:
    """The database at `home`/studio.db, opened on first use. Calls block: make them from a worker thread."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._lock = threading.RLock()
        self._db: sqlite3.Connection | None = None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the write lock for a few statements; all of them are kept, or none."""
        with self._lock:
            db = self._connection()
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Read several things as they were at one moment."""
        with self._lock:
            db = self._connection()
            db.execute("BEGIN")
            try:
                yield db
            finally:
                db.execute("ROLLBACK")

    def close(self) -> None:
        """Let go of the file; the next call opens it again."""
        with self._lock:
            if self._db is not None:
                self._db.close()
                self._db = None

    def _connection(self) -> sqlite3.Connection:
        if self._db is None:
            self._db = open_database(self.home / "studio.db")
        return self._db

    # clients

    def issue_token(self, client_id: str, now: float) -> str:
        """A new token for a client; only digests of both are kept."""
        token = "skt_" + secrets.token_urlsafe(32)
        with self.transaction() as db:
            db.execute("DELETE FROM tokens WHERE expires_at < ?", (now,))
            db.execute("INSERT INTO tokens VALUES (?, ?, ?)", (_digest(token), _digest(client_id), now + TOKEN_LIFE_S))
        return token

    def client_of(self, token: str, now: float) -> str | None:
        """Whose token this is; None when unknown or expired."""
        with self.snapshot() as db:
            row = db.execute(
                "SELECT client FROM tokens WHERE digest = ? AND expires_at >= ?", (_digest(token), now)
            ).fetchone()
        return row[0] if row else None

    # sessions

    def create_session(self, client: str, *, task_name: str, language: str, now: float) -> Session:
        """Begin a project."""
        session = Session(_new_id("ses"), _new_id("tsk"), client, language, 0, {})
        with self.transaction() as db:
            db.execute(
                "INSERT INTO sessions (id, client, task_id, task_name, language, created_at) VALUES (?, ?, ?, ?, ?, ?)",
                (session.id, client, session.task_id, task_name, language, now),
            )
        return session

    def session(self, session_id: str, client: str) -> Session | None:
        """A client's own session; None for another's as for one that never was."""
        with self.snapshot() as db:
            return _session(db, session_id, client)

    def desk(self, session_id: str, client: str) -> Desk | None:
        """Everything about a session at one moment; None as in `session`."""
        with self.snapshot() as db:
            session = _session(db, session_id, client)
            if session is None:
                return None
            drafts = db.execute(
                "SELECT revision, body FROM drafts WHERE session = ? ORDER BY revision DESC LIMIT ?",
                (session_id, HISTORY + 1),
            ).fetchall()
            media = tuple(_media(db, session_id))
        return Desk(
            session=session,
            draft=drafts[0][1] if drafts else None,
            revision=drafts[0][0] if drafts else 0,
            history=tuple(body for _, body in reversed(drafts[1:])),
            media=media,
        )

    def forget_session(self, session_id: str) -> None:
        """Delete a project with its drafts, messages, films, and the media that no other project uses."""
        with self.transaction() as db:
            films = db.execute("SELECT file FROM jobs WHERE session = ? AND file IS NOT NULL", (session_id,)).fetchall()
            db.execute("DELETE FROM sessions WHERE id = ?", (session_id,))
            unused = "FROM media WHERE id NOT IN (SELECT media FROM session_media)"
            media = db.execute(f"SELECT file {unused}").fetchall()
            db.execute(f"DELETE {unused}")
            # under the write lock: nobody can be bringing the same bytes in again meanwhile
            for folder, files in (("renders", films), ("media", media)):
                for (file,) in files:
                    (self.home / folder / file).unlink(missing_ok=True)
            shutil.rmtree(self.home / PARTS / session_id, ignore_errors=True)

    # media

    def add_media(self, session_id: str, items: Sequence[tuple[StoredMedia, Path]]) -> tuple[StoredMedia, ...]:
        """Attach media to a session in the given order, each with the file that holds it now.

        One that is there already keeps its place and its name. Files are moved under the write lock, so that a
        session that is being forgotten cannot take them along.
        """
        with self.transaction() as db:
            for item, landed in items:
                _insert_media(db, session_id, item)
                (file,) = db.execute("SELECT file FROM media WHERE id = ?", (item.media.id,)).fetchone()
                kept = self.home / "media" / file
                if not kept.exists():
                    for folder in (kept.parent.parent, kept.parent):
                        folder.mkdir(mode=0o700, exist_ok=True)
                    landed.replace(kept)
            stored = {item.media.id: item for item in _media(db, session_id)}
        return tuple(stored[item.media.id] for item, _ in items)

    def media_of(self, session_id: str) -> tuple[StoredMedia, ...]:
        """A session's media in upload order."""
        with self.snapshot() as db:
            return tuple(_media(db, session_id))

    # messages

    def message(self, session_id: str, message_id: str) -> Message | None:
        """A committed message; None when it was never answered."""
        with self.snapshot() as db:
            return _message(db, session_id, message_id)

    def commit_message(
        self, before: Session, message: Message, *, draft: str | None, memory: Mapping[str, Any], now: float
    ) -> Message:
        """Keep a message's edit, memory and reply together, or nothing of them.

        before: the session the answer was made from. draft: the edited draft, None when nothing changed.
        Returns the message as kept: the earlier one where this id was committed before.
        Raises VersionConflict when another message came first: answer again, from a fresh desk.
        """
        with self.transaction() as db:
            earlier = _message(db, before.id, message.id)
            if earlier is not None:
                return earlier
            changed = db.execute(
                "UPDATE sessions SET version = version + 1, memory = ? WHERE id = ? AND version = ?",
                (json.dumps(dict(memory)), before.id, before.version),
            )
            if changed.rowcount != 1:
                raise VersionConflict(before.id)
            (revision,) = db.execute(
                "SELECT coalesce(max(revision), 0) FROM drafts WHERE session = ?", (before.id,)
            ).fetchone()
            if draft is not None:
                revision += 1
                db.execute("INSERT INTO drafts VALUES (?, ?, ?, ?)", (before.id, revision, draft, now))
            kept = replace(message, revision=revision)
            db.execute(
                "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?)",
                (before.id, kept.id, kept.request, kept.reply, json.dumps(kept.edits), revision, now),
            )
        return kept


def _session(db: sqlite3.Connection, session_id: str, client: str) -> Session | None:
    row = db.execute(
        "SELECT id, task_id, client, language, version, memory FROM sessions WHERE id = ? AND client = ?",
        (session_id, client),
    ).fetchone()
    return Session(row[0], row[1], row[2], row[3], row[4], json.loads(row[5])) if row else None


def _insert_media(db: sqlite3.Connection, session_id: str, item: StoredMedia) -> None:
    media = item.media
    facts = (media.id, media.kind, media.width, media.height, media.duration_ms, media.captured_at)
    db.execute("INSERT OR IGNORE INTO media VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*facts, item.bytes, item.file))
    db.execute(
        "INSERT OR IGNORE INTO session_media VALUES (?1, ?2, "
        "(SELECT coalesce(max(position), 0) + 1 FROM session_media WHERE session = ?1), ?3)",
        (session_id, media.id, media.name),
    )


def _media(db: sqlite3.Connection, session_id: str) -> Iterator[StoredMedia]:
    rows = db.execute(
        "SELECT id, name, kind, width, height, duration_ms, captured_at, bytes, file "
        "FROM session_media JOIN media ON id = media WHERE session = ? ORDER BY position",
        (session_id,),
    )
    for row in rows:
        yield StoredMedia(Media(*row[:7]), row[7], row[8])


def _message(db: sqlite3.Connection, session_id: str, message_id: str) -> Message | None:
    row = db.execute(
        "SELECT id, request, reply, edits, revision FROM messages WHERE session = ? AND id = ?",
        (session_id, message_id),
    ).fetchone()
    return Message(row[0], row[1], row[2], tuple(json.loads(row[3])), row[4]) if row else None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _new_id(kind: str) -> str:
    return f"{kind}_{secrets.token_hex(12)}"

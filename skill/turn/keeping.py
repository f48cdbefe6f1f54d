"""What is kept on this machine has a budget: what is too much goes, the easiest to replace first."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

from .backend import forget_project, open_shelves
from .home import conversation_file, conversations_folder
from .journal import Journal
from .pinned import drop_token
from .settings import Settings

_EVERY_S = 3600.0


def tidy_now_and_then(settings: Settings, home: Path, *, now: float | None = None) -> bool:
    """Bring what is kept within the budget, once an hour at most. Returns whether it looked.

    A disk or a studio that refuses costs nothing but the room.
    """
    now = time.time() if now is None else now
    stamp = home / "tidied"
    with suppress(OSError, sqlite3.Error):
        if stamp.exists() and 0 <= now - stamp.stat().st_mtime < _EVERY_S:
            return False
        stamp.touch(mode=0o600)
        os.utime(stamp, (now, now))
        tidy(settings, home, now)
        return True
    return False


def tidy(settings: Settings, home: Path, now: float) -> None:
    """Remove what turns that ended left behind, then films and old projects beyond the budget."""
    for folder in conversations_folder(home).glob("*.files/*"):
        if not _is_open(folder):
            shutil.rmtree(folder, ignore_errors=True)
    shelves = open_shelves(home)
    if shelves is not None:
        with closing(shelves):
            shelves.clear(settings.media_budget_bytes, now=now, old_s=settings.media_old_s)


def _is_open(kept: Path) -> bool:
    """Whether the files belong to a turn that waits or runs, or to one that is only just being taken in."""
    journal = kept.parent.with_suffix(".sqlite")
    if not journal.exists():
        return False
    if time.time() - kept.stat().st_mtime < _EVERY_S:
        return True
    with Journal.open(journal) as opened:
        return any(turn.id == kept.name for turn in opened.unfinished())


def forget(home: Path, name: str) -> list[str]:
    """Delete a conversation with its projects, photos, drafts, films and keys; films in the user's folders stay.

    Returns the backends off this machine where a project of it may still be.
    """
    path = conversation_file(home, name)
    with Journal.open(path) as journal:
        projects = journal.projects()
        memory = journal.memory()
        if memory.session_id:  # a journal of an earlier release noted none
            projects.append((memory.backend, memory.session_id))
        for turn in journal.turns():
            drop_token(turn.request)
    for _, session_id in projects:
        forget_project(home, session_id)
    shutil.rmtree(path.with_suffix(".files"), ignore_errors=True)
    for pointer in path.parent.glob("*.current"):
        if pointer.read_text(encoding="utf-8").strip() == name:
            pointer.unlink()
    for file in path.parent.glob(f"{path.stem}.*"):
        file.unlink(missing_ok=True)
    return sorted({backend for backend, _ in projects if backend != "local"})

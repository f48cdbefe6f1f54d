"""What the studio keeps on disk, and what goes first when that is too much: films, which can be made again, before
the projects that nobody has touched for longest.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .store import PARTS, Store

_RECENT_S = 3600.0
"""A film this young may be on its way to somebody."""

_LAST_USED = """
    SELECT sessions.id, max(sessions.created_at,
        coalesce((SELECT max(created_at) FROM messages WHERE session = sessions.id), 0),
        coalesce((SELECT max(created_at) FROM jobs WHERE session = sessions.id), 0)) AS used
    FROM sessions
    WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE session = sessions.id AND status IN ('pending', 'processing'))
    ORDER BY used"""


@dataclass(frozen=True, slots=True)
class Stock:
    """What is kept, in bytes: what users sent, the films made of it, and parts of films."""

    media: int
    films: int
    parts: int

    @property
    def total(self) -> int:
        return self.media + self.films + self.parts


class Shelves:
    """The folders of one studio. Calls block."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._store = Store(home)

    def stock(self) -> Stock:
        """What is there now."""
        return Stock(*(_bytes_below(self._home / folder) for folder in ("media", "renders", PARTS)))

    def close(self) -> None:
        self._store.close()

    def clear(self, budget_bytes: int, *, now: float, old_s: float) -> Stock:
        """Bring the stock within the budget as far as that is possible; returns what is left.

        Films go first, the oldest first; whoever asks for one again has it made again. Then whole projects nobody has
        touched for `old_s` seconds. What is in use stays, whatever the budget says.
        """
        over = self.stock().total - budget_bytes
        over -= self._clear_films(over, now - _RECENT_S)
        if over > 0:
            self._clear_projects(budget_bytes, now - old_s)
        return self.stock()

    def _clear_films(self, over: int, before: float) -> int:
        freed = 0
        with self._store.transaction() as db:
            rows = db.execute(
                "SELECT id, file FROM jobs WHERE file IS NOT NULL AND status = 'completed' AND created_at < ? "
                "ORDER BY created_at",
                (before,),
            ).fetchall()
            for job, file in rows:
                if freed >= over:
                    break
                film = self._home / "renders" / file
                freed += film.stat().st_size if film.exists() else 0
                db.execute("DELETE FROM jobs WHERE id = ?", (job,))  # a row without its film would promise one
                film.unlink(missing_ok=True)
        return freed

    def _clear_projects(self, budget_bytes: int, before: float) -> None:
        with self._store.snapshot() as db:
            rows = db.execute(_LAST_USED).fetchall()
        for session, used in rows:
            if used >= before or self.stock().total <= budget_bytes:
                return
            self._store.forget_session(session)


def _bytes_below(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:  # gone meanwhile
            continue
    return total

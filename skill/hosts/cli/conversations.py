"""`conversations`: what is kept on this machine, the latest first."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from ...turn.backend import open_shelves
from ...turn.home import conversations_folder, current_conversation
from ...turn.journal import Journal, JournalError, Turn
from .desk import Desk
from .lines import put, put_json

_STATES = {
    "running": "at work",
    "queued": "waiting to begin",
    "news": "has an answer you have not seen",
    "idle": "idle",
    "unreadable": "cannot be read",
}
_AGES = ((86400.0, "day"), (3600.0, "hour"), (60.0, "minute"))
_MOST_WORDS = 60


@dataclass(frozen=True, slots=True)
class Row:
    """One conversation. requests: turns that were worked on; a look at the balance or the state is none.

    last_used: seconds since the epoch, 0 = never. last: the user's latest words.
    """

    name: str
    requests: int = 0
    state: str = "idle"
    backend: str = ""
    last: str = ""
    last_used: float = 0.0
    current: bool = False


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one conversation per line")


def run(args: argparse.Namespace) -> int:
    desk = Desk.open()
    current = current_conversation(desk.home, desk.workspace)
    rows = [_row(path, current) for path in conversations_folder(desk.home).glob("*.sqlite")]
    rows.sort(key=lambda row: (-row.last_used, row.name))
    for row in rows:
        if args.json:
            put_json(asdict(row))
        else:
            put(_told(row, time.time()))
    if not args.json:
        put(_closing(desk, rows))
    return 0


def _told(row: Row, now: float) -> str:
    """A line about the conversation, and one with what was said last."""
    mark = "*" if row.current else " "
    facts = [_STATES[row.state], _counted(row.requests, "request")]
    if row.backend:
        facts.append("on this machine" if row.backend == "local" else f"with {row.backend}")
    if row.last_used:
        facts.append(age(now - row.last_used))
    said = f'\n    "{row.last}"' if row.last else ""
    return f"{mark} {row.name}: {', '.join(facts)}{said}"


def age(seconds: float) -> str:
    """How long ago, as a person says it."""
    for unit_s, unit in _AGES:
        if seconds >= unit_s:
            return f"{_counted(int(seconds // unit_s), unit)} ago"
    return "just now"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _closing(desk: Desk, rows: Sequence[Row]) -> str:
    if not rows:
        return "There are no conversations yet."
    told = "(* belongs to this directory.)" if any(row.current for row in rows) else ""
    shelves = open_shelves(desk.home)
    if shelves is not None:
        with closing(shelves):
            taken = shelves.stock().total
        budget = desk.settings.media_budget_bytes
        told += f" Their photos and films take {taken / 2**20:.0f} MB of {budget / 2**30:.0f} GB."
    return told.strip()


def _row(path: Path, current: str) -> Row:
    try:
        with Journal.open(path) as journal:
            turns, name = journal.turns(), journal.name
            return Row(
                name=name,
                requests=len(turns),
                state=_state(turns),
                backend=journal.memory().backend,
                last=_last_words(turns),
                last_used=max((turn.ended or turn.created for turn in turns), default=path.stat().st_mtime),
                current=name == current,
            )
    except JournalError:
        return Row(path.stem, state="unreadable")


def _state(turns: Sequence[Turn]) -> str:
    if any(turn.state == "running" for turn in turns):
        return "running"
    if any(turn.open for turn in turns):
        return "queued"
    return "news" if any(turn.delivered is None for turn in turns) else "idle"


def _last_words(turns: Sequence[Turn]) -> str:
    if not turns:
        return ""
    request = turns[-1].request
    text = " ".join(request["text"].split()) or ", ".join(Path(file).name for file in request["files"])
    return text if len(text) <= _MOST_WORDS else text[: _MOST_WORDS - 1] + "…"

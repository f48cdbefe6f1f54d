"""`conversations`: what is kept on this machine."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from ...turn.home import conversations_folder, current_conversation
from ...turn.journal import Journal, JournalError
from .desk import Desk
from .lines import json_line


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one conversation per line")


def run(args: argparse.Namespace) -> int:
    desk = Desk.open()
    current = current_conversation(desk.home, desk.workspace)
    rows = [_row(path, current) for path in sorted(conversations_folder(desk.home).glob("*.sqlite"))]
    for row in rows:
        print(json_line(row) if args.json else _line(row))
    if not rows and not args.json:
        print("There are no conversations yet.")
    return 0


def _line(row: Mapping[str, object]) -> str:
    turns = f"{row['turns']} turn{'' if row['turns'] == 1 else 's'}"
    mark = "*" if row["current"] else " "
    return f"{mark} {row['name']}  {turns}  {row['state']}  {row['backend']}  {row['last']}".rstrip()


def _row(path: Path, current: str) -> dict[str, object]:
    try:
        with Journal.open(path) as journal:
            turns = journal.turns()
            state = "running" if any(turn.open for turn in turns) else "idle"
            last = " ".join(turns[-1].request["text"].split())[:60] if turns else ""
            backend = journal.memory().backend
            name = journal.name
    except JournalError:
        return {"name": path.stem, "turns": 0, "state": "unreadable", "backend": "", "last": "", "current": False}
    return {
        "name": name,
        "turns": len(turns),
        "state": state,
        "backend": backend,
        "last": last,
        "current": name == current,
    }

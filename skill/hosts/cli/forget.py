"""`forget`: delete a conversation with its photos, drafts and films."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path

from ...turn.backend import forget_project
from ...turn.home import conversation_file
from ...turn.lease import Standing, standing
from ...turn.pinned import drop_files
from .desk import Desk
from .exits import CallError


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("conversation", nargs="?", metavar="NAME", help="this directory's conversation unless given")


def run(args: argparse.Namespace) -> int:
    desk = Desk.open()
    name = desk.conversation(args.conversation)
    with closing(desk.known_journal(name)) as journal:
        if standing(journal)[0] is Standing.HELD:
            raise CallError("A turn is running in this conversation; `skillturn cancel` stops it. Then forget it.")
        memory = journal.memory()
    if memory.backend == "local" and memory.session_id:
        forget_project(desk.home, memory.session_id)
    remove(conversation_file(desk.home, name))
    print(f"Forgotten: {name}")
    return 0


def remove(journal: Path) -> None:
    """Delete a journal with everything beside it that bears its name. Films in the user's folders stay."""
    drop_files(journal.with_suffix(".files"))
    for path in journal.parent.glob(f"{journal.stem}.*"):
        path.unlink(missing_ok=True)

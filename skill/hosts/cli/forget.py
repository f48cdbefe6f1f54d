"""`forget`: delete a conversation with its photos, drafts and films."""

from __future__ import annotations

import argparse
from contextlib import closing

from ...turn.keeping import forget
from ...turn.lease import Standing, standing
from .desk import Desk
from .exits import CallError
from .lines import put


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("conversation", nargs="?", metavar="NAME", help="this directory's conversation unless given")


def run(args: argparse.Namespace) -> int:
    desk = Desk.open()
    name = desk.conversation(args.conversation)
    with closing(desk.known_journal(name)) as journal:
        if standing(journal)[0] is Standing.HELD:
            raise CallError("A turn is running in this conversation; `skillturn cancel` stops it. Then forget it.")
        requests = len(journal.turns())
    elsewhere = forget(desk.home, name)
    counted = f"{requests} request{'' if requests == 1 else 's'}"
    put(f"Forgotten: {name} ({counted}, with its photos, drafts and films; films delivered to your folders stay).")
    if elsewhere:
        put(f"What went to {', '.join(elsewhere)} is kept there under its own rules.")
    return 0

"""`cancel`: stop the running turn, and say what it had done by then."""

from __future__ import annotations

import argparse
from contextlib import closing

from ...turn.events import Done, Text
from ...turn.intake import running_turn
from ...turn.say import FALLBACK, Messages
from .desk import Desk
from .exits import DONE
from .screen import screen_for
from .skill_file import find_skill, plan_of
from .talk import Talk


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--conversation", metavar="NAME", help="another conversation than this directory's")
    parser.add_argument("--skill", metavar="DIR", help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="one event per line")


def run(args: argparse.Namespace) -> int:
    desk = Desk.open()
    with closing(desk.known_journal(desk.conversation(args.conversation))) as journal:
        say = Messages(journal.memory().language or FALLBACK)
        turn = running_turn(journal)
        screen = screen_for(as_json=args.json, say=say)
        if turn is None:
            screen.tell(Text(say("nothing_to_stop")))
            screen.tell(Done("", "finished"))
            screen.flush()
            return DONE
        plan = plan_of(find_skill(args.skill or turn.request["skill_dir"]), desk.home)
        return Talk(desk, journal, plan, screen, say, "").stop(turn)

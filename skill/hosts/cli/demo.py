"""`demo`: the example photos become a film on this machine, as a user would see the conversation."""

from __future__ import annotations

import argparse
import os
from contextlib import closing
from pathlib import Path

from router import classify

from ...turn.events import TurnRequest
from ...turn.rows import trigger
from ...turn.say import FALLBACK, Messages
from .desk import Desk
from .exits import DONE, CallError
from .lines import put
from .screen import LiveScreen
from .skill_file import PROJECT, add_skill, find_skill, plan_of
from .talk import Talk
from .turn import output_folder

_PHOTOS = PROJECT / "examples" / "photos"
_TURNS = (
    "Turn these into a 15-second vertical video with a slow Ken Burns effect and soft cross-dissolves",
    "add the title 'Golden Hour' for the first 3 seconds and some lo-fi music at 35%",
    "how does the timeline look?",
    "send me the video",
)


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--output", metavar="DIR", help="where the film is written (the working directory)")
    add_skill(parser)


def run(args: argparse.Namespace) -> int:
    photos = sorted(path for path in _PHOTOS.glob("*.jpg"))
    if not photos:
        raise CallError(f"{_PHOTOS}: the example photos are not there. Run the demo from a checkout.")
    desk = Desk.open()
    skill = find_skill(args.skill)
    plan = plan_of(skill, desk.home)
    say = Messages(FALLBACK)
    output = output_folder(args.output, desk)
    with closing(desk.journal(f"demo-{os.urandom(4).hex()}")) as journal:
        talk = Talk(desk, journal, plan, LiveScreen(say), say, trigger(plan, "status", FALLBACK))
        for number, words in enumerate(_TURNS):
            files = tuple(photos) if number == 0 else ()
            sent = f"  [{len(files)} photos from {_shown(_PHOTOS)}]" if files else ""
            routes = " → ".join(
                intent.action for intent in classify(words, plan.routing, files=[path.name for path in files])
            )
            put(f"You: {words}{sent}\n     ({routes})\n")
            code = talk.turn(TurnRequest(words, files, (), output, skill, "local"), wait_s=None)
            if code != DONE:
                return code
    return DONE


def _shown(folder: Path) -> str:
    here = Path.cwd()
    return str(folder.relative_to(here)) if folder.is_relative_to(here) else str(folder)

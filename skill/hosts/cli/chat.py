"""`chat`: the same turns, interactive. Files named in a line come with it."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing

from router import fold

from ...turn.conversation import spoken_language
from ...turn.events import TurnRequest
from ...turn.problems import bad_files
from ...turn.rows import trigger
from ...turn.say import Messages
from ...turn.say import words as known_words
from ..media import expand
from .desk import Desk
from .exits import DONE, CallError
from .lines import checked_words, put
from .named_files import named_files
from .screen import LiveScreen
from .show import paragraph
from .skill_file import add_skill, find_skill, plan_of
from .talk import Talk
from .turn import add_place, chosen_backend, open_journal, output_folder


def configure(parser: argparse.ArgumentParser) -> None:
    add_place(parser)
    parser.add_argument("--output", metavar="DIR", help="where a film is written (the working directory)")
    parser.add_argument("--backend", metavar="B", help="auto, local, cloud or an http(s) address")
    add_skill(parser)


def run(args: argparse.Namespace) -> int:
    desk = Desk.open()
    skill = find_skill(args.skill)
    plan = plan_of(skill, desk.home)
    with closing(open_journal(desk, args)) as journal:
        output, backend = output_folder(args.output, desk), chosen_backend(args.backend, desk, journal)
        put(f"{plan.welcome or plan.identity.display_name}\n(Name files in your line to send them; exit leaves.)\n")
        while (line := _line()) is not None:
            try:
                words, names = named_files(checked_words(line), desk.workspace)
            except CallError as error:
                put(f"{error}\n")
                continue
            say = Messages(spoken_language(TurnRequest(words), journal.memory()))
            files, bad = expand(names, desk.workspace, plan)
            if bad:
                put(paragraph(bad_files(bad, plan, say, begun=False), say))
                continue
            request = TurnRequest(words, tuple(files), (), output, skill, backend)
            talk = Talk(desk, journal, plan, LiveScreen(say), say, trigger(plan, "status", say.language))
            talk.turn(request, wait_s=None, again=True)
    return DONE


def _line() -> str | None:
    """The next line that says something; None when the person leaves."""
    while True:
        try:
            line = input("You: " if sys.stdin.isatty() else "").strip()
        except (EOFError, KeyboardInterrupt):
            return None
        if fold(line).strip(" .!。！") in known_words("leave"):
            return None
        if line:
            return line

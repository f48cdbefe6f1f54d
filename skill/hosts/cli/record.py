"""`record`: a turn as always, kept as a transcript that replays without its backend."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio

from ...document.plan import SkillPlan
from ...turn.conversation import spoken_language
from ...turn.events import TurnEvent, TurnRequest, TurnState
from ...turn.follow import Follower, follow
from ...turn.home import begin_conversation, current_conversation
from ...turn.intake import take_in
from ...turn.journal import Journal
from ...turn.run import Runtime
from ...turn.runners import Inline
from ...turn.say import Messages
from .desk import Desk
from .exits import BAD_FILE, DONE, FINDINGS, CallError, exit_code
from .lines import put, read_words
from .screen import Screen, screen_for
from .skill_file import add_skill, find_skill, plan_of
from .turn import read_request

if TYPE_CHECKING:
    from ...transcript.traffic import Exchange
    from ...turn.pinned import PinnedTurn
    from ...turn.running import RunningTurn
    from ...turn.settings import Settings

_ENDING = ".transcript.yaml"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "transcript", metavar="FILE", help=f"where it is kept (*{_ENDING}); a file that is there goes on"
    )
    parser.add_argument("text", nargs="?", default="", help="the user's words; - reads them from standard input")
    parser.add_argument("--then", action="append", default=[], metavar="WORDS", help="a further turn; may be repeated")
    parser.add_argument(
        "--file", nargs="+", action="extend", default=[], metavar="P", help="files, or folders of photos"
    )
    parser.add_argument("--url", nargs="+", action="extend", default=[], metavar="U", help="links to photos and clips")
    parser.add_argument("--new", action="store_true", help="begin FILE afresh instead of adding a turn to it")
    parser.add_argument("--output", metavar="DIR", help="where a film is written (the working directory)")
    parser.add_argument("--backend", metavar="B", help="auto, local, cloud or an http(s) address")
    add_skill(parser)


def run(args: argparse.Namespace) -> int:
    path = _named(args.transcript)
    words = read_words(args.text)
    desk = Desk.open()
    skill = find_skill(args.skill)
    plan = plan_of(skill, desk.home)
    afresh = args.new or not path.exists()
    with closing(_journal(desk, path, afresh=afresh)) as journal:
        say = Messages(spoken_language(TurnRequest(words), journal.memory()))
        screen = screen_for(as_json=False, say=say)
        request = read_request(args, words, desk, skill=skill, plan=plan, journal=journal, say=say, screen=screen)
        if request is None:
            return BAD_FILE
        sitting = _Sitting(desk, plan, journal, screen, request.backend)
        events = anyio.run(
            sitting.record, [request, *(replace(request, text=then, files=(), urls=()) for then in args.then)]
        )
        screen.flush()
    _keep(path, sitting, afresh=afresh)
    return _proved(path, plan, skill) or exit_code(events)


def _named(name: str) -> Path:
    path = Path(name).expanduser().absolute()
    if not path.name.endswith(_ENDING):
        raise CallError(f"{name}: a transcript's name ends with {_ENDING}, and says what comes of it.")
    if not path.parent.is_dir():
        raise CallError(f"{path.parent}: there is no such folder.", BAD_FILE)
    return path


def _journal(desk: Desk, path: Path, *, afresh: bool) -> Journal:
    """The conversation that belongs to a transcript file. Raises CallError for a file recorded elsewhere."""
    if afresh:
        return desk.journal(begin_conversation(desk.home, path))
    journal = desk.journal(current_conversation(desk.home, path))
    if not journal.memory().session_id:
        journal.close()
        raise CallError(f"{path.name} is there, but not its conversation. Give another name, or --new to begin afresh.")
    return journal


class _Sitting:
    """Turns of one conversation, run in this process and listened to."""

    def __init__(self, desk: Desk, plan: SkillPlan, journal: Journal, screen: Screen, backend: str) -> None:
        from ...transcript import Recording  # noqa: PLC0415 - pydantic and YAML

        self._desk = desk
        self._plan = plan
        self._journal = journal
        self._screen = screen
        self._exchanges: dict[str, list[Exchange]] = {}
        self.recording = Recording(self._runtime(desk.settings), backend, journal.memory())
        self.turns: list[dict[str, Any]] = []

    def _runtime(self, settings: Settings) -> Runtime:
        from api import SystemClock  # noqa: PLC0415 - httpx

        return Runtime(self._plan, settings, SystemClock(), self._desk.home)

    async def record(self, requests: Sequence[TurnRequest]) -> list[TurnEvent]:
        """Run them one after the other. Returns the events of the last."""
        events: list[TurnEvent] = []
        async with anyio.create_task_group() as tasks:
            runner = Inline(tasks, self._listen)
            for request in requests:
                turn, _ = take_in(self._journal, request, self._desk.settings, self._desk.home, again=True)
                runner.ensure(self._journal)
                follower = Follower(self._journal, turn.id)
                events = []
                async for event in follow(follower, lambda: runner.ensure(self._journal)):
                    events.append(event)
                    self._screen.tell(event)
                self._journal.note_told(turn.id, follower.told, all_of_it=True)
                self.turns.append(self.recording.turn(request, self._exchanges.get(turn.id, []), events))
        return events

    async def _listen(self, pinned: PinnedTurn, log: RunningTurn) -> TurnState:
        from ...transcript import record_turn  # noqa: PLC0415 - as above

        state, self._exchanges[log.turn_id] = await record_turn(pinned.request, log, self._runtime(pinned.settings))
        return state


def _keep(path: Path, sitting: _Sitting, *, afresh: bool) -> None:
    from ...transcript import TranscriptError, with_turn, written  # noqa: PLC0415 - as above

    try:
        if afresh:
            text = written(sitting.recording.head(), sitting.turns)
        else:
            text = path.read_text(encoding="utf-8")
            for turn in sitting.turns:
                text = with_turn(text, turn, str(path))
    except TranscriptError as error:
        raise CallError(str(error), BAD_FILE) from error
    path.write_text(text, encoding="utf-8")


def _proved(path: Path, plan: SkillPlan, skill: Path) -> int:
    """Whether the recording says the same without its backend; 0 when it does."""
    from ...transcript import replay  # noqa: PLC0415 - as above

    mismatches = replay(path, plan, skill if skill.is_dir() else skill.parent).mismatches
    if not mismatches:
        put(f"Recorded in {path}; it replays as it went.", sys.stderr)
        return DONE
    put(f"Recorded in {path}, but it replays otherwise:", sys.stderr)
    for mismatch in mismatches:
        put(f"  {mismatch}", sys.stderr)
    return FINDINGS

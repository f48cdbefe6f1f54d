"""`turn`: one chat turn, from its words to its exit code."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from ...document.plan import SkillPlan
from ...turn.conversation import spoken_language
from ...turn.events import Done, TurnRequest
from ...turn.home import begin_conversation
from ...turn.journal import Journal
from ...turn.problems import bad_files
from ...turn.rows import example, trigger
from ...turn.say import Messages
from ...turn.settings import is_backend
from .desk import Desk
from .exits import BAD_FILE, CallError
from .lines import read_words
from .screen import Screen, screen_for
from .skill_file import add_skill, find_skill, plan_of
from .talk import Talk

if TYPE_CHECKING:
    from ...turn.media import BadFile


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="?", default="", help="the user's words; - reads them from standard input")
    parser.add_argument(
        "--file",
        nargs="+",
        action="extend",
        default=[],
        metavar="P",
        help="files in order, or folders of photos, as they were taken",
    )
    parser.add_argument("--url", nargs="+", action="extend", default=[], metavar="U", help="links to photos and clips")
    add_place(parser)
    parser.add_argument("--again", action="store_true", help="run it even if the same words and files run already")
    parser.add_argument("--wait", type=_seconds, default=90.0, metavar="S", help="return after S seconds (90)")
    parser.add_argument("--output", metavar="DIR", help="where a film is written (the working directory)")
    parser.add_argument("--backend", metavar="B", help="auto, local, cloud or an http(s) address")
    add_skill(parser)
    parser.add_argument("--json", action="store_true", help="one event per line")


def add_place(parser: argparse.ArgumentParser) -> None:
    """Which conversation; the working directory's own unless said otherwise."""
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--conversation", metavar="NAME", help="another conversation than this directory's")
    place.add_argument("--new", action="store_true", help="begin a new conversation for this directory")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds") from None
    if not 0 <= seconds <= 86400:
        raise argparse.ArgumentTypeError("must lie between 0 and 86400")
    return seconds


def run(args: argparse.Namespace) -> int:
    words = read_words(args.text)
    desk = Desk.open()
    skill = find_skill(args.skill)
    plan = plan_of(skill, desk.home)
    with closing(open_journal(desk, args)) as journal:
        say = Messages(spoken_language(TurnRequest(words), journal.memory()))
        screen = screen_for(as_json=args.json, say=say)
        request = read_request(args, words, desk, skill=skill, plan=plan, journal=journal, say=say, screen=screen)
        if request is None:
            return BAD_FILE
        talk = Talk(desk, journal, plan, screen, say, trigger(plan, "status", say.language))
        return talk.turn(request, wait_s=args.wait, again=args.again)


def open_journal(desk: Desk, args: argparse.Namespace) -> Journal:
    """The conversation's journal; `--new` begins one."""
    name = begin_conversation(desk.home, desk.workspace) if args.new else desk.conversation(args.conversation)
    return desk.journal(name)


def read_request(
    args: argparse.Namespace,
    words: str,
    desk: Desk,
    *,
    skill: Path,
    plan: SkillPlan,
    journal: Journal,
    say: Messages,
    screen: Screen,
) -> TurnRequest | None:
    """The call as a request; None when its files cannot be used, which the user was told. Raises CallError."""
    files, bad = _brought(args, desk, plan)
    if bad:
        screen.tell(bad_files(bad, plan, say, begun=False))
        screen.tell(Done("", "failed"))
        screen.flush()
        return None
    if not (words or files or args.url):
        raise CallError(say("say_something", example=example(plan, say, say.language)))
    return TurnRequest(
        text=words,
        files=tuple(files),
        urls=tuple(args.url),
        output_dir=output_folder(args.output, desk),
        skill_dir=skill,
        backend=chosen_backend(args.backend, desk, journal),
    )


def _brought(args: argparse.Namespace, desk: Desk, plan: SkillPlan) -> tuple[list[Path], list[BadFile]]:
    """The call's files, and what of them and of its links cannot be used."""
    if not (args.file or args.url):
        return [], []
    from ..media import bad_links, expand  # noqa: PLC0415 - start-up: most turns bring nothing

    files, bad = expand(args.file, desk.workspace, plan)
    return files, [*bad, *bad_links(args.url)]


def output_folder(given: str | None, desk: Desk) -> Path:
    """Where films go; made if need be. Raises CallError when that is impossible."""
    folder = desk.workspace / Path(given).expanduser() if given else desk.workspace
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CallError(f"{given}: {error.strerror}. Give --output a folder that can be written.") from error
    return folder


def chosen_backend(asked: str | None, desk: Desk, journal: Journal) -> str:
    """The backend asked for; else the one this conversation began with; else what the environment says."""
    backend = asked or desk.settings.backend
    if not is_backend(backend):
        raise CallError(f'"{backend}" is no backend: use auto, local, cloud or an http(s) address.')
    if backend == "auto":
        return journal.memory().backend or desk.settings.resolve_backend("auto")
    return backend

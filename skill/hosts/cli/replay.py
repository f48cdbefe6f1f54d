"""`replay`: transcripts against the real loop, in milliseconds; or at their own pace, for somebody to watch."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ...document.plan import SkillPlan
from ...turn.conversation import spoken_language
from ...turn.events import TurnRequest
from ...turn.say import Messages
from .exits import BAD_FILE, DONE, FINDINGS, CallError
from .lines import put
from .screen import LiveScreen
from .skill_file import add_skill, find_skill, plan_of

if TYPE_CHECKING:
    from ...handlers.contract import Conversation
    from ...transcript import Played, Transcript, Turn
    from ...turn.events import TurnEvent

_ENDING = ".transcript.yaml"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", metavar="PATH", help=f"transcripts (*{_ENDING}), or folders of them")
    parser.add_argument("--update", action="store_true", help="rewrite what they expect to what comes")
    parser.add_argument(
        "--speed", type=_speed, metavar="N", help="play at N times the recorded pace (1 = as it was), and show it"
    )
    add_skill(parser)


def _speed(text: str) -> float:
    speed = float(text)
    if not 0.01 <= speed <= 1000:
        raise argparse.ArgumentTypeError("must lie between 0.01 and 1000")
    return speed


def run(args: argparse.Namespace) -> int:
    from ...transcript import Coverage, coverage_lines  # noqa: PLC0415 - pydantic and YAML

    skill = find_skill(args.skill)
    run_one = _Run(plan_of(skill), skill if skill.is_dir() else skill.parent, args.speed, args.update)
    paths = _transcripts(args.paths)
    begun_s = time.perf_counter()
    played = [run_one.play(path) for path in paths]
    took_s = time.perf_counter() - begun_s
    failed = sum(bool(one.mismatches) for one in played)
    waited_s = sum(one.waited_s for one in played)
    put(f"\n{len(paths) - failed} of {len(paths)} as written; {_span(waited_s)} of waiting in {_span(took_s)}.")
    if args.speed:
        return FINDINGS if failed else DONE
    used = Coverage().union(*(one.coverage for one in played))
    put("\n".join(coverage_lines(run_one.plan, used)))
    return FINDINGS if failed else DONE


class _Run:
    """Plays transcripts of one skill."""

    def __init__(self, plan: SkillPlan, skill_dir: Path, speed: float | None, update: bool) -> None:
        self.plan = plan
        self._skill_dir = skill_dir
        self._speed = speed
        self._update = update

    def play(self, path: Path) -> Played:
        """Play one and tell how it went. Raises CallError for a file that is no transcript."""
        from ...transcript import TranscriptError  # noqa: PLC0415 - as above

        try:
            played, changed = self._once(path)
        except TranscriptError as error:
            raise CallError(" ".join(str(error).split()), BAD_FILE) from error
        put(f"{'differs' if played.mismatches else 'updated' if changed else 'ok     '}  {path}")
        if played.mismatches:
            _explain(path, played)
        return played

    def _once(self, path: Path) -> tuple[Played, bool]:
        from ...transcript import load_transcript, perform, updated  # noqa: PLC0415 - as above

        transcript = load_transcript(path)
        hear = _Stage(transcript).hear if self._speed else None
        played = perform(transcript, self.plan, self._skill_dir, speed=self._speed, hear=hear)
        if not (self._update and played.mismatches):
            return played, False
        text = path.read_text(encoding="utf-8")
        mended = updated(text, transcript, played, str(path))
        if mended == text:
            return played, False
        path.write_text(mended, encoding="utf-8")
        return perform(load_transcript(path), self.plan, self._skill_dir), True


class _Stage:
    """Shows a conversation as its user saw it."""

    def __init__(self, transcript: Transcript) -> None:
        from ...handlers.contract import Conversation  # noqa: PLC0415 - as above

        self._conversation: Conversation = Conversation(**transcript.memory)
        self._screen: LiveScreen | None = None

    def hear(self, heard: Turn | TurnEvent) -> None:
        """A turn begins, or something comes of it."""
        from ...transcript import Turn  # noqa: PLC0415 - as above

        if isinstance(heard, Turn):
            names = [file if isinstance(file, str) else file.name for file in heard.files]
            with_them = f"  [{', '.join([*names, *heard.urls])}]" if names or heard.urls else ""
            put(f"You: {heard.utterance}{with_them}\n")
            language = spoken_language(TurnRequest(heard.utterance), self._conversation)
            self._conversation.language = language
            self._screen = LiveScreen(Messages(language))
        elif self._screen is not None:
            self._screen.tell(heard)
            if heard.kind == "done":
                self._screen.flush()


def _explain(path: Path, played: Played) -> None:
    from ...transcript import Source  # noqa: PLC0415 - as above

    source = Source(path.read_text(encoding="utf-8"))
    for mismatch in played.mismatches:
        put("\n".join(f"    {line}" for line in mismatch.told(source.line(mismatch)).split("\n")))


def _span(seconds: float) -> str:
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds / 60:.0f} min"


def _transcripts(names: list[str]) -> list[Path]:
    found: list[Path] = []
    for name in names:
        path = Path(name)
        if not path.exists():
            raise CallError(f"{name}: there is no such transcript.", BAD_FILE)
        found += sorted(path.rglob(f"*{_ENDING}")) if path.is_dir() else [path]
    if not found:
        raise CallError(f"There is no file named *{_ENDING} in there.", BAD_FILE)
    return found

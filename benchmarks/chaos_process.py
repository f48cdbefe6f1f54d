"""The two processes a chaos run kills: a caller as the command line is one, and its worker, on a hurried clock.

python benchmarks/chaos_process.py call HOME BACKEND WORDS [FILE…]
python benchmarks/chaos_process.py work --journal FILE
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import anyio

from api import SystemClock
from skill import load_skill
from skill.hosts.cli.desk import Desk
from skill.hosts.cli.screen import JsonScreen
from skill.hosts.cli.talk import Talk
from skill.turn import follow
from skill.turn.events import TurnRequest, TurnState
from skill.turn.home import conversation_file, plans_folder
from skill.turn.journal import Journal
from skill.turn.pinned import PinnedTurn
from skill.turn.run import Runtime, run_turn
from skill.turn.runners import Detached
from skill.turn.running import RunningTurn
from skill.turn.say import Messages
from skill.turn.settings import Settings
from skill.turn.worker import main

ROOT = Path(__file__).parent.parent
HURRY = 100


class Hurried(SystemClock):
    """Waits and deadlines pass a hundred times faster."""

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds / HURRY)

    def move_on_after(self, seconds: float) -> AbstractContextManager[anyio.CancelScope]:
        return anyio.move_on_after(seconds / HURRY)

    def ring_after(self, seconds: float, ring: Callable[[], object]) -> Callable[[], object]:
        return super().ring_after(seconds / HURRY, ring)


async def hurry(pinned: PinnedTurn, log: RunningTurn) -> TurnState:
    """run_pinned on the hurried clock."""
    home = pinned.settings.home
    assert home
    plan = load_skill(pinned.request.skill_dir, plans_folder(home))
    return await run_turn(pinned.request, log, Runtime(plan, pinned.settings, Hurried(), home))


def call(home: Path, backend: str, words: str, files: Sequence[str]) -> int:
    """One turn, waited for to its end."""
    follow.LOOK_AFTER_S = 0.2
    home.mkdir(parents=True, exist_ok=True)
    say = Messages("en")
    plan = load_skill(ROOT, plans_folder(home))
    runner = Detached((sys.executable, __file__, "work"))
    with Journal.open(conversation_file(home, "c"), name="c") as journal:
        talk = Talk(Desk(Settings(home=home), home, home), journal, plan, JsonScreen(), say, "status", runner)
        request = TurnRequest(words, tuple(map(Path, files)), (), home, ROOT, backend)
        return talk.turn(request, wait_s=120)


async def ask(home: Path, backend: str, words: str, files: Sequence[Path] = ()) -> asyncio.subprocess.Process:
    """Start a caller."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        __file__,
        "call",
        str(home),
        backend,
        words,
        *map(str, files),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


if __name__ == "__main__":
    if sys.argv[1] == "work":
        sys.exit(main(sys.argv[2:], hurry))
    sys.exit(call(Path(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5:]))

"""Kill -9 the worker and the caller at random points of a conversation, and see that nobody was lied to.

    python benchmarks/chaos.py [--kills 500] [--studio-kills 0] [--seed N] [--at-once 2] [--limit 1500]

Each conversation runs as real processes against a backend on loopback that counts (or the embedded studio). A kill
falls at a random moment or on a cue of the backend's. Afterwards: no message arrived twice, every event a turn wrote
was told, the turn's story agrees with what the backend did. Prints figures as JSON; exit code 1 when a lie was found.
The waits of a recovery are played a hundred times faster, everything else is as always.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(Path(__file__).parent))

from chaos_process import ask  # noqa: E402 - the folder of this script is not searched under PYTHONSAFEPATH
from counting_backend import CountingBackend  # noqa: E402

from skill.turn.event_json import to_json  # noqa: E402
from skill.turn.events import Done, Problem, Progress, Status  # noqa: E402
from skill.turn.home import conversation_file  # noqa: E402
from skill.turn.journal import Journal, Turn  # noqa: E402

MOMENTS = ("state", "marked", "marked", "received", "begun", "applied", "answered")
"""What a kill may wait for. marked: the journal says that a message is about to leave, and it has hardly left."""
MOST_CALLS = 12


@dataclass
class Story:
    """One conversation. told: the lines its callers put out, counted. lies: what should never be."""

    home: Path
    backend: str
    name: str = "c"
    kills: int = 0
    calls: int = 0
    told: Counter[str] = field(default_factory=Counter)
    lies: list[str] = field(default_factory=list)

    @property
    def journal(self) -> Path:
        return conversation_file(self.home, self.name)


@dataclass
class Figures:
    """What is printed at the end."""

    kills: int = 0
    conversations: int = 0
    turns: int = 0
    messages: int = 0
    never_arrived: int = 0
    found_by_comparison: int = 0
    by_target: Counter[str] = field(default_factory=Counter)
    lies: list[str] = field(default_factory=list)


class Cues:
    """Lets a kill wait for something the backend does."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: dict[tuple[str, str], asyncio.Event] = {}

    def __call__(self, moment: str, about: str) -> None:
        """Called from the backend's thread."""
        for key, event in list(self._waiting.items()):
            if key[0] == moment and (moment == "state" or key[1] == about):
                self._loop.call_soon_threadsafe(event.set)

    async def wait(self, moment: str, about: str, most_s: float) -> None:
        event = self._waiting[moment, about] = asyncio.Event()
        try:
            await asyncio.wait_for(event.wait(), most_s)
        except TimeoutError:
            pass
        finally:
            del self._waiting[moment, about]


async def conversation(story: Story, chance: random.Random, cues: Cues, kills: int, figures: Figures) -> None:
    """Turns with kills in them, each tried again as hosts do, then one calm turn; then the accounts."""
    number = 0
    if story.backend == "local":
        await called(story, "", ROOT / "examples" / "photos" / "01-dandelions.jpg")
    while story.kills < kills and story.calls < MOST_CALLS * kills:
        number += 1
        words = message(story, number)
        for _ in range(MOST_CALLS):
            calm = story.kills >= kills or chance.random() < 0.3
            ended = await (called(story, words) if calm else struck(story, words, chance, cues, figures))
            if ended or chance.random() < 0.25:
                break
    await called(story, message(story, number + 1))
    check(story, figures)


def message(story: Story, number: int) -> str:
    mark = f"{story.home.name}-{number}"
    return f"add the title 'T{mark}' for the first second" if story.backend == "local" else f"make it warmer T{mark}"


async def called(story: Story, words: str, *files: Path) -> bool:
    """One call that nobody disturbs. Returns whether its host heard the end of it."""
    caller = await ask(story.home, story.backend, words, files)
    return await heard(story, caller)


async def struck(story: Story, words: str, chance: random.Random, cues: Cues, figures: Figures) -> bool:
    """One call, and a kill in the midst of it."""
    target = chance.choice(("worker", "caller", "both"))
    caller = await ask(story.home, story.backend, words)
    hearing = asyncio.create_task(heard(story, caller))
    if story.backend != "local" and chance.random() < 0.6:
        moment = chance.choice(MOMENTS)
        await (marked(story.journal, 1.5) if moment == "marked" else cues.wait(moment, words, 1.5))
        await asyncio.sleep(0 if moment == "marked" else chance.random() * 0.02)
    else:
        await asyncio.sleep(chance.random() * (2.5 if story.backend == "local" else 1.6))
    victims = [caller.pid] if target != "worker" and caller.returncode is None else []
    if target != "caller":
        victims += workers(story.journal)
    for victim in victims:
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            continue
        story.kills += 1
        figures.by_target["caller" if victim == caller.pid else "worker"] += 1
    return await hearing


async def heard(story: Story, caller: asyncio.subprocess.Process) -> bool:
    story.calls += 1
    output, errors = await caller.communicate()
    lines = output.decode("utf-8", "replace").split("\n")
    story.told.update(line for line in lines[:-1] if line)  # a line without an end was cut by the kill
    if b"Traceback" in errors:
        story.lies.append(errors.decode()[-2000:])
    return caller.returncode == 0 or any('"kind": "done"' in line for line in lines[:-1])


async def marked(journal: Path, most_s: float) -> None:
    """Wait until another message is about to be sent."""
    until = time.monotonic() + most_s
    before: int | None = None
    while time.monotonic() < until:
        try:
            with closing(sqlite3.connect(f"{journal.as_uri()}?mode=ro", uri=True)) as seen:
                (now,) = seen.execute("SELECT count(*) FROM sends").fetchone()
        except sqlite3.OperationalError:
            now = 0  # not begun yet
        if before is not None and now > before:
            return
        before = now
        await asyncio.sleep(0)


def workers(journal: Path) -> list[int]:
    """The processes that work on a journal."""
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = process.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"--journal" in words and os.fsencode(journal) in words:
            found.append(int(process.parent.name))
    return found


def check(story: Story, figures: Figures) -> None:
    """The accounts of one conversation, from its journal and from what its callers put out."""
    with Journal.open(story.journal) as journal:
        if journal.kept_aside:
            story.lies.append("the journal was damaged")
        for turn in journal.turns():
            figures.turns += 1
            if turn.open or turn.delivered is None:
                story.lies.append(f"{turn.id} never ended or was never told: {turn}")
            events = [event for _, event in journal.events(turn.id)]
            if not events or not isinstance(events[-1], Done):
                story.lies.append(f"{turn.id} has no end: {events}")
            wanted = Counter(line(event) for event in events if not isinstance(event, Progress | Status))
            if missing := wanted - story.told:
                story.lies.append(f"{turn.id}: written and never told: {missing}")
            if story.backend == "local":
                check_studio(story, turn, figures)
    figures.kills += story.kills
    figures.conversations += 1
    figures.lies += [f"{story.home}: {lie}" for lie in story.lies]


def line(event: object) -> str:
    return json.dumps(to_json(event), ensure_ascii=False)  # type: ignore[arg-type]  # every event is one


def check_studio(story: Story, turn: Turn, figures: Figures) -> None:
    """The studio commits each message once, with its edit."""
    if not turn.request["text"]:
        return
    figures.messages += 1
    with sqlite3.connect(story.home / "studio" / "studio.db") as store:
        (count,) = store.execute("SELECT count(*) FROM messages WHERE id LIKE ?", (f"{turn.id}-%",)).fetchone()
        title = turn.request["text"].split("'")[1]
        (body,) = store.execute("SELECT body FROM drafts ORDER BY revision DESC LIMIT 1").fetchone()
        (asked,) = store.execute("SELECT count(*) FROM messages WHERE request LIKE ?", (f"%'{title}'%",)).fetchone()
    if asked != 1 or count > 1 or body.count(f'"{title}"') > 1:
        story.lies.append(f"{title}: {asked} messages, {body.count(title)} times in the draft")


def check_backend(backend: CountingBackend, stories: list[Story], figures: Figures) -> None:
    """What arrived, against what was told."""
    figures.messages += backend.messages.total()
    figures.lies += [f"sent {count} times: {text}" for text, count in backend.messages.items() if count > 1]
    for story in stories:
        with Journal.open(story.journal) as journal:
            for turn in journal.turns():
                text = turn.request["text"]
                problems = [event.code for _, event in journal.events(turn.id) if isinstance(event, Problem)]
                arrived, applied = backend.messages[text] > 0, backend.applied[text] > 0
                figures.never_arrived += not arrived
                figures.found_by_comparison += applied and turn.attempts > 1
                if applied and problems:
                    figures.lies.append(f"{story.home} {text}: applied, but told {problems}")
                if not applied and not problems:
                    figures.lies.append(f"{story.home} {text}: told as done, arrived={arrived}, never applied")


async def run(asked: argparse.Namespace, here: Path) -> Figures:
    chance = random.Random(asked.seed)
    figures, backend = Figures(), CountingBackend()
    stories: list[Story] = []
    cues = backend.cue = Cues(asyncio.get_running_loop())
    slots = asyncio.Semaphore(asked.at_once)
    until = time.monotonic() + asked.limit

    async def one(story: Story, kills: int, seed: float) -> None:
        async with slots:
            if time.monotonic() < until:
                stories.append(story)
                await conversation(story, random.Random(seed), cues, kills, figures)

    with backend.serving() as address:
        plans = [(address, kills) for kills in shares(asked.kills)]
        plans += [("local", kills) for kills in shares(asked.studio_kills)]
        await asyncio.gather(
            *(
                one(Story(here / f"h{number}", where), kills, chance.random())
                for number, (where, kills) in enumerate(plans)
            )
        )
        check_backend(backend, [story for story in stories if story.backend != "local"], figures)
    return figures


def shares(kills: int, each: int = 5) -> list[int]:
    """How many kills each conversation gets."""
    return [each] * (kills // each) + ([kills % each] if kills % each else [])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=500, help="against the counting backend")
    parser.add_argument("--studio-kills", type=int, default=0, help="against the embedded studio")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--at-once", type=int, default=2, help="conversations at the same time")
    parser.add_argument("--limit", type=float, default=1500, help="begin no conversation after so many seconds")
    parser.add_argument("--keep", type=Path, help="leave the journals in this folder")
    asked = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(run(asked, asked.keep or Path(folder)))
    print(json.dumps({**vars(figures), "seed": asked.seed, "seconds": round(time.monotonic() - begun, 1)}, indent=1))
    return 1 if figures.lies else 0


if __name__ == "__main__":
    sys.exit(main())

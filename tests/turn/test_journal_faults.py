"""The journal against the machine: full disks, damage, clocks that jump, holders that sleep, hosts side by side."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import anyio
import pytest

from skill.turn.events import Done, Text, TurnEvent, TurnRequest, TurnState
from skill.turn.follow import Follower, follow, watch
from skill.turn.home import conversation_file
from skill.turn.intake import files_folder, take_in
from skill.turn.journal import Journal, JournalError
from skill.turn.lease import TTL_S, Lease, LeaseLost, Standing, standing
from skill.turn.pinned import PinnedTurn
from skill.turn.runners import DISK_REFUSED, Detached, Inline
from skill.turn.running import RunningTurn
from skill.turn.settings import Settings
from skill.turn.worker import take_lease

PLAY = """
import os, resource, signal, sys
from pathlib import Path
import anyio
from skill.handlers.contract import PendingSend
from skill.turn import lease, worker
from skill.turn.events import Done, Text

# the same rules in a tenth of the time
lease.TTL_S, worker.RENEW_S, worker.PATIENCE_S = 1.0, 0.25, 0.5

async def play(pinned, log):
    words = pinned.request.text.split()
    if pending := log.unsettled():
        log.append(Text(f"found {pending.message_id} unsettled"))
        log.settled(pending.message_id)
    elif words[0] == "fill":
        log.append(Text("before"))
        log.about_to_send(PendingSend("m1", "x", None))
        full = Path(words[1]).stat().st_size + 50_000
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (full, full))
        for number in range(1000):
            log.append(Text(f"line {number} " + "x" * 1000))
    elif words[0] == "sleep":
        log.append(Text(f"began in {os.getpid()}"))
        log.about_to_send(PendingSend("m1", "x", None))
        await anyio.sleep(float(words[1]))
        log.append(Text("a sleeper's words"))
    log.append(Text("after"))
    log.append(Done(log.turn_id, "finished"))
    return "finished"

sys.exit(worker.main(sys.argv[1:], play))
"""


class HandSet:
    """A wall clock that is set by hand."""

    def __init__(self, seconds: float = 1_000_000.0) -> None:
        self.seconds = seconds

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def path(home: Path) -> Path:
    return conversation_file(home, "c")


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Detached]:
    script = tmp_path / "play.py"
    script.write_text(PLAY)
    yield (detached := Detached((sys.executable, str(script))))
    for process in detached._started:
        process.kill()
        process.wait()


def until(condition: Callable[[], object], wait_s: float = 15) -> None:
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < wait_s, "it never came to that"
        time.sleep(0.02)


def ask(journal: Journal, home: Path, text: str) -> str:
    return take_in(journal, TurnRequest(text), Settings(home=home), home)[0].id


def finish(journal: Journal, runner: Detached, turn_id: str, wait_s: float = 20) -> list[str]:
    follower = Follower(journal, turn_id)
    runner.ensure(journal)
    events = list(watch(follower, wait_s=wait_s, look_after=lambda: runner.ensure(journal)))
    assert follower.finished, events
    return texts(events)


def texts(events: list[TurnEvent]) -> list[str]:
    return [event.text for event in events if isinstance(event, Text)]


# a disk that is full


def test_a_disk_that_fills_up_ends_the_worker_in_words_and_the_turn_goes_on_when_there_is_room(
    path: Path, home: Path, runner: Detached
) -> None:
    with Journal.open(path) as journal:
        turn = ask(journal, home, f"fill {path}-wal")
        runner.ensure(journal)
        with pytest.raises(JournalError, match="Make room"):
            list(watch(Follower(journal, turn), wait_s=20, look_after=lambda: runner.ensure(journal)))
        told = texts([event for _, event in journal.events(turn)])
        assert told[0] == "before" and told[-1].startswith("line"), "what was written is kept"
        assert journal.turn(turn).state == "running"
        assert "cannot be written" in path.with_suffix(".log").read_text()
        more = finish(journal, runner, turn)
        assert more[: len(told)] == told
        assert more[len(told) :] == ["found m1 unsettled", "after"], "a message that may have left is not sent again"


def test_a_turn_that_cannot_be_queued_leaves_nothing_behind(path: Path, home: Path, tmp_path: Path) -> None:
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"x" * 100)
    with Journal.open(path) as journal:
        (pages,) = journal.connection.execute("PRAGMA page_count").fetchone()
        journal.connection.execute(f"PRAGMA max_page_count = {pages}")
        request = TurnRequest("x" * 20_000, files=(photo,))
        with pytest.raises(JournalError, match="make room"):
            take_in(journal, request, Settings(home=home, token="given"), home)
        assert journal.turns() == []
        assert list((home / "keys").iterdir()) == []
        assert [file for file in path.with_suffix(".files").rglob("*") if file.is_file()] == []


def test_a_worker_that_could_not_write_has_an_exit_code_of_its_own(path: Path, home: Path, tmp_path: Path) -> None:
    (tmp_path / "play.py").write_text(PLAY)
    with Journal.open(path) as journal:
        ask(journal, home, f"fill {path}-wal")
    told = subprocess.run(
        [sys.executable, tmp_path / "play.py", "--journal", path], check=False, capture_output=True, text=True
    )
    assert told.returncode == DISK_REFUSED
    assert "Traceback" not in told.stderr


# a damaged file


def fill(path: Path, home: Path) -> None:
    with Journal.open(path, name="holiday") as journal:
        for number in range(40):
            ask(journal, home, f"words {number} " + "x" * 500)
        journal.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def scribbled(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for page in range(4096, len(data), 4096):
        data[page : page + 60] = b"\xa5" * 60
    path.write_bytes(data)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9000])


def foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("CREATE TABLE recipes (name TEXT)")
        other.execute("PRAGMA user_version = 1")


@pytest.mark.parametrize("damage", [scribbled, cut, foreign], ids=lambda damage: damage.__name__)
def test_damage_of_any_kind_is_kept_aside_and_the_conversation_begins_anew(
    path: Path, home: Path, damage: Callable[[Path], None]
) -> None:
    fill(path, home)
    damage(path)
    before = path.read_bytes()
    with Journal.open(path, name="holiday") as journal:
        assert journal.kept_aside == path.with_name(f"{path.name}.broken-1")
        assert journal.kept_aside.read_bytes() == before
        assert journal.turns() == []
        assert ask(journal, home, "go on")


def test_two_callers_find_the_same_damage_and_keep_one_copy(path: Path, home: Path) -> None:
    fill(path, home)
    scribbled(path)
    aside: list[Path | None] = []

    def call() -> None:
        with Journal.open(path) as journal:
            aside.append(journal.kept_aside)
            ask(journal, home, f"words {threading.get_ident()}")

    callers = [threading.Thread(target=call) for _ in range(6)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert sum(kept is not None for kept in aside) == 1
    with Journal.open(path) as journal:
        assert len(journal.turns()) == 6, "nobody's new turn went with the damaged file"


def test_a_journal_of_a_newer_release_is_refused_and_left_alone(path: Path, home: Path) -> None:
    fill(path, home)
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 99")
    with pytest.raises(JournalError, match="newer release"):
        Journal.open(path)
    assert not list(path.parent.glob("*.broken-*"))


# clocks that jump


def test_a_holder_at_work_survives_a_clock_that_leaps_ahead(path: Path) -> None:
    clock = HandSet()
    with Journal.open(path, now=clock) as mine, Journal.open(path, now=clock) as other:
        lease = Lease.take(mine)
        assert lease
        clock.seconds += 8 * 3600
        found, seen = standing(other)
        assert found is Standing.DOUBTFUL
        assert Lease.take(other) is None
        lease.renew()
        assert Lease.take(other, stale=seen) is None, "it has renewed since it was watched"
        assert standing(other)[0] is Standing.HELD


def test_a_dead_holder_is_succeeded_although_the_clock_was_set_back(path: Path) -> None:
    clock = HandSet()
    with Journal.open(path, now=clock) as mine, Journal.open(path, now=clock) as other:
        lease = Lease.take(mine)
        assert lease and lease._lock
        clock.seconds -= 30 * 24 * 3600
        assert Lease.take(other) is None
        os.close(lease._lock)  # as the kernel does when a process dies
        assert Lease.take(other)


@pytest.mark.parametrize("leap_s", [-30 * 24 * 3600, -60, 60, 30 * 24 * 3600])
def test_a_silent_holder_on_another_machine_is_watched_whatever_the_clocks_say(path: Path, leap_s: float) -> None:
    clock = HandSet()
    with Journal.open(path, now=clock) as mine, Journal.open(path, now=clock) as other:
        lease = Lease.take(mine)
        assert lease and lease._lock
        os.close(lease._lock)
        mine.connection.execute("UPDATE lease SET holder = 'another machine'")
        assert standing(other)[0] is Standing.HELD
        clock.seconds += leap_s
        found, seen = standing(other)
        assert found is Standing.DOUBTFUL
        assert Lease.take(other) is None
        assert Lease.take(other, stale=seen)
        with pytest.raises(LeaseLost):
            lease.save()


def test_turns_keep_their_order_while_the_clock_runs_backwards(path: Path, home: Path) -> None:
    clock = HandSet()
    with Journal.open(path, now=clock) as journal:
        asked = []
        for number in range(5):
            asked.append(ask(journal, home, f"words {number}"))
            clock.seconds -= 1000
        lease = Lease.take(journal)
        assert lease
        for turn_id in asked:
            turn = lease.next_turn(())
            assert turn and turn.id == turn_id
            RunningTurn(lease, turn).append(Done(turn.id, "finished"))
            clock.seconds -= TTL_S * 3
        assert [turn.id for turn in journal.undelivered()] == asked


# holders that sleep


def test_a_worker_that_slept_through_its_lease_is_succeeded_and_writes_no_more(
    path: Path, home: Path, runner: Detached, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKILLTURN_LOG", "json")
    with Journal.open(path) as journal:
        turn = ask(journal, home, "sleep 3")
        runner.ensure(journal)
        until(lambda: journal.connection.execute("SELECT 1 FROM sends").fetchone())
        time.sleep(0.2)  # frozen inside a transaction it would hold the file's own lock, which nobody can take from it
        sleeper = runner._started[0]
        os.kill(sleeper.pid, signal.SIGSTOP)
        told = finish(journal, runner, turn)
        os.kill(sleeper.pid, signal.SIGCONT)
        assert sleeper.wait(10) == 0
        assert told == [f"began in {sleeper.pid}", "found m1 unsettled", "after"]
        assert texts([event for _, event in journal.events(turn)]) == told
        assert journal.turn(turn).attempts == 2
        lines = [json.loads(line) for line in path.with_suffix(".log").read_text().splitlines()]
        left = next(line for line in lines if line["event"] == "worker_left")
        assert (left["turn_id"], left["reason"]) == (turn, "another worker took over")
        assert all(line["turn_id"] == turn for line in lines)


def test_a_worker_that_only_napped_goes_on(path: Path, home: Path, runner: Detached) -> None:
    with Journal.open(path) as journal:
        turn = ask(journal, home, "sleep 1.5")
        runner.ensure(journal)
        until(lambda: journal.events(turn))
        os.kill(runner._started[0].pid, signal.SIGSTOP)
        time.sleep(0.4)
        os.kill(runner._started[0].pid, signal.SIGCONT)
        assert finish(journal, runner, turn)[1:] == ["a sleeper's words", "after"]
        assert journal.turn(turn).attempts == 1


# hosts side by side


async def answer(pinned: PinnedTurn, log: RunningTurn) -> TurnState:
    log.append(Text(f"heard {pinned.request.text}"))
    await anyio.sleep(0.02)
    return "finished"


def test_two_hosts_in_one_conversation_run_each_turn_once(path: Path, home: Path, runner: Detached) -> None:
    def program(number: int, found: list[list[str]]) -> None:
        async def talk() -> None:
            async with anyio.create_task_group() as tasks:
                mine = Inline(tasks, answer)
                for turn in range(5):
                    with Journal.open(path) as journal:
                        asked = ask(journal, home, f"words {number}-{turn}")
                        mine.ensure(journal)
                        events = follow(Follower(journal, asked), lambda: mine.ensure(journal))
                        found.append(texts([event async for event in events]))

        anyio.run(talk)

    found: list[list[str]] = []
    hosts = [threading.Thread(target=program, args=(number, found)) for number in range(2)]
    for host in hosts:
        host.start()
    for host in hosts:
        host.join(60)
    assert sorted(found) == sorted([f"heard words {number}-{turn}"] for number in range(2) for turn in range(5))
    with Journal.open(path) as journal:
        assert {turn.attempts for turn in journal.turns()} == {1}


def test_a_program_takes_over_a_turn_whose_worker_died(path: Path, home: Path) -> None:
    """Nobody but the follower is left to notice it."""
    with Journal.open(path) as journal:
        turn = ask(journal, home, "words")
        dying = Lease.take(journal)
        assert dying and dying._lock and dying.next_turn(())

        async def host() -> list[str]:
            async with anyio.create_task_group() as tasks:
                runner = Inline(tasks, answer)
                runner.ensure(journal)

                async def die() -> None:
                    await anyio.sleep(0.3)
                    os.close(dying._lock or 0)

                tasks.start_soon(die)
                events = [event async for event in follow(Follower(journal, turn), lambda: runner.ensure(journal))]
                return texts(events)

        assert anyio.run(host) == ["heard words"]


def test_fifty_conversations_at_once_keep_apart(home: Path) -> None:
    async def converse(number: int, runner: Inline) -> list[str]:
        with Journal.open(conversation_file(home, f"c{number}"), name=f"c{number}") as journal:
            told = []
            for turn in range(2):
                asked = ask(journal, home, f"words {number}-{turn}")
                runner.ensure(journal)
                told += texts([event async for event in follow(Follower(journal, asked))])
            return told

    async def host() -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}

        async def one(number: int, runner: Inline) -> None:
            found[number] = await converse(number, runner)

        async with anyio.create_task_group() as tasks:
            runner = Inline(tasks, answer)
            async with anyio.create_task_group() as callers:
                for number in range(50):
                    callers.start_soon(one, number, runner)
        return found

    assert anyio.run(host) == {number: [f"heard words {number}-{turn}" for turn in range(2)] for number in range(50)}
    assert not list((home / "conversations").glob("*.lease-*"))


async def beside(home: Path, first: Callable[[PinnedTurn, RunningTurn], None]) -> tuple[list[str], list[str] | str]:
    """What conversation a hears, and b, whose first turn runs into trouble while a's goes on."""
    troubled, tries = anyio.Event(), 0
    heard: dict[str, list[str] | str] = {}

    async def run(pinned: PinnedTurn, log: RunningTurn) -> TurnState:
        nonlocal tries
        if pinned.request.text == "for b":
            tries += 1
            if tries == 1:
                try:
                    first(pinned, log)
                finally:
                    troubled.set()
        else:
            await troubled.wait()
            await anyio.sleep(0.1)
        return await answer(pinned, log)

    async def follow_one(runner: Inline, name: str) -> None:
        async with runner.journal(conversation_file(home, name), name) as journal:
            asked = ask(journal, home, f"for {name}")
            try:
                runner.ensure(journal)
                events = follow(Follower(journal, asked), lambda: runner.ensure(journal))
                heard[name] = texts([event async for event in events])
            except JournalError as error:
                heard[name] = str(error)

    async with anyio.create_task_group() as tasks:
        runner = Inline(tasks, run)
        async with anyio.create_task_group() as callers:
            for name in ("a", "b"):
                callers.start_soon(follow_one, runner, name)
    assert isinstance(heard["a"], list)
    return heard["a"], heard["b"]


def test_a_conversation_that_was_taken_over_leaves_the_others_of_its_program_alone(home: Path) -> None:
    def taken_over(pinned: PinnedTurn, log: RunningTurn) -> None:
        file = conversation_file(home, "b")
        for lock in file.parent.glob(f"{file.name}.lease-*"):
            os.utime(lock, (5, 5))
        with Journal.open(file) as other:
            lease = Lease.take(other, stale=5)
            assert lease
            lease.release()

    assert anyio.run(beside, home, taken_over) == (["heard for a"], ["heard for b"])


def test_a_conversation_whose_journal_is_held_up_leaves_the_others_of_its_program_alone(home: Path) -> None:
    def held_up(pinned: PinnedTurn, log: RunningTurn) -> None:
        with closing(sqlite3.connect(conversation_file(home, "b"), isolation_level=None)) as frozen:
            frozen.execute("BEGIN IMMEDIATE")
            log._journal.connection.execute("PRAGMA busy_timeout = 50")
            log.append(Text("held up"))

    heard, trouble = anyio.run(beside, home, held_up)
    assert heard == ["heard for a"]
    assert "be suspended" in trouble


def test_a_lease_that_is_doubtful_is_watched_by_the_next_worker(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skill.turn.worker.PATIENCE_S", 0.1)
    clock = HandSet()
    with Journal.open(path, now=clock) as mine, Journal.open(path, now=clock) as other:
        assert Lease.take(mine)
        assert anyio.run(take_lease, other) is None, "at work"
        clock.seconds += TTL_S + 1
        assert anyio.run(take_lease, other), "watched, and silent"


def test_a_queued_turn_keeps_the_document_it_was_asked_under(path: Path, home: Path, tmp_path: Path) -> None:
    skill = tmp_path / "skill"
    skill.mkdir()
    (skill / "SKILL.md").write_text("# As it was\n")
    seen: list[str] = []

    async def read(pinned: PinnedTurn, log: RunningTurn) -> TurnState:
        assert pinned.document
        seen.append(pinned.document.read_text())
        return "finished"

    with Journal.open(path) as journal:
        turn, _ = take_in(journal, TurnRequest("go", skill_dir=skill), Settings(home=home), home)
        (skill / "SKILL.md").write_text("# As it is now\n")

        async def host() -> None:
            async with anyio.create_task_group() as tasks:
                Inline(tasks, read).ensure(journal)

        anyio.run(host)
        assert seen == ["# As it was\n"]
        assert not files_folder(journal, turn.id).exists()

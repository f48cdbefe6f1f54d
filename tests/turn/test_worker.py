"""A turn outlives its caller: real worker processes, killed and recovered."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import anyio
import pytest

from skill.turn.events import Done, Problem, Text, TurnEvent, TurnRequest, TurnState
from skill.turn.follow import Follower, follow, watch
from skill.turn.home import conversation_file
from skill.turn.intake import files_folder
from skill.turn.journal import Journal
from skill.turn.lease import Lease, LeaseLost
from skill.turn.pinned import PinnedTurn, keep_files, to_json
from skill.turn.runners import Detached, Inline
from skill.turn.running import RunningTurn
from skill.turn.settings import Settings
from skill.turn.worker import serve

from .conftest import overdue

# A turn function that obeys its words: what a worker does around it is the subject here.
PLAY = """
import os, signal, sys
import anyio
from skill.handlers.contract import PendingSend
from skill.turn.events import Done, Text
from skill.turn.worker import main

async def play(pinned, log):
    words = pinned.request.text.split()
    pending = log.unsettled()
    if pending:
        log.append(Text(f"found {pending.message_id} unsettled"))
        log.settled(pending.message_id)
    elif words[0] == "die":
        log.append(Text("before"))
        log.about_to_send(PendingSend("m1", pinned.request.text, None))
        os.kill(os.getpid(), signal.SIGKILL)
    elif words[0] == "crash":
        os.kill(os.getpid(), signal.SIGKILL)
    elif words[0] == "slip":
        raise RuntimeError("a slip: " + pinned.request.text)
    elif words[0] == "trip":
        log.about_to_send(PendingSend("m1", pinned.request.text, None))
        raise RuntimeError("a slip while a message was under way")
    elif words[0] == "sleep":
        log.append(Text("began"))
        try:
            await anyio.sleep(float(words[1]))
        except anyio.get_cancelled_exc_class():
            log.append(Text("told to stop"))
            log.append(Done(log.turn_id, "cancelled"))
            raise
    elif words[0] == "export":
        log.release_conversation()
        await anyio.sleep(float(words[1]))
    elif words[0] == "read":
        log.append(Text(pinned.request.files[0].read_text()))
    log.append(Text("after " + pinned.request.text))
    log.append(Done(log.turn_id, "finished"))
    return "finished"

sys.exit(main(sys.argv[1:], play))
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Detached]:
    script = tmp_path / "play.py"
    script.write_text(PLAY)
    yield (detached := Detached((sys.executable, str(script))))
    for process in detached._started:
        process.kill()
        process.wait()


@pytest.fixture
def journal(home: Path) -> Iterator[Journal]:
    with Journal.open(conversation_file(home, "c"), name="c") as journal:
        yield journal


def add(journal: Journal, home: Path, text: str, turn_id: str = "", files: tuple[Path, ...] = ()) -> str:
    turn_id = turn_id or text.replace(" ", "-")
    assert journal.path
    request, digest = keep_files(TurnRequest(text, files=files), files_folder(journal, turn_id))
    turn, _ = journal.add(turn_id, to_json(request, Settings(home=home), home, turn_id), digest)
    return turn.id


def finish(journal: Journal, runner: Detached, turn_id: str, wait_s: float = 20) -> list[TurnEvent]:
    runner.ensure(journal)
    follower = Follower(journal, turn_id)
    events = list(watch(follower, wait_s=wait_s, look_after=lambda: runner.ensure(journal)))
    assert follower.finished, events
    return events


def until(condition: Callable[[], object], wait_s: float = 15) -> None:
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < wait_s, "it never came to that"
        time.sleep(0.02)


def texts(events: list[TurnEvent]) -> list[str]:
    return [event.text for event in events if isinstance(event, Text)]


def test_turns_run_in_order_and_the_worker_goes_when_none_waits(journal: Journal, home: Path, runner: Detached) -> None:
    names = [add(journal, home, f"say {number}") for number in range(3)]
    events = finish(journal, runner, names[-1])
    assert texts(events) == ["after say 2"]
    assert [turn.state for turn in journal.turns()] == ["finished"] * 3
    ended = [turn.ended for turn in journal.turns()]
    assert ended == sorted(ended, key=lambda at: at or 0)
    assert runner._started[0].wait(10) == 0
    assert not list((home / "conversations").glob("*.lease-*"))


def test_a_worker_killed_in_mid_turn_is_recovered_without_doing_it_again(
    journal: Journal, home: Path, runner: Detached
) -> None:
    events = finish(journal, runner, add(journal, home, "die"))
    assert texts(events) == ["before", "found m1 unsettled", "after die"]
    assert journal.turns()[0].attempts == 2


def test_a_turn_that_kills_every_worker_is_given_up(journal: Journal, home: Path, runner: Detached) -> None:
    turn = add(journal, home, "crash")
    after = add(journal, home, "say hello")
    events = finish(journal, runner, turn, 40)
    assert [event.code for event in events if isinstance(event, Problem)] == ["worker_lost"]
    assert events[-1] == Done(turn, "failed")
    assert texts(finish(journal, runner, after)) == ["after say hello"]


def test_a_slip_in_one_turn_leaves_the_others_alone(journal: Journal, home: Path, runner: Detached) -> None:
    slip, after = add(journal, home, "slip"), add(journal, home, "say hello")
    assert texts(finish(journal, runner, after)) == ["after say hello"]
    assert journal.turn(slip).state == "failed"
    assert journal.path and "a slip" in journal.path.with_suffix(".log").read_text()


def test_an_export_lets_the_next_turn_start(journal: Journal, home: Path, runner: Detached) -> None:
    export, after = add(journal, home, "export 3"), add(journal, home, "say hello")
    finish(journal, runner, after)
    assert journal.turn(export).state == "running"
    assert texts(finish(journal, runner, export)) == ["after export 3"]


def test_a_queued_turn_reads_its_file_after_the_original_is_gone(
    journal: Journal, home: Path, runner: Detached, tmp_path: Path
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("kept")
    turn = add(journal, home, "read", files=(note,))
    note.unlink()
    assert "kept" in texts(finish(journal, runner, turn))
    assert journal.path
    folder = files_folder(journal, turn)
    until(lambda: not folder.exists())


def test_stopping_a_turn_that_runs_and_one_that_waits(journal: Journal, home: Path, runner: Detached) -> None:
    running, waiting = add(journal, home, "sleep 60"), add(journal, home, "say nothing")
    runner.ensure(journal)
    until(lambda: texts([event for _, event in journal.events(running)]) == ["began"])
    journal.ask_cancel(waiting)
    journal.ask_cancel(running)
    assert finish(journal, runner, running)[-2:] == [Text("told to stop"), Done(running, "cancelled")]
    assert finish(journal, runner, waiting) == [Done(waiting, "cancelled")]


def test_the_end_of_the_caller_is_not_the_end_of_the_turn(
    journal: Journal, home: Path, tmp_path: Path, runner: Detached
) -> None:
    turn = add(journal, home, "sleep 1.5")
    caller = f"""
import sys, time
from pathlib import Path
from skill.turn.journal import Journal
from skill.turn.runners import Detached
Detached((sys.executable, {str(tmp_path / "play.py")!r})).ensure(Journal.open(Path({str(journal.path)!r})))
time.sleep(60)
"""
    process = subprocess.Popen([sys.executable, "-c", caller], start_new_session=True)
    until(lambda: journal.events(turn))
    os.killpg(process.pid, signal.SIGTERM)
    assert process.wait(10) == -signal.SIGTERM
    assert texts(finish(journal, runner, turn)) == ["began", "after sleep 1.5"]
    assert runner._started == [], "the first worker did it"


def test_two_callers_at_once_start_one_worker(journal: Journal, home: Path, tmp_path: Path, runner: Detached) -> None:
    turn = add(journal, home, "sleep 0.5")
    found: list[list[TurnEvent]] = []

    def call() -> None:
        mine = Detached((sys.executable, str(tmp_path / "play.py")))
        with Journal.open(conversation_file(home, "c")) as connection:
            found.append(finish(connection, mine, turn))
        for process in mine._started:
            process.wait(10)

    callers = [threading.Thread(target=call) for _ in range(2)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert [texts(events) for events in found] == [["began", "after sleep 0.5"]] * 2
    assert journal.turn(turn).attempts == 1


def test_waiting_has_an_end_and_the_turn_goes_on(journal: Journal, home: Path, runner: Detached) -> None:
    turn = add(journal, home, "sleep 1.5")
    runner.ensure(journal)
    follower = Follower(journal, turn)
    begun = time.monotonic()
    list(watch(follower, wait_s=0.3, look_after=lambda: None))
    assert time.monotonic() - begun < 1
    assert not follower.finished
    assert texts(finish(journal, runner, turn))[-1] == "after sleep 1.5"


def test_inline_turns_run_in_the_callers_loop(journal: Journal, home: Path) -> None:
    turn = add(journal, home, "words")

    async def answer(pinned: PinnedTurn, log: RunningTurn) -> TurnState:
        log.append(Text(f"heard {pinned.request.text} in {os.getpid()}"))
        return "finished"

    async def host() -> list[TurnEvent]:
        async with anyio.create_task_group() as tasks:
            runner = Inline(tasks, answer)
            runner.ensure(journal)
            runner.ensure(journal)
            return [event async for event in follow(Follower(journal, turn), lambda: runner.ensure(journal))]

    assert anyio.run(host) == [Text(f"heard words in {os.getpid()}"), Done(turn, "finished")]


def test_a_worker_that_was_taken_over_writes_no_more(journal: Journal, home: Path) -> None:
    turn = add(journal, home, "words")

    async def hang(pinned: PinnedTurn, log: RunningTurn) -> TurnState:
        with Journal.open(conversation_file(home, "c")) as other:
            overdue(conversation_file(home, "c"))
            assert Lease.take(other, stale=5)
        log.append(Text("too late"))
        return "finished"

    with Journal.open(conversation_file(home, "c")) as mine, pytest.raises(LeaseLost):
        anyio.run(serve, mine, hang)
    assert journal.events(turn) == []
    assert journal.turn(turn).state == "running"


def test_a_skill_that_is_gone_when_its_turn_comes_is_a_problem_with_advice(
    journal: Journal, home: Path, tmp_path: Path
) -> None:
    request = TurnRequest("hello", skill_dir=tmp_path / "uninstalled")
    journal.add("t1", to_json(request, Settings(home=home), home, "t1"), "digest")
    events = finish(journal, Detached(), "t1")
    problem = next(event for event in events if isinstance(event, Problem))
    assert problem.code == "document"
    assert "uninstalled" in problem.message
    assert events[-1] == Done("t1", "failed")


@pytest.mark.shows_tokens("the journal keeps the user's own words, and these hold one")
def test_a_workers_log_names_the_turn_on_every_line_and_no_secret(
    journal: Journal, home: Path, runner: Detached, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKILLTURN_LOG", "json")
    monkeypatch.setenv("NEMO_TOKEN", "a-given-secret")
    slip = add(journal, home, "slip over a-given-secret and nmv_usr_4711 as Bearer abc.def", "t1")
    finish(journal, runner, slip)
    assert runner._started[0].wait(10) == 0
    assert journal.path
    text = journal.path.with_suffix(".log").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["event"] for line in lines] == ["turn_begun", "turn_slipped", "turn_finished"]
    assert {line["turn_id"] for line in lines} == {"t1"}
    assert "RuntimeError" in lines[1]["exception"] and "[hidden]" in lines[1]["exception"]
    assert (lines[2]["outcome"], lines[2]["problems"]) == ("failed", ["internal"])
    for secret in ("a-given-secret", "4711", "abc.def"):
        assert secret not in text


def test_without_logs_a_slip_is_still_kept_and_still_without_secrets(
    journal: Journal, home: Path, runner: Detached
) -> None:
    finish(journal, runner, add(journal, home, "slip over nmv_usr_4711"))
    assert runner._started[0].wait(10) == 0
    assert journal.path
    text = journal.path.with_suffix(".log").read_text()
    assert "RuntimeError" in text and "[hidden]" in text and "4711" not in text


def test_a_slip_after_a_message_may_have_left_is_not_told_as_if_nothing_had_happened(
    journal: Journal, home: Path, runner: Detached
) -> None:
    told = [event for event in finish(journal, runner, add(journal, home, "trip")) if isinstance(event, Problem)]
    assert [(problem.code, problem.charged) for problem in told] == [("internal", None)]
    assert "may have arrived" in told[0].advice
    told = [event for event in finish(journal, runner, add(journal, home, "slip")) if isinstance(event, Problem)]
    assert [(problem.code, problem.charged) for problem in told] == [("internal", False)]
    assert "as it was" in told[0].advice

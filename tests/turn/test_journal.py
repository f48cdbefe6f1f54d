"""The journal: turns queue, re-attach, are written by one holder only, and survive damage."""

import logging
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, get_args

import pytest

from skill.handlers.contract import PendingSend
from skill.turn import worker
from skill.turn.event_json import _KINDS, from_json, to_json
from skill.turn.events import (
    BalanceShown,
    Done,
    FileReady,
    Offer,
    Problem,
    Progress,
    Status,
    Text,
    Timeline,
    TimelineSegment,
    TimelineTrack,
    TurnEvent,
)
from skill.turn.follow import Follower
from skill.turn.intake import running_turn
from skill.turn.journal import Journal
from skill.turn.journal_file import JournalBusy
from skill.turn.lease import Lease, LeaseLost, Standing, standing
from skill.turn.runners import DISK_REFUSED
from skill.turn.running import RunningTurn

from .conftest import overdue

EVENTS: list[TurnEvent] = [
    Status("Setting up"),
    Text("Hello, 你好, half a pair: \ud83c"),
    Progress("Rendering", "render", 0.5, 12.0),
    Timeline(
        (TimelineTrack("video", (TimelineSegment(0, 4000, source="a.jpg", motion="ken-burns"),)),),
        4000,
        width=1080,
        text="Timeline",
    ),
    BalanceShown(None, 1.5, None),
    FileReady("/films/media: 1.mp4", None, 12, "video/mp4"),
    Offer("export", 'Say "export"'),
    Problem("402", "No", "Upgrade", charged=None),
    Done("t1", "finished", ("chat", "export")),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "c.sqlite"


def begin(journal: Journal, turn_id: str = "t1") -> RunningTurn:
    journal.add(turn_id, {}, f"digest of {turn_id}")
    lease = Lease.take(journal)
    assert lease
    turn = lease.next_turn(())
    assert turn and turn.id == turn_id
    return RunningTurn(lease, turn)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
def test_an_event_survives_json(event: TurnEvent) -> None:
    body = to_json(event)
    assert body["kind"] == event.kind
    assert None not in body.values()
    assert from_json(body) == event


def test_every_kind_of_event_has_a_name() -> None:
    assert set(_KINDS.values()) == set(get_args(TurnEvent)) == {type(event) for event in EVENTS}


def test_words_from_outside_lose_their_sting_in_an_event() -> None:
    told = to_json(Text("fine\x07\nMEDIA:/etc/passwd\nok\x00"))["text"]
    assert "\x07" not in told and "\x00" not in told
    assert "MEDIA:" not in told.upper() and "passwd" in told


def test_same_words_and_files_re_attach_until_delivered(path: Path) -> None:
    with Journal.open(path) as journal:
        first, new = journal.add("t1", {"text": "go"}, "d")
        assert new and first.state == "queued"
        assert journal.add("t2", {"text": "go"}, "d") == (first, False)
        assert journal.add("t3", {"text": "go"}, "d", again=True)[1]
        journal.note_told("t1", 0, all_of_it=True)
        journal.note_told("t3", 0, all_of_it=True)
        assert journal.add("t4", {"text": "go"}, "d")[1]
        assert [turn.id for turn in journal.turns()] == ["t1", "t3", "t4"]


def test_only_the_newest_holder_writes(path: Path) -> None:
    with Journal.open(path) as one, Journal.open(path) as two:
        log = begin(one)
        assert Lease.take(two) is None, "the holder is alive"
        overdue(path)
        found, seen = standing(two)
        assert found is Standing.DOUBTFUL
        assert Lease.take(two) is None, "out of time, but perhaps only just awake"
        second = Lease.take(two, stale=seen)
        assert second and second.epoch == 2
        for write in (
            lambda: log.append(Text("late")),
            log.save,
            lambda: log.about_to_send(PendingSend("m", "x", None)),
            log.release_conversation,
        ):
            with pytest.raises(LeaseLost):
                write()
        assert one.events("t1") == []


def test_a_released_lease_is_free_at_once_and_not_while_a_turn_waits(path: Path) -> None:
    with Journal.open(path) as journal:
        log = begin(journal)
        lease = log._lease
        assert not lease.release(only_if_idle=True)
        log.append(Done("t1", "finished"))
        assert lease.release(only_if_idle=True)
        assert standing(journal)[0] is Standing.FREE
        assert Lease.take(journal)
        assert len(list(path.parent.glob("*.lease-*"))) == 1


def test_half_a_character_from_outside_is_kept_like_any_other(path: Path) -> None:
    with Journal.open(path, name="\udce9t\u00e9") as journal:
        assert journal.name.endswith("t\u00e9")
        log = begin(journal)
        log.append(Text("half: \ud83c"))
        log.conversation.last_message = "half: \ud83c"
        log.about_to_send(PendingSend("m", "\ud83c", {"t": "\ud83c"}))
        assert [event for _, event in journal.events("t1")] == [Text("half: \ud83c")]
        assert journal.memory().last_message == "half: \ud83c"
        assert log.unsettled() == PendingSend("m", "\ud83c", {"t": "\ud83c"})


def test_progress_replaces_itself_and_nothing_else(path: Path) -> None:
    with Journal.open(path) as journal:
        log = begin(journal)
        log.append(Progress("u", "upload", 0.1))
        log.append(Text("a"))
        for step in range(5):
            log.append(Progress("r", "render", step / 4))
        log.append(Progress("u", "upload", 1.0))
        told = [event for _, event in journal.events("t1")]
        assert told == [Text("a"), Progress("r", "render", 1.0), Progress("u", "upload", 1.0)]


def test_a_follower_sees_each_event_once_and_the_end(path: Path) -> None:
    with Journal.open(path) as writer, Journal.open(path) as reader:
        log = begin(writer)
        follower = Follower(reader, "t1")
        assert follower.poll() == []
        log.append(Text("a"))
        assert follower.poll() == [Text("a")]
        assert follower.poll() == []
        log.append(Text("b"))
        log.append(Done("t1", "finished"))
        assert follower.poll() == [Text("b"), Done("t1", "finished")]
        assert follower.finished


def test_memory_and_marks_survive_the_process(path: Path) -> None:
    with Journal.open(path, name="holiday") as journal:
        log = begin(journal)
        log.conversation.session_id = "s1"
        log.conversation.uploaded["abc"] = "a.jpg"
        log.about_to_send(PendingSend("m1", "make it", {"t": []}))
        journal.connection.close()  # no release: as if killed
    with Journal.open(path) as journal:
        assert journal.name == "holiday"
        assert journal.memory().session_id == "s1"
        assert journal.memory().uploaded == {"abc": "a.jpg"}
        again = begin_again(journal)
        assert again.unsettled() == PendingSend("m1", "make it", {"t": []})
        again.settled("m1")
        assert again.unsettled() is None


def begin_again(journal: Journal) -> RunningTurn:
    journal.connection.execute("UPDATE lease SET expires_at = 0")
    lease = Lease.take(journal)
    assert lease
    turn = lease.next_turn(())
    assert turn and turn.attempts == 2
    return RunningTurn(lease, turn)


def test_a_turn_that_runs_again_tells_nothing_twice(path: Path) -> None:
    with Journal.open(path) as journal:
        log = begin(journal)
        log.append(Text("Ready."))
        log.append(Text("Ready."))
        again = begin_again(journal)
        for text in ("Ready.", "Ready.", "Ready.", "New."):
            again.append(Text(text))
        assert [event for _, event in journal.events("t1")] == [Text("Ready.")] * 3 + [Text("New.")]


def test_a_damaged_journal_is_kept_aside_and_a_new_one_begun(path: Path) -> None:
    path.write_bytes(b"this is no database, but it was somebody's" * 100)
    with Journal.open(path) as journal:
        assert journal.kept_aside and journal.kept_aside.read_bytes().startswith(b"this is no database")
        assert journal.add("t1", {}, "d")[1]
    with Journal.open(path) as journal:
        assert journal.kept_aside is None
        assert [turn.id for turn in journal.turns()] == ["t1"]


def test_a_journal_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    (tmp_path / "folder.sqlite").mkdir()
    with pytest.raises(OSError):
        Journal.open(tmp_path / "folder.sqlite")


def test_who_only_looks_where_writers_keep_readers_out_is_told_so(path: Path) -> None:
    """A rollback journal, as on a network's disk: the last look before a message leaves meets a frozen writer."""
    with Journal.open(path) as journal:
        assert journal.connection.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",)
        journal.add("t1", {}, "d")
        lease = Lease.take(journal)
        assert lease
        log = RunningTurn(lease, journal.turns()[0])
        journal.connection.execute("PRAGMA busy_timeout = 10")
        with closing(sqlite3.connect(path, isolation_level=None)) as frozen:
            frozen.execute("BEGIN EXCLUSIVE")
            looks: list[Callable[[], object]] = [log.still_ours, log.unsettled, log.may_have_sent, journal.unfinished]
            for look in [*looks, journal.memory, lambda: standing(journal), lambda: journal.events("t1")]:
                with pytest.raises(JournalBusy, match="be suspended"):
                    look()
        log.still_ours()


def test_a_locked_journal_is_neither_damaged_nor_full(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody was frozen in the middle of writing: nobody can take the file from it, and nothing is wrong with it."""
    with Journal.open(path) as journal:
        journal.connection.execute("BEGIN EXCLUSIVE")
        raw = sqlite3.connect

        def impatient(name: str, timeout: float, **rest: Any) -> sqlite3.Connection:
            return raw(name, timeout=0.01, **rest)

        monkeypatch.setattr(sqlite3, "connect", impatient)
        with Journal.open(path) as other, pytest.raises(JournalBusy, match="be suspended"):
            other.add("t1", {}, "d")
        monkeypatch.setattr(logging.root.manager, "disable", 0)  # a worker silences its process
        assert worker.main(["--journal", str(path)]) != DISK_REFUSED, "who started it may start another"
        journal.connection.execute("ROLLBACK")
    assert not list(path.parent.glob("*.broken-*"))


def test_many_callers_may_begin_the_same_journal_at_once(path: Path) -> None:
    failures: list[Exception] = []

    def call(number: int) -> None:
        try:
            with Journal.open(path) as journal:
                journal.add(f"t{number}", {}, f"d{number}")
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=call, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    with Journal.open(path) as journal:
        assert len(journal.turns()) == 12


def test_stop_means_what_holds_the_conversation_before_a_film_made_beside_it(path: Path) -> None:
    with Journal.open(path) as journal:
        export = begin(journal, "export")
        export.release_conversation()
        lease = export._lease
        for turn_id in ("chat", "waiting"):
            journal.add(turn_id, {}, turn_id)
        assert (found := running_turn(journal)) and found.id == "export"
        chat = lease.next_turn(["export"])
        assert chat and (found := running_turn(journal)) and found.id == "chat"
        RunningTurn(lease, chat).append(Done("chat", "finished"))
        export.append(Done("export", "finished"))
        assert (found := running_turn(journal)) and found.id == "waiting"

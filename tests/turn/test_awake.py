"""Journals that rest: closed while nothing happens, and nothing is missed meanwhile."""

from contextlib import ExitStack
from pathlib import Path

import anyio
import pytest

from skill.turn import awake
from skill.turn.awake import Awake
from skill.turn.events import Text
from skill.turn.follow import Follower
from skill.turn.journal import Journal, JournalError
from skill.turn.lease import Lease, Standing, standing
from skill.turn.running import RunningTurn


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "c.sqlite"


def begun(journal: Journal) -> tuple[Lease, RunningTurn]:
    journal.add("t1", {}, "digest")
    lease = Lease.take(journal)
    assert lease
    turn = lease.next_turn(())
    assert turn
    return lease, RunningTurn(lease, turn)


def is_open(journal: Journal) -> bool:
    return journal._connection is not None


def test_a_journal_that_rests_is_looked_at_again_only_when_somebody_wrote(path: Path) -> None:
    with Journal.open(path) as journal, Journal.open(path) as other:
        _, log = begun(journal)
        follower = Follower(journal, "t1")
        follower.poll()
        other.close()
        journal.rest()
        assert follower.poll() == []
        assert not is_open(journal), "its own last writes are no news"
        with Journal.open(path) as caller:
            assert follower.poll() == []
            assert not is_open(journal), "somebody who reads is no news"
            caller.ask_cancel("t1")
            follower.poll()
            assert is_open(journal)
            assert journal.turn("t1").cancel
        log.append(Text("hello"))
        journal.rest()
        assert follower.poll() == [Text("hello")]


def test_what_another_process_writes_while_it_rests_is_seen_although_somebody_woke_it_first(path: Path) -> None:
    with Journal.open(path) as journal:
        begun(journal)
        version = journal.version
        journal.rest()
        with Journal.open(path) as caller:
            caller.ask_cancel("t1")
        assert journal.turn("t1").cancel
        assert journal.version != version


def test_what_another_process_writes_before_it_rests_is_seen(path: Path) -> None:
    with Journal.open(path) as journal, Journal.open(path) as caller:
        begun(journal)
        version = journal.version
        caller.ask_cancel("t1")
        journal.rest()
        assert journal.version != version


def test_a_lease_is_renewed_while_its_journal_rests(path: Path) -> None:
    seconds = [1_000_000.0]
    with Journal.open(path, now=lambda: seconds[0]) as journal, Journal.open(path, now=lambda: seconds[0]) as other:
        lease, _ = begun(journal)
        journal.rest()
        for _ in range(10):
            seconds[0] += 10
            lease.renew()
            assert standing(other)[0] is Standing.HELD
        assert not is_open(journal)
        seconds[0] += 100
        assert standing(other)[0] is Standing.DOUBTFUL


def test_a_journal_in_the_middle_of_a_transaction_stays_open(path: Path) -> None:
    with Journal.open(path) as journal:
        with journal.writing():
            journal.rest()
            journal.connection.execute("INSERT INTO meta VALUES ('a', 'b')")
        assert journal.meta("a") == "b"


def test_a_journal_that_was_deleted_while_it_rested_is_not_begun_anew(path: Path) -> None:
    with Journal.open(path) as journal:
        journal.rest()
        path.unlink()
        with pytest.raises(JournalError):
            journal.turns()
    assert not path.exists()


def test_few_are_open_however_many_are_in_use(tmp_path: Path) -> None:
    together = Awake()
    with ExitStack() as opened:
        journals = [
            opened.enter_context(Journal.open(tmp_path / f"{number}.sqlite", awake=together)) for number in range(60)
        ]
        for number, journal in enumerate(journals):
            journal.add(f"t{number}", {}, "digest")
        assert sum(map(is_open, journals)) == awake._MOST
        assert [journal.turns()[0].id for journal in journals] == [f"t{number}" for number in range(60)]
        assert sum(map(is_open, journals)) == awake._MOST


def test_who_begins_waits_until_one_is_quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(awake, "_ROOM", 2)
    monkeypatch.setattr(awake, "_QUIET_S", 0.2)

    async def main() -> None:
        together = Awake()
        with (
            Journal.open(tmp_path / "a.sqlite", awake=together) as quiet,
            Journal.open(tmp_path / "b.sqlite", awake=together) as busy,
        ):
            quiet.turns()
            await anyio.sleep(0.05)
            busy.turns()
            with anyio.move_on_after(0.05) as hurried:
                await together.room()
            assert hurried.cancelled_caught
            await together.room()
            assert [is_open(quiet), is_open(busy)] == [False, True]

    anyio.run(main)


def test_who_comes_last_waits_no_longer_than_who_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(awake, "_ROOM", 1)
    monkeypatch.setattr(awake, "_PATIENCE_S", 0.2)
    monkeypatch.setattr(awake, "_QUIET_S", 3600)

    async def main() -> None:
        together = Awake()
        with Journal.open(tmp_path / "busy.sqlite", awake=together) as busy:
            busy.turns()
            with anyio.fail_after(5):
                async with anyio.create_task_group() as newcomers:
                    for _ in range(50):
                        newcomers.start_soon(together.room)
            assert is_open(busy)  # nobody waits for ever for those who stay busy

    anyio.run(main)

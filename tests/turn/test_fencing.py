"""A worker that is frozen between "about to send" and sending: whoever took over meanwhile has the last word.

A process may be stopped, or a laptop put to sleep, at any instruction. What is proved here: once another holder has the
lease, a message that had not left yet never leaves. (That it is also asked for with the connection already open, right
before the first byte, tests/api/test_over_a_socket.py proves.) What remains: between the last look at the lease and the
first byte there is one system call; a message that leaves in that moment is the one the mark speaks of, and it is
looked for by comparison, never repeated.
"""

from collections.abc import Callable
from pathlib import Path

import anyio
import pytest

from skill.handlers.contract import Conversation, PendingSend
from skill.turn.home import conversation_file
from skill.turn.journal import Journal
from skill.turn.lease import Lease, LeaseLost
from skill.turn.pinned import to_json
from skill.turn.run import run_turn
from skill.turn.running import RunningTurn
from skill.turn.settings import Settings

from .conftest import Bench, overdue, state

FILM = {"t": [{"tt": 0, "sg": [{"d": 4000, "m": {"name": "a.jpg"}}]}]}
Wake = Callable[[], None]


class Freezing(RunningTurn):
    """A running turn whose process sleeps at a moment of the test's choice, while another one takes over."""

    asleep: Wake
    at: str

    def about_to_send(self, pending: PendingSend) -> None:
        super().about_to_send(pending)
        if self.at == "marked":
            self.asleep()

    def still_ours(self) -> None:
        if self.at == "before its request":
            self.asleep()
        super().still_ours()
        if self.at == "past the last look":
            self.asleep()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return conversation_file(tmp_path / "home", "c")


def asked(bench: Bench, file: Path, journal: Journal) -> None:
    """A conversation that has had its first contact, and a turn that waits in it."""
    home = bench.folder / "home"
    journal.add("t1", to_json(bench.request("make it warmer"), Settings(home=home), home, "t1"), "digest")
    lease = Lease.take(journal)
    assert lease
    known = {"backend": bench.name, "session_id": "s1", "task_id": "task", "greeted": True, "cloud_notice_given": True}
    lease.conversation = Conversation(**known)
    lease.save()
    lease.drop()


def take_over(file: Path) -> None:
    with Journal.open(file) as other:
        overdue(file)
        successor = Lease.take(other, stale=5)
        assert successor
        successor.drop()


@pytest.mark.parametrize("at", ["marked", "before its request"])
def test_a_worker_that_wakes_after_its_lease_passed_on_sends_nothing(bench: Bench, file: Path, at: str) -> None:
    with Journal.open(file) as journal:
        asked(bench, file, journal)
        turn_id, lost = run(bench, journal, file, at)
        assert lost
        assert "send" not in bench.backend.calls
        assert list(journal.connection.execute("SELECT message_id FROM sends")) == [(f"{turn_id}-1",)]


def test_what_left_in_the_last_moment_is_compared_and_not_repeated(bench: Bench, file: Path) -> None:
    bench.backend.reply("send", bench.backend.stream("Warmer."))
    with Journal.open(file) as journal:
        asked(bench, file, journal)
        _, lost = run(bench, journal, file, "past the last look")
        assert lost, "it may no longer tell what came of it"
        assert bench.backend.calls.count("send") == 1
        bench.backend.reply("state", state(FILM))
        _, lost = run(bench, journal, file, "never")
        assert not lost
        assert bench.backend.calls.count("send") == 1
        told = " ".join(getattr(event, "text", "") for _, event in journal.events("t1"))
        assert "your request arrived" in told


def run(bench: Bench, journal: Journal, file: Path, at: str) -> tuple[str, bool]:
    """One worker's attempt at the turn. Returns the turn's id and whether the lease was lost on the way."""
    lease = Lease.take(journal)
    assert lease
    turn = lease.next_turn(())
    assert turn
    log = Freezing(lease, turn)
    log.at, log.asleep = at, lambda: take_over(file)
    bench.clock = bench.backend.clock = type(bench.clock)()

    async def main() -> bool:
        async with bench.clock:
            try:
                await run_turn(bench.request("make it warmer"), log, bench.runtime())
            except LeaseLost:
                return True
        return False

    try:
        return turn.id, anyio.run(main)
    finally:
        lease.drop()

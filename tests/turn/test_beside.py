"""A turn that only looks keeps what it learned, but writes nothing where it learned nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from skill.handlers.contract import Conversation
from skill.turn.beside import BesideLog
from skill.turn.events import Text, TurnEvent
from skill.turn.journal import Journal
from skill.turn.lease import Lease, Standing, standing


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """A conversation that has a project."""
    with Journal.open(tmp_path / "one.sqlite", name="one") as opened:
        remember(opened, session_id="s1", backend="local")
        yield opened


def remember(journal: Journal, **memory: str) -> None:
    lease = Lease.take(journal)
    assert lease is not None
    for name, value in memory.items():
        setattr(lease.conversation, name, value)
    lease.save()
    lease.release()


def looking(journal: Journal) -> BesideLog:
    return BesideLog(journal, None, ignore)


def ignore(event: TurnEvent) -> None:
    del event


def test_nothing_new_writes_nothing(journal: Journal) -> None:
    before = journal.version
    log = looking(journal)
    log.append(Text("You have 88 credits."))
    log.conversation.offered = []  # the same as before, in another list
    log.save()
    log.close()
    assert journal.version == before


def test_what_changed_is_kept_and_the_lease_given_back(journal: Journal) -> None:
    log = looking(journal)
    log.conversation.language = "zh"
    log.save()
    assert standing(journal)[0] is Standing.HELD, "a second change must not meet another holder"
    log.conversation.greeted = True
    log.save()
    log.close()
    assert journal.memory() == Conversation(session_id="s1", backend="local", language="zh", greeted=True)
    assert standing(journal)[0] is Standing.FREE


def test_what_somebody_else_learned_meanwhile_stays(journal: Journal) -> None:
    log = looking(journal)
    remember(journal, session_id="s2")
    log.conversation.language = "zh"
    log.save()
    log.save()
    log.close()
    assert journal.memory() == Conversation(session_id="s2", backend="local")
    assert standing(journal)[0] is Standing.FREE


def test_beside_a_turn_that_waits_the_conversation_is_a_copy(journal: Journal) -> None:
    journal.add("t1", {"text": "make it warmer"}, "d1")
    log = looking(journal)
    log.conversation.language = "zh"
    log.save()
    log.close()
    assert journal.memory().language == ""


def test_a_turn_that_opens_a_project_has_the_conversation_to_itself(journal: Journal) -> None:
    lease = Lease.take(journal)
    log = BesideLog(journal, lease, ignore)
    assert Lease.take(journal) is None
    log.conversation.session_id = "s3"
    log.save()
    log.close()
    assert journal.memory().session_id == "s3"
    assert standing(journal)[0] is Standing.FREE

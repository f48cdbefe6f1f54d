"""A state folder on a network's disk: the conversation works, written the way that such a disk allows."""

import os
from pathlib import Path

import anyio
import pytest

from skill.turn import journal_file
from skill.turn.events import Done, Text, TurnEvent, TurnRequest, TurnState
from skill.turn.follow import Follower
from skill.turn.home import conversation_file
from skill.turn.journal import Journal
from skill.turn.pinned import PinnedTurn, to_json
from skill.turn.running import RunningTurn
from skill.turn.settings import Settings
from skill.turn.shared_disk import kind_in, networked
from skill.turn.worker import serve

MOUNTS = """\
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 21 0:26 / /run rw,nosuid shared:5 - tmpfs tmpfs rw
44 21 0:51 / /home rw,relatime shared:9 master:2 - nfs4 server:/home rw,vers=4.2
45 21 0:52 / /mnt/my\\040share rw - cifs //server/share rw
46 21 0:53 / /mnt/far rw - fuse.sshfs me@far:/ rw
47 21 0:54 / /mnt/own rw - fuse.encfs encfs rw
"""


@pytest.mark.parametrize(
    ("device", "kind"),
    [
        ((8, 1), None),
        ((0, 26), None),
        ((0, 51), "nfs4"),
        ((0, 52), "cifs"),
        ((0, 53), "fuse.sshfs"),
        ((0, 54), None),
        ((0, 99), None),
    ],
)
def test_a_disk_is_known_by_its_device(device: tuple[int, int], kind: str | None) -> None:
    assert kind_in(MOUNTS, os.makedev(*device)) == kind
    assert kind_in("no table\n\n - \n", os.makedev(*device)) is None


def test_a_disk_of_this_machine_and_one_that_is_not_there(tmp_path: Path) -> None:
    assert networked(tmp_path) is None
    assert networked(tmp_path / "gone") is None


def mode(journal: Journal) -> str:
    return str(journal.connection.execute("PRAGMA journal_mode").fetchone()[0])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return conversation_file(tmp_path, "c")


def test_a_conversation_on_a_networks_disk(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Journal.open(path) as before:
        assert mode(before) == "wal"
    monkeypatch.setattr(journal_file, "networked", lambda path: "nfs4")
    with Journal.open(path, name="c") as mine, Journal.open(path) as worker:
        assert (mode(mine), mode(worker)) == ("delete", "delete")
        seen = mine.version
        mine.add("t1", to_json(TurnRequest("words"), Settings(home=tmp_path), tmp_path, "t1"), "digest")
        told: list[list[TurnEvent]] = []
        follower = Follower(mine, "t1")

        async def answer(pinned: PinnedTurn, log: RunningTurn) -> TurnState:
            log.append(Text(f"heard {pinned.request.text}"))
            told.append(list(follower.poll()))
            return "finished"

        anyio.run(serve, worker, answer)
        told.append(list(follower.poll()))
        assert told == [[Text("heard words")], [Done("t1", "finished")]]
        assert mine.version != seen, "what others write is noticed"
        assert not list(path.parent.glob("*-wal")) + list(path.parent.glob("*-shm"))


def test_where_memory_cannot_be_shared_for_another_reason(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with SQLite's own answer on a file system without locks or shared memory."""
    tried: list[str] = []
    really = journal_file._retry_locked

    def refuses(connection: object, statement: str) -> None:
        tried.append(statement)
        if statement.endswith("WAL"):
            raise journal_file.sqlite3.OperationalError("locking protocol")
        really(connection, statement)  # type: ignore[arg-type]

    monkeypatch.setattr(journal_file, "_retry_locked", refuses)
    with Journal.open(path) as journal:
        assert mode(journal) == "delete"
    assert tried == ["PRAGMA journal_mode = WAL", "PRAGMA journal_mode = DELETE"]

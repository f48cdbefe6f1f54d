"""The store is the only truth: private, shared by processes, and never half-written."""

import json
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.model import Media
from studio.records import Message, Session, StoredMedia, VersionConflict
from studio.schema import StoreTooNew, open_database
from studio.store import Store

NOW = 1_800_000_000.0

# Another process that appends its clips to the session it is given, as fast as it can.
WRITER = """
import json, sys
from pathlib import Path
from studio.store import Message, Store, VersionConflict

home, session_id, client, name = Path(sys.argv[1]), *sys.argv[2:5]
store = Store(home)
for number in range(20):
    while True:
        desk = store.desk(session_id, client)
        clips = json.loads(desk.draft) if desk.draft else []
        draft = json.dumps([*clips, f"{name}{number}"])
        try:
            message = Message(f"{name}{number}", "add", "added", ("add",), 0)
            store.commit_message(desk.session, message, draft=draft, memory={}, now=0)
            break
        except VersionConflict:
            continue
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "home")


@pytest.fixture
def session(store: Store) -> Session:
    return store.create_session("client", task_name="project", language="en", now=NOW)


@pytest.fixture
def picture(tmp_path: Path) -> Callable[[str, str], tuple[StoredMedia, Path]]:
    """A media and its file where it landed."""

    def land(letter: str, name: str) -> tuple[StoredMedia, Path]:
        landed = tmp_path / name
        landed.write_text(letter)
        return StoredMedia(Media(letter * 64, name, "image", 40, 30), 1, f"{letter}/{letter}.jpg"), landed

    return land


def test_only_the_owner_can_read_it(store: Store, session: Session) -> None:
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [store.home, *store.home.iterdir()]}
    assert modes == {"home": 0o700, "studio.db": 0o600, "studio.db-wal": 0o600, "studio.db-shm": 0o600}


def test_tokens_and_client_ids_are_kept_as_digests_only(store: Store) -> None:
    token = store.issue_token("my-client-id", NOW)
    assert store.client_of(token, NOW) is not None
    store.close()
    kept = b"".join(path.read_bytes() for path in store.home.iterdir())
    assert token.encode() not in kept
    assert b"my-client-id" not in kept


def test_a_newer_format_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "studio.db"
    open_database(path).close()
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 7")
    db.close()
    with pytest.raises(StoreTooNew, match="format 7"):
        open_database(path)
    assert sqlite3.connect(path).execute("PRAGMA user_version").fetchone() == (7,)


def test_a_second_answer_to_the_same_draft_is_refused_whole(store: Store, session: Session) -> None:
    store.commit_message(session, Message("one", "a", "b", (), 0), draft="1", memory={"m": 1}, now=NOW)
    with pytest.raises(VersionConflict):
        store.commit_message(session, Message("two", "a", "b", (), 0), draft="2", memory={"m": 2}, now=NOW)
    desk = store.desk(session.id, "client")
    assert desk is not None
    assert (desk.draft, desk.revision, desk.session.memory) == ("1", 1, {"m": 1})
    assert store.message(session.id, "two") is None


def test_a_message_id_is_committed_once(store: Store, session: Session) -> None:
    first = store.commit_message(session, Message("one", "a", "reply", (), 0), draft="1", memory={}, now=NOW)
    desk = store.desk(session.id, "client")
    assert desk is not None
    again = store.commit_message(desk.session, Message("one", "a", "other", (), 0), draft="2", memory={}, now=NOW)
    assert again == first
    assert store.desk(session.id, "client") == desk


def test_a_commit_that_fails_half_way_leaves_nothing(store: Store, session: Session) -> None:
    with store.transaction() as db:
        db.execute("CREATE TRIGGER full BEFORE INSERT ON messages BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    with pytest.raises(sqlite3.IntegrityError, match="disk full"):
        store.commit_message(session, Message("one", "a", "b", (), 0), draft="1", memory={"m": 1}, now=NOW)
    desk = store.desk(session.id, "client")
    assert desk is not None
    assert (desk.draft, desk.session) == (None, session)


def test_media_keep_their_order_and_are_one_however_often_they_come(
    store: Store, session: Session, picture: Callable[[str, str], tuple[StoredMedia, Path]]
) -> None:
    store.add_media(session.id, [picture("b", "b.jpg"), picture("a", "a.jpg")])
    again = store.add_media(session.id, [picture("c", "c.jpg"), picture("b", "renamed.jpg")])
    assert [item.media.name for item in again] == ["c.jpg", "b.jpg"]
    assert [item.media.name for item in store.media_of(session.id)] == ["b.jpg", "a.jpg", "c.jpg"]


def test_a_forgotten_session_takes_along_only_what_nobody_else_uses(
    store: Store, session: Session, picture: Callable[[str, str], tuple[StoredMedia, Path]]
) -> None:
    other = store.create_session("client", task_name="project", language="en", now=NOW)
    store.add_media(session.id, [picture("a", "a.jpg"), picture("b", "b.jpg")])
    store.add_media(other.id, [picture("b", "mine.jpg")])
    store.commit_message(session, Message("one", "a", "b", (), 0), draft="1", memory={}, now=NOW)
    store.forget_session(session.id)
    assert store.desk(session.id, "client") is None
    assert store.message(session.id, "one") is None
    assert [path.name for path in (store.home / "media").rglob("*.jpg")] == ["b.jpg"]
    assert [item.media.name for item in store.media_of(other.id)] == ["mine.jpg"]
    store.add_media(other.id, [picture("a", "again.jpg")])
    assert (store.home / "media" / "a" / "a.jpg").read_text() == "a"


def test_another_clients_session_is_not_there(store: Store, session: Session) -> None:
    assert store.session(session.id, "client") == session
    assert store.session(session.id, "stranger") is None
    assert store.desk(session.id, "stranger") is None


def test_processes_that_edit_one_draft_at_once_lose_nothing(store: Store, session: Session) -> None:
    names = ("red", "blue")
    command = [sys.executable, "-c", WRITER, str(store.home), session.id, "client"]
    writers = [subprocess.Popen([*command, name]) for name in names]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    desk = store.desk(session.id, "client")
    assert desk is not None
    assert desk.revision == 40
    clips = json.loads(desk.draft or "[]")
    for name in names:
        assert [clip for clip in clips if clip.startswith(name)] == [f"{name}{number}" for number in range(20)]


def test_processes_that_create_the_store_at_once_agree_on_it(tmp_path: Path) -> None:
    create = (
        "import sys; from pathlib import Path; from studio.store import Store;"
        "Store(Path(sys.argv[1])).create_session('client', task_name='p', language='en', now=0)"
    )
    home = tmp_path / "home"
    makers = [subprocess.Popen([sys.executable, "-c", create, str(home)]) for _ in range(4)]
    assert [maker.wait(60) for maker in makers] == [0] * 4
    assert sqlite3.connect(home / "studio.db").execute("SELECT count(*) FROM sessions").fetchone() == (4,)

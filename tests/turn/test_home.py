"""Where state lives, and that nobody else can read it."""

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from skill.turn import home as homes
from skill.turn.events import TurnRequest
from skill.turn.home import HomeError, begin_conversation, conversation_file, current_conversation, state_home
from skill.turn.journal import Journal
from skill.turn.pinned import drop_token, from_json, keep_files, to_json
from skill.turn.settings import Settings


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return state_home(Settings(home=tmp_path / "deep" / "home"), tmp_path)


def test_the_given_home_is_made_private(home: Path, tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        journal = conversation_file(home, "x")
        Journal.open(journal).close()
    finally:
        os.umask(old)
    assert mode(home) == mode(tmp_path / "deep") == mode(journal.parent) == 0o700
    assert mode(journal) == 0o600


def test_side_files_are_as_private_as_the_journal(home: Path) -> None:
    with Journal.open(conversation_file(home, "x")) as journal:
        journal.add("t1", {}, "d")
        assert {mode(path) for path in (home / "conversations").iterdir()} == {0o600}


def test_a_given_home_that_cannot_be_written_is_an_error_with_advice(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeError, match="SKILLTURN_HOME"):
        state_home(Settings(home=tmp_path / "file" / "home"), tmp_path)


def test_without_a_writable_home_the_workspace_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    workspace = tmp_path / "work"
    workspace.mkdir()
    assert state_home(Settings(), workspace) == workspace / ".skillturn"


def test_state_never_lands_in_a_skill_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "temporary").mkdir()
    (tmp_path / "SKILL.md").write_text("# x")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    assert state_home(Settings(), tmp_path).parent == tmp_path / "temporary"


def test_names_that_look_alike_are_different_files(home: Path) -> None:
    names = ["a/b", "a?b", "a b", "../../etc/passwd", "旅行", "旅 行", "", "x" * 500]
    files = [conversation_file(home, name) for name in names]
    assert len(set(files)) == len(names)
    assert {file.parent for file in files} == {home / "conversations"}
    assert all(len(file.name) < 80 for file in files)


def test_a_new_conversation_becomes_the_workspaces_own(home: Path, tmp_path: Path) -> None:
    assert current_conversation(home, tmp_path) == str(tmp_path)
    first = begin_conversation(home, tmp_path)
    Journal.open(conversation_file(home, first), name=first).close()
    second = begin_conversation(home, tmp_path)
    assert len({first, second, str(tmp_path)}) == 3
    assert current_conversation(home, tmp_path) == second
    assert current_conversation(home, tmp_path / "elsewhere") == str(tmp_path / "elsewhere")


def test_a_queued_turn_survives_the_deletion_of_its_files(tmp_path: Path) -> None:
    photo = tmp_path / "my photo.jpg"
    photo.write_bytes(b"pixels")
    twin = tmp_path / "other" / "my photo.jpg"
    twin.parent.mkdir()
    twin.write_bytes(b"other pixels")
    kept, _ = keep_files(TurnRequest("go", files=(photo, twin)), tmp_path / "kept")
    photo.unlink()
    twin.unlink()
    assert [path.name for path in kept.files] == ["my photo.jpg"] * 2
    assert [path.read_bytes() for path in kept.files] == [b"pixels", b"other pixels"]
    assert {mode(path) for path in kept.files} == {0o600}
    assert kept.origins == (photo, twin), "where they were is known to whoever runs the turn later"
    again = from_json(to_json(kept, Settings(home=tmp_path), tmp_path, "t1")).request
    assert (again.files, again.origins) == (kept.files, kept.origins)


def test_the_digest_tells_words_and_contents_apart(tmp_path: Path) -> None:
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"one")
    request = TurnRequest("go", files=(photo,))

    def digest(request: TurnRequest, number: int) -> str:
        return keep_files(request, tmp_path / str(number))[1]

    same = digest(request, 0)
    assert digest(replace(request, text=" go\n"), 1) == same
    assert digest(replace(request, text="stop"), 2) != same
    assert digest(replace(request, urls=("https://x/y.jpg",)), 3) != same
    photo.write_bytes(b"two")
    assert digest(request, 4) != same


def test_a_token_is_kept_apart_private_and_only_as_long_as_the_turn(home: Path) -> None:
    settings = Settings(token="kept apart", home=home, api_url="http://127.0.0.1:1")
    body = to_json(TurnRequest("go"), settings, home, "t1")
    assert "kept apart" not in repr(body)
    assert mode(home / "keys" / "t1") == 0o600
    assert from_json(body).settings == settings
    drop_token(body)
    assert from_json(body).settings.token is None


def test_a_private_file_is_replaced_at_once(home: Path) -> None:
    homes.write_private(home / "x", "old")
    homes.write_private(home / "x", "new")
    assert (home / "x").read_text() == "new"
    assert mode(home / "x") == 0o600

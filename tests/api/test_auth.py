"""Tokens and client ids on disk: private, shared between processes, never needed."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from api import Auth, ClientIds, TokenStore
from api.answers import Grant


def test_nothing_is_written_before_it_is_needed(tmp_path: Path) -> None:
    home = tmp_path / "deep" / "home"
    auth = Auth("https://a", tokens=TokenStore(home / "tokens.json"), client_ids=ClientIds(home / "client_id"))
    assert auth.token() is None
    assert not home.exists()
    assert "token" not in repr(auth)


def test_nor_that_of_a_token_just_got() -> None:
    assert repr(Grant("never-shown", 5)) == "Grant(credits=5, unlimited=False)"
    assert "never-shown" not in f"{Grant('never-shown', None)} {[Grant('never-shown', None)]}"


def test_tokens_belong_to_an_origin_and_a_client(tmp_path: Path) -> None:
    store = TokenStore(tmp_path / "tokens.json")
    store.put("https://a", "c1", "one")
    store.put("https://b", "c1", "two")
    again = TokenStore(tmp_path / "tokens.json")
    assert [again.get("https://a", "c1"), again.get("https://b", "c1"), again.get("https://a", "c2")] == [
        "one",
        "two",
        None,
    ]


def test_a_long_token_is_a_token(tmp_path: Path) -> None:
    TokenStore(tmp_path / "tokens.json").put("https://a", "c1", "e" * 2000)
    assert TokenStore(tmp_path / "tokens.json").get("https://a", "c1") == "e" * 2000


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_only_the_owner_may_read(tmp_path: Path) -> None:
    TokenStore(tmp_path / "new" / "tokens.json").put("https://a", "c1", "one")
    ClientIds(tmp_path / "new" / "client_id").get()
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "new").iterdir()} == {0o600}


def test_writers_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    def put(number: int) -> None:
        TokenStore(tmp_path / "tokens.json").put("https://a", f"c{number}", f"t{number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(put, range(40)))
    assert len(json.loads((tmp_path / "tokens.json").read_text())) == 40


def test_everybody_on_a_machine_gets_one_client_id(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(lambda _: ClientIds(tmp_path / "id").get(), range(20)))
    assert len(ids) == 1
    assert ClientIds(tmp_path / "id").peek() in ids
    assert ClientIds(tmp_path / "id", preset="mine").get() == "mine"


@pytest.mark.parametrize("content", ["", "\n", "has space", "x" * 300, "é"])
def test_an_unusable_client_id_is_replaced(tmp_path: Path, content: str) -> None:
    (tmp_path / "id").write_text(content, encoding="utf-8")
    assert len(ClientIds(tmp_path / "id").get()) == 36


@pytest.mark.parametrize(
    "content", ["", "not json", "[]", '{"https://a c1": 5}', "[" * 100_000, '{"https://a c1": "line\\nbreak"}']
)
def test_a_damaged_token_file_counts_as_empty_and_heals(tmp_path: Path, content: str) -> None:
    path = tmp_path / "tokens.json"
    path.write_text(content)
    store = TokenStore(path)
    assert store.get("https://a", "c1") is None
    store.put("https://a", "c1", "one")
    assert TokenStore(path).get("https://a", "c1") == "one"


def test_where_nothing_can_be_written_both_live_as_long_as_the_process(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ids, store = ClientIds(tmp_path / "file" / "id"), TokenStore(tmp_path / "file" / "tokens.json")
    auth = Auth("https://a", tokens=store, client_ids=ids)
    auth.keep("one")
    assert auth.token() == "one"
    assert ids.get() == ids.get()

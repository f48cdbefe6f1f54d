"""A project the backend has lost: what this machine still holds goes into the next one, nothing is billed in vain."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from skill.handlers.contract import PendingSend

from .conftest import Bench, MemoryLog, state, tool

Photo = Callable[..., Path]
FILM = {"t": [{"tt": 0, "sg": [{"d": 4000, "m": {"name": "a.jpg"}}]}]}


def sessions(bench: Bench, *ids: str) -> None:
    bench.backend.reply("create_session", *({"code": 0, "data": {"session_id": each}} for each in ids))


def uploads(bench: Bench) -> list[tuple[str, str]]:
    """Each upload: the project it went to, and the file or link."""
    found = []
    requests = (request for call, request in bench.backend.requests if call == "upload")
    bodies = (body for call, body in bench.backend.bodies if call == "upload")
    for request, body in zip(requests, bodies, strict=True):
        mark = b'filename="' if b'filename="' in body else b"https://"
        found.append((request.url.path.rsplit("/", 1)[-1], body.split(mark)[1].split(b'"')[0].decode()))
    return found


def lost(in_project: str, otherwise: Any) -> Callable[[httpx.Request], Any]:
    """A backend that does not know one of its projects."""

    def reply(request: httpx.Request) -> Any:
        known = in_project not in (request.url.path + request.read().decode("utf-8", "replace"))
        return otherwise if known else {"code": 1002, "message": "Session not found"}

    return reply


def test_the_turns_own_photos_are_put_into_the_new_project_before_the_words_go(bench: Bench, photo: Photo) -> None:
    bench.known(session_id="old-one")
    sessions(bench, "new-one")
    bench.backend.reply("state", lost("old-one", state(None)))
    bench.backend.reply("send", bench.backend.stream("Made it."))
    log = bench.turn("make a reel of these", photo("a.jpg"), photo("b.jpg"))
    both = [("new-one", "a.jpg"), ("new-one", "b.jpg")]
    assert sorted(uploads(bench)) == [*both, ("old-one", "a.jpg"), ("old-one", "b.jpg")]
    assert bench.backend.sent_messages() == ["make a reel of these"]
    assert "opened a new one. 2 of your files are in it again." in log.texts[1]
    assert log.texts[-1] == "Made it."
    assert sorted(log.conversation.uploaded.values()) == ["a.jpg", "b.jpg"]
    assert bench.state == "finished"


def test_the_same_when_the_message_itself_meets_the_loss(bench: Bench, photo: Photo) -> None:
    bench.known(session_id="old-one")
    sessions(bench, "new-one")
    bench.backend.reply("send", lost("old-one", bench.backend.stream("Made it.")))
    log = bench.turn("make a reel of these", photo("a.jpg"))
    assert uploads(bench) == [("old-one", "a.jpg"), ("new-one", "a.jpg")]
    assert bench.backend.calls.count("send") == 2
    assert log.texts[-1] == "Made it."


@pytest.mark.parametrize("where", ["state", "send"])
def test_words_about_photos_that_are_gone_are_not_sent(bench: Bench, where: str) -> None:
    bench.known(session_id="old-one", uploaded={"digest": "beach.jpg"})
    sessions(bench, "new-one")
    bench.backend.reply("send", bench.backend.stream("What photos?"))
    bench.backend.reply(where, lost("old-one", state(None)))
    log = bench.turn("make a reel of these")
    assert [request for call, request in bench.backend.requests if call == "send"] == [] or where == "send"
    assert b"new-one" not in b"".join(body for call, body in bench.backend.bodies if call == "send")
    assert "beach.jpg" in log.texts[0]
    assert (log.problem.code, log.problem.charged, log.problem.retryable) == ("1002", False, True)
    assert "beach.jpg" in log.problem.advice
    assert bench.state == "failed"


def test_photos_of_earlier_turns_are_taken_from_where_they_were(bench: Bench, photo: Photo) -> None:
    bench.known(session_id="old-one")
    mine = [photo("a.jpg"), photo("b.jpg")]
    bench.turn("", *mine)
    sessions(bench, "new-one", "third-one")
    bench.backend.reply("send", lost("old-one", bench.backend.stream("Made it.")))
    log = bench.turn("make a reel of these")
    assert uploads(bench)[2:] == [("new-one", "a.jpg"), ("new-one", "b.jpg")]
    assert "2 of your files are in it again." in log.texts[0]
    assert log.texts[-1] == "Made it."
    bench.backend.reply("send", lost("new-one", bench.backend.stream("Again.")))
    assert bench.turn("warmer").texts[-1] == "Again.", "and where they are stays known"
    assert uploads(bench)[4:] == [("third-one", "a.jpg"), ("third-one", "b.jpg")]


@pytest.mark.parametrize("fate", ["deleted", "changed", "something else by now"])
def test_a_photo_that_is_not_the_same_any_more_is_asked_for_by_name(bench: Bench, photo: Photo, fate: str) -> None:
    bench.known(session_id="old-one")
    kept, other = photo("a.jpg"), photo("b.jpg")
    bench.turn("", kept, other)
    if fate == "deleted":
        other.unlink()
    else:
        other.write_bytes(b"\xff\xd8\xff another photo" if fate == "changed" else b"a letter to my lawyer")
    sessions(bench, "new-one")
    bench.backend.reply("state", lost("old-one", state(None)))
    log = bench.turn("make a reel of these")
    assert uploads(bench)[2:] == [("new-one", "a.jpg")]
    assert "send" not in bench.backend.calls
    assert "b.jpg" in log.problem.advice and "a.jpg" not in log.problem.advice
    assert (log.problem.code, log.problem.charged) == ("1002", False)


def test_words_about_edits_that_are_gone_wait_for_a_second_word(bench: Bench) -> None:
    bench.known(session_id="old-one", uploaded={"https://x.test/a.jpg": "a.jpg"}, draft=FILM)
    sessions(bench, "new-one")
    bench.backend.reply("state", lost("old-one", state(None)))
    log = bench.turn("make the title bigger")
    assert "send" not in bench.backend.calls
    assert uploads(bench) == [("new-one", "x.test/a.jpg")]
    assert "edits from before are not in it" in log.texts[0]
    bench.backend.reply("send", bench.backend.stream("Fine."))
    assert bench.turn("try again").texts == ["Fine."]
    assert bench.backend.sent_messages() == ["make the title bigger"]


def test_an_empty_project_that_is_lost_is_no_loss(bench: Bench) -> None:
    bench.known(session_id="old-one")
    sessions(bench, "new-one")
    bench.backend.reply("state", lost("old-one", state(None)))
    bench.backend.reply("send", bench.backend.stream("Hello."))
    log = bench.turn("what can you do?")
    assert log.texts == ["The backend no longer knew this project, so I opened a new one.", "Hello."]


def test_uploads_side_by_side_all_end_in_the_new_project(bench: Bench, photo: Photo) -> None:
    """Three of four arrive in a project that the fourth finds lost."""
    bench.known(session_id="old-one")
    sessions(bench, "new-one")

    def reply(request: httpx.Request) -> Any:
        gone = request.url.path.endswith("old-one") and b'filename="d.jpg"' in request.read()
        return {"code": 1002} if gone else {"code": 0, "data": {}}

    bench.backend.reply("upload", reply)
    log = bench.turn("", *(photo(f"{name}.jpg") for name in "abcd"))
    there = [name for project, name in uploads(bench) if project == "new-one"]
    assert sorted(there) == ["a.jpg", "b.jpg", "c.jpg", "d.jpg"]
    assert bench.backend.calls.count("create_session") == 1
    assert set(log.conversation.uploaded.values()) == {"a.jpg", "b.jpg", "c.jpg", "d.jpg"}
    assert log.texts[-1].startswith("Got all 4: a.jpg, b.jpg, c.jpg and d.jpg.")
    assert not [text for text in bench.turn("", photo("e.jpg")).texts if "files now go" in text], "that was said before"


def test_a_second_loss_in_one_turn_is_told(bench: Bench, photo: Photo) -> None:
    bench.known(session_id="old-one")
    bench.backend.reply("upload", {"code": 1002})
    log = bench.turn("", photo("a.jpg"))
    assert bench.backend.calls.count("create_session") == 1
    assert bench.backend.calls.count("upload") == 2
    assert log.problem.code == "1002"


def test_a_token_that_expires_while_the_new_project_is_opened(bench: Bench, photo: Photo) -> None:
    bench.known(session_id="old-one", uploaded={"https://x.test/a.jpg": "a.jpg"})
    bench.backend.reply("create_session", {"code": 1001}, {"code": 0, "data": {"session_id": "new-one"}})
    bench.backend.reply("state", lost("old-one", state(None)))
    bench.backend.reply("send", bench.backend.stream("Fine."))
    log = bench.turn("make a reel")
    assert log.texts[-1] == "Fine."
    assert bench.backend.calls.count("anonymous_token") == 2


def test_a_message_of_a_project_that_is_lost_is_not_compared_with_the_next_one(bench: Bench) -> None:
    """A worker died after it had sent; when the next one looks, the project is gone."""
    bench.known(session_id="old-one", draft=FILM)
    sessions(bench, "new-one")
    bench.backend.reply("state", lost("old-one", state(None)))
    pending = PendingSend("died-1", "make it warmer", FILM)
    bench.log = MemoryLog("died", bench.log.conversation, pending=pending)
    bench.run(bench.request("make it warmer"))
    log = bench.log
    assert "removed" not in str(log.texts)
    assert "send" not in bench.backend.calls
    assert (log.problem.code, log.problem.charged) == ("interrupted", None)
    assert "cannot look" in log.problem.message
    assert bench.backend.calls.count("state") == 2


def test_a_look_owes_its_answer_at_once_and_leaves_the_files_to_the_next_turn(bench: Bench, photo: Photo) -> None:
    bench.known(session_id="old-one")
    bench.turn("", photo("a.jpg"), photo("b.jpg"))
    sessions(bench, "new-one")
    bench.backend.reply("state", lost("old-one", state(None)))
    log = bench.turn("status")
    assert "opened a new one. Your 2 files go into it with your next request." in log.texts[0]
    assert "a.jpg and b.jpg" in log.texts[1]
    assert len(uploads(bench)) == 2
    bench.turn("credits")
    assert len(uploads(bench)) == 2
    bench.backend.reply("send", bench.backend.stream("Made it."))
    assert bench.turn("make a reel").texts == ["2 of your files are in it again.", "Made it."]
    assert uploads(bench)[2:] == [("new-one", "a.jpg"), ("new-one", "b.jpg")]
    assert bench.log.conversation.lost is None


class Killed(Exception):
    """As a process is, without a word."""


def test_a_turn_that_died_while_it_brought_files_back_is_gone_on_with(bench: Bench, photo: Photo) -> None:
    bench.known(session_id="old-one")
    for name in "abc":
        bench.turn("", photo(f"{name}.jpg"))
    bench.log.conversation.draft = FILM
    sessions(bench, "new-one")
    bench.backend.reply("state", lost("old-one", state(None)))
    bench.backend.reply("upload", {"code": 0, "data": {}}, Killed(), {"code": 0, "data": {}})
    with pytest.raises(Killed):
        bench.turn("make the title bigger")
    log = bench.turn("make the title bigger")
    assert uploads(bench)[3:] == [("new-one", name) for name in ("a.jpg", "b.jpg", "b.jpg", "c.jpg")]
    assert "send" not in bench.backend.calls
    assert "2 of your files are in it again. The edits from before are not in it." in log.texts[0]
    assert (log.problem.code, log.problem.charged) == ("1002", False)
    bench.backend.reply("send", bench.backend.stream("Fine."))
    assert bench.turn("try again").texts == ["Fine."]


def test_a_lost_photo_that_comes_along_is_not_asked_for(bench: Bench, photo: Photo) -> None:
    bench.known(session_id="old-one")
    mine = photo("a.jpg")
    bench.turn("", mine)
    sessions(bench, "new-one")
    bench.backend.reply("state", lost("old-one", state(None)))
    bench.turn("status")
    moved = mine.rename(mine.with_name("moved.jpg"))
    bench.backend.reply("send", bench.backend.stream("Made it."))
    log = bench.turn("make a reel", moved)
    assert log.texts[-1] == "Made it."
    assert uploads(bench)[1:] == [("new-one", "a.jpg")]


def test_a_project_that_cannot_be_opened_yet_is_opened_the_next_time(bench: Bench, photo: Photo) -> None:
    bench.known(session_id="old-one", draft=FILM)
    bench.turn("", photo("a.jpg"))
    bench.backend.reply("state", lost("old-one", state(None)))
    bench.backend.reply("create_session", httpx.ConnectError("gone"), {"code": 0, "data": {"session_id": "new-one"}})
    assert bench.turn("make the title bigger").problem.code == "network"
    log = bench.turn("make the title bigger")
    assert "opened a new one. Your file is in it again. The edits from before are not in it." in log.texts[0]
    assert uploads(bench)[1:] == [("new-one", "a.jpg")]
    assert "send" not in bench.backend.calls


def test_an_edit_whose_draft_nobody_looked_at_is_an_edit_all_the_same(bench: Bench) -> None:
    bench.known(session_id="old-one")
    bench.backend.reply("send", bench.backend.stream(tool("add_title"), tool("add_title", done=True), "Titled."))
    assert bench.turn("add a title").texts == ["Titled."]
    sessions(bench, "new-one")
    bench.backend.reply("state", lost("old-one", state(None)))
    log = bench.turn("make the title bigger")
    assert bench.backend.sent_messages() == ["add a title"]
    assert "edits from before are not in it" in log.texts[0]
    assert not log.conversation.edited


@pytest.mark.parametrize("trouble", [httpx.ConnectError("gone"), httpx.Response(503), httpx.Response(500)])
def test_photos_the_network_keeps_away_come_with_the_next_turn(bench: Bench, photo: Photo, trouble: Any) -> None:
    bench.known(session_id="old-one")
    bench.turn("", *(photo(f"{name}.jpg") for name in "abc"))
    sessions(bench, "new-one")
    bench.backend.reply("state", lost("old-one", state(None)))
    fine = {"code": 0, "data": {}}
    seen = len(uploads(bench))
    bench.backend.reply("upload", lambda _: trouble if uploads(bench)[-1][1] != "a.jpg" else fine)
    log = bench.turn("make a reel of these")
    assert "Your file is in it again. Your 2 files go into it with your next request." in log.texts[0]
    assert "again:" not in log.texts[0] and "c.jpg" not in str(log.problem), "nobody is asked for what is here"
    assert (log.problem.code, log.problem.charged) == ("1002", False)
    assert set(log.conversation.uploaded.values()) == {"a.jpg"}
    bench.backend.reply("upload", fine)
    bench.backend.reply("send", bench.backend.stream("Made it."))
    assert bench.turn("make a reel of these").texts == ["2 of your files are in it again.", "Made it."]
    assert [name for _, name in uploads(bench)[-2:]] == ["b.jpg", "c.jpg"]
    assert [name for _, name in uploads(bench)[seen:]].count("a.jpg") == 1
    assert bench.log.conversation.lost is None
    assert len(bench.log.conversation.places) == 3


@pytest.mark.parametrize("refusal", [{"code": 4001}, httpx.Response(404)])
def test_a_photo_the_backend_will_never_take_holds_up_nothing(bench: Bench, photo: Photo, refusal: Any) -> None:
    bench.known(session_id="old-one")
    bench.turn("", photo("a.jpg"))
    sessions(bench, "new-one")
    bench.backend.reply("state", lost("old-one", state(None)))
    bench.backend.reply("upload", refusal)
    assert "a.jpg" in bench.turn("make a reel").problem.advice
    bench.backend.reply("send", bench.backend.stream("Made it."))
    assert bench.turn("make a reel").texts == ["Made it."]

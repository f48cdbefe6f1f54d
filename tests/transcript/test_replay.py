"""The runner notices: a transcript that does not fit what happens says where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from api import Endpoints, VirtualClock
from skill.document import SkillPlan, load_skill
from skill.transcript import ReplayTransport, Transcript, TranscriptError, Turn, load_transcript, replay, run_transcript

ROOT = Path(__file__).parent.parent.parent
BALANCE = {"call": "balance", "json": {"code": 0, "data": {"available": 7, "frozen": 0, "total": 9}}}
SHOWN = {"kind": "balance", "available": 7}


@pytest.fixture(scope="module")
def plan() -> SkillPlan:
    return load_skill(ROOT)


def play(plan: SkillPlan, folder: Path, **transcript: Any) -> list[str]:
    body = {"turn": {"utterance": "credits"}, "backend": [BALANCE], "host": [SHOWN]} | transcript
    return run_transcript(Transcript.model_validate(body), plan, ROOT, folder)


def test_what_fits_is_silent(plan: SkillPlan, tmp_path: Path) -> None:
    assert play(plan, tmp_path) == []


CASES: list[tuple[str, dict[str, Any], str]] = [
    ("a reply nobody asks for", {"backend": [BALANCE, BALANCE]}, "backend 2: this answer to balance was never asked"),
    ("a call nobody scripted", {"backend": []}, "balance/simple was asked for and nothing more is scripted"),
    ("another value", {"host": [SHOWN | {"available": 8}]}, "balance.available\n    expected  8\n    came      7.0"),
    ("another text", {"host": [SHOWN | {"text": "…nothing of it…"}]}, 'expected  "…nothing of it…"'),
    ("another kind", {"host": [{"kind": "text"}]}, 'host 1: the host does not see {"kind": "text"}'),
    ("an event too few", {"host": []}, 'the host sees more than is expected here: {"kind": "balance"'),
    ("an event too many", {"host": [SHOWN, {"kind": "file"}]}, 'host 2: the host does not see {"kind": "file"}'),
    ("a route", {"host": [SHOWN, {"kind": "done", "routes": ["export"]}]}, 'done.routes[0]\n    expected  "export"'),
    ("another wait", {"waited_s": 30}, "0 s passed, not 30"),
    ("a body", {"backend": [BALANCE | {"request": {"a": 1}}]}, "request: null is not an object"),
    ("a secret", {"settings": {"token": "7 credits"}}, "the host sees a secret"),
    ("a claim", {"covers": ["route/export"]}, "it covers route/export, and nothing of it happened"),
    ("no such row", {"covers": ["route/dance"]}, "it covers route/dance, and the SKILL.md has no such row"),
]


@pytest.mark.parametrize(("change", "words"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_does_not_fit_is_named(plan: SkillPlan, tmp_path: Path, change: dict[str, Any], words: str) -> None:
    assert any(words in str(mismatch) for mismatch in play(plan, tmp_path, **change))


def test_the_turn_is_named_where_there_are_several(plan: SkillPlan, tmp_path: Path) -> None:
    turn = {"utterance": "credits", "backend": [BALANCE], "host": [SHOWN]}
    body = Transcript.model_validate({"turns": [turn, turn | {"host": []}]})
    assert [str(mismatch)[:6] for mismatch in run_transcript(body, plan, ROOT, tmp_path)] == ["turn 2"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"turn": {"utterance": "x"}, "backend": [{"call": "balances"}]}, "turns.0.backend.0.call"),
        ({"turn": {"utterence": "x"}}, "turns.0.utterence"),
        ({"turn": {}, "turns": [{}]}, "either `turn` or `turns`"),
        ({"turns": []}, "turns"),
        ({"turn": {}, "settings": {"colour": "x"}}, "settings.colour"),
        ({"turn": {}, "memory": {"colour": "x"}}, "remembers nothing called colour"),
        ({"turn": {}, "backend": [{"call": "send", "stream": [{"say": "a", "tool": "b"}]}]}, "one step says one thing"),
        ([1], "dictionary"),
    ],
)
def test_a_file_that_is_no_transcript_says_where(tmp_path: Path, body: object, words: str) -> None:
    path = tmp_path / "x.transcript.yaml"
    path.write_text(yaml.safe_dump(body), encoding="utf-8")
    with pytest.raises(TranscriptError, match=r"x\.transcript\.yaml") as caught:
        load_transcript(path)
    assert words in str(caught.value)


def test_what_is_not_yaml_or_not_there_says_so(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("a: [", encoding="utf-8")
    for path in (tmp_path / "x", tmp_path / "missing"):
        with pytest.raises(TranscriptError, match=path.name):
            load_transcript(path)


def test_a_file_is_played_and_leaves_nothing_behind(plan: SkillPlan, tmp_path: Path) -> None:
    path = tmp_path / "x.transcript.yaml"
    body = {"turn": {"utterance": "credits"}, "backend": [BALANCE], "host": []}
    path.write_text(yaml.safe_dump(body), encoding="utf-8")
    assert len(replay(path, plan, ROOT).mismatches) == 1
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("method", "url", "headers", "words"),
    [
        ("GET", "https://api.test/api/credits/balance/simple", {}, "header X-Skill-Source is None"),
        ("GET", "https://api.test/api/credits/balance/simple", {"X-Skill-Source": "a"}, "not signed"),
        ("POST", "https://api.test/api/auth/anonymous-token", {"X-Skill-Source": "a"}, "X-Client-Id is missing"),
        ("GET", "https://cdn.test/v.mp4", {"X-Skill-Source": "a"}, "header X-Skill-Source is 'a', not None"),
        ("GET", "https://cdn.test/v.mp4", {"Authorization": "Bearer t"}, "signed, and should be the opposite"),
        ("DELETE", "https://api.test/run_sse", {}, "DELETE https://api.test/run_sse was asked for"),
    ],
)
async def test_a_request_that_says_too_little_or_too_much(
    method: str, url: str, headers: dict[str, str], words: str
) -> None:
    transport = ReplayTransport(
        Endpoints(), VirtualClock(), origin="https://api.test", attribution={"X-Skill-Source": "a"}, standing=True
    )
    answers = [{"call": "balance", "json": {}}, {"call": "download", "text": ""}]
    transport.expect(Turn.model_validate({"backend": answers}).backend)
    await transport.handle_async_request(httpx.Request(method, url, headers=headers))
    assert any(words in str(mismatch) for mismatch in transport.mismatches)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def test_one_event_too_many_shifts_nothing(plan: SkillPlan, tmp_path: Path) -> None:
    events = [{"kind": "status"}, {"kind": "text", "text": "x"}, SHOWN]
    found = play(plan, tmp_path, host=events)
    assert [str(mismatch).partition(":")[0] for mismatch in found] == ["turn 1, host 1", "turn 1, host 2"]


def test_an_upload_is_answered_by_the_reply_that_names_its_file(plan: SkillPlan, tmp_path: Path) -> None:
    def answer(name: str) -> dict[str, Any]:
        return {"call": "upload", "file": name, "json": {"code": 0, "data": {"files": [{"name": name}]}}}

    turn = {"utterance": "", "files": ["a.jpg", "b.jpg"]}
    host = [{"kind": "text", "text": "…a.jpg…b.jpg…"}]
    assert play(plan, tmp_path / "1", turn=turn, backend=[answer("b.jpg"), answer("a.jpg")], host=host) == []
    assert play(plan, tmp_path / "2", turn=turn, backend=[answer("b.jpg"), answer("c.jpg")], host=host) != []


def test_a_transcript_may_speak_of_the_embedded_studio(plan: SkillPlan, tmp_path: Path) -> None:
    free = {
        "call": "balance",
        "json": {"code": 0, "data": {"available": None, "frozen": None, "total": None, "unlimited": True}},
    }
    host = [{"kind": "balance", "text": "…free…"}]
    assert play(plan, tmp_path, settings={"backend": "local"}, backend=[free], host=host) == []

"""Each row of the error table in every form in which it may arrive, at every call: recovered once, then told."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from api import BackendError, ProtocolError
from skill.handlers.contract import Conversation
from skill.hosts.cli.exits import exit_code
from skill.turn.problems import Advisor
from skill.turn.say import Messages
from skill.turn.settings import Settings

from .conftest import Bench, state

FILM = {"t": [{"tt": 0, "sg": [{"d": 4000, "m": {"name": "a.jpg"}}]}]}
STATUS = {1001: 401, 1002: 404, 2001: 403, 4001: 403, 4002: 403, 7777: 403}
"""What a code that is no HTTP status comes with."""
INTERNAL = "internal words"


def detail(code: int) -> str:
    return "Session not found: s1" if code == 1002 else INTERNAL


def with_body(body: Callable[[int], Any]) -> Callable[[int], httpx.Response]:
    return lambda code: httpx.Response(STATUS.get(code, code), json=body(code))


FORMS: dict[str, Callable[[int], Any]] = {
    "a body code": lambda code: {"code": code, "message": INTERNAL},
    "a code in quotes": lambda code: {"code": str(code), "msg": INTERNAL},
    "a body code and a status": with_body(lambda code: {"code": code, "message": INTERNAL}),
    "a code and a detail": with_body(lambda code: {"code": code, "detail": INTERNAL}),
    "a status and a detail": with_body(lambda code: {"detail": detail(code)}),
    "a status and a list": with_body(lambda code: {"detail": [{"loc": ["body"], "msg": detail(code)}]}),
    "a proxy's page": lambda code: httpx.Response(STATUS.get(code, code), html=f"<title>{detail(code)}</title>"),
}
NEED_A_NUMBER = {2001, 4001, 4002, 7777}
"""Codes that no status says."""


@dataclass(frozen=True)
class Call:
    """words: in English and in Chinese. known: not the first contact. file: one comes along."""

    words: tuple[str, str]
    known: bool = True
    file: bool = False
    link: bool = False


CALLS = {
    "anonymous_token": Call(("credits", "积分"), known=False),
    "create_session": Call(("credits", "积分"), known=False),
    "balance": Call(("credits", "积分")),
    "state": Call(("status", "状态")),
    "send": Call(("make it warmer", "把画面调暖一点")),
    "upload": Call(("", ""), file=True),
    "upload links": Call(("", ""), link=True),
    "start_render": Call(("export", "导出")),
    "render_status": Call(("export", "导出")),
    "download": Call(("export", "导出")),
}
ADVICE = {
    1001: ("a new token", "令牌"),
    1002: ("send your photos again", "再发一次照片"),
    2001: ("https://nemovideo.com", "https://nemovideo.com"),
    4001: ("mp4, mov", "mp4"),
    4002: ("compress or trim", "压缩"),
    400: ("", ""),
    402: ("nothing to do with credits", "积分"),
    429: ("half a minute", "半分钟"),
    7777: ("", ""),
}
EXITS = {1001: 3, 1002: 6, 2001: 4, 4001: 8, 4002: 8, 400: 6, 402: 4, 429: 6, 7777: 6}
CASES = [
    pytest.param(code, call, form, id=f"{code} at {call} as {form}")
    for code in ADVICE
    for call in CALLS
    for form in FORMS
    if not (code in NEED_A_NUMBER and form in ("a status and a detail", "a status and a list", "a proxy's page"))
]


def asked(code: int, call: str) -> int:
    """How often the call is made: once more after a recovery, and once more where a render has another try."""
    endpoint = call.split(maxsplit=1)[0]
    recovered = {
        1001: endpoint != "anonymous_token",
        1002: endpoint not in ("anonymous_token", "create_session"),
        429: True,
        400: endpoint == "anonymous_token",
    }.get(code, False)
    if endpoint == "send" and code == 1002:
        return 1  # the film it speaks of is gone
    tries = 2 if code in (400, 7777) and endpoint in ("start_render", "render_status") else 1
    if endpoint == "download":
        tries = 2  # the film's address, then the backend's own call
    return (1 + recovered) * tries


def refused_turn(bench: Bench, photo: Callable[..., Path], code: int, call: str, form: str, language: int) -> Any:
    how, endpoint = CALLS[call], call.split(maxsplit=1)[0]
    if how.known:
        bench.known(language=("en", "zh")[language], draft=FILM)
    bench.backend.reply("state", state(FILM))
    bench.backend.reply("start_render", {"status": "pending"})
    address = f"{bench.plan.api.base}/api/render/proxy/r1/download"
    bench.backend.reply("render_status", {"status": "completed", "output": {"url": address}})
    bench.backend.reply(endpoint, FORMS[form](code))
    files = [photo("a.jpg")] if how.file else []
    return bench.turn(how.words[language], *files, urls=["https://x.test/a.jpg"] if how.link else [])


@pytest.mark.parametrize(("code", "call", "form"), CASES)
def test_a_refusal_is_recovered_once_and_then_told_with_its_rows_advice(
    bench: Bench, photo: Callable[..., Path], code: int, call: str, form: str
) -> None:
    log = refused_turn(bench, photo, code, call, form, 0)
    endpoint = call.split(maxsplit=1)[0]
    problem = log.told("problem")[0]
    assert bench.state == "failed"
    assert bench.backend.calls.count(endpoint) == asked(code, call)
    assert problem.charged is False
    assert INTERNAL not in str(log.events)
    assert "credits" not in problem.message or code == 2001
    given_up = {"render_status": "render_failed", "download": "download"}
    if code in (400, 7777) and endpoint in given_up:
        assert problem.code == given_up[endpoint]
        return
    expected = {1002: "1002", 429: "free_token" if endpoint == "anonymous_token" else "429"}.get(code, str(code))
    if endpoint == "upload" and code in (4001, 4002):
        expected = "bad_file"
    assert problem.code == expected
    assert exit_code(log.events) == (3 if expected == "free_token" else EXITS[code])
    if expected != "free_token" and (code, endpoint) != (1002, "send"):
        assert ADVICE[code][0] in problem.advice


@pytest.mark.parametrize("code", [code for code, (_, words) in ADVICE.items() if words])
@pytest.mark.parametrize("call", ["balance", "state", "start_render", "upload"])
def test_the_same_in_the_users_language(bench: Bench, photo: Callable[..., Path], code: int, call: str) -> None:
    problem = refused_turn(bench, photo, code, call, "a body code", 1).told("problem")[0]
    assert ADVICE[code][1] in problem.advice
    assert not {"the", "please", "backend"} & set(f"{problem.message} {problem.advice}".lower().split())


@pytest.mark.parametrize(
    "reply",
    [
        httpx.Response(502, html="<html>Bad Gateway</html>"),
        httpx.Response(200, html="<html>Welcome to the hotel's wifi</html>"),
        httpx.Response(422, json={"detail": [{"type": "missing", "loc": ["body"]}]}),
        httpx.Response(200, text="not json {"),
        httpx.ReadTimeout("slow"),
    ],
    ids=["proxy", "captive portal", "detail list", "half json", "timeout"],
)
def test_an_answer_nobody_can_read_is_one_sentence_and_no_traceback(bench: Bench, reply: Any) -> None:
    bench.known()
    bench.backend.reply("balance", reply)
    problem = bench.turn("credits").problem
    assert problem.message
    assert problem.advice
    assert problem.retryable
    assert "html" not in problem.message


def test_what_the_backend_says_of_a_token_is_not_passed_on(bench: Bench) -> None:
    bench.known()
    bench.backend.reply("balance", {"code": 7777, "message": "Bearer tok-anonymous is bad"})
    assert "tok-anonymous" not in json.dumps([str(event) for event in bench.turn("credits").events])


def test_a_refusal_of_our_own_engine_begins_like_a_sentence(bench: Bench) -> None:
    advisor = Advisor(bench.plan, Settings(), Messages("en"), "local", Conversation())
    assert advisor.refusal(BackendError(422, "send")).message.startswith("The video engine on this machine could not")
    told = advisor.refusal(ProtocolError(0, "send"))
    assert told.message == "The video engine on this machine gave an answer I cannot read."
    assert told.code == "protocol"

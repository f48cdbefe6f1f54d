"""Each row of the error table in every form in which it may arrive, on the calls where it can."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from .conftest import Bench, state

FILM = {"t": [{"tt": 0, "sg": [{"d": 4000, "m": {"name": "a.jpg"}}]}]}

FORMS: dict[str, Callable[[int], Any]] = {
    "body code": lambda code: {"code": code, "message": "internal words"},
    "http status": lambda code: httpx.Response(
        code if code < 600 else 400, json={"code": code, "msg": "internal words"}
    ),
    "detail": lambda code: httpx.Response(code if code < 600 else 400, json={"code": code, "detail": "internal words"}),
}
CALLS = {
    "credits": ("balance", "credits"),
    "status": ("state", "status"),
    "chat": ("send", "make it warmer"),
    "export": ("start_render", "export"),
}
ADVICE = {
    1001: "new token",
    1002: "send your photos again",
    2001: "https://nemovideo.com",
    4001: "mp4, mov",
    4002: "compress or trim",
    402: "nothing to do with credits",
    429: "half a minute",
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("code", ADVICE)
def test_a_refusal_is_recovered_once_and_then_told_with_its_rows_advice(
    bench: Bench, code: int, call: str, form: str
) -> None:
    endpoint, words = CALLS[call]
    bench.known()
    bench.backend.reply("state", state(FILM))
    bench.backend.reply(endpoint, FORMS[form](code))
    log = bench.turn(words)
    problem = log.told("problem")[0]
    assert problem.code == str(code)
    advice = "say what the video should be like" if (code, call) == (1002, "chat") else ADVICE[code]
    assert advice in problem.advice.replace("Say", "say")
    assert "internal words" not in str(log.events)
    assert problem.charged is False
    assert bench.state == "failed"
    assert bench.backend.calls.count(endpoint) <= (3 if endpoint == "state" else 2), "recovered once at most"


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


def test_a_refused_upload_names_the_file_and_the_formats(bench: Bench, photo: Callable[..., Path]) -> None:
    bench.known()
    bench.backend.reply("upload", {"code": 4001})
    problem = bench.turn("", photo("a.jpg")).problem
    assert problem.code == "bad_file"
    assert "a.jpg" in problem.message
    assert "mp4, mov" in problem.advice

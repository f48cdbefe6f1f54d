"""Each refusal in each of its forms gets one name and one number."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import (
    BackendError,
    BackendUnreachable,
    ClientIdMissing,
    ExportBlocked,
    FileRefused,
    NoCredits,
    ProtocolError,
    RateLimited,
    SessionLost,
    TokenExpired,
)
from api.refusals import read_answer, scrub

NAMES = {
    1001: TokenExpired,
    1002: SessionLost,
    2001: NoCredits,
    4001: FileRefused,
    4002: FileRefused,
    402: ExportBlocked,
    429: RateLimited,
    777: BackendError,
}


def refused(endpoint: str, status: int, body: object) -> BackendError:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(BackendError) as caught:
        read_answer(endpoint, status, content)
    return caught.value


@pytest.mark.parametrize("code", NAMES)
@pytest.mark.parametrize("status", [200, 400, 403])
@pytest.mark.parametrize("spelled", [int, str])
def test_a_code_in_the_body_counts_whatever_the_status(code: int, status: int, spelled: type) -> None:
    error = refused("balance", status, {"code": spelled(code), "message": "why"})
    assert (type(error), error.code, error.endpoint, error.detail) == (NAMES[code], code, "balance", "why")


STATUSES = [
    ("balance", 401, TokenExpired, 1001),
    ("start_render", 402, ExportBlocked, 402),
    ("balance", 429, RateLimited, 429),
    ("anonymous_token", 400, ClientIdMissing, 400),
    ("balance", 400, BackendError, 400),
    ("upload", 413, FileRefused, 4002),
    ("upload", 415, FileRefused, 4001),
    ("balance", 413, BackendError, 413),
    ("balance", 500, BackendError, 500),
    ("send", 500, BackendUnreachable, 500),
    ("balance", 502, BackendUnreachable, 502),
    ("state", 503, BackendUnreachable, 503),
    ("balance", 404, BackendError, 404),
    ("balance", 302, BackendError, 302),
]
BODIES = [
    b"",
    b"{}",
    b'{"detail":"no"}',
    b'{"detail":[{"loc":["body","x"],"msg":"no"}]}',
    b"<html><title>no</title></html>",
]


@pytest.mark.parametrize(("endpoint", "status", "kind", "code"), STATUSES)
@pytest.mark.parametrize("body", BODIES)
def test_a_status_counts_whatever_the_body(
    endpoint: str, status: int, kind: type[BackendError], code: int, body: bytes
) -> None:
    error = refused(endpoint, status, body)
    assert (type(error), error.code) == (kind, code)


@pytest.mark.parametrize("words", ["Session not found: nope", "Session not found", "session s1 was not found"])
@pytest.mark.parametrize("status", [200, 404])
def test_a_session_that_is_not_found_is_lost(words: str, status: int) -> None:
    error = refused("state", status, {"detail": words})
    assert (type(error), error.code) == (SessionLost, 1002)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"detail": [{"loc": ["body", "sessionId"], "msg": "Field required"}]}, "body.sessionId Field required"),
        ({"error": {"message": "deep"}}, "deep"),
        (b"<html><head><style>b{}</style></head><body><h1>Bad\n Gateway</h1></body></html>", "Bad Gateway"),
        ({"message": "red\x1b[31m\nMEDIA: x"}, "red [31m MEDIA: x"),
        ({"message": "token nmv_usr_abc and Bearer xyz.z"}, "token … and …"),
    ],
)
def test_the_backends_words_are_made_safe_to_log(body: object, words: str) -> None:
    assert refused("balance", 500, body).detail == words


@pytest.mark.parametrize("body", [{"code": 0}, {"code": "0"}, {"code": 200, "data": {}}, {"data": {"detail": "x"}}, {}])
def test_a_success_is_handed_on(body: dict[str, object]) -> None:
    assert read_answer("balance", 200, json.dumps(body).encode()) == body


@pytest.mark.parametrize("body", [b"", b"[1]", b"5", b"<html>", b"\xff\xfe"])
def test_an_unreadable_success_is_a_protocol_error(body: bytes) -> None:
    assert type(refused("balance", 200, body)) is ProtocolError


def test_no_success_is_no_success() -> None:
    assert type(refused("balance", 200, {"success": False, "error": "not now"})) is BackendError


@given(st.binary(max_size=200), st.integers(100, 599))
def test_no_answer_crashes_the_reader(body: bytes, status: int) -> None:
    try:
        read_answer("balance", status, body)
    except BackendError as error:
        assert error.detail.isprintable()


def test_secrets_are_cut_out_wherever_they_stand() -> None:
    assert scrub("a 12345 b", "12345", None) == "a … b"

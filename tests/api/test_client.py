"""What each call sends and reads, who is asked to recover, and what is never said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from api import (
    BackendError,
    BackendUnreachable,
    Balance,
    ClientIdMissing,
    ProtocolError,
    RateLimited,
    Session,
    SessionLost,
    SignedIn,
    StreamEnd,
    TextPart,
    TokenExpired,
)

from .conftest import ATTRIBUTION, OPEN_SESSION, Answerer, OpenClient

pytestmark = pytest.mark.anyio

STREAM = {"content-type": "text/event-stream; charset=utf-8"}
HELLO = b'data: {"content":{"parts":[{"text":"Hello."}]}}\n\n'


class Backend:
    """Answers by path, in order where several are given, and keeps what it was asked."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        name = next(key for key, path in PATHS.items() if path in request.url.path)
        answer = self.answers[name]
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    @property
    def paths(self) -> list[str]:
        return [request.url.path for request in self.asked]


PATHS = {
    "token": "anonymous-token",
    "session": "with-session",
    "claim": "claim-token",
    "send": "run_sse",
    "upload": "upload-video",
    "balance": "balance",
    "state": "/latest",
    "download": "/download",
    "poll": "/lambda/",
    "render": "/lambda",
}
TOKEN = {"code": 0, "data": {"token": "nmv_usr_first", "credits": 100}}
BALANCE = {"code": 0, "data": {"available": 80, "frozen": 5.5, "total": "100"}}
EXPIRED = {"code": 1001, "message": "bad token nmv_usr_first"}


def answering(**answers: Any) -> Backend:
    return Backend(token=[TOKEN], **answers)


async def test_every_request_says_who_asks_and_the_token_call_has_no_bearer(open_client: OpenClient) -> None:
    backend = answering(balance=BALANCE)
    async with open_client(backend) as client:
        assert await client.sign_in() == SignedIn(given=False, fresh=True, credits=100)
        assert await client.balance() == Balance(80, 5.5, 100)
    token_call, balance_call = backend.asked
    for request in backend.asked:
        assert ATTRIBUTION.items() <= {name.title(): value for name, value in request.headers.items()}.items()
    assert len(token_call.headers["x-client-id"]) == 36
    assert "authorization" not in token_call.headers
    assert balance_call.headers["authorization"] == "Bearer nmv_usr_first"
    assert "x-client-id" not in balance_call.headers


async def test_a_backend_may_count_no_credits(open_client: OpenClient) -> None:
    uncounted = {"code": 0, "data": {"available": None, "frozen": None, "total": None, "unlimited": True}}
    async with open_client(Backend(balance=uncounted), given="mine") as client:
        assert await client.balance() == Balance(None, None, None)


async def test_a_token_is_kept_for_the_next_process(open_client: OpenClient) -> None:
    backend = answering(balance=BALANCE)
    async with open_client(backend) as client:
        await client.sign_in()
    async with open_client(backend) as client:
        assert await client.sign_in() == SignedIn(given=False, fresh=False)
        await client.balance()
    assert backend.asked[-1].headers["authorization"] == "Bearer nmv_usr_first"
    assert len([path for path in backend.paths if "token" in path]) == 1


async def test_a_given_token_is_used_and_never_replaced(open_client: OpenClient) -> None:
    backend = Backend(balance=BALANCE)
    async with open_client(backend, given="mine") as client:
        assert await client.sign_in() == SignedIn(given=True, fresh=False)
        await client.balance()
        with pytest.raises(TokenExpired):
            await client.sign_in(again=True)
    assert [request.headers["authorization"] for request in backend.asked] == ["Bearer mine"]


async def test_a_rate_limit_keeps_the_token_there_is(open_client: OpenClient) -> None:
    backend = Backend(token=[TOKEN, httpx.Response(429), httpx.Response(429)])
    async with open_client(backend) as client:
        await client.sign_in()
        assert await client.sign_in(again=True) == SignedIn(given=False, fresh=False)


async def test_a_rate_limit_without_any_token_is_told(open_client: OpenClient) -> None:
    async with open_client(Backend(token=httpx.Response(429, json={"code": 429}))) as client:
        with pytest.raises(RateLimited):
            await client.sign_in()


async def test_a_missing_client_id_has_its_own_name_on_the_token_call_only(open_client: OpenClient) -> None:
    refused = httpx.Response(400, json={"detail": "X-Client-Id required"})
    async with open_client(Backend(token=refused, balance=refused), given=None) as client:
        with pytest.raises(ClientIdMissing):
            await client.sign_in()
    async with open_client(Backend(balance=refused), given="mine") as client:
        with pytest.raises(BackendError) as caught:
            await client.balance()
    assert type(caught.value) is BackendError


async def test_a_session_is_created_once_with_the_language_or_without(open_client: OpenClient) -> None:
    made = {"code": 0, "data": {"task_id": "t9", "session_id": "s9", "bind_id": "b9"}}
    backend = Backend(session=made)
    async with open_client(backend, given="mine", session=None) as client:
        assert await client.create_session(task_name="project", language="zh") == Session("s9", "t9", "b9")
        assert client.session == Session("s9", "t9", "b9")
        await client.create_session(task_name="project", language=None)
    assert [json.loads(request.content) for request in backend.asked] == [
        {"task_name": "project", "language": "zh"},
        {"task_name": "project"},
    ]


@pytest.mark.parametrize(
    ("answer", "token"),
    [
        ({"code": 0, "data": {"claim_token": "clm_1"}}, "clm_1"),
        ({"code": 0, "data": {"claim_token": "nmv_clm_1"}}, "nmv_clm_1"),
        ({"code": 0, "data": {"claim_token": "nmv_1"}}, None),
        ({"code": 0, "data": {"claim_token": "nmv_usr_1"}}, None),
        ({"code": 0, "data": {}}, None),
        (httpx.Response(404, json={"detail": "Not Found"}), None),
        (httpx.Response(405, text="Method Not Allowed"), None),
    ],
)
async def test_a_browser_link_where_the_backend_has_one(
    open_client: OpenClient, answer: Any, token: str | None
) -> None:
    async with open_client(Backend(claim=answer), given="mine") as client:
        assert await client.claim_link_token() == token


async def test_a_message_streams(open_client: OpenClient) -> None:
    backend = Backend(send=[httpx.Response(200, headers=STREAM, content=HELLO) for _ in range(2)])
    async with open_client(backend, given="mine") as client:  # noqa: SIM117  # one client, then its message
        async with client.send('余额 "quoted"', message_id="m1") as events:
            assert [event async for event in events] == [TextPart("Hello."), StreamEnd("Hello.", silent=False)]
    async with open_client(backend, given="mine", idempotent=True) as client:  # noqa: SIM117
        async with client.send("x", message_id="m2") as events:
            assert [event async for event in events]
    first, second = backend.asked
    assert json.loads(first.content) == {
        "app_name": "nemo_agent",
        "user_id": "me",
        "session_id": "s 1",
        "new_message": {"parts": [{"text": '余额 "quoted"'}]},
    }
    assert first.headers["accept"] == "text/event-stream"
    assert first.headers["accept-encoding"] == "identity"
    assert "idempotency-key" not in first.headers
    assert second.headers["idempotency-key"] == "m2"


NOT_A_STREAM = [
    (httpx.Response(200, json={"code": 1002, "message": "x"}), SessionLost),
    (httpx.Response(404, json={"detail": "Session not found: nope"}), SessionLost),
    (httpx.Response(404, json={"detail": "Agent not found: 'nope'."}), BackendError),
    (
        httpx.Response(422, json={"detail": [{"type": "missing", "loc": ["body", "sessionId"], "msg": "m"}]}),
        BackendError,
    ),
    (httpx.Response(200, json={"fine": True}), ProtocolError),
    (httpx.Response(200, html="<title>Login</title>"), ProtocolError),
    (httpx.Response(500, text="Internal Server Error"), BackendUnreachable),
    (httpx.Response(504, html="<h1>Gateway Time-out</h1>"), BackendUnreachable),
]


@pytest.mark.parametrize(("answer", "error"), NOT_A_STREAM, ids=range(len(NOT_A_STREAM)))
async def test_no_stream_is_a_named_error(
    open_client: OpenClient, answer: httpx.Response, error: type[BackendError]
) -> None:
    async with open_client(Backend(send=answer), given="mine") as client:
        with pytest.raises(BackendError) as caught:
            async with client.send("x", message_id="m"):
                raise AssertionError("there is no stream to read")
    assert type(caught.value) is error
    assert caught.value.reached


@pytest.mark.parametrize(
    ("failure", "reached"),
    [
        (httpx.ConnectError("refused"), False),
        (httpx.ConnectTimeout(""), False),
        (httpx.ReadTimeout(""), True),
        (httpx.WriteError(""), True),
        (httpx.RemoteProtocolError("disconnected"), True),
    ],
)
async def test_no_answer_says_whether_the_message_may_have_arrived(
    open_client: OpenClient, failure: httpx.TransportError, reached: bool
) -> None:
    async def always(error: BackendError) -> bool:
        raise AssertionError(f"recovery asked for {error}")

    async with open_client(Backend(send=failure), given="mine", recover=always) as client:
        with pytest.raises(BackendUnreachable) as caught:
            async with client.send("x", message_id="m"):
                pass
    assert caught.value.reached is reached


async def test_a_broken_stream_is_not_sent_again(open_client: OpenClient) -> None:
    async def always(error: BackendError) -> bool:
        raise AssertionError(f"recovery asked for {error}")

    class Torn(httpx.AsyncByteStream):
        async def __aiter__(self):  # type: ignore[no-untyped-def]  # an async generator of bytes
            yield HELLO
            raise httpx.ReadError("reset")

    backend = Backend(send=httpx.Response(200, headers=STREAM, stream=Torn()))
    async with open_client(backend, given="mine", recover=always) as client:
        with pytest.raises(BackendUnreachable) as caught:
            async with client.send("x", message_id="m") as events:
                assert await anext(events) == TextPart("Hello.")
                await anext(events)
    assert caught.value.reached
    assert len(backend.asked) == 1


async def test_a_recovery_builds_the_request_anew_once(open_client: OpenClient) -> None:
    other = {"code": 0, "data": {"token": "second"}}
    backend = Backend(token=[TOKEN, other], send=[EXPIRED, httpx.Response(200, headers=STREAM, content=HELLO)])
    asked: list[BackendError] = []
    async with open_client(backend) as client:

        async def recover(error: BackendError) -> bool:
            asked.append(error)
            return (await client.sign_in(again=True)).fresh

        client.recover = recover
        await client.sign_in()
        async with client.send("x", message_id="m") as events:
            assert [event.kind async for event in events] == ["text", "end"]
    assert [(type(error), error.endpoint) for error in asked] == [(TokenExpired, "send")]
    assert [request.headers.get("authorization") for request in backend.asked] == [
        None,
        "Bearer nmv_usr_first",
        None,
        "Bearer second",
    ]


async def test_a_second_refusal_is_told(open_client: OpenClient) -> None:
    backend = Backend(balance=[EXPIRED, EXPIRED])

    async def recover(error: BackendError) -> bool:
        return True

    async with open_client(backend, given="mine", recover=recover) as client:
        with pytest.raises(TokenExpired):
            await client.balance()
    assert len(backend.asked) == 2


async def test_calls_side_by_side_recover_once(open_client: OpenClient) -> None:
    good = {"code": 0, "data": {"token": "second"}}

    def answer(request: httpx.Request) -> httpx.Response:
        if "anonymous" in request.url.path:
            return httpx.Response(200, json=tokens.pop(0))
        return httpx.Response(200, json=BALANCE if "second" in request.headers["authorization"] else EXPIRED)

    tokens = [TOKEN, good]
    asked = []
    async with open_client(answer) as client:

        async def recover(error: BackendError) -> bool:
            asked.append(error)
            await anyio.lowlevel.checkpoint()
            await client.sign_in(again=True)
            return True

        await client.sign_in()
        client.recover = recover
        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(client.balance)
    assert len(asked) == 1


async def test_a_recovery_may_recover_its_own_calls_but_not_circle(open_client: OpenClient) -> None:
    backend = Backend(token=[TOKEN, httpx.Response(429), EXPIRED], balance=[EXPIRED, BALANCE])
    asked = []
    async with open_client(backend) as client:

        async def recover(error: BackendError) -> bool:
            asked.append((error.code, error.endpoint))
            if error.code == 1001:
                await client.sign_in(again=True)
            return True

        await client.sign_in()
        client.recover = recover
        with pytest.raises(TokenExpired):
            await client.balance()
    assert asked == [(1001, "balance"), (429, "anonymous_token")]


async def test_without_a_session_a_recovery_can_make_one(open_client: OpenClient) -> None:
    state = {"data": {"state": {"draft": {"t": []}, "video_infos": [1]}}}
    async with open_client(Backend(state=state), given="mine", session=None) as client:

        async def recover(error: BackendError) -> bool:
            assert isinstance(error, SessionLost)
            assert not error.reached
            client.session = OPEN_SESSION
            return True

        client.recover = recover
        assert (await client.latest_state()).video_infos == [1]


@pytest.mark.parametrize("secret", ["nmv_usr_first", "mine-0123456789"])
async def test_no_token_in_an_exception(open_client: OpenClient, secret: str) -> None:
    answers: list[Answerer] = [
        lambda request: httpx.Response(401, json={"detail": f"bad token {request.headers['authorization']}"}),
        lambda request: httpx.Response(200, json={"code": 1001, "msg": f"{secret} is not known"}),
        lambda request: httpx.Response(500, text=f"<html>Authorization: Bearer {secret}</html>"),
    ]
    for answer in answers:
        async with open_client(answer, given=secret) as client:
            with pytest.raises(BackendError) as caught:
                await client.balance()
            assert secret not in repr(caught.value) + str(caught.value) + caught.value.detail
            assert secret not in repr(client) + repr(client._exchange)


async def test_a_file_streams_up_and_counts_its_bytes(open_client: OpenClient, tmp_path: Path) -> None:
    photo = tmp_path / '海边 "1".jpg'
    photo.write_bytes(bytes(range(256)) * 600)
    told: list[tuple[int, int]] = []
    backend = Backend(upload=[EXPIRED, {"code": 0, "data": {"files": [{"name": "photo_1.jpg", "id": 7}]}}])

    async def recover(error: BackendError) -> bool:
        return True

    async with open_client(backend, given="mine", recover=recover) as client:
        uploaded = await client.upload_file(
            photo, name=photo.name, media_type="image/jpeg", on_bytes=lambda sent, total: told.append((sent, total))
        )
    assert uploaded.names == ("photo_1.jpg",)
    assert uploaded.items[0]["id"] == 7
    assert told[-1] == (153_600, 153_600)
    for request in backend.asked:
        assert request.url.raw_path == b"/api/upload-video/nemo_agent/me/s%201"
        assert photo.read_bytes() in request.content
        assert b'name="files"' in request.content
        assert "海边 %221%22.jpg".encode() in request.content


async def test_addresses_go_up_as_they_are(open_client: OpenClient) -> None:
    backend = Backend(upload={"code": 0})
    async with open_client(backend, given="mine") as client:
        assert (await client.upload_urls(["https://a.test/x%20y.jpg?w=1", "http://b.test"])).names == (
            "x y.jpg",
            "b.test",
        )
        for wrong in ("file:///etc/passwd", "/etc/passwd", "ftp://a.test/x", "http://"):
            with pytest.raises(ValueError, match="address"):
                await client.upload_urls([wrong])
    assert [json.loads(request.content) for request in backend.asked] == [
        {"urls": ["https://a.test/x%20y.jpg?w=1", "http://b.test"], "source_type": "url"}
    ]


async def test_a_render_is_submitted_as_the_draft_came(open_client: OpenClient) -> None:
    draft = {"t": [{"tt": 0, "sg": [{"d": 4000, "zz": {"deep": [1]}}]}], "own": 1}
    backend = Backend(render={"status": "queued", "retry_after_ms": 200})
    async with open_client(backend, given="mine") as client:
        render = await client.start_render("render_1", draft, resolution="1080p")
    assert (render.status, render.retry_after_s) == ("pending", 0.2)
    assert json.loads(backend.asked[0].content) == {
        "id": "render_1",
        "sessionId": "s 1",
        "draft": draft,
        "output": {"format": "mp4", "quality": "high", "resolution": "1080p"},
    }


async def test_an_answer_that_is_no_answer_is_a_protocol_error(open_client: OpenClient) -> None:
    for body in (b"", b"[]", b"<html>hi</html>", b'{"half":', b'{"code":0,"data":{}}'):
        async with open_client(Backend(balance=httpx.Response(200, content=body)), given="mine") as client:
            with pytest.raises(ProtocolError):
                await client.balance()

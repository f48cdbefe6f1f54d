"""The studio answers the cloud's calls with the cloud's codes."""

import sqlite3
import subprocess
import sys
from typing import Any

import httpx
import pytest

from studio import Limits, LocalTransport

from .conftest import ATTRIBUTION, DRAFT, Caller, Lab, LateClock

pytestmark = pytest.mark.anyio

SESSION_CALLS = [
    ("POST", "/api/tasks/me/with-session/nemo_agent", {}),
    ("GET", "/api/credits/balance/simple", None),
    ("GET", "/api/state/nemo_agent/me/any/latest", None),
    ("POST", "/api/upload-video/nemo_agent/me/any", {"urls": ["http://cdn.test/a.jpg"]}),
    ("POST", "/run_sse", {"session_id": "any", "new_message": {"parts": [{"text": "hello"}]}}),
    ("POST", "/api/render/proxy/lambda", {"id": "render_1", "sessionId": "any", "draft": DRAFT}),
    ("GET", "/api/render/proxy/lambda/render_1", None),
    ("GET", "/api/render/proxy/render_1/download", None),
]


async def test_a_client_gets_a_token_a_session_and_no_invented_numbers(lab: Lab) -> None:
    async with lab.caller() as caller:
        balance = (await caller.get("/api/credits/balance/simple"))["data"]
        assert (balance["available"], balance["frozen"], balance["total"]) == (None, None, None)
        assert balance["unlimited"] is True
        assert "free" in balance["message"]
        state = await caller.get(f"/api/state/nemo_agent/me/{caller.session_id}/latest")
        assert state["data"]["state"] == {
            "draft": {"t": [], "m": {}},
            "video_infos": [],
            "generated_media": [],
            "canvas_config": {},
        }


async def test_a_token_call_without_a_client_id_is_refused_with_400(lab: Lab) -> None:
    async with lab.caller() as caller:
        reply = await caller.http.post("/api/auth/anonymous-token")
        assert (reply.status_code, reply.json()["code"]) == (200, 400)


@pytest.mark.parametrize("authorization", [None, "Basic abc", "Bearer", "Bearer nobody-gave-this"])
@pytest.mark.parametrize(("method", "path", "body"), SESSION_CALLS, ids=str)
async def test_every_call_but_the_first_needs_a_good_token(
    lab: Lab, method: str, path: str, body: Any, authorization: str | None
) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    transport = LocalTransport(lab.home, studio=lab.studio())
    async with httpx.AsyncClient(transport=transport, base_url="http://studio.local", headers=headers) as http:
        reply = await http.request(method, path, json=body, headers=ATTRIBUTION)
    assert (reply.status_code, reply.json()["code"]) == (200, 1001)


async def test_a_token_lasts_seven_days(lab: Lab) -> None:
    async with lab.caller() as caller:
        headers = caller.headers
    for ahead_s, code in ((7 * 86400 - 60, 0), (7 * 86400 + 60, 1001)):
        async with lab.caller(lab.studio(clock=LateClock(ahead_s))) as late:
            late.headers = headers
            assert (await late.get("/api/credits/balance/simple"))["code"] == code


@pytest.mark.parametrize(("method", "path", "body"), SESSION_CALLS[2:6], ids=str)
async def test_an_unknown_session_and_somebody_elses_are_refused_alike(
    lab: Lab, method: str, path: str, body: dict[str, Any] | None
) -> None:
    async with lab.caller() as owner:
        stranger = Caller(owner.http)
        await stranger.sign_in("another-client")
        for session_id in ("any", owner.session_id):
            filled = {key: session_id if value == "any" else value for key, value in (body or {}).items()}
            reply = await owner.http.request(
                method,
                path.replace("/any", f"/{session_id}"),
                json=filled or None,
                headers=ATTRIBUTION | stranger.headers,
            )
            assert (reply.status_code, reply.json()["code"]) == (200, 1002)


@pytest.mark.parametrize("missing", sorted(ATTRIBUTION))
async def test_an_export_without_attribution_is_blocked_with_402(lab: Lab, missing: str) -> None:
    async with lab.caller() as caller:
        body = {"id": "render_1", "sessionId": caller.session_id, "draft": DRAFT}
        headers = {name: value for name, value in ATTRIBUTION.items() if name != missing}
        answer = await caller.post("/api/render/proxy/lambda", json=body, headers=headers)
    assert answer["code"] == 402
    assert missing in answer["message"]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"{", []),
        (b"{}", ["session_id"]),
        (b'{"session_id":"s","new_message":{"parts":[]}}', ["new_message", "parts"]),
        (b'{"session_id":"s","new_message":{"parts":[{"text":5}]}}', ["new_message", "parts", 0, "text"]),
    ],
)
async def test_a_body_of_the_wrong_shape_is_answered_as_fastapi_does(lab: Lab, body: bytes, where: list[Any]) -> None:
    async with lab.caller() as caller:
        reply = await caller.http.post("/run_sse", content=body, headers=caller.headers)
    assert reply.status_code == 422
    assert reply.json()["detail"][0]["loc"] == ["body", *where]


async def test_an_oversized_body_is_refused(lab: Lab) -> None:
    async with lab.caller(lab.studio(limits=Limits(json_bytes=100))) as caller:
        reply = await caller.http.post("/run_sse", json=caller.message("x" * 200), headers=caller.headers)
    assert (reply.status_code, reply.json()["code"]) == (413, 400)


@pytest.mark.parametrize("render_id", ["../escape", ".hidden", "", "a/b", "x" * 101])
async def test_a_render_id_that_is_no_file_name_is_refused(lab: Lab, render_id: str) -> None:
    async with lab.caller() as caller:
        assert (await caller.export(render_id))["detail"][0]["loc"] == ["body", "id"]
    assert not (lab.home / "renders").exists()


async def test_an_empty_draft_and_a_broken_one_are_not_rendered(lab: Lab) -> None:
    async with lab.caller() as caller:
        assert (await caller.export("render_1", {"t": [{"tt": 0, "sg": []}]}))["code"] == 400
        assert (await caller.export("render_1", {"t": "none"}))["detail"][0]["loc"] == ["body", "draft", "t"]


async def test_unknown_paths_and_methods_say_so(lab: Lab) -> None:
    async with lab.caller() as caller:
        assert (await caller.http.get("/api/auth/claim-token")).status_code == 404
        assert (await caller.http.get("/run_sse")).status_code == 405


async def test_an_empty_message_is_refused(lab: Lab) -> None:
    async with lab.caller() as caller:
        reply = await caller.http.post("/run_sse", json=caller.message("  "), headers=caller.headers)
    assert reply.json()["code"] == 400


async def test_data_of_a_newer_release_is_left_alone_and_said_so(lab: Lab) -> None:
    async with lab.caller():
        pass
    db = sqlite3.connect(lab.home / "studio.db")
    db.execute("PRAGMA user_version = 99")
    db.close()
    transport = LocalTransport(lab.home, studio=lab.studio())
    async with httpx.AsyncClient(transport=transport, base_url="http://studio.local") as http:
        reply = await http.post("/api/auth/anonymous-token", headers={"X-Client-Id": "a"})
    assert reply.status_code == 500
    assert "update Skillturn" in reply.json()["message"]


async def test_a_folder_that_cannot_be_used_is_said_so(lab: Lab) -> None:
    lab.home.parent.mkdir(exist_ok=True)
    lab.home.write_text("a file where the folder should be")
    transport = LocalTransport(lab.home, studio=lab.studio())
    async with httpx.AsyncClient(transport=transport, base_url="http://studio.local") as http:
        reply = await http.post("/api/auth/anonymous-token", headers={"X-Client-Id": "a"})
    assert reply.status_code == 500
    assert "SKILLTURN_HOME" in reply.json()["message"]
    assert str(lab.home) not in reply.text


async def test_a_damaged_store_is_said_so_and_left_as_it_is(lab: Lab) -> None:
    lab.home.mkdir(parents=True)
    (lab.home / "studio.db").write_bytes(b"no database " * 1000)
    transport = LocalTransport(lab.home, studio=lab.studio())
    async with httpx.AsyncClient(transport=transport, base_url="http://studio.local") as http:
        reply = await http.post("/api/auth/anonymous-token", headers={"X-Client-Id": "a"})
    assert "not a database" in reply.json()["message"]
    assert (lab.home / "studio.db").read_bytes().startswith(b"no database")


async def test_a_forgotten_session_is_gone_with_its_photos_and_films(lab: Lab) -> None:
    async with lab.caller() as caller:
        await caller.upload(("a.jpg", b"IMG a"))
        await caller.export("render_1")
        await caller.film("render_1")
        path = f"/api/state/nemo_agent/me/{caller.session_id}"
        assert (await caller.http.delete(path, headers=caller.headers)).json()["code"] == 0
        assert (await caller.get(f"{path}/latest"))["code"] == 1002
        assert (await caller.progress("render_1"))["code"] == 404
    left = [path.name for path in lab.home.rglob("*") if path.is_file()]
    assert left == ["studio.db"]


def test_asking_for_credits_loads_no_model_code_and_no_engine() -> None:
    code = """
import sys, tempfile, anyio, httpx
from pathlib import Path
from studio import LocalTransport

async def main(home):
    async with httpx.AsyncClient(transport=LocalTransport(home), base_url="http://studio.local") as http:
        token = (await http.post("/api/auth/anonymous-token", headers={"X-Client-Id": "a"})).json()["data"]["token"]
        await http.get("/api/credits/balance/simple", headers={"Authorization": "Bearer " + token})

with tempfile.TemporaryDirectory() as home:
    anyio.run(main, Path(home))
heavy = {"pydantic", "structlog", "numpy", "cv2", "av", "PIL", "yaml", "uvicorn"}
print(sorted(heavy & set(sys.modules)))
"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"

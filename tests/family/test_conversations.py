"""Each document of the family leads a conversation with the studio: its name, version, task, language and routes."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest

from api import VirtualClock

from .conftest import NOT_RUNNABLE, RUNNABLE, Member, Talk, done, media, named, texts

PLACEHOLDER = re.compile(r"[\[<{]|\.\.\.|…")
OWN_HOST = ("X-Skill-Source", "X-Skill-Version", "X-Skill-Platform")


def words_for(member: Member, action: str) -> str:
    """What the document itself says a user says."""
    return next(
        phrase
        for row in member.plan.routing.rows
        if row.actions == (action,)
        for phrase in row.phrases
        if not PLACEHOLDER.search(phrase)
    )


@pytest.mark.anyio
@pytest.mark.parametrize("member", RUNNABLE, ids=named)
async def test_a_whole_conversation(member: Member, clock: VirtualClock, tmp_path: Path) -> None:
    talk = Talk(member, member.plan, tmp_path, clock)
    plan = talk.plan
    sent = []

    events = await talk.say("Turn these into a 4-second video", *media(tmp_path, plan))
    assert done(events)["state"] in ("finished", "asked"), [event for event in events if event["kind"] == "problem"]
    assert done(events)["routes"] == ["upload", "chat"]
    assert events[0]["kind"] == "status"
    assert "one." in texts(events)
    ends = ["/auth/anonymous-token", "/with-session/nemo_agent", "/me/SID", "/me/SID", "/SID/latest", "/run_sse"]
    assert [path[-len(end) :] for path, end in zip(talk.calls(), ends, strict=True)] == ends
    (project,) = talk.bodies(plan.api.endpoints.create_session)
    check_project(project, member)
    (message,) = talk.bodies(plan.api.endpoints.send)
    assert message["app_name"] == "nemo_agent"
    assert message["new_message"] == {"parts": [{"text": "Turn these into a 4-second video"}]}
    sent += talk.sent

    events = await talk.say("Add the title 'Harvest'")
    assert done(events)["routes"] == ["chat"]
    assert "Harvest" in texts(events)
    sent += talk.sent

    events = await talk.say("Change the title to 'Sunset' quietly")
    assert "Sunset" in texts(events), "a silent edit is told from the drafts"
    assert talk.calls()[-1].endswith("/latest")
    sent += talk.sent

    events = await talk.say(words_for(member, "credits"))
    assert done(events)["routes"] == ["credits"]
    assert talk.calls() == ["/api/credits/balance/simple"]
    assert [event["kind"] for event in events] == ["balance", "done"]
    sent += talk.sent

    events = await talk.say(words_for(member, "status"))
    assert done(events)["routes"] == ["status"]
    timeline = next(event for event in events if event["kind"] == "timeline")
    assert {track["type"] for track in timeline["tracks"]} == {"video", "text"}
    sent += talk.sent

    events = await talk.say(words_for(member, "export"))
    assert done(events)["routes"] == ["export"], events
    assert done(events)["state"] == "finished", events
    assert next(event for event in events if event["kind"] == "file")["bytes"] == len(b"film of 4000 ms")
    sent += talk.sent

    events = await talk.say("What would I see on the screen?")
    assert done(events)["routes"] == ["chat"]
    assert "button" not in texts(events).lower()
    assert "/api/render/proxy/lambda/RID" in talk.calls() or any(event["kind"] == "file" for event in events)
    sent += talk.sent

    for request in sent:
        check_headers(request.headers, member)
        token_call = request.path.endswith("/anonymous-token")
        assert ("authorization" in request.headers) is not token_call
        assert ("x-client-id" in request.headers) is token_call


def check_headers(headers: httpx.Headers, member: Member) -> None:
    """The document's name and version, read by somebody else than the program under test."""
    source, version, platform = (headers[name] for name in OWN_HOST)
    if member.facts.get("name"):
        assert unquote(source) == member.facts["name"]
    if "version" in member.facts:
        assert version == (member.facts["version"] or "unknown")
    assert platform == "unknown"


def check_project(body: dict[str, str], member: Member) -> None:
    task = member.facts.get("task_name")
    assert body["task_name"] == task if task else body["task_name"]
    rule = member.facts.get("language")
    if rule == "absent":
        assert "language" not in body
    elif rule and rule.startswith("fixed:"):
        assert body["language"] == rule.removeprefix("fixed:")
    else:
        assert body["language"] == "en"


@pytest.mark.anyio
@pytest.mark.parametrize("member", RUNNABLE, ids=named)
async def test_a_user_of_another_language_is_heard_as_one(member: Member, clock: VirtualClock, tmp_path: Path) -> None:
    talk = Talk(member, member.plan, tmp_path, clock)
    await talk.say("请把这些照片做成一个五秒的竖屏视频", *media(tmp_path, talk.plan))
    (project,) = talk.bodies(talk.plan.api.endpoints.create_session)
    rule = member.facts.get("language") or "detected"
    expected = {"absent": None, "detected": "zh"}.get(rule, rule.removeprefix("fixed:"))
    assert project.get("language") == expected


@pytest.mark.anyio
@pytest.mark.parametrize("member", NOT_RUNNABLE, ids=named)
async def test_a_document_that_runs_nothing_says_so(member: Member, clock: VirtualClock, tmp_path: Path) -> None:
    talk = Talk(member, member.plan, tmp_path, clock)
    events = await talk.say("export")
    assert [event["kind"] for event in events] == ["problem", "done"]
    assert events[0]["code"] == "not_runnable"
    assert talk.sent == []


def test_the_family_is_large_enough_to_mean_something() -> None:
    assert len(RUNNABLE) >= 20
    assert len(NOT_RUNNABLE) >= 2

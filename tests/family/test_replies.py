"""What a backend's GUI-speak makes each document of the family do, on a replayed backend."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from skill.transcript import Transcript, run_transcript

from .conftest import RUNNABLE, Member, named

DRAFT = {"t": [{"tt": 0, "sg": [{"d": 4000, "m": {"name": "one.jpg"}}]}]}
STATE = {"call": "state", "draft": DRAFT}
ASK = {"utterance": "Make it feel warmer"}


def says(text: str) -> dict[str, Any]:
    return {"call": "send", "request": {"session_id": "session-1"}, "stream": [{"say": text}]}


# action -> (what the backend says, the calls that follow by themselves, what the host sees)
REPLIES: dict[str, tuple[str, list[dict[str, Any]], list[dict[str, Any]]]] = {
    "export": (
        "Click the Export button to download your video.",
        [
            STATE,
            {
                "call": "start_render",
                "request": {"sessionId": "session-1", "draft": DRAFT},
                "json": {"status": "pending"},
            },
            {"call": "render_status", "json": {"status": "completed", "output": {"url": "https://cdn.test/v.mp4"}}},
            {"call": "download", "text": "a film"},
        ],
        [{"kind": "file", "url": "https://cdn.test/v.mp4"}, {"kind": "text"}],
    ),
    "credits": (
        "Please check your account to see what is left.",
        [{"call": "balance", "json": {"code": 0, "data": {"available": 7, "frozen": 0, "total": 9}}}],
        [{"kind": "balance", "available": 7.0}],
    ),
    "timeline": ("Preview the result in the timeline.", [STATE], [{"kind": "timeline", "duration_ms": 4000}]),
    "state": ("Open the media panel to see your clips.", [STATE], [{"kind": "timeline", "duration_ms": 4000}]),
    "edit": (
        "Drag the last clip to the beginning.",
        [STATE, says("The last clip comes first now.")],
        [{"kind": "text", "text": "The last clip comes first now."}],
    ),
    "click": (
        'Click "Continue" to go on.',
        [STATE, says("Everything is warmer now.")],
        [{"kind": "text", "text": "Everything is warmer now."}],
    ),
    "upload": ("Use the Upload button to add a clip.", [], [{"kind": "text"}]),
}


def opened(member: Member) -> str:
    """What opening something means there: one document's drawers hold its credits."""
    rows = member.plan.replies.rows
    return next((row.action for row in rows if any(phrase.startswith("open") for phrase in row.phrases)), "state")


@pytest.mark.parametrize("member", RUNNABLE, ids=named)
def test_a_reply_does_what_the_documents_row_says(member: Member, tmp_path: Path) -> None:
    plan = member.plan
    wrong = {}
    for action, (reply, *_) in REPLIES.items():
        if action not in plan.replies.actions:
            continue
        _, calls, host = REPLIES[opened(member) if reply.startswith("Open") else action]
        body = {"turn": ASK, "backend": [STATE, says(reply), *calls], "host": host}
        found = run_transcript(Transcript.model_validate(body), plan, member.path.parent, tmp_path / action)
        if found:
            wrong[action] = [str(mismatch) for mismatch in found]
    assert wrong == {}


@pytest.mark.parametrize("member", RUNNABLE, ids=named)
def test_a_document_waits_as_long_as_it_says(member: Member, tmp_path: Path) -> None:
    rules = member.plan.stream
    body = {
        "turn": ASK,
        "backend": [STATE, {"call": "send", "stream": [{"wait_s": 20000}]}, STATE],
        "host": [{"kind": "problem"}, {"kind": "done", "state": "failed"}],
        "waited_s": min(rules.turn_timeout_s, rules.heartbeat_only_timeout_s or rules.turn_timeout_s),
    }
    found = run_transcript(Transcript.model_validate(body), member.plan, member.path.parent, tmp_path)
    assert [str(mismatch) for mismatch in found] == []


@pytest.mark.parametrize("member", RUNNABLE, ids=named)
def test_a_free_films_poll_keeps_the_documents_pace(member: Member, tmp_path: Path) -> None:
    every_s = member.plan.export.poll_interval_s
    waits = {"call": "render_status", "json": {"status": "processing"}, "times": 2}
    done = {"call": "render_status", "json": {"status": "completed", "output": {"url": "https://cdn.test/v.mp4"}}}
    phrase = next(row.phrases[0] for row in member.plan.routing.rows if row.actions == ("export",) and row.phrases)
    body = {
        "turn": {"utterance": phrase},
        "backend": [
            STATE,
            {"call": "start_render", "json": {"status": "pending"}},
            waits,
            done,
            {"call": "download", "text": "film"},
        ],
        "host": [{"kind": "file"}, {"kind": "text"}],
        "waited_s": 3 * every_s,
    }
    found = run_transcript(Transcript.model_validate(body), member.plan, member.path.parent, tmp_path)
    assert [str(mismatch) for mismatch in found] == []

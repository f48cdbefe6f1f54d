"""The chat stream's events, in the shape of the Agent Development Kit's server.

One event is `data: {json}` and a blank line; the JSON is compact, camelCase, with null fields left out.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

from .records import Message

AUTHOR = "nemo_agent"
HEARTBEAT = b"data:\n\n"


def reply_events(message: Message, draft: dict[str, Any] | None, now: float) -> Iterator[bytes]:
    """A committed reply: a call and a result for each edit, then the text.

    draft: the draft after the edits; it rides on the last result, None when nothing changed.
    """
    invocation = f"e-{uuid.uuid4()}"
    for number, name in enumerate(message.edits, start=1):
        call_id = f"adk-{uuid.uuid4()}"
        call = {"functionCall": {"id": call_id, "args": {}, "name": name}}
        yield _event({"parts": [call], "role": "model"}, invocation, now, finish="STOP")
        result = {"functionResponse": {"id": call_id, "name": name, "response": {"status": "success"}}}
        delta = {"draft": draft} if draft is not None and number == len(message.edits) else {}
        yield _event({"parts": [result], "role": "user"}, invocation, now, delta=delta)
    if message.reply:
        yield _event({"parts": [{"text": message.reply}], "role": "model"}, invocation, now, finish="STOP")


def failure_event(exc: BaseException, now: float) -> bytes:
    """The run failed after the stream had begun; the kind of error alone is told."""
    kind = type(exc).__name__
    words = "the studio's agent failed on this message"
    return _data({"error": f"{kind}: {words}", "error_details": {"error_type": kind, "timestamp": now}})


def _event(
    content: dict[str, Any], invocation: str, now: float, *, finish: str = "", delta: dict[str, Any] | None = None
) -> bytes:
    event: dict[str, Any] = {"content": content}
    if finish:
        event["finishReason"] = finish
    return _data(
        {
            **event,
            "invocationId": invocation,
            "author": AUTHOR,
            "actions": {"stateDelta": delta or {}, "artifactDelta": {}},
            "id": str(uuid.uuid4()),
            "timestamp": now,
        }
    )


def _data(event: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"

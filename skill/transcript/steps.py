"""A streamed answer as steps and as bytes: what a transcript says, as the wire carries it, and the way back."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from .format import StreamItem

_HEARTBEAT = b"data: heartbeat\n\n"
_END = b"\n\n"


def step_bytes(item: StreamItem) -> bytes:
    """A step as the backend's own server writes it: one compact line of JSON, non-ASCII as it is."""
    if item.together is not None:
        return b"".join(map(step_bytes, item.together))
    if item.raw is not None:
        return item.raw.encode()
    if item.base64 is not None:
        return base64.b64decode(item.base64)
    if item.heartbeat:
        return _HEARTBEAT
    return b"data: " + json.dumps(_event(item), ensure_ascii=False, separators=(",", ":")).encode() + _END


def _event(item: StreamItem) -> dict[str, Any]:
    if item.event is not None:
        return item.event
    if item.error is not None:
        return {"error": item.error}
    if item.say is not None:
        said = {"content": {"parts": [{"text": item.say}], "role": "model"}, "author": "nemo_agent"}
        return said | ({"partial": True} if item.partial else {})
    name = item.tool or item.tool_done
    part = {"functionCall": {"args": {}, "name": name}} if item.tool else _result(name)
    return {"content": {"parts": [part], "role": "model" if item.tool else "user"}, "author": "nemo_agent"}


def _result(name: str | None) -> dict[str, Any]:
    return {"functionResponse": {"name": name, "response": {"status": "success"}}}


def step_of(chunk: bytes) -> dict[str, Any]:
    """One piece off the wire as the plainest step whose bytes are exactly these."""
    blocks = [block + _END for block in chunk.split(_END)]
    if blocks[-1] == _END and (steps := [found for block in blocks[:-1] if (found := _known(block))]):
        if len(steps) == 1 and len(blocks) == 2:
            return steps[0]
        if len(steps) == len(blocks) - 1:
            return {"together": steps}
    try:
        text = chunk.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(chunk).decode()}
    return {"raw": text}


def _known(block: bytes) -> dict[str, Any] | None:
    return next((step for step in _readings(block) if step_bytes(StreamItem.model_validate(step)) == block), None)


def _readings(block: bytes) -> Iterator[dict[str, Any]]:
    """What a whole event could be called, the shortest names first."""
    if block == _HEARTBEAT:
        yield {"heartbeat": True}
    try:
        event = json.loads(block.removeprefix(b"data:"))
    except (ValueError, RecursionError):
        return
    if not isinstance(event, dict):
        return
    if isinstance(event.get("error"), str):
        yield {"error": event["error"]}
    part = _only_part(event)
    if isinstance(part.get("text"), str):
        yield {"say": part["text"]}
        yield {"say": part["text"], "partial": True}
    for key, name in (("functionCall", "tool"), ("functionResponse", "tool_done")):
        called = part.get(key)
        if isinstance(called, dict) and isinstance(called.get("name"), str):
            yield {name: called["name"]}
    yield {"event": event}


def _only_part(event: dict[str, Any]) -> dict[str, Any]:
    content = event.get("content")
    parts = content.get("parts") if isinstance(content, dict) else None
    return parts[0] if isinstance(parts, list) and len(parts) == 1 and isinstance(parts[0], dict) else {}

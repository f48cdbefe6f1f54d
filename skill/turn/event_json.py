"""Turn events as JSON and back: what the journal keeps and what `--json` prints, each tagged by `kind`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from .events import (
    BalanceShown,
    Done,
    FileReady,
    Offer,
    Problem,
    Progress,
    Status,
    Text,
    Timeline,
    TimelineSegment,
    TimelineTrack,
    TurnEvent,
)
from .neutral import neutral

_KINDS: dict[str, type[TurnEvent]] = {
    "status": Status,
    "text": Text,
    "progress": Progress,
    "timeline": Timeline,
    "balance": BalanceShown,
    "file": FileReady,
    "offer": Offer,
    "problem": Problem,
    "done": Done,
}

# a path or an address must stay exactly what it is, or it names another file
_EXACT = frozenset({"path", "url", "turn_id"})


def to_json(event: TurnEvent) -> dict[str, Any]:
    """The event as plain JSON values, `kind` first; absent fields (None) are left out, strings made harmless."""
    return {"kind": event.kind, **_plain(event)}


def _plain(value: Any) -> dict[str, Any]:
    found = {}
    for field in fields(value):
        item = getattr(value, field.name)
        if item is None or field.name == "kind":
            continue
        if isinstance(item, str):
            item = item if field.name in _EXACT else neutral(item)
        elif isinstance(item, tuple):
            item = [neutral(part) if isinstance(part, str) else _plain(part) for part in item]
        found[field.name] = item
    return found


def from_json(body: Mapping[str, Any]) -> TurnEvent:
    """The event that to_json wrote. Raises KeyError or TypeError for what it did not write."""
    values = {name: value for name, value in body.items() if name != "kind"}
    if "tracks" in values:
        values["tracks"] = tuple(_track(track) for track in values["tracks"])
    if "routes" in values:
        values["routes"] = tuple(values["routes"])
    if body["kind"] == "balance":
        values = {"available": None, "frozen": None, "total": None, **values}
    if body["kind"] == "file":
        values.setdefault("url", None)
    if body["kind"] == "problem":
        values.setdefault("charged", None)
    return _KINDS[body["kind"]](**values)


def _track(body: Mapping[str, Any]) -> TimelineTrack:
    segments = tuple(TimelineSegment(**segment) for segment in body["segments"])
    return TimelineTrack(type=body["type"], segments=segments, role=body.get("role"))

"""The backend as we see it. Names resolve on first use, because start-up time is part of every turn."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .clock import Clock, SystemClock
    from .draft import Draft, DraftMeta, Segment, SegmentMeta, Track, TrackType, placed
    from .endpoints import Endpoints
    from .errors import (
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
    from .stream import Heartbeat, StreamEnd, StreamEvent, TextPart, ToolActivity

_HOME = {
    name: module
    for module, names in {
        "clock": ("Clock", "SystemClock"),
        "draft": ("Draft", "DraftMeta", "Segment", "SegmentMeta", "Track", "TrackType", "placed"),
        "endpoints": ("Endpoints",),
        "errors": (
            "BackendError",
            "BackendUnreachable",
            "ClientIdMissing",
            "ExportBlocked",
            "FileRefused",
            "NoCredits",
            "ProtocolError",
            "RateLimited",
            "SessionLost",
            "TokenExpired",
        ),
        "stream": ("Heartbeat", "StreamEnd", "StreamEvent", "TextPart", "ToolActivity"),
    }.items()
    for name in names
}

__all__ = [
    "BackendError",
    "BackendUnreachable",
    "ClientIdMissing",
    "Clock",
    "Draft",
    "DraftMeta",
    "Endpoints",
    "ExportBlocked",
    "FileRefused",
    "Heartbeat",
    "NoCredits",
    "ProtocolError",
    "RateLimited",
    "Segment",
    "SegmentMeta",
    "SessionLost",
    "StreamEnd",
    "StreamEvent",
    "SystemClock",
    "TextPart",
    "TokenExpired",
    "ToolActivity",
    "Track",
    "TrackType",
    "placed",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)

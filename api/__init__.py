"""The backend as we see it. Names resolve on first use, because start-up time is part of every turn."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .answers import Balance, Session, SignedIn
    from .auth import Auth, ClientIds, TokenStore
    from .client import Client
    from .clock import Clock, SystemClock
    from .connection import is_loopback, open_http, shared_http
    from .downloads import Downloaded
    from .draft import (
        Draft,
        DraftMeta,
        Mood,
        Motion,
        Position,
        Role,
        Segment,
        SegmentMeta,
        Track,
        TrackType,
        Transition,
        placed,
    )
    from .endpoints import MOST_MESSAGE_CHARS, Endpoints
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
    from .exchange import Recover
    from .stream import Heartbeat, StreamEnd, StreamEvent, TextPart, ToolActivity, joint
    from .tokens import CLAIM, TOKEN, TOKEN_START, holds_token
    from .virtual_time import VirtualClock
    from .wire import Render, State, Uploaded

_HOME = {
    name: module
    for module, names in {
        "answers": ("Balance", "Session", "SignedIn"),
        "auth": ("Auth", "ClientIds", "TokenStore"),
        "client": ("Client",),
        "clock": ("Clock", "SystemClock"),
        "connection": ("is_loopback", "open_http", "shared_http"),
        "downloads": ("Downloaded",),
        "draft": (
            "Draft",
            "DraftMeta",
            "Mood",
            "Motion",
            "Position",
            "Role",
            "Segment",
            "SegmentMeta",
            "Track",
            "TrackType",
            "Transition",
            "placed",
        ),
        "endpoints": ("MOST_MESSAGE_CHARS", "Endpoints"),
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
        "exchange": ("Recover",),
        "stream": ("Heartbeat", "StreamEnd", "StreamEvent", "TextPart", "ToolActivity", "joint"),
        "tokens": ("CLAIM", "TOKEN", "TOKEN_START", "holds_token"),
        "virtual_time": ("VirtualClock",),
        "wire": ("Render", "State", "Uploaded"),
    }.items()
    for name in names
}

__all__ = [
    "CLAIM",
    "MOST_MESSAGE_CHARS",
    "TOKEN",
    "TOKEN_START",
    "Auth",
    "BackendError",
    "BackendUnreachable",
    "Balance",
    "Client",
    "ClientIdMissing",
    "ClientIds",
    "Clock",
    "Downloaded",
    "Draft",
    "DraftMeta",
    "Endpoints",
    "ExportBlocked",
    "FileRefused",
    "Heartbeat",
    "Mood",
    "Motion",
    "NoCredits",
    "Position",
    "ProtocolError",
    "RateLimited",
    "Recover",
    "Render",
    "Role",
    "Segment",
    "SegmentMeta",
    "Session",
    "SessionLost",
    "SignedIn",
    "State",
    "StreamEnd",
    "StreamEvent",
    "SystemClock",
    "TextPart",
    "TokenExpired",
    "TokenStore",
    "ToolActivity",
    "Track",
    "TrackType",
    "Transition",
    "Uploaded",
    "VirtualClock",
    "holds_token",
    "is_loopback",
    "joint",
    "open_http",
    "placed",
    "shared_http",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)

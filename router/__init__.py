"""Words into intents: the user's, and the backend's."""

from .table import (
    Intent,
    PhraseRow,
    ReplyAction,
    ReplyIntent,
    ReplyRow,
    ReplyTable,
    Rewrite,
    RouteAction,
    RoutingTable,
    Why,
)

__all__ = [
    "Intent",
    "PhraseRow",
    "ReplyAction",
    "ReplyIntent",
    "ReplyRow",
    "ReplyTable",
    "Rewrite",
    "RouteAction",
    "RoutingTable",
    "Why",
]

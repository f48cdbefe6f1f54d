"""Words into intents: the user's, and the backend's."""

from .classify import classify
from .language import detect_language
from .normalise import fold
from .quotation import Quote, quotes
from .sentences import Span, split_sentences
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
from .translate import ReplyTranslator, translate

__all__ = [
    "Intent",
    "PhraseRow",
    "Quote",
    "ReplyAction",
    "ReplyIntent",
    "ReplyRow",
    "ReplyTable",
    "ReplyTranslator",
    "Rewrite",
    "RouteAction",
    "RoutingTable",
    "Span",
    "Why",
    "classify",
    "detect_language",
    "fold",
    "quotes",
    "split_sentences",
    "translate",
]

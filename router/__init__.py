"""Words into intents: the user's, and the backend's. Names resolve on first use, because start-up counts."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .classification import classify
    from .explanation import Decision, Explanation, NearMiss, explain
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

_HOME = {
    name: module
    for module, names in {
        "classification": ("classify",),
        "explanation": ("Decision", "Explanation", "NearMiss", "explain"),
        "language": ("detect_language",),
        "normalise": ("fold",),
        "quotation": ("Quote", "quotes"),
        "sentences": ("Span", "split_sentences"),
        "table": (
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
        ),
        "translate": ("ReplyTranslator", "translate"),
    }.items()
    for name in names
}


def __getattr__(name: str) -> object:
    module = _HOME.get(name)
    if module is None:
        raise AttributeError(f"router has no {name}")
    home = import_module(f"{__name__}.{module}")
    # a module that bears one of its own names would stand in the name's place once it is imported: all are set at once
    for other, lives_in in _HOME.items():
        if lives_in == module:
            globals()[other] = getattr(home, other)
    return globals()[name]


__all__ = [
    "Decision",
    "Explanation",
    "Intent",
    "NearMiss",
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
    "explain",
    "fold",
    "quotes",
    "split_sentences",
    "translate",
]

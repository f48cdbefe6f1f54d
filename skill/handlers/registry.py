"""Which handler runs an intent. Ours are loaded when first needed; others announce themselves as entry points."""

from __future__ import annotations

import re
from importlib import import_module
from typing import cast

from router import Intent, PhraseRow, fold

from .contract import Handler

GROUP = "skillturn.handlers"
_OURS = {
    "chat": "chat",
    "credits": "credits",
    "export": "export",
    "status": "status",
    "upload": "upload",
    "subtitles": "chat",  # the video agent adds captions on request
    "other": "other",
}


def handler_for(intent: Intent) -> Handler:
    """The handler of an intent: a registered one for a row of its document's own (subtitles, regenerate), else ours."""
    if intent.action in ("other", "subtitles") or (intent.action == "chat" and not intent.row.catch_all):
        registered = _registered(intent.row)
        if registered is not None:
            return registered
    module = import_module(f".{_OURS[intent.action]}", __package__)
    return cast(Handler, module.run)


def _registered(row: PhraseRow) -> Handler | None:
    """The first entry point whose name is said by the row: in its label, or in one of its phrases."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - reads every installed package's metadata

    said = [_words(text) for text in (row.label, *row.phrases)]
    for point in entry_points(group=GROUP):
        name = _words(point.name)
        if name and any(name <= words for words in said):
            return cast(Handler, point.load())
    return None


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", fold(text)))

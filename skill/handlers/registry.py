"""Which handler runs an intent. Ours are loaded when first needed; others announce themselves as entry points."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from router import Intent, fold

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
    """The handler of an intent: a registered one for an action only its document knows, else ours."""
    if intent.action == "other":
        registered = _registered(intent.row.label)
        if registered is not None:
            return registered
    module = import_module(f".{_OURS[intent.action]}", __package__)
    return cast(Handler, module.run)


def _registered(label: str) -> Handler | None:
    """The first entry point whose name is a word of the row's label."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - reads every installed package's metadata

    said = set(fold(label).replace("-", " ").split())
    for point in entry_points(group=GROUP):
        if set(fold(point.name).replace("-", " ").split()) <= said:
            return cast(Handler, point.load())
    return None

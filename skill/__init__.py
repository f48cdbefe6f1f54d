"""Skillturn for programs that embed it. Names resolve on first use, because start-up time is part of every turn."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .document import DocumentError, SkillPlan, load_skill
    from .hosts.python import Skillturn
    from .turn.events import (
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
        TurnRequest,
    )
    from .turn.settings import Settings

_HOME = {
    name: module
    for module, names in {
        "document": ("DocumentError", "SkillPlan", "load_skill"),
        "hosts.python": ("Skillturn",),
        "turn.events": (
            "BalanceShown",
            "Done",
            "FileReady",
            "Offer",
            "Problem",
            "Progress",
            "Status",
            "Text",
            "Timeline",
            "TimelineSegment",
            "TimelineTrack",
            "TurnEvent",
            "TurnRequest",
        ),
        "turn.settings": ("Settings",),
    }.items()
    for name in names
}

__all__ = [
    "BalanceShown",
    "DocumentError",
    "Done",
    "FileReady",
    "Offer",
    "Problem",
    "Progress",
    "Settings",
    "SkillPlan",
    "Skillturn",
    "Status",
    "Text",
    "Timeline",
    "TimelineSegment",
    "TimelineTrack",
    "TurnEvent",
    "TurnRequest",
    "load_skill",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)

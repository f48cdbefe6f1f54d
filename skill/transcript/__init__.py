"""Chat turns written down: request, scripted backend, expected events. Names resolve on first use."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .format import Transcript, TranscriptError, Turn, load_transcript
    from .play import MemoryLog, play_transcript, replay, run_transcript
    from .transport import ReplayTransport

_HOME = {
    name: module
    for module, names in {
        "format": ("Transcript", "TranscriptError", "Turn", "load_transcript"),
        "play": ("MemoryLog", "play_transcript", "replay", "run_transcript"),
        "transport": ("ReplayTransport",),
    }.items()
    for name in names
}

__all__ = [
    "MemoryLog",
    "ReplayTransport",
    "Transcript",
    "TranscriptError",
    "Turn",
    "load_transcript",
    "play_transcript",
    "replay",
    "run_transcript",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
